// Screens for the reading of pictures: consent dialogs and pages, permission dialogs of the system and
// advertisements, Chinese and English, on screens of several sizes, with what a person reads on them. For
// tests only.
#pragma once

#include <string>
#include <vector>

#include "simdroid/print/view.h"

namespace storesweep::pictures {

enum class Kind { kConsent, kPermission, kAdvert };
std::string_view kind_name(Kind kind);

struct Scene {
  std::string name;
  Kind kind = Kind::kConsent;
  simdroid::Display display;
  int density_dpi = 0;
};
// All of them; several hundred dpi each, but for the last ones (160 dpi), which stand for the coarsest
// device.
std::vector<Scene> scenes();

}  // namespace storesweep::pictures
