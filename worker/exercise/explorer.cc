#include "worker/exercise/explorer.h"

#include <algorithm>
#include <deque>

#include "common/evidence/names.h"

namespace storesweep::exercise {
namespace {
constexpr std::size_t kMaxPlaces = 2'000;
// A way that was gone so often without anything new behind it is not gone again.
constexpr int kMaxUses = 12;
const std::string kBackWay = "back";
}  // namespace

void Explorer::left() {
  if (last_) places_[last_->place].ways[last_->way].outside = true;
  last_.reset();
  begins_ = true;
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

// Breadth first over the ways whose ends are known: the first step of the shortest path to a screen with
// something open.
std::optional<std::string> Explorer::towards_open(ScreenId from, const std::vector<Choice>& here) {
  std::set<ScreenId> seen = {from};
  std::deque<std::pair<ScreenId, std::string>> queue;
  auto usable = [&](const std::string& way) {
    return way == kBackWay ||
           std::any_of(here.begin(), here.end(), [&](const Choice& c) { return c.key == way; });
  };
  for (const auto& [key, way] : places_[from].ways) {
    const bool known = way.leads && !way.outside && way.tried < kMaxUses && usable(key);
    if (known && seen.insert(*way.leads).second) queue.emplace_back(*way.leads, key);
  }
  while (!queue.empty()) {
    const auto [id, first] = queue.front();
    queue.pop_front();
    const Place& place = places_[id];
    if (!place.open.empty()) return first;
    for (const auto& [key, way] : place.ways) {
      if (way.leads && !way.outside && way.tried < kMaxUses && seen.insert(*way.leads).second)
        queue.emplace_back(*way.leads, first);
    }
  }
  return std::nullopt;
}

Action Explorer::go(ScreenId id, Place& place, const std::string& way, const std::vector<Choice>& here) {
  ++place.ways[way].tried;
  place.open.erase(way);
  last_ = Last{id, way};
  if (way == kBackWay) return GoBack{};
  const auto c = std::find_if(here.begin(), here.end(), [&](const Choice& x) { return x.key == way; });
  if (!c->shape.empty() && place.ways[way].tried == 1) ++place.tried_of_shape[c->shape];
  if (c->kind == Choice::Kind::kScroll) return ScrollIn{c->bounds};
  return TapOn{record_name::kTap, c->label, c->bounds};
}

std::optional<Action> Explorer::next(const observe::ScreenLook& look) {
  const ScreenId id = screen_id(look);
  if (last_) places_[last_->place].ways[last_->way].leads = id;
  last_.reset();
  if (places_.size() >= kMaxPlaces && !places_.contains(id)) return GoBack{};
  Place& place = places_[id];
  if (begins_) place.beginning = true;
  begins_ = false;
  const std::vector<Choice> here = choices(look, never_tap_);
  if (auto way = untried(place, here)) return go(id, place, *way, here);
  if (auto way = towards_open(id, here)) return go(id, place, *way, here);
  const Way& back = place.ways[kBackWay];
  const bool back_helps = !place.beginning && back.tried < 2 && !back.outside;
  if (back_helps) return go(id, place, kBackWay, here);
  return std::nullopt;
}

}  // namespace storesweep::exercise
