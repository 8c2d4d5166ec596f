// The screens of a timeline, read by phrases from the trees that its journal holds.
#include <algorithm>
#include <iterator>

#include "common/base/text.h"
#include "common/judge/timeline.h"

namespace storesweep {
namespace {

constexpr std::size_t kMaxExcerpt = 400;

bool encloses(const android::Bounds& outer, const android::Bounds& inner) {
  return outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right &&
         outer.bottom >= inner.bottom;
}
bool is_positive(const android::Element& e) {
  return e.role == android::Role::kAgree || e.role == android::Role::kWeakAgree;
}

// Something takes taps beside what the reader knows: a choice in words that it has not learnt, or a
// picture. What encloses an element that is known is only its frame; a list around one may have more below.
bool other_ways(const android::Hierarchy& tree, const android::Screen& screen) {
  const auto& known = screen.elements;
  return std::any_of(tree.nodes.begin(), tree.nodes.end(), [&](const android::Node& n) {
    if (n.package != screen.package || n.bounds.empty()) return false;
    const bool frames = std::any_of(known.begin(), known.end(), [&](const android::Element& e) {
      return encloses(n.bounds, e.bounds) && (!n.scrollable || is_positive(e));
    });
    if (n.scrollable) return frames;
    return n.clickable && !frames && std::none_of(known.begin(), known.end(), [&](const android::Element& e) {
             return encloses(e.bounds, n.bounds);
           });
  });
}

// What the fields of the screen's own package ask for.
std::vector<std::string> inputs(const android::Hierarchy& tree, const std::string& package) {
  constexpr std::size_t kMaxInputs = 32;
  std::vector<std::string> out;
  for (const android::Node& n : tree.nodes) {
    if (n.package != package || !ends_with(n.class_name, "EditText") || out.size() == kMaxInputs) continue;
    out.push_back((n.text + " " + n.hint + " " + n.description).substr(0, kMaxExcerpt));
  }
  return out;
}

}  // namespace

std::vector<ScreenSeen> read_screens(const Timeline& timeline, const std::vector<TreeSeen>& trees,
                                     const android::PhraseBook& phrases) {
  std::vector<ScreenSeen> screens;
  screens.reserve(trees.size());
  for (const TreeSeen& t : trees) {
    ScreenSeen& seen = screens.emplace_back();
    static_cast<Moment&>(seen) = t;
    seen.from_picture = t.from_picture;
    seen.screen = android::read_screen(t.tree, phrases);
    seen.other_ways = other_ways(t.tree, seen.screen);
    seen.inputs = inputs(t.tree, seen.screen.package);
    if (timeline.within(Phase::kP12, t.device_ms) && seen.screen.package == timeline.package) {
      seen.settings = android::read_settings(t.tree, timeline.package, phrases);
      seen.conditions = android::hard_conditions(seen.screen.text, phrases);
    }
    seen.excerpt = clean_utf8(std::string_view(seen.screen.text).substr(0, kMaxExcerpt));
  }
  return screens;
}

void set_screens(Timeline& t, std::vector<ScreenSeen> seen) {
  const auto apart =
      std::stable_partition(seen.begin(), seen.end(), [](const ScreenSeen& s) { return !s.from_picture; });
  t.pictures.assign(std::make_move_iterator(apart), std::make_move_iterator(seen.end()));
  seen.erase(apart, seen.end());
  t.screens = std::move(seen);
}

}  // namespace storesweep
