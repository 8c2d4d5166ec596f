#include "common/rules/statutes.h"

#include <algorithm>

#include "common/config/config.h"
#include "common/model/verdict.h"
#include "common/rules/workdays.h"

namespace storesweep {
namespace {

Statute read_statute(ConfigMap map) {
  Statute s;
  s.id = map.required_string("id");
  s.zh = map.required_string("zh");
  s.number = map.string("number", "");
  s.from = map.required_string("from");
  s.until = map.string("until", "");
  if (!date_shaped(s.from)) map.error("from", "is a date, YYYY-MM-DD");
  if (!s.until.empty() && (!date_shaped(s.until) || s.until < s.from))
    map.error("until", "is a date, YYYY-MM-DD, and not before `from`");
  for (const std::string& who : map.strings("by")) {
    if (who != "M" && who != "C" && who != "P" && who != "S") map.error("by", "are M, C, P or S");
    s.of_the_ministry = s.of_the_ministry || who == "M";
  }
  using Source = StatuteSource;
  s.source =
      map.one_of<Source>("source", Source::kUnread,
                         {{"read", Source::kRead}, {"page", Source::kPage}, {"unread", Source::kUnread}});
  return s;
}

StatuteRow read_row(ConfigMap map, const Statutes& all) {
  StatuteRow row;
  row.task = static_cast<int>(map.required_integer("task", {1, kTaskCount}));
  row.rules = map.strings("rules");
  const std::string prefix = "R" + std::to_string(row.task) + ".";
  for (const std::string& rule : row.rules) {
    if (rule.substr(0, prefix.size()) != prefix) map.error("rules", rule + " is no item of this task");
  }
  const std::string id = map.required_string("of");
  const auto at =
      std::find_if(all.statutes.begin(), all.statutes.end(), [&](const Statute& s) { return s.id == id; });
  if (at == all.statutes.end()) {
    map.error("of", "'" + id + "' is none of the instruments");
  } else {
    row.statute = static_cast<std::size_t>(at - all.statutes.begin());
  }
  row.articles = map.string("articles", "");
  row.zh = map.required_string("zh");
  row.en = map.required_string("en");
  return row;
}

}  // namespace

bool date_shaped(std::string_view s) { return date_of(s).has_value(); }

std::vector<const StatuteRow*> Statutes::in_force(int task, std::string_view rule,
                                                  std::string_view day) const {
  std::vector<const StatuteRow*> out;
  for (const StatuteRow& row : rows) {
    const Statute& s = statutes[row.statute];
    const bool then = s.from <= day && (s.until.empty() || day <= s.until);
    const bool of =
        row.rules.empty() || std::find(row.rules.begin(), row.rules.end(), rule) != row.rules.end();
    if (row.task == task && then && of) out.push_back(&row);
  }
  return out;
}

Result<Statutes> load_statutes(const std::string& folder) {
  Statutes out;
  TRY_ASSIGN(auto document, ConfigDocument::from_file(folder + "/statutes.yaml"));
  ConfigMap root = document.root();
  out.version = root.required_string("version");
  for (ConfigMap& map : root.maps("instruments")) {
    Statute s = read_statute(map);
    for (const Statute& other : out.statutes) {
      if (other.id == s.id) map.error("id", s.id + " stands twice");
    }
    out.statutes.push_back(std::move(s));
  }
  for (ConfigMap& map : root.maps("mapping")) out.rows.push_back(read_row(map, out));
  TRY(document.finish());
  return out;
}

}  // namespace storesweep
