// `uiautomator dump`: the focused window as XML in one line, attributes in the order of that Android version.
// Pure. AOSP: 4.4 uiautomator/core AccessibilityNodeInfoDumper.java (and from 4.3 on in frameworks/testing or
// frameworks/base/cmds/uiautomator).
#pragma once

#include <string>

#include "simdroid/print/view.h"

namespace storesweep::simdroid {

// Empty when no window can be dumped.
std::string print_hierarchy(const Display& display, int api);

}  // namespace storesweep::simdroid
