// What a zip has that it should not have is a fact, with the releases that do not install such a file.
#include <gtest/gtest.h>

#include "tests/unit/worker/apk/apk_builder.h"
#include "worker/apk/zip.h"

namespace storesweep::apk {
namespace {
using apk_test::zip_of;
using enum ZipProblemKind;

ZipProblems problems(const std::string& file) {
  auto zip = ZipArchive::open(as_bytes(file));
  if (!zip.ok()) return {};
  Budget budget;
  return *zip->check_members(budget);
}

std::string replaced(std::string file, std::size_t at, const std::string& bytes) {
  return file.replace(at, bytes.size(), bytes);
}

TEST(ZipProblems, AProperArchiveHasNone) {
  ZipProblems p = problems(zip_of({{"AndroidManifest.xml", "x"}, {"res/", ""}, {"res/a", "y"}}));
  EXPECT_TRUE(p.none());
  EXPECT_EQ(p.installable, ApiRange{});
}

TEST(ZipProblems, ANameThatStandsThereTwiceIsRefusedSince43) {
  ZipProblems p = problems(zip_of({{"a", "one"}, {"a", "two"}}));
  ASSERT_TRUE(p.has(kDuplicateName));
  EXPECT_EQ(p.list[0].member, "a");
  EXPECT_EQ(p.installable.to, 17);
}

TEST(ZipProblems, NamesThatAreNotUtf8OrHoldNulAreNoMembers) {
  std::string file = zip_of({{"\xff", "one"}, {std::string("a\0b", 3), "two"}, {"c", "three"}});
  auto zip = ZipArchive::open(as_bytes(file));
  ASSERT_EQ(zip->entries().size(), 1u);
  EXPECT_TRUE(zip->problems().has(kNameNotUtf8));
  EXPECT_TRUE(zip->problems().has(kNameHasNul));
  EXPECT_EQ(zip->problems().installable.to, 17);
}

TEST(ZipProblems, NamesThatLeadElsewhereAreNoticedAndDoNotHinderTheInstaller) {
  for (std::string name : {"../x", "/x", "a/../b", "a\\b", ".."}) {
    ZipProblems p = problems(zip_of({{name, "one"}}));
    EXPECT_TRUE(p.has(kNameEscapes)) << name;
    EXPECT_EQ(p.installable, ApiRange{}) << name;
  }
  EXPECT_FALSE(problems(zip_of({{"a..b/..c", "one"}})).has(kNameEscapes));
  EXPECT_TRUE(problems(zip_of({{"", "one"}})).has(kNameEmpty));
  EXPECT_TRUE(problems(zip_of({{std::string(5000, 'n'), "one"}})).has(kNameTooLong));
}

TEST(ZipProblems, AFileThatIsAlsoAFolderIsNoticedWhateverSortsBetween) {
  EXPECT_TRUE(problems(zip_of({{"a", "1"}, {"a-b", "2"}, {"a/b", "3"}})).has(kFileIsFolder));
  EXPECT_FALSE(problems(zip_of({{"a", "1"}, {"a-b/c", "2"}})).has(kFileIsFolder));
}

TEST(ZipProblems, TheEncryptionFlagIsRefusedBy43And44Alone) {
  ZipProblems p = problems(zip_of({{"a", "one", 0, 1}}));
  ASSERT_TRUE(p.has(kEncryptedFlag));
  EXPECT_EQ(p.list[0].refused, (ApiRange{18, 20}));
  EXPECT_EQ(p.installable, (ApiRange{21, kNewestApi}));
}

TEST(ZipProblems, AnUnknownMethodIsNoHindrance) {
  ZipProblems p = problems(zip_of({{"a", "one", 21}}));
  EXPECT_TRUE(p.has(kUnknownMethod));
  EXPECT_EQ(p.installable, ApiRange{});
}

TEST(ZipProblems, BytesBeforeTheFirstMemberAreRefusedSince81) {
  EXPECT_EQ(problems(zip_of({{"a", "one"}}, "dex\n035")).installable, (ApiRange{1, 26}));
}

TEST(ZipProblems, ALocalHeaderThatDiffersHindersWhereTheMemberIsNeeded) {
  std::string manifest = zip_of({{"AndroidManifest.xml", "one"}}), other = zip_of({{"other", "one"}});
  EXPECT_TRUE(problems(replaced(manifest, 18, "\x7f")).has(kLocalHeaderDiffers));
  EXPECT_TRUE(problems(replaced(manifest, 18, "\x7f")).installable.none());
  EXPECT_TRUE(problems(replaced(other, 18, "\x7f")).has(kLocalHeaderDiffers));
  EXPECT_EQ(problems(replaced(other, 18, "\x7f")).installable, ApiRange{});
  EXPECT_TRUE(problems(replaced(manifest, 30, "B")).has(kLocalNameDiffers));
  EXPECT_TRUE(problems(replaced(manifest, 0, "X")).has(kNoLocalHeader));
}

TEST(ZipProblems, MembersThatShareBytesAreNoticed) {
  std::string file = zip_of({{"a", "one"}, {"a", "two"}});
  std::size_t second = file.rfind("PK\x01\x02");
  EXPECT_FALSE(problems(file).has(kOverlap));
  EXPECT_TRUE(problems(replaced(file, second + 42, std::string(4, '\0'))).has(kOverlap));
}

TEST(ZipProblems, ASizeThatNothingInflatesToIsKnownBeforeItIsInflated) {
  std::string file = zip_of({{"a", "one", 8}});
  for (std::size_t at : {std::size_t{22}, file.find("PK\x01\x02") + 24}) {
    file = replaced(file, at, std::string("\xff\xff\xff\x0f", 4));
  }
  EXPECT_TRUE(problems(file).has(kSizeLies));
  auto zip = ZipArchive::open(as_bytes(file));
  EXPECT_EQ(zip->read(*zip->find("a"), 1u << 30).status().text(),
            "corrupt: zip: a: does not inflate to its size");
}

TEST(ZipProblems, AnEndRecordThatCountsTooFewIsNoticedAndTooManyIsCorrupt) {
  std::string file = zip_of({{"a", "one"}, {"b", "two"}});
  std::size_t end = file.rfind("PK\x05\x06");
  EXPECT_TRUE(problems(replaced(file, end + 10, "\x01")).has(kCountDiffers));
  std::string more = replaced(file, end + 10, "\x03");
  EXPECT_EQ(ZipArchive::open(as_bytes(more)).status().text(), "corrupt: zip: directory entry 2: cut off");
}

TEST(ZipProblems, MoreMembersThanAreIndexedAreRefusedBeforeTheyAreRead) {
  std::string file = zip_of({{"a", "one"}}), end = file.substr(file.rfind("PK\x05\x06"));
  std::string directory = file.substr(file.find("PK\x01\x02"), 47), zip64;
  std::string all = file.substr(0, file.find("PK\x01\x02"));
  const std::size_t at = all.size(), count = kMaxZipEntries + 1;
  for (std::size_t i = 0; i < count; ++i) all += directory;
  const std::size_t zip64_at = all.size();
  put_little(zip64, 0x06064b50, 4);
  put_little(zip64, 44, 8);
  zip64 += std::string(12, '\0');
  put_little(zip64, count, 8);
  put_little(zip64, count, 8);
  put_little(zip64, count * 47, 8);
  put_little(zip64, at, 8);
  put_little(zip64, 0x07064b50, 4);
  put_little(zip64, 0, 4);
  put_little(zip64, zip64_at, 8);
  put_little(zip64, 1, 4);
  all += zip64 + replaced(end, 16, "\xff\xff\xff\xff");
  EXPECT_EQ(ZipArchive::open(as_bytes(all)).status().text(),
            "exhausted: zip: 500001 members, more than 500000");
}

TEST(Zip, AStreamedMemberComesInPiecesAndSpendsTheBudget) {
  std::string content(3u << 20, 'x'), file = zip_of({{"a", content}});
  auto zip = ZipArchive::open(as_bytes(file));
  std::string got;
  int pieces = 0;
  auto sink = [&](ByteView piece) {
    got += as_text(piece);
    pieces += 1;
    return ok_status();
  };
  Budget budget;
  ASSERT_TRUE(zip->stream(*zip->find("a"), budget, sink).ok());
  EXPECT_EQ(got, content);
  EXPECT_EQ(pieces, 3);
  Budget small(1u << 20);
  EXPECT_EQ(zip->stream(*zip->find("a"), small, sink).kind(), ErrorKind::kExhausted);
}
}  // namespace
}  // namespace storesweep::apk
