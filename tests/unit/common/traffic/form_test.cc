#include "common/traffic/form.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "common/traffic/encodings.h"

namespace storesweep::traffic {
namespace {
Canary named(const std::string& name) {
  for (const Canary& c : canaries_of(1)) {
    if (c.name == name) return c;
  }
  ADD_FAILURE() << name;
  return {};
}
std::set<std::string> names_of(const Canary& c) {
  std::set<std::string> names;
  for (const Form& f : forms_of(c)) names.insert(f.name());
  return names;
}

TEST(Forms, ThereAreMoreThanFortyWaysToWriteAValue) {
  std::set<std::string> encodings, names;
  for (const Canary& c : canaries_of(1)) {
    for (const Form& f : forms_of(c)) {
      encodings.insert(f.encoding);
      names.insert(f.name());
    }
  }
  EXPECT_GE(encodings.size(), 40u);
  EXPECT_GE(names.size(), 600u);
  for (const char* name : {"oaid", "android_id", "wifi_mac", "own_number", "sms_text", "location"}) {
    EXPECT_GE(names_of(named(name)).size(), name == std::string("location") ? 20u : 40u) << name;
  }
}

TEST(Forms, OfAnIdentifierAreThoseThatSdksSend) {
  const Canary mac = named("wifi_mac");
  std::map<std::string, std::string> forms;
  for (const Form& f : forms_of(mac)) forms[f.name()] = f.bytes;
  EXPECT_EQ(mac.value, "48:2c:a0:4e:51:d5");
  EXPECT_EQ(forms["no_separators/text"], "482ca04e51d5");
  EXPECT_EQ(forms["hyphens/text"], "48-2c-a0-4e-51-d5");
  EXPECT_EQ(forms["upper/md5/hex"], hex_of(hash_of(Hash::kMd5, "48:2C:A0:4E:51:D5")));
  EXPECT_EQ(forms["no_separators_upper/sha1/hex"], hex_of(hash_of(Hash::kSha1, "482CA04E51D5")));
  EXPECT_EQ(forms["plain/md5/hex_middle16"], hex_of(hash_of(Hash::kMd5, mac.value)).substr(8, 16));
  EXPECT_EQ(forms["packed/sha256/hex"], hex_of(hash_of(Hash::kSha256, "\x48\x2c\xa0\x4e\x51\xd5")));
  EXPECT_EQ(forms["plain/md5_of_md5/hex"],
            hex_of(hash_of(Hash::kMd5, hex_of(hash_of(Hash::kMd5, mac.value)))));
}

TEST(Forms, AreBoundedAndNoTwoAreTheSame) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    std::map<std::pair<std::string, Part>, std::string> all;
    for (const Canary& c : canaries_of(seed)) {
      for (const Form& f : forms_of(c)) {
        ASSERT_GE(f.bytes.size(), kLeastFormBytes) << c.name << " " << f.name();
        ASSERT_LE(f.bytes.size(), kMostFormBytes) << c.name << " " << f.name();
        ASSERT_GE(f.bits, kLeastBits) << c.name << " " << f.name();
        const auto [at, fresh] = all.emplace(std::pair(f.bytes, f.part), c.name + " " + f.name());
        EXPECT_TRUE(fresh) << at->second << " is " << c.name << " " << f.name();
      }
    }
  }
}

TEST(Forms, NoEncodingHasMoreEntropyThanItsValue) {
  for (const Canary& c : canaries_of(5)) {
    for (const Form& f : forms_of(c)) {
      EXPECT_LE(f.bits, c.bits) << c.name << " " << f.name();
      EXPECT_TRUE(c.shape == Shape::kPlace || (f.edge == Edge::kAny) == f.strong())
          << c.name << " " << f.name();
    }
  }
}

TEST(Forms, OfAPlaceAreThreeSystemsFromThreeToSevenDecimals) {
  const auto names = names_of(named("location"));
  for (const char* system : {"wgs84", "gcj02", "bd09"}) {
    for (const char* decimals : {"3", "4", "5", "6", "7"}) {
      const std::string name = std::string(system) + "/" + decimals + "_decimals";
      EXPECT_EQ(names.count(name), 1u) << name;
    }
  }
  EXPECT_EQ(names.count("wgs84_float64/little_endian"), 1u);
}
}  // namespace
}  // namespace storesweep::traffic
