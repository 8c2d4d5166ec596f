// Observation records: ours, but a judging child reads them from a disk.
#include "common/judge/observations.h"

#include <cstring>
#include <vector>

std::vector<std::string> fuzz_seeds();

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep;
  static const ReadyPhrases phrases{android::Phrases{}};
  (void)decode_observations({data, size}, phrases).ok();
  // Past the check sum: as if the record had been broken before it was written.
  (void)decode_observations(as_bytes(framed_observations(as_text({data, size}))), phrases).ok();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace storesweep;
  Journal j;
  j.header.package = "com.a";
  Record r;
  r.name = "events";
  r.data = "07-24 00:00:01.000  1000  1500  1520 I am_proc_start: [0,1,10101,com.a,activity,com.a/.M]\n";
  j.records = {r};
  const std::string record = encode_observations(observe_journal(j), ReadyPhrases(android::Phrases{}));
  return {record, record.substr(framed_observations("").size())};
}
