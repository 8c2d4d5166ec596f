// R3.1 and R3.2, and R1.3 by what left the device: a value that this run had planted went out, to whom, and
// before anybody agreed. What went past the proxy, and what was closed to it, is unseen: never `not found`.
#include "common/judge/traffic_items.h"

#include <algorithm>
#include <map>

#include "common/base/text.h"
#include "common/evidence/names.h"
#include "common/judge/policy_items.h"

namespace storesweep {
namespace {
constexpr int kUidsPerUser = 100'000;
constexpr int kPinnedTimes = 2;  // a connection that was left once may be chance

// One finding for each kind and host: the first.
bool known(const RunResult& r, const Finding& f) {
  return std::any_of(r.findings.begin(), r.findings.end(),
                     [&](const Finding& other) { return other.what == f.what && other.values == f.values; });
}

void add(RunResult& r, Finding f) {
  if (!known(r, f)) r.findings.push_back(std::move(f));
}

Finding traffic_finding(const RunInput& in, const LeftSeen& left, Level level, std::string_view what,
                        std::vector<Missing> missing,
                        std::vector<std::pair<std::string, std::string>> more = {}) {
  std::vector<std::pair<std::string, std::string>> values = {
      {"kind", left.kind}, {"host", left.host}, {"form", left.form}};
  values.insert(values.end(), more.begin(), more.end());
  if (!missing.empty()) level = std::max(level, Level::kSuspected);
  // Told at the latest moment at which it can have been sent, as which it counts.
  Moment at = left;
  at.device_ms = at.until_ms;
  return finding(in, at, level, what, std::move(values), std::move(missing));
}

bool policy_names(const RunInput& in, const HostOwner& owner) {
  const std::string text = policy::normal(in.policy->text);
  for (const std::string* name : {&owner.name, &owner.company}) {
    if (!name->empty() && text.find(policy::normal(*name)) != std::string::npos) return true;
  }
  return false;
}

bool is_own(const RunInput& in, const std::string& host) {
  return below_domain(host, own_domain(in.t.package));
}

RunResult unseen(const RunInput& in) {
  RunResult r;
  r.reasons = traffic_gaps(in.t);
  return r;
}

}  // namespace

// What another app sent is never held against this one: where it is not known whose it was, it counts only as
// long as all that was looked up is there.
std::vector<const LeftSeen*> left_of_app(const Timeline& t) {
  const bool looked = channel_gaps(t, record_name::kSockets).empty();
  std::vector<const LeftSeen*> out;
  for (const LeftSeen& left : t.traffic.left) {
    const bool own = left.uid >= 0 && t.uid >= 0 && left.uid % kUidsPerUser == t.uid % kUidsPerUser;
    if (own || (left.uid < 0 && looked)) out.push_back(&left);
  }
  return out;
}

bool before_consent(const Timeline& t, const LeftSeen& left) {
  const PhaseSpan& first = t.span(Phase::kP1);
  return first.began && left.until_ms >= first.begin_ms && left.until_ms < consent_ms(t);
}

std::vector<Missing> traffic_missing(const LeftSeen& left) {
  std::vector<Missing> out;
  if (left.uid < 0) out.push_back(Missing::kCallerUnknown);
  if (left.hashed) out.push_back(Missing::kDigestOnly);
  return out;
}

std::set<Reason> traffic_gaps(const Timeline& t) {
  std::set<Reason> out;
  const auto channel = t.channels.find(record_name::kTraffic);
  if (channel != t.channels.end()) out = channel->second.gaps;
  if (!t.traffic.proxied) {
    if (out.empty()) out = {Reason::kNoProxy};
    return out;
  }
  if (!t.traffic.trusted) out.insert(Reason::kCaUserOnly);
  if (t.traffic.gaps > 0) out.insert(Reason::kHookDead);
  std::map<std::string, int> pinned;
  for (const UnopenedSeen& u : t.traffic.unopened) {
    const bool refused = t.traffic.trusted && u.how == traffic::Unopened::kRefused;
    if (refused || (u.how == traffic::Unopened::kPinned && ++pinned[u.host] >= kPinnedTimes))
      out.insert(Reason::kPinned);
  }
  if (t.traffic.requests > 0) out.merge(channel_gaps(t, record_name::kSockets));
  out.insert(Reason::kNativePath);  // what an app sends past the proxy of the settings
  return out;
}

bool other_canaries(const Timeline& a, const Timeline& b) {
  return !a.traffic.planted.empty() && !b.traffic.planted.empty() && a.traffic.seed != b.traffic.seed;
}

bool rests_on_canaries(const Finding& f) { return starts_with(f.what, "traffic."); }

void collected_by_traffic(const RunInput& in, RunResult& r) {
  for (const LeftSeen* left : left_of_app(in.t)) {
    if (!before_consent(in.t, *left)) continue;
    std::vector<Missing> missing = traffic_missing(*left);
    if (!dialog_seen(in.t)) missing.push_back(Missing::kConsentUnproven);
    add(r, traffic_finding(in, *left, Level::kViolation, "traffic.before_consent", std::move(missing)));
  }
}

// It reached somebody else before anybody had agreed.
RunResult third_party_early(const RunInput& in) {
  RunResult r = unseen(in);
  for (const LeftSeen* left : left_of_app(in.t)) {
    const HostOwner* owner = in.pack.host_owners.of(left->host);
    if (!owner || is_own(in, left->host) || !before_consent(in.t, *left)) continue;
    std::vector<Missing> missing = traffic_missing(*left);
    if (!dialog_seen(in.t)) missing.push_back(Missing::kConsentUnproven);
    add(r, traffic_finding(in, *left, Level::kViolation, "traffic.third_party_before_consent",
                           std::move(missing), {{"owner", owner->name}}));
  }
  return r;
}

// It reached somebody whom the policy does not name, as far as its words are known; or nobody knows whose the
// host is.
RunResult third_party_untold(const RunInput& in) {
  RunResult r = unseen(in);
  for (const LeftSeen* left : left_of_app(in.t)) {
    if (is_own(in, left->host)) continue;
    const HostOwner* owner = in.pack.host_owners.of(left->host);
    if (owner && in.policy && policy_names(in, *owner)) continue;
    std::vector<Missing> missing = traffic_missing(*left);
    if (!owner) missing.push_back(Missing::kHostOwner);
    if (auto more = policy_missing(in); !more.empty()) missing.push_back(more.front());
    if (in.policy) missing.push_back(Missing::kPolicyWords);
    std::vector<std::pair<std::string, std::string>> named;
    if (owner) named.emplace_back("owner", owner->name);
    add(r, traffic_finding(in, *left, Level::kSuspected,
                           owner ? "traffic.third_party_untold" : "traffic.unknown_host", std::move(missing),
                           std::move(named)));
  }
  return r;
}

}  // namespace storesweep
