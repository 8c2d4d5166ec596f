// One finding: what, by which clause, when, on what evidence, and what is missing.
#include <algorithm>

#include "common/base/clock.h"
#include "common/base/text.h"
#include "common/report/report_parts.h"

namespace storesweep {
namespace {
using html::Page;
constexpr std::size_t kMaxExcerptBytes = 2000;

std::size_t run_of(const ReportApp& app, const Digest& journal) {
  const auto at = std::find_if(app.runs.begin(), app.runs.end(),
                               [&](const ReportRun& r) { return r.journal == journal; });
  return static_cast<std::size_t>(at - app.runs.begin());
}

// "tap 同意, 60000 ms" (common/judge: the action's name, what it was done to, its age) in words.
void write_last_action(Page& page, const std::string& last_action) {
  const std::size_t comma = last_action.rfind(", ");
  const auto age_words =
      words(comma == std::string::npos ? "" : std::string_view(last_action).substr(comma + 2));
  const auto age_ms = age_words.empty() ? std::nullopt : parse_int<std::int64_t>(age_words[0]);
  if (!age_ms) {
    page.text(last_action);
    return;
  }
  const std::string_view action = std::string_view(last_action).substr(0, comma);
  const std::size_t blank = action.find(' ');
  const std::string_view name = action.substr(0, blank);
  const std::string target(blank == std::string_view::npos ? "" : action.substr(blank + 1));
  auto text = [&](Language l) {
    std::string what = page.catalogue().text(l, "actions", name);
    const bool group = page.catalogue().has("permissions", target);
    if (!target.empty()) {
      what += l == Language::kChinese ? "“" : " \"";
      what += group ? page.catalogue().text(l, "permissions", target) : target;
      what += l == Language::kChinese ? "”" : "\"";
    }
    return page.catalogue().text(l, "report", "after_action",
                                 {{"action", what}, {"time", html::seconds(*age_ms)}});
  };
  page.both(text(Language::kChinese), text(Language::kEnglish));
}

void write_missing(Page& page, const Finding& f) {
  if (f.missing.empty()) {
    page.say(f.phase == Phase::kP0 ? "nothing_missing_static" : "nothing_missing");
    return;
  }
  page.raw("<ul>");
  for (Missing m : f.missing) page.raw("<li>").say("missing", name(m)).raw("</li>");
  page.raw("</ul>");
}

void write_second(Page& page, const ReportApp& app, const Finding& f) {
  for (const EvidenceRef& e : f.evidence) {
    if (e.journal == f.evidence.front().journal) continue;
    const std::size_t run = run_of(app, e.journal);
    const std::string device = run < app.runs.size() && !app.runs[run].device.empty()
                                   ? app.runs[run].device
                                   : to_hex(e.journal).substr(0, 12);
    page.say("second_same", {{"device", device}, {"record", std::to_string(e.record)}});
    return;
  }
  if (f.phase == Phase::kP0) {
    page.say("second_static");
    return;
  }
  auto lacks = [&](Missing m) { return std::find(f.missing.begin(), f.missing.end(), m) != f.missing.end(); };
  page.say(lacks(Missing::kNotRepeated)    ? "second_not_repeated"
           : lacks(Missing::kSingleDevice) ? "second_single"
           : lacks(Missing::kConfirmation) ? "second_open"
                                           : "second_unneeded");
}

// With what was marked in it shown as marked.
void write_excerpt(Page& page, std::string_view excerpt) {
  const std::size_t begin = excerpt.find(kMarkBegin);
  const std::size_t end = begin == std::string_view::npos ? begin : excerpt.find(kMarkEnd, begin);
  if (end == std::string_view::npos) {
    page.text(excerpt, kMaxExcerptBytes);
    return;
  }
  const std::size_t inside = begin + kMarkBegin.size();
  page.text(excerpt.substr(0, begin), kMaxExcerptBytes).raw("<mark>");
  page.text(excerpt.substr(inside, end - inside), kMaxExcerptBytes).raw("</mark>");
  page.text(excerpt.substr(end + kMarkEnd.size()), kMaxExcerptBytes);
}

void write_evidence(Page& page, const ReportApp& app, const Finding& f) {
  page.raw("<h5>").say("evidence").raw("</h5>\n<ol class=\"evidence\">\n");
  for (const EvidenceRef& e : f.evidence) {
    const std::size_t run = run_of(app, e.journal);
    const std::string record = std::to_string(e.record);
    page.raw("<li><p>");
    if (run < app.runs.size()) {
      page.say("evidence_of", {{"run", std::to_string(run + 1)}, {"record", record}});
    } else {
      page.say("evidence_other", {{"record", record}});
    }
    page.raw("; ").say("journal").raw(" <code>").raw(to_hex(e.journal)).raw("</code></p>\n<pre>");
    write_excerpt(page, e.excerpt);
    page.raw("</pre></li>\n");
  }
  page.raw("</ol>\n");
}

void write_screenshot(ReportWriter& w, const ReportScreenshot& s) {
  Page& page = w.page;
  const std::int64_t apart_ms = s.ref.device_ms - s.of_ms;
  const std::string id = "screen-" + to_hex(s.ref.sha256).substr(0, 16);
  page.raw("<figure>");
  if (w.shown.insert(s.ref.sha256).second) {
    const std::string alt = page.catalogue().text(Language::kChinese, "report", "screen_alt") + " / " +
                            page.catalogue().text(Language::kEnglish, "report", "screen_alt");
    page.raw("<img id=\"" + id + "\" alt=\"").text(alt);
    page.raw("\" src=\"data:image/png;base64,").raw(html::base64(s.png)).raw("\"/>");
  } else {
    page.raw("<a class=\"again\" href=\"#" + id + "\">").say("screen_above").raw("</a>");
  }
  page.raw("<figcaption>");
  page.say(apart_ms <= 0 ? "screen_before" : "screen_after", {{"phase", std::string(name(s.ref.phase))},
                                                              {"time", html::seconds(s.ref.device_ms)},
                                                              {"apart", html::seconds(std::abs(apart_ms))}});
  page.raw("<br/>").say("screen_record",
                        {{"run", std::to_string(s.run + 1)}, {"record", std::to_string(s.ref.record)}});
  page.raw("<br/><code>").raw(to_hex(s.ref.sha256).substr(0, 16)).raw("…</code></figcaption></figure>\n");
}

}  // namespace

void write_screenshots(ReportWriter& w, const ReportApp& app, std::size_t index) {
  Page& page = w.page;
  page.raw("<h5>").say("screens").raw("</h5>\n");
  std::size_t left_out = 0, shown = 0;
  if (index < app.screenshots.size()) {
    for (const ReportScreenshot& s : app.screenshots[index]) {
      if (s.png.empty() && !w.shown.contains(s.ref.sha256)) {
        ++left_out;
        continue;
      }
      if (shown++ == 0) page.raw("<div class=\"screens\">\n");
      write_screenshot(w, s);
    }
  }
  if (shown > 0) page.raw("</div>\n");
  if (left_out > 0) {
    page.raw("<p class=\"note\">")
        .say("screens_left_out", {{"count", std::to_string(left_out)}})
        .raw("</p>\n");
  } else if (shown == 0) {
    page.raw("<p class=\"note\">").say("screens_none").raw("</p>\n");
  }
}

namespace {
void write_when(Page& page, const Finding& f) {
  page.say("when_text", {{"time", html::seconds(f.device_ms)}}).raw("<br/>");
  if (f.last_action.empty()) {
    page.say("no_action");
  } else {
    write_last_action(page, f.last_action);
  }
}

// The app is older than the edition by which it was judged: the text in force then was not read.
void write_older_edition(ReportWriter& w, const ReportApp& app, const Finding& f) {
  const RuleItem* item = w.pack.item(f.rule);
  if (!item || app.listing.release_date.empty()) return;
  const RuleEdition& edition = w.pack.edition(item->task, app.listing.release_date);
  if (edition.from <= app.listing.release_date) return;
  w.page.raw("<br/>").say("edition_older", {{"from", edition.from}, {"released", app.listing.release_date}});
}

// The articles in force on the day of the run: our mapping, and said to be.
void write_statutes(ReportWriter& w, const ReportApp& app, const Finding& f) {
  const RuleItem* item = w.pack.item(f.rule);
  if (!item || app.runs.empty()) return;
  const std::string day = format_time(app.runs.front().started_wall_ms).substr(0, 10);
  const auto rows = w.pack.statutes.in_force(item->task, f.rule, day);
  if (rows.empty()) return;
  Page& page = w.page;
  page.entry("statutes", [&] {
    page.say("statutes_about", {{"day", day}}).raw("<ul>");
    for (const StatuteRow* row : rows) {
      const Statute& s = w.pack.statutes.statutes[row->statute];
      if (!s.of_the_ministry) continue;
      page.raw("<li>").text("《" + s.zh + "》 " + row->articles + " ").both(row->zh, row->en).raw("</li>");
    }
    page.raw("</ul>");
  });
}

void write_facts(ReportWriter& w, const ReportApp& app, const Finding& f) {
  Page& page = w.page;
  page.raw("<dl>\n");
  page.entry("clause", [&] {
    page.say("clause_text", {{"edition", f.edition}, {"clause", f.clause}});
    write_older_edition(w, app, f);
  });
  write_statutes(w, app, f);
  page.entry("phase", [&] { page.raw(name(f.phase)).raw(" ").say("phases", name(f.phase)); });
  if (f.phase != Phase::kP0) page.entry("when", [&] { write_when(page, f); });
  page.entry("certainty", [&] { write_missing(page, f); });
  page.entry("second", [&] { write_second(page, app, f); });
  page.raw("</dl>\n");
}
}  // namespace

void write_finding(ReportWriter& w, const ReportApp& app, std::size_t index) {
  const Finding& f = app.verdict.findings[index];
  Page& page = w.page;
  page.raw("<article class=\"finding f-")
      .raw(name(f.level))
      .raw("\" id=\"" + anchor(app, index) + "\">\n<h4>");
  page.say("finding", {{"number", std::to_string(index + 1)}}).raw(" ");
  write_level(page, "levels", f.level);
  page.raw(" <span class=\"rule\">").text(f.rule).raw("</span> ");
  if (const RuleItem* item = w.pack.item(f.rule)) page.both(item->zh, item->en);
  page.raw("</h4>\n<p class=\"seen\">");
  page.both(page.catalogue().sentence(Language::kChinese, f),
            page.catalogue().sentence(Language::kEnglish, f));
  page.raw("</p>\n");
  write_facts(w, app, f);
  write_evidence(page, app, f);
  write_screenshots(w, app, index);
  page.raw("</article>\n");
}

}  // namespace storesweep
