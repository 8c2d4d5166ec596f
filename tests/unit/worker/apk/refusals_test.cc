// Which packages, and which sets of them, no Android would install: and that others are not said to be such.
#include "worker/apk/refusals.h"

#include <gtest/gtest.h>

#include "tests/unit/worker/apk/apk_builder.h"
#include "tests/unit/worker/apk/apk_signer.h"
#include "worker/apk/package.h"

namespace storesweep {
namespace {
using namespace apk_test;
constexpr std::uint32_t kV2 = 0x7109871a;
using Refusals = std::vector<FactProblem>;

std::string base_of(const TestKey& key) {
  const std::string zip = small_apk();
  return with_block(zip, {{kV2, prefixed(signer(key, digest_of_zip(zip)))}});
}
std::string split_of(const std::string& name, const TestKey* key,
                     const std::string& package = "com.example") {
  const std::string zip = zip_of({{"AndroidManifest.xml", manifest(package, name)}});
  return key ? with_block(zip, {{kV2, prefixed(signer(*key, digest_of_zip(zip)))}}) : zip;
}
Refusals refusals_of(const std::vector<std::string>& files) {
  std::vector<ByteView> views;
  for (const std::string& file : files) views.push_back(as_bytes(file));
  const auto quick = read_apk_facts(views);
  EXPECT_TRUE(quick.ok()) << quick.status().text();
  const auto whole = read_package_facts(views, {});
  EXPECT_TRUE(whole.ok()) << whole.status().text();
  if (!quick.ok() || !whole.ok()) return {};
  EXPECT_EQ(quick->refusals, whole->refusals) << "both ways of reading say the same";
  return quick->refusals;
}
const TestKey& a() {
  static const TestKey key("A");
  return key;
}
const TestKey& b() {
  static const TestKey key("B");
  return key;
}

TEST(Refusals, OfASetOfOneSignerThereAreNone) {
  EXPECT_EQ(refusals_of({base_of(a()), split_of("config.x86", &a()), split_of("config.zh", &a())}),
            Refusals{});
  EXPECT_EQ(refusals_of({small_apk(), split_of("config.x86", nullptr)}), Refusals{})
      << "unsigned as a whole: the installer's business";
}

TEST(Refusals, NameTheSplitThatAnotherHasSignedAndTheOneThatNobodyHas) {
  EXPECT_EQ(refusals_of({base_of(a()), split_of("config.x86", &b()), split_of("config.zh", &a())}),
            (Refusals{{"config.x86", "signed by another than the base"}}));
  EXPECT_EQ(refusals_of({base_of(a()), split_of("config.x86", nullptr)}),
            (Refusals{{"config.x86", "signed by another than the base"}}));
}

TEST(Refusals, NameTheSplitOfAnotherPackage) {
  EXPECT_EQ(refusals_of({base_of(a()), split_of("config.x86", &a(), "com.other")}),
            (Refusals{{"config.x86", "of another package or version than the base"}}));
}

TEST(Refusals, NameAnArchiveThatNoReleaseFrom19OnOpens) {
  const std::string twice =
      zip_of({{"AndroidManifest.xml", manifest()}, {"assets/x", "one"}, {"assets/x", "two"}});
  EXPECT_EQ(refusals_of({twice}), (Refusals{{"base", "zip: duplicate-name"}}));
  const std::string split =
      zip_of({{"AndroidManifest.xml", manifest("com.example", "f")}, {"a", "one"}, {"a", "two"}});
  EXPECT_EQ(refusals_of({small_apk(), split}), (Refusals{{"f", "zip: duplicate-name"}}));
}

TEST(Refusals, AreNoneWhereSomeReleaseTakesTheFile) {
  EXPECT_EQ(refusals_of({zip_of({{"AndroidManifest.xml", manifest()}, {"a", "one", 0, 1}})}), Refusals{})
      << "refused by 4.3 and 4.4 alone";
  EXPECT_EQ(refusals_of({zip_of({{"AndroidManifest.xml", manifest()}}, "dex\n035")}), Refusals{})
      << "before 8.1 it installs";
}

}  // namespace
}  // namespace storesweep
