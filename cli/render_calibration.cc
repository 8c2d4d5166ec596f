// What a class of devices showed of apps with known faults.
#include <map>

#include "cli/json_fields.h"
#include "cli/render.h"
#include "cli/screen_text.h"

namespace storesweep::cli {
namespace {
using Counts = std::map<std::string, std::int64_t>;  // by outcome

std::map<std::string, Counts> counts_of(const Json& calibration) {
  std::map<std::string, Counts> all;
  for (const Json& r : below(calibration, "results")) ++all[text_of(r, "rule")][text_of(r, "outcome")];
  return all;
}

std::string wrong_ones(const Style& style, const Json& calibration) {
  std::string all;
  for (const Json& r : below(calibration, "results")) {
    const std::string outcome = text_of(r, "outcome");
    if (outcome != "missed" && outcome != "flagged") continue;
    const std::string expected = text_of(r, "expected");
    all +=
        "  " +
        style.text("calibration_wrong",
                   {{"rule", safe_text(text_of(r, "rule"))},
                    {"probe", safe_text(text_of(r, "probe"))},
                    {"found", level_text(style, text_of(r, "found"))},
                    {"expected", expected.empty() ? style.text("nothing") : level_text(style, expected)}}) +
        "\n";
  }
  for (const Json& probe : below(calibration, "not_run")) {
    if (probe.is_string())
      all +=
          "  " + style.text("calibration_not_run", {{"probe", safe_text(probe.get<std::string>())}}) + "\n";
  }
  return all;
}
}  // namespace

std::string render_calibration(const Style& style, const Json& calibration) {
  std::string all;
  if (bool_of(calibration, "simulated")) all += style.text("simulated_long") + "\n";
  all += safe_text(text_of(calibration, "device_class")) + "/" + std::to_string(int_of(calibration, "api")) +
         "  " + safe_text(text_of(calibration, "fingerprint")) + "\n";
  Table table({style.text("rule"), style.text("state"), style.text("seen"), style.text("missed"),
               style.text("silent"), style.text("flagged")});
  for (std::size_t i = 2; i < 6; ++i) table.right(i);
  const auto counts = counts_of(calibration);
  for (const auto& [rule, state] : below(calibration, "rules").items()) {
    const auto at = counts.find(rule);
    const auto count = [&](const char* outcome) {
      if (at == counts.end()) return std::string("0");
      const auto found = at->second.find(outcome);
      return std::to_string(found == at->second.end() ? 0 : found->second);
    };
    const std::string key = state.is_string() ? "calibration_" + state.get<std::string>() : "";
    table.add({rule, style.text(key), count("seen"), count("missed"), count("silent"), count("flagged")});
  }
  all += table.text() + wrong_ones(style, calibration);
  if (const std::string file = text_of(calibration, "file"); !file.empty())
    all += style.text("saved_in", {{"file", safe_text(file)}}) + "\n";
  return all;
}

std::string render_calibrations(const Style& style, const Json& page) {
  std::string all;
  for (const Json& one : below(page, "rows")) all += render_calibration(style, one) + "\n";
  return all.empty() ? style.text("no_calibrations") + "\n" : all;
}

}  // namespace storesweep::cli
