#include "common/judge/items.h"

#include <algorithm>
#include <array>

#include "common/base/clock.h"

namespace storesweep {

Evaluator evaluator_named(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Evaluator>, 30> kTable = {{
      {"consent_choice", consent_choice},
      {"consent_preticked", consent_preticked},
      {"consent_collection", consent_collection},
      {"background_collection", background_collection},
      {"exit_after_refusal", exit_after_refusal},
      {"refusal_loop", refusal_loop},
      {"early_request", early_request},
      {"push_switch", push_switch},
      {"asks_again", asks_again},
      {"refusals_kept", refusals_kept},
      {"self_start", self_start},
      {"rules_shown", rules_shown},
      {"third_party_untold", third_party_untold},
      {"third_party_early", third_party_early},
      {"refusal_blocks", refusal_blocks},
      {"purpose_told", purpose_told},
      {"needless_permission", needless_permission},
      {"launcher_entry", launcher_entry},
      {"associated_start", associated_start},
      {"reward_for_data", reward_for_data},
      {"push_told", push_told},
      {"push_marked", push_marked},
      {"told_start", told_start},
      {"page_operator", page_operator},
      {"page_name", page_name},
      {"page_developer", page_developer},
      {"page_version", page_version},
      {"page_permissions", page_permissions},
      {"page_policy", page_policy},
      {"page_identity", page_identity},
  }};
  for (const auto& [known, evaluator] : kTable) {
    if (known == name) return evaluator;
  }
  return nullptr;
}

bool is_static(const RuleItem& item) { return item.phases == std::vector{Phase::kP0}; }

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

namespace {
// The edition in force on the app's release date, where the listing gives one, else on the day of the run.
std::string edition_date(const RunInput& in) {
  if (!in.listing.release_date.empty()) return in.listing.release_date;
  return format_time(in.t.journal->header.started_wall_ms).substr(0, 10);
}
}  // namespace

std::set<Reason> exercised(const RunInput& in) {
  bool own = false, readable = false, inside = false;
  for (const ScreenSeen& s : in.t.screens) {
    if (!in.t.within(Phase::kP6, s.device_ms) || s.screen.package != in.t.package) continue;
    own = true;
    if (s.screen.kind == android::ScreenKind::kBlind) continue;
    readable = true;
    inside = inside ||
             (s.screen.kind != android::ScreenKind::kConsent &&
              s.screen.kind != android::ScreenKind::kConsentAgain &&
              s.screen.kind != android::ScreenKind::kLogin && s.screen.kind != android::ScreenKind::kAdvert);
  }
  std::set<Reason> out;
  if (in.t.span(Phase::kP6).length_ms() < in.pack.threshold("least_explore_ms")) out.insert(Reason::kTimeout);
  if (!own) out.insert(Reason::kNotIdle);
  if (own && !readable) out.insert(Reason::kNotCalibrated);
  if (readable && !inside) out.insert(Reason::kLoginWall);
  return out;
}

Finding finding(const RunInput& in, const Moment& at, Level level, std::string_view what,
                std::vector<std::pair<std::string, std::string>> values, std::vector<Missing> missing) {
  Finding f;
  f.rule = in.item.id;
  f.clause = in.item.clause;
  f.edition = in.pack.edition(in.item.task, edition_date(in)).name;
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

const std::string* word_in(const std::vector<std::string>& words, std::string_view text) {
  const std::string normal = android::normalise(text);
  const auto at = std::find_if(words.begin(), words.end(), [&](const std::string& w) {
    return normal.find(android::normalise(w)) != std::string::npos;
  });
  return at == words.end() ? nullptr : &*at;
}

}  // namespace storesweep
