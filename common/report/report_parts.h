// What the files that write a report share. Private to this room.
#pragma once

#include <set>
#include <string>

#include "common/report/html.h"
#include "common/report/report.h"

namespace storesweep {

struct ReportWriter {
  html::Page page;
  const SweepReport& report;
  const RulePack& pack;
  std::set<Digest> shown;  // screenshots that stand in the page already: each is embedded once
};

// <span class="level l-violation">违规</span>; `section`: levels or levels_short.
void write_level(html::Page& page, std::string_view section, Level level);
void write_kind(html::Page& page, const DeviceKind& kind);
std::string anchor(const ReportApp& app);                       // "app-17"
std::string anchor(const ReportApp& app, std::size_t finding);  // "app-17-1"
std::string shown_name(const Listing& listing);                 // label, else package

// The page's head up to <main>, the switch of languages; `title` is a key of the catalogue's report section.
void write_frame(ReportWriter& w, Language first, std::string_view title);
void write_simulated(ReportWriter& w);  // the box that says so, where some of it is
void write_identity(ReportWriter& w, const ReportApp& app);
void write_runs(html::Page& page, const ReportApp& app);
void write_app(ReportWriter& w, const ReportApp& app);
// Those of the finding of that index, or why there are none.
void write_screenshots(ReportWriter& w, const ReportApp& app, std::size_t index);
void write_finding(ReportWriter& w, const ReportApp& app, std::size_t index);

}  // namespace storesweep
