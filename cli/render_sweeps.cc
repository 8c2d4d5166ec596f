// Imports, sweeps and campaigns.
#include <cstdio>

#include "cli/json_fields.h"
#include "cli/render.h"
#include "cli/screen_text.h"

namespace storesweep::cli {
namespace {
std::string state_of(const Style& style, const Json& sweep) {
  return style.catalogue.text(style.language, "states", text_of(sweep, "state"));
}

// "judged 1,200, buried 34"
std::string ends_of(const Style& style, const Json& sweep) {
  std::string all;
  for (const auto& [how, count] : below(sweep, "ended").items()) {
    if (!count.is_number() || count.get<std::int64_t>() == 0) continue;
    all += (all.empty() ? "" : ", ") + style.catalogue.text(style.language, "ends", how) + " " +
           with_commas(count.get<std::int64_t>());
  }
  return all;
}

std::string simulated_mark(const Style& style, const Json& json) {
  return bool_of(json, "simulated") ? " [" + style.text("simulated") + "]" : "";
}

std::string rate_of(const Style& style, const Json& sweep) {
  const double rate = number_of(sweep, "rate_per_s");
  if (rate <= 0) return "";
  char text[32];
  std::snprintf(text, sizeof text, rate < 1 ? "%.1f" : "%.0f", rate < 1 ? rate * 60 : rate);
  std::string all = std::string(text) + style.text(rate < 1 ? "per_minute" : "per_second");
  if (const std::int64_t left = int_of(sweep, "left_ms"); left > 0) {
    all += ", " + style.text("left", {{"time", duration_text(left)}});
  }
  return all;
}

// What an operator must know first: why nothing moves.
std::string trouble_of(const Style& style, const Json& sweep) {
  const std::string why = text_of(sweep, "stopped_why");
  return why.empty() ? "" : style.text("stopped", {{"why", safe_text(why)}});
}
}  // namespace

std::string render_import(const Style& style, const Json& r) {
  std::string all = style.text("imported", {{"store", safe_text(text_of(r, "store"))},
                                            {"rows", with_commas(int_of(r, "rows"))},
                                            {"added", with_commas(int_of(r, "added"))},
                                            {"changed", with_commas(int_of(r, "changed"))},
                                            {"unchanged", with_commas(int_of(r, "unchanged"))},
                                            {"gone", with_commas(int_of(r, "gone"))},
                                            {"time", duration_text(int_of(r, "took_ms"))}}) +
                    "\n";
  if (int_of(r, "rejected") > 0) {
    all += style.text("rejected", {{"count", with_commas(int_of(r, "rejected"))},
                                   {"file", safe_text(text_of(r, "rejects_file"))}}) +
           "\n";
  }
  if (int_of(r, "nameless") > 0) {
    all += style.text("nameless", {{"count", with_commas(int_of(r, "nameless"))}}) + "\n";
  }
  std::string unknown;
  for (const Json& column : below(r, "unknown_columns")) {
    if (column.is_string()) unknown += (unknown.empty() ? "" : ", ") + safe_text(column.get<std::string>());
  }
  if (!unknown.empty()) all += style.text("unknown_columns", {{"columns", unknown}}) + "\n";
  return all;
}

std::string render_sweep_line(const Style& style, const Json& s) {
  std::string all = style.text("sweep") + " " + std::to_string(int_of(s, "id")) + " " + state_of(style, s) +
                    "  " + with_commas(int_of(s, "ended_total")) + "/" + with_commas(int_of(s, "total")) +
                    " " + percent_text(int_of(s, "ended_total"), int_of(s, "total"));
  for (const std::string& part : {rate_of(style, s), ends_of(style, s), trouble_of(style, s)}) {
    if (!part.empty()) all += "  " + part;
  }
  return all + simulated_mark(style, s) + "\n";
}

std::string render_progress(const Style& style, const Json& s, std::size_t columns) {
  std::string line = bar(int_of(s, "ended_total"), int_of(s, "total"), columns < 70 ? 10 : 24) + " " +
                     with_commas(int_of(s, "ended_total")) + "/" + with_commas(int_of(s, "total")) + " " +
                     percent_text(int_of(s, "ended_total"), int_of(s, "total"));
  const std::string running = style.text("running_now", {{"count", with_commas(int_of(s, "leased"))}});
  for (const std::string& part :
       {trouble_of(style, s), text_of(s, "state") == "running" ? running : state_of(style, s),
        rate_of(style, s), ends_of(style, s)}) {
    if (!part.empty()) line += "  " + part;
  }
  return cut(line + simulated_mark(style, s), columns);
}

std::string render_sweep(const Style& style, const Json& s) {
  std::string all = render_sweep_line(style, s);
  all +=
      "  " + safe_text(text_of(s, "name")) + "  " + text_of(s, "depth") + "  " + text_of(s, "created") + "\n";
  all += "  " +
         style.text("now", {{"leased", with_commas(int_of(s, "leased"))},
                            {"waiting", with_commas(int_of(s, "waiting"))},
                            {"confirmations", with_commas(int_of(s, "confirmations_open"))}}) +
         "\n";
  Table table({style.text("shard"), style.text("ended"), style.text("total"), "%", style.text("leased"), ""});
  for (std::size_t i = 0; i < 5; ++i) table.right(i);
  for (const Json& shard : below(s, "shards")) {
    table.add({std::to_string(int_of(shard, "shard")), with_commas(int_of(shard, "ended")),
               with_commas(int_of(shard, "total")),
               percent_text(int_of(shard, "ended"), int_of(shard, "total")),
               with_commas(int_of(shard, "leased")),
               bool_of(shard, "paused") ? style.catalogue.text(style.language, "states", "paused") : ""});
  }
  return table.empty() ? all : all + table.text();
}

std::string render_sweeps(const Style& style, const Json& page) {
  Table table({style.text("sweep"), style.text("name"), style.text("state"), style.text("ended"),
               style.text("total"), "%", style.text("created"), ""});
  for (std::size_t i : {0u, 3u, 4u, 5u}) table.right(i);
  table.at_most(1, 40);
  for (const Json& s : below(page, "rows")) {
    table.add({std::to_string(int_of(s, "id")), text_of(s, "name"), state_of(style, s),
               with_commas(int_of(s, "ended_total")), with_commas(int_of(s, "total")),
               percent_text(int_of(s, "ended_total"), int_of(s, "total")),
               text_of(s, "created").substr(0, 16), trouble_of(style, s) + simulated_mark(style, s)});
  }
  return table.empty() ? style.text("no_sweeps") + "\n" : table.text();
}

std::string render_campaign(const Style& style, const Json& c) {
  const std::string forecast = text_of(c, "forecast_date");
  char rate[32];
  std::snprintf(rate, sizeof rate, "%.0f", number_of(c, "apps_per_day"));
  return safe_text(text_of(c, "name")) + " (" + std::to_string(int_of(c, "id")) + ")\n" +
         bar(int_of(c, "covered_apps"), int_of(c, "target_apps"), 24) + " " +
         with_commas(int_of(c, "covered_apps")) + "/" + with_commas(int_of(c, "target_apps")) + " " +
         percent_text(int_of(c, "covered_apps"), int_of(c, "target_apps")) + "\n" +
         style.text("campaign_left",
                    {{"left", with_commas(int_of(c, "left_apps"))},
                     {"rate", rate},
                     {"end", safe_text(text_of(c, "end_date"))},
                     {"forecast", forecast.empty() ? style.text("never") : safe_text(forecast)}}) +
         "\n";
}

}  // namespace storesweep::cli
