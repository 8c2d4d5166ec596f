// The evaluators of items, one function each, and the table that names them as the rule pack does. Pure: a
// timeline in, what was found in this one run out; levels of several runs are joined in judge.cc.
#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "common/judge/timeline.h"
#include "common/model/verdict.h"
#include "common/policy/policy.h"
#include "common/rules/pack.h"

namespace storesweep {

struct RunResult {
  std::vector<Finding> findings;        // a level of kViolation is what one run bears: it needs a second one
  Level otherwise = Level::kNotTested;  // the item's level when there is no finding
  std::set<Reason> reasons;             // of kNotTested
};

struct RunInput {
  const Timeline& t;
  const RuleItem& item;
  const RulePack& pack;
  const Listing& listing;
  const policy::Policy* policy = nullptr;  // the app's; null: none was given, or it could not be read as one
};

using Evaluator = RunResult (*)(const RunInput&);
// Null for a name that nothing implements.
Evaluator evaluator_named(std::string_view name);

RunResult consent_choice(const RunInput&);         // R1.7
RunResult consent_preticked(const RunInput&);      // R1.8
RunResult consent_collection(const RunInput&);     // R1.3
RunResult background_collection(const RunInput&);  // R2.7
RunResult exit_after_refusal(const RunInput&);     // R5.3
RunResult refusal_loop(const RunInput&);           // R5.4
RunResult push_switch(const RunInput&);            // R4.4
RunResult early_request(const RunInput&);          // R5.6
RunResult asks_again(const RunInput&);             // R5.7
RunResult refusals_kept(const RunInput&);          // R5.2
RunResult self_start(const RunInput&);             // R6.1, R6.3
RunResult rules_shown(const RunInput&);            // R1.1
RunResult third_party_untold(const RunInput&);     // R3.1
RunResult third_party_early(const RunInput&);      // R3.2
RunResult refusal_blocks(const RunInput&);         // R1.9
RunResult purpose_told(const RunInput&);           // R5.1
RunResult needless_permission(const RunInput&);    // R5.5
RunResult launcher_entry(const RunInput&);         // R7.10
RunResult associated_start(const RunInput&);       // R6.5
RunResult reward_for_data(const RunInput&);        // R8.1
RunResult push_told(const RunInput&);              // R4.1
RunResult push_marked(const RunInput&);            // R4.3
RunResult told_start(const RunInput&);             // R6.2
RunResult page_operator(const RunInput&);          // R9.4
RunResult page_name(const RunInput&);              // R9.2
RunResult page_developer(const RunInput&);         // R9.3
RunResult page_version(const RunInput&);           // R9.5
RunResult page_permissions(const RunInput&);       // R9.6
RunResult page_policy(const RunInput&);            // R9.7
RunResult page_identity(const RunInput&);          // R10.2

// Judged from the documents of P0 alone: no run of the app changes it, and no second one confirms it.
bool is_static(const RuleItem& item);

// ---- what evaluators share

// Why the item cannot be `not found`: phases left out (PROFILE), cut short or with an
// action whose answer was lost (TIMEOUT), channels with gaps or
// absent.
std::set<Reason> gaps(const RunInput& in);
// P6 counts as exercise when the app's own pages could be read there for a while: what an app behind a wall,
// or one that left at once, lacks.
std::set<Reason> exercised(const RunInput& in);
// The gaps of one channel; an absent one is HOOK_DEAD.
std::set<Reason> channel_gaps(const Timeline& t, std::string_view channel);

Finding finding(const RunInput& in, const Moment& at, Level level, std::string_view what,
                std::vector<std::pair<std::string, std::string>> values, std::vector<Missing> missing);
// The first of these words that a text has, case, width and white space left out; null if it has none.
const std::string* word_in(const std::vector<std::string>& words, std::string_view text);
// Before this nobody can have agreed to anything.
std::int64_t consent_ms(const Timeline& t);
// A dialog that asks for consent was on the screen.
bool dialog_seen(const Timeline& t);
// The app's category needs this permission group for its basic function.
bool category_needs(const RunInput& in, std::string_view group);

}  // namespace storesweep
