// Findings and what people said of them.
#include <algorithm>

#include "cli/json_fields.h"
#include "cli/render.h"
#include "cli/screen_text.h"
#include "common/model/shown_name.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {
namespace {
std::string entry(const Style& style, const char* section, const std::string& key) {
  return key.empty() ? "" : style.catalogue.text(style.language, section, key);
}

std::string name_of(const Json& listing) {
  return shown_name(text_of(listing, "label"), text_of(listing, "package"));
}

// "已改判 疑似"
std::string state_text(const Style& style, const Json& f) {
  const std::string level = text_of(f, "level");
  return entry(style, "finding_states", text_of(f, "state")) +
         (level.empty() ? "" : " " + entry(style, "levels", level));
}

Result<Finding> finding_in(const Json& json) {
  // The one reader of findings reads whole verdicts.
  Json verdict = verdict_json(untested_verdict(Reason::kProfile));
  verdict["findings"] = Json::array({json});
  TRY_ASSIGN(Verdict read, verdict_from_json(verdict));
  return std::move(read.findings.at(0));
}

std::string outcome_of(const Json& f) {
  const std::string outcome = text_of(f, "outcome");
  return int_of(f, "retest") == 0 ? "" : outcome;
}

std::string act_text(const Style& style, const Json& act) {
  std::string line =
      "  " + text_of(act, "at").substr(0, 19) + "  " + entry(style, "acts", text_of(act, "kind"));
  const std::string level = text_of(act, "level"), due = text_of(act, "due_date"),
                    kind = text_of(act, "kind");
  if (!level.empty()) line += " " + entry(style, "levels", level);
  if (!due.empty())
    line += "  " + style.text("finding_notice", {{"notice", text_of(act, "notice_date")}, {"due", due}});
  if (kind == "retested") line += "  " + entry(style, "outcomes", text_of(act, "outcome"));
  if (kind == "retest_ordered")
    line += "  " + std::to_string(int_of(act, "retest")) + " " + safe_text(text_of(act, "apk_url"));
  for (const char* key : {"officer", "reason"}) {
    if (!text_of(act, key).empty()) line += "  " + safe_text(text_of(act, key));
  }
  return line + "\n";
}

std::string evidence_text(const Style& style, const Finding& f) {
  std::string all = entry(style, "levels", std::string(name(f.level))) + "  " +
                    safe_text(style.catalogue.sentence(style.language, f)) + "\n    " +
                    std::string(name(f.phase)) + " " +
                    style.text("device_time", {{"time", duration_text(f.device_ms)}}) + "\n";
  for (const EvidenceRef& e : f.evidence) {
    all += "    " +
           style.text("evidence_at",
                      {{"record", std::to_string(e.record)}, {"journal", to_hex(e.journal).substr(0, 12)}}) +
           "\n      " + cut(safe_text(e.excerpt), 140) + "\n";
  }
  return all;
}

// What the last retest saw of the same rule.
std::string retest_text(const Style& style, const Json& f, const std::string& rule) {
  std::string all = style.text("finding_after") + ": " + entry(style, "outcomes", outcome_of(f)) + "\n";
  for (const Json& act : below(f, "history")) {
    if (text_of(act, "kind") != "retested" || int_of(act, "retest") != int_of(f, "retest")) continue;
    const auto verdict = verdict_from_json(below(act, "verdict"));
    if (!verdict.ok()) continue;
    for (const Finding& seen : verdict->findings) {
      if (seen.rule == rule) all += "  " + evidence_text(style, seen);
    }
    for (const ItemVerdict& item : verdict->items) {
      if (item.rule != rule) continue;
      all += "  " + item.rule + " " + entry(style, "levels", std::string(name(item.level)));
      for (const Reason reason : item.reasons) all += "; " + style.catalogue.reason(style.language, reason);
      all += "  " + style.text("rules", {{"pack", safe_text(verdict->pack_version)}, {"runs", "1"}}) + "\n";
    }
  }
  return all;
}
}  // namespace

std::string render_finding_list(const Style& style, const Json& page) {
  Table table({"", style.text("app"), style.text("version"), style.text("rule"),
               style.text("finding_verdict"), style.text("finding_state"), style.text("finding_due"),
               style.text("finding_retest"), style.text("found"), ""});
  table.at_most(1, 24);
  table.at_most(2, 12);
  table.at_most(8, 60);
  bool simulated = false;
  for (const Json& f : below(page, "rows")) {
    const auto finding = finding_in(below(f, "finding"));
    if (!finding.ok()) continue;
    const Json& listing = below(f, "listing");
    const std::string outcome = outcome_of(f);
    simulated = simulated || bool_of(f, "simulated");
    table.add({text_of(f, "id"), name_of(listing), text_of(listing, "version_name"), finding->rule,
               entry(style, "levels", std::string(name(finding->level))), state_text(style, f),
               text_of(f, "due_date"), outcome, style.catalogue.sentence(style.language, *finding),
               bool_of(f, "repeat") ? style.text("finding_repeat_mark") : ""});
  }
  if (table.empty()) return style.text("finding_none") + "\n";
  return (simulated ? style.text("simulated_long") + "\n" : "") + table.text();
}

std::string render_finding(const Style& style, const Json& f) {
  const Json& listing = below(f, "listing");
  std::string all = safe_text(text_of(f, "id")) + "  " + safe_text(name_of(listing)) + " " +
                    safe_text(text_of(listing, "version_name")) + "  " +
                    safe_text(text_of(listing, "package")) + "  " + safe_text(text_of(listing, "store")) +
                    "  " + safe_text(text_of(listing, "developer")) + "\n";
  if (bool_of(f, "simulated")) all += style.text("simulated_long") + "\n";
  const auto finding = finding_in(below(f, "finding"));
  if (!finding.ok())
    return all + style.text("unreadable", {{"why", safe_text(finding.status().message())}}) + "\n";
  all += safe_text(finding->rule) + "  " +
         style.text("clause",
                    {{"clause", safe_text(finding->clause)}, {"edition", safe_text(finding->edition)}}) +
         "\n";
  all += style.text("finding_state") + ": " + state_text(style, f) + "\n";
  if (const std::string due = text_of(f, "due_date"); !due.empty())
    all += style.text("finding_notice", {{"notice", text_of(f, "notice_date")}, {"due", due}}) + "\n";
  if (const Json& repeats = below(f, "repeats"); !repeats.empty())
    all += style.text("finding_repeat", {{"version", safe_text(text_of(repeats, "version_name"))},
                                         {"id", safe_text(text_of(repeats, "id"))}}) +
           "\n";
  all += style.text("finding_before") + ": " + evidence_text(style, *finding);
  if (!outcome_of(f).empty()) all += retest_text(style, f, finding->rule);
  for (const Json& act : below(f, "history")) all += act_text(style, act);
  return all;
}

}  // namespace storesweep::cli
