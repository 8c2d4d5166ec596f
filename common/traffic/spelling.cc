#include "common/traffic/spelling.h"

#include <algorithm>
#include <cmath>

#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/traffic/encodings.h"

namespace storesweep::traffic {
namespace {
constexpr double kHexDigitBits = 4;

class Spellings {
 public:
  explicit Spellings(const Canary& c) : canary_(c) { add("plain", c.value, c.bits); }

  void add(std::string name, std::string text, double bits) {
    const auto same = [&](const Spelling& s) { return s.text == text; };
    if (text.empty() || std::any_of(all_.begin(), all_.end(), same)) return;
    all_.push_back({std::move(name), std::move(text), bits});
  }
  void add(std::string name, std::string text) { add(std::move(name), std::move(text), canary_.bits); }
  std::vector<Spelling> take() { return std::move(all_); }

 private:
  const Canary& canary_;
  std::vector<Spelling> all_;
};

void add_cases(const Canary& c, Spellings& all) {
  all.add("lower", lower_case(c.value));
  all.add("upper", upper_case(c.value));
}

// MAC and UUID: with colons, with hyphens, with none.
void add_separators(const Canary& c, Spellings& all) {
  const std::string bare = without(c.value, ":-");
  std::string other = c.value;
  std::replace(other.begin(), other.end(), ':', '-');
  all.add("no_separators", bare);
  all.add("no_separators_upper", upper_case(bare));
  all.add("hyphens", other);
  all.add("hyphens_upper", upper_case(other));
  all.add("reversed", {bare.rbegin(), bare.rend()});
}

// Half of a long identifier is still nobody else's.
void add_halves(const Canary& c, Spellings& all) {
  const std::string bare = without(c.value, "-");
  const std::size_t half = bare.size() / 2;
  const double bits = c.bits - kHexDigitBits * static_cast<double>(half);
  all.add("first_half", bare.substr(0, half), bits);
  all.add("last_half", bare.substr(half), bits);
}

// A 64-bit identifier as Java prints a long.
void add_decimal(const Canary& c, Spellings& all) {
  const auto number = parse_int<std::uint64_t>(c.value, 16);
  if (!number) return;
  all.add("decimal", std::to_string(*number));
  all.add("decimal_signed", std::to_string(static_cast<std::int64_t>(*number)));
}

void add_digits(const Canary& c, Spellings& all) {
  if (c.check_digit) all.add("no_check_digit", c.value.substr(0, c.value.size() - 1));
}

void add_phone(const Canary& c, Spellings& all) {
  const std::string &n = c.value, parts[] = {n.substr(0, 3), n.substr(3, 4), n.substr(7)};
  all.add("plus86", "+86" + n);
  all.add("86", "86" + n);
  all.add("0086", "0086" + n);
  all.add("spaces", parts[0] + " " + parts[1] + " " + parts[2]);
  all.add("hyphens", parts[0] + "-" + parts[1] + "-" + parts[2]);
}
}  // namespace

std::vector<Spelling> spellings_of(const Canary& c) {
  Spellings all(c);
  switch (c.shape) {
    case Shape::kDigits:
      add_digits(c, all);
      break;
    case Shape::kPhone:
      add_phone(c, all);
      break;
    case Shape::kMac:
      add_cases(c, all);
      add_separators(c, all);
      break;
    case Shape::kUuid:
      add_cases(c, all);
      add_separators(c, all);
      add_halves(c, all);
      break;
    case Shape::kHex:
      add_cases(c, all);
      add_halves(c, all);
      add_decimal(c, all);
      break;
    case Shape::kSsid:
      all.add("quoted", "\"" + c.value + "\"");
      [[fallthrough]];
    case Shape::kToken:
    case Shape::kText:
      add_cases(c, all);
      break;
    case Shape::kPlace:
      break;
  }
  if (!c.core.empty()) all.add("core", c.core, c.core_bits);
  if (!c.core.empty()) all.add("core_no_separators", without(c.core, "-"), c.core_bits);
  return all.take();
}

std::string packed_bytes(const Canary& c) {
  const bool hexadecimal = c.shape == Shape::kHex || c.shape == Shape::kUuid || c.shape == Shape::kMac;
  const auto bytes = hexadecimal ? from_hex(without(c.value, ":-")) : std::nullopt;
  return bytes ? std::string(as_text(*bytes)) : "";
}

}  // namespace storesweep::traffic
