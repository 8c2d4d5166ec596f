#include "worker/exercise/explorer.h"

#include <algorithm>
#include <deque>

#include "common/evidence/names.h"

namespace storesweep::exercise {
namespace {
constexpr std::size_t kMaxPlaces = 2'000;
// So many steps without anything tried for the first time: what is left cannot be reached any more.
constexpr int kMaxIdleSteps = 40;
const std::string kBackWay = "back";
}  // namespace

void Explorer::left() {
  if (last_) places_[last_->place].ways[last_->way].outside = true;
  forget_where();
}

// The first choice of this screen that was not tried; rows that look alike only up to a number.
std::optional<std::string> Explorer::untried(Place& place, const std::vector<Choice>& here) {
  place.open.clear();
  for (const Choice& c : here) {
    if (place.ways[c.key].tried > 0) continue;
    if (!c.shape.empty() && place.tried_of_shape[c.shape] >= alike_) continue;
    place.open.insert(c.key);
  }
  for (const Choice& c : here) {
    if (place.open.contains(c.key)) return c.key;
  }
  return std::nullopt;
}

// Breadth first over the ways whose ends are known, and back along the trail: the first step of the shortest
// path to a screen with something open.
std::optional<std::string> Explorer::towards_open(const std::vector<Choice>& here) {
  struct Stop {
    ScreenId id;
    std::string first;     // way out of where we stand
    std::size_t on_trail;  // how many places of the trail lie at or before it; 0: it is not on the trail
  };
  std::set<ScreenId> seen = {trail_.back()};
  std::deque<Stop> queue = {{trail_.back(), "", trail_.size()}};
  auto can_be_gone = [&](const std::string& way) {
    return std::any_of(here.begin(), here.end(), [&](const Choice& c) { return c.key == way; });
  };
  while (!queue.empty()) {
    const Stop stop = queue.front();
    queue.pop_front();
    const Place& place = places_[stop.id];
    const bool start = stop.first.empty();
    if (!start && !place.open.empty()) return stop.first;
    for (const auto& [key, way] : place.ways) {
      if (!way.leads || way.outside || (start && !can_be_gone(key)) || !seen.insert(*way.leads).second)
        continue;
      queue.push_back({*way.leads, start ? key : stop.first, 0});
    }
    if (stop.on_trail < 2) continue;
    // A screen that looks like another may have been met: the trail is followed all the same.
    seen.insert(trail_[stop.on_trail - 2]);
    queue.push_back({trail_[stop.on_trail - 2], start ? kBackWay : stop.first, stop.on_trail - 1});
  }
  return std::nullopt;
}

Action Explorer::go(ScreenId id, Place& place, const std::string& way, const std::vector<Choice>& here) {
  idle_steps_ = place.ways[way].tried == 0 && way != kBackWay ? 0 : idle_steps_ + 1;
  ++place.ways[way].tried;
  place.open.erase(way);
  if (way != kBackWay) last_ = Last{id, way};
  went_back_ = way == kBackWay;
  if (way == kBackWay) return GoBack{};
  const auto c = std::find_if(here.begin(), here.end(), [&](const Choice& x) { return x.key == way; });
  if (!c->shape.empty() && place.ways[way].tried == 1) ++place.tried_of_shape[c->shape];
  if (c->kind == Choice::Kind::kScroll) return ScrollIn{c->bounds};
  return TapOn{record_name::kTap, c->label, c->bounds};
}

// Where we came to: a step back along the trail, or one further on it.
void Explorer::arrive(ScreenId id) {
  if (last_) places_[last_->place].ways[last_->way].leads = id;
  if (went_back_ && !trail_.empty()) trail_.pop_back();
  const auto known = std::find(trail_.rbegin(), trail_.rend(), id);
  const bool back_there = went_back_ && known != trail_.rend();
  if (back_there) {
    trail_.erase(known.base(), trail_.end());
  } else if (trail_.empty() || trail_.back() != id) {
    trail_.push_back(id);
  }
  last_.reset();
  went_back_ = false;
}

std::optional<Action> Explorer::next(const observe::ScreenLook& look) {
  const ScreenId id = screen_id(look);
  arrive(id);
  if (places_.size() >= kMaxPlaces && !places_.contains(id)) return GoBack{};
  Place& place = places_[id];
  const std::vector<Choice> here = choices(look, never_tap_);
  if (auto way = untried(place, here)) return go(id, place, *way, here);
  if (idle_steps_ >= kMaxIdleSteps) return std::nullopt;
  if (auto way = towards_open(here)) return go(id, place, *way, here);
  // From where the app begins, back leads out.
  const bool more =
      std::any_of(places_.begin(), places_.end(), [](const auto& p) { return !p.second.open.empty(); });
  if (trail_.size() > 1 && (more || place.ways[kBackWay].tried < 2)) return go(id, place, kBackWay, here);
  return std::nullopt;
}

}  // namespace storesweep::exercise
