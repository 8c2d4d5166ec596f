// Verdicts, summaries, announcements and evidence.
#include <array>
#include <map>
#include <tuple>

#include "cli/json_fields.h"
#include "cli/render.h"
#include "cli/screen_text.h"
#include "common/base/text.h"
#include "common/model/shown_name.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {
namespace {
constexpr std::array<std::string_view, 5> kLevels = {"violation", "suspected", "not_tested", "not_found",
                                                     "not_applicable"};

std::string coloured(const Style& style, std::string_view level, const std::string& text) {
  if (!style.colour || (level != "violation" && level != "suspected")) return text;
  return (level == "violation" ? "\033[1;31m" : "\033[33m") + text + "\033[0m";
}

std::string reasons_of(const Style& style, const std::vector<Reason>& reasons) {
  std::string all;
  for (Reason r : reasons) all += (all.empty() ? "" : "; ") + style.catalogue.reason(style.language, r);
  return all;
}

std::string rows_text(const Style& style, const Verdict& v) {
  std::string all;
  std::size_t task_width = 0, level_width = 0;
  for (const RowVerdict& row : v.rows) {
    task_width = std::max(task_width, width(style.catalogue.task(style.language, row.task)));
    level_width = std::max(level_width, width(style.catalogue.level(style.language, row.level)));
  }
  for (const RowVerdict& row : v.rows) {
    const std::string level = padded(style.catalogue.level(style.language, row.level), level_width);
    std::string line = padded(std::to_string(row.task), 2, true) + "  " +
                       padded(style.catalogue.task(style.language, row.task), task_width) + "  " +
                       coloured(style, name(row.level), level);
    if (row.items > 0) line += "  " + std::to_string(row.items_judged) + "/" + std::to_string(row.items);
    const std::string why = reasons_of(style, row.reasons);
    if (!why.empty()) line += (row.items > 0 ? "  " : "       ") + why;
    all += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return all;
}

std::string finding_text(const Style& style, const Finding& f) {
  std::string all =
      "\n" + coloured(style, name(f.level), style.catalogue.level(style.language, f.level)) + "  " +
      safe_text(f.rule) + "  " +
      style.text("clause", {{"clause", safe_text(f.clause)}, {"edition", safe_text(f.edition)}}) + "\n";
  all += "  " + safe_text(style.catalogue.sentence(style.language, f)) + "\n";
  all += "  " + std::string(name(f.phase)) + " " + style.catalogue.phase(style.language, f.phase) + ", " +
         style.text("device_time", {{"time", duration_text(f.device_ms)}}) + "\n";
  for (Missing m : f.missing) {
    all += "  " + style.text("missing", {{"what", style.catalogue.missing(style.language, m)}}) + "\n";
  }
  if (!f.last_action.empty()) {
    all += "  " + style.text("last_action", {{"action", safe_text(f.last_action)}}) + "\n";
  }
  for (const EvidenceRef& e : f.evidence) {
    all += "  " +
           style.text("evidence_at",
                      {{"record", std::to_string(e.record)}, {"journal", to_hex(e.journal).substr(0, 12)}}) +
           "\n    " + cut(safe_text(e.excerpt), 160) + "\n";
  }
  return all;
}

std::string coverage_text(const Style& style, const Verdict& v) {
  std::string phases;
  std::int64_t total_ms = 0;
  for (std::size_t i = 0; i < v.coverage.phase_run.size(); ++i) {
    if (!v.coverage.phase_run[i]) continue;
    phases += (phases.empty() ? "" : " ") + std::string(name(static_cast<Phase>(i)));
    total_ms += v.coverage.phase_device_ms[i];
  }
  return "\n" +
         style.text("coverage", {{"phases", phases.empty() ? "-" : phases},
                                 {"time", duration_text(total_ms)},
                                 {"screens", with_commas(v.coverage.screens)},
                                 {"unknown", with_commas(v.coverage.lines_unknown)},
                                 {"lost", with_commas(v.coverage.records_lost)}}) +
         "\n" + text(v.device_kind) + "  " + std::string(name(v.depth)) + "  " +
         style.text("rules", {{"pack", safe_text(v.pack_version)}, {"runs", std::to_string(v.runs)}}) + "\n";
}
}  // namespace

std::string level_text(const Style& style, std::string_view level) {
  return coloured(style, level, style.catalogue.text(style.language, "levels", level));
}

namespace {
// What the result said and says no more: its device failed a control.
std::string voided_text(const Style& style, const Json& result) {
  std::string all;
  for (const Json& v : below(result, "voided")) {
    for (const Json& r : below(v, "rules")) {
      all += style.text("voided", {{"rule", safe_text(text_of(r, "rule"))},
                                   {"said", level_text(style, text_of(r, "said"))},
                                   {"device", safe_text(text_of(v, "device"))},
                                   {"control", std::to_string(int_of(v, "control"))},
                                   {"retest", std::to_string(int_of(v, "retest"))}}) +
             "\n";
    }
  }
  return all;
}
}  // namespace

std::string render_verdict(const Style& style, const Json& result) {
  const Json& listing = below(result, "listing");
  const std::string label = text_of(listing, "label");
  std::string all = safe_text(shown_name(label, text_of(listing, "package"))) + " " +
                    safe_text(text_of(listing, "version_name")) + "  " +
                    safe_text(text_of(listing, "package")) + "  " + safe_text(text_of(listing, "store")) +
                    "  " + safe_text(text_of(listing, "developer")) + "\n";
  if (bool_of(result, "simulated")) all += style.text("simulated_long") + "\n";
  const std::string end = text_of(result, "end");
  if (end != "verdict" && !end.empty()) {
    all += style.catalogue.text(style.language, "ends", end) + ": " +
           safe_text(text_of(result, "end_reason")) + "\n";
  }
  const auto verdict = verdict_from_json(below(result, "verdict"));
  if (!verdict.ok())
    return all + style.text("unreadable", {{"why", safe_text(verdict.status().message())}}) + "\n";
  all += rows_text(style, *verdict);
  for (const Finding& f : verdict->findings) all += finding_text(style, f);
  all += voided_text(style, result);
  return all + coverage_text(style, *verdict);
}

std::string render_summary(const Style& style, const Json& summary, const std::string& by) {
  // (group, task, number in the task, rule) -> count of each level
  std::map<std::tuple<std::string, std::int64_t, std::int64_t, std::string>,
           std::map<std::string, std::int64_t>>
      cells;
  for (const Json& row : below(summary, "rows")) {
    const bool of_rule = !text_of(row, "rule").empty();
    if (of_rule != (by == "rule")) continue;
    const std::string rule = text_of(row, "rule");
    const std::int64_t number =
        parse_int<std::int64_t>(std::string_view(rule).substr(rule.find('.') + 1)).value_or(0);
    cells[{text_of(row, "group"), int_of(row, "task"), number, rule}][text_of(row, "level")] +=
        int_of(row, "count");
  }
  std::vector<std::string> heads = {by.empty() || by == "task" || by == "rule" ? "" : style.text(by),
                                    style.text(by == "rule" ? "rule" : "task")};
  for (std::string_view level : kLevels)
    heads.push_back(style.catalogue.text(style.language, "levels", level));
  Table table(heads);
  table.at_most(0, 32);
  for (std::size_t i = 2; i < heads.size(); ++i) table.right(i);
  for (const auto& [key, counts] : cells) {
    const auto& [group, task, number, rule] = key;
    const std::string title = style.catalogue.task(style.language, static_cast<int>(task));
    std::vector<std::string> line = {group, rule.empty() ? std::to_string(task) + " " + title : rule};
    for (std::string_view level : kLevels) {
      const auto at = counts.find(std::string(level));
      line.push_back(at == counts.end() ? "." : with_commas(at->second));
    }
    table.add(line);
  }
  std::string all = bool_of(summary, "simulated") ? style.text("simulated_long") + "\n" : "";
  return all + (table.empty() ? style.text("nothing_yet") + "\n" : table.text());
}

std::string render_results(const Style& style, const Json& page) {
  // One letter a task, so that a screen holds many apps: V S - . /
  static const std::map<std::string, std::string> kLetters = {{"violation", "V"},
                                                              {"suspected", "s"},
                                                              {"not_tested", "-"},
                                                              {"not_found", "."},
                                                              {"not_applicable", "/"}};
  Table table({style.text("job"), style.text("app"), style.text("version"), style.text("store"), "1-10",
               style.text("findings"), style.text("end"), ""});
  table.right(0);
  table.right(5);
  table.at_most(1, 32);
  table.at_most(2, 14);
  table.at_most(3, 20);
  for (const Json& r : below(page, "rows")) {
    std::string letters;
    for (const Json& level : below(r, "rows")) {
      const auto at = level.is_string() ? kLetters.find(level.get<std::string>()) : kLetters.end();
      letters += at == kLetters.end() ? "?" : at->second;
    }
    const std::string label = text_of(r, "label");
    table.add({std::to_string(int_of(r, "job")), shown_name(label, text_of(r, "package")),
               text_of(r, "version_name"), text_of(r, "store"), letters,
               std::to_string(int_of(r, "findings")),
               style.catalogue.text(style.language, "ends", text_of(r, "end")),
               bool_of(r, "simulated") ? style.text("simulated") : ""});
  }
  if (table.empty()) return style.text("nothing_yet") + "\n";
  return table.text() + style.text("letters") + "\n";
}

std::string render_findings(const Style& style, const Json& page) {
  Table table({style.text("job"), style.text("app"), "", "", style.text("found"), style.text("lacks")});
  table.right(0);
  table.at_most(1, 24);
  table.at_most(4, 84);
  for (const Json& r : below(page, "rows")) {
    const auto verdict = verdict_from_json(below(r, "verdict"));
    if (!verdict.ok()) continue;
    for (const Finding& f : verdict->findings) {
      std::string lacks;
      for (Missing m : f.missing)
        lacks += (lacks.empty() ? "" : "; ") + style.catalogue.missing(style.language, m);
      const std::string label = text_of(r, "label");
      table.add({std::to_string(int_of(r, "job")), shown_name(label, text_of(r, "package")), f.rule,
                 style.catalogue.level(style.language, f.level), style.catalogue.sentence(style.language, f),
                 lacks});
    }
  }
  return table.empty() ? "" : table.text();
}

std::string render_announcement(const Style& style, const Json& announcement) {
  // The ministry's own words head the columns in both languages.
  Table table({"序号", "应用名称", "应用开发者", "应用来源", "应用版本", "所涉问题"});
  table.right(0);
  table.at_most(1, 24);
  table.at_most(2, 32);
  for (const Json& r : below(announcement, "rows")) {
    table.add({std::to_string(int_of(r, "number")), text_of(r, "app"), text_of(r, "developer"),
               text_of(r, "source"), text_of(r, "version"), text_of(r, "problems")});
  }
  std::string all = bool_of(announcement, "simulated") ? style.text("simulated_long") + "\n" : "";
  return all + (table.empty() ? style.text("nothing_yet") + "\n" : table.text());
}

std::string render_evidence(const Style& style, const Json& evidence) {
  Table table({style.text("run"), style.text("device"), style.text("name"), style.text("bytes"), "SHA-256"});
  table.right(0);
  table.right(3);
  for (const Json& b : below(evidence, "rows")) {
    table.add({std::to_string(int_of(b, "run")), text_of(b, "device"), text_of(b, "name"),
               with_commas(int_of(b, "bytes")), text_of(b, "sha256")});
  }
  return table.empty() ? style.text("no_evidence") + "\n" : table.text();
}

}  // namespace storesweep::cli
