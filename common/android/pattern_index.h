// Where phrases with gaps begin in a text, whatever their number: one pass, which looks at a place closer
// only when its three bytes begin one of them. Pure; may be shared between threads once it is finished.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace storesweep::android {

// The pieces of a phrase between its gaps ("…"); an empty piece at an end = an open end.
using Pattern = std::vector<std::string>;

struct Span {
  std::size_t begin = 0, end = 0;
};

class PatternIndex {
 public:
  struct Entry {
    std::size_t list = 0;  // a number that the caller gave
    const Pattern* pattern = nullptr;
  };
  // The patterns must outlive it and stay where they are.
  void add(std::size_t list, const std::vector<Pattern>& patterns);
  void finish();
  // found(entry, span) for each pattern that begins somewhere from `from` on: place after place, at one place
  // in the order in which they were added (those that begin with less than three bytes last), until it says
  // true.
  template <class Found>
  void scan(std::string_view text, std::size_t from, const Found& found) const {
    for (std::size_t at = from; at < text.size(); ++at) {
      if (at + kKey <= text.size()) {
        const std::size_t s = slot(text.data() + at);
        if (told(entries_.data() + starts_[s], entries_.data() + starts_[s + 1], text, at, found)) return;
      }
      if (!short_.empty() && told(short_.data(), short_.data() + short_.size(), text, at, found)) return;
    }
  }

 private:
  static constexpr std::size_t kKey = 3, kSlots = 4096;
  static std::size_t slot(const char* at) {
    const auto byte = [at](std::size_t i) { return std::uint32_t{static_cast<std::uint8_t>(at[i])}; };
    return ((byte(0) << 16 | byte(1) << 8 | byte(2)) * 0x9E3779B1u) >> 20;  // of 32 bits the upper twelve
  }
  template <class Found>
  static bool told(const Entry* begin, const Entry* end, std::string_view text, std::size_t at,
                   const Found& found) {
    for (const Entry* e = begin; e != end; ++e) {
      if (const auto span = match(*e->pattern, text, at); span && found(*e, *span)) return true;
    }
    return false;
  }
  // The pattern where its first piece stands at that place.
  static std::optional<Span> match(const Pattern& pattern, std::string_view text, std::size_t at);

  std::vector<Entry> entries_;  // by slot, each slot's in the order of adding
  std::vector<std::uint32_t> starts_ = std::vector<std::uint32_t>(kSlots + 1, 0);
  std::vector<Entry> short_;
};

}  // namespace storesweep::android
