#include "common/rules/pack.h"

#include <algorithm>
#include <set>

#include "common/config/config.h"
#include "common/rules/policy_phrases.h"

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
    c.none = map.boolean("none", false);
    c.necessary = map.string("necessary", "");
    if (c.none != c.necessary.empty() && c.number != 0)
      map.error("necessary", "a category says what it needs, or that it needs none");
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
  const auto set = [&](std::string_view key) {
    const auto list = root.strings(key);
    return std::set<std::string, std::less<>>(list.begin(), list.end());
  };
  pack.hooked_kinds = set("hooked_kinds");
  pack.hook_lookups = set("hook_lookups");
  pack.hook_platform = root.strings("hook_platform");
  pack.hook_layers = root.strings("hook_layers");
  pack.reward_words = root.strings("reward_words");
  pack.sensitive_words = root.strings("sensitive_words");
  pack.payout_words = root.strings("payout_words");
  pack.system_packages = root.strings("system_packages");
  pack.start_notices = root.strings("start_notices");
  pack.push_marks = root.strings("push_marks");
  pack.evasion_words = root.strings("evasion_words");
  pack.purpose_words = root.strings("purpose_words");
  pack.push_receivers = root.strings("push_receivers");
  pack.placeholder_developers = root.strings("placeholder_developers");
}

std::set<Reason> read_reasons(ConfigMap& map, std::string_view key) {
  std::set<Reason> out;
  for (const std::string& name : map.strings(key)) {
    if (auto reason = reason_named(name)) {
      out.insert(*reason);
    } else {
      map.error(key, "'" + name + "' is no reason code of the closed list");
    }
  }
  return out;
}

RuleText read_people(ConfigMap& map, const RuleText& otherwise) {
  if (!map.has("people")) return otherwise;
  ConfigMap people = map.map("people");
  RuleText out;
  out.zh = people.required_string("zh");
  out.en = people.required_string("en");
  return out;
}

Level read_level(ConfigMap& map, std::string_view key) {
  const std::string text = map.string(key, "not_tested");
  auto level = level_named(text);
  if (!level || *level > Level::kNotTested)
    map.error(key, "'" + text + "' is not violation, suspected or not_tested");
  return level.value_or(Level::kNotTested);
}

// Either something judges it, or it is said what for it stands back.
void read_judging(ConfigMap& map, RuleItem& item) {
  using W = WaitsFor;
  item.evaluator = map.string("evaluator", "");
  item.at_most = read_level(map, "at_most");
  item.level = read_level(map, "level");
  item.waits_for = map.one_of<W>("waits_for", W::kNothing,
                                 {{"people", W::kPeople},
                                  {"policy", W::kPolicy},
                                  {"hooks", W::kHooks},
                                  {"traffic", W::kTraffic},
                                  {"pictures", W::kPictures},
                                  {"sensors", W::kSensors},
                                  {"old_version", W::kOldVersion},
                                  {"decoys", W::kDecoys}});
  if (item.evaluator.empty() == (item.waits_for == W::kNothing))
    map.error("waits_for", "an item has an evaluator, or says what it waits for");
  if (!item.evaluator.empty() && item.level > Level::kSuspected)
    map.error("level", "an evaluator can reach violation or suspected");
  if (item.level < item.at_most) map.error("level", "is worse than the reference allows (at_most)");
}

RuleItem read_item(ConfigMap map, const RuleTask& task, std::set<std::string>& seen) {
  RuleItem item;
  item.task = task.task;
  item.id = map.required_string("id");
  std::string prefix = "R" + std::to_string(task.task) + ".";
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
  read_judging(map, item);
  item.reasons = read_reasons(map, "reasons");
  item.reasons.insert(item.untested);
  item.people = read_people(map, task.people);
  item.thresholds = map.strings("thresholds");
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

void read_editions(ConfigMap& map, RuleTask& task) {
  for (ConfigMap& e : map.maps("editions")) {
    const std::string before = task.editions.empty() ? "" : task.editions.back().until;
    const bool follows = task.editions.empty() || !before.empty();
    RuleEdition& edition = task.editions.emplace_back();
    edition.name = e.required_string("name");
    edition.from = e.required_string("from");
    edition.until = e.string("until", "");
    if (!date_shaped(edition.from)) e.error("from", "is a date, YYYY-MM-DD");
    if (!edition.until.empty() && (!date_shaped(edition.until) || edition.until < edition.from))
      e.error("until", "is a date, YYYY-MM-DD, and not before `from`");
    if (!follows || edition.from <= before) e.error("from", "the edition before it has not ended by then");
  }
  if (task.editions.empty()) map.error("editions", "a task names the standard's edition");
}

// What an item takes from the pack as a whole.
void complete(ConfigMap& map, RulePack& pack, const std::set<Reason>& run_reasons) {
  RuleItem& item = pack.items.back();
  if (!item.evaluator.empty()) item.reasons.insert(run_reasons.begin(), run_reasons.end());
  if (item.people.zh.empty()) map.error("people", "neither the item nor its task says what is for people");
  for (const std::string& name : item.thresholds) {
    if (!pack.thresholds.contains(name))
      map.error("thresholds", "'" + name + "' is no threshold of this pack");
  }
}

void read_tasks(ConfigMap root, RulePack& pack) {
  std::set<std::string> seen;
  const std::set<Reason> run_reasons = read_reasons(root, "run_reasons");
  for (ConfigMap& map : root.maps("tasks")) {
    RuleTask task;
    task.task = static_cast<int>(map.required_integer("task", {1, kTaskCount}));
    if (task.task != static_cast<int>(pack.tasks.size()) + 1)
      map.error("task", "the ten tasks stand in order");
    read_editions(map, task);
    task.people = read_people(map, {});
    for (ConfigMap& i : map.maps("items")) {
      pack.items.push_back(read_item(i, task, seen));
      complete(i, pack, run_reasons);
    }
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
  std::size_t best = 0;  // between two editions, the one before still stands
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
  TRY_ASSIGN(pack.policy, load_policy_phrases(folder));
  TRY_ASSIGN(pack.statutes, load_statutes(folder));
  TRY_ASSIGN(pack.host_owners, load_host_owners(folder));
  return pack;
}

}  // namespace storesweep
