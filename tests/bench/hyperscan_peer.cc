// Hyperscan on the same forms, for ./dev bench canaries: hyperscan_peer PATTERNS FILE (patterns as
// `storesweep-bench-canaries lengths` writes them). It looks for bytes alone: no field names, no edges, no
// pairs.
#include <hs/hs.h>

#include <cstdio>
#include <string>
#include <vector>

#include "common/base/file.h"

using namespace storesweep;

namespace {
constexpr std::size_t kMaxPatternsBytes = 64 << 20;
constexpr std::size_t kPieceBytes = 1 << 20;  // without what lies across pieces: to its advantage

int count(unsigned, unsigned long long, unsigned long long, unsigned, void* hits) {
  ++*static_cast<std::size_t*>(hits);
  return 0;
}
int failed(const char* what) {
  std::fprintf(stderr, "hyperscan_peer: %s\n", what);
  return 1;
}
}  // namespace

int main(int argc, char** argv) {
  auto patterns =
      argc == 3 ? read_file(argv[1], kMaxPatternsBytes) : Result<std::string>(invalid("two files"));
  auto data = argc == 3 ? MappedFile::open(argv[2]) : Result<MappedFile>(invalid("two files"));
  if (!patterns.ok() || !data.ok()) return failed("PATTERNS FILE");
  std::vector<const char*> texts;
  std::vector<std::size_t> lengths;
  std::vector<unsigned> flags, ids;
  for (ByteReader in(as_bytes(*patterns)); in.left() > 0;) {
    const std::uint32_t head = in.u32();
    const ByteView bytes = in.take(head & 0x7FFFFFFF);
    texts.push_back(reinterpret_cast<const char*>(bytes.data()));
    lengths.push_back(bytes.size());
    flags.push_back(head >> 31 ? HS_FLAG_CASELESS : 0);
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_compile_lit_multi(texts.data(), flags.data(), ids.data(), lengths.data(),
                           static_cast<unsigned>(texts.size()), HS_MODE_BLOCK, nullptr, &database,
                           &error) != HS_SUCCESS) {
    return failed(error->message);
  }
  hs_scratch_t* scratch = nullptr;
  if (hs_alloc_scratch(database, &scratch) != HS_SUCCESS) return failed("scratch");
  std::size_t hits = 0;
  const std::string_view all = as_text(data->bytes());
  for (std::size_t at = 0; at < all.size(); at += kPieceBytes) {
    const std::string_view piece = all.substr(at, kPieceBytes);
    if (hs_scan(database, piece.data(), static_cast<unsigned>(piece.size()), 0, scratch, count, &hits) !=
        HS_SUCCESS) {
      return failed("scan");
    }
  }
  std::printf("%zu\n", hits);
  hs_free_scratch(scratch);
  hs_free_database(database);
  return 0;
}
