#include "coordinator/service/rejudging.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>

#include "common/base/file.h"
#include "common/evidence/container.h"
#include "common/evidence/verdict_codec.h"
#include "common/model/trace.h"
#include "common/rules/pack_files.h"
#include "coordinator/judging/observed.h"
#include "coordinator/service/aggregates.h"
#include "coordinator/service/amend.h"

namespace storesweep {
namespace {
constexpr std::size_t kMaxJournalBytesRead = 256u << 20;
constexpr std::size_t kMaxKeptPackBytes = 32u << 20;
constexpr std::size_t kInFlightPerChild = 3;

std::string pack_folder(const std::string& folder, const Digest& pack) {
  return folder + "/pack-" + to_hex(pack);
}

// One result on its way: its steps and what came of each.
struct Case {
  StoredResult result;
  Verdict stands;
  std::vector<Digest> journals;
  std::vector<JudgeStep> steps;
  std::vector<Verdict> judged;
  Status failed;
};
struct Task {
  std::size_t of = 0, step = 0;
  bool parsed_anew = false;             // observation records are not looked at: one was broken
  std::vector<std::size_t> from_bytes;  // runs of the step whose journals were sent themselves
};

std::vector<std::string> why(const Verdict& v, const ItemVerdict& item) {
  std::vector<std::string> out;
  for (Reason r : item.reasons) out.emplace_back(name(r));
  for (const Finding& f : v.findings) {
    if (f.rule != item.rule) continue;
    for (Missing m : f.missing) {
      if (std::find(out.begin(), out.end(), name(m)) == out.end()) out.emplace_back(name(m));
    }
  }
  return out;
}

std::vector<RejudgeChange> changes(const Verdict& was, const Verdict& now) {
  std::vector<RejudgeChange> out;
  for (std::size_t i = 0; i < now.rows.size(); ++i) {
    if (was.rows[i].level == now.rows[i].level) continue;
    std::vector<std::string> reasons;
    for (Reason r : now.rows[i].reasons) reasons.emplace_back(name(r));
    out.push_back({now.rows[i].task, "", was.rows[i].level, now.rows[i].level, std::move(reasons)});
  }
  for (const ItemVerdict& item : now.items) {
    const auto before = std::find_if(was.items.begin(), was.items.end(),
                                     [&](const ItemVerdict& i) { return i.rule == item.rule; });
    const Level from = before == was.items.end() ? Level::kNotTested : before->level;
    if (from != item.level)
      out.push_back({task_of_rule(item.rule), item.rule, from, item.level, why(now, item)});
  }
  return out;
}

Result<Case> case_of(StoredResult result) {
  Case c;
  TRY_ASSIGN(c.stands, decode_verdict_untrusted(result.verdict));
  const auto add = [&c](const RunRecord& run) -> Status {
    if (run.blobs.empty()) return not_found("run " + std::to_string(run.id.value) + " has no journal");
    c.journals.push_back(run.blobs[0].sha256);
    return ok_status();
  };
  TRY(add(*result.run));
  for (const RunRecord& run : result.more_runs) TRY(add(run));
  const std::vector<RunOrder> orders = orders_of(result);
  c.steps = judge_steps(orders);
  c.judged.resize(c.steps.size());
  c.result = std::move(result);
  return c;
}
}  // namespace

// The children, and the answers as they come.
class Rejudging::Bench {
 public:
  Bench(const RejudgingOptions& options, std::optional<Digest> of, std::string rules, BlobStore& blobs,
        Log& log)

      : pack(of), options_(options), blobs_(blobs), log_(log) {
    JudgeOptions judge = options.judge;
    judge.command.resize(std::min<std::size_t>(judge.command.size(), 1));
    judge.command.push_back(std::move(rules));
    if (!options.observations.empty()) judge.command.push_back(options.observations);
    judge.children = options.children;
    pool_ = std::make_unique<JudgePool>(judge, log, [this](std::uint64_t ticket, JudgeAnswer answer) {
      std::lock_guard lock(mutex_);
      answers_.emplace_back(ticket, std::move(answer));
      changed_.notify_one();
    });
  }

  // Judges all steps of all cases; an error is the deadline's.
  Status judge(std::vector<Case>& cases, std::vector<DarkRule> dark, const Deadline& deadline) {
    dark_ = std::move(dark);
    std::deque<Task> waiting;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      for (std::size_t s = 0; s < cases[i].steps.size(); ++s) waiting.push_back({i, s});
    }
    const auto most = kInFlightPerChild * static_cast<std::size_t>(options_.children);
    while (!waiting.empty() || !under_way_.empty()) {
      while (!waiting.empty() && under_way_.size() < most) {
        submit(cases, std::move(waiting.front()), deadline);
        waiting.pop_front();
      }
      if (under_way_.empty()) continue;
      TRY(take(cases, waiting, deadline));
    }
    return ok_status();
  }

  const std::optional<Digest> pack;

 private:
  void submit(std::vector<Case>& cases, Task task, const Deadline& deadline) {
    Case& c = cases[task.of];
    JudgeRequest request;
    request.trace_id = trace_id(c.result.job);
    request.listing = c.result.listing;
    request.context.dark = dark_;
    request.observe = !options_.observations.empty();
    task.from_bytes.clear();
    for (const std::size_t run : c.steps[task.step].runs) {
      if (!task.parsed_anew && has_observed(options_.observations, c.journals[run])) {
        request.journals.push_back(observed_reference(c.journals[run]));
        continue;
      }
      auto bytes = blobs_.get(c.journals[run], kMaxJournalBytesRead, deadline);
      if (!bytes.ok()) {
        c.failed = bytes.status();
        return;
      }
      request.journals.push_back(std::move(*bytes));
      task.from_bytes.push_back(run);
    }
    under_way_[++next_ticket_] = std::move(task);
    pool_->submit(next_ticket_, std::move(request));
  }

  Status take(std::vector<Case>& cases, std::deque<Task>& waiting, const Deadline& deadline) {
    std::deque<std::pair<std::uint64_t, JudgeAnswer>> came;
    {
      std::unique_lock lock(mutex_);
      while (answers_.empty()) {
        if (deadline.passed() || (deadline.cancel && deadline.cancel->cancelled()))
          return timed_out("rejudging took longer than a page may: ask for fewer rows");
        changed_.wait_for(lock, std::chrono::milliseconds(50));
      }
      came.swap(answers_);
    }
    for (auto& [ticket, answer] : came) {
      const auto at = under_way_.find(ticket);
      if (at == under_way_.end()) continue;  // of a page that was given up
      const Task task = at->second;
      under_way_.erase(at);
      settle(cases, task, answer, waiting);
    }
    return ok_status();
  }

  void settle(std::vector<Case>& cases, Task task, JudgeAnswer& answer, std::deque<Task>& waiting) {
    Case& c = cases[task.of];
    const bool by_record = task.from_bytes.size() < c.steps[task.step].runs.size();
    if (!answer.verdict.ok() && by_record) {
      task.parsed_anew = true;  // a record may be of another version, or broken: the journal decides
      waiting.push_back(task);
      return;
    }
    if (!answer.verdict.ok()) {
      c.failed = answer.verdict.status();
      return;
    }
    c.judged[task.step] = std::move(*answer.verdict);
    keep(c, task, answer.observations);
  }

  // Records come in the order of the journals that were sent.
  void keep(const Case& c, const Task& task, const std::vector<std::string>& records) {
    for (std::size_t i = 0; i < std::min(records.size(), task.from_bytes.size()); ++i) {
      const Digest& journal = c.journals[task.from_bytes[i]];
      if (Status s = write_observed(options_.observations, journal, records[i]); !s.ok())
        log_.warning("an observation record was not kept", {{"why", s.text()}});
    }
  }

  const RejudgingOptions& options_;
  BlobStore& blobs_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<std::uint64_t, JudgeAnswer>> answers_;
  std::map<std::uint64_t, Task> under_way_;
  std::vector<DarkRule> dark_;
  std::uint64_t next_ticket_ = 0;
  std::unique_ptr<JudgePool> pool_;  // last: its callback uses the above
};

namespace {
// What is judged anew; results without a run are only counted.
void add_case(StoredResult result, std::vector<Case>& cases, RejudgeReport& report) {
  if (!result.run) {
    ++report.without_runs;
    return;
  }
  RejudgedRow row{result.job, result.listing.store, result.listing.package};
  auto c = case_of(std::move(result));
  if (c.ok()) {
    cases.push_back(std::move(*c));
    return;
  }
  ++report.failed;
  row.failed = c.status().message();
  report.rows.push_back(std::move(row));
}

Judged judged_of(const Case& c, const Verdict& now, std::int64_t wall_ms) {
  Judged j;
  j.job = c.result.job;
  j.sweep = c.result.sweep;
  j.verdict = encode_verdict(now);
  j.groups = groups(c.result.listing);
  j.tallies = tallies(now);
  j.runs = runs_of(c.result);
  j.why = "new_rules";
  j.at_ms = wall_ms;
  j.made_from = c.result.judgement;
  return j;
}

// Counts one case; a judgement to attach where it differs.
void report_case(const Case& c, std::int64_t wall_ms, RejudgeReport& report, AttachJudgements& attach) {
  RejudgedRow row{c.result.job, c.result.listing.store, c.result.listing.package, c.stands.simulated};
  if (!c.failed.ok()) {
    ++report.failed;
    row.failed = c.failed.message();
    report.rows.push_back(std::move(row));
    return;
  }
  ++report.judged;
  const Verdict now = fold_steps(orders_of(c.result), c.steps, c.judged, c.stands);
  if (encode_verdict(now) == c.result.verdict) {
    ++report.unchanged;
    return;
  }
  ++report.changed;
  row.simulated = now.simulated;
  row.changes = changes(c.stands, now);
  NewJudgement one{judged_of(c, now, wall_ms), second_runs(c.result, now)};
  row.second_runs = static_cast<std::int64_t>(one.second_runs.size());
  report.second_runs += row.second_runs;
  report.rows.push_back(std::move(row));
  attach.judged.push_back(std::move(one));
}
}  // namespace

Rejudging::Rejudging(RejudgingOptions options, Store& store, BlobStore& blobs, Log& log, Attach attach)
    : options_(std::move(options)), store_(store), blobs_(blobs), log_(log), attach_(std::move(attach)) {}
Rejudging::~Rejudging() = default;

Status Rejudging::put_pack(const Digest& digest, const std::string& files) {
  if (files.size() > kMaxKeptPackBytes) return exhausted("a rule pack may have 32 MiB at most");
  if (sha256(files) != digest) return invalid("the rule pack's SHA-256 is not the one of its address");
  TRY_ASSIGN(const Members members, unpack_members_untrusted(as_bytes(files)));
  const std::string folder = pack_folder(options_.folder, digest);
  std::error_code error;
  if (std::filesystem::exists(folder + "/rules.zip", error)) return ok_status();
  auto pack = load_pack_files(members);
  if (!pack.ok()) return invalid(pack.status().message());
  TRY(write_pack_files(members, folder));
  return write_file_durably(folder + "/rules.zip", files);  // last: it says that all is there
}

Result<Rejudging::Bench*> Rejudging::bench_of(const std::optional<Digest>& pack) {
  if (bench_ && bench_->pack == pack) return bench_.get();
  if (options_.judge.command.size() < 2) return unavailable("no judge is configured");
  std::string rules = options_.judge.command[1];
  if (pack) {
    rules = pack_folder(options_.folder, *pack);
    std::error_code error;
    if (!std::filesystem::exists(rules + "/rules.zip", error))
      return not_found("the rule pack " + to_hex(*pack) + " was not put here");
  }
  bench_.reset();  // its children end first
  bench_ = std::make_unique<Bench>(options_, pack, std::move(rules), blobs_, log_);
  return bench_.get();
}

// A version names one pack for good, or nobody could say later what a verdict was judged by.
Result<KeptPack> Rejudging::pack_to_keep(const Digest& pack, const std::string& version,
                                         std::int64_t wall_ms) {
  const auto known = store_.pack_of(version);
  if (known.ok() && known->sha256 != pack) {
    return invalid("another rule pack of version " + version +
                   " was judged with before: raise `version` in its pack.yaml");
  }
  if (!known.ok() && known.status().kind() != ErrorKind::kNotFound) return known.status();
  TRY_ASSIGN(std::string files,
             read_file(pack_folder(options_.folder, pack) + "/rules.zip", kMaxKeptPackBytes));
  return KeptPack{version, pack, std::move(files), wall_ms};
}

Result<RejudgeReport> Rejudging::page(const RejudgeRequest& request, const PageRequest& wanted,
                                      std::int64_t wall_ms, const Deadline& deadline) {
  const std::unique_lock lock(busy_, std::try_to_lock);
  if (!lock.owns_lock())
    return exists("results are being rejudged for somebody else: try again when that is done");
  TRY_ASSIGN(Bench * bench, bench_of(request.pack));
  RejudgeReport report;
  std::vector<Case> cases;
  if (request.job) {
    TRY_ASSIGN(StoredResult one, store_.result(request.job));
    add_case(std::move(one), cases, report);
  } else {
    PageRequest page = wanted;
    page.rows = std::min(page.rows, kMaxRejudgedPage);
    TRY_ASSIGN(Page<StoredResult> found, store_.results(request.query, page));
    for (StoredResult& r : found.rows) add_case(std::move(r), cases, report);
    report.next = found.next;
  }
  std::vector<DarkRule> dark;
  if (options_.dark) {
    TRY_ASSIGN(dark, options_.dark());
  }
  if (Status s = bench->judge(cases, std::move(dark), deadline); !s.ok()) {
    bench_.reset();  // what is still under way is of no use
    return s;
  }
  AttachJudgements attach;
  for (const Case& c : cases) {
    report_case(c, wall_ms, report, attach);
    if (report.pack_version.empty() && c.failed.ok() && !c.judged.empty())
      report.pack_version = c.judged[0].pack_version;
  }
  if (!request.apply || attach.judged.empty()) return report;
  if (request.pack) {
    TRY_ASSIGN(attach.pack, pack_to_keep(*request.pack, report.pack_version, wall_ms));
  }
  const auto changed = static_cast<std::int64_t>(attach.judged.size());
  TRY_ASSIGN(report.applied, attach_(std::move(attach), deadline));
  report.moved = changed - report.applied;
  return report;
}

}  // namespace storesweep
