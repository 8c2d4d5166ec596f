// What observers cut out of a device's words before a parser sees them: time zone, uptime, a dump's answer,
// and logs that come over several connections.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "common/base/text.h"
#include "worker/observe/log_merge.h"
#include "worker/observe/observer.h"
#include "worker/observe/run_clock.h"
#include "worker/observe/screen_look.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(observe::parse_zone(text).ok());
  static_cast<void>(observe::parse_uptime(text));
  const observe::DumpAnswer answer = observe::take_apart(text);
  if (answer.said.size() > size || answer.xml.size() > size) std::abort();
  if (observe::take_apart_timed(text).out.size() > size) std::abort();
  observe::LogMerge merge("07-24 08:00:00.000");
  for (std::string_view line : lines(text)) {
    if (line == "!") merge.reconnected();
    merge.take(line);
  }
  static_cast<void>(merge.take_up_time());
  if (merge.take_gaps() < 0) std::abort();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {"+0800\n", "12.34 5.6\n", "12.34 5.6\nSuccess\n\n13.00 5.7\n",
          "UI hierchary dumped to: /x\n12.34 5.6\n<?xml version='1.0'?><hierarchy/>",
          "07-24 08:00:00.123  1  1 I a: b\n07-24 08:00:01.123  1  1 I a: c\n!\n07-24 08:00:01.123  1  1 I "
          "a: c\n"};
}
