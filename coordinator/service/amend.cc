#include "coordinator/service/amend.h"

#include <algorithm>

#include "common/evidence/verdict_codec.h"
#include "coordinator/service/aggregates.h"

namespace storesweep {

std::vector<RunOrder> orders_of(const StoredResult& r) {
  const auto order_of = [&r](const RunRecord& run) {
    RunOrder order{run.id, run.base_run, run.rules, {}};
    for (const Voiding& v : r.voidings) {
      if (std::find(v.runs.begin(), v.runs.end(), run.id) == v.runs.end()) continue;
      for (const VoidedRule& rule : v.rules) order.voided.push_back(rule.rule);
    }
    return order;
  };
  std::vector<RunOrder> out;
  if (r.run) out.push_back(order_of(*r.run));
  for (const RunRecord& more : r.more_runs) out.push_back(order_of(more));
  return out;
}

namespace {
std::vector<std::string> still_open(const StoredResult& standing, const ExtraJob& order) {
  const std::vector<RunOrder> runs = orders_of(standing);
  std::vector<std::string> rules = order.rules;
  std::erase_if(rules, [&](const std::string& rule) { return last_word(runs, rule) != order.base_run; });
  return rules;
}
}  // namespace

std::vector<RunId> runs_of(const StoredResult& r) {
  std::vector<RunId> out;
  if (r.run) out.push_back(r.run->id);
  for (const RunRecord& more : r.more_runs) out.push_back(more.id);
  return out;
}

std::optional<Amended> amended(const StoredResult& standing, const ExtraJob& order, RunId run,
                               const Verdict& judged) {
  if (order.kind == JobKind::kRetest && order.rules.empty()) return Amended{judged, {run}};
  Amended out{judged, runs_of(standing)};
  std::vector<std::string> rules = order.rules;
  if (order.kind == JobKind::kConfirmation) {
    rules = still_open(standing, order);
    if (rules.empty()) return std::nullopt;
  }
  // Both runs judged together are the whole verdict where nothing else stands.
  const bool whole = order.kind == JobKind::kConfirmation && out.runs.size() == 1 && !standing.run->partial;
  auto stands = decode_verdict_untrusted(standing.verdict);
  if (!whole && stands.ok()) out.verdict = with_rules_of(std::move(*stands), judged, rules);
  out.runs.push_back(run);
  if (whole) out.verdict = without_rules(std::move(out.verdict), voided_rules(orders_of(standing)));
  return out;
}

std::optional<Amended> amended_for_want_of_a_device(const StoredResult& standing, const ExtraJob& order) {
  const std::vector<std::string> rules = still_open(standing, order);
  auto stands = decode_verdict_untrusted(standing.verdict);
  if (rules.empty() || !stands.ok()) return std::nullopt;
  return Amended{single_device(std::move(*stands), rules), runs_of(standing)};
}

std::vector<SecondRun> second_runs(const StoredResult& standing, const Verdict& now) {
  const std::vector<RunOrder> orders = orders_of(standing);
  std::vector<SecondRun> out;
  const auto add = [&](const RunRecord& run) {
    SecondRun second{{}, run};
    for (const std::string& rule : now.confirm_rules) {
      if (!run.base_run && last_word(orders, rule) == run.id) second.rules.push_back(rule);
    }
    if (!second.rules.empty()) out.push_back(std::move(second));
  };
  if (standing.run) add(*standing.run);
  for (const RunRecord& more : standing.more_runs) add(more);
  return out;
}

namespace {
// Whether what the result says of the rule rests on a run of the device that is to be doubted. A confirmation
// was judged together with the run that it repeats.
bool rests_on_doubted(const StoredResult& standing, const RuleOutcome& rule, const ControlRecord& bad) {
  const std::vector<RunOrder> orders = orders_of(standing);
  const RunId last = last_word(orders, rule.rule);
  RunId base;
  for (const RunOrder& o : orders) {
    if (o.id == last) base = o.base;
  }
  const auto doubted = [&](const RunRecord& run) {
    const bool bears = run.id == last || (base && run.id == base);
    return bears && run.device.identity == bad.device && run.id > rule.since && run.id <= bad.run;
  };
  return (standing.run && doubted(*standing.run)) ||
         std::any_of(standing.more_runs.begin(), standing.more_runs.end(), doubted);
}
}  // namespace

std::optional<Unsaid> unsaid(const StoredResult& standing, const ControlRecord& bad) {
  auto stands = decode_verdict_untrusted(standing.verdict);
  if (!stands.ok()) return std::nullopt;
  Unsaid out;
  std::vector<std::string> rules;
  for (const RuleOutcome& r : bad.rules) {
    if (!r.bad() || !rests_on_doubted(standing, r, bad)) continue;
    const auto item = std::find_if(stands->items.begin(), stands->items.end(),
                                   [&](const ItemVerdict& i) { return i.rule == r.rule; });
    if (item == stands->items.end()) continue;
    if (item->level == Level::kNotTested || item->level == Level::kNotApplicable) continue;
    out.rules.push_back({r.rule, item->level});
    rules.push_back(r.rule);
  }
  if (rules.empty()) return std::nullopt;
  out.verdict = without_rules(std::move(*stands), rules);
  return out;
}

}  // namespace storesweep
