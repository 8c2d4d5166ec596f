#include "simdroid/android/app_ops.h"

#include <algorithm>

#include "simdroid/android/components.h"
#include "simdroid/android/log.h"
#include "simdroid/android/platform_rules.h"
#include "simdroid/android/processes.h"

namespace storesweep::simdroid::android {
namespace {
bool in_foreground(UidState state) { return state <= UidState::kForeground; }

void fall(State& s, UidRecord& record, UidState now) {
  if (now == record.committed) {
    record.falls_at_ms = -1;
    return;
  }
  // To a more important state, or to one that is not restricted: at once (AppOpsService.updateUidProcState).
  if (now < record.committed || in_foreground(now) || !holds(Rule::kUidStatesInOps, s.api, 0)) {
    record.committed = now;
    record.falls_at_ms = -1;
  } else if (record.falls_at_ms < 0) {
    record.falls_at_ms = s.now_ms + op_settle_ms(s.api, record.committed <= UidState::kTop,
                                                 record.committed == UidState::kForegroundService);
  }
}
}  // namespace

std::string default_op_mode(const State&, std::string_view op) {
  if (op == "GET_USAGE_STATS" || op == "SYSTEM_ALERT_WINDOW" || op == "WRITE_SETTINGS" ||
      op == "REQUEST_INSTALL_PACKAGES")
    return "default";
  if (op == "READ_DEVICE_IDENTIFIERS") return "deny";
  return "allow";
}

std::string op_mode(const State& s, int uid, const std::string& package, const std::string& op) {
  if (auto it = s.uid_modes.find(uid); it != s.uid_modes.end())
    if (auto mode = it->second.find(op); mode != it->second.end()) return mode->second;
  if (auto it = s.ops.find(uid); it != s.ops.end())
    if (auto of = it->second.find(package); of != it->second.end())
      if (auto state = of->second.find(op); state != of->second.end() && !state->second.mode.empty())
        return state->second.mode;
  return default_op_mode(s, op);
}

UidState current_uid_state(const State& s, int uid) {
  UidState best = UidState::kCached;
  for (const auto& [pid, process] : s.processes)
    if (process.uid == uid) best = std::min(best, standing_of(s, process).uid_state);
  return best;
}

void follow_uid(State& s, int uid) {
  if (uid < kFirstAppUid) return;
  const UidState now = current_uid_state(s, uid);
  const bool runs =
      std::any_of(s.processes.begin(), s.processes.end(), [&](const auto& p) { return p.second.uid == uid; });
  if (!runs) {
    s.uids.erase(uid);
    return;
  }
  auto [entry, fresh] = s.uids.try_emplace(uid);
  UidRecord& record = entry->second;
  if (fresh) log_block(s, "event.uid_running", {{"uid", std::to_string(uid)}});
  fall(s, record, now);
  if (in_foreground(now)) {
    if (record.idle) log_block(s, "event.uid_active", {{"uid", std::to_string(uid)}});
    record.idle = false;
    record.background_since_ms = -1;
  } else if (record.background_since_ms < 0) {
    record.background_since_ms = s.now_ms;
    plan(s, kBackgroundSettleMs, {.kind = Event::Kind::kUidIdle, .number = uid});
  }
}

void follow_all_uids(State& s) {
  std::vector<int> uids;
  for (const auto& [uid, record] : s.uids) uids.push_back(uid);
  for (const auto& [pid, process] : s.processes)
    if (!s.uids.contains(process.uid)) uids.push_back(process.uid);
  for (int uid : uids) follow_uid(s, uid);
}

UidState believed_uid_state(State& s, int uid) {
  follow_uid(s, uid);
  auto it = s.uids.find(uid);
  if (it == s.uids.end()) return current_uid_state(s, uid);
  UidRecord& record = it->second;
  if (record.falls_at_ms >= 0 && record.falls_at_ms <= s.now_ms) {
    record.committed = current_uid_state(s, uid);
    record.falls_at_ms = -1;
  }
  return record.committed;
}

bool note_op(State& s, int uid, const std::string& package, const std::string& op, std::int64_t duration_ms) {
  const std::string mode = op_mode(s, uid, package, op);
  const UidState state = believed_uid_state(s, uid);
  const bool allowed = mode == "allow" || (mode == "foreground" && in_foreground(state));
  OpUse& use = s.ops[uid][package][op].uses[state];
  use.state = state;
  if (allowed) {
    use.access_wall_ms = wall_ms(s);
    use.duration_ms = duration_ms;
  } else {
    use.reject_wall_ms = wall_ms(s);
  }
  return allowed;
}

}  // namespace storesweep::simdroid::android
