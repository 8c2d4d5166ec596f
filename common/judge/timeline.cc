#include "common/judge/timeline.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/android/dump.h"
#include "common/base/text.h"
#include "common/evidence/app_facts_json.h"
#include "common/evidence/names.h"
#include "common/judge/picture_seen.h"

namespace storesweep {
namespace {

constexpr std::size_t kMaxExcerpt = 400;
constexpr int kSystemUid = 1000;

// The raw line of a chunk that holds both texts (a time and a tag); the texts themselves when none does.
std::string line_with(std::string_view chunk, std::string_view time, std::string_view word) {
  for (std::size_t at = chunk.find(time); at != std::string_view::npos && !time.empty();
       at = chunk.find(time, at + 1)) {
    std::size_t begin = chunk.rfind('\n', at);
    begin = begin == std::string_view::npos ? 0 : begin + 1;
    std::string_view line = chunk.substr(begin, chunk.find('\n', at) - begin);
    if (line.find(word) != std::string_view::npos) return clean_utf8(trim(line).substr(0, kMaxExcerpt));
  }
  return clean_utf8(std::string(time) + " " + std::string(word)).substr(0, kMaxExcerpt);
}

class Builder {
 public:
  explicit Builder(const Journal& journal) {
    t_.journal = &journal;
    t_.package = journal.header.package;
    // A simulated device knows only what a behaviour file says: without its word for it, nothing was there.
    t_.behaviour_absent = journal.header.device_kind.simulated();
  }

  Timeline build(std::vector<TreeSeen>& trees) {
    t_.clock_sets = clock_sets_of(*t_.journal);
    for (const Record& r : t_.journal->records) take(r);
    for (PhaseSpan& s : t_.phases) {
      // A phase that never ended lasted until the last record.
      if (s.began && !s.ended) s.end_ms = std::max(s.begin_ms, last_ms_);
    }
    t_.traffic = traffic_.take();
    t_.hooks = hooks_.take();
    t_.records_lost += static_cast<std::int64_t>(traffic_.left_out() + hooks_.left_out());
    if (t_.hooks.missing > 0) t_.channels[std::string(record_name::kHooks)].gaps.insert(Reason::kHookDead);
    leave_update_out();
    by_time(t_.actions);
    bound_unsure(t_.actions);
    bound_unsure(t_.update.actions);
    by_time(trees_);
    by_time(t_.blind);
    by_time(t_.events);
    by_time(t_.system);
    by_time(t_.ops);
    by_time(t_.exits);
    by_time(t_.traffic.left);
    by_time(t_.traffic.unopened);
    by_time(t_.hooks.calls);
    once(t_.events, [](const EventSeen& e) {
      return e.event.tag + "|" + std::to_string(e.event.pid) + "|" + e.event.process + "|" + e.event.type +
             "|" + e.event.component + "|" + e.event.reason + "|" + e.event.detail;
    });
    once(t_.exits, [](const ExitSeen& e) { return std::to_string(e.pid) + "|" + std::to_string(e.reason); });
    once(t_.system, [](const SystemSeen& s) {
      return std::to_string(static_cast<int>(s.line.kind)) + "|" + std::to_string(s.line.pid) + "|" +
             s.line.process + "|" + s.line.component + "|" + s.line.action + "|" + s.line.message;
    });
    trees = std::move(trees_);
    return std::move(t_);
  }

 private:
  void take(const Record& r) {
    last_ms_ = std::max(last_ms_, r.device_ms);
    if (r.phase == Phase::kP11 && of_update(r)) return;
    switch (r.kind) {
      case RecordKind::kMarker:
        return marker(r);
      case RecordKind::kAction:
        return action(r, t_.actions);
      case RecordKind::kRaw:
        return raw(r);
      case RecordKind::kLost:
        return lost(r);
      case RecordKind::kFailed:
        return failed(r);
      case RecordKind::kAttest:
        if (r.name == record_name::kBehaviour) t_.behaviour_absent = r.data != "present";
        if (r.name == record_name::kDecoys) decoys(r);
        return traffic_.attest(r);
      case RecordKind::kDocument:
        return document(r);
      case RecordKind::kBlob:
        return;
    }
  }

  // What is recorded of P11 alone. Logs run on through all phases: their lines are told apart by time.
  bool of_update(const Record& r) {
    const bool stream = r.name == record_name::kEvents || r.name == record_name::kLog;
    switch (r.kind) {
      case RecordKind::kAction:
        action(r, t_.update.actions);
        // For all else the run of the app ends here.
        if (r.name == record_name::kInstallOld) action(r, t_.actions);
        return true;
      case RecordKind::kRaw:
        if (r.name == record_name::kPackage) update_dump(r);
        return !stream;
      case RecordKind::kFailed:
        if (!stream) t_.update.gaps.insert(reason_named(r.reason).value_or(Reason::kHookDead));
        return !stream;
      case RecordKind::kLost:
        t_.update.gaps.insert(Reason::kHookDead);
        return false;
      default:
        return false;
    }
  }

  void update_dump(const Record& r) {
    auto parsed = android::parse_packages(r.data);
    const android::PackageState* p = android::find_package(parsed, t_.package);
    if (!parsed.trusted()) t_.update.gaps.insert(Reason::kGrammar);
    if (!parsed.trusted() || !p) return;
    PermissionsSeen& seen = t_.update.dumps.emplace_back();
    stamp(seen, r);
    seen.version_code = p->version_code;
    seen.target_sdk = p->target_sdk;
    seen.requested = p->requested;
    std::copy_if(p->permissions.begin(), p->permissions.end(), std::back_inserter(seen.held),
                 [](const android::PermissionState& one) { return one.user == 0; });
  }

  // A version that was not the one under test acted there, and we did: nothing of it is the app's.
  void leave_update_out() {
    const PhaseSpan& s = t_.phases[static_cast<std::size_t>(Phase::kP11)];
    if (!s.began) return;
    const auto inside = [&](const Moment& m) { return m.device_ms >= s.begin_ms; };
    std::erase_if(t_.events, inside);
    std::erase_if(t_.system, inside);
    std::erase_if(t_.ops, inside);
    std::erase_if(t_.exits, inside);
    std::erase_if(t_.traffic.left, inside);
    std::erase_if(t_.traffic.unopened, inside);
    std::erase_if(t_.hooks.calls, inside);
  }

  void decoys(const Record& r) {
    constexpr std::size_t kMaxDecoys = 64;
    auto json = nlohmann::json::parse(r.data, nullptr, false);
    if (!json.is_object() || !json.contains("installed") || !json.contains("lacking")) return;
    for (const auto& one : json["installed"]) {
      if (one.is_string() && t_.decoys.packages.size() < kMaxDecoys)
        t_.decoys.packages.insert(one.get<std::string>());
    }
    t_.decoys.all = json["lacking"].is_array() && json["lacking"].empty() && !t_.decoys.packages.empty();
    if (t_.decoys.all) ++t_.channels[r.name].records;
  }

  void document(const Record& r) {
    if (r.name == record_name::kListing) t_.listing_record = r.sequence;
    if (r.name == record_name::kOldVersion) {
      auto older = app_facts_from_json_untrusted(r.data);
      t_.update.offered = older.ok() && older->package == t_.package;
      if (t_.update.offered) t_.update.old_version = older->version_code;
    }
    if (r.name == record_name::kPolicyText) policy(r);
    if (r.name != record_name::kAppFacts || t_.facts) return;
    auto facts = app_facts_from_json_untrusted(r.data);
    ++t_.channels[r.name].records;
    if (!facts.ok() || facts->package != t_.package) {
      t_.channels[r.name].gaps.insert(Reason::kGrammar);
      return;
    }
    t_.facts = std::move(*facts);
    t_.facts_record = r.sequence;
  }

  void policy(const Record& r) {
    ++t_.channels[r.name].records;
    if (t_.policy_record != 0) return;
    t_.policy = r.data;
    t_.policy_record = r.sequence;
  }

  void marker(const Record& r) {
    PhaseSpan& s = t_.phases[static_cast<std::size_t>(r.phase)];
    if (r.name == record_name::kBegin && !s.began) {
      s.began = true;
      s.begin_ms = r.device_ms;
    } else if (r.name == record_name::kEnd && s.began) {
      s.ended = true;
      s.end_ms = r.device_ms;
    }
  }

  void action(const Record& r, std::vector<ActionDone>& to) {
    if (r.name == record_name::kWait) return;
    ActionDone a;
    stamp(a, r);
    a.name = r.name;
    a.unsure = r.took_ms < 0;
    if (a.unsure) t_.phases[static_cast<std::size_t>(r.phase)].broken = true;
    auto json = nlohmann::json::parse(r.data, nullptr, false);
    if (json.is_object() && json.contains("target") && json["target"].is_string()) a.target = json["target"];
    a.excerpt = r.name + (a.target.empty() ? "" : " " + a.target);
    to.push_back(std::move(a));
  }

  static void stamp(Moment& m, const Record& r) { m = moment_of(r); }
  std::optional<std::int64_t> when(std::string_view text) const {
    return run_time_ms(text, t_.journal->header, t_.clock_sets);
  }

  // Of a line of the log, which cannot be later than when it was read. One that is was stamped by a clock
  // that was ahead, in whose time we do not know: nobody's, and the log says too little.
  std::optional<std::int64_t> logged(std::string_view text, const Record& r) {
    constexpr std::int64_t kAheadMs = 10 * 60'000;
    const auto ms = when(text);
    if (!ms || *ms <= r.device_ms + kAheadMs) return ms;
    t_.channels[r.name].gaps.insert(Reason::kGrammar);
    return std::nullopt;
  }

  // One thing is done after another: what was lost had been done, if at all, before the next.
  void bound_unsure(std::vector<ActionDone>& actions) const {
    std::int64_t next_ms = last_ms_;
    for (auto a = actions.rbegin(); a != actions.rend(); ++a) {
      if (a->unsure) a->until_ms = std::max(a->device_ms, next_ms);
      next_ms = a->device_ms;
    }
  }

  void raw(const Record& r) {
    ++t_.channels[r.name].records;
    if (r.name == record_name::kEvents) return events(r);
    if (r.name == record_name::kLog) return system(r);
    if (r.name == record_name::kAppOps || r.name == record_name::kOpStates) return ops(r);
    if (r.name == record_name::kPackage) return package(r);
    if (r.name == record_name::kExits) return exits(r);
    if (r.name == record_name::kHierarchy) return hierarchy(r);
    if (r.name == record_name::kPictureText) return picture(r);
    if (r.name == record_name::kTraffic && !traffic_.line(r))
      t_.channels[r.name].gaps.insert(Reason::kGrammar);
    if (r.name == record_name::kSockets) traffic_.sockets(r);
    if (r.name == record_name::kHooks && !hooks_.line(r)) t_.channels[r.name].gaps.insert(Reason::kGrammar);
  }

  template <class Record_, class Parsed>
  void heard(const Record_& r, const Parsed& parsed) {
    t_.lines_unknown += static_cast<std::int64_t>(parsed.unknown_count);
    if (!parsed.trusted()) t_.channels[r.name].gaps.insert(Reason::kGrammar);
  }

  // An app can write any tag: where the log says who wrote, only the system is believed.
  static bool by_system(int log_uid) { return log_uid == -1 || log_uid == kSystemUid; }

  void events(const Record& r) {
    auto parsed = android::parse_events(r.data);
    heard(r, parsed);
    for (android::EventRecord& e : parsed.records) {
      auto ms = logged(e.time, r);
      if (!ms || !by_system(e.log_uid)) continue;
      EventSeen& seen = t_.events.emplace_back();
      seen.device_ms = seen.until_ms = *ms;
      seen.record = r.sequence;
      seen.excerpt = line_with(r.data, e.time, e.tag);
      seen.event = std::move(e);
    }
  }

  void system(const Record& r) {
    auto parsed = android::parse_system_log(r.data);
    heard(r, parsed);
    for (android::SystemRecord& s : parsed.records) {
      auto ms = logged(s.time, r);
      // A crash is told by the process itself (RuntimeInit), all else by the system.
      bool own = s.kind == android::SystemKind::kCrash || s.kind == android::SystemKind::kNativeCrash ||
                 s.kind == android::SystemKind::kExit;
      if (!ms || (!own && !by_system(s.log_uid))) continue;
      SystemSeen& seen = t_.system.emplace_back();
      seen.device_ms = seen.until_ms = *ms;
      seen.record = r.sequence;
      seen.excerpt = line_with(r.data, s.time, s.action.empty() ? s.process : s.action);
      seen.line = std::move(s);
    }
  }

  void ops(const Record& r) {
    auto parsed = android::parse_appops(r.data, t_.package);
    heard(r, parsed);
    for (const android::AppOp& op : parsed.records) {
      if (op.package != t_.package && !(op.package.empty() && op.uid == t_.uid && t_.uid >= 0)) continue;
      for (const android::OpUse& use : op.uses) {
        std::optional<std::int64_t> ms = when(use.time);
        std::int64_t spread_ms = 0;
        if (!ms && use.ago_ms) {  // up to 8.1: counted backwards from a moment within the dump
          ms = r.device_ms - *use.ago_ms;
          spread_ms = std::max<std::int64_t>(0, r.took_ms);
        }
        if (!ms || *ms < 0) continue;  // before the run: not this installation's
        OpSeen& seen = t_.ops.emplace_back();
        seen.device_ms = *ms;
        seen.until_ms = *ms + spread_ms;
        seen.record = r.sequence;
        seen.snapshot_phase = r.phase;
        seen.snapshot_ms = r.device_ms;
        seen.op = op.op;
        seen.use = use;
        seen.excerpt = op.op + (use.rejected ? ": reject " : ": access ") +
                       (use.state.empty() ? "" : "[" + use.state + "] ") + use.time;
      }
    }
  }

  void package(const Record& r) {
    auto parsed = android::parse_packages(r.data);
    heard(r, parsed);
    const android::PackageState* p = android::find_package(parsed, t_.package);
    if (!p) return;
    t_.uid = p->uid;
    t_.target_sdk = p->target_sdk;
    t_.requested.insert(p->requested.begin(), p->requested.end());
  }

  // Each dump repeats what the one before it said. One that is not wholly understood excuses nobody.
  void exits(const Record& r) {
    auto parsed = android::parse_exits(r.data);
    heard(r, parsed);
    if (!parsed.trusted()) return;
    for (const android::ProcessExit& e : parsed.records) {
      auto ms = when(e.time);
      if (!ms || *ms < 0 || e.package != t_.package) continue;
      ExitSeen& seen = t_.exits.emplace_back();
      seen.device_ms = seen.until_ms = *ms;
      seen.record = r.sequence;
      seen.excerpt = line_with(r.data, e.time, "pid=");
      seen.pid = e.pid;
      seen.reason = e.reason;
    }
  }

  void hierarchy(const Record& r) {
    auto tree = android::parse_hierarchy(r.data);
    if (!tree.ok()) {
      t_.channels[r.name].gaps.insert(Reason::kGrammar);
      return;
    }
    TreeSeen& seen = trees_.emplace_back();
    stamp(seen, r);
    seen.tree = *std::move(tree);
    last_tree_ = trees_.size() - 1;
    last_xml_ = r.data;
  }

  void picture(const Record& r) {
    const android::Hierarchy* blind = last_xml_.empty() ? nullptr : &trees_[last_tree_].tree;
    PictureSeen picture = picture_seen(r.data, t_.package, blind, last_xml_);
    if (!picture.trusted) t_.channels[r.name].gaps.insert(Reason::kGrammar);
    if (!picture.tree) return;
    TreeSeen& seen = trees_.emplace_back();
    stamp(seen, r);
    seen.tree = *std::move(picture.tree);
    seen.from_picture = true;
  }

  void lost(const Record& r) {
    t_.records_lost += static_cast<std::int64_t>(r.count);
    t_.channels[r.name].gaps.insert(Reason::kHookDead);
  }

  void failed(const Record& r) {
    if (r.name == record_name::kHierarchy) stamp(t_.blind.emplace_back(), r);
    t_.channels[r.name].gaps.insert(reason_named(r.reason).value_or(Reason::kHookDead));
  }

  template <class T>
  static void by_time(std::vector<T>& list) {
    std::stable_sort(list.begin(), list.end(),
                     [](const T& a, const T& b) { return a.device_ms < b.device_ms; });
  }

  // A log stream that was taken up again repeats lines: what is the same in every field at the same time
  // counts once. Two processes that end in one millisecond are two ends.
  template <class T, class Key>
  static void once(std::vector<T>& list, Key key) {
    std::set<std::pair<std::int64_t, std::string>> seen;
    std::erase_if(list, [&](const T& m) { return !seen.emplace(m.device_ms, key(m)).second; });
  }

  Timeline t_;
  TrafficReader traffic_;
  HookRecords hooks_;
  std::vector<TreeSeen> trees_;
  std::size_t last_tree_ = 0;  // and its XML, for the picture that may follow
  std::string_view last_xml_;
  std::int64_t last_ms_ = 0;
};

}  // namespace

std::optional<Phase> Timeline::phase_at(std::int64_t device_ms) const {
  for (std::size_t p = 0; p < phases.size(); ++p) {
    if (within(static_cast<Phase>(p), device_ms)) return static_cast<Phase>(p);
  }
  return std::nullopt;
}

std::int64_t Timeline::ahead_ms(std::int64_t device_ms) const {
  std::int64_t ahead_ms = 0;
  for (const ClockSet& set : clock_sets) {
    if (set.device_ms <= device_ms) ahead_ms = set.ahead_ms;
  }
  return ahead_ms;
}

const ActionDone* Timeline::action_before(std::int64_t device_ms) const {
  auto after = std::upper_bound(actions.begin(), actions.end(), device_ms,
                                [](std::int64_t ms, const ActionDone& a) { return ms < a.device_ms; });
  return after == actions.begin() ? nullptr : &*std::prev(after);
}

const ActionDone* Timeline::next_action(std::int64_t device_ms) const {
  auto after = std::upper_bound(actions.begin(), actions.end(), device_ms,
                                [](std::int64_t ms, const ActionDone& a) { return ms < a.device_ms; });
  return after == actions.end() ? nullptr : &*after;
}

std::int64_t Timeline::next_action_ms(std::int64_t device_ms) const {
  const ActionDone* next = next_action(device_ms);
  return next ? next->device_ms : INT64_MAX;
}

bool Timeline::is_app(const android::EventRecord& event) const {
  if (uid >= 0 && event.uid >= 0) return event.uid % 100'000 == uid % 100'000;
  return event.process == package || starts_with(event.process, package + ":");
}

Observations observe_journal(const Journal& journal) {
  Observations o;
  o.timeline = Builder(journal).build(o.trees);
  o.timeline.journal = nullptr;
  o.head.header = journal.header;
  o.head.sealed = journal.sealed;
  o.head.complete = journal.complete;
  o.head.incomplete_reason = journal.incomplete_reason;
  o.head.signature_valid = journal.signature_valid;
  o.head.sha256 = journal.sha256;
  return o;
}

Timeline read_timeline(const Journal& journal, const android::PhraseBook& phrases) {
  std::vector<TreeSeen> trees;
  Timeline t = Builder(journal).build(trees);
  set_screens(t, read_screens(t, trees, phrases));
  return t;
}

}  // namespace storesweep
