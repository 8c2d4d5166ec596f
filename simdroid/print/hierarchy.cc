#include "simdroid/print/hierarchy.h"

#include <fmt/format.h>

#include <array>

#include "common/base/text.h"
#include "simdroid/print/text_flow.h"

namespace storesweep::simdroid {
namespace {
const char* yes(bool value) { return value ? "true" : "false"; }

// Controls that take taps and say nothing, themselves or below: "not accessibility friendly" (NAF).
bool says_something(const Box& box) {
  if (box.drawn) return false;
  for (const Box& child : box.children) {
    if (!child.text.empty() || !child.description.empty() || says_something(child)) return true;
  }
  return false;
}
bool naf(const Box& box) {
  static constexpr std::array kExcluded = {"android.widget.GridView", "android.widget.GridLayout",
                                           "android.widget.ListView", "android.widget.TableLayout"};
  for (const char* excluded : kExcluded) {
    if (ends_with(box.class_name, excluded)) return false;
  }
  return box.clickable && box.enabled && box.text.empty() && box.description.empty() && !says_something(box);
}

// Android's XmlSerializer (FastXmlSerializer): five entities, and numbers for what is below a blank.
// Characters that XML cannot carry are dots already.
std::string attribute_text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_character(text, at);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\t' || c == '\n' || c == '\r') {
      out += fmt::format("&#{};", static_cast<unsigned>(c));
    } else if (c < 0x20 || (c >= 0x7F && c <= 0x84) || (c >= 0x86 && c <= 0x9F)) {
      out += '.';
    } else if (c >= 0x10000) {
      out += fmt::format("&#{};", static_cast<unsigned>(c));
    } else {
      out.append(text.substr(begin, at - begin));
    }
  }
  return out;
}

void print_node(const Box& box, std::size_t index, std::string& out) {
  out += "<node";
  if (naf(box)) out += " NAF=\"true\"";
  const Rect& b = box.bounds;
  out += fmt::format(R"( index="{}" text="{}" resource-id="{}" class="{}" package="{}" content-desc="{}")",
                     index, attribute_text(box.text), attribute_text(box.resource_id),
                     attribute_text(box.class_name), attribute_text(box.package),
                     attribute_text(box.description));
  out +=
      fmt::format(R"( checkable="{}" checked="{}" clickable="{}" enabled="{}" focusable="{}" focused="{}")",
                  yes(box.checkable), yes(box.checked), yes(box.clickable), yes(box.enabled),
                  yes(box.focusable), yes(box.focused));
  out += fmt::format(
      R"( scrollable="{}" long-clickable="{}" password="{}" selected="{}" bounds="[{},{}][{},{}]")",
      yes(box.scrollable), yes(box.long_clickable), yes(box.password), yes(box.selected), b.left, b.top,
      b.right, b.bottom);
  if (box.children.empty() || box.drawn) {
    out += " />";
    return;
  }
  out += ">";
  for (std::size_t i = 0; i < box.children.size(); ++i) print_node(box.children[i], i, out);
  out += "</node>";
}
}  // namespace

std::string print_hierarchy(const Display& display, int /*api*/) {
  const Window* window = focused_window(display);
  if (window == nullptr) return "";
  std::string out = R"(<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation="0">)";
  print_node(window->root, 0, out);
  return out + "</hierarchy>";
}

}  // namespace storesweep::simdroid
