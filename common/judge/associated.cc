// R6.5: the app starts another app that nobody asked for and of which no screen had told. The system's log
// names who started what; a tap of ours, an action that may have been late and a page that cannot be read
// leave it untold. Never not found: without decoys on the device there is nothing to start.
#include <algorithm>

#include "common/base/text.h"
#include "common/evidence/names.h"
#include "common/judge/asks.h"
#include "common/judge/items.h"

namespace storesweep {
namespace {

constexpr std::int64_t kScreenBeforeMs = 120'000;  // a look so long ago says nothing of what stood there

bool of_system(const RunInput& in, std::string_view package) {
  const auto& all = in.pack.system_packages;
  return std::any_of(all.begin(), all.end(),
                     [&](const std::string& p) { return package == p || starts_with(package, p + "."); });
}

// The start of a screen of another app, by this one. An address that is opened is a jump, another task's
// matter.
bool starts_another(const RunInput& in, const SystemSeen& s) {
  if (s.line.kind != android::SystemKind::kActivityStart || s.line.caller_uid < 0 || in.t.uid < 0)
    return false;
  if (s.line.caller_uid % 100'000 != in.t.uid % 100'000) return false;
  if (android::is_permission_screen(s.line.component)) return false;  // of a vendor's controller, too
  const std::string package(android::package_of(s.line.component));
  const bool own = package == in.t.package || starts_with(package, in.t.package + ":");
  const bool view = ends_with(s.line.action, "action.VIEW");
  return !package.empty() && !own && !view && !of_system(in, package);
}

// What stood on the screen last; null when that is too long ago, or nothing of the app's.
const ScreenSeen* shown_before(const Timeline& t, std::int64_t device_ms) {
  const ScreenSeen* last = nullptr;
  for (const ScreenSeen& s : t.screens) {
    if (s.until_ms > device_ms) break;
    last = &s;
  }
  return last && device_ms - last->until_ms <= kScreenBeforeMs ? last : nullptr;
}

}  // namespace

RunResult associated_start(const RunInput& in) {
  RunResult r;
  r.reasons = gaps(in);
  r.reasons.insert(Reason::kProfile);  // no decoys
  if (!channel_gaps(in.t, record_name::kLog).empty() || !channel_gaps(in.t, record_name::kPackage).empty())
    return r;
  std::set<std::string> told;
  for (const SystemSeen& s : in.t.system) {
    if (!starts_another(in, s)) continue;
    const Trigger trigger = trigger_of(in.t, s.device_ms, s.device_ms, in.pack.threshold("tap_trigger_ms"));
    if (trigger == Trigger::kTap || trigger == Trigger::kAgree) continue;
    const ScreenSeen* before = shown_before(in.t, s.device_ms);
    const bool readable = before && before->screen.kind != android::ScreenKind::kBlind;
    if (trigger == Trigger::kUnclear || !readable) {
      r.reasons.insert(Reason::kTimeout);
      continue;
    }
    if (word_in(in.pack.start_notices, before->screen.text)) continue;
    const std::string package(android::package_of(s.line.component));
    if (!told.insert(package).second) continue;
    Finding f = finding(in, s, Level::kViolation, "start.another", {{"package", package}}, {});
    f.evidence.push_back({in.t.journal->sha256, before->record, before->excerpt});
    r.findings.push_back(std::move(f));
  }
  return r;
}

}  // namespace storesweep
