// What goes to a judging child and what comes back, as bytes on its pipes: u32 LE length, then parts, each
// with its own u32 LE length. A request is [listing JSON, flags, journal, journal...]; an answer is [error
// name or "ok", message or encoded verdict]. Pure.
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
  Listing listing;
  JudgeContext context;
};

std::string encode_frame(const std::vector<std::string_view>& parts);
// The parts of a whole frame's body (behind its length); kCorrupt when it is none.
Result<std::vector<std::string_view>> decode_frame(std::string_view body);

std::string encode_request(const JudgeRequest& request);
// What the child does with one request's body: the answer's frame.
std::string answer_request(std::string_view body, const RulePack& pack);
Result<Verdict> decode_answer(std::string_view body);

}  // namespace storesweep
