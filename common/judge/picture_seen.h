// A reading of a picture (record_name::kPictureText) put where the tree of the same look showed nothing.
// Pure.
#pragma once

#include <optional>
#include <string_view>

#include "common/android/hierarchy.h"

namespace storesweep {

struct PictureSeen {
  bool trusted = true;  // false: the record, or what the tool printed, breaks its form
  std::optional<android::Hierarchy> tree;
};
// `blind`: the last tree of the journal before the record, and `xml` what it was read from; null: none. A
// reading that names another tree, or one that has words after all, is of another package or holds no words,
// shows nothing.
PictureSeen picture_seen(std::string_view record, std::string_view package, const android::Hierarchy* blind,
                         std::string_view xml);

}  // namespace storesweep
