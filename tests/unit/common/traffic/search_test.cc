// Recall of every canary in every form through every wrapping.
#include "common/traffic/search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "common/base/text.h"
#include "tests/unit/common/traffic/plant.h"
#include "tests/unit/common/traffic/wrap.h"

namespace storesweep::traffic {
namespace {
const CanaryMatcher& matcher() {
  static const CanaryMatcher kMatcher(canaries_of(1));
  return kMatcher;
}

struct WrappingCase {
  const char* name;
  std::function<std::string(const std::string&)> wrap;
  std::vector<Wrapping> layers;  // in which all must be found
  bool text_only = false;
};

const std::vector<WrappingCase>& wrappings() {
  static const std::vector<WrappingCase> kAll = {
      {"bare", [](auto& s) { return s; }, {}},
      {"protobuf", [](auto& s) { return protobuf_string(s); }, {}},
      {"gzip", [](auto& s) { return gzipped(s); }, {Wrapping::kGzip}},
      {"gzip_in_protobuf", [](auto& s) { return protobuf_string(gzipped(s)); }, {Wrapping::kGzip}},
      {"zlib", [](auto& s) { return deflated(s, 15); }, {Wrapping::kZlib}},
      {"raw_deflate", [](auto& s) { return deflated(s, -15); }, {Wrapping::kDeflate}},
      {"brotli", [](auto& s) { return brotli_of(s); }, {Wrapping::kBrotli}},
      {"zstd", [](auto& s) { return zstd_of(s); }, {Wrapping::kZstd}},
      {"zstd_amid", [](auto& s) { return "HTTP/1.1 200\r\n\r\n" + zstd_of(s) + "tail"; }, {Wrapping::kZstd}},
      {"percent", [](auto& s) { return "data=" + percent_of(s, true); }, {Wrapping::kPercent}},
      {"percent_twice",
       [](auto& s) { return percent_of(percent_of(s, true), true); },
       {Wrapping::kPercent, Wrapping::kPercent}},
      {"json_escapes",
       [](auto& s) { return "{\"d\":\"" + all_escaped(s) + "\"}"; },
       {Wrapping::kJsonEscapes},
       true},
      {"base64", [](auto& s) { return base64_of(s, false); }, {Wrapping::kBase64}},
      {"base64url_in_json",
       [](auto& s) { return "{\"d\":\"" + base64_of(s, true) + "\"}"; },
       {Wrapping::kBase64}},
      {"multipart", [](auto& s) { return multipart("data", gzipped(s)); }, {Wrapping::kGzip}},
      {"gzip_in_base64_in_gzip",
       [](auto& s) { return gzipped("{\"d\":\"" + base64_of(gzipped(s), false) + "\"}"); },
       {Wrapping::kGzip, Wrapping::kBase64, Wrapping::kGzip}},
  };
  return kAll;
}

// All forms of one canary, one a line.
std::string body_of(std::size_t c, bool text_only, std::vector<std::size_t>& forms_there) {
  std::string body;
  const auto& forms = matcher().forms(c);
  for (std::size_t f = 0; f < forms.size(); ++f) {
    const std::string& bytes = forms[f].bytes;
    const bool text = valid_utf8(bytes) && bytes.find('\0') == std::string::npos;
    if (text_only && (!text || bytes.find('\\') != std::string::npos)) continue;
    if (forms[f].part != Part::kWhole && other_half(forms, forms[f]) == nullptr) continue;
    body +=
        std::string(kMaxPairDistance, ' ') + planted(matcher().canaries()[c], forms, forms[f]).text + "\n";
    forms_there.push_back(f);
  }
  return body;
}

class EveryWrapping : public testing::TestWithParam<std::size_t> {};

TEST_P(EveryWrapping, ShowsEveryFormOfEveryCanary) {
  const WrappingCase& wrapping = wrappings()[GetParam()];
  for (std::size_t c = 0; c < matcher().canaries().size(); ++c) {
    std::vector<std::size_t> forms;
    const std::string body = body_of(c, wrapping.text_only, forms);
    const Sightings found = find_canaries(matcher(), as_bytes(wrapping.wrap(body)));
    EXPECT_FALSE(found.cut);
    for (std::size_t f : forms) {
      const bool seen = std::any_of(found.seen.begin(), found.seen.end(), [&](const Sighting& s) {
        // Or in a layer around it: base64 of a value is a form of the value.
        const bool outer = s.layers.size() <= wrapping.layers.size() &&
                           std::equal(s.layers.begin(), s.layers.end(), wrapping.layers.begin(),
                                      [](const Layer& layer, Wrapping w) { return layer.wrapping == w; });
        return is_it(matcher(), s.hit, c, f) && outer;
      });
      EXPECT_TRUE(seen) << matcher().canaries()[c].name << " " << matcher().forms(c)[f].name();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Each, EveryWrapping, testing::Range(std::size_t{0}, wrappings().size()),
                         [](const auto& each) { return std::string(wrappings()[each.param].name); });

std::string value_of(const std::string& name) {
  for (const Canary& c : matcher().canaries()) {
    if (c.name == name) return c.value;
  }
  ADD_FAILURE() << name;
  return "";
}

TEST(FindCanaries, AFieldOfAMultipartBodyNamesAWeakForm) {
  const Sightings found = find_canaries(matcher(), as_bytes(multipart("imei", value_of("imei"))));
  ASSERT_EQ(found.seen.size(), 1u);
  EXPECT_TRUE(found.seen[0].hit.keyed);
  ASSERT_EQ(found.seen[0].layers.size(), 1u);
  EXPECT_EQ(found.seen[0].layers[0].wrapping, Wrapping::kMultipart);
  EXPECT_TRUE(find_canaries(matcher(), as_bytes(multipart("order", value_of("imei")))).seen.empty());
}

TEST(FindCanaries, WhatStandsOpenlyIsToldOnceThoughTheBodyIsAlsoUnescaped) {
  const std::string body = "{\"a\":\"\\u4f60%20\",\"oaid\":\"" + value_of("oaid") + "\"}";
  const Sightings found = find_canaries(matcher(), as_bytes(body));
  ASSERT_EQ(found.seen.size(), 1u);
  EXPECT_TRUE(found.seen[0].layers.empty());
  EXPECT_TRUE(found.unread.empty());
}

TEST(FindCanaries, TheOffsetCountsInTheInnermostLayer) {
  const std::string inner = "xx" + value_of("oaid");
  const Sightings found = find_canaries(matcher(), as_bytes("head" + gzipped(inner)));
  ASSERT_EQ(found.seen.size(), 1u);
  EXPECT_EQ(found.seen[0].hit.offset, 2u);
  EXPECT_EQ(found.seen[0].layers[0].offset, 4u);
}
}  // namespace
}  // namespace storesweep::traffic
