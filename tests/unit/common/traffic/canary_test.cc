// The values of a run: derivable, unique, valid by their own grammar, honestly counted.
#include "common/traffic/canary.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <regex>
#include <set>

#include "common/rules/sources.h"
#include "common/traffic/draw.h"

namespace storesweep::traffic {
namespace {
const Canary& named(const std::vector<Canary>& all, const std::string& name) {
  for (const Canary& c : all) {
    if (c.name == name) return c;
  }
  ADD_FAILURE() << name;
  return all.front();
}

// Stored captures are judged again by these: a change here makes old evidence unreadable and needs another
// scheme.
TEST(Canaries, TheSeedAloneGivesThemForEver) {
  const auto all = canaries_of(1);
  EXPECT_EQ(named(all, "imei").value, "860506535036797");
  EXPECT_EQ(named(all, "android_id").value, "edc5a5fa976c540d");
  EXPECT_EQ(named(all, "oaid").value, "56e6fe9d-32ac-494f-934d-548edcdbc634");
  EXPECT_EQ(named(all, "location").value, "33.9428047,103.1245817");
  EXPECT_EQ(named(all, "contact_1_name").value, "刘娜丽 22栋4单元1303室");
  EXPECT_EQ(named(all, "clipboard").value, "复制打开 领取口令 ES8X1-EEZ15-30D0C");
}

TEST(Canaries, NoValueOfOneRunIsAnothersOrInAnotherRun) {
  std::set<std::string> values;
  std::size_t count = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    for (const Canary& c : canaries_of(seed)) {
      values.insert(c.value);
      ++count;
    }
  }
  EXPECT_EQ(values.size(), count);
  EXPECT_GE(count / 200, 28u);
}

TEST(Canaries, EachIsOfAKindOfPersonalInformationThatTheRulesKnow) {
  const auto catalogue = load_sources(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
  ASSERT_TRUE(catalogue.ok()) << catalogue.status().text();
  std::set<std::string> kinds;
  for (const Canary& c : canaries_of(7)) {
    const auto found = catalogue->find(c.kind);
    ASSERT_TRUE(found.has_value()) << c.name << ": " << c.kind;
    EXPECT_FALSE(catalogue->sources[*found].mark) << c.name;
    kinds.insert(c.kind);
  }
  for (const char* kind :
       {"imei", "imsi", "iccid", "own_number", "serial", "android_id", "oaid", "gaid", "mac", "wifi",
        "location", "contacts", "call_log", "sms", "calendar", "clipboard", "files", "app_list"}) {
    EXPECT_EQ(kinds.count(kind), 1u) << kind;
  }
}

TEST(Canaries, EachIsValidByItsOwnGrammar) {
  const std::map<std::string, std::string> grammar = {
      {"imei", "860[3-6]\\d{11}"},
      {"imsi", "460(00|01|02|07|11|15)\\d{10}"},
      {"iccid", "8986\\d{16}"},
      {"own_number", "1[3-9]\\d{9}"},
      {"serial", "[0-9A-Z]{16}"},
      {"android_id", "[1-9a-f][0-9a-f]{15}"},
      {"oaid", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"},
      {"wifi_mac", "([0-9a-f]{2}:){5}[0-9a-f]{2}"},
      {"location", "(2[4-9]|3\\d|4[01])\\.\\d{7},1[01]\\d\\.\\d{7}"},
      {"account", "[a-z]{15}@[a-z0-9]+\\.com"},
      {"app_package", "com\\.wanjia\\.[a-z]{16}"}};
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const auto all = canaries_of(seed);
    for (const auto& [name, pattern] : grammar) {
      EXPECT_TRUE(std::regex_match(named(all, name).value, std::regex(pattern))) << named(all, name).value;
    }
    for (const char* checked : {"imei", "iccid"}) {
      const std::string& v = named(all, checked).value;
      EXPECT_EQ(luhn_digit(v.substr(0, v.size() - 1)), v.back()) << v;
    }
    EXPECT_EQ(std::stoi(named(all, "wifi_mac").value.substr(0, 2), nullptr, 16) & 1, 0)
        << "a multicast address";
  }
}

TEST(Canaries, LuhnsDigitOfAKnownNumber) {
  EXPECT_EQ(luhn_digit("7992739871"), '3');
  EXPECT_EQ(luhn_digit("49015420323751"), '8');  // the IMEI of 3GPP's examples
}

TEST(Canaries, EntropyIsWhatWasDrawnAndNotTheLengthOfTheText) {
  const auto all = canaries_of(3);
  EXPECT_NEAR(named(all, "imei").bits, 2 + 10 * 3.3219, 0.01);  // fifteen digits would be 49.8
  EXPECT_NEAR(named(all, "own_number").bits, 4.585 + 8 * 3.3219, 0.01);
  EXPECT_NEAR(named(all, "wifi_mac").bits, 3 + 24, 0.01);  // the maker's half is known
  EXPECT_NEAR(named(all, "oaid").bits, 122, 0.01);
  EXPECT_NEAR(named(all, "location").bits, 2 * 27.4235, 0.01);
  for (const Canary& c : all) {
    EXPECT_GE(c.bits, kLeastBits) << c.name;
    EXPECT_GE(c.bits, c.core_bits) << c.name;
    EXPECT_EQ(c.core.empty() || c.value.find(c.core) != std::string::npos, true) << c.name;
  }
}

TEST(Canaries, ACanaryThatIsAddedChangesNoOther) {
  Draw one(9, "a"), other(9, "b"), again(9, "a");
  const std::string first = one.hex(32);
  EXPECT_NE(first, other.hex(32));
  EXPECT_EQ(first, again.hex(32));
}
}  // namespace
}  // namespace storesweep::traffic
