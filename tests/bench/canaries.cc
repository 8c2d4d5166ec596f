// The canary matcher, for ./dev bench canaries:
//   storesweep-bench-canaries write KIND BYTES FILE        innocent bytes
//   (tests/unit/common/traffic/innocent.h) storesweep-bench-canaries patterns FILE                all forms
//   of one run, one a line, for grep -F -f storesweep-bench-canaries lengths FILE                 the same
//   with a length before each, for Hyperscan storesweep-bench-canaries scan FILE                    looks for
//   all of them; says how many hits storesweep-bench-canaries innocence KIND BYTES         looks through so
//   many innocent bytes in a stream
#include <algorithm>
#include <cstdio>
#include <string>

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/traffic/matcher.h"
#include "tests/unit/common/traffic/innocent.h"

using namespace storesweep;
using namespace storesweep::traffic;

namespace {
constexpr std::uint64_t kRunSeed = 164;
constexpr std::uint64_t kDataSeed = 20200724;
constexpr std::size_t kPieceBytes = 16 << 20;

int failed(const Status& status) {
  std::fprintf(stderr, "storesweep-bench-canaries: %s\n", status.text().c_str());
  return 1;
}

// Calls piece(bytes) until so many were made.
template <class Take>
void make(std::string_view kind, std::uint64_t bytes, const Take& piece) {
  const auto at = std::find(kInnocentNames.begin(), kInnocentNames.end(), kind) - kInnocentNames.begin();
  InnocentBytes source(static_cast<Innocent>(at), kDataSeed);
  for (; bytes > 0; bytes -= std::min<std::uint64_t>(bytes, kPieceBytes)) {
    piece(source.next(std::min<std::uint64_t>(bytes, kPieceBytes)));
  }
}

int write_bytes(std::string_view kind, std::uint64_t bytes, const std::string& file) {
  std::FILE* out = std::fopen(file.c_str(), "wb");
  if (out == nullptr) return failed(not_found(file));
  make(kind, bytes, [out](const std::string& piece) { std::fwrite(piece.data(), 1, piece.size(), out); });
  return std::fclose(out) == 0 ? 0 : failed(unavailable(file));
}

int write_patterns(const std::string& file, bool with_lengths) {
  const CanaryMatcher matcher(canaries_of(kRunSeed));
  std::string all;
  std::size_t count = 0;
  for (std::size_t c = 0; c < matcher.canaries().size(); ++c) {
    for (const Form& form : matcher.forms(c)) {
      if (!with_lengths && form.bytes.find_first_of(std::string("\n\0", 2)) != std::string::npos) continue;
      if (with_lengths) put_little(all, form.bytes.size() | (form.any_case ? 1u << 31 : 0), 4);
      all += form.bytes + (with_lengths ? "" : "\n");
      ++count;
    }
  }
  std::FILE* out = std::fopen(file.c_str(), "wb");
  if (out == nullptr) return failed(not_found(file));
  std::fwrite(all.data(), 1, all.size(), out);
  std::printf("%zu\n", count);
  return std::fclose(out) == 0 ? 0 : failed(unavailable(file));
}

int told(const CanaryMatcher& matcher, const Hits& found) {
  std::printf("{\"hits\": %zu, \"cut\": %s, \"forms\": %zu}\n", found.hits.size(),
              found.cut ? "true" : "false", matcher.form_count());
  for (const Hit& hit : found.hits) {
    std::fprintf(stderr, "%s %s at %llu\n", matcher.canaries()[hit.canary].name.c_str(),
                 matcher.forms(hit.canary)[hit.form].name().c_str(),
                 static_cast<unsigned long long>(hit.offset));
  }
  return 0;
}

int scan(const std::string& name) {
  auto file = MappedFile::open(name);
  if (!file.ok()) return failed(file.status());
  const CanaryMatcher matcher(canaries_of(kRunSeed));
  return told(matcher, matcher.find(file->bytes()));
}

int innocence(std::string_view kind, std::uint64_t bytes) {
  const CanaryMatcher matcher(canaries_of(kRunSeed));
  MatchStream stream(matcher);
  make(kind, bytes, [&](const std::string& piece) { stream.feed(as_bytes(piece)); });
  return told(matcher, stream.finish());
}
}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  const auto bytes = argc > 3 ? parse_int<std::uint64_t>(argv[3]) : std::nullopt;
  const bool known =
      argc > 2 && std::find(kInnocentNames.begin(), kInnocentNames.end(), argv[2]) != kInnocentNames.end();
  if (what == "write" && argc == 5 && known && bytes) return write_bytes(argv[2], *bytes, argv[4]);
  if (what == "patterns" && argc == 3) return write_patterns(argv[2], false);
  if (what == "lengths" && argc == 3) return write_patterns(argv[2], true);
  if (what == "scan" && argc == 3) return scan(argv[2]);
  if (what == "innocence" && argc == 4 && known && bytes) return innocence(argv[2], *bytes);
  std::fprintf(stderr, "usage: see the head of canaries.cc\n");
  return 2;
}
