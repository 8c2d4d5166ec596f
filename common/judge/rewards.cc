// R8.1: a page that names a reward and has a field for sensitive data. Suspected at most: whether it
// deceives, and whether the data are needed, is for a person. Where a reward is paid out, identity is often
// lawful (cash-out, prizes, tax): such pages are left alone. Never not found: a reward may lead to a camera,
// or into a web page.
#include <algorithm>

#include "common/judge/items.h"

namespace storesweep {
namespace {

const std::string* wanted(const RunInput& in, const ScreenSeen& s) {
  for (const std::string& input : s.inputs) {
    if (const std::string* data = word_in(in.pack.sensitive_words, input)) return data;
  }
  return nullptr;
}

}  // namespace

RunResult reward_for_data(const RunInput& in) {
  RunResult r;
  r.reasons = gaps(in);
  r.reasons.merge(exercised(in));
  r.reasons.insert(Reason::kDocumentReview);
  for (const ScreenSeen& s : in.t.screens) {
    if (s.screen.package != in.t.package || s.screen.kind == android::ScreenKind::kBlind) continue;
    const std::string* data = wanted(in, s);
    const std::string* reward = data ? word_in(in.pack.reward_words, s.screen.text) : nullptr;
    if (!reward || word_in(in.pack.payout_words, s.screen.text)) continue;
    r.findings.push_back(finding(in, s, Level::kSuspected, "reward.for_data",
                                 {{"reward", *reward}, {"data", *data}}, {Missing::kNecessity}));
    break;
  }
  return r;
}

}  // namespace storesweep
