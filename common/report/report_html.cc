// The page around the apps: heading, summary, the ministry's six columns, all apps at a glance, rules.
#include <algorithm>
#include <array>
#include <map>

#include "common/model/shown_name.h"
#include "common/report/announcement.h"
#include "common/report/report_parts.h"

namespace storesweep {

extern const std::string_view kReportCss;  // common/report/report.css

namespace {
using html::Page;

constexpr std::array kLevels = {Level::kViolation, Level::kSuspected, Level::kNotTested, Level::kNotFound,
                                Level::kNotApplicable};

// ---- heading

struct Simulated {
  std::int64_t apps = 0;
  std::set<std::int64_t> rates_permille;  // of the devices' clocks, as measured
  // "60", or the slowest and the fastest.
  std::string rate() const {
    const std::string slowest = html::rate(*rates_permille.begin()),
                      fastest = html::rate(*rates_permille.rbegin());
    return slowest == fastest ? slowest : slowest + "–" + fastest;
  }
};
Simulated simulated(const SweepReport& report) {
  Simulated s;
  for (const ReportApp& app : report.apps) {
    if (app.verdict.simulated) {
      ++s.apps;
      s.rates_permille.insert(app.verdict.clock_rate_permille);
    }
  }
  return s;
}

void write_simulated_box(ReportWriter& w, const Simulated& s) {
  if (s.apps == 0) return;
  const auto total = static_cast<std::int64_t>(w.report.apps.size());
  w.page.raw("<div class=\"simulated\" role=\"note\"><strong>模拟设备 SIMULATED</strong><p>");
  w.page.say(s.apps == total ? "simulated_all" : "simulated_some",
             {{"count", std::to_string(s.apps)}, {"total", std::to_string(total)}});
  w.page.raw(" ");
  if (s.rate() == "1") {
    w.page.say("real_clock");
  } else {
    w.page.say("simulated_clock", {{"rate", s.rate()}});
  }
  w.page.raw("</p></div>\n");
}

void write_devices(ReportWriter& w) {
  std::map<std::pair<std::string, int>, std::set<std::string>> devices;
  for (const ReportApp& app : w.report.apps) {
    if (app.end != EndKind::kVerdict) continue;
    const DeviceKind& kind = app.verdict.device_kind;
    devices[{kind.device_class, kind.api}].insert(app.device);
    for (const ReportRun& r : app.runs) {
      if (r.unread_why.empty()) devices[{r.kind.device_class, r.kind.api}].insert(r.device);
    }
  }
  if (devices.empty()) w.page.say("none");
  std::string_view separator;
  for (const auto& [kind, which] : devices) {
    w.page.raw(separator);
    write_kind(w.page, {kind.first, kind.second});
    w.page.raw(" × " + std::to_string(which.size()));
    separator = "<br/>";
  }
}

void write_versions(Page& page, const SweepReport& report, std::string Verdict::*version) {
  std::set<std::string> all;
  for (const ReportApp& app : report.apps) {
    if (const std::string& v = app.verdict.*version; !v.empty()) all.insert(v);
  }
  if (all.empty()) page.say("none");
  std::string_view separator;
  for (const std::string& v : all) {
    page.raw(separator).text(v);
    separator = ", ";
  }
}

void write_ends(Page& page, const SweepReport& report) {
  std::map<EndKind, std::int64_t> ends;
  for (const ReportApp& app : report.apps) ++ends[app.end];
  std::string_view separator;
  for (const auto& [end, count] : ends) {
    page.raw(separator).say("ends", name(end)).raw(" " + std::to_string(count));
    separator = ", ";
  }
}

void write_heading(ReportWriter& w) {
  Page& page = w.page;
  const SweepReport& r = w.report;
  page.raw("<header>\n<h1>").say("title").raw("</h1>\n<p class=\"basis\">").say("basis").raw("</p>\n");
  write_simulated_box(w, simulated(r));
  page.raw("<dl class=\"facts\">\n");
  if (r.sweep > 0) {
    page.entry("sweep", [&] { page.raw(std::to_string(r.sweep) + " ").foreign(r.name); });
  }
  if (r.started_wall_ms > 0) {
    page.entry("tested", [&] {
      page.raw(html::beijing_time(r.started_wall_ms));
      if (r.ended_wall_ms > 0) page.raw(" – " + html::beijing_time(r.ended_wall_ms));
    });
  }
  page.entry("written", [&] { page.raw(html::beijing_time(r.written_wall_ms)); });
  page.entry("listings", [&] { page.raw(std::to_string(r.total)); });
  page.entry("ended", [&] { write_ends(page, r); });
  page.entry("depth", [&] {
    if (!r.apps.empty()) page.say("depths", name(r.apps.front().verdict.depth));
  });
  page.entry("devices", [&] { write_devices(w); });
  page.entry("pack", [&] { write_versions(page, r, &Verdict::pack_version); });
  page.entry("judge", [&] { write_versions(page, r, &Verdict::judge_version); });
  page.raw("</dl>\n</header>\n");
}

void write_contents(Page& page) {
  page.raw("<nav class=\"contents\"><ul>");
  for (const char* section : {"summary", "announcement", "overview", "apps", "basis_title"}) {
    page.raw(std::string("<li><a href=\"#") + section + "\">").say(section).raw("</a></li>");
  }
  page.raw("</ul></nav>\n");
}

// ---- tables

void begin_section(Page& page, const char* key) {
  page.raw(std::string("<section id=\"") + key + "\">\n<h2>").say(key).raw("</h2>\n");
}

void write_summary(ReportWriter& w) {
  Page& page = w.page;
  begin_section(page, "summary");
  std::map<std::pair<int, Level>, std::int64_t> counts;
  for (const ReportCount& c : w.report.count) counts[{c.task, c.level}] += c.apps;
  page.raw("<table class=\"summary\">\n<thead><tr><th scope=\"col\">#</th>").head("task");
  for (Level l : kLevels) page.raw("<th scope=\"col\">").say("levels", name(l)).raw("</th>");
  page.raw("</tr></thead>\n<tbody>\n");
  for (int task = 1; task <= kTaskCount; ++task) {
    page.raw("<tr><td>" + std::to_string(task) + "</td><th scope=\"row\">");
    page.say("tasks", std::to_string(task)).raw("</th>");
    for (Level l : kLevels) {
      const std::int64_t n = counts[{task, l}];
      page.raw(n > 0 ? "<td class=\"number c-" + std::string(name(l)) + "\">"
                     : "<td class=\"number nought\">");
      page.raw(std::to_string(n) + "</td>");
    }
    page.raw("</tr>\n");
  }
  page.raw("</tbody>\n</table>\n<p class=\"note\">").say("legend").raw("</p>\n</section>\n");
}

void write_announcement(ReportWriter& w) {
  Page& page = w.page;
  begin_section(page, "announcement");
  page.raw("<p class=\"note\">").say("announcement_about").raw("</p>\n");
  std::int64_t number = 0;
  for (const ReportApp& app : w.report.apps) {
    const std::string what = announced_problems(page.catalogue(), app.verdict);
    if (what.empty()) continue;
    if (number++ == 0) {
      page.raw("<table class=\"announcement\" lang=\"zh-Hans\">\n<thead><tr>");
      for (const char* head : {"序号", "应用名称", "应用开发者", "应用来源", "应用版本", "所涉问题"}) {
        page.raw(std::string("<th scope=\"col\">") + head + "</th>");
      }
      page.raw("</tr></thead>\n<tbody>\n");
    }
    page.raw("<tr><td class=\"number\">" + std::to_string(number) + "</td><td><a href=\"#" + anchor(app) +
             "\">");
    page.foreign(shown_name(app.listing)).raw("</a>");
    for (const std::string* cell : {&app.listing.developer, &app.listing.store, &app.listing.version_name}) {
      page.raw("</td><td>").foreign(*cell);
    }
    page.raw("</td><td>").text(what, 2000).raw("</td></tr>\n");
  }
  if (number > 0) {
    page.raw("</tbody>\n</table>\n");
  } else {
    page.raw("<p>").say("announcement_none").raw("</p>\n");
  }
  page.raw("</section>\n");
}

void write_overview(ReportWriter& w) {
  Page& page = w.page;
  begin_section(page, "overview");
  page.raw("<table class=\"overview\">\n<thead><tr>").head("app").head("version").head("source");
  for (int task = 1; task <= kTaskCount; ++task) {
    page.raw("<th scope=\"col\" title=\"")
        .text(page.catalogue().task(Language::kChinese, task) + " / " +
              page.catalogue().task(Language::kEnglish, task));
    page.raw("\">" + std::to_string(task) + "</th>");
  }
  page.raw("</tr></thead>\n<tbody>\n");
  for (const ReportApp& app : w.report.apps) {
    page.raw("<tr><th scope=\"row\"><a href=\"#" + anchor(app) + "\">").foreign(shown_name(app.listing));
    page.raw("</a>");
    if (app.verdict.simulated) page.raw(" <span class=\"mark\">").say("simulated_cell").raw("</span>");
    page.raw("<br/><small>").foreign(app.listing.package).raw("</small></th><td>");
    page.foreign(app.listing.version_name).raw("</td><td>").foreign(app.listing.store).raw("</td>");
    for (const RowVerdict& row : app.verdict.rows) {
      page.raw("<td class=\"cell\">");
      write_level(page, "levels_short", row.level);
      // What a row that is not tested as a whole has all the same.
      if (row.level == Level::kNotTested && row.items_judged > 0) {
        page.raw("<br/><small>" + std::to_string(row.items_judged) + "/" + std::to_string(row.items) +
                 "</small>");
      }
      page.raw("</td>");
    }
    page.raw("</tr>\n");
  }
  page.raw("</tbody>\n</table>\n");
  const std::int64_t left = w.report.total - static_cast<std::int64_t>(w.report.apps.size());
  if (left > 0) {
    page.raw("<p class=\"note\">")
        .say("left_out", {{"shown", std::to_string(w.report.apps.size())}, {"left", std::to_string(left)}});
    page.raw("</p>\n");
  }
  page.raw("<p class=\"note\">").say("legend").raw("</p>\n</section>\n");
}

// ---- rules and notes

void write_rules(ReportWriter& w) {
  Page& page = w.page;
  page.raw("<h3>").say("rules").raw("</h3>\n<p class=\"note\">").say("rules_about");
  page.raw("</p>\n<table class=\"rules\">\n<thead><tr>");
  page.head("rule")
      .head("clause")
      .head("statement")
      .head("phases")
      .head("worst")
      .raw("</tr></thead>\n<tbody>\n");
  for (const RuleItem& item : w.pack.items) {
    if (item.evaluator.empty()) continue;
    page.raw("<tr><th scope=\"row\">").text(item.id).raw("</th><td>");
    const auto& editions = w.pack.task(item.task).editions;
    if (!editions.empty()) page.text(editions.back().name).raw(" ");
    page.text(item.clause).raw("</td><td>").both(item.zh, item.en).raw("</td><td>");
    std::string phases;
    for (Phase p : item.phases) phases += (phases.empty() ? "" : ", ") + std::string(name(p));
    page.raw(phases).raw("</td><td>").say("levels", name(item.level)).raw("</td></tr>\n");
  }
  page.raw("</tbody>\n</table>\n");
}

void write_thresholds(ReportWriter& w) {
  Page& page = w.page;
  page.raw("<h3>").say("thresholds").raw("</h3>\n<table class=\"rules\">\n<thead><tr>");
  page.head("meaning").head("value").head("standing").raw("</tr></thead>\n<tbody>\n");
  for (const auto& [key, threshold] : w.pack.thresholds) {
    page.raw("<tr><td>");
    if (page.catalogue().has("thresholds", key)) {
      page.say("thresholds", key);
    } else {
      page.text(threshold.about);
    }
    const bool is_ms = key.size() > 3 && key.compare(key.size() - 3, 3, "_ms") == 0;
    page.raw("</td><td>" + (is_ms ? html::seconds(threshold.value) : std::to_string(threshold.value)));
    page.raw("</td><td>").say("standings", threshold.standing).raw("</td></tr>\n");
  }
  page.raw("</tbody>\n</table>\n");
}

void write_basis(ReportWriter& w) {
  Page& page = w.page;
  begin_section(page, "basis_title");
  page.raw("<ul class=\"notes\">");
  for (const char* note : {"note_not_found", "note_evidence", "note_time", "note_file"}) {
    page.raw("<li>").say(note).raw("</li>");
  }
  page.raw("</ul>\n");
  write_rules(w);
  write_thresholds(w);
  page.raw("</section>\n");
}

}  // namespace

void write_simulated(ReportWriter& w) { write_simulated_box(w, simulated(w.report)); }

// Radio buttons, so that the switch works without a script; the style sheet hides the other language.
void write_frame(ReportWriter& w, Language first, std::string_view title) {
  Page& page = w.page;
  const Catalogue& c = page.catalogue();
  page.raw("<!DOCTYPE html>\n<html lang=\"zh-Hans\">\n<head>\n<meta charset=\"utf-8\"/>\n");
  page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ");
  page.raw(
      "style-src 'unsafe-inline'; img-src data:\"/>\n<meta name=\"referrer\" content=\"no-referrer\"/>\n");
  page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>");
  if (simulated(w.report).apps > 0) page.raw("[模拟设备 SIMULATED] ");
  page.text(c.text(Language::kChinese, "report", title));
  if (!w.report.name.empty()) page.raw(" – ").text(w.report.name);
  page.raw("</title>\n<style>\n").raw(kReportCss);
  if (simulated(w.report).apps > 0) {
    // On every printed page too.
    page.raw("@page { @bottom-center { content: \"").raw(c.text(Language::kChinese, "report", "page_mark"));
    page.raw(" / ").raw(c.text(Language::kEnglish, "report", "page_mark"));
    page.raw("\"; font-size: 8pt; color: #5b2a86; } }\n");
  }
  page.raw("</style>\n</head>\n<body>\n");
  const bool chinese = first == Language::kChinese;
  page.raw(std::string("<input type=\"radio\" name=\"language\" id=\"zh\"") +
           (chinese ? " checked=\"checked\"" : "") + "/>");
  page.raw(std::string("<input type=\"radio\" name=\"language\" id=\"en\"") +
           (chinese ? "" : " checked=\"checked\"") + "/>\n");
  page.raw("<div class=\"switch\"><label for=\"zh\" lang=\"zh-Hans\">中文</label>");
  page.raw("<label for=\"en\" lang=\"en\">English</label></div>\n");
}
void write_level(Page& page, std::string_view section, Level level) {
  page.raw("<span class=\"level l-").raw(name(level)).raw("\">").say(section, name(level)).raw("</span>");
}

void write_kind(Page& page, const DeviceKind& kind) {
  page.say("device_classes", kind.device_class).raw(" API " + std::to_string(kind.api));
}

std::string anchor(const ReportApp& app) { return "app-" + std::to_string(app.job.value); }
std::string anchor(const ReportApp& app, std::size_t finding) {
  return anchor(app) + "-" + std::to_string(finding + 1);
}
std::string shown_name(const Listing& listing) { return shown_name(listing.label, listing.package); }

std::string report_html(const SweepReport& report, const Catalogue& catalogue, const RulePack& pack,
                        Language first) {
  ReportWriter w{html::Page(catalogue), report, pack, {}};
  write_frame(w, first, "title");
  w.page.raw("<main>\n");
  write_heading(w);
  write_contents(w.page);
  write_summary(w);
  write_announcement(w);
  write_overview(w);
  begin_section(w.page, "apps");
  for (const ReportApp& app : report.apps) write_app(w, app);
  w.page.raw("</section>\n");
  write_basis(w);
  w.page.raw("</main>\n</body>\n</html>\n");
  return w.page.take();
}

}  // namespace storesweep
