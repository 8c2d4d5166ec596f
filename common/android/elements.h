// The parts of a screen that mean something: labels (what a person reads) and, among them, buttons, check
// boxes and links by their phrases. Used by the screen reader. Pure; Labels hold copies of the tree's texts.
#pragma once

#include "common/android/screen.h"

namespace storesweep::android {

struct Label {
  int node = -1;
  std::string shown;  // the node's text, else its description
  std::string text;   // the same, normalised
};

inline constexpr std::size_t kMaxLabelBytes = 16u
                                              << 10;  // what is longer is cut before phrases are looked for
inline constexpr std::size_t kMaxElements = 500;

// The visible labels of one package's windows, in document order.
std::vector<Label> read_labels(const Hierarchy& tree, std::string_view package);

// For each node how many labels it and its children hold.
std::vector<int> labels_inside(const Hierarchy& tree, const std::vector<Label>& labels);

// `permission_dialog`: the window belongs to the system's permission controller, whose words mean something
// else.
std::vector<Element> read_elements(const Hierarchy& tree, const std::vector<Label>& labels,
                                   const PhraseBook& phrases, bool permission_dialog);

}  // namespace storesweep::android
