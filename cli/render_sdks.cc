// The SDKs that the listings of a sweep hold.
#include <algorithm>
#include <functional>
#include <vector>

#include "cli/json_fields.h"
#include "cli/render.h"
#include "cli/screen_text.h"

namespace storesweep::cli {
namespace {
struct SdkGroup {
  std::string id;
  std::int64_t listings = 0;
  std::vector<const Json*> versions;
};

// The most frequent first.
std::vector<SdkGroup> by_sdk(const Json& rows) {
  std::vector<SdkGroup> out;
  for (const Json& row : rows) {
    const std::string id = text_of(row, "sdk");
    if (out.empty() || out.back().id != id) out.push_back({id, 0, {}});
    out.back().listings += int_of(row, "listings");
    out.back().versions.push_back(&row);
  }
  std::ranges::stable_sort(out, std::greater<>(), &SdkGroup::listings);
  return out;
}

std::string version_of(const Style& style, const Json& row) {
  if (bool_of(row, "rest")) return style.text("sdks_rest");
  const std::string version = text_of(row, "version");
  return version.empty() ? style.text("apk_unknown_version") : version;
}

std::string coverage_line(const Style& style, const Json& sdks) {
  std::string catalogues;
  for (const auto& [version, listings] : below(sdks, "catalogues").items())
    catalogues += (catalogues.empty() ? "" : ", ") + safe_text(version);
  std::string all = style.text("sdks_looked", {{"looked", with_commas(int_of(sdks, "looked"))},
                                               {"not_looked", with_commas(int_of(sdks, "not_looked"))},
                                               {"catalogues", catalogues.empty() ? "-" : catalogues}});
  const std::int64_t left_out = int_of(sdks, "left_out");
  if (left_out > 0) all += style.text("sdks_left_out", {{"count", with_commas(left_out)}});
  return all + "\n";
}
}  // namespace

std::string render_sdks(const Style& style, const Json& sdks) {
  Table table({style.text("apk_sdks"), style.text("name"), style.text("company"), style.text("kind"),
               style.text("version"), style.text("sdks_listings")});
  table.at_most(1, 32);
  table.at_most(2, 24);
  table.right(5);
  for (const SdkGroup& group : by_sdk(below(sdks, "rows"))) {
    const Json& first = *group.versions[0];
    const bool one = group.versions.size() == 1;
    table.add({group.id, text_of(first, "name"), text_of(first, "company"), text_of(first, "kind"),
               one ? version_of(style, first) : style.text("sdks_all_versions"),
               with_commas(group.listings)});
    for (const Json* row : group.versions) {
      if (!one) table.add({"", "", "", "", version_of(style, *row), with_commas(int_of(*row, "listings"))});
    }
  }
  std::string all = bool_of(sdks, "simulated") ? style.text("simulated_long") + "\n" : "";
  all += coverage_line(style, sdks);
  return all + (table.empty() ? style.text("nothing_yet") + "\n" : table.text());
}

}  // namespace storesweep::cli
