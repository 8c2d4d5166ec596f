// Forms as they are collected: those that cannot count, or whose bytes another form has, are left out. One
// thread.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/traffic/encodings.h"
#include "common/traffic/form.h"

namespace storesweep::traffic {

class FormList {
 public:
  void add(Form form) {
    const bool fits = form.bytes.size() >= kLeastFormBytes && form.bytes.size() <= kMostFormBytes;
    if (!fits || form.bits < kLeastBits) return;
    const std::string same = form.any_case ? lower_case(form.bytes) : form.bytes;
    if (seen_.emplace(same, form.part).second) forms_.push_back(std::move(form));
  }
  std::vector<Form> take() { return std::move(forms_); }

 private:
  std::set<std::pair<std::string, Part>> seen_;
  std::vector<Form> forms_;
};

void add_place_forms(const Canary& canary, FormList& list);  // place_forms.cc

}  // namespace storesweep::traffic
