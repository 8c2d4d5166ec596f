#include "common/android/describe.h"

#include <nlohmann/json.hpp>

#include "common/android/describe_records.h"
#include "common/android/screen.h"
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
ordered_json install(std::string_view text) { return to_json(parse_install(text)); }
ordered_json start(std::string_view text) { return to_json(parse_start(text)); }

const std::vector<Entry>& entries() {
  static const std::vector<Entry> kEntries = {
      {{"appops", "dumpsys appops, cmd appops get P"}, appops},
      {{"events", "logcat -b events, any -v"}, with<parse_events>},
      {{"log", "logcat -b main,system, any -v: starts, blocks, crashes, exits"}, with<parse_system_log>},
      {{"package", "dumpsys package [P]"}, with<parse_packages>},
      {{"packages", "pm list packages [-f -i -U]"}, with<parse_package_list>},
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
      {{"battery", "dumpsys battery"}, with<parse_battery>},
      {{"power", "dumpsys power"}, power},
      {{"install", "adb install, pm install"}, install},
      {{"start", "am start [-W]"}, start},
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

Result<std::string> parse_to_json(std::string_view kind, std::string_view text) {
  std::string names;
  for (const Entry& entry : entries()) {
    if (entry.kind.name != kind) {
      names += (names.empty() ? "" : ", ") + std::string(entry.kind.name);
      continue;
    }
    ordered_json out = {{"kind", kind}};
    out.update(entry.parse(text));
    return printed(out);
  }
  return invalid("no parser is called " + clean_utf8(kind) + "; there are " + names);
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
