// R5.2: what became of the user's refusals when the app was updated, and when the update first ran (P11). The
// platform never loosens what a user refused: over an update it keeps grants and flags (AOSP
// PermissionManagerService restorePermissionState), and what it takes back by itself, from grants that it
// had given for compatibility, is no accusation. What it handles by rules of its own is left alone: storage
// and media (scoped storage), notifications (asked for by the system), permissions that were split off for
// old targets, policies.
#include <algorithm>

#include "common/base/text.h"
#include "common/evidence/names.h"
#include "common/judge/items.h"
#include "common/rules/permission_groups.h"

namespace storesweep {
namespace {

using android::PermissionState;

constexpr int kFirstApiThatAsks = 23;

bool has(const PermissionState& p, std::string_view flag) {
  return std::find(p.flags.begin(), p.flags.end(), flag) != p.flags.end();
}
bool is_refused(const PermissionState& p) {
  return !p.granted && (has(p, "USER_SET") || has(p, "USER_FIXED"));
}

bool by_the_platform(const PermissionState& p) {
  static constexpr std::string_view kFlags[] = {
      "SYSTEM_FIXED",    "POLICY_FIXED",          "GRANTED_BY_DEFAULT",
      "GRANTED_BY_ROLE", "REVOKE_WHEN_REQUESTED", "REVOKE_ON_UPGRADE",
      "REVIEW_REQUIRED", "AUTO_REVOKED",          "APPLY_RESTRICTION"};
  return std::any_of(std::begin(kFlags), std::end(kFlags), [&](std::string_view f) { return has(p, f); });
}
bool by_rules_of_its_own(std::string_view group) {
  return group.empty() || group == "STORAGE" || group == "NOTIFICATIONS";
}

const PermissionState* find(const PermissionsSeen& dump, std::string_view name) {
  const auto at = std::find_if(dump.held.begin(), dump.held.end(),
                               [&](const PermissionState& p) { return p.name == name; });
  return at == dump.held.end() ? nullptr : &*at;
}
bool asks_for(const PermissionsSeen& dump, std::string_view name) {
  return std::find(dump.requested.begin(), dump.requested.end(), name) != dump.requested.end();
}

// As the texts name it.
std::string shown(std::string_view group) {
  std::string out(group);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

// The three dumps that are compared; null where one is not there. Which side of the update a dump stands on
// its own version tells: the stretches of time of a look and an install that follow each other overlap.
struct Three {
  const ActionDone* update = nullptr;
  const PermissionsSeen *before = nullptr, *after = nullptr, *last = nullptr;
};
Three three(const UpdateSeen& u) {
  Three out;
  for (const ActionDone& a : u.actions) {
    if (a.name == record_name::kUpdate) out.update = &a;
  }
  for (const PermissionsSeen& d : u.dumps) {
    if (d.version_code == u.old_version) out.before = &d;
    if (d.version_code <= u.old_version || !out.update) continue;
    if (!out.after) out.after = &d;
    out.last = &d;
  }
  return out;
}

class Comparison {
 public:
  Comparison(const RunInput& in, const Three& dumps, RunResult& r) : in_(in), d_(dumps), r_(r) {}

  // Whether what became of this refusal tells anything.
  bool refused(const PermissionState& p) {
    const std::string_view group = permission_group(p.name);
    if (by_rules_of_its_own(group) || by_the_platform(p)) return false;
    if (!asks_for(*d_.after, p.name)) {
      dropped(p, group);
      return true;
    }
    const PermissionState *then = find(*d_.after, p.name), *now = find(*d_.last, p.name);
    if (!then || !now || by_the_platform(*then) || by_the_platform(*now)) return false;
    kept(p, group, *then, *now);
    return true;
  }

 private:
  void kept(const PermissionState& p, std::string_view group, const PermissionState& then,
            const PermissionState& now) {
    if (then.granted) return tell(*d_.after, p, group, "permission.granted_by_update");
    if (!is_refused(then)) return tell(*d_.after, p, group, "permission.reset_by_update");
    if (now.granted) return tell(*d_.last, p, group, "permission.granted_by_run");
    if (!is_refused(now)) tell(*d_.last, p, group, "permission.reset_by_run");
  }
  void tell(const PermissionsSeen& at, const PermissionState& p, std::string_view group, const char* what) {
    add(finding(in_, at, Level::kViolation, what, {{"permission", shown(group)}, {"name", p.name}}, {}));
  }

  // It asks for another of the group, of which nothing was refused. That may take less than before, or more.
  void dropped(const PermissionState& was, std::string_view group) {
    for (const PermissionState& p : d_.after->held) {
      const bool fresh = !p.granted && !is_refused(p) && !by_the_platform(p) && !find(*d_.before, p.name);
      if (permission_group(p.name) != group || !fresh || !asks_for(*d_.after, p.name) || takes_less(p))
        continue;
      add(finding(in_, *d_.after, Level::kSuspected, "permission.refusal_dropped",
                  {{"permission", shown(group)}, {"name", p.name}, {"was", was.name}},
                  {Missing::kNecessity}));
      return;
    }
  }
  static bool takes_less(const PermissionState& p) {
    return p.name == "android.permission.ACCESS_COARSE_LOCATION";
  }

  void add(Finding f) {
    f.phase = Phase::kP11;  // the last dump is taken at its edge
    f.evidence.push_back({in_.t.journal->sha256, d_.before->record, "before the update"});
    f.last_action = d_.update->excerpt + ", " + std::to_string(f.device_ms - d_.update->device_ms) + " ms";
    r_.findings.push_back(std::move(f));
  }

  const RunInput& in_;
  const Three& d_;
  RunResult& r_;
};

RunResult because(std::set<Reason> reasons) {
  RunResult r;
  r.reasons = std::move(reasons);
  return r;
}

// Nothing of ours may have changed what is compared.
bool hands_off(const UpdateSeen& u) {
  return std::none_of(u.actions.begin(), u.actions.end(), [](const ActionDone& a) {
    return a.unsure || a.name == record_name::kPermissionAllow || a.name == record_name::kClear;
  });
}

}  // namespace

RunResult refusals_kept(const RunInput& in) {
  const UpdateSeen& u = in.t.update;
  if (!u.offered) return because({Reason::kNoOldVersion});
  if (in.t.journal->header.device_kind.api < kFirstApiThatAsks) return because({Reason::kNoDeviceKind});
  RunResult r = because(gaps(in));
  r.reasons.insert(u.gaps.begin(), u.gaps.end());
  if (!r.reasons.empty()) return r;
  const Three dumps = three(u);
  std::vector<PermissionState> refused;
  if (dumps.before) {
    std::copy_if(dumps.before->held.begin(), dumps.before->held.end(), std::back_inserter(refused),
                 is_refused);
  }
  if (refused.empty()) r.reasons.insert(dumps.before ? Reason::kProfile : Reason::kGrammar);
  if (!refused.empty() && !dumps.after) r.reasons.insert(Reason::kGrammar);
  if (!hands_off(u)) r.reasons.insert(Reason::kTimeout);
  if (!r.reasons.empty()) return r;
  Comparison comparison(in, dumps, r);
  bool compared = false;
  for (const PermissionState& p : refused) compared = comparison.refused(p) || compared;
  if (compared) {
    r.otherwise = Level::kNotFound;
  } else {
    r.reasons.insert(Reason::kProfile);
  }
  return r;
}

}  // namespace storesweep
