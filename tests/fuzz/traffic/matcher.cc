// Any bytes through the matcher: in pieces it finds what it finds in the whole, and each hit is what it says.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "common/traffic/matcher.h"
#include "tests/unit/common/traffic/plant.h"

using namespace storesweep;
using namespace storesweep::traffic;

namespace {
const CanaryMatcher& matcher() {
  static const CanaryMatcher kMatcher(canaries_of(1));
  return kMatcher;
}
void must(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView all(data, size);
  const Hits whole = matcher().find(all);
  const std::size_t step = size > 0 ? data[size - 1] % 64 + 1 : 1;
  MatchStream stream(matcher(), "", size % 8);
  for (std::size_t at = 0; at < size; at += step) stream.feed(all.subspan(at, std::min(step, size - at)));
  must(stream.finish().hits == whole.hits && !whole.cut);
  for (const Hit& hit : whole.hits) {
    const Form& form = matcher().forms(hit.canary)[hit.form];
    must(hit.offset + hit.length <= size);
    must(hit.keyed || form.strong());
    must(form.part != Part::kWhole || form.any_case ||
         as_text(all.subspan(hit.offset, hit.length)) == form.bytes);
  }
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> seeds;
  for (std::size_t c = 0; c < matcher().canaries().size(); ++c) {
    const auto& forms = matcher().forms(c);
    for (std::size_t f = 0; f < forms.size(); f += 7) {
      seeds.push_back(planted(matcher().canaries()[c], forms, forms[f]).text);
    }
  }
  return seeds;
}
