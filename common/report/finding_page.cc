#include "common/report/finding_page.h"

#include <algorithm>

#include "common/report/report_parts.h"

namespace storesweep {
namespace {
using html::Page;

void begin(Page& page, const char* key) {
  page.raw(std::string("<section id=\"") + key + "\">\n<h2>").say(key).raw("</h2>\n");
}

// Who did it, as far as the run could see: a name that nobody saw is never guessed.
void write_who(Page& page, const Finding& f) {
  for (const auto& [key, value] : f.values) {
    if (key == "owner" || key == "sdk") {
      page.foreign(value);
      return;
    }
  }
  page.say("who_unknown");
}

void write_standing(Page& page, const FindingPage& p) {
  const FindingStanding& s = p.standing;
  page.entry("state", [&] {
    page.say("finding_states", name(s.state));
    if (s.level) page.raw(": ").say("levels", name(*s.level));
    if (!s.officer.empty()) page.raw(" – ").foreign(s.officer).raw(": ").foreign(s.reason);
  });
  if (!s.notice_date.empty()) {
    page.entry("notice", [&] { page.say("notice_text", {{"notice", s.notice_date}, {"due", s.due_date}}); });
  }
  if (!p.repeats.empty())
    page.entry("repeat", [&] { page.say("repeat_text", {{"version", html::safe(p.repeats)}}); });
}

void write_head(ReportWriter& w, const FindingPage& p) {
  Page& page = w.page;
  page.raw("<header>\n<h1>")
      .say("finding_title")
      .raw("</h1>\n<p class=\"basis\">")
      .say("basis")
      .raw("</p>\n");
  write_simulated(w);
  page.raw("<dl class=\"facts\">\n");
  page.entry("app", [&] { page.foreign(shown_name(p.app.listing)); });
  page.entry("finding_id", [&] { page.raw("<code>").text(p.id).raw("</code>"); });
  page.entry("who", [&] { write_who(page, p.app.verdict.findings.at(0)); });
  write_standing(page, p);
  page.entry("written", [&] { page.raw(html::beijing_time(p.written_wall_ms)); });
  page.raw("</dl>\n");
  write_identity(w, p.app);
  page.raw("</header>\n");
}

void write_step(Page& page, const AdbStep& step) {
  if (step.left_out > 0) {
    page.raw("# ").say("steps_left_out", {{"count", std::to_string(step.left_out)}}).raw("\n");
    return;
  }
  page.raw(html::safe(step.command, 1'000));
  if (step.command.empty()) page.raw("# ").say("by_hand");
  if (!step.action.empty()) page.raw("   # ").say("actions", step.action);
  if (page.catalogue().has("permissions", step.target)) {
    page.raw(" ").say("permissions", step.target);
  } else if (!step.target.empty()) {
    std::string target = step.target;
    std::replace(target.begin(), target.end(), '\n', ' ');
    page.raw(" ").foreign(target);
  }
  page.raw("\n");
}

void write_steps(ReportWriter& w, const FindingPage& p) {
  Page& page = w.page;
  begin(page, "reproduce");
  page.raw("<p class=\"note\">").say("reproduce_about").raw("</p>\n");
  if (p.steps.empty()) page.raw("<p>").say("steps_none").raw("</p>\n");
  page.raw("<pre class=\"steps\">");
  for (const AdbStep& step : p.steps) write_step(page, step);
  page.raw("</pre>\n<p>").say("look_at").raw("</p>\n<pre class=\"steps\">");
  const RuleItem* item = w.pack.item(p.app.verdict.findings.at(0).rule);
  for (const std::string& c :
       commands_to_look(item ? item->observers : std::vector<std::string>{}, p.app.listing.package))
    page.text(c, 1'000).raw("\n");
  page.raw("</pre>\n</section>\n");
}

void write_remedy(ReportWriter& w, const FindingPage& p) {
  Page& page = w.page;
  const std::string& rule = p.app.verdict.findings.at(0).rule;
  begin(page, "remedy");
  page.raw("<p class=\"seen\">");
  if (page.catalogue().has("remedies", rule)) {
    page.say("remedies", rule);
  } else {
    page.say("remedy_none");
  }
  page.raw("</p>\n<p class=\"note\">").say("remedy_about").raw("</p>\n</section>\n");
}

// What the retest saw, whichever way it went, beside what the finding rests on.
void write_retest(ReportWriter& w, const FindingPage& p) {
  Page& page = w.page;
  page.raw("<h3>").say("retest").raw("</h3>\n<p class=\"seen\"><strong>");
  page.say("outcomes", name(p.standing.outcome)).raw("</strong></p>\n");
  if (!p.retest_apk.empty())
    page.raw("<p>").say("retest_apk").raw(" <code>").text(p.retest_apk, 500).raw("</code></p>\n");
  if (!p.retest) return;
  for (std::size_t i = 0; i < p.retest->verdict.findings.size(); ++i) write_finding(w, *p.retest, i);
  if (p.retest->verdict.findings.empty()) write_screenshots(w, *p.retest, 0);
}

void write_seen(ReportWriter& w, const FindingPage& p) {
  const bool both = static_cast<bool>(p.standing.retest);
  begin(w.page, "what_was_seen");
  if (both) w.page.raw("<div class=\"sides\">\n<div>\n<h3>").say("found_before").raw("</h3>\n");
  write_finding(w, p.app, 0);
  if (both) {
    w.page.raw("</div>\n<div>\n");
    write_retest(w, p);
    w.page.raw("</div>\n</div>\n");
  }
  write_runs(w.page, p.app);
  if (p.retest) write_runs(w.page, *p.retest);
  w.page.raw("</section>\n");
}

void write_history(Page& page, const FindingPage& p) {
  begin(page, "history");
  if (p.history.empty()) page.raw("<p>").say("history_none").raw("</p>\n");
  page.raw("<ol>\n");
  for (const FindingAct& act : p.history) {
    page.raw("<li>").raw(html::beijing_time(act.at_ms)).raw(" ").say("acts", name(act.kind));
    if (act.level) page.raw(": ").say("levels", name(*act.level));
    if (act.kind == ActKind::kRetested) page.raw(": ").say("outcomes", name(act.outcome));
    if (!act.notice_date.empty())
      page.raw(": ").say("notice_text", {{"notice", act.notice_date}, {"due", act.due_date}});
    if (!act.officer.empty()) page.raw(" – ").foreign(act.officer);
    if (!act.reason.empty()) page.raw(": ").foreign(act.reason);
    page.raw("</li>\n");
  }
  page.raw("</ol>\n</section>\n");
}
}  // namespace

std::string finding_html(const FindingPage& p, const Catalogue& catalogue, const RulePack& pack,
                         Language first) {
  SweepReport both;  // for the frame: whatever of the two is simulated is said
  both.apps.push_back(p.app);
  if (p.retest && p.retest->verdict.simulated && !p.app.verdict.simulated) both.apps.push_back(*p.retest);
  ReportWriter w{html::Page(catalogue), both, pack, {}};
  write_frame(w, first, "finding_title");
  w.page.raw("<main>\n");
  write_head(w, p);
  write_seen(w, p);
  write_steps(w, p);
  write_remedy(w, p);
  write_history(w.page, p);
  w.page.raw("</main>\n</body>\n</html>\n");
  return w.page.take();
}

}  // namespace storesweep
