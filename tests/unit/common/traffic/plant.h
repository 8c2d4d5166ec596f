// Forms as an app would send them: for the tests of recall. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/traffic/matcher.h"

namespace storesweep::traffic {

// The other coordinate in the same spelling with as many decimals; nullptr: none is as long.
inline const Form* other_half(const std::vector<Form>& forms, const Form& form) {
  for (const Form& f : forms) {
    if (f.part != form.part && f.spelling == form.spelling && f.decimals == form.decimals) return &f;
  }
  return nullptr;
}

// A form with what must stand around it: its field's name if it is weak, the other half if it is a
// coordinate.
struct Planted {
  std::string text;
  std::size_t at = 0, length = 0;  // of what must be found
};
inline Planted planted(const Canary& canary, const std::vector<Form>& forms, const Form& form) {
  Planted p;
  const Form* other = form.part == Part::kWhole ? nullptr : other_half(forms, form);
  if (!form.strong()) p.text = "\"" + canary.keys.front() + "\":\"";
  p.at = p.text.size();
  p.text += form.bytes;
  if (other != nullptr) p.text += ", " + other->bytes;
  p.length = p.text.size() - p.at;
  p.text += "\"";
  return p;
}

// Whether what was found is what was planted: the same form, or of a place one of the same spelling and
// length.
inline bool is_it(const CanaryMatcher& matcher, const Hit& hit, std::size_t canary, std::size_t form) {
  if (hit.canary != canary) return false;
  const Form &a = matcher.forms(canary)[hit.form], &b = matcher.forms(canary)[form];
  return hit.form == form || (b.part != Part::kWhole && a.spelling == b.spelling && a.decimals == b.decimals);
}

}  // namespace storesweep::traffic
