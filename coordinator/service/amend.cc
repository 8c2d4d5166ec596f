#include "coordinator/service/amend.h"

#include <algorithm>

#include "common/evidence/verdict_codec.h"
#include "coordinator/service/aggregates.h"

namespace storesweep {

std::vector<RunOrder> orders_of(const StoredResult& r) {
  const auto order_of = [](const RunRecord& run) { return RunOrder{run.id, run.base_run, run.rules}; };
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
  return out;
}

std::optional<Amended> amended_for_want_of_a_device(const StoredResult& standing, const ExtraJob& order) {
  const std::vector<std::string> rules = still_open(standing, order);
  auto stands = decode_verdict_untrusted(standing.verdict);
  if (rules.empty() || !stands.ok()) return std::nullopt;
  return Amended{single_device(std::move(*stands), rules), runs_of(standing)};
}

}  // namespace storesweep
