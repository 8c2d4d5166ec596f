// R1.3 by what the hooks saw: a source was read before consent, and a value came back. That it was tried and
// that something left the device are other facts, told apart.
#include "common/judge/hook_items.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/evidence/names.h"

namespace storesweep {
namespace {

// "com.foo" is com.foo and what is below it.
bool below(std::string_view name, std::string_view prefix) {
  return starts_with(name, prefix) &&
         (name.size() == prefix.size() || name[prefix.size()] == '.' || name[prefix.size()] == '$');
}
bool below_any(std::string_view name, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& p) { return below(name, p); });
}

bool before_consent(const Timeline& t, const HookSeen& seen) {
  const PhaseSpan& first = t.span(Phase::kP1);
  return first.began && seen.until_ms >= first.begin_ms && seen.until_ms < consent_ms(t);
}

bool sure(const RulePack& pack, const HookSeen& seen) {
  const std::size_t dot = seen.api.rfind('.');
  return !pack.hook_lookups.contains(dot == std::string::npos ? seen.api : seen.api.substr(dot + 1));
}

std::vector<Missing> missing_of(const RunInput& in, const HookSeen& seen, const HookCaller& caller) {
  std::vector<Missing> out;
  if (seen.yield != HookYield::kValue || seen.inner || !sure(in.pack, seen))
    out.push_back(Missing::kValueUnseen);
  if (caller.layer_only) out.push_back(Missing::kCallerUnknown);
  if (!dialog_seen(in.t)) out.push_back(Missing::kConsentUnproven);
  return out;
}

bool known(const RunResult& r, const Finding& f) {
  return std::any_of(r.findings.begin(), r.findings.end(),
                     [&](const Finding& other) { return other.what == f.what && other.values == f.values; });
}

}  // namespace

HookCaller caller_of(const RunInput& in, const HookSeen& seen) {
  HookCaller out;
  const std::string own = class_of_frame(seen.api + "(");
  for (const std::string& name : seen.callers) {
    if (name.empty() || name == own || below_any(name, in.pack.hook_platform)) continue;
    out.anybody = true;
    out.layer_only = below_any(name, in.pack.hook_layers);
    if (out.layer_only) continue;
    if (const HostOwner* sdk = in.pack.host_owners.of_class(name)) out.sdk = sdk->name;
    return out;
  }
  return out;
}

std::set<Reason> hook_gaps(const Timeline& t) {
  std::set<Reason> out;
  const auto channel = t.channels.find(record_name::kHooks);
  if (channel != t.channels.end()) out = channel->second.gaps;
  if (t.hooks.sessions == 0 && out.empty()) out.insert(Reason::kHookAbsent);
  if (t.hooks.sessions > 0) out.insert(Reason::kNativePath);  // what native code reads no hook sees
  return out;
}

void collected_by_hooks(const RunInput& in, RunResult& r) {
  for (const HookSeen& seen : in.t.hooks.calls) {
    if (!in.pack.hooked_kinds.contains(seen.source) || !before_consent(in.t, seen)) continue;
    const HookCaller caller = caller_of(in, seen);
    if (!caller.anybody) continue;
    const std::vector<Missing> missing = missing_of(in, seen, caller);
    const bool value = seen.yield == HookYield::kValue;
    std::string what = value ? "hook.before_consent" : "hook.attempt_before_consent";
    std::vector<std::pair<std::string, std::string>> values = {{"kind", seen.source}, {"api", seen.api}};
    if (!caller.sdk.empty()) {
      what += "_sdk";
      values.emplace_back("owner", caller.sdk);
    }
    Finding f = finding(in, seen, missing.empty() ? Level::kViolation : Level::kSuspected, what,
                        std::move(values), missing);
    if (!known(r, f)) r.findings.push_back(std::move(f));
  }
}

}  // namespace storesweep
