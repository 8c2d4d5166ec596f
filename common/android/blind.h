// Where a window tree shows no text though a person would read some: surfaces that draw by themselves (web
// pages, Flutter, games, pictures), and windows without any words. And what was read there in a picture, put
// into the tree as if it had said so itself: one screen model for both. Never where the tree has text. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/android/elements.h"
#include "common/android/picture_text.h"

namespace storesweep::android {

struct BlindSpot {
  int node = -1;
  Bounds bounds;
  std::string why;  // one line for people
};

// A view that draws by itself: what it shows is no part of the tree.
bool is_surface(const Node& node);

// The spot of a package's window: all of it where no label is, or a surface that fills half of it, with
// nothing to read inside and little beside it. `labels`: read_labels(tree, package).
std::optional<BlindSpot> blind_spot(const Hierarchy& tree, std::string_view package,
                                    const std::vector<Label>& labels);

// The class of nodes that stand for labels of a picture.
inline constexpr std::string_view kPictureClass = "storesweep.PictureText";
bool from_picture(const Node& node);

// The tree with these labels below the spot: those whose middle lies in it, and not where the tree itself has
// words. A short one takes taps, since anything may on a surface; so it is said of it, and never that
// something else does not.
Hierarchy with_labels(Hierarchy tree, const BlindSpot& spot, const std::vector<PictureLabel>& labels);
// The same where there is no tree at all: one window of this package.
Hierarchy tree_of(std::string_view package, const std::vector<PictureLabel>& labels);

}  // namespace storesweep::android
