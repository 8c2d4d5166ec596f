#include "worker/exercise/settings_map.h"

#include <algorithm>
#include <utility>

#include "worker/exercise/screen_id.h"

namespace storesweep::exercise {
namespace {

using android::SettingsEntry;
using Kind = SettingsEntry::Kind;
using Move = SettingsMove;

constexpr std::size_t kMaxTaps = 8;  // beyond the threshold by far: there the switch is buried anyway
constexpr int kMaxScrolls = 2;       // of one page
constexpr std::size_t kMaxPlaces = 100;
constexpr int kMaxWaits = 4;
constexpr int kMaxLaunches = 6;

bool opens(const SettingsEntry& e) {
  const bool only_noted =
      e.kind == Kind::kAccountEnd || e.kind == Kind::kComplaint || e.kind == Kind::kConfirm;
  return e.clickable && e.enabled && !e.is_switch && !only_noted;
}

std::string name_of(const SettingsPage& page) {
  std::string out;
  for (const SettingsEntry& e : page.entries) {
    if (e.kind != Kind::kConfirm)
      out += std::to_string(static_cast<int>(e.kind)) + (e.is_switch ? "!" : ":") + e.label + "\n";
  }
  return out;
}

std::size_t taps_of(const SettingsPath& path) {
  return static_cast<std::size_t>(
      std::count_if(path.begin(), path.end(), [](const SettingsStep& s) { return !s.scroll; }));
}
int scrolls_at_end(const SettingsPath& path) {
  int out = 0;
  for (auto s = path.rbegin(); s != path.rend() && s->scroll; ++s) ++out;
  return out;
}
// What lies below the fold comes before account and help, which lead to no such switch.
int rank(const SettingsStep& s) { return s.scroll ? static_cast<int>(Kind::kTab) : static_cast<int>(s.kind); }

}  // namespace

bool SettingsMap::forbidden(const std::string& label) const {
  return std::any_of(never_tap_.begin(), never_tap_.end(),
                     [&](const std::string& word) { return holds_word(label, word); });
}

SettingsMap::Place SettingsMap::made(const SettingsPage& page) const {
  Place place{path(), {}};
  if (taps_of(path()) < kMaxTaps) {
    for (const SettingsEntry& e : page.entries) {
      if (opens(e) && !forbidden(e.label)) place.open.push_back({e.kind, e.label, false});
    }
  }
  // The main screen is a feed without end.
  if (page.list && !at_main() && scrolls_at_end(path()) < kMaxScrolls)
    place.open.push_back({Kind::kTab, "", true});
  std::reverse(place.open.begin(), place.open.end());
  std::stable_sort(place.open.begin(), place.open.end(),
                   [](const SettingsStep& a, const SettingsStep& b) { return rank(a) > rank(b); });
  return place;
}

// A page that came by another way than a step of ours from the one before: it may have stood under that one.
SettingsMap::Stop SettingsMap::found(const std::string& page, const SettingsPath& otherwise) const {
  const auto known = page.empty() ? places_.end() : places_.find(page);  // many have no entries
  return {page, known == places_.end() ? otherwise : known->second.path, known == places_.end()};
}

void SettingsMap::arrive(const SettingsPage& page) {
  const std::string name = name_of(page);
  const bool back = std::exchange(went_back_, false);
  if (back) last_.reset();
  if (trail_.empty()) {
    trail_ = {{name, {}, false}};
  } else if (name == trail_.back().page) {  // slow to come, it may be: until then the tap is what leads on
    backs_in_vain_ += back ? 1 : 0;
  } else if (last_) {
    Stop next{name, path(), false};
    next.path.push_back(*std::exchange(last_, std::nullopt));
    trail_.push_back(std::move(next));
  } else {
    const auto known =
        std::find_if(trail_.rbegin(), trail_.rend(), [&](const Stop& s) { return s.page == name; });
    if (back && known != trail_.rend()) {
      trail_.erase(known.base(), trail_.end());
    } else {
      trail_.back() = found(name, path());
    }
    backs_in_vain_ = 0;
  }
  if (places_.size() < kMaxPlaces || places_.contains(name)) places_.try_emplace(name, made(page));
}

bool SettingsMap::open_behind() const {
  return std::any_of(trail_.begin(), trail_.end() - 1, [&](const Stop& s) {
    const auto place = places_.find(s.page);
    return place != places_.end() && !place->second.open.empty();
  });
}

// On a page that came by itself: Back leads to where one was.
bool SettingsMap::astray() const { return trail_.back().by_itself && !at_main(); }

Move SettingsMap::back() {
  went_back_ = true;
  return {Move::Kind::kBack, "", {}};
}

Move SettingsMap::go(const SettingsPage& page, const SettingsStep& step) {
  if (step.scroll) {
    if (!page.list) return {Move::Kind::kWait, "", {}};
    last_ = step;
    return {Move::Kind::kScroll, "", *page.list};
  }
  for (const SettingsEntry& e : page.entries) {
    if (!opens(e) || e.kind != step.kind || e.label != step.label) continue;
    last_ = step;
    return {Move::Kind::kTap, e.label, e.bounds};
  }
  return {Move::Kind::kWait, "", {}};
}

void SettingsMap::again() {
  trail_.clear();
  last_.reset();
  went_back_ = false;
  backs_in_vain_ = waits_ = 0;
  goal_step_ = 0;
}

void SettingsMap::go_to(SettingsPath path) {
  goal_ = std::move(path);
  goal_step_ = 0;
  goal_place_.clear();
}

// One step of the goal's path, as soon as what it wants stands there.
Move SettingsMap::follow(const SettingsPage& page) {
  if (goal_step_ == goal_->size()) {
    goal_.reset();
    return {Move::Kind::kArrived, "", {}};
  }
  const Move move = go(page, (*goal_)[goal_step_]);
  if (move.kind != Move::Kind::kWait) {
    ++goal_step_;
    waits_ = 0;
    return move;
  }
  ++waits_;
  // Something may stand over the page, and Back takes it away.
  if (waits_ == kMaxWaits && !at_main()) return back();
  if (waits_ <= kMaxWaits) return move;
  waits_ = 0;
  goal_.reset();
  return {Move::Kind::kLost, "", {}};
}

Move SettingsMap::next(const SettingsPage& page) {
  if (goal_) {
    const Move move = follow(page);
    const bool ended = move.kind == Move::Kind::kArrived || move.kind == Move::Kind::kLost;
    if (!ended || goal_place_.empty()) return move;
    if (move.kind == Move::Kind::kLost) places_[goal_place_].open.clear();
  }
  const auto here = places_.find(trail_.back().page);
  while (here != places_.end() && !here->second.open.empty()) {
    const SettingsStep step = here->second.open.back();
    here->second.open.pop_back();
    if (step.kind == Kind::kTab && !step.scroll && !tabs_.insert(step.label).second) continue;
    const Move move = go(page, step);
    if (move.kind != Move::Kind::kWait) return move;
  }
  if ((astray() || open_behind()) && backs_in_vain_ < 2) return back();
  const auto left =
      std::find_if(places_.begin(), places_.end(), [](const auto& p) { return !p.second.open.empty(); });
  if (left == places_.end() || launches_++ >= kMaxLaunches) return {};
  goal_ = left->second.path;
  goal_place_ = left->first;
  return {Move::Kind::kAnew, "", {}};
}

}  // namespace storesweep::exercise
