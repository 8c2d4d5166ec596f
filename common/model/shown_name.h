// The name by which people find an app: its label, unless that shows nothing. Pure.
#pragma once

#include <string>
#include <string_view>

namespace storesweep {

// White space and characters without a width, as launchers and pages draw nothing for; the empty text too.
bool draws_nothing(std::string_view text);

// The label, or the package where the label draws nothing.
std::string shown_name(std::string_view label, std::string_view package);

}  // namespace storesweep
