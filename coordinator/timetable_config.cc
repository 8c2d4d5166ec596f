#include "coordinator/timetable_config.h"

#include <algorithm>
#include <array>

namespace storesweep {
namespace {
constexpr std::int64_t kHourMs = 3'600'000;

int read_time(ConfigMap& in, std::string_view key, const std::string& text) {
  const auto minute = minute_of(text);
  if (!minute) in.error(key, "wanted a time of the day, as \"22:00\"");
  return minute.value_or(0);
}

std::set<int> read_days(ConfigMap& in) {
  constexpr std::array<std::string_view, 7> kNames = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  std::set<int> days;
  for (const std::string& day : in.strings("days")) {
    const auto at = std::find(kNames.begin(), kNames.end(), day);
    if (at == kNames.end()) in.error("days", "`" + day + "`: wanted sun, mon, tue, wed, thu, fri or sat");
    if (at != kNames.end()) days.insert(static_cast<int>(at - kNames.begin()));
  }
  return days;
}

DailySweep read_daily(ConfigMap in) {
  using Kind = Selection::Kind;
  DailySweep out;
  out.name = in.required_string("name");
  out.at_minute = read_time(in, "at", in.required_string("at"));
  out.days = read_days(in);
  for (ConfigMap& catalogue : in.maps("import")) {
    ImportRequest& import = out.imports.emplace_back();
    import.source = catalogue.required_string("source");
    import.store = catalogue.string("store", "");
    import.format = catalogue.one_of<std::string>("format", "", {{"csv", "csv"}, {"jsonl", "jsonl"}, {
                                                                   "fdroid",
                                                                   "fdroid"
                                                                 }});
  }
  Selection& selection = out.sweep.selection;
  selection.kind = in.one_of(
      "selection", Kind::kAll,
      {{"all", Kind::kAll}, {"store", Kind::kStore}, {"changed", Kind::kChanged}, {"top", Kind::kTop}});
  selection.store = in.string("store", "");
  selection.top = in.integer("top", 0, {0, 100'000'000});
  if (selection.kind == Kind::kStore && selection.store.empty()) in.error("store", "must be given");
  if (selection.kind == Kind::kTop && selection.top < 1) in.error("top", "wanted at least 1");
  out.sweep.depth = in.one_of("depth", Depth::kTriage, {{"triage", Depth::kTriage}, {"lab", Depth::kLab}});
  out.sweep.shards = static_cast<std::uint32_t>(in.integer("shards", 16, {1, kMaxShards}));
  return out;
}

}  // namespace

Timetable read_timetable(ConfigMap in) {
  Timetable t;
  t.zone = in.string("zone", "Asia/Shanghai");
  t.late_ms = in.integer("late_ms", 6 * kHourMs, {0, 24 * kHourMs - 1});
  if (const Status s = check_zone(t.zone); !s.ok()) in.error("zone", s.message());
  if (in.has("quiet")) {
    ConfigMap quiet = in.map("quiet");
    QuietHours& hours = t.quiet.emplace();
    hours.from_minute = read_time(quiet, "from", quiet.required_string("from"));
    hours.until_minute = read_time(quiet, "until", quiet.required_string("until"));
    if (hours.from_minute == hours.until_minute) quiet.error("until", "the quiet hours would have no end");
  }
  std::set<std::string> names;
  for (ConfigMap& one : in.maps("sweeps")) {
    t.sweeps.push_back(read_daily(one));
    const DailySweep& daily = t.sweeps.back();
    if (!names.insert(daily.name).second) one.error("name", "`" + daily.name + "` stands here twice");
    if (t.quiet && inside(*t.quiet, daily.at_minute)) one.error("at", "lies in the quiet hours");
  }
  return t;
}

}  // namespace storesweep
