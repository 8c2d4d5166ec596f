#include "worker/apk/raw_hits.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <unordered_map>

namespace storesweep::apk {
namespace {
CallTarget target_of(const ScannerTables& tables, const RawHit& hit, const HitNamer& namer) {
  CallTarget out{hit.source, hit.how, hit.weak, ""};
  if (hit.member == kNoIndex) {
    out.target = cut_text(namer.text(hit.detail));
    return out;
  }
  const TargetMember& m = tables.members[hit.member];
  out.target = tables.classes[m.owner].name + "." + m.name;
  if (hit.detail != kNoIndex) out.target += cut_text(namer.descriptor(hit.detail));
  return out;
}

// Names of callers by the file's own indices: each is made once.
class CallerNames {
 public:
  explicit CallerNames(const HitNamer& namer) : namer_(namer) {}

  void name(std::uint32_t caller, CallSites::Row& row) {
    if (caller != last_caller_ || names_.empty()) {
      const CallerIndices at = namer_.caller(caller);
      last_.caller_class = number(0, at.owner, [&] { return namer_.class_name(at.owner); });
      last_.method = number(1, at.method, [&] { return namer_.method_name(at.method); });
      last_.descriptor = number(2, at.descriptor, [&] { return namer_.caller_descriptor(at.descriptor); });
      last_caller_ = caller;
    }
    std::tie(row.caller_class, row.method, row.descriptor) =
        std::tie(last_.caller_class, last_.method, last_.descriptor);
  }
  std::size_t bytes(const CallSites::Row& row) const {
    return names_[row.caller_class].size() + names_[row.method].size() + names_[row.descriptor].size();
  }
  std::vector<std::string> take() { return std::move(names_); }

 private:
  template <class Make>
  std::uint32_t number(int column, std::uint32_t index, Make&& make) {
    const auto [at, is_new] = numbers_[column].try_emplace(index, static_cast<std::uint32_t>(names_.size()));
    if (is_new) names_.push_back(make());
    return at->second;
  }

  const HitNamer& namer_;
  std::unordered_map<std::uint32_t, std::uint32_t> numbers_[3];
  std::vector<std::string> names_;
  std::uint32_t last_caller_ = 0;
  CallSites::Row last_;
};
}  // namespace

std::uint32_t RawHits::number_of(const RawHit& hit) {
  if (const auto known = numbers_.find(hit); known != numbers_.end()) return known->second;
  full_ = full_ || hits_.size() == kMaxHitKinds;
  if (hits_.size() == kMaxHitKinds) return kNoIndex;
  const auto number = static_cast<std::uint32_t>(hits_.size());
  numbers_.emplace(hit, number);
  hits_.push_back(hit);
  here_.push_back(0);
  hit_here_.resize(hits_.size() + 1);
  return number;
}

bool RawHits::end_caller(std::uint32_t caller) {
  const std::span<const std::uint32_t> numbers = std::span(hit_here_).first(hits_here_);
  const bool behind = counts_.empty() || caller > counts_.back().caller;
  const bool wanted = !(drops_nothing_ && ordered_ && behind && counts_.size() > kMaxCallSites);
  const bool room = counts_.size() + numbers.size() <= kMaxRawHits;
  full_ = full_ || !room;
  if (!numbers.empty()) ordered_ = ordered_ && behind;
  for (const std::uint32_t number : numbers) {
    if (room && wanted) counts_.push_back({caller, number, here_[number]});
    here_[number] = 0;
  }
  hits_here_ = 0;
  return !full_;
}

std::vector<RawHits::Count> RawHits::first(std::size_t most) && {
  std::vector<std::uint32_t> rank(hits_.size());
  for (std::uint32_t next = 0; const auto& [hit, number] : numbers_) rank[number] = next++;
  // Most files define their methods in their order.
  if (!std::ranges::is_sorted(counts_, {}, &Count::caller)) std::ranges::sort(counts_, {}, &Count::caller);
  std::vector<Count> out;
  out.reserve(std::min(counts_.size(), most));
  for (auto begin = counts_.begin(), end = begin; begin != counts_.end() && out.size() < most; begin = end) {
    end = std::find_if(begin, counts_.end(), [&](const Count& c) { return c.caller != begin->caller; });
    std::sort(begin, end, [&](const Count& a, const Count& b) { return rank[a.hit] < rank[b.hit]; });
    for (auto c = begin; c != end; ++c) {
      const bool same = c != begin && out.back().hit == c->hit;
      if (same) out.back().count += c->count;
      if (!same && out.size() < most) out.push_back(*c);
    }
  }
  return out;
}

void name_hits(const ScannerTables& tables, RawHits hits, const HitNamer& namer, CodeFacts& out) {
  std::vector<CallTarget> targets;
  std::vector<std::uint32_t> numbers(hits.hits().size(), kNoIndex);  // of targets, by number of the hit
  CallerNames names(namer);
  std::vector<CallSites::Row> rows;
  std::size_t bytes = 0;
  const std::vector<RawHits::Count> counts = std::move(hits).first(kMaxCallSites + 1);
  rows.reserve(std::min(counts.size(), kMaxCallSites));
  for (const RawHits::Count& c : counts) {
    if (numbers[c.hit] == kNoIndex) {
      numbers[c.hit] = static_cast<std::uint32_t>(targets.size());
      targets.push_back(target_of(tables, hits.hits()[c.hit], namer));
    }
    CallSites::Row row{.target = numbers[c.hit], .count = c.count};
    names.name(c.caller, row);
    bytes += targets[row.target].target.size() + names.bytes(row);
    if (rows.size() == kMaxCallSites || bytes > kMaxCallSitesBytes) {
      note_gap(out, "more call sites than are kept");
      break;
    }
    rows.push_back(row);
  }
  out.call_sites = CallSites(std::move(targets), names.take(), std::move(rows));
}

}  // namespace storesweep::apk
