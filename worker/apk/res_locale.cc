#include "worker/apk/res_locale.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace storesweep::apk {
namespace {
struct Script {
  std::string_view language, region, script;
};
constexpr Script kScripts[] = {
    {"zh", "TW", "Hant"}, {"zh", "HK", "Hant"}, {"zh", "MO", "Hant"}, {"zh", "", "Hans"},
    {"ja", "", "Jpan"},   {"ko", "", "Kore"},   {"ru", "", "Cyrl"},   {"uk", "", "Cyrl"},
    {"be", "", "Cyrl"},   {"bg", "", "Cyrl"},   {"mk", "", "Cyrl"},   {"sr", "ME", "Latn"},
    {"sr", "RO", "Latn"}, {"sr", "TR", "Latn"}, {"sr", "", "Cyrl"},   {"kk", "CN", "Arab"},
    {"kk", "", "Cyrl"},   {"ky", "CN", "Arab"}, {"ky", "TR", "Latn"}, {"ky", "", "Cyrl"},
    {"tg", "PK", "Arab"}, {"tg", "", "Cyrl"},   {"tt", "", "Cyrl"},   {"ba", "", "Cyrl"},
    {"mn", "CN", "Mong"}, {"mn", "", "Cyrl"},   {"ar", "", "Arab"},   {"fa", "", "Arab"},
    {"ur", "", "Arab"},   {"ug", "KZ", "Cyrl"}, {"ug", "MN", "Cyrl"}, {"ug", "", "Arab"},
    {"ps", "", "Arab"},   {"sd", "IN", "Deva"}, {"sd", "", "Arab"},   {"pa", "PK", "Arab"},
    {"pa", "", "Guru"},   {"az", "IR", "Arab"}, {"az", "RU", "Cyrl"}, {"uz", "AF", "Arab"},
    {"uz", "CN", "Cyrl"}, {"ku", "LB", "Arab"}, {"iw", "", "Hebr"},   {"he", "", "Hebr"},
    {"ji", "", "Hebr"},   {"yi", "", "Hebr"},   {"el", "", "Grek"},   {"hy", "", "Armn"},
    {"ka", "", "Geor"},   {"hi", "", "Deva"},   {"mr", "", "Deva"},   {"ne", "", "Deva"},
    {"sa", "", "Deva"},   {"bn", "", "Beng"},   {"as", "", "Beng"},   {"gu", "", "Gujr"},
    {"or", "", "Orya"},   {"ta", "", "Taml"},   {"te", "", "Telu"},   {"kn", "", "Knda"},
    {"ml", "", "Mlym"},   {"si", "", "Sinh"},   {"th", "", "Thai"},   {"lo", "", "Laoo"},
    {"my", "", "Mymr"},   {"km", "", "Khmr"},   {"am", "", "Ethi"},   {"ti", "", "Ethi"},
    {"bo", "", "Tibt"},   {"dz", "", "Tibt"},   {"dv", "", "Thaa"},   {"ii", "", "Yiii"},
};
constexpr std::array<std::string_view, 9> kUsEnglish = {"", "US", "AS", "GU", "MH", "MP", "PR", "UM", "VI"};
constexpr std::array<std::string_view, 10> kEuropeanEnglish = {"AT", "BE", "CH", "DE", "DK",
                                                               "FI", "NL", "SE", "SI", ""};
constexpr std::array<std::string_view, 22> kLatinAmerica = {"AR", "BO", "BR", "BZ", "CL", "CO", "CR", "CU",
                                                            "DO", "EC", "GT", "HN", "MX", "NI", "PA", "PE",
                                                            "PR", "PY", "SV", "US", "UY", "VE"};
constexpr std::array<std::string_view, 11> kPortugal = {"AO", "CH", "CV", "FR", "GQ", "GW",
                                                        "LU", "MO", "MZ", "ST", "TL"};
constexpr std::array<std::string_view, 8> kRepresentative = {"zhCN", "zhTW", "enUS", "esES",
                                                             "ptBR", "frFR", "deDE", "arEG"};

bool holds(const auto& list, std::string_view one) { return std::ranges::find(list, one) != list.end(); }

// The region above it in CLDR's tree; empty: the bare language, which has nothing above it.
std::string_view parent(std::string_view language, std::string_view script, std::string_view region) {
  if (language == "en") {
    if (holds(kUsEnglish, region) || region == "001") return "";
    if (region == "150") return "001";
    return holds(kEuropeanEnglish, region) ? "150" : "001";
  }
  if (language == "es") return holds(kLatinAmerica, region) ? "419" : "";
  if (language == "pt") return holds(kPortugal, region) ? "PT" : "";
  if (language == "zh" && script == "Hant") return region == "MO" ? "HK" : "";
  return "";
}

// The region itself, what is above it, and so on; the bare language is the last.
std::vector<std::string_view> line_of(std::string_view language, std::string_view script,
                                      std::string_view region) {
  std::vector<std::string_view> out = {region};
  while (!out.back().empty()) out.push_back(parent(language, script, out.back()));
  return out;
}

std::size_t distance(const std::vector<std::string_view>& from, const std::vector<std::string_view>& to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    auto at = std::ranges::find(to, from[i]);
    if (at != to.end()) return i + static_cast<std::size_t>(at - to.begin());
  }
  return from.size() + to.size();
}

bool special_spanish(std::string_view language, std::string_view region) {
  return language == "es" && (region == "US" || region == "MX");
}
}  // namespace

std::string_view likely_script(std::string_view language, std::string_view region) {
  for (const Script& s : kScripts) {
    if (s.language == language && (s.region.empty() || s.region == region)) return s.script;
  }
  return "Latn";
}

int compare_regions(std::string_view left, std::string_view right, std::string_view language,
                    std::string_view script, std::string_view wanted) {
  if (left == right) return 0;
  bool left_special = special_spanish(language, left), right_special = special_spanish(language, right);
  if (left_special && !right_special && right != "419") {
    left = "419";
  } else if (right_special && !left_special && left != "419") {
    right = "419";
  }
  auto line = line_of(language, script, wanted);
  for (std::string_view above : line) {
    if (above == left) return 1;
    if (above == right) return -1;
  }
  auto to_left = distance(line_of(language, script, left), line);
  auto to_right = distance(line_of(language, script, right), line);
  if (to_left != to_right) return to_left < to_right ? 1 : -1;
  bool left_is = holds(kRepresentative, std::string(language).append(left));
  bool right_is = holds(kRepresentative, std::string(language).append(right));
  if (left_is != right_is) return left_is ? 1 : -1;
  // Two letters before three digits, then by the alphabet.
  if (left.size() != right.size()) return left.size() < right.size() ? 1 : -1;
  return left < right ? 1 : -1;
}

bool close_to_us_english(std::string_view region) { return holds(kUsEnglish, region); }

}  // namespace storesweep::apk
