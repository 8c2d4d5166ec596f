// What `storesweep canaries` shows: the hits in each file, what was not looked at, or what a run plants.
#include <algorithm>

#include "cli/json_fields.h"
#include "cli/render.h"
#include "cli/screen_text.h"

namespace storesweep::cli {
namespace {
constexpr std::size_t kMaxRows = 200;  // of one file; --json has all
constexpr std::size_t kMaxValueColumns = 60;

std::string kind_name(const KindNames& names, const std::string& kind) {
  const auto found = names.find(kind);
  return found == names.end() ? kind : found->second;
}

// "gzip@0 > base64@12".
std::string path_of(const Json& layers) {
  std::vector<std::string> steps;
  for (const Json& layer : layers) {
    steps.push_back(text_of(layer, "wrapping") + "@" + std::to_string(int_of(layer, "offset")));
  }
  return joined(steps, " > ");
}

std::string hits_of(const Style& style, const Json& hits, const KindNames& names) {
  Table table({style.text("canary"), style.text("canary_kind"), style.text("canary_form"),
               style.text("canary_offset"), style.text("canary_field"), style.text("canary_layers")});
  table.right(3);
  for (std::size_t i = 0; i < std::min(hits.size(), kMaxRows); ++i) {
    const Json& hit = hits[i];
    table.add({text_of(hit, "canary"), kind_name(names, text_of(hit, "kind")), text_of(hit, "form"),
               std::to_string(int_of(hit, "offset")),
               style.text(bool_of(hit, "field_named") ? "canary_named" : "canary_unnamed"),
               path_of(below(hit, "layers"))});
  }
  return table.text();
}

std::string file_text(const Style& style, const Json& file, const KindNames& names) {
  const Json &hits = below(file, "hits"), &unread = below(file, "not_looked_at");
  std::string out = safe_text(text_of(file, "file")) + "\n";
  out += hits.empty() ? style.text("canaries_none") + "\n" : hits_of(style, hits, names);
  if (hits.size() > kMaxRows) {
    out += style.text("apk_more", {{"n", std::to_string(hits.size() - kMaxRows)}}) + "\n";
  }
  if (bool_of(file, "cut")) out += style.text("canaries_cut") + "\n";
  for (std::size_t i = 0; i < std::min(unread.size(), kMaxRows); ++i) {
    const std::string why = style.catalogue.text(style.language, "not_looked", text_of(unread[i], "why"));
    out +=
        style.text("canaries_unread", {{"where", path_of(below(unread[i], "layers"))}, {"why", why}}) + "\n";
  }
  return out;
}

std::string values_of(const Style& style, const Json& canaries, const KindNames& names) {
  Table table({style.text("canary"), style.text("canary_kind"), style.text("canary_value"),
               style.text("canary_bits"), style.text("canary_forms")});
  table.right(3);
  table.right(4);
  table.at_most(2, kMaxValueColumns);
  for (const Json& one : canaries) {
    table.add({text_of(one, "canary"), kind_name(names, text_of(one, "kind")), text_of(one, "value"),
               std::to_string(static_cast<int>(number_of(one, "bits"))),
               std::to_string(int_of(one, "forms"))});
  }
  return table.text();
}
}  // namespace

std::string render_canaries(const Style& style, const Json& report, const KindNames& names) {
  if (report.contains("canaries")) return values_of(style, below(report, "canaries"), names);
  std::string out;
  for (const Json& file : below(report, "files"))
    out += (out.empty() ? "" : "\n") + file_text(style, file, names);
  return out;
}

}  // namespace storesweep::cli
