// storesweep-judge RULES_FOLDER [OBSERVATIONS_FOLDER]: judges what comes on its standard input until that
// ends. Started by the coordinator, bounded by it in memory and time; it opens nothing but the rule pack and,
// where a request refers to them, observation records, which it reads only. What it writes there, once and
// before any journal comes, are the phrases that its records are read by.
#include <csignal>
#include <cstdio>
#include <string>

#include "common/base/bytes.h"
#include "common/rules/pack.h"
#include "coordinator/judging/frame.h"
#include "coordinator/judging/observed.h"
#include "coordinator/judging/request.h"

int main(int argc, char** argv) {
  using namespace storesweep;
  if (argc != 2 && argc != 3) {
    std::fprintf(
        stderr,
        "usage: storesweep-judge RULES_FOLDER [OBSERVATIONS_FOLDER] (started by storesweep-coordinator)\n");
    return 2;
  }
  auto pack = load_rule_pack(argv[1]);
  if (!pack.ok()) {
    std::fprintf(stderr, "storesweep-judge: %s\n", pack.status().message().c_str());
    return 1;
  }
  const JudgeTools tools(std::move(*pack), argc == 3 ? argv[2] : "");
  if (!tools.observations.empty()) {
    // Without them later packs read every screen anew, and no verdict is another for it.
    if (const Status s = write_phrases(tools.observations, tools.phrases); !s.ok())
      std::fprintf(stderr, "storesweep-judge: %s\n", s.message().c_str());
  }
  std::signal(SIGTERM, SIG_DFL);
  const std::string ready = encode_frame({"ready"});  // until then a death is not a journal's fault
  if (std::fwrite(ready.data(), 1, ready.size(), stdout) != ready.size()) return 1;
  std::fflush(stdout);
  std::string body;
  std::uint8_t head[4];
  while (std::fread(head, 1, 4, stdin) == 4) {
    std::uint32_t length = ByteReader(head).u32();
    if (length > kMaxJudgeRequestBytes) return 1;
    body.resize(length);
    if (std::fread(body.data(), 1, length, stdin) != length) return 1;
    std::string answer = answer_request(body, tools);
    if (std::fwrite(answer.data(), 1, answer.size(), stdout) != answer.size()) return 1;
    std::fflush(stdout);
  }
  return 0;
}
