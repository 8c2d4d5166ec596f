#include "common/rules/pack.h"

#include <algorithm>
#include <set>

#include "common/config/config.h"

namespace storesweep {
namespace {

void read_thresholds(ConfigMap root, RulePack& pack) {
  for (auto& [name, map] : root.named_maps("thresholds")) {
    RuleThreshold t;
    t.value = map.has("value_ms") ? map.required_integer("value_ms", {0, 7 * 86'400'000LL})
                                  : map.required_integer("value", {0, 1'000'000});
    t.standing = map.required_string("standing");
    if (t.standing != "official" && t.standing != "lab" && t.standing != "ours") {
      map.error("standing", "is official, lab or ours");
    }
    t.about = map.required_string("about");
    pack.thresholds[name] = t;
  }
}

void read_lists(ConfigMap root, RulePack& pack) {
  for (ConfigMap& map : root.maps("categories")) {
    RuleCategory& c = pack.categories.emplace_back();
    c.number = static_cast<int>(map.integer("number", 0, {0, 39}));
    c.names = map.strings("names");
    c.needs = map.strings("needs");
    if (c.names.empty()) map.error("names", "a category needs a name");
  }
  for (ConfigMap& map : root.maps("unguarded_ops")) {
    GuardlessOp& op = pack.unguarded_ops.emplace_back();
    op.op = map.required_string("op");
    op.rejected = map.one_of<bool>("on", false, {{"access", false}, {"reject", true}});
    op.kind = map.required_string("kind");
  }
  for (ConfigMap& map : root.maps("background_ops")) {
    std::string op = map.required_string("op");
    pack.background_ops[op] = map.required_string("kind");
  }
  pack.push_receivers = root.strings("push_receivers");
}

bool date_shaped(const std::string& s) {
  return s.size() == 10 && s[4] == '-' && s[7] == '-' &&
         std::all_of(s.begin(), s.end(), [](char c) { return c == '-' || (c >= '0' && c <= '9'); });
}

RuleItem read_item(ConfigMap map, int task, std::set<std::string>& seen) {
  RuleItem item;
  item.task = task;
  item.id = map.required_string("id");
  std::string prefix = "R" + std::to_string(task) + ".";
  if (item.id.substr(0, prefix.size()) != prefix)
    map.error("id", "an item of this task is called " + prefix + "N");
  if (!seen.insert(item.id).second) map.error("id", item.id + " stands twice");
  item.clause = map.required_string("clause");
  item.zh = map.required_string("zh");
  item.en = map.required_string("en");
  if (auto reason = reason_named(map.required_string("untested"))) {
    item.untested = *reason;
  } else {
    map.error("untested", "is no reason code of the closed list");
  }
  item.evaluator = map.string("evaluator", "");
  std::string level = map.string("level", "not_tested");
  if (auto l = level_named(level)) {
    item.level = *l;
  } else {
    map.error("level", "'" + level + "' is no level");
  }
  if (!item.evaluator.empty() && item.level > Level::kSuspected) {
    map.error("level", "an evaluator can reach violation or suspected");
  }
  item.observers = map.strings("observers");
  for (const std::string& p : map.strings("phases")) {
    if (auto phase = phase_named(p)) {
      item.phases.push_back(*phase);
    } else {
      map.error("phases", "'" + p + "' is no phase: P0 to P12");
    }
  }
  return item;
}

void read_tasks(ConfigMap root, RulePack& pack) {
  std::set<std::string> seen;
  for (ConfigMap& map : root.maps("tasks")) {
    RuleTask task;
    task.task = static_cast<int>(map.required_integer("task", {1, kTaskCount}));
    if (task.task != static_cast<int>(pack.tasks.size()) + 1)
      map.error("task", "the ten tasks stand in order");
    for (ConfigMap& e : map.maps("editions")) {
      task.editions.push_back({e.required_string("name"), e.required_string("from")});
      if (!date_shaped(task.editions.back().from)) e.error("from", "is a date, YYYY-MM-DD");
    }
    if (task.editions.empty()) map.error("editions", "a task names the standard's edition");
    for (ConfigMap& i : map.maps("items")) pack.items.push_back(read_item(i, task.task, seen));
    pack.tasks.push_back(std::move(task));
  }
  if (pack.tasks.size() != kTaskCount) root.error("tasks", "there are ten tasks");
}

Status read_phrases(const std::string& folder, RulePack& pack) {
  TRY_ASSIGN(auto document, ConfigDocument::from_file(folder + "/phrases.yaml"));
  ConfigMap root = document.root();
  (void)root.required_string("edition");
  ConfigMap lists = root.map("lists");
  for (const android::PhraseListName& known : android::phrase_lists()) {
    pack.phrases.*known.list = lists.strings(known.name);
  }
  ConfigMap groups = root.map("permission_groups");
  for (const std::string& group : groups.keys())
    pack.phrases.permission_groups[group] = groups.strings(group);
  TRY(document.finish());
  return android::check_phrases(pack.phrases).within(folder + "/phrases.yaml");
}

}  // namespace

const RuleItem* RulePack::item(std::string_view id) const {
  auto at = std::find_if(items.begin(), items.end(), [&](const RuleItem& i) { return i.id == id; });
  return at == items.end() ? nullptr : &*at;
}

const RuleEdition& RulePack::edition(int number, std::string_view date) const {
  const std::vector<RuleEdition>& all = task(number).editions;
  std::size_t best = 0;
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i].from <= date) best = i;
  }
  return all.at(best);
}

std::int64_t RulePack::threshold(std::string_view name) const {
  auto at = thresholds.find(name);
  return at == thresholds.end() ? 0 : at->second.value;
}

const RuleCategory* RulePack::category(std::string_view name) const {
  for (const RuleCategory& c : categories) {
    if (std::find(c.names.begin(), c.names.end(), name) != c.names.end()) return &c;
  }
  return nullptr;
}

Result<RulePack> load_rule_pack(const std::string& folder) {
  RulePack pack;
  TRY_ASSIGN(auto document, ConfigDocument::from_file(folder + "/pack.yaml"));
  ConfigMap root = document.root();
  pack.version = root.required_string("version");
  read_thresholds(root, pack);
  read_lists(root, pack);
  read_tasks(root, pack);
  TRY(document.finish());
  TRY(read_phrases(folder, pack));
  return pack;
}

}  // namespace storesweep
