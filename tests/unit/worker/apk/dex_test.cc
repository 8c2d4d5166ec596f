// Dex files, class files and native libraries that were made by hand, and broken by hand.
#include "worker/apk/dex.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "common/base/random.h"
#include "tests/unit/worker/apk/code_builder.h"
#include "tests/unit/worker/apk/dex_corpus.h"
#include "worker/apk/call_sites.h"
#include "worker/apk/native.h"

namespace storesweep::apk {
namespace {
using code_test::asking;
using code_test::dex_of;
using code_test::set_little;

const CallSiteScanner& scanner() {
  static const SourceCatalogue catalogue =
      load_sources(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules").value();
  static const CallSiteScanner s(catalogue);
  return s;
}

TEST(Dex, OfEveryVersionIsReadAndOthersAreNot) {
  for (const char* version : {"035", "037", "038", "039", "040", "041"}) {
    auto parts = asking();
    parts.version = version;
    const std::string bytes = dex_of(parts);
    auto dexes = DexFile::parse(as_bytes(bytes));
    ASSERT_TRUE(dexes.ok()) << version << dexes.status().text();
    ASSERT_EQ(dexes->size(), 1u);
    EXPECT_TRUE(dexes->at(0).checksum_holds());
    EXPECT_EQ(scanner().scan(dexes->at(0)).call_sites.size(), 2u);
  }
  for (const char* version : {"036", "042", "009"}) {
    auto parts = asking();
    parts.version = version;
    EXPECT_EQ(DexFile::parse(as_bytes(dex_of(parts))).status().kind(), ErrorKind::kUnsupported) << version;
  }
  EXPECT_EQ(DexFile::parse(as_bytes("dey\n035")).status().kind(), ErrorKind::kCorrupt);
}

TEST(Dex, AContainerHoldsSeveralFilesWhoseOffsetsAreItsOwn) {
  auto parts = asking();
  parts.version = "041";
  std::string bytes = dex_of(parts);
  const std::size_t first = bytes.size();
  bytes += dex_of(parts, first);
  auto dexes = DexFile::parse(as_bytes(bytes));
  ASSERT_TRUE(dexes.ok()) << dexes.status().text();
  ASSERT_EQ(dexes->size(), 2u);
  for (const DexFile& dex : *dexes) EXPECT_EQ(scanner().scan(dex).call_sites.size(), 2u);
  set_little(bytes, first + 116, 7, 4);  // the second header's own place
  EXPECT_FALSE(DexFile::parse(as_bytes(bytes)).ok());
}

TEST(Dex, AWrongHeaderIsNamed) {
  const std::string good = dex_of(asking());
  const std::pair<std::size_t, std::uint32_t> breaks[] = {
      {32, 1u << 30},   {32, 8},          {36, 0x71},       {40, 0x78563412},
      {52, 0},          {52, 0xfffffff0}, {56, 0xffffffff}, {60, 0xfffffffc},
      {64, 0x10000000}, {88, 0x20000000}, {96, 0x10000000}, {60, 0x71}};
  for (const auto& [at, value] : breaks) {
    std::string bytes = good;
    set_little(bytes, at, value, 4);
    auto dexes = DexFile::parse(as_bytes(bytes));
    ASSERT_FALSE(dexes.ok()) << at;
    EXPECT_EQ(dexes.status().kind(), ErrorKind::kCorrupt);
    EXPECT_EQ(dexes.status().message().rfind("dex: ", 0), 0u);
  }
}

TEST(Dex, AChangedByteIsSeenByTheChecksum) {
  std::string bytes = dex_of(asking());
  bytes[bytes.size() - 20] ^= 1;
  auto dexes = DexFile::parse(as_bytes(bytes));
  ASSERT_TRUE(dexes.ok());
  EXPECT_FALSE(dexes->at(0).checksum_holds());
}

TEST(Dex, CodeThatEndsWithinAnInstructionOrATableIsReadToItsEnd) {
  for (const std::vector<std::uint16_t>& code : {std::vector<std::uint16_t>{0x106e, 1},
                                                 {0x106e},
                                                 {0x0100},
                                                 {0x0100, 0xffff},
                                                 {0x0300, 8, 0xffff, 0xffff},
                                                 {0x0200, 0xffff},
                                                 {0x0018, 0, 0},
                                                 {0x002b, 0xffff, 0x7fff},
                                                 {0x0028},
                                                 {0x00fa, 1, 0}}) {
    auto parts = asking();
    parts.code = code;
    const std::string bytes = dex_of(parts);
    auto dexes = DexFile::parse(as_bytes(bytes));
    ASSERT_TRUE(dexes.ok());
    (void)scanner().scan(dexes->at(0));
  }
}

TEST(Dex, MethodsThatShareOneHugeBodyEndInAGapAndNotInHours) {
  auto parts = asking();
  parts.code.assign(500'000, 0x0000);
  std::string bytes = dex_of(parts);
  // A second class data at the end: 300,000 methods, each with that body.
  auto dexes = DexFile::parse(as_bytes(bytes));
  ASSERT_TRUE(dexes.ok());
  const std::uint32_t data_at = static_cast<std::uint32_t>(bytes.size());
  std::string data("\0\0\0", 3);
  auto leb = [&](std::uint32_t v) {
    for (; v > 0x7f; v >>= 7) data.push_back(static_cast<char>(v | 0x80));
    data.push_back(static_cast<char>(v));
  };
  DexClassData first(dexes->at(0), dexes->at(0).class_def(0));
  const std::uint32_t code_at = first.next_method().value().code_at;
  leb(300'000);
  for (int i = 0; i < 300'000; ++i) {
    leb(0);
    leb(1);
    leb(code_at);
  }
  bytes += data;
  set_little(bytes, 32, bytes.size(), 4);
  std::uint32_t classes_at = 0;
  std::memcpy(&classes_at, bytes.data() + 100, 4);
  set_little(bytes, classes_at + 24, data_at, 4);
  auto shared = DexFile::parse(as_bytes(bytes));
  ASSERT_TRUE(shared.ok()) << shared.status().text();
  const CodeFacts facts = scanner().scan(shared->at(0));
  ASSERT_FALSE(facts.gaps.empty());
  EXPECT_LT(facts.methods, 1000u);
}

TEST(Dex, AHundredAndMoreFilesAreJoined) {
  const std::string bytes = dex_of(asking());
  CodeFacts all;
  for (int i = 0; i < 150; ++i) all.add(scanner().scan(DexFile::parse(as_bytes(bytes)).value().at(0)));
  ASSERT_EQ(all.call_sites.size(), 2u);
  EXPECT_EQ(all.call_sites[0].count, 150u);
  EXPECT_EQ(all.classes.size(), 150u);
}

TEST(ClassFiles, MadeByHandAreReadAndBrokenOnesRefused) {
  const std::string bytes = code_test::class_file();
  auto file = ClassFile::parse(as_bytes(bytes));
  ASSERT_TRUE(file.ok()) << file.status().text();
  EXPECT_EQ(file->name(), "com/a/A");
  EXPECT_EQ(scanner().scan(*file).call_sites.size(), 2u);
  std::string newer = bytes;
  newer[7] = 66;
  EXPECT_EQ(ClassFile::parse(as_bytes(newer)).status().kind(), ErrorKind::kUnsupported);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut)
    EXPECT_FALSE(ClassFile::parse(as_bytes(bytes.substr(0, cut))).ok()) << cut;
}

TEST(NativeLibraries, MadeByHandAreReadAndCutOnesDoNoHarm) {
  const std::string bytes = code_test::native_library();
  auto library = read_native_library(as_bytes(bytes));
  ASSERT_TRUE(library.ok()) << library.status().text();
  const NativeLibrary wanted = {"arm64-v8a", "libx.so", {"libc.so"}, {"Java_com_a_A_m"}, true};
  EXPECT_TRUE(*library == wanted);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut)
    (void)read_native_library(as_bytes(bytes.substr(0, cut)));
}

// Some thousands of mutations of the smaller dex files of the corpus.
TEST(DexMutations, NeverHarm) {
  NEED_CORPUS();
  SeededRandom random(4);
  int runs = 0, read = 0;
  for (const CorpusDex& file : corpus_dexes()) {
    if (file.bytes.size() > 60'000) continue;
    for (int i = 0; i < 150; ++i, ++runs) {
      std::string bytes = file.bytes;
      for (std::uint64_t n = 1 + random.below(12); n > 0; --n) {
        // Half of them in the header and the tables at the beginning, where most depends on them.
        const std::size_t at =
            random.below(random.below(2) == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 2048));
        if (at >= 8) bytes[at] = static_cast<char>(random.below(3) == 0 ? 0xff : random.next_u64());
      }
      if (random.below(8) == 0) bytes.resize(random.below(bytes.size()));
      auto dexes = DexFile::parse(as_bytes(bytes));
      if (!dexes.ok()) continue;
      ++read;
      for (const DexFile& dex : *dexes) (void)scanner().scan(dex);
    }
  }
  std::printf("%d mutations, %d of them still read\n", runs, read);
  EXPECT_GT(runs, 1000);
}

}  // namespace
}  // namespace storesweep::apk
