#include "common/judge/items.h"

#include <algorithm>
#include <array>

#include "common/base/clock.h"

namespace storesweep {

Evaluator evaluator_named(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Evaluator>, 9> kTable = {{
      {"consent_choice", consent_choice},
      {"consent_preticked", consent_preticked},
      {"consent_collection", consent_collection},
      {"background_collection", background_collection},
      {"exit_after_refusal", exit_after_refusal},
      {"refusal_loop", refusal_loop},
      {"early_request", early_request},
      {"asks_again", asks_again},
      {"self_start", self_start},
  }};
  for (const auto& [known, evaluator] : kTable) {
    if (known == name) return evaluator;
  }
  return nullptr;
}

std::set<Reason> channel_gaps(const Timeline& t, std::string_view channel) {
  auto at = t.channels.find(channel);
  if (at == t.channels.end()) return {Reason::kHookDead};
  std::set<Reason> out = at->second.gaps;
  if (at->second.records == 0 && out.empty()) out.insert(Reason::kHookDead);
  return out;
}

std::set<Reason> gaps(const RunInput& in) {
  std::set<Reason> out;
  for (Phase p : in.item.phases) {
    const PhaseSpan& s = in.t.span(p);
    if (!s.began) {
      out.insert(Reason::kProfile);
    } else if (!s.ended || s.broken) {
      out.insert(Reason::kTimeout);
    }
  }
  for (const std::string& channel : in.item.observers) out.merge(channel_gaps(in.t, channel));
  return out;
}

Finding finding(const RunInput& in, const Moment& at, Level level, std::string_view what,
                std::vector<std::pair<std::string, std::string>> values, std::vector<Missing> missing) {
  Finding f;
  f.rule = in.item.id;
  f.clause = in.item.clause;
  std::string observed_on = format_time(in.t.journal->header.started_wall_ms).substr(0, 10);
  f.edition = in.pack.edition(in.item.task, observed_on).name;
  f.level = std::max(level, in.item.level);  // never worse than the pack allows
  f.phase = in.t.phase_at(at.device_ms).value_or(Phase::kP1);
  f.device_ms = at.device_ms;
  f.what = what;
  f.values = std::move(values);
  f.missing = std::move(missing);
  f.evidence = {{in.t.journal->sha256, at.record, at.excerpt}};
  if (const ActionDone* a = in.t.action_before(at.device_ms)) {
    f.last_action = a->excerpt + ", " + std::to_string(at.device_ms - a->device_ms) + " ms";
  }
  return f;
}

bool category_needs(const RunInput& in, std::string_view group) {
  const RuleCategory* c = in.pack.category(in.listing.category);
  return c && std::find(c->needs.begin(), c->needs.end(), group) != c->needs.end();
}

}  // namespace storesweep
