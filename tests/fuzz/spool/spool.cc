// What lies in a worker's folders after a crash of the machine: entries and tokens of its spool, its notes of
// the versions that its cache has.
#include <cstdint>
#include <string>
#include <vector>

#include "worker/job/old_versions.h"
#include "worker/job/spool_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep;
  auto entry = job::entry_untrusted({data, size});
  if (entry.ok() &&
      job::to_bytes(*entry).value_or("") != std::string(reinterpret_cast<const char*>(data), size))
    __builtin_trap();
  static_cast<void>(job::token_untrusted({data, size}).ok());
  const auto versions = job::parse_versions({reinterpret_cast<const char*>(data), size});
  if (versions.size() > job::kMaxVersionsNoted) __builtin_trap();
  if (job::parse_versions(job::versions_text(versions)) != versions) __builtin_trap();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace storesweep;
  Failure failure;
  failure.token.n = 7;
  failure.detail = "x";
  return {job::to_bytes(job::SpoolEntry{failure, "http://a/b"}).value_or(""),
          job::to_bytes(failure.token).value_or(""), job::versions_text({{31, {Digest{}}}})};
}
