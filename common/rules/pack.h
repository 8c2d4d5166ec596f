// The rule pack (rules/pack.yaml, rules/phrases.yaml, rules/policy.yaml and rules/statutes.yaml): what each
// item of the ten tasks says, which evaluator judges it from what, its thresholds and their standing, the
// categories, ops and phrases that evaluators look up. Loaded once, then a plain value that any thread may
// read.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/android/phrases.h"
#include "common/base/status.h"
#include "common/model/verdict.h"
#include "common/policy/phrases.h"
#include "common/rules/host_owners.h"
#include "common/rules/statutes.h"

namespace storesweep {

struct RuleEdition {
  std::string name;   // T/TAF 078.4-2023
  std::string from;   // YYYY-MM-DD
  std::string until;  // the last day; empty: still in force
};

// In both languages.
struct RuleText {
  std::string zh, en;
};

// What an item without an evaluator stands back for.
enum class WaitsFor {
  kNothing,  // it has one
  kPeople,   // no machine decides it
  kPolicy,   // the text of the rules
  kHooks,
  kTraffic,
  kPictures,
  kSensors,
  kOldVersion,
  kDecoys
};

struct RuleItem {
  std::string id;      // R5.7
  int task = 0;        // 1 to 10
  std::string clause;  // 4.6
  std::string zh, en;  // our words
  Reason untested = Reason::kDocumentReview;
  std::string evaluator;            // empty: nothing judges it yet, or it is for people
  Level level = Level::kNotTested;  // the worst it may reach with the observers here; only with an evaluator
  Level at_most = Level::kNotTested;  // the worst that the reference allows with every observer
  WaitsFor waits_for = WaitsFor::kNothing;
  std::set<Reason> reasons;             // every one that it may carry
  RuleText people;                      // what a machine can never decide of it
  std::vector<std::string> thresholds;  // names of those it goes by
  std::vector<std::string> observers;
  std::vector<Phase> phases;
};

struct RuleTask {
  int task = 0;
  std::string zh, en;                 // the label of announcements
  std::vector<RuleEdition> editions;  // oldest first
  RuleText people;                    // what a machine can never decide of its items
};

struct RuleThreshold {
  std::int64_t value = 0;
  std::string standing;  // official, lab, ours
  std::string about;
};

struct RuleCategory {
  int number = 0;  // of NI article 5; 0: none of the 39
  std::vector<std::string> names;
  std::vector<std::string> needs;  // permission groups
  std::string necessary;           // what its basic function may need, in words
  bool none = false;               // its basic function needs no personal information at all
};

struct GuardlessOp {
  std::string op;
  bool rejected = false;  // counts when it was rejected (an attempt), else when accessed
  std::string kind;
};

struct RulePack {
  std::string version;
  std::vector<RuleTask> tasks;  // ten
  std::vector<RuleItem> items;  // in the order of the pack
  std::map<std::string, RuleThreshold, std::less<>> thresholds;
  std::vector<RuleCategory> categories;
  std::vector<GuardlessOp> unguarded_ops;
  std::map<std::string, std::string, std::less<>> background_ops;  // op -> kind
  // API hooks. Kinds whose reading before consent counts; methods that look one thing up as often as they
  // list all; classes (and what is below them) that are the platform's, and layers that read by themselves in
  // every app.
  std::set<std::string, std::less<>> hooked_kinds, hook_lookups;
  std::vector<std::string> hook_platform, hook_layers;
  std::vector<std::string> push_receivers;
  // R8.1: on one page, a reward, a field for sensitive data, and nothing of a pay-out.
  std::vector<std::string> reward_words, sensitive_words, payout_words;
  // R6.5: packages (and what is below them) that are the device's own; words that announce a start.
  std::vector<std::string> system_packages, start_notices;
  std::vector<std::string> push_marks;     // by which an app marks what is directed at a person
  std::vector<std::string> evasion_words;  // by which an app says that it does not run on such a device
  std::vector<std::string> purpose_words;  // within an app's own words on a permission: they tell what for
  std::vector<std::string> placeholder_developers;  // names on a page that are nobody's
  android::Phrases phrases;                         // of a screen
  policy::Phrases policy;                           // of the text of the rules
  Statutes statutes;
  HostOwners host_owners;

  const RuleItem* item(std::string_view id) const;
  const RuleTask& task(int number) const { return tasks.at(static_cast<std::size_t>(number - 1)); }
  // In force on the date (YYYY-MM-DD); before the first known edition, the first.
  const RuleEdition& edition(int task, std::string_view date) const;
  std::int64_t threshold(std::string_view name) const;
  // The category that the catalogue's own word names; null when it is none we know.
  const RuleCategory* category(std::string_view name) const;
};

// Reads the files of the folder. kInvalid with every error, each with file:line:column.
Result<RulePack> load_rule_pack(const std::string& folder);

}  // namespace storesweep
