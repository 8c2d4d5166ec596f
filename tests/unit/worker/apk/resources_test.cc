// Resource tables: every form of entry, which configuration wins, and references that do not end.
#include "worker/apk/resources.h"

#include <gtest/gtest.h>

#include "tests/unit/worker/apk/resource_builder.h"

namespace storesweep {
namespace {
using namespace apk_test;
using apk::ResConfig;
using apk::Resources;
using apk::ResourceTable;

constexpr std::uint32_t kId = 0x7f010000;

Resources resources_of(const std::string& table) {
  auto parsed = ResourceTable::parse(as_bytes(table));
  EXPECT_TRUE(parsed.ok()) << parsed.status().text();
  Resources all;
  if (parsed.ok()) all.add(std::move(parsed).value());
  return all;
}
std::string one_package(const std::vector<std::string>& strings, const std::string& types) {
  return table_of(strings, package_chunk(0x7f, spec_chunk(1) + spec_chunk(2) + types));
}
ResConfig device(const std::string& locale, std::uint16_t density = 0, std::uint8_t ui_mode = 0) {
  ResConfig c = apk::parse_config();
  c.set_locale(locale);
  c.density = density;
  c.ui_mode = ui_mode;
  return c;
}

TEST(Resources, EveryFormOfEntryIsRead) {
  for (EntryForm form : {EntryForm::kPlain, EntryForm::kSparse, EntryForm::kOffset16, EntryForm::kCompact}) {
    std::string table =
        one_package({"zero", "three"}, type_chunk(1, ConfigBytes(), {{0, {0x03, 0}}, {3, {0x03, 1}}}, form));
    Resources r = resources_of(table);
    EXPECT_EQ(r.text(kId), "zero");
    EXPECT_EQ(r.text(kId + 3), "three");
    EXPECT_EQ(r.text(kId + 1), std::nullopt);
    EXPECT_EQ(r.text(kId + 4), std::nullopt);
    EXPECT_EQ(r.name_of(kId + 3), "t1/k3");
  }
}

TEST(Resources, TheLabelOfEveryLocaleIsWhatADeviceInItShows) {
  std::string table = one_package({"app", "zhong", "gang"},
                                  type_chunk(1, ConfigBytes(), {{0, {0x01, 0x7f010001}}, {1, {0x03, 0}}}) +
                                      type_chunk(1, ConfigBytes().locale("zh", "CN"), {{1, {0x03, 1}}}) +
                                      type_chunk(1, ConfigBytes().locale("zh", "HK"), {{1, {0x03, 2}}}));
  std::map<std::string, std::string> all = resources_of(table).texts_by_locale(kId);
  EXPECT_EQ(all, (std::map<std::string, std::string>{{"", "app"}, {"zh-CN", "zhong"}, {"zh-HK", "gang"}}));
}

TEST(Resources, ADeviceInOtherChineseGetsTheTextOfItsScript) {
  std::string table = one_package({"app", "jian", "fan"},
                                  type_chunk(1, ConfigBytes(), {{0, {0x03, 0}}}) +
                                      type_chunk(1, ConfigBytes().locale("zh"), {{0, {0x03, 1}}}) +
                                      type_chunk(1, ConfigBytes().locale("zh", "TW"), {{0, {0x03, 2}}}));
  Resources r = resources_of(table);
  EXPECT_EQ(r.text(kId, device("zh-SG")), "jian");
  EXPECT_EQ(r.text(kId, device("zh-MO")), "fan");
  EXPECT_EQ(r.text(kId, device("fr-FR")), "app");
  EXPECT_EQ(r.text(kId, device("zh-Hant-CN")), "fan");
}

TEST(Resources, SpanishOfMexicoPrefersThatOfLatinAmerica) {
  std::string table =
      one_package({"plain", "latin", "spain"},
                  type_chunk(1, ConfigBytes().locale("es"), {{0, {0x03, 0}}}) +
                      type_chunk(1, ConfigBytes().locale("es", "\xa4\x24"), {{0, {0x03, 1}}}) +
                      type_chunk(1, ConfigBytes().locale("es", "ES"), {{0, {0x03, 2}}}));
  Resources r = resources_of(table);
  EXPECT_EQ(r.text(kId, device("es-MX")), "latin");
  EXPECT_EQ(r.text(kId, device("es-ES")), "spain");
  EXPECT_EQ(r.texts_by_locale(kId).count("es-419"), 1u);
}

TEST(Resources, TheDensityThatScalesDownWins) {
  std::string table =
      one_package({"m", "xh", "xxxh"}, type_chunk(1, ConfigBytes().density(160), {{0, {0x03, 0}}}) +
                                           type_chunk(1, ConfigBytes().density(320), {{0, {0x03, 1}}}) +
                                           type_chunk(1, ConfigBytes().density(640), {{0, {0x03, 2}}}));
  Resources r = resources_of(table);
  EXPECT_EQ(r.text(kId, device("", 480)), "xxxh");
  EXPECT_EQ(r.text(kId, device("", 320)), "xh");
  EXPECT_EQ(r.text(kId, device("", 120)), "m");
}

TEST(Resources, AnyDensityWinsOverEveryNumber) {
  std::string table = one_package({"png", "vector"},
                                  type_chunk(1, ConfigBytes().density(480), {{0, {0x03, 0}}}) +
                                      type_chunk(1, ConfigBytes().density(0xfffe).sdk(26), {{0, {0x03, 1}}}));
  EXPECT_EQ(resources_of(table).text(kId, device("", 480)), "vector");
}

TEST(Resources, NightAndReleaseDecideWhereTheDeviceHasThem) {
  std::string table =
      one_package({"day", "night", "future"}, type_chunk(1, ConfigBytes(), {{0, {0x03, 0}}}) +
                                                  type_chunk(1, ConfigBytes().night(), {{0, {0x03, 1}}}) +
                                                  type_chunk(1, ConfigBytes().sdk(99), {{0, {0x03, 2}}}));
  Resources r = resources_of(table);
  EXPECT_EQ(r.text(kId), "day");
  EXPECT_EQ(r.text(kId, device("", 0, 0x20)), "night");
}

TEST(Resources, AReferenceToItselfAndACircleEnd) {
  std::string table = one_package(
      {}, type_chunk(1, ConfigBytes(),
                     {{0, {0x01, 0x7f010000}}, {1, {0x01, 0x7f010002}}, {2, {0x07, 0x7f010001}}}));
  Resources r = resources_of(table);
  EXPECT_EQ(r.text(kId), std::nullopt);
  EXPECT_EQ(r.value(kId + 1), std::nullopt);
  EXPECT_TRUE(r.texts_by_locale(kId + 1).empty());
  EXPECT_TRUE(r.files(kId + 2).empty());
}

TEST(Resources, AReferenceWithoutAPackageIsToThePackageItself) {
  std::string table =
      one_package({"own"}, type_chunk(1, ConfigBytes(), {{0, {0x07, 0x00010001}}, {1, {0x03, 0}}}));
  EXPECT_EQ(resources_of(table).text(kId), "own");
}

TEST(Resources, AFeatureSplitNumbersItsTypesFromItsOffset) {
  std::string base = one_package({"base"}, type_chunk(1, ConfigBytes(), {{0, {0x03, 0}}}));
  std::string split = table_of(
      {"split"}, package_chunk(0x7f, spec_chunk(1) + type_chunk(1, ConfigBytes(), {{0, {0x03, 0}}}), 4));
  Resources r = resources_of(base);
  auto more = ResourceTable::parse(as_bytes(split));
  ASSERT_TRUE(more.ok()) << more.status().text();
  r.add(std::move(more).value());
  EXPECT_EQ(r.text(kId), "base");
  EXPECT_EQ(r.text(0x7f050000), "split");
  EXPECT_EQ(r.name_of(0x7f050000), "t1/k0");
}

TEST(Resources, AStagedIdIsTakenForTheOneThatItBecame) {
  std::string alias_head, alias;
  put_little(alias_head, 1, 4);
  put_little(alias, 0x7fff0000, 4);
  put_little(alias, kId, 4);
  std::string table = one_package(
      {"final"}, chunk(0x0206, alias_head, alias) + type_chunk(1, ConfigBytes(), {{0, {0x03, 0}}}));
  EXPECT_EQ(resources_of(table).text(0x7fff0000), "final");
}

TEST(Resources, ATypeWithoutItsSpecificationIsRefusedAsThePlatformDoes) {
  std::string table = table_of({"x"}, package_chunk(0x7f, type_chunk(1, ConfigBytes(), {{0, {0x03, 0}}})));
  EXPECT_EQ(ResourceTable::parse(as_bytes(table)).status().text(),
            "corrupt: resources.arsc: type 1 is broken");
}

TEST(Resources, ATypeThatClaimsAMillionEntriesIsRefused) {
  std::string types = type_chunk(1, ConfigBytes(), {{0, {0x03, 0}}});
  types.replace(12, 4, std::string("\x40\x42\x0f\x00", 4));
  std::string table = one_package({"x"}, types);
  EXPECT_EQ(ResourceTable::parse(as_bytes(table)).status().text(),
            "corrupt: resources.arsc: type 1 is broken");
}

TEST(Resources, ABundlesTableIsReadLikeAnApks) {
  auto text_item = [](const std::string& text) {
    return proto_bytes(2,
                       proto_bytes(4, proto_bytes(2, proto_bytes(1, text))));  // value, item, string, value
  };
  std::string zh = proto_bytes(6, proto_bytes(1, proto_bytes(3, "zh-CN")) + text_item("zhong"));
  std::string entry = proto_bytes(1, proto_number(1, 0)) + proto_bytes(6, text_item("app")) + zh;
  std::string type = proto_bytes(1, proto_number(1, 1)) + proto_bytes(2, "string") + proto_bytes(3, entry);
  std::string package = proto_bytes(1, proto_number(1, 0x7f)) + proto_bytes(3, type);
  std::string pb = proto_bytes(2, package);
  auto table = ResourceTable::parse_proto(as_bytes(pb));
  ASSERT_TRUE(table.ok()) << table.status().text();
  Resources r;
  r.add(std::move(table).value());
  EXPECT_EQ(r.texts_by_locale(kId), (std::map<std::string, std::string>{{"", "app"}, {"zh-CN", "zhong"}}));
}
}  // namespace
}  // namespace storesweep
