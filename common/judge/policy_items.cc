// R4.1 and R9.4, and what other items ask of the policy. It accuses only by what it says itself: that it says
// nothing of a matter may be our words' fault, so that such a finding is suspected and names that.
#include "common/judge/policy_items.h"

#include <algorithm>

#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/evidence/names.h"
#include "common/rules/listing_check.h"

namespace storesweep {
namespace {

constexpr std::size_t kMaxQuoted = 300;     // bytes of a sentence
constexpr std::size_t kLeastNameBytes = 4;  // of a name that is looked for in a text
constexpr std::size_t kShownDigestChars = 16;

RunResult for_people() {
  RunResult r;
  r.reasons = {Reason::kDocumentReview};
  return r;
}

Finding policy_finding(const RunInput& in, policy::Span where, std::string_view what,
                       std::vector<std::pair<std::string, std::string>> values) {
  const EvidenceRef evidence = policy_evidence(in, where);
  Moment at;
  at.record = evidence.record;
  at.excerpt = evidence.excerpt;
  std::vector<Missing> missing = {Missing::kPolicyWords};
  if (!policy_is_the_apps(in)) missing.push_back(Missing::kPolicyOwner);
  Finding f = finding(in, at, Level::kSuspected, what, std::move(values), std::move(missing));
  f.phase = Phase::kP0;
  f.last_action.clear();
  return f;
}

// A company's name without what says that it is one.
std::string bare_name(std::string_view name) {
  std::string out = policy::normal(name);
  for (std::string_view end :
       {"有限责任公司", "股份有限公司", "有限公司", "公司", "集团", "co.,ltd.", "co.,ltd", "co. ltd", "ltd.",
        "ltd", "inc.", "inc", "llc", "limited", "gmbh", "corporation", "corp."}) {
    while (out.size() > end.size() && ends_with(out, end)) out.resize(out.size() - end.size());
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == ',')) out.pop_back();
  return out;
}

}  // namespace

bool policy_lost(const Timeline& t) {
  const auto at = t.channels.find(record_name::kPolicyText);
  return at != t.channels.end() && !at->second.gaps.empty();
}

bool policy_is_the_apps(const RunInput& in) {
  const std::string text = policy::normal(in.policy->text);
  std::vector<std::string> names = {in.t.package, in.listing.label, bare_name(in.listing.developer)};
  if (in.t.facts) names.insert(names.end(), in.t.facts->labels.begin(), in.t.facts->labels.end());
  return std::ranges::any_of(names, [&](const std::string& name) {
    const std::string looked_for = policy::normal(name);
    return looked_for.size() >= kLeastNameBytes && text.find(looked_for) != std::string::npos;
  });
}

std::vector<Missing> policy_missing(const RunInput& in) {
  if (!in.policy) return {Missing::kPolicyUnread};
  if (!policy_is_the_apps(in)) return {Missing::kPolicyOwner};
  return {};
}

EvidenceRef policy_evidence(const RunInput& in, policy::Span where) {
  const std::string digest = to_hex(sha256(as_bytes(in.t.policy))).substr(0, kShownDigestChars);
  return {in.t.journal->sha256, in.t.policy_record,
          "policy " + digest + ": " + clean_utf8(trim(where.of(in.policy->text)).substr(0, kMaxQuoted))};
}

// The policy tells of directed push, and neither where it is met nor how to close it. A policy that tells
// nothing of it is not accused: whether there is any push is not seen.
RunResult push_told(const RunInput& in) {
  RunResult r = for_people();
  if (!in.policy || !in.policy->push.told || in.policy->push.denied) return r;
  const policy::Span where = in.policy->push.where.front();
  if (!in.policy->push_closing.told)
    r.findings.push_back(policy_finding(in, where, "policy.push_no_closing", {}));
  if (!in.policy->push_scenes.told)
    r.findings.push_back(policy_finding(in, where, "policy.push_no_scenes", {}));
  return r;
}

// The page names one company, the policy another. Groups and trade names are for people.
RunResult page_operator(const RunInput& in) {
  RunResult r = for_people();
  if (!in.listing.page_captured()) {
    r.reasons.clear();
    r.otherwise = Level::kNotApplicable;
    return r;
  }
  const auto& nobody = in.pack.placeholder_developers;  // R10.2 tells of those
  if (std::ranges::any_of(nobody,
                          [&](const std::string& n) { return same_spelling(trim(in.listing.developer), n); }))
    return r;
  const std::string listed = bare_name(in.listing.developer);
  if (!in.policy || in.policy->operator_name.empty() || listed.size() < kLeastNameBytes) return r;
  const std::string told = bare_name(in.policy->operator_name);
  const bool named = policy::normal(in.policy->text).find(listed) != std::string::npos;
  if (named || listed.find(told) != std::string::npos) return r;
  const std::size_t at = in.policy->text.find(in.policy->operator_name);
  const auto begin = static_cast<std::uint32_t>(at == std::string::npos ? 0 : at);
  const policy::Span where{begin, begin + static_cast<std::uint32_t>(
                                              at == std::string::npos ? 0 : in.policy->operator_name.size())};
  Finding f =
      policy_finding(in, where, "policy.other_operator",
                     {{"listed", clean_utf8(in.listing.developer)}, {"found", in.policy->operator_name}});
  f.evidence.push_back({in.t.journal->sha256, in.t.listing_record, "page " + in.listing.page});
  r.findings.push_back(std::move(f));
  return r;
}

}  // namespace storesweep
