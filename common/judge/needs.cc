// R5.1, R5.5 and R7.10: what an app says a permission is for, what it asks for without any use, and what
// stands in the launcher for it.
#include <algorithm>

#include "common/base/text.h"
#include "common/evidence/names.h"
#include "common/judge/asks.h"
#include "common/judge/items.h"
#include "common/model/shown_name.h"
#include "common/rules/permission_groups.h"

namespace storesweep {
namespace {

constexpr int kFirstApiThatAsks = 23;

RunResult because(Reason reason) {
  RunResult r;
  r.reasons = {reason};
  return r;
}

// The groups that clause 4.1 a names.
bool wants_a_purpose(std::string_view group) {
  static constexpr std::string_view kGroups[] = {"phone",       "contacts", "location", "sms",
                                                 "microphone",  "camera",   "storage",  "media_visual",
                                                 "media_aural", "calendar"};
  return std::find(std::begin(kGroups), std::end(kGroups), group) != std::end(kGroups);
}

// The app's own screen that stood last before a request; null when the app was started anew in between.
const ScreenSeen* own_before(const Timeline& t, const Ask& ask) {
  const ScreenSeen* last = nullptr;
  for (const ScreenSeen& s : t.screens) {
    if (s.device_ms > ask.device_ms) break;
    last = s.screen.package == t.package ? &s : nullptr;
  }
  if (!last) return nullptr;
  const bool anew = std::any_of(t.actions.begin(), t.actions.end(), [&](const ActionDone& a) {
    const bool starts = a.name == record_name::kLaunch || a.name == record_name::kClear ||
                        a.name == record_name::kSwipeAway || a.name == record_name::kReboot;
    return starts && a.until_ms >= last->device_ms && a.device_ms <= ask.device_ms;
  });
  return anew ? nullptr : last;
}

enum class Told {
  kYes,
  kVague,  // the permission is spoken of, but no purpose that we know
  kUnseen  // what stands behind a dialog of the system's no hierarchy shows
};

Told told(const RunInput& in, const Ask& ask, const ScreenSeen* before) {
  if (!before || before->screen.kind != android::ScreenKind::kRationale) return Told::kUnseen;
  const auto& groups = before->screen.permission_groups;
  if (std::find(groups.begin(), groups.end(), ask.first_group()) == groups.end()) return Told::kUnseen;
  return word_in(in.pack.purpose_words, before->screen.text) ? Told::kYes : Told::kVague;
}

}  // namespace

RunResult purpose_told(const RunInput& in) {
  RunResult r;
  if (in.t.journal->header.device_kind.api < kFirstApiThatAsks) return because(Reason::kNoDeviceKind);
  r.reasons = gaps(in);
  if (!channel_gaps(in.t, record_name::kLog).empty()) return r;
  std::set<std::string> accused;
  for (const Ask& ask : permission_asks(in.t)) {
    const std::string group = ask.first_group();
    if (!ask.shown || ask.by == Ask::By::kSystem || !wants_a_purpose(group)) continue;
    const ScreenSeen* before = own_before(in.t, ask);
    const Told how = told(in, ask, before);
    if (how == Told::kUnseen) r.reasons.insert(Reason::kDocumentReview);  // its pictures are for a person
    if (ask.by != Ask::By::kApp || ask.unclear) r.reasons.insert(Reason::kGrammar);
    if (how != Told::kVague || ask.by != Ask::By::kApp || ask.unclear || !accused.insert(group).second)
      continue;
    Finding f = finding(in, ask, Level::kSuspected, "permission.purpose_vague", {{"permission", group}},
                        {Missing::kPurposeVague});
    f.evidence.push_back({in.t.journal->sha256, before->record, before->excerpt});
    r.findings.push_back(std::move(f));
  }
  r.reasons.merge(exercised(in));
  if (r.reasons.empty()) r.otherwise = Level::kNotFound;
  return r;
}

namespace {

// Whether the dialogs of a group of the platform's are those that a screen's words tell of.
bool asked_for(const std::vector<Ask>& asks, std::string_view permission) {
  std::string group(permission_group(permission));
  std::transform(group.begin(), group.end(), group.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::any_of(asks.begin(), asks.end(), [&](const Ask& ask) {
    const std::string seen = ask.first_group();
    return seen == "unknown" || seen == group || (group == "storage" && starts_with(seen, "media_"));
  });
}

}  // namespace

// A permission of the manifest that no code was seen to need and that was never asked for. Where code is
// hidden from us, or the manifests of SDKs were merged into the app's own, nothing is said.
RunResult needless_permission(const RunInput& in) {
  RunResult r;
  r.reasons = gaps(in);
  r.reasons.merge(exercised(in));
  if (!in.t.facts) return r;
  const AppFacts& facts = *in.t.facts;
  if (in.t.journal->header.device_kind.api < kFirstApiThatAsks || in.t.target_sdk < kFirstApiThatAsks)
    r.reasons.insert(Reason::kNoDeviceKind);  // nothing is asked for at run time there
  if (!facts.code_read || facts.loads_code) r.reasons.insert(Reason::kHookAbsent);
  if (!facts.without_calls.empty() && facts.native_code) r.reasons.insert(Reason::kNativePath);
  if (!facts.without_calls.empty() && facts.sdks) r.reasons.insert(Reason::kHookAbsent);
  if (!r.reasons.empty()) return r;
  const auto asks = permission_asks(in.t);
  for (const std::string& permission : facts.without_calls) {
    if (asked_for(asks, permission)) continue;
    Moment at;
    at.record = in.t.facts_record;
    at.excerpt = permission;
    Finding f = finding(in, at, Level::kSuspected, "permission.without_use", {{"name", permission}},
                        {Missing::kUseUnseen, Missing::kNecessity});
    f.phase = Phase::kP0;
    r.findings.push_back(std::move(f));
  }
  r.otherwise = Level::kNotFound;
  return r;
}

namespace {
// A blank name in every language. An app that gives none is shown by the name of its package.
bool name_is_blank(const AppFacts& facts) {
  return facts.labels_read && !facts.labels.empty() && std::ranges::all_of(facts.labels, draws_nothing);
}

Finding entry_finding(const RunInput& in, std::string_view what, const std::string& seen) {
  const std::string& activity = in.t.facts->launch_activity;
  Moment at;
  at.record = in.t.facts_record;
  at.excerpt = activity + ": " + seen;
  Finding f = finding(in, at, Level::kViolation, what, {{"activity", activity}}, {});
  f.phase = Phase::kP0;
  return f;
}
}  // namespace

// An app without an entry in the launcher hides none; whether an icon stays there needs another look.
RunResult launcher_entry(const RunInput& in) {
  RunResult r;
  r.reasons = channel_gaps(in.t, record_name::kAppFacts);
  if (!r.reasons.empty()) return r;
  const AppFacts& facts = *in.t.facts;
  r.reasons = {Reason::kProfile};
  if (facts.launch_activity.empty()) return r;
  if (name_is_blank(facts))
    r.findings.push_back(entry_finding(in, "launcher.blank_name", "the label is blank"));
  if (facts.icon_alpha >= 0 && facts.icon_alpha <= in.pack.threshold("icon_alpha")) {
    r.findings.push_back(entry_finding(
        in, "launcher.transparent_icon",
        "no pixel of the icon is more opaque than " + std::to_string(facts.icon_alpha) + " of 255"));
  }
  return r;
}

}  // namespace storesweep
