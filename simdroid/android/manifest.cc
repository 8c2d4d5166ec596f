#include "simdroid/android/manifest.h"

#include <algorithm>
#include <optional>

#include "common/base/text.h"

namespace storesweep::simdroid::android {
namespace {
// One line of the tree: "E: activity (line=5)" or "A: android:name(0x01010003)=".Main" (Raw: ".Main")".
struct TreeLine {
  std::size_t depth = 0;
  std::string element;
  std::string attribute;
  std::string value;
};

std::string attribute_value(std::string_view text) {
  if (starts_with(text, "\"")) {
    const auto raw = text.rfind("\" (Raw: \"");
    return std::string(text.substr(1, (raw == std::string_view::npos ? text.rfind('"') : raw) - 1));
  }
  if (const auto type = text.find(')'); starts_with(text, "(type ") && type != std::string_view::npos) {
    text.remove_prefix(type + 1);
    if (const auto number = parse_int<std::uint32_t>(
            text.substr(0, text.find(' ')).substr(starts_with(text, "0x") ? 2 : 0), 16))
      return std::to_string(static_cast<std::int32_t>(*number));
  }
  return std::string(text);
}

std::optional<TreeLine> tree_line(std::string_view line) {
  const auto at = line.find_first_not_of(' ');
  if (at == std::string_view::npos) return std::nullopt;
  TreeLine out;
  out.depth = at;
  line.remove_prefix(at);
  if (starts_with(line, "E: ")) {
    out.element = std::string(line.substr(3, line.find(" (line=") - 3));
    return out;
  }
  const auto equals = line.find('=');
  if (!starts_with(line, "A: ") || equals == std::string_view::npos) return std::nullopt;
  out.attribute = std::string(line.substr(3, std::min(line.find('('), equals) - 3));
  out.value = attribute_value(line.substr(equals + 1));
  return out;
}

struct Element {
  std::string name;
  std::size_t depth = 0;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<std::size_t> children;

  std::string get(std::string_view key) const {
    for (const auto& [name_of, value] : attributes)
      if (name_of == key) return value;
    return "";
  }
  bool flag(std::string_view key, bool other) const {
    const std::string value = get(key);
    return value.empty() ? other : value != "0" && value != "false";
  }
};

std::vector<Element> tree_of(std::string_view text) {
  std::vector<Element> elements;
  std::vector<std::size_t> open;
  for (std::string_view line : lines(text)) {
    auto parsed = tree_line(line);
    if (!parsed) continue;
    if (parsed->element.empty()) {
      while (!open.empty() && elements[open.back()].depth + 2 != parsed->depth) open.pop_back();
      if (!open.empty()) elements[open.back()].attributes.emplace_back(parsed->attribute, parsed->value);
      continue;
    }
    while (!open.empty() && elements[open.back()].depth >= parsed->depth) open.pop_back();
    elements.push_back({parsed->element, parsed->depth, {}, {}});
    if (!open.empty()) elements[open.back()].children.push_back(elements.size() - 1);
    open.push_back(elements.size() - 1);
  }
  return elements;
}

IntentFilter filter_of(const std::vector<Element>& tree, const Element& element) {
  IntentFilter filter;
  for (std::size_t child : element.children) {
    const Element& e = tree[child];
    if (e.name == "action") filter.actions.push_back(e.get("android:name"));
    if (e.name == "category") filter.categories.push_back(e.get("android:name"));
    if (const std::string scheme = e.get("android:scheme"); e.name == "data" && !scheme.empty())
      filter.schemes.push_back(scheme);
  }
  return filter;
}

std::string process_of(const std::string& package, const std::string& declared) {
  if (declared.empty()) return package;
  return declared.front() == ':' ? package + declared : declared;
}

std::optional<Component::Kind> kind_of(const std::string& element) {
  if (element == "activity" || element == "activity-alias") return Component::Kind::kActivity;
  if (element == "service") return Component::Kind::kService;
  if (element == "receiver") return Component::Kind::kReceiver;
  if (element == "provider") return Component::Kind::kProvider;
  return std::nullopt;
}

void read_application(const std::vector<Element>& tree, const Element& application, Manifest& m) {
  const std::string process = application.get("android:process");
  if (const std::string name = application.get("android:name"); !name.empty())
    m.application = full_class(m.package, name);
  m.test_only = application.flag("android:testOnly", false);
  m.debuggable = application.flag("android:debuggable", false);
  for (std::size_t child : application.children) {
    const Element& e = tree[child];
    if (e.name == "uses-library" && e.flag("android:required", true))
      m.libraries.push_back(e.get("android:name"));
    const auto kind = kind_of(e.name);
    if (!kind) continue;
    Component c;
    c.kind = *kind;
    c.name = full_class(m.package, e.get("android:name"));
    if (const std::string target = e.get("android:targetActivity"); !target.empty())
      c.target = full_class(m.package, target);
    const std::string own = e.get("android:process");
    c.process = process_of(m.package, own.empty() ? process : own);
    c.permission = e.get("android:permission");
    for (std::size_t inner : e.children)
      if (tree[inner].name == "intent-filter") c.filters.push_back(filter_of(tree, tree[inner]));
    c.exported = e.flag("android:exported", !c.filters.empty());
    c.enabled = e.flag("android:enabled", true);
    c.stop_with_task = e.flag("android:stopWithTask", false);
    m.components.push_back(std::move(c));
  }
}

void read_tree(const std::vector<Element>& tree, Manifest& m) {
  for (const Element& e : tree) {
    const std::string name = e.get("android:name");
    if (e.name == "manifest") {
      m.package = e.get("package");
      m.split = e.get("split");
      m.version_code = parse_int<std::int64_t>(e.get("android:versionCode")).value_or(0);
      m.version_name = e.get("android:versionName");
      m.shared_user = e.get("android:sharedUserId");
    } else if (e.name == "uses-sdk") {
      m.min_sdk = parse_int<int>(e.get("android:minSdkVersion")).value_or(1);
      m.target_sdk = parse_int<int>(e.get("android:targetSdkVersion")).value_or(m.min_sdk);
    } else if (e.name == "uses-permission" || e.name == "uses-permission-sdk-23") {
      m.permissions.push_back({name, parse_int<int>(e.get("android:maxSdkVersion")).value_or(0)});
    } else if (e.name == "uses-feature" && !name.empty() && e.flag("android:required", true)) {
      m.features.push_back(name);
    } else if (e.name == "application") {
      read_application(tree, e, m);
    }
  }
}

// 'a' 'b' -> a, b
std::vector<std::string> quoted_words(std::string_view text) {
  std::vector<std::string> out;
  for (auto open = text.find('\''); open != std::string_view::npos; open = text.find('\'', open)) {
    const auto close = text.find('\'', open + 1);
    if (close == std::string_view::npos) break;
    out.emplace_back(text.substr(open + 1, close - open - 1));
    open = close + 1;
  }
  return out;
}

// Simulated devices speak Chinese: its label first.
void read_badging(std::string_view badging, Manifest& m) {
  int best = 0;
  for (std::string_view line : lines(badging)) {
    const int rank = starts_with(line, "application-label-zh-CN:") ? 4
                     : starts_with(line, "application-label-zh:")  ? 3
                     : starts_with(line, "application-label-zh-")  ? 2
                     : starts_with(line, "application-label:")     ? 1
                                                                   : 0;
    if (rank > best) {
      const auto open = line.find('\'');
      const auto close = line.rfind('\'');
      if (open < close && close - open > 1) {
        m.label = std::string(line.substr(open + 1, close - open - 1));
        best = rank;
      }
    }
    if (const auto at = line.find(" versionName='");
        starts_with(line, "package:") && at != std::string_view::npos)
      if (auto found = quoted_words(line.substr(at)); !found.empty()) m.version_name = found[0];
    if (starts_with(line, "native-code:") || starts_with(line, "alt-native-code:"))
      for (std::string& abi : quoted_words(line)) m.abis.push_back(std::move(abi));
  }
  if (m.label.empty()) m.label = m.package;
}
}  // namespace

std::string full_class(const std::string& package, const std::string& name) {
  if (name.empty()) return name;
  if (name.front() == '.') return package + name;
  return name.find('.') == std::string::npos ? package + "." + name : name;
}

const Component* Manifest::find(std::string_view class_name) const {
  for (const Component& c : components)
    if (c.name == class_name) return &c;
  return nullptr;
}

const Component* Manifest::launcher() const {
  auto has = [](const std::vector<std::string>& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
  };
  for (const Component& c : components) {
    if (c.kind != Component::Kind::kActivity || !c.enabled) continue;
    for (const IntentFilter& f : c.filters) {
      if (has(f.actions, "android.intent.action.MAIN") &&
          has(f.categories, "android.intent.category.LAUNCHER"))
        return &c;
    }
  }
  return nullptr;
}

Result<Manifest> manifest_of(std::string_view badging, std::string_view xml_tree) {
  Manifest m;
  read_tree(tree_of(xml_tree), m);
  if (m.package.empty()) return corrupt("no package name in the manifest");
  read_badging(badging, m);
  return m;
}

}  // namespace storesweep::simdroid::android
