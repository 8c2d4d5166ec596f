#include "common/android/describe.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/android/describe_records.h"
#include "common/android/screen.h"
#include "common/android/sections.h"
#include "common/base/text.h"

namespace storesweep::android {
namespace {

using nlohmann::ordered_json;

std::string printed(const ordered_json& json) {
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

struct Entry {
  ParserKind kind;
  ordered_json (*parse)(std::string_view);
};

template <auto Parser>
ordered_json with(std::string_view text) {
  return described(Parser(text));
}
ordered_json appops(std::string_view text) { return described(parse_appops(text)); }
ordered_json log(std::string_view text) { return described(parse_system_log(text, Traces::kRead)); }
ordered_json monkey(std::string_view text) {
  MonkeyRun run;
  ordered_json out = described(parse_monkey(text, run));
  out["run"] = to_json(run);
  return out;
}
ordered_json power(std::string_view text) {
  PowerState state;
  ordered_json out = described(parse_power(text, state));
  out["wakefulness"] = state.wakefulness;
  return out;
}
ordered_json battery(std::string_view text) {
  ordered_json out = described(parse_battery(text));
  for (ordered_json& record : out["records"]) {  // "level: 100" is a number, "AC powered: true" a truth
    const std::string value = record["value"];
    if (const auto number = parse_int<std::int64_t>(value)) record["value"] = *number;
    if (value == "true" || value == "false") record["value"] = value == "true";
  }
  return out;
}

const std::vector<Entry>& entries() {
  static const std::vector<Entry> kEntries = {
      {{"appops", "dumpsys appops, cmd appops get P"}, appops},
      {{"events", "logcat -b events, any -v"}, with<parse_events>},
      {{"log", "logcat -b main,system, any -v, or a stack trace: starts, blocks, crashes, exits"}, log},
      {{"package", "dumpsys package [P], pm dump P"}, with<parse_packages>},
      {{"packages", "pm list packages [-f -i -U --show-versioncode --user N]"}, with<parse_package_list>},
      {{"path", "pm path P"}, with<parse_package_paths>},
      {{"features", "pm list features"}, with<parse_features>},
      {{"getprop", "getprop"}, with<parse_properties>},
      {{"settings", "settings list NAMESPACE"}, with<parse_settings>},
      {{"processes", "dumpsys activity processes"}, with<parse_activity_processes>},
      {{"ps", "ps, ps -A"}, with<parse_ps>},
      {{"activities", "dumpsys activity activities, dumpsys window: what is on top"},
       with<parse_top_activities>},
      {{"recents", "dumpsys activity recents"}, with<parse_recents>},
      {{"services", "dumpsys activity services"}, with<parse_services>},
      {{"broadcasts", "dumpsys activity broadcasts"}, with<parse_broadcasts>},
      {{"netstats", "dumpsys netstats [--uid]"}, with<parse_netstats>},
      {{"usagestats", "dumpsys usagestats"}, with<parse_usage_stats>},
      {{"location", "dumpsys location"}, with<parse_location>},
      {{"notification", "dumpsys notification"}, with<parse_notifications>},
      {{"alarm", "dumpsys alarm"}, with<parse_alarms>},
      {{"jobscheduler", "dumpsys jobscheduler"}, with<parse_jobs>},
      {{"exits", "dumpsys activity exit-info [P]"}, with<parse_exits>},
      {{"sensors", "dumpsys sensorservice"}, with<parse_sensors>},
      {{"battery", "dumpsys battery"}, battery},
      {{"power", "dumpsys power"}, power},
      {{"install", "adb install, pm install: one record an answer"}, with<parse_installs>},
      {{"start", "am start [-W]: one record a start"}, with<parse_starts>},
      {{"monkey", "monkey -v[ -v -v]"}, monkey}};
  return kEntries;
}

ordered_json element_json(const Element& e) {
  constexpr std::string_view kMarks[] = {"no", "yes", "unknown"};
  ordered_json out = {{"role", role_name(e.role)},
                      {"label", e.label},
                      {"bounds", {e.bounds.left, e.bounds.top, e.bounds.right, e.bounds.bottom}},
                      {"clickable", e.clickable},
                      {"enabled", e.enabled}};
  if (e.role == Role::kCheckBox || e.role == Role::kDoNotAsk)
    out["checked"] = kMarks[static_cast<std::size_t>(e.checked)];
  if (e.span >= 0) out["span"] = e.span;
  return out;
}

}  // namespace

const std::vector<ParserKind>& parser_kinds() {
  static const std::vector<ParserKind> kKinds = [] {
    std::vector<ParserKind> out;
    for (const Entry& entry : entries()) out.push_back(entry.kind);
    return out;
  }();
  return kKinds;
}

namespace {

const Entry* entry_of(std::string_view kind) {
  for (const Entry& entry : entries()) {
    if (entry.kind.name == kind) return &entry;
  }
  return nullptr;
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string out;
  for (std::string_view name : names) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

ordered_json one_kind(const Entry& entry, std::string_view text) {
  ordered_json out = {{"kind", entry.kind.name}};
  out.update(entry.parse(part_of_kind(text, entry.kind.name)));
  return out;
}

// Nothing was found, and no line of the text is of that kind.
std::string wrong_kind(const Entry& entry, const ordered_json& out, const std::vector<std::string_view>& seen,
                       std::string_view text) {
  if (!out["records"].empty() || out.contains("device_error")) return {};
  if (trim(text).empty()) return "the file is empty: nothing can be concluded from it";
  if (std::find(seen.begin(), seen.end(), entry.kind.name) != seen.end()) return {};
  const std::string does_not = "this does not look like the output of " + std::string(entry.kind.help);
  return seen.empty() ? does_not : does_not + "; it looks like: " + joined(seen);
}

Description guessed(std::string_view text, const std::vector<std::string_view>& seen) {
  if (!has_titles(text)) {
    ordered_json out = one_kind(*entry_of(seen[0]), text);
    out["guessed"] = true;
    return {printed(out), {}};
  }
  ordered_json parts = ordered_json::array();
  for (std::string_view kind : seen) {
    ordered_json part = one_kind(*entry_of(kind), text);
    if (!part["records"].empty() || part.contains("device_error")) parts.push_back(std::move(part));
  }
  return {printed({{"kind", kAnyKind}, {"guessed", true}, {"parts", std::move(parts)}}), {}};
}

std::string all_kinds() {
  std::vector<std::string_view> names;
  for (const Entry& entry : entries()) names.push_back(entry.kind.name);
  return joined(names);
}

}  // namespace

Result<Description> describe_text(std::string_view kind, std::string_view bytes) {
  const Entry* entry = entry_of(kind);
  if (!entry && kind != kAnyKind)
    return invalid("no parser is called " + clean_utf8(kind) + "; there are " + all_kinds() + ", and auto");
  if (starts_with(bytes, "PK\x03\x04") || starts_with(bytes, "\x1F\x8B"))
    return invalid("this is an archive (of a bugreport?): unpack it and take the text inside");
  const std::string text = utf8_text(bytes);
  const std::vector<std::string_view> seen = kinds_in(text);
  if (!entry && seen.empty()) {
    for (std::string_view line : lines(text)) {
      if (is_device_error(trim(line)))
        return invalid("there is no dump; the device said: " + clean_utf8(trim(line)));
    }
    return invalid("no line is known: name the kind of this text; there are " + all_kinds());
  }
  if (!entry) return guessed(text, seen);
  ordered_json out = one_kind(*entry, text);
  std::string warning = wrong_kind(*entry, out, seen, text);
  if (!warning.empty()) out["warning"] = warning;
  return Description{printed(out), std::move(warning)};
}

Result<std::string> screen_to_json(std::string_view text, const Phrases& phrases) {
  TRY(check_phrases(phrases));
  TRY_ASSIGN(const Hierarchy tree, parse_hierarchy(text));
  const Screen screen = read_screen(tree, PhraseBook(phrases));
  ordered_json elements = ordered_json::array();
  for (const Element& e : screen.elements) elements.push_back(element_json(e));
  const ordered_json out = {{"kind", screen_kind_name(screen.kind)},
                            {"package", screen.package},
                            {"why", screen.why},
                            {"permission_groups", screen.permission_groups},
                            {"message", screen.message},
                            {"elements", elements},
                            {"nodes", tree.nodes.size()},
                            {"text", screen.text}};
  return printed(out);
}

}  // namespace storesweep::android
