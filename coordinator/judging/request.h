// What goes to a judging child and what comes back, as frames (frame.h) on its pipes. A request is [listing
// JSON, context, claim, journal, journal...]; an answer is [error name or "ok", message or encoded verdict].
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/judge/judge.h"

namespace storesweep {

inline constexpr std::size_t kMaxJudgeRequestBytes = 1u << 30;
inline constexpr std::size_t kMaxVerdictAnswerBytes = 8u << 20;

struct JudgeRequest {
  std::vector<std::string> journals;  // bytes; the first is the run of the sweep
  std::string claim;                  // what the report says of the last one (claim.h); empty: not checked
  Listing listing;
  JudgeContext context;
};

std::string encode_request(const JudgeRequest& request);
// What the child does with one request's body: the answer's frame.
std::string answer_request(std::string_view body, const RulePack& pack);
Result<Verdict> decode_answer(std::string_view body);

}  // namespace storesweep
