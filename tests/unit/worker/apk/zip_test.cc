#include "worker/apk/zip.h"

#include <gtest/gtest.h>

#include "tests/unit/worker/apk/apk_builder.h"

namespace storesweep::apk {
namespace {
using apk_test::zip_of;

std::string read(const std::string& file, std::string_view name, std::size_t max_bytes = 1000) {
  auto zip = ZipArchive::open(as_bytes(file));
  if (!zip.ok()) return zip.status().text();
  const ZipEntry* entry = zip->find(name);
  if (!entry) return "not there";
  auto bytes = zip->read(*entry, max_bytes);
  return bytes.ok() ? std::string(as_text(*bytes)) : bytes.status().text();
}

TEST(Zip, MembersAreFoundByNameAndReadWhole) {
  std::string file = zip_of({{"a", "one"}, {"b/c", "two"}});
  EXPECT_EQ(read(file, "a"), "one");
  EXPECT_EQ(read(file, "b/c"), "two");
  EXPECT_EQ(read(file, "b"), "not there");
}

TEST(Zip, TheEncryptionFlagMeansNothing) { EXPECT_EQ(read(zip_of({{"a", "one", 0, 1}}), "a"), "one"); }

TEST(Zip, AnUnknownMethodIsReadAsStored) { EXPECT_EQ(read(zip_of({{"a", "one", 21}}), "a"), "one"); }

TEST(Zip, ACommentIsAllowedAndBytesAfterItAreNot) {
  EXPECT_EQ(read(zip_of({{"a", "one"}}, "", "a comment"), "a"), "one");
  EXPECT_EQ(read(zip_of({{"a", "one"}}, "", "a comment") + "x", "a"),
            "corrupt: zip: bytes after the end record's comment");
}

TEST(Zip, BytesBeforeTheFirstMemberAreNoticed) {
  std::string file = zip_of({{"a", "one"}}, "dex\n035");
  EXPECT_EQ(read(file, "a"), "one");
  EXPECT_TRUE(ZipArchive::open(as_bytes(file))->prefixed());
}

TEST(Zip, ALocalHeaderWithAnotherNameIsRefused) {
  std::string file = zip_of({{"a", "one"}});
  file[30] = 'b';
  EXPECT_EQ(read(file, "a"), "corrupt: zip: a: its local header has another name");
}

TEST(Zip, AMemberLargerThanAskedForIsRefusedBeforeItIsRead) {
  EXPECT_EQ(read(zip_of({{"a", "one"}}), "a", 2), "exhausted: zip: a: more than 2 bytes");
}

TEST(Zip, ADeflatedMemberThatDoesNotInflateIsRefused) {
  EXPECT_EQ(read(zip_of({{"a", "one", 8}}), "a"), "corrupt: zip: a: does not inflate to its size");
}

TEST(Zip, EveryTruncationIsRefused) {
  std::string file = zip_of({{"a", "one"}, {"b", "two"}});
  for (std::size_t n = 0; n < file.size(); ++n)
    EXPECT_FALSE(ZipArchive::open(as_bytes(file.substr(0, n))).ok()) << n;
}
}  // namespace
}  // namespace storesweep::apk
