// The window tree that `uiautomator dump` writes, and what the tool itself prints. Its XML is a small subset:
// elements with attributes, no text, no DTD; a strict reader of its own refuses all else with the offset of
// the fault. Android 4.4 to 16: several roots, one line or many, optional NAF and hint, character references;
// also all windows (`dump --windows`) and Appium's page source, whose elements bear their class as name.
// Pure; a Hierarchy owns its text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep::android {

inline constexpr std::size_t kMaxHierarchyBytes = 16u << 20;
inline constexpr std::size_t kMaxNodes = 20000;
inline constexpr std::size_t kMaxDepth = 200;
inline constexpr std::size_t kMaxAttributeBytes = 64u << 10;

struct Bounds {
  int left = 0, top = 0, right = 0, bottom = 0;

  int width() const { return right - left; }
  int height() const { return bottom - top; }
  bool empty() const { return right <= left || bottom <= top; }
  int center_x() const { return left + width() / 2; }
  int center_y() const { return top + height() / 2; }
  std::int64_t area() const { return empty() ? 0 : std::int64_t{width()} * height(); }
  bool holds(int x, int y) const { return x >= left && x < right && y >= top && y < bottom; }
  bool operator==(const Bounds&) const = default;
};
// "[0,63][1080,1794]"; negative numbers occur.
Result<Bounds> parse_bounds(std::string_view text);

struct Node {
  std::string text;
  std::string description;  // content-desc
  std::string resource_id;
  std::string class_name;
  std::string package;
  std::string hint;
  Bounds bounds;
  bool checkable = false, checked = false, clickable = false, enabled = true, focusable = false,
       focused = false;
  bool visible = true;  // where the dump says so (uiautomator2, Appium): one that is not shows nothing
  bool scrollable = false, long_clickable = false, password = false, selected = false, not_accessible = false;
  int parent = -1;  // index in Hierarchy::nodes; -1 for a root
  int depth = 0;
};

struct Hierarchy {
  int rotation = 0;
  std::vector<Node> nodes;  // in document order: a parent before its children

  // The nearest node, from `index` upwards, that takes taps (enabled or not); -1 if there is none.
  int clickable_ancestor(int index) const;
};

// Reads the XML, with what adb or the tool printed before it. An error is kCorrupt and names the byte offset
// (and, where the text is what the tool said instead, what that means), or kExhausted where a bound was
// reached.
Result<Hierarchy> parse_hierarchy(std::string_view xml);

// What the `uiautomator dump` command itself printed.
enum class DumpOutcome {
  kWritten,  // "UI hierchary dumped to: PATH" (its spelling); the file may still be missing: it lies about
             // bad paths
  kNotIdle,  // "ERROR: could not get idle state.": the screen never rested (advertisement, countdown)
  kNoRoot,   // "ERROR: null root node returned by UiTestAutomationBridge."
  kKilled,   // "Killed": another instrumentation holds the accessibility service
  kUnknown,
};
DumpOutcome parse_dump_output(std::string_view text);

}  // namespace storesweep::android
