// A few thousand mutations of the corpus' packages through container, zip and signatures: whatever comes in,
// an answer comes out, within the budget; and bombs end in one clear error.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>

#include "common/base/random.h"
#include "tests/unit/corpus.h"
#include "tests/unit/worker/apk/apk_builder.h"
#include "worker/apk/container.h"
#include "worker/apk/signature.h"

namespace storesweep::apk {
namespace {
namespace fs = std::filesystem;
constexpr std::uint64_t kWorkBytes = 64u << 20;
constexpr std::size_t kLargestBytes = 200u << 10;
constexpr int kMutationsOfAFile = 30;

bool from_budget(const Status& s) { return s.kind() == ErrorKind::kExhausted; }

// Everything that this half of the room does with a file.
void read_all(const std::string& file, int& opened) {
  ByteView bytes = as_bytes(file);
  auto container = read_container(bytes);
  ASSERT_TRUE(container.ok() || !container.status().message().empty());
  auto zip = ZipArchive::open(bytes);
  if (!zip.ok()) return;
  opened += 1;
  Budget budget(kWorkBytes);
  auto problems = zip->check_members(budget);
  ASSERT_TRUE(problems.ok() || from_budget(problems.status()));
  auto facts = verify_signatures(bytes, *zip, {}, budget);
  ASSERT_TRUE(facts.ok() || from_budget(facts.status())) << facts.status().text();
}

// Where a change tells: anywhere, in the directory, or before it (a signing block).
std::size_t place(const std::string& file, Random& random) {
  std::size_t directory = file.find("PK\x01\x02");
  if (directory == std::string::npos || random.below(3) == 0) return random.below(file.size());
  if (random.below(2) == 0) return directory + random.below(file.size() - directory);
  return directory - random.below(std::min<std::size_t>(directory, 4096) + 1);
}

std::string mutated(std::string file, Random& random) {
  for (std::uint64_t n = 1 + random.below(6); n > 0 && !file.empty(); --n) {
    std::size_t at = std::min(place(file, random), file.size() - 1);
    switch (random.below(20)) {
      case 0:
        file.erase(at, 1 + random.below(8));
        break;
      case 1:
        file.insert(at, file.substr(random.below(file.size()), random.below(64)));
        break;
      case 2:
        file.replace(at, std::min<std::size_t>(4, file.size() - at), std::string(4, '\xff'));
        break;
      default:
        file[at] = static_cast<char>(random.next_u64());
    }
  }
  return file;
}

TEST(Mutations, OfEveryPackageOfTheCorpusEndInAnAnswer) {
  NEED_CORPUS();
  SeededRandom random(20200724);
  int runs = 0, opened = 0;
  for (const auto& entry : fs::recursive_directory_iterator(corpus_path("apk"))) {
    if (entry.path().extension() != ".apk" || entry.file_size() > kLargestBytes) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::string file{std::istreambuf_iterator<char>(in), {}};
    for (int i = 0; i < kMutationsOfAFile; ++i, ++runs) read_all(mutated(file, random), opened);
  }
  std::printf("%d mutations, %d of them open as a zip\n", runs, opened);
  EXPECT_GT(runs, 3000);
  EXPECT_GT(opened, runs / 3);
}

std::string deflated(const std::string& content) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// One deflated member, named by many entries of the directory.
std::string bomb(std::size_t bytes, int entries) {
  std::string content = deflated(std::string(bytes, '\0'));
  std::string file = apk_test::zip_of({{"member", content, 8}});
  std::size_t directory = file.find("PK\x01\x02"), end = file.rfind("PK\x05\x06");
  auto sized = [&](std::string header, std::size_t at) {
    std::string size;
    put_little(size, bytes, 4);
    return header.replace(at, 4, size);
  };
  std::string entry = sized(file.substr(directory, end - directory), 24),
              all = sized(file.substr(0, directory), 22);
  std::string records;
  for (int i = 0; i < entries; ++i) records += entry;  // all of one name
  std::string tail = file.substr(end), counts;
  put_little(counts, static_cast<std::uint64_t>(entries), 2);
  put_little(counts, static_cast<std::uint64_t>(entries), 2);
  put_little(counts, records.size(), 4);
  return all + records + tail.replace(8, 8, counts);
}

TEST(Bombs, AMemberLargerThanWeHoldIsInflatedInPiecesUntilTheBudgetEnds) {
  std::string file = bomb(300u << 20, 1);
  auto zip = ZipArchive::open(as_bytes(file));
  ASSERT_TRUE(zip.ok()) << zip.status().text();
  std::uint64_t got = 0;
  auto sink = [&](ByteView piece) {
    got += piece.size();
    return ok_status();
  };
  Budget budget(kWorkBytes);
  EXPECT_EQ(zip->stream(zip->entries()[0], budget, sink).kind(), ErrorKind::kExhausted);
  EXPECT_LE(got, kWorkBytes);
  Budget enough;
  EXPECT_TRUE(zip->stream(zip->entries()[0], enough, sink).ok());
}

TEST(Bombs, MembersThatAllShareOneContentAreNoticedAndEndWithTheBudget) {
  std::string file = bomb(1u << 20, 5000);
  auto zip = ZipArchive::open(as_bytes(file));
  ASSERT_TRUE(zip.ok()) << zip.status().text();
  EXPECT_EQ(zip->entries().size(), 5000u);
  Budget budget(kWorkBytes);
  EXPECT_TRUE(zip->check_members(budget)->has(ZipProblemKind::kOverlap));
  Status last = ok_status();
  int read = 0;
  for (const ZipEntry& e : zip->entries()) {
    last = zip->stream(e, budget, [](ByteView) { return ok_status(); });
    if (!last.ok()) break;
    read += 1;
  }
  EXPECT_EQ(last.kind(), ErrorKind::kExhausted);
  EXPECT_LT(read, 64);
}
}  // namespace
}  // namespace storesweep::apk
