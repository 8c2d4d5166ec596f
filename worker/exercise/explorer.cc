#include "worker/exercise/explorer.h"

#include <algorithm>
#include <utility>

#include "common/evidence/names.h"

namespace storesweep::exercise {
namespace {
constexpr std::size_t kMaxPlaces = 2'000;
// So many steps without anything tried for the first time: what is left cannot be reached any more.
constexpr int kMaxIdleSteps = 60;
// In steps: so far one goes for something never tried rather than try what brought nothing elsewhere, once
// for each time that it did.
constexpr double kBarrenSteps = 6;
constexpr double kScrollSteps = 8;
constexpr double kAnewSteps = 3;  // out of the app, and launched anew
constexpr int kMaxBacksInVain = 2;
constexpr int kMaxRestless = 30;  // of the idle steps
}  // namespace

// ---- what came of the last action

void Explorer::left() {
  if (!last_) return;
  Place& place = places_[last_->place];
  if (last_->choice) {
    place.ways[last_->choice->key].outside = true;
  } else {
    ++place.backs_out;
    // From where the app begins Back always leads out.
    if (trail_.size() > 1) ended_at_ = last_->place;
    trail_.clear();
  }
  last_.reset();
}

void Explorer::arrive(ScreenId id, const std::vector<Choice>& here) {
  if (last_) learn(id);
  if (ended_at_) places_[*ended_at_].back_leads_out_to = id;
  follow(id, here);
  last_.reset();
  ended_at_.reset();
}

void Explorer::learn(ScreenId id) {
  Place& from = places_[last_->place];
  if (!last_->choice) {
    from.backs_in_vain = id == last_->place ? from.backs_in_vain + 1 : 0;
    return;
  }
  const Choice& c = *last_->choice;
  Way& way = from.ways[c.key];
  way.leads = id;
  way.undoes = false;
  if (places_.contains(id) || way.tried > 1) return;
  ++(c.shape.empty() ? known_[c.key] : from.rows[c.shape]).news;
}

// A tap that leads to the screen before: it has undone what led from there, unless we know better. A row of a
// list opens things.
bool Explorer::undid(ScreenId id) {
  if (!last_->choice || !last_->choice->shape.empty() || trail_.size() < 2 || trail_[trail_.size() - 2] != id)
    return false;
  Way& way = places_[last_->place].ways[last_->choice->key];
  way.undoes = !way.onwards;
  if (way.undoes) undone_ = Undone{last_->place, last_->choice->key, trail_.size() - 1};
  return way.undoes;
}

// Back came to the screen from which we thought to have come back already.
bool Explorer::not_undone_after_all(ScreenId id) {
  if (!undone_ || undone_->trail != trail_.size()) return false;
  const Undone thought = *std::exchange(undone_, std::nullopt);
  if (id != thought.place) return false;
  Way& way = places_[thought.place].ways[thought.key];
  way.undoes = false;
  way.onwards = true;
  return true;
}

// What stands on both screens is a bar of tabs: Back does not undo it.
bool Explorer::was_tab(ScreenId id, const std::vector<Choice>& here) const {
  return last_->choice && id != last_->place &&
         std::any_of(here.begin(), here.end(), [&](const Choice& c) { return c.key == last_->choice->key; });
}

// Where we are on the trail: back along it, or one further.
void Explorer::follow(ScreenId id, const std::vector<Choice>& here) {
  const bool back = last_ && !last_->choice;
  if (!trail_.empty() && trail_.back() == id) return;
  if (last_ && undid(id)) return trail_.pop_back();
  if (last_ && was_tab(id, here)) trail_.clear();
  if (back && !not_undone_after_all(id)) {
    const auto known = std::find(trail_.rbegin(), trail_.rend(), id);
    if (known != trail_.rend()) return void(trail_.erase(known.base(), trail_.end()));
    if (!trail_.empty()) trail_.pop_back();
  }
  trail_.push_back(id);
}

// ---- what is to be seen here

// Rows of a list that look alike are tried up to a number, and on where they bring something new.
bool Explorer::worth_a_try(const Place& place, const Choice& c) const {
  const auto way = place.ways.find(c.key);
  if (way != place.ways.end() && way->second.tried > 0) return false;
  const auto row = place.rows.find(c.shape);
  return c.shape.empty() || row == place.rows.end() || row->second.news > 0 || row->second.tries < alike_;
}

void Explorer::see(Place& place, const std::vector<Choice>& here) const {
  place.open.clear();
  for (auto& [key, way] : place.ways) way.shown = false;
  for (const Choice& c : here) {
    if (worth_a_try(place, c)) place.open.emplace(c.key, c);
    place.ways[c.key].shown = true;
  }
}

// ---- where to go

// In steps, what a first try of this is behind one of something wholly unknown.
double Explorer::cost(const Place& place, const Choice& c) const {
  if (c.kind == Choice::Kind::kScroll) return kScrollSteps;
  if (c.shape.empty()) {
    const auto known = known_.find(c.key);
    return known == known_.end() ? 0 : kBarrenSteps * known->second.barren();
  }
  const auto row = place.rows.find(c.shape);
  if (row == place.rows.end()) return 0;
  return kBarrenSteps * row->second.barren() + std::max(0, row->second.tries - alike_);
}

// Of several that cost the same the first as it stands on the screen.
std::optional<Explorer::Plan> Explorer::cheapest(const Place& place, const std::vector<Choice>& here) const {
  std::optional<Plan> best;
  for (const Choice& c : here) {
    if (!place.open.contains(c.key)) continue;
    const double steps = cost(place, c);
    if (!best || steps < best->cost) best = Plan{c.key, steps};
  }
  return best;
}

std::vector<Explorer::Step> Explorer::steps_from(const Place& place, std::size_t on_trail) const {
  std::vector<Step> out;
  for (const auto& [key, way] : place.ways) {
    if (!way.leads || way.outside || !way.shown) continue;
    if (!way.undoes) out.push_back({key, *way.leads, 1, 0});
    if (way.undoes && on_trail >= 2) out.push_back({key, trail_[on_trail - 2], 1, on_trail - 1});
  }
  if (place.back_leads_out_to) {
    out.push_back({std::nullopt, *place.back_leads_out_to, kAnewSteps, 0});
  } else if (on_trail >= 2 && place.backs_in_vain < kMaxBacksInVain) {
    out.push_back({std::nullopt, trail_[on_trail - 2], 1, on_trail - 1});
  }
  return out;
}

// The shortest paths over the ways whose ends are known, and back along the trail: what is cheapest with the
// way to it.
std::optional<Explorer::Plan> Explorer::cheapest_way(const std::vector<Choice>& here) const {
  std::optional<Plan> best = cheapest(places_.at(trail_.back()), here);
  std::set<std::pair<ScreenId, std::size_t>> seen;
  std::multimap<double, Stop> queue = {{0, {trail_.back(), trail_.size(), true, {}}}};
  while (!queue.empty() && (!best || queue.begin()->first < best->cost)) {
    const double steps = queue.begin()->first;
    const Stop stop = queue.extract(queue.begin()).mapped();
    // A screen that looks like another may have been met: the trail is followed all the same.
    if (!seen.emplace(stop.id, stop.on_trail).second) continue;
    const auto place = places_.find(stop.id);
    if (place == places_.end()) continue;
    for (const auto& [key, c] : place->second.open) {
      const double all = steps + cost(place->second, c);
      if (!stop.start && (!best || all < best->cost)) best = Plan{stop.first, all};
    }
    for (const Step& s : steps_from(place->second, stop.on_trail))
      queue.emplace(steps + s.steps, Stop{s.to, s.on_trail, false, stop.start ? s.way : stop.first});
  }
  return best;
}

// Where no way is known to what is left: back, for there is more under this screen than we know of, and where
// that does not help what leads anywhere and was gone least often.
std::optional<Action> Explorer::restless(ScreenId id, const std::vector<Choice>& here) {
  if (idle_steps_ >= kMaxRestless) return std::nullopt;
  Place& place = places_[id];
  if (place.backs_in_vain < kMaxBacksInVain && place.backs_out < kMaxBacksInVain) return back(id);
  const Choice* best = nullptr;
  for (const Choice& c : here) {
    const Way& way = place.ways[c.key];
    if (!way.leads || *way.leads == id || way.outside || c.kind == Choice::Kind::kScroll) continue;
    if (!best || way.tried < place.ways[best->key].tried) best = &c;
  }
  return best ? std::optional<Action>(go(id, *best)) : std::nullopt;
}

bool Explorer::anything_open() const {
  return std::any_of(places_.begin(), places_.end(), [](const auto& p) { return !p.second.open.empty(); });
}

// ---- going there

Action Explorer::back(ScreenId id) {
  ++idle_steps_;
  last_ = Last{id, {}};
  return GoBack{};
}

Action Explorer::go(ScreenId id, const Choice& c) {
  Place& place = places_[id];
  Way& way = place.ways[c.key];
  idle_steps_ = way.tried == 0 ? 0 : idle_steps_ + 1;
  if (way.tried++ == 0) ++(c.shape.empty() ? known_[c.key] : place.rows[c.shape]).tries;
  place.open.erase(c.key);
  last_ = Last{id, c};
  if (c.kind == Choice::Kind::kScroll) return ScrollIn{c.bounds};
  return TapOn{record_name::kTap, c.label, c.bounds};
}

std::optional<Action> Explorer::next(const observe::ScreenLook& look) {
  const ScreenId id = screen_id(look);
  const std::vector<Choice> here = choices(look, never_tap_);
  arrive(id, here);
  if (places_.size() >= kMaxPlaces && !places_.contains(id)) return GoBack{};
  Place& place = places_[id];
  see(place, here);
  const auto plan = idle_steps_ < kMaxIdleSteps ? cheapest_way(here) : cheapest(place, here);
  if (idle_steps_ >= kMaxIdleSteps && !plan) return std::nullopt;
  if (plan) {
    const auto c =
        std::find_if(here.begin(), here.end(), [&](const Choice& x) { return x.key == plan->way; });
    return c == here.end() ? back(id) : go(id, *c);
  }
  return anything_open() ? restless(id, here) : std::nullopt;
}

}  // namespace storesweep::exercise
