// Workers, devices and events.
#include <algorithm>

#include "cli/json_fields.h"
#include "cli/render.h"
#include "cli/screen_text.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {

std::string render_workers(const Style& style, const Json& workers) {
  Table table({style.text("worker"), style.text("state"), style.text("devices"), style.text("leased"),
               style.text("spooled"), style.text("reports"), style.text("failures"), style.text("overruled"),
               style.text("last_seen")});
  for (std::size_t i = 2; i < 8; ++i) table.right(i);
  for (const Json& w : below(workers, "rows")) {
    const std::string state = !bool_of(w, "connected") ? "away"
                              : bool_of(w, "draining") ? "draining"
                                                       : "connected";
    table.add({text_of(w, "name"), style.text(state), std::to_string(int_of(w, "devices")),
               std::to_string(int_of(w, "leases")), std::to_string(int_of(w, "spooled")),
               with_commas(int_of(w, "reports")), with_commas(int_of(w, "failures")),
               with_commas(int_of(w, "overruled")), text_of(w, "last_seen")});
  }
  return table.empty() ? style.text("no_workers") + "\n" : table.text();
}

namespace {
std::string state_of(const Style& style, const Json& device) {
  const Json& quarantined = below(device, "quarantined");
  return quarantined.is_object()
             ? style.text("quarantined_by", {{"control", std::to_string(int_of(quarantined, "control"))}})
             : "";
}
}  // namespace

std::string render_devices(const Style& style, const Json& devices) {
  Table table({style.text("device"), style.text("kind"), "API", "ABI", style.text("worker"),
               style.text("worker_leases"), style.text("state")});
  table.right(2);
  table.right(5);
  for (const Json& d : below(devices, "rows")) {
    std::string abis;
    for (const Json& abi : below(d, "abis")) {
      if (abi.is_string()) abis += (abis.empty() ? "" : ",") + abi.get<std::string>();
    }
    table.add({text_of(d, "identity"), text_of(d, "class"), std::to_string(int_of(d, "api")), abis,
               text_of(d, "worker"), std::to_string(int_of(d, "worker_leases")), state_of(style, d)});
  }
  return table.empty() ? style.text("no_devices") + "\n" : table.text();
}

// Of a bad one also which rules it failed, and how.
std::string render_controls(const Style& style, const Json& page) {
  Table table({style.text("control"), style.text("at"), style.text("probe"), style.text("device"),
               style.text("worker"), style.text("end"), ""});
  table.right(0);
  for (const Json& c : below(page, "rows")) {
    std::string wrong;
    for (const Json& r : below(c, "rules")) {
      const std::string outcome = text_of(r, "outcome");
      if (outcome == "missed" || outcome == "flagged")
        wrong += (wrong.empty() ? "" : ", ") + text_of(r, "rule") + " " + style.text(outcome);
    }
    table.add({std::to_string(int_of(c, "control")), text_of(c, "ended").substr(0, 16), text_of(c, "probe"),
               text_of(c, "device"), text_of(c, "worker"), style.text(text_of(c, "end")), wrong});
  }
  return table.empty() ? style.text("no_controls") + "\n" : table.text();
}

// A run's own figures: sums over the runs of a sweep on each kind of device, and what one run takes.
std::string render_figures(const Style& style, const Json& figures) {
  Table table({style.text("kind"), style.text("runs"), style.text("device_total"), style.text("a_run"),
               style.text("commands"), style.text("bytes"), style.text("lost"), style.text("crashes"), "ANR",
               ""});
  for (std::size_t i = 1; i < 9; ++i) table.right(i);
  std::string phases;
  for (const Json& row : below(figures, "rows")) {
    const Json &kind = below(row, "device_kind"), &sum = below(row, "sum");
    const std::int64_t runs = std::max<std::int64_t>(int_of(row, "runs"), 1);
    const std::string name = text_of(kind, "class") + "/" + std::to_string(int_of(kind, "api"));
    table.add({name, with_commas(int_of(row, "runs")), duration_text(int_of(sum, "device_ms")),
               duration_text(int_of(sum, "device_ms") / runs), with_commas(int_of(sum, "commands")),
               with_commas(int_of(sum, "bytes_from_device") + int_of(sum, "bytes_to_device")),
               with_commas(int_of(sum, "events_lost")), with_commas(int_of(sum, "crashes")),
               with_commas(int_of(sum, "anrs")), bool_of(row, "simulated") ? style.text("simulated") : ""});
    std::string line;
    for (const auto& [phase, ms] : below(sum, "phase_ms").items()) {
      if (!ms.is_number() || ms.get<std::int64_t>() == 0) continue;
      line +=
          (line.empty() ? "" : "  ") + safe_text(phase) + " " + duration_text(ms.get<std::int64_t>() / runs);
    }
    if (!line.empty())
      phases += style.text("phases_of_a_run", {{"kind", safe_text(name)}, {"phases", line}}) + "\n";
  }
  return table.empty() ? style.text("nothing_yet") + "\n" : table.text() + phases;
}

std::string render_changes(const Style& style, const Json& page) {
  Table table({style.text("at"), style.text("state"), style.text("store"), style.text("package"),
               style.text("version"), style.text("app")});
  table.at_most(2, 20);
  table.at_most(5, 32);
  for (const Json& c : below(page, "rows")) {
    const Json& l = below(c, "listing");
    table.add({text_of(c, "at").substr(0, 16), style.text(text_of(c, "kind")), text_of(l, "store"),
               text_of(l, "package"), text_of(l, "version_name"), text_of(l, "label")});
  }
  return table.empty() ? style.text("nothing_yet") + "\n" : table.text();
}

std::string render_event(const Style&, std::string_view kind, std::string_view data) {
  std::string all = padded(safe_text(kind), 10);
  const auto json = parse_json(data);
  if (!json.ok() || !json->is_object()) return all + " " + safe_text(data) + "\n";
  for (const auto& [key, value] : json->items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : dump_json(value);
    all += " " + safe_text(key) + "=" + safe_text(text);
  }
  return all + "\n";
}

}  // namespace storesweep::cli
