// Closing entries, bundles that hold, and what rejudging changes.
#include "cli/json_fields.h"
#include "cli/render.h"
#include "cli/screen_text.h"

namespace storesweep::cli {

std::string render_closing(const Style& style, const Json& closing) {
  if (int_of(closing, "number") == 0) return style.text("nothing_closed") + "\n";
  return safe_text(style.text("closing_head", {{"number", with_commas(int_of(closing, "number"))},
                                               {"digest", text_of(closing, "digest")},
                                               {"at", text_of(closing, "at")},
                                               {"journal", text_of(closing, "journal")},
                                               {"key", text_of(closing, "key")}})) +
         "\n";
}

std::string render_verified(const Style& style, const Json& bundle) {
  std::string out;
  if (bool_of(bundle, "simulated")) out += style.text("bundle_simulated") + "\n";
  for (const Json& r : below(bundle, "results")) {
    std::string workers, entries;
    for (const Json& w : below(r, "workers")) workers += (workers.empty() ? "" : ", ") + w.get<std::string>();
    for (const Json& c : below(r, "closings"))
      entries += (entries.empty() ? "" : ", ") + std::to_string(int_of(c, "number"));
    out += safe_text(style.text("bundle_result", {{"job", std::to_string(int_of(r, "job"))},
                                                  {"package", text_of(r, "package")},
                                                  {"store", text_of(r, "store")},
                                                  {"findings", std::to_string(int_of(r, "findings"))},
                                                  {"workers", workers},
                                                  {"entries", entries}})) +
           "\n";
  }
  return out + style.text("bundle_holds", {{"members", with_commas(int_of(bundle, "members"))}}) + "\n";
}

namespace {
std::string joined(const Json& texts) {
  std::string out;
  for (const Json& t : texts) {
    if (t.is_string()) out += (out.empty() ? "" : ", ") + t.get<std::string>();
  }
  return out;
}
}  // namespace

std::string render_rejudged_rows(const Style& style, const Json& page) {
  std::string out;
  for (const Json& row : below(page, "rows")) {
    const std::string head = std::to_string(int_of(row, "job")) + "  " + text_of(row, "package") + "  ";
    const std::string mark = bool_of(row, "simulated") ? "  [" + style.text("simulated") + "]" : "";
    if (const std::string failed = text_of(row, "failed"); !failed.empty()) {
      out += safe_text(head + style.text("rejudge_failed", {{"why", failed}})) + "\n";
      continue;
    }
    if (below(row, "changes").empty()) out += safe_text(head + style.text("rejudge_details") + mark) + "\n";
    for (const Json& c : below(row, "changes")) {
      const std::string rule = text_of(c, "rule");
      const std::string what =
          rule.empty() ? style.text("rejudge_row", {{"task", std::to_string(int_of(c, "task"))}}) : rule;
      const std::string why = joined(below(c, "why"));
      out += safe_text(head + what + "  ") + level_text(style, text_of(c, "from")) + " -> " +
             level_text(style, text_of(c, "to")) + safe_text((why.empty() ? "" : "  (" + why + ")") + mark) +
             "\n";
    }
  }
  return out;
}

std::string render_rejudged(const Style& style, const Json& sums) {
  Catalogue::Values values = {{"pack", text_of(sums, "pack_version")}};
  for (const char* key :
       {"judged", "unchanged", "changed", "failed", "without_runs", "applied", "moved", "second_runs"})
    values.emplace_back(key, with_commas(int_of(sums, key)));
  return style.text(bool_of(sums, "apply") ? "rejudge_applied" : "rejudge_dry", values) + "\n";
}

}  // namespace storesweep::cli
