// Child processes that judge hostile journals, each with a budget of time, memory and processor. A child
// serves many requests; one that dies or overruns is replaced, and the request it died of is answered with
// `killed`. Where none can be started the answer is kUnavailable: the journal is not to blame. Safe for
// concurrent use: submit from any thread; the callback comes on one of the pool's threads. Destroying the
// pool ends the children; what was not answered then is never answered.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/log.h"
#include "common/base/status.h"
#include "coordinator/judging/request.h"

namespace storesweep {

struct JudgeOptions {
  std::vector<std::string> command;  // storesweep-judge RULES_FOLDER
  int children = 2;
  std::int64_t budget_ms = 60'000;          // of one request
  std::uint64_t memory_bytes = 1ull << 30;  // of a child; 0: no bound (sanitizers need that)
};

struct JudgeAnswer {
  Result<Verdict> verdict;
  std::vector<std::string>
      observations;     // where they were asked for, one for each journal that came as bytes
  bool killed = false;  // the child died or overran its budget on this very request
};

class JudgePool {
 public:
  using Callback = std::function<void(std::uint64_t ticket, JudgeAnswer answer)>;
  JudgePool(JudgeOptions options, Log& log, Callback callback);
  ~JudgePool();
  // Answered once, by the callback, with this ticket. Order is not kept.
  void submit(std::uint64_t ticket, JudgeRequest request);
  std::size_t waiting() const;
  std::uint64_t children_lost() const;  // since the start

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace storesweep
