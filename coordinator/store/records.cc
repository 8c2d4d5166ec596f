#include "coordinator/store/records.h"

#include <array>

namespace storesweep {

std::string_view name(SweepState state) {
  static constexpr std::array<std::string_view, 5> kNames = {"preparing", "running", "paused", "cancelled",
                                                             "done"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::string_view name(ChangeKind kind) {
  static constexpr std::array<std::string_view, 4> kNames = {"", "added", "changed", "gone"};
  return kNames.at(static_cast<std::size_t>(kind));
}

FindingAct answer_to(const ExtraJob& retest, RetestOutcome outcome, std::int64_t at_ms) {
  FindingAct act;
  act.job = retest.parent;
  act.sweep = retest.sweep;
  act.finding = retest.finding;
  act.kind = ActKind::kRetested;
  act.retest = retest.job;
  act.outcome = outcome;
  act.at_ms = at_ms;
  return act;
}

// FNV-1a, 64 bits.
std::uint32_t shard_of(std::string_view package, std::uint32_t shards) {
  std::uint64_t h = 14695981039346656037ULL;
  for (char c : package) h = (h ^ static_cast<std::uint8_t>(c)) * 1099511628211ULL;
  return static_cast<std::uint32_t>((h ^ h >> 32) % shards);
}

std::int64_t expected_ms(std::int64_t known_ms, std::int64_t apk_bytes) {
  constexpr std::int64_t kUnknownMs = 60'000;
  return known_ms > 0 ? known_ms : kUnknownMs + apk_bytes / 1000;
}

std::string nothing_selected(const Selection& s) {
  const std::string of_store = s.store.empty() ? "" : " of the store `" + s.store + "`";
  switch (s.kind) {
    case Selection::Kind::kChanged:
      return "nothing" + of_store +
             " is new or changed since the last whole sweep: import a newer catalogue, or sweep without "
             "--changed";
    case Selection::Kind::kList:
      return "none of the " + std::to_string(s.packages.size()) +
             " packages of the list stands in a catalogue" + of_store +
             ": they must be as the catalogue writes them, and its import must have come first";
    default:
      break;
  }
  if (s.store.empty()) return "there is no listing yet: import a catalogue first (`storesweep import`)";
  return "there is no listing" + of_store +
         ": its name must be as the catalogue writes it (`storesweep changes` shows it), and its import must "
         "have "
         "come first";
}

}  // namespace storesweep
