// Any bytes as a zip file; every member is read, whole and in pieces, within a bound.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/worker/apk/apk_builder.h"
#include "worker/apk/zip.h"

using namespace storesweep;

std::vector<std::string> fuzz_seeds() {
  return {apk_test::zip_of({{"a", "one"}, {"b/c", "two", 8}}),
          apk_test::zip_of({{"a", "one", 21, 1}, {"a/b", "x"}}, "dex", "comment")};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto zip = apk::ZipArchive::open(ByteView(data, size));
  if (!zip.ok()) return 0;
  apk::Budget budget(64u << 20);
  auto problems = zip->check_members(budget);
  if (problems.ok() && problems->list.size() < zip->problems().list.size()) __builtin_trap();
  for (const apk::ZipEntry& e : zip->entries()) {
    if (zip->find(e.name) == nullptr) __builtin_trap();
    auto bytes = zip->read(e, 1 << 20);
    if (bytes.ok() && bytes->size() > 1 << 20) __builtin_trap();
    std::uint64_t streamed = 0;
    Status s = zip->stream(e, budget, [&](ByteView piece) {
      streamed += piece.size();
      return ok_status();
    });
    if (s.ok() && streamed != e.bytes) __builtin_trap();
    if (bytes.ok() && !s.ok() && s.kind() == ErrorKind::kCorrupt) __builtin_trap();
  }
  return 0;
}
