// What goes to a judging child and what comes back, as frames (frame.h) on its pipes. A request is [listing
// JSON, context, claim, journal, journal...], where a reference (observed.h) may stand for a journal; an
// answer is [error name or "ok", message or encoded verdict, observation records that were asked for...].
// Pure but for the reading of references.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/judge/judge.h"
#include "common/judge/observations.h"

namespace storesweep {

inline constexpr std::size_t kMaxJudgeRequestBytes = 1u << 30;
inline constexpr std::size_t kMaxVerdictAnswerBytes = 8u << 20;
inline constexpr std::size_t kMaxObservedAnswerBytes = 256u << 20;  // with observation records

struct JudgeRequest {
  std::vector<std::string> journals;  // bytes; the first is the run of the sweep
  std::string claim;                  // what the report says of the last one (claim.h); empty: not checked
  Listing listing;
  JudgeContext context;
  bool observe = false;    // hand back the observation record of each journal that came as bytes
  std::string trace_id{};  // for the pool's own log lines; a child writes none
};
// What a child judges with, made once, for one thread.
struct JudgeTools {
  JudgeTools(RulePack p, std::string folder);
  const RulePack pack;
  const ReadyPhrases phrases;
  const std::string observations;  // folder of records that a request may refer to; empty: none
  const PhraseChanges since;       // the phrases that these were read by; empty without a folder
};

std::string encode_request(const JudgeRequest& request);
// What the child does with one request's body: the answer's frame.
std::string answer_request(std::string_view body, const JudgeTools& tools);
// `observations`: where the records go that came with it; null: nowhere.
Result<Verdict> decode_answer(std::string_view body, std::vector<std::string>* observations = nullptr);

}  // namespace storesweep
