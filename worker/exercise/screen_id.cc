#include "worker/exercise/screen_id.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <set>

#include "common/android/dump.h"
#include "common/android/phrases.h"
#include "common/base/text.h"

namespace storesweep::exercise {
namespace {

using android::Node;
using android::Role;

constexpr int kMaxScrolls = 3;
constexpr std::size_t kMaxChoices = 200;

bool ascii(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}
bool letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// For each node the nearest scrolling one above it, or -1.
std::vector<int> lists_of(const android::Hierarchy& tree) {
  std::vector<int> out(tree.nodes.size(), -1);
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const int parent = tree.nodes[i].parent;
    if (parent < 0) continue;
    const auto p = static_cast<std::size_t>(parent);
    out[i] = tree.nodes[p].scrollable ? parent : out[p];
  }
  return out;
}

std::string label_of(const android::Hierarchy& tree, std::size_t index) {
  const Node& own = tree.nodes[index];
  if (!own.text.empty()) return own.text;
  if (!own.description.empty()) return own.description;
  for (std::size_t i = index + 1; i < tree.nodes.size() && tree.nodes[i].depth > own.depth; ++i) {
    const Node& n = tree.nodes[i];
    if (!n.text.empty()) return n.text;
    if (!n.description.empty()) return n.description;
  }
  return {};
}

std::string shape_of(const Node& n) {
  return n.class_name + "|" + n.resource_id + "|" + std::to_string(n.depth);
}

bool is_field(const Node& n) { return n.password || android::contains(n.class_name, "EditText"); }

}  // namespace

bool holds_word(std::string_view label, std::string_view word) {
  if (!ascii(word)) return android::contains(android::normalise(label), android::normalise(word));
  const std::string text = lower(label), wanted = lower(word);
  for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
    const std::size_t end = at + wanted.size();
    if ((at == 0 || !letter(text[at - 1])) && (end == text.size() || !letter(text[end]))) return true;
  }
  return false;
}

ScreenId screen_id(const observe::ScreenLook& look) {
  const std::vector<int> lists = lists_of(look.tree);
  std::string all = look.screen.package;
  std::set<std::string> rows;  // of each list: what kinds of rows it has, not which or how many
  for (std::size_t i = 0; i < look.tree.nodes.size(); ++i) {
    const Node& n = look.tree.nodes[i];
    if (n.package != look.screen.package) continue;
    if (lists[i] >= 0) {
      if (n.clickable) rows.insert(shape_of(n));
      continue;
    }
    all += '\n' + shape_of(n) + (n.clickable ? "c" : "") + (n.checkable ? "k" : "");
    if (n.clickable && !is_field(n)) all += android::normalise(label_of(look.tree, i));
  }
  for (const std::string& row : rows) all += "\nrow " + row;
  return std::hash<std::string>()(all);
}

std::vector<Choice> choices(const observe::ScreenLook& look, const std::vector<std::string>& never_tap) {
  const std::vector<int> lists = lists_of(look.tree);
  std::vector<Choice> out, scrolls;
  std::map<std::string, int> ordinal;
  for (std::size_t i = 0; i < look.tree.nodes.size() && out.size() < kMaxChoices; ++i) {
    const Node& n = look.tree.nodes[i];
    if (n.package != look.screen.package || n.bounds.empty() || !n.enabled) continue;
    if (n.scrollable) {
      for (int k = 0; k < kMaxScrolls; ++k)
        scrolls.push_back(
            {Choice::Kind::kScroll, "scroll " + shape_of(n) + std::to_string(k), "", "", n.bounds});
    }
    if (!n.clickable || is_field(n)) continue;
    Choice c;
    c.label = label_of(look.tree, i);
    const bool dangerous = std::any_of(never_tap.begin(), never_tap.end(),
                                       [&](const std::string& word) { return holds_word(c.label, word); });
    const bool leads_out =
        std::any_of(look.screen.elements.begin(), look.screen.elements.end(), [&](const android::Element& e) {
          const bool out_of_app = e.role == Role::kPolicyLink || e.role == Role::kOpenSettings;
          return out_of_app && e.span < 0 && e.bounds == n.bounds;
        });
    if (dangerous || leads_out) continue;
    c.bounds = n.bounds;
    c.key = shape_of(n) + "|" + android::normalise(c.label);
    c.key += "|" + std::to_string(ordinal[c.key]++);
    if (lists[i] >= 0) c.shape = shape_of(n);
    out.push_back(std::move(c));
  }
  out.insert(out.end(), scrolls.begin(), scrolls.end());
  return out;
}

}  // namespace storesweep::exercise
