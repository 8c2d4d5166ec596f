// One app: who it is, its ten rows with what they rest on, its findings, its runs.
#include <algorithm>
#include <map>

#include "common/report/report_parts.h"

namespace storesweep {
namespace {
using html::Page;

std::vector<const ItemVerdict*> items_of(const RulePack& pack, const Verdict& v, int task) {
  std::vector<const ItemVerdict*> out;
  for (const ItemVerdict& item : v.items) {
    const RuleItem* rule = pack.item(item.rule);
    if (rule != nullptr && rule->task == task) out.push_back(&item);
  }
  return out;
}

// The phases and observers that the rule rests on, and how long they lasted: what a `not found` covers.
void write_item_coverage(Page& page, const RuleItem& rule, const Coverage& c) {
  page.raw(" <span class=\"coverage\">(").say("covered").raw(": ");
  std::string_view separator;
  for (Phase p : rule.phases) {
    const auto i = static_cast<std::size_t>(p);
    page.raw(separator).raw(name(p)).raw(" ").say("phases", name(p)).raw(" ");
    if (c.phase_run[i]) {
      page.raw(html::seconds(c.phase_device_ms[i]));
    } else {
      page.say("phase_missing");
    }
    separator = ", ";
  }
  separator = "; ";
  for (const std::string& observer : rule.observers) {
    page.raw(separator).say("observers", observer);
    separator = ", ";
  }
  page.raw(")</span>");
}

void write_not_tested(Page& page, const RowVerdict& row, const std::vector<const ItemVerdict*>& items) {
  std::map<Reason, std::string> rules;  // in the order of the list of reasons
  for (Reason r : row.reasons) rules[r];
  for (const ItemVerdict* item : items) {
    if (item->level != Level::kNotTested) continue;
    for (Reason r : item->reasons) rules[r] += " " + item->rule;
  }
  for (const auto& [reason, of] : rules) {
    page.raw("<li>").say("reasons", name(reason)).raw(" <code>").raw(name(reason)).raw("</code>");
    if (!of.empty()) page.raw(" <span class=\"rules\">").text(of).raw("</span>");
    page.raw("</li>");
  }
}

void write_why(ReportWriter& w, const ReportApp& app, const RowVerdict& row) {
  Page& page = w.page;
  const auto items = items_of(w.pack, app.verdict, row.task);
  page.raw("<ul>");
  for (std::size_t i = 0; i < app.verdict.findings.size(); ++i) {
    const Finding& f = app.verdict.findings[i];
    const RuleItem* rule = w.pack.item(f.rule);
    if (rule == nullptr || rule->task != row.task) continue;
    page.raw("<li>");
    write_level(page, "levels", f.level);
    page.raw(" <a href=\"#" + anchor(app, i) + "\">").text(f.rule).raw(" ");
    page.both(page.catalogue().sentence(Language::kChinese, f),
              page.catalogue().sentence(Language::kEnglish, f));
    page.raw("</a></li>");
  }
  for (const ItemVerdict* item : items) {
    if (item->level != Level::kNotFound) continue;
    page.raw("<li>").say("items_not_found").raw(" ").text(item->rule);
    write_item_coverage(page, *w.pack.item(item->rule), app.verdict.coverage);
    page.raw("</li>");
  }
  std::string not_applicable;
  for (const ItemVerdict* item : items) {
    if (item->level == Level::kNotApplicable) not_applicable += " " + item->rule;
  }
  if (!not_applicable.empty()) {
    page.raw("<li>").say("items_not_applicable").text(not_applicable).raw("</li>");
  }
  write_not_tested(page, row, items);
  page.raw("</ul>");
}

void write_rows(ReportWriter& w, const ReportApp& app) {
  Page& page = w.page;
  page.raw("<table class=\"rows\">\n<thead><tr><th scope=\"col\">#</th>");
  page.head("task").head("level").head("judged").head("why").raw("</tr></thead>\n<tbody>\n");
  for (const RowVerdict& row : app.verdict.rows) {
    page.raw("<tr><td>" + std::to_string(row.task) + "</td><th scope=\"row\">");
    page.say("tasks", std::to_string(row.task)).raw("</th><td>");
    write_level(page, "levels", row.level);
    page.raw("</td><td class=\"number\">");
    page.raw(row.items > 0 ? std::to_string(row.items_judged) + " / " + std::to_string(row.items) : "–");
    page.raw("</td><td>");
    write_why(w, app, row);
    page.raw("</td></tr>\n");
  }
  page.raw("</tbody>\n</table>\n");
}

// What kept the run from seeing the app; nothing where nothing did.
void write_validity(Page& page, const Validity& v) {
  if (v.hindrances.empty() && v.exercised) return;
  page.raw("<p class=\"note\">").say("validity").raw(" ");
  for (std::size_t i = 0; i < v.hindrances.size(); ++i) {
    if (i > 0) page.raw("; ");
    page.say("hindrances", name(v.hindrances[i]));
  }
  if (!v.exercised) page.raw(v.hindrances.empty() ? "" : "; ").say("not_exercised");
  if (v.other_class_wanted) page.raw("; ").say("other_class");
  page.raw("</p>\n");
}

void write_places(Page& page, const LookUps& l, Sought sought) {
  page.raw("<li>").say("sought", name(sought)).raw(": ");
  std::string_view separator;
  for (const PlaceFound& p : l.places) {
    if (p.sought != sought) continue;
    page.raw(separator).raw("“").foreign(p.label).raw("” ");
    page.say("look_up_taps", {{"taps", std::to_string(p.taps)}});
    separator = ", ";
  }
  if (separator.empty()) page.say("look_up_unseen");
  page.raw("</li>");
}

// No finding: what the walk through the settings came past, and how far it came.
void write_look_ups(Page& page, const LookUps& l) {
  if (l.pages == 0) return;
  page.raw("<div class=\"note\">").say("look_ups", {{"pages", std::to_string(l.pages)}});
  if (!l.walked) page.raw(" ").say("look_up_cut");
  if (l.login_wall) page.raw(" ").say("look_up_login");
  page.raw("<ul>");
  for (int s = 0; s < kSoughtCount; ++s) write_places(page, l, static_cast<Sought>(s));
  if (!l.conditions.empty()) {
    page.raw("<li>").say("look_up_conditions").raw(": ");
    for (std::size_t i = 0; i < l.conditions.size(); ++i)
      page.raw(i > 0 ? ", " : "").foreign(l.conditions[i]);
    page.raw("</li>");
  }
  page.raw("</ul></div>\n");
}

void write_coverage(Page& page, const Coverage& c) {
  auto observers = [&](Language l) {
    std::string all;
    for (const std::string& o : c.observers) {
      all += (all.empty()               ? ""
              : l == Language::kChinese ? "、"
                                        : ", ") +
             page.catalogue().text(l, "observers", o);
    }
    return all.empty() ? page.catalogue().text(l, "report", "none") : all;
  };
  auto text = [&](Language l) {
    return page.catalogue().text(l, "report", "coverage",
                                 {{"screens", std::to_string(c.screens)},
                                  {"unknown", std::to_string(c.lines_unknown)},
                                  {"lost", std::to_string(c.records_lost)},
                                  {"observers", observers(l)}});
  };
  page.raw("<p class=\"note\">").both(text(Language::kChinese), text(Language::kEnglish));
  page.raw(" ").say("coverage_phases").raw(": ");
  std::string phases;
  for (std::size_t i = 0; i < c.phase_run.size(); ++i) {
    if (!c.phase_run[i]) continue;
    phases += (phases.empty() ? "" : ", ") + std::string(name(static_cast<Phase>(i))) + " " +
              html::seconds(c.phase_device_ms[i]);
  }
  if (phases.empty()) {
    page.say("none");
  } else {
    page.raw(phases);
  }
  page.raw("</p>\n");
}

void write_integrity(Page& page, const ReportRun& run) {
  if (!run.unread_why.empty()) {
    page.say("run_unread", {{"why", run.unread_why}});
  } else if (!run.sealed) {
    page.say("run_open");
  } else if (!run.complete) {
    page.say("run_incomplete", {{"why", run.incomplete_why}});
  } else {
    page.say("run_sealed");
  }
  if (run.scripted) page.raw("<br/>").say("run_scripted");
}

}  // namespace

void write_runs(Page& page, const ReportApp& app) {
  if (app.runs.empty()) return;
  page.raw("<h4>").say("runs").raw("</h4>\n<table class=\"runs\">\n<thead><tr>");
  page.head("run").head("device").head("clock").head("started").head("complete").head("journal");
  page.raw("</tr></thead>\n<tbody>\n");
  for (std::size_t i = 0; i < app.runs.size(); ++i) {
    const ReportRun& run = app.runs[i];
    page.raw("<tr><td>" + std::to_string(i + 1) + "</td><td>");
    if (run.unread_why.empty()) {
      page.foreign(run.device).raw("<br/>");
      write_kind(page, run.kind);
      page.raw("<br/><small>")
          .foreign(run.fingerprint)
          .raw("</small></td><td>×" + html::rate(run.clock_rate_permille));
      page.raw("</td><td>").raw(html::beijing_time(run.started_wall_ms));
    } else {
      page.raw("–</td><td>–</td><td>–");
    }
    page.raw("</td><td>");
    write_integrity(page, run);
    page.raw("</td><td><code>").raw(to_hex(run.journal)).raw("</code></td></tr>\n");
  }
  page.raw("</tbody>\n</table>\n");
}

void write_identity(ReportWriter& w, const ReportApp& app) {
  Page& page = w.page;
  const Listing& l = app.listing;
  auto entry = [&](const char* key, const std::string& value) {
    if (!value.empty()) page.entry(key, [&] { page.foreign(value); });
  };
  page.raw("<dl class=\"identity\">\n");
  entry("package", l.package);
  entry("version", l.version_name);
  entry("developer", l.developer);
  entry("source", l.store);
  entry("filing", l.filing_number);
  if (app.end == EndKind::kVerdict) {
    page.entry("device", [&] {
      write_kind(page, app.verdict.device_kind);
      if (!app.device.empty()) page.raw(" ").foreign(app.device);
      page.raw(", ×" + html::rate(app.verdict.clock_rate_permille));
    });
  }
  if (!l.apk_sha256.empty()) {
    page.entry("apk_hash", [&] { page.raw("<code>").text(l.apk_sha256).raw("</code>"); });
  }
  page.raw("</dl>\n");
}

void write_app(ReportWriter& w, const ReportApp& app) {
  Page& page = w.page;
  page.raw("<section class=\"app\" id=\"" + anchor(app) + "\">\n<h3>").foreign(shown_name(app.listing));
  if (app.verdict.simulated) page.raw(" <span class=\"mark\">").say("simulated_mark").raw("</span>");
  page.raw("</h3>\n");
  write_identity(w, app);
  if (app.end != EndKind::kVerdict) {
    page.raw("<p class=\"ended\">").say("no_verdict").raw(": ").say("ends", name(app.end));
    if (!app.end_reason.empty()) page.raw(" (").text(app.end_reason).raw(")");
    page.raw("</p>\n");
  }
  write_rows(w, app);
  if (app.end == EndKind::kVerdict) {
    write_validity(page, app.verdict.validity);
    write_coverage(page, app.verdict.coverage);
    write_look_ups(page, app.verdict.look_ups);
  }
  for (std::size_t i = 0; i < app.verdict.findings.size(); ++i) write_finding(w, app, i);
  write_runs(page, app);
  page.raw("</section>\n");
}

}  // namespace storesweep
