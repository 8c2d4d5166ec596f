// Workers, devices and events.
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

std::string render_devices(const Style& style, const Json& devices) {
  Table table(
      {style.text("device"), style.text("kind"), "API", "ABI", style.text("worker"), style.text("job")});
  table.right(2);
  for (const Json& d : below(devices, "rows")) {
    std::string abis;
    for (const Json& abi : below(d, "abis")) {
      if (abi.is_string()) abis += (abis.empty() ? "" : ",") + abi.get<std::string>();
    }
    const std::int64_t job = int_of(d, "job");
    table.add({text_of(d, "identity"), text_of(d, "class"), std::to_string(int_of(d, "api")), abis,
               text_of(d, "worker"), job == 0 ? style.text("free") : std::to_string(job)});
  }
  return table.empty() ? style.text("no_devices") + "\n" : table.text();
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
