// Observation records and the phrases they were read by: ours, but a judging child reads them from a disk.
#include "common/judge/observations.h"

#include <cstring>
#include <vector>

std::vector<std::string> fuzz_seeds();

namespace {
storesweep::android::Phrases other_phrases() {
  storesweep::android::Phrases p;
  p.agree = {"m"};
  return p;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep;
  static const ReadyPhrases phrases{android::Phrases{}};
  (void)decode_observations({data, size}, phrases).ok();
  // Past the check sum: as if the record had been broken before it was written.
  (void)decode_observations(as_bytes(framed_observations(as_text({data, size}))), phrases).ok();
  // The short way, by what stands in the record of its screens.
  static const PhraseChange change(other_phrases(), android::Phrases{});
  (void)decode_observations(as_bytes(framed_observations(as_text({data, size}))), phrases, [](const Digest&) {
    return &change;
  }).ok();
  (void)decode_phrases({data, size}).ok();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace storesweep;
  Journal j;
  j.header.package = "com.a";
  Record r;
  r.name = "events";
  r.data = "07-24 00:00:01.000  1000  1500  1520 I am_proc_start: [0,1,10101,com.a,activity,com.a/.M]\n";
  Record screen = r;
  screen.name = "hierarchy";
  screen.data =
      "<hierarchy rotation=\"0\"><node text=\"m\" package=\"com.a\" bounds=\"[0,0][9,9]\"/></hierarchy>";
  j.records = {r, screen};
  const std::string record = encode_observations(observe_journal(j), ReadyPhrases(android::Phrases{}));
  const std::string other = encode_observations(observe_journal(j), ReadyPhrases(other_phrases()));
  const std::size_t head = framed_observations("").size();
  return {record, record.substr(head), other.substr(head), encode_phrases(other_phrases())};
}
