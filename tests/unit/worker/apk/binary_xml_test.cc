// Binary XML and string pools, where makers of packages bend them: what the platform takes, we take, and what
// it does not see, we do not see.
#include "worker/apk/binary_xml.h"

#include <gtest/gtest.h>

#include "tests/unit/worker/apk/apk_builder.h"

namespace storesweep {
namespace {
using namespace apk_test;
using apk::parse_binary_xml;

constexpr std::uint32_t kName = 0x01010003, kLabel = 0x01010001;

std::string replaced(std::string text, std::size_t at, const std::string& with) {
  return text.replace(at, with.size(), with);
}

TEST(BinaryXml, TheTypeOfTheOuterChunkDoesNotMatter) {
  std::string xml = replaced(manifest(), 0, std::string("\x77\x77", 2));
  EXPECT_TRUE(parse_binary_xml(as_bytes(xml)).ok());
}

TEST(BinaryXml, AnOuterSizeSmallerThanTheBytesEndsTheDocumentThere) {
  std::string xml = manifest() + "rubbish";
  EXPECT_TRUE(parse_binary_xml(as_bytes(xml)).ok());
}

TEST(BinaryXml, AnOuterSizeLargerThanTheBytesIsRefused) {
  std::string xml = manifest();
  xml.pop_back();
  EXPECT_EQ(parse_binary_xml(as_bytes(xml)).status().text(), "corrupt: binary XML: bad header");
}

TEST(BinaryXml, AnUnknownChunkBeforeTheNodesIsSkipped) {
  std::string strange = chunk(0x7777, "", "abcdefgh");
  std::string xml =
      chunk(0x0003, "", strange + string_pool({"manifest"}) + strange + start_tag(0, {}) + end_tag(0));
  auto doc = parse_binary_xml(as_bytes(xml));
  ASSERT_TRUE(doc.ok()) << doc.status().text();
  EXPECT_EQ(doc->name(doc->elements()[0]), "manifest");
}

TEST(BinaryXml, OfTwoStringPoolsTheLastBeforeTheNodesCounts) {
  std::string xml =
      chunk(0x0003, "", string_pool({"first"}) + string_pool({"last"}) + start_tag(0, {}) + end_tag(0));
  auto doc = parse_binary_xml(as_bytes(xml));
  ASSERT_TRUE(doc.ok());
  EXPECT_EQ(doc->name(doc->elements()[0]), "last");
}

TEST(BinaryXml, ATagNestedTooDeepIsRefused) {
  std::string nodes;
  for (int i = 0; i < 300; ++i) nodes += start_tag(0, {});
  std::string xml = xml_of(string_pool({"a"}), {}, nodes);
  EXPECT_EQ(parse_binary_xml(as_bytes(xml)).status().text(), "exhausted: XML: nested too deep");
}

TEST(BinaryXml, AttributesThatReachPastTheirTagEndTheDocumentThere) {
  std::string tag = start_tag(0, {{0, 0x10, 1}});
  tag[16 + 12] = 2;  // two attributes, and bytes of one
  std::string xml = xml_of(string_pool({"a"}), {}, start_tag(0, {}) + tag);
  auto doc = parse_binary_xml(as_bytes(xml));
  ASSERT_TRUE(doc.ok());
  EXPECT_EQ(doc->elements().size(), 1u);
  EXPECT_NE(doc->fault().find("attributes that reach past their tag"), std::string::npos) << doc->fault();
}

TEST(BinaryXml, WhatComesAfterTheRootElementIsNotRead) {
  std::string xml = xml_of(string_pool({"a"}), {}, start_tag(0, {}) + end_tag(0) + std::string(16, '\xff'));
  auto doc = parse_binary_xml(as_bytes(xml));
  ASSERT_TRUE(doc.ok());
  EXPECT_EQ(doc->fault(), "");
}

TEST(BinaryXml, AnAttributeBehindAHigherIdIsNotSeenByThePlatformAndNotByUs) {
  std::string ordered = xml_of(string_pool({"label", "name", "x"}), {kLabel, kName},
                               start_tag(2, {{0, 0x03, 2}, {1, 0x03, 2}}) + end_tag(2));
  std::string turned = xml_of(string_pool({"label", "name", "x"}), {kLabel, kName},
                              start_tag(2, {{1, 0x03, 2}, {0, 0x03, 2}}) + end_tag(2));
  auto one = parse_binary_xml(as_bytes(ordered)), other = parse_binary_xml(as_bytes(turned));
  EXPECT_NE(one->attribute(one->elements()[0], kLabel), nullptr);
  EXPECT_EQ(other->attribute(other->elements()[0], kLabel), nullptr);
  EXPECT_NE(other->attribute(other->elements()[0], kName), nullptr);
}

TEST(BinaryXml, ADocumentWithoutAStringPoolIsRefused) {
  std::string xml = chunk(0x0003, "", start_tag(0, {}) + end_tag(0));
  EXPECT_EQ(parse_binary_xml(as_bytes(xml)).status().text(), "corrupt: binary XML: no string pool");
}

// A UTF-8 pool of one string whose bytes, lengths included, are given.
std::string pool_of(const std::string& bytes, std::uint32_t flags = 1u << 8) {
  std::string head, body = std::string(4, '\0') + bytes;
  put_little(head, 1, 4);
  put_little(head, 0, 4);
  put_little(head, flags, 4);
  put_little(head, 32, 4);
  put_little(head, 0, 4);
  while (body.size() % 4 != 0) body += '\0';
  return chunk(0x0001, head, body);
}
std::optional<std::string> only_string(const std::string& pool, std::size_t max = 100) {
  auto open = apk::StringPool::open(as_bytes(pool));
  return open.ok() ? open->at(0, max) : std::nullopt;
}

TEST(StringPool, CharactersBeyondTheFirstPlaneAreReadInBothForms) {
  EXPECT_EQ(only_string(pool_of(std::string("\x02\x06\xed\xa0\xbd\xed\xb8\x80\x00", 9))), "\xf0\x9f\x98\x80");
  EXPECT_EQ(only_string(pool_of(std::string("\x02\x04\xf0\x9f\x98\x80\x00", 7))), "\xf0\x9f\x98\x80");
}

TEST(StringPool, AStringWithoutItsTerminatorIsNone) {
  EXPECT_EQ(only_string(pool_of(std::string("\x02\x02"
                                            "abc\x00",
                                            6))),
            std::nullopt);
}

TEST(StringPool, ALengthThatLeavesThePoolIsNone) {
  EXPECT_EQ(only_string(pool_of(std::string("\x7f\x7f"
                                            "abc\x00",
                                            6))),
            std::nullopt);
}

TEST(StringPool, ALongUtf8StringIsFoundByItsTerminator) {
  std::string text(0x8000 + 5, 'x');
  std::string bytes = std::string("\x80\x05\x80\x05", 4) + text + '\0';
  EXPECT_EQ(only_string(pool_of(bytes), 1 << 20), text);
}

TEST(StringPool, AUtf16StringMayHaveALengthOfTwoUnits) {
  std::string bytes;
  put_little(bytes, 0x8000, 2);
  put_little(bytes, 2, 2);
  bytes += std::string("\x2d\x4e\x41\x00\x00\x00", 6);  // a Chinese character, A, end
  EXPECT_EQ(only_string(pool_of(bytes, 0)),
            "\xe4\xb8\xad"
            "A");
}

TEST(StringPool, AStringIsCutAtTheCallersBoundAndNotWithinACharacter) {
  std::string bytes("\x02\x06\xe4\xb8\xad\xe6\x96\x87\x00", 9);
  EXPECT_EQ(only_string(pool_of(bytes), 4), "\xe4\xb8\xad\xe6\x96\x87");
  EXPECT_EQ(only_string(pool_of(bytes), 3), "\xe4\xb8\xad");
}
}  // namespace
}  // namespace storesweep
