// What the CLI shows of the API's answers: JSON in, text out. Pure, so that golden tests hold every page.
// Missing or wrong fields show as blanks: a newer coordinator must not break an older CLI.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>

#include "common/report/catalogue.h"

namespace storesweep::cli {

struct Style {
  const Catalogue& catalogue;
  Language language = Language::kEnglish;
  bool colour = false;  // a terminal
  std::string text(std::string_view key, const Catalogue::Values& values = {}) const {
    return catalogue.text(language, "cli", key, values);
  }
};
using Json = nlohmann::ordered_json;

std::string render_import(const Style& style, const Json& report);
std::string render_sweep(const Style& style, const Json& sweep);       // the whole, with shards
std::string render_sweep_line(const Style& style, const Json& sweep);  // one line, for pipes
std::string render_progress(const Style& style, const Json& sweep, std::size_t columns);  // with a bar
std::string render_sweeps(const Style& style, const Json& page);
std::string render_campaign(const Style& style, const Json& campaign);
std::string render_summary(const Style& style, const Json& summary, const std::string& by);
std::string render_sdks(const Style& style, const Json& sdks);  // those of a sweep, by version
std::string render_results(const Style& style, const Json& page);
std::string render_findings(const Style& style, const Json& page);  // of rows that carry their verdict
std::string render_announcement(const Style& style, const Json& announcement);
std::string render_verdict(const Style& style, const Json& result);  // ten rows, findings, coverage
std::string render_evidence(const Style& style, const Json& evidence);
std::string render_closing(const Style& style, const Json& closing);
std::string render_rejudged_rows(const Style& style, const Json& page);  // one line a change; none: nothing
std::string render_rejudged(const Style& style, const Json& sums);
std::string render_verified(const Style& style, const Json& bundle);  // `evidence verify`
std::string render_workers(const Style& style, const Json& workers);
std::string render_controls(const Style& style, const Json& page);
std::string render_devices(const Style& style, const Json& devices);
std::string render_figures(const Style& style, const Json& figures);
std::string render_changes(const Style& style, const Json& page);
std::string render_event(const Style& style, std::string_view kind, std::string_view data);

// Facts of a package (schemas/apk-facts.schema.json): what a developer or an officer wants first.
std::string render_apk(const Style& style, const Json& facts, const std::string& file);
std::string render_apk_diff(const Style& style, const Json& diff);
std::string render_listing_check(const Style& style, const Json& differences);
// One line that is redrawn on a terminal; else a line for each package.
std::string render_apk_progress(const Style& style, std::size_t done, std::size_t total,
                                const std::string& file, std::size_t columns, bool terminal);

// Canaries found in files, or what a run plants (docs/cli.md); kinds by their id in rules/sources.yaml.
using KindNames = std::map<std::string, std::string>;
std::string render_canaries(const Style& style, const Json& report, const KindNames& names);

// Findings with what people said of them.
std::string render_finding_list(const Style& style, const Json& page);
std::string render_finding(const Style& style,
                           const Json& finding);  // with its history, and its retest beside it
// What probe apps showed of a class of devices (common/report/calibration_json.h), and of several.
std::string render_calibration(const Style& style, const Json& calibration);
std::string render_calibrations(const Style& style, const Json& page);

// The level's name, coloured on a terminal.
std::string level_text(const Style& style, std::string_view level);

}  // namespace storesweep::cli
