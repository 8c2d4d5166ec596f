#include "common/judge/judge.h"

#include <algorithm>
#include <map>
#include <optional>

#include "common/judge/items.h"
#include "common/judge/settings_walk.h"
#include "common/judge/traffic_items.h"
#include "common/judge/validity.h"

namespace storesweep {
namespace {

constexpr std::size_t kMaxFindingsPerItem = 20;

Status check(std::span<const Journal> journals) {
  if (journals.empty()) return invalid("no journal to judge");
  if (journals.size() > kMaxJournalsPerVerdict) return exhausted("more than 8 journals for one verdict");
  for (const Journal& j : journals) {
    if (j.sealed && !j.signature_valid)
      return corrupt("a sealed journal is not signed by the key that it names");
    if (j.header.file_set != journals.front().header.file_set ||
        j.header.package != journals.front().header.package) {
      return corrupt("the journals are of different apps");
    }
  }
  return ok_status();
}

RunResult only_for(Reason reason) {
  RunResult r;
  r.reasons = {reason};
  return r;
}

bool same(const Finding& a, const Finding& b) {
  return a.rule == b.rule && a.what == b.what && a.values == b.values;
}

// Whether another run could have shown it, and did. A run on the same device confirms nothing.
struct Second {
  bool made = false;
  const Finding* found = nullptr;
};

class Judgement {
 public:
  Judgement(std::span<const Journal> journals, std::vector<Timeline> timelines, const Listing& listing,
            const RulePack& pack, const JudgeContext& context)
      : journals_(journals),
        listing_(listing),
        pack_(pack),
        context_(context),
        timelines_(std::move(timelines)) {
    read_policies();
  }

  Verdict make() {
    describe();
    for (const RuleItem& item : pack_.items) v_.items.push_back(judge_item(item));
    for (int task = 1; task <= kTaskCount; ++task) v_.rows[static_cast<std::size_t>(task - 1)] = row(task);
    return std::move(v_);
  }

 private:
  // Runs of one app mostly carry one policy: each text is read once. What is none stays unread.
  void read_policies() {
    for (const Timeline& t : timelines_) {
      if (t.policy.empty() || policies_.contains(t.policy)) continue;
      if (!book_) book_.emplace(pack_.policy);
      auto read = policy::read_policy_untrusted(t.policy, *book_);
      if (read.ok() && read->recognised) policies_.emplace(t.policy, *std::move(read));
    }
  }
  const policy::Policy* policy_of(const Timeline& t) const {
    const auto at = policies_.find(t.policy);
    return at == policies_.end() ? nullptr : &at->second;
  }

  void describe() {
    const JournalHeader& h = journals_.front().header;
    const Timeline& t = timelines_.front();
    v_.pack_version = pack_.version;
    v_.judge_version = kJudgeVersion;
    v_.simulated = std::any_of(journals_.begin(), journals_.end(), [](const Journal& j) {
      return j.header.scripted || j.header.device_kind.simulated();
    });
    v_.clock_rate_permille = h.clock_rate_permille;
    v_.subject = listing_.subject;
    v_.device_kind = h.device_kind;
    v_.depth = h.depth;
    v_.runs = static_cast<int>(journals_.size());
    for (std::size_t p = 0; p < t.phases.size(); ++p) {
      v_.coverage.phase_run[p] = t.phases[p].ended;
      if (t.phases[p].began) v_.coverage.phase_device_ms[p] = t.phases[p].end_ms - t.phases[p].begin_ms;
    }
    v_.coverage.screens = static_cast<std::int64_t>(t.screens.size());
    v_.coverage.lines_unknown = t.lines_unknown;
    v_.coverage.records_lost = t.records_lost;
    for (const Timeline& run : timelines_) {
      Validity validity = validity_of(run, pack_);
      hidden_.push_back(unbelievable(validity));
      if (&run == &t) v_.validity = std::move(validity);
    }
    v_.look_ups = look_ups_of(t, read_settings_walk(t, pack_.threshold("switch_watch_ms")));
    for (const auto& [name, channel] : t.channels) {
      if (channel.records > 0 && channel.gaps.empty()) v_.coverage.observers.push_back(name);
    }
  }

  ItemVerdict judge_item(const RuleItem& item) {
    Evaluator evaluate = evaluator_named(item.evaluator);
    if (!evaluate) return {item.id, Level::kNotTested, {item.untested}};
    if (listing_.subject != SubjectKind::kApp) return {item.id, Level::kNotTested, {Reason::kHostRuntime}};
    std::vector<RunResult> results;
    for (const Timeline& t : timelines_) {
      const bool unseen = t.behaviour_absent && !is_static(item);
      results.push_back(is_dark(t.journal->header, item) ? only_for(Reason::kNotCalibrated)
                        : unseen                         ? only_for(Reason::kNoBehaviour)
                                 : evaluate({t, item, pack_, listing_, policy_of(t)}));
    }
    // An app that hides itself has shown nothing by what it did not do.
    for (std::size_t i = 0; i < results.size() && !is_static(item); ++i) {
      if (!hidden_[i] || results[i].otherwise <= Level::kNotTested) continue;
      results[i].otherwise = Level::kNotTested;
      results[i].reasons.insert(*hidden_[i]);
    }
    return settle(item, results);
  }

  bool is_dark(const JournalHeader& h, const RuleItem& item) const {
    return std::any_of(context_.dark.begin(), context_.dark.end(), [&](const DarkRule& d) {
      return d.rule == item.id && d.where == DeviceClass{h.fingerprint, h.device_kind, h.worker_version};
    });
  }

  ItemVerdict settle(const RuleItem& item, std::vector<RunResult>& results) {
    RunResult& first = results.front();
    ItemVerdict out{item.id, first.otherwise, {}};
    if (first.findings.size() > kMaxFindingsPerItem) first.findings.resize(kMaxFindingsPerItem);
    for (Finding& f : first.findings) {
      // What stands in documents rests on no run: none would confirm it.
      if (f.level == Level::kViolation && f.phase != Phase::kP0) confirm(f, results);
      out.level = std::min(out.level, f.level);
      v_.findings.push_back(std::move(f));
    }
    if (out.level == Level::kNotTested) {
      out.reasons.assign(first.reasons.begin(), first.reasons.end());
      if (out.reasons.empty()) out.reasons = {item.untested};
    }
    return out;
  }

  // A violation stands when a second run on another device of the same kind shows the same.
  void confirm(Finding& f, const std::vector<RunResult>& results) {
    Second second = second_run(f, results);
    if (second.found) {
      f.evidence.insert(f.evidence.end(), second.found->evidence.begin(), second.found->evidence.end());
      return;
    }
    f.level = Level::kSuspected;
    if (second.made) {
      f.missing.push_back(Missing::kNotRepeated);
    } else if (context_.single_device) {
      f.missing.push_back(Missing::kSingleDevice);
    } else {
      f.missing.push_back(Missing::kConfirmation);
      // Asked for once: a second run that could not test the rule is not asked for again.
      bool asked = journals_.size() > 1 || std::find(v_.confirm_rules.begin(), v_.confirm_rules.end(),
                                                     f.rule) != v_.confirm_rules.end();
      if (!asked) v_.confirm_rules.push_back(f.rule);
    }
  }

  Second second_run(const Finding& f, const std::vector<RunResult>& results) const {
    Second out;
    const JournalHeader& first = journals_.front().header;
    for (std::size_t i = 1; i < results.size(); ++i) {
      const JournalHeader& h = journals_[i].header;
      if (h.device == first.device || !(h.device_kind == first.device_kind)) continue;
      for (const Finding& other : results[i].findings) {
        // A canary proves itself by being another one in the other run.
        if (rests_on_canaries(f) && !other_canaries(timelines_.front(), timelines_[i])) continue;
        if (other.level == Level::kViolation && same(f, other)) out.found = &other;
      }
      // A run that tested the item, one way or the other.
      bool tested = !results[i].findings.empty() || results[i].otherwise != Level::kNotTested;
      out.made = out.made || tested;
    }
    return out;
  }

  RowVerdict row(int task) const {
    std::vector<const ItemVerdict*> items;
    for (std::size_t i = 0; i < pack_.items.size(); ++i) {
      if (pack_.items[i].task == task) items.push_back(&v_.items[i]);
    }
    return row_of(task, items);
  }

  std::span<const Journal> journals_;
  const Listing& listing_;
  const RulePack& pack_;
  const JudgeContext& context_;
  std::vector<Timeline> timelines_;
  std::optional<policy::Book> book_;
  std::map<std::string_view, policy::Policy> policies_;  // by the text, which stands in a timeline
  std::vector<std::optional<Reason>> hidden_;            // why nothing of a run is not found
  Verdict v_;
};

}  // namespace

Result<Verdict> judge(std::span<const Journal> journals, const Listing& listing, const RulePack& pack,
                      const JudgeContext& context) {
  TRY(check(journals));
  const android::PhraseBook phrases(pack.phrases);
  std::vector<Timeline> timelines;
  for (const Journal& j : journals) timelines.push_back(read_timeline(j, phrases));
  return Judgement(journals, std::move(timelines), listing, pack, context).make();
}

Result<Verdict> judge(std::vector<ObservedRun> runs, const Listing& listing, const RulePack& pack,
                      const JudgeContext& context) {
  std::vector<Journal> heads;
  std::vector<Timeline> timelines;
  heads.reserve(runs.size());
  for (ObservedRun& run : runs) {
    heads.push_back(std::move(run.head));
    timelines.push_back(std::move(run.timeline));
    timelines.back().journal = &heads.back();
  }
  TRY(check(heads));
  return Judgement(heads, std::move(timelines), listing, pack, context).make();
}

}  // namespace storesweep
