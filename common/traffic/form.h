// The forms of a canary: what an app may have made of the value before it sent it. A form is a string of
// bytes to look for, or two of them near each other (latitude and longitude). Pure; values.
#pragma once

#include <string>
#include <vector>

#include "common/traffic/canary.h"

namespace storesweep::traffic {

// Lengths of a form's bytes: what is shorter cannot be told from chance, what is longer is looked for by its
// end.
inline constexpr std::size_t kLeastFormBytes = 6;
inline constexpr std::size_t kMostFormBytes = 512;

// What may not stand directly beside a form, for then it is a piece of something longer.
enum class Edge {
  kAny,
  kWord,    // no letter and no digit
  kNumber,  // no digit and no point, no sign before
  kOpen,    // as kNumber in front; behind it more decimals may follow
};

enum class Part { kWhole, kLatitude, kLongitude };

struct Form {
  std::string spelling;  // of the value: "plain", "upper", "no_separators", "gcj02"; stable
  std::string encoding;  // of the spelling: "text", "base64+1", "md5/hex", "4_decimals"; stable
  std::string bytes;
  bool any_case = false;  // ASCII letters match in either case
  Edge edge = Edge::kAny;
  Part part = Part::kWhole;
  int decimals = 0;  // of a number
  // What chance would have to hit. Neither an encoding nor a digest has more than its value.
  double bits = 0;

  bool strong() const { return bits >= kStrongBits; }
  std::string name() const { return spelling + "/" + encoding; }
};

// No two have the same bytes; none has less than kLeastBits. A weak form is text, for only text has a field's
// name before it. bits of a place's forms are those of the pair.
std::vector<Form> forms_of(const Canary& canary);

}  // namespace storesweep::traffic
