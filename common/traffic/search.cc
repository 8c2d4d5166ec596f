#include "common/traffic/search.h"

#include <map>
#include <set>
#include <utility>

namespace storesweep::traffic {
namespace {
using FormId = std::pair<std::size_t, std::size_t>;  // canary, form

class Search {
 public:
  explicit Search(const CanaryMatcher& matcher) : matcher_(matcher) {}

  void look(const Piece& piece) {
    const Hits hits = matcher_.find(piece.bytes, piece.field);
    all.cut = all.cut || hits.cut;
    std::set<FormId> here;
    for (const Hit& hit : hits.hits) {
      const FormId id{hit.canary, hit.form};
      if (told_around(piece.layers, id)) continue;
      here.insert(id);
      all.cut = all.cut || all.seen.size() >= kMaxHits;
      if (!all.cut) all.seen.push_back({hit, piece.layers});
    }
    if (!here.empty()) told_[piece.layers] = std::move(here);
  }
  Sightings all;

 private:
  bool told_around(Layers layers, const FormId& id) const {
    while (!layers.empty()) {
      layers.pop_back();
      const auto found = told_.find(layers);
      if (found != told_.end() && found->second.count(id) > 0) return true;
    }
    return false;
  }

  const CanaryMatcher& matcher_;
  std::map<Layers, std::set<FormId>> told_;
};
}  // namespace

Sightings find_canaries(const CanaryMatcher& matcher, ByteView body, const UnwrapLimits& limits) {
  Search search(matcher);
  auto unread = unwrap_untrusted(body, limits, [&](const Piece& piece) { search.look(piece); });
  search.all.unread = std::move(unread);
  return std::move(search.all);
}

}  // namespace storesweep::traffic
