// Any text as lines of the hooks: bounded, and what is missing is never more than the numbers say.
#include <cstdint>
#include <cstdlib>

#include "common/base/text.h"
#include "common/hooks/hook_lines.h"

using namespace storesweep;
using namespace storesweep::hooks;

namespace {
void must(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  HookReader reader;
  std::uint64_t highest = 0, most_lost = 0;
  for (std::string_view line : lines(text)) {
    const auto read = parse_hook_line(line);
    if (!read.ok()) continue;
    must(read->stack.size() <= kMaxHookFrames && read->unhooked.size() <= kMaxHookFrames);
    must(read->value.size() <= line.size() && read->up_ms >= 0 && read->took_ms >= 0 && read->depth >= 0);
    must(read->kind != HookKind::kCall || (!read->source.empty() && !read->api.empty()));
    must(!part_of(*read, *read));
    reader.take(*read);
    highest = std::max(highest, read->number);
    most_lost = std::max(most_lost, read->lost);
  }
  must(reader.gaps().missing <= highest && reader.gaps().lost <= most_lost);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {
      "{\"kind\":\"hello\",\"up\":1,\"pid\":2,\"script\":\"1\",\"frida\":\"17\",\"sources\":\"1\","
      "\"hooked\":1,\"absent\":1,\"unhooked\":[\"a.B.c: abstract\"],\"n\":0,\"lost\":0}\n"
      "{\"up\":2,\"took\":1,\"pid\":2,\"tid\":2,\"depth\":1,\"kind\":\"call\",\"source\":\"imei\","
      "\"api\":\"a.B.c\",\"args\":[\"x\"],\"type\":\"string\",\"value\":\"v\",\"thread\":\"main\","
      "\"stack\":[\"a.B.c(B.java:1)\"],\"n\":1,\"lost\":0}\n"
      "{\"kind\":\"beat\",\"up\":3,\"queued\":0,\"n\":2,\"lost\":1}\n",
      "{\"kind\":\"call\",\"via\":\"reflection\",\"source\":\"serial\",\"api\":\"a.B.c\",\"threw\":\"x\"}\n"
      "{\"kind\":\"call\",\"source\":\"serial\",\"api\":\"a.B.c\",\"null\":true,\"cut\":true}\n"
      "{\"kind\":\"call\",\"source\":\"mac\",\"api\":\"a.B.c\",\"type\":\"[B\",\"size\":6,\"value\":\"02\"}",
      "{\"kind\":\"digest\",\"api\":\"a\",\"algorithm\":\"MD5\",\"head\":\"MzU1\",\"bytes\":3}\n"
      "{\"kind\":\"end\",\"up\":9,\"n\":3}\n{\"kind\":\"absent\",\"why\":\"no VM\"}\n"
      "{\"type\":\"error\",\"description\":\"TypeError\"}"};
}
