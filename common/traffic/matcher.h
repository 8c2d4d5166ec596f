// Finds the canaries of one run in bytes: every form of every canary in one pass. A weak form counts only
// directly behind its field's name; a place only where both its coordinates stand near each other. Made once
// a run; immutable: safe for concurrent use. A MatchStream belongs to one thread, and its matcher must
// outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/traffic/canary.h"
#include "common/traffic/form.h"
#include "common/traffic/pattern_index.h"

namespace storesweep::traffic {

inline constexpr std::size_t kMaxHits = 10'000;      // of one search; what is more is said to be
inline constexpr std::size_t kFieldDistance = 32;    // separators between a field's name and its value
inline constexpr std::size_t kMaxFieldBytes = 64;    // of a name
inline constexpr std::size_t kMaxPairDistance = 96;  // bytes between the two coordinates of a place

struct Hit {
  std::size_t canary = 0,
              form = 0;  // numbers in canaries() and forms(canary); of a place the lesser of both forms
  std::uint64_t offset = 0, length = 0;
  bool keyed = false;  // its field's name stands before it
  double bits = 0;     // of the form

  friend bool operator==(const Hit&, const Hit&) = default;
};

struct Hits {
  std::vector<Hit> hits;  // by offset; none inside a longer one of the same canary
  bool cut = false;       // there were more than kMaxHits
};

class CanaryMatcher {
 public:
  explicit CanaryMatcher(std::vector<Canary> canaries);

  const std::vector<Canary>& canaries() const { return canaries_; }
  const std::vector<Form>& forms(std::size_t canary) const { return forms_[canary]; }
  std::size_t form_count() const { return index_.patterns().size(); }
  // field: the name of the field that these bytes are the value of ("" if none is known).
  Hits find(ByteView bytes, std::string_view field = "") const;

 private:
  friend class MatchStream;
  struct Use {
    std::uint32_t canary = 0, form = 0;
  };
  struct Window;
  static std::vector<Pattern> patterns_of(const std::vector<std::vector<Form>>& forms);
  void look(const Window& window, Hits& found) const;
  void keep(const Hit& hit, Hits& found) const;
  bool keyed(const Canary& canary, const Window& window, std::size_t at) const;
  bool is_part(const Hit& hit) const { return forms_[hit.canary][hit.form].part != Part::kWhole; }
  void drop_lone_parts(std::uint64_t before, Hits& found) const;
  Hits settled(Hits found) const;
  bool pair_of(const Hit& a, const Hit& b, Hit& pair) const;

  std::vector<Canary> canaries_;
  std::vector<std::vector<Form>> forms_;
  std::vector<Use> uses_;  // of each pattern
  PatternIndex index_;
};

// The same over bytes that come in pieces: gives what find() gives for all of them together.
class MatchStream {
 public:
  // hold_bytes: so many are gathered before they are looked at.
  explicit MatchStream(const CanaryMatcher& matcher, std::string field = "",
                       std::size_t hold_bytes = std::size_t{1} << 20);
  void feed(ByteView bytes);
  Hits finish();

 private:
  void look(bool last);

  const CanaryMatcher& matcher_;
  const std::string field_;
  const std::size_t hold_bytes_;
  std::string held_;          // the end of what came, with enough before it to see names and whole forms
  std::uint64_t before_ = 0;  // bytes that came before held_
  std::uint64_t looked_ = 0;  // bytes that were looked at
  std::uint64_t done_ = 0;    // hits that end up to here were looked at
  Hits found_;
};

}  // namespace storesweep::traffic
