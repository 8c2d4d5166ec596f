// Recall of every form, silence on its twins.
#include "common/traffic/matcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "common/base/random.h"
#include "common/traffic/encodings.h"
#include "common/traffic/field_name.h"
#include "tests/unit/common/traffic/plant.h"

namespace storesweep::traffic {
namespace {
const CanaryMatcher& matcher() {
  static const CanaryMatcher kMatcher(canaries_of(1));
  return kMatcher;
}
std::size_t number_of(const std::string& name) {
  const auto& all = matcher().canaries();
  const auto at = std::find_if(all.begin(), all.end(), [&](const Canary& c) { return c.name == name; });
  EXPECT_NE(at, all.end()) << name;
  return static_cast<std::size_t>(at - all.begin());
}
std::string value_of(const std::string& name) { return matcher().canaries()[number_of(name)].value; }
std::vector<Hit> hits(const std::string& text, const std::string& field = "") {
  return matcher().find(as_bytes(text), field).hits;
}
std::string name_of(const Hit& hit) {
  return matcher().canaries()[hit.canary].name + " " + matcher().forms(hit.canary)[hit.form].name();
}
std::string names(const std::vector<Hit>& all) {
  std::string out;
  for (const Hit& h : all) out += (out.empty() ? "" : "; ") + name_of(h);
  return out;
}

TEST(CanaryMatcher, FindsEveryFormOfEveryCanaryWhereverItStands) {
  std::size_t forms_tried = 0;
  for (std::size_t c = 0; c < matcher().canaries().size(); ++c) {
    const auto& forms = matcher().forms(c);
    for (std::size_t f = 0; f < forms.size(); ++f) {
      if (forms[f].part != Part::kWhole && other_half(forms, forms[f]) == nullptr) continue;
      const Planted p = planted(matcher().canaries()[c], forms, forms[f]);
      ++forms_tried;
      for (std::size_t before = 0; before < 12; ++before) {
        const auto found = hits(std::string(before, ' ') + p.text + " ");
        ASSERT_EQ(found.size(), 1u) << matcher().canaries()[c].name << " " << forms[f].name() << ": "
                                    << names(found);
        ASSERT_TRUE(is_it(matcher(), found[0], c, f)) << forms[f].name() << " as " << names(found);
        ASSERT_EQ(found[0].offset, before + p.at);
        ASSERT_EQ(found[0].length, p.length);
        ASSERT_EQ(found[0].keyed, !forms[f].strong());
      }
    }
  }
  EXPECT_GT(forms_tried, matcher().form_count() * 99 / 100);
}

TEST(CanaryMatcher, FindsWhatAnyOtherSeedPlanted) {
  for (std::uint64_t seed = 100; seed < 108; ++seed) {
    const CanaryMatcher other(canaries_of(seed));
    for (std::size_t c = 0; c < other.canaries().size(); ++c) {
      const auto& forms = other.forms(c);
      for (std::size_t f = 0; f < forms.size(); ++f) {
        if (forms[f].part != Part::kWhole && other_half(forms, forms[f]) == nullptr) continue;
        const Planted p = planted(other.canaries()[c], forms, forms[f]);
        const auto found = other.find(as_bytes(p.text)).hits;
        ASSERT_EQ(found.size(), 1u) << seed << " " << other.canaries()[c].name << " " << forms[f].name();
        ASSERT_TRUE(is_it(other, found[0], c, f)) << seed << " " << forms[f].name();
        ASSERT_TRUE(hits(p.text).empty()) << "another run's canary";
      }
    }
  }
}

TEST(CanaryMatcher, LettersCountInEitherCaseWhereCaseSaysNothing) {
  EXPECT_EQ(names(hits(upper_case(value_of("oaid")))), "oaid plain/text");
  std::string mixed = hex_of(hash_of(Hash::kMd5, value_of("android_id")));
  for (std::size_t i = 0; i < mixed.size(); i += 2) mixed[i] = upper_case(mixed.substr(i, 1))[0];
  EXPECT_EQ(names(hits(mixed)), "android_id plain/md5/hex");
  std::string base64 = base64_of(value_of("serial"), false);
  EXPECT_EQ(hits(base64).size(), 1u);
  EXPECT_TRUE(hits(lower_case(base64)).empty());  // another value's
}

TEST(CanaryMatcher, AWeakFormCountsOnlyBehindItsOwnField) {
  const std::string imei = value_of("imei");
  for (const std::string& told :
       {"{\"imei\":\"" + imei + "\"}", "imei=" + imei, "a=1&deviceId=" + imei + "&b=2",
        "X-IMEI: " + imei + "\r\n", "<imei>" + imei + "</imei>", "user_imei : " + imei,
        "{\\\"imei1\\\":[\\\"" + imei + "\\\"]}"}) {
    const auto found = hits(told);
    ASSERT_EQ(found.size(), 1u) << told;
    EXPECT_TRUE(found[0].keyed);
    EXPECT_EQ(name_of(found[0]), "imei plain/text");
  }
  for (const std::string& untold :
       {imei, "order=" + imei, "{\"imei\":\"1\",\"order\":\"" + imei + "\"}", "imei=" + imei + "7",
        "imei=7" + imei, "imei=" + imei + "a", "imei" + std::string(40, ' ') + imei,
        "imei " + imei.substr(0, 14) + "x"}) {
    EXPECT_TRUE(hits(untold).empty()) << untold;
  }
  EXPECT_EQ(hits(imei, "imei").size(), 1u);  // the field of a multipart body
  EXPECT_TRUE(hits(imei, "order").empty());
  EXPECT_TRUE(hits("x" + imei, "imei").empty());
}

// What differs in one character is another's.
TEST(CanaryMatcher, TwinsAreNotFound) {
  SeededRandom random(4);
  std::size_t tried = 0;
  for (std::size_t c = 0; c < matcher().canaries().size(); ++c) {
    const auto& forms = matcher().forms(c);
    for (std::size_t f = 0; f < forms.size(); ++f) {
      const Form& form = forms[f];
      // Longer texts hold shorter forms of the same value, which are rightly found in a twin of the whole.
      const bool bare = form.spelling == "plain" && form.encoding.find('/') != std::string::npos;
      const bool number =
          form.spelling == "plain" && form.encoding == "text" && matcher().canaries()[c].core.empty();
      if (!bare && !number && form.part == Part::kWhole) continue;
      if (form.part != Part::kWhole && other_half(forms, form) == nullptr) continue;
      Planted p = planted(matcher().canaries()[c], forms, form);
      // In the first sixteen digits of a digest, which are a form of their own; not in the last one of a
      // coordinate, which rounding may have made of it.
      const std::size_t last = form.part == Part::kWhole ? 0 : 1;
      const std::size_t at = p.at + random.below(std::min<std::size_t>(form.bytes.size() - last, 8));
      const bool middle = form.encoding == "md5/hex";
      if (middle) p.text[p.at + 12] = p.text[p.at + 12] == 'a' ? 'b' : 'a';
      if (p.text[at] == '.') continue;
      const char old = p.text[at];
      p.text[at] = old == '7' ? '3' : old >= '0' && old <= '9' ? '7' : old == 'k' || old == 'K' ? 'z' : 'k';
      // A UUID's last half and an identifier's are forms too.
      const auto found = hits(p.text);
      const bool half = found.size() == 1 && name_of(found[0]).find("_half") != std::string::npos;
      EXPECT_TRUE(found.empty() || half) << p.text << ": " << names(found);
      ++tried;
    }
  }
  EXPECT_GT(tried, 500u);
}

TEST(CanaryMatcher, APlaceIsBothItsCoordinatesNearEachOther) {
  const std::string both = value_of("location"), lat = both.substr(0, both.find(',')),
                    lng = both.substr(both.find(',') + 1);
  EXPECT_EQ(names(hits("{\"lat\":" + lat + ",\"lng\":" + lng + "}")), "location wgs84/7_decimals");
  EXPECT_EQ(names(hits(lng + "," + lat)), "location wgs84/7_decimals");  // strong without a name
  EXPECT_EQ(names(hits("location=" + lng.substr(0, 8) + "|" + lat.substr(0, 7))),
            "location wgs84/4_decimals");
  EXPECT_TRUE(hits(lng.substr(0, 8) + "|" + lat.substr(0, 7)).empty()) << "weak, and no name says what it is";
  EXPECT_TRUE(hits("{\"lat\":" + lat + "}").empty()) << "half a place";
  EXPECT_TRUE(
      hits("{\"lat\":" + lat + "}" + std::string(kMaxPairDistance, ' ') + "{\"lng\":" + lng + "}").empty());
  EXPECT_TRUE(hits("{\"lat\":" + lat + ",\"lat\":" + lat + "}").empty());
  EXPECT_TRUE(hits("{\"lat\":-" + lat + ",\"lng\":" + lng + "}").empty()) << "the other side of the world";
  EXPECT_TRUE(hits("{\"lat\":1" + lat + ",\"lng\":" + lng + "}").empty());
}

TEST(CanaryMatcher, ConvertedCoordinatesAreFoundWithAllTheDigitsOfADouble) {
  const auto& forms = matcher().forms(number_of("location"));
  std::string lat, lng;
  for (const Form& f : forms) {
    if (f.spelling == "gcj02" && f.edge == Edge::kOpen) (f.part == Part::kLatitude ? lat : lng) = f.bytes;
  }
  ASSERT_FALSE(lat.empty() || lng.empty());
  EXPECT_EQ(names(hits("[" + lng + "31234567," + lat + "9876543]")), "location gcj02/6_decimals");
}

TEST(CanaryMatcher, NeighbouringPlacesAreNotFound) {
  const Canary& here = matcher().canaries()[number_of("location")];
  SeededRandom random(6);
  for (int i = 0; i < 20'000; ++i) {
    // From eleven metres on, up to some kilometres, in every direction.
    const auto away = [&](double degrees) {
      const double d = 1.1e-4 * std::pow(10, 2 * random.unit());
      return random.chance(0.5) ? degrees + d : degrees - d;
    };
    const int decimals = static_cast<int>(4 + random.below(4));
    char text[128];
    std::snprintf(text, sizeof text, "{\"lat\":%.*f,\"lng\":%.*f}", decimals, away(here.latitude), decimals,
                  away(here.longitude));
    EXPECT_TRUE(hits(text).empty()) << text;
  }
}

TEST(CanaryMatcher, AStreamFindsWhatTheWholeHoldsHoweverItIsCut) {
  SeededRandom random(5);
  std::string all;
  for (std::size_t c = 0; c < matcher().canaries().size(); ++c) {
    const auto& forms = matcher().forms(c);
    for (std::size_t f = 0; f < forms.size(); f += 3) {
      const Form& form = forms[f];
      if (form.part != Part::kWhole && other_half(forms, form) == nullptr) continue;
      for (std::uint64_t n = random.below(2'000); n > 0; --n) all += static_cast<char>(random.next_u64());
      all += " " + planted(matcher().canaries()[c], forms, form).text + " ";
    }
  }
  ASSERT_GT(all.size(), 1u << 20);  // more than a stream holds at a time
  const auto expected = matcher().find(as_bytes(all)).hits;
  ASSERT_GT(expected.size(), 1'000u);
  for (const auto& [largest, hold] :
       {std::pair(3'000'000u, 1u << 20), {7'001u, 1u << 20}, {1'000u, 2u}, {90u, 50u}}) {
    MatchStream stream(matcher(), "", hold);
    for (std::size_t at = 0; at < all.size();) {
      const std::size_t n = std::min<std::size_t>(all.size() - at, random.below(largest));
      stream.feed(as_bytes(std::string_view(all).substr(at, n)));
      at += n;
    }
    EXPECT_EQ(stream.finish().hits, expected);
  }
}

TEST(CanaryMatcher, AStreamOfSingleBytesAndANamedField) {
  const std::string text = "{\"imei\":\"" + value_of("imei") + "\",\"oaid\":\"" + value_of("oaid") + "\"}";
  MatchStream stream(matcher());
  for (char c : text) stream.feed(as_bytes(std::string_view(&c, 1)));
  EXPECT_EQ(names(stream.finish().hits), "imei plain/text; oaid plain/text");
  MatchStream part(matcher(), "imei");
  part.feed(as_bytes(value_of("imei")));
  EXPECT_EQ(part.finish().hits.size(), 1u);
  MatchStream empty(matcher());
  EXPECT_TRUE(empty.finish().hits.empty());
}

TEST(CanaryMatcher, TooManyHitsAreSaidToBeTooMany) {
  std::string text;
  for (std::size_t i = 0; i < kMaxHits + 5; ++i) text += value_of("oaid") + " ";
  const Hits found = matcher().find(as_bytes(text));
  EXPECT_TRUE(found.cut);
  EXPECT_GT(found.hits.size(), kMaxHits * 8 / 10);
  EXPECT_FALSE(matcher().find(as_bytes(text.substr(0, text.size() / 2))).cut);
}

// A file of a million coordinates has many that begin like half of ours.
TEST(CanaryMatcher, LoneHalvesDoNotHideAPlace) {
  const std::string both = value_of("location"), lat = both.substr(0, both.find(','));
  std::string text;
  for (std::size_t i = 0; i < 3 * kMaxHits; ++i)
    text += "{\"lat\":" + lat + ",\"lng\":101.1}" + std::string(99, ' ');
  text += "{\"lat\":" + lat + ",\"lng\":" + both.substr(both.find(',') + 1) + "}";
  const Hits found = matcher().find(as_bytes(text));
  EXPECT_FALSE(found.cut);
  EXPECT_EQ(names(found.hits), "location wgs84/7_decimals");
  MatchStream stream(matcher());
  stream.feed(as_bytes(text));
  EXPECT_EQ(stream.finish().hits, found.hits);
}

TEST(FieldName, IsTheWordBeforeTheSeparators) {
  EXPECT_EQ(field_before("{\"imei\":\"8", 9), "imei");
  EXPECT_EQ(field_before("a=1&device-id=8", 14), "device-id");
  EXPECT_EQ(field_before("8", 0), "");
  EXPECT_EQ(field_before("imei8", 4), "");
  EXPECT_EQ(field_before("  :", 3), "");
  EXPECT_TRUE(names_one_of("X-Device_ID", {"deviceid"}));
  EXPECT_TRUE(names_one_of("imei_md5", {"imei"}));
  EXPECT_FALSE(names_one_of("order", {"imei"}));
  EXPECT_FALSE(names_one_of("", {"imei"}));
}
}  // namespace
}  // namespace storesweep::traffic
