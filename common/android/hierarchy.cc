#include "common/android/hierarchy.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "common/android/dump.h"
#include "common/base/text.h"

namespace storesweep::android {
namespace {

void append_code_point(std::string& out, std::uint32_t c) {
  if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = 0xFFFD;
  auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80)
    put(c);
  else if (c < 0x800)
    put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
  else if (c < 0x10000)
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  else
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Reader {
 public:
  explicit Reader(std::string_view xml) : xml_(xml) {}

  Result<Hierarchy> run() {
    blanks();
    if (starts_with(rest(), "<?")) {
      const std::size_t end = xml_.find("?>", at_);
      if (end == std::string_view::npos) return fault("the XML declaration does not end");
      at_ = end + 2;
    }
    blanks();
    if (!starts_with(rest(), "<hierarchy") && !starts_with(rest(), "<displays"))
      return fault("expected <hierarchy");
    TRY(element());
    while (!open_.empty()) {
      blanks();
      TRY(step());
    }
    blanks();
    if (at_ != xml_.size()) return fault("something follows the end of the hierarchy");
    return std::move(out_);
  }

 private:
  std::string_view rest() const { return xml_.substr(at_); }
  void blanks() {
    while (at_ < xml_.size() && is_blank(xml_[at_])) ++at_;
  }
  Status fault(std::string_view what) const {
    return corrupt("window hierarchy: byte " + std::to_string(at_) + ": " + std::string(what));
  }
  Status expect(std::string_view word) {
    if (!starts_with(rest(), word)) return fault("expected " + std::string(word));
    at_ += word.size();
    return ok_status();
  }

  void hierarchy_attribute(std::string_view name, const std::string& value) {
    if (name == "rotation") out_.rotation = parse_int<int>(value).value_or(0);
  }

  // One tag: "<node ...>", "<node .../>", a closing one, or a comment.
  Status step() {
    if (starts_with(rest(), "<!--")) {
      const std::size_t end = xml_.find("-->", at_);
      if (end == std::string_view::npos) return fault("a comment does not end");
      at_ = end + 3;
      return ok_status();
    }
    if (starts_with(rest(), "</")) {
      at_ += 2;
      TRY(expect(open_.back().name));
      blanks();
      TRY(expect(">"));
      open_.pop_back();
      return ok_status();
    }
    return element();
  }

  // "<node ...>"; Appium names its elements by their class. Around them "<hierarchy>", and of all windows
  // (uiautomator dump --windows) "<displays>", "<display>" and "<window>", which are no nodes.
  Status element() {
    TRY(expect("<"));
    std::size_t end = at_;
    while (end < xml_.size() && !is_blank(xml_[end]) && xml_[end] != '>' && xml_[end] != '/' &&
           xml_[end] != '<')
      ++end;
    const std::string_view name = xml_.substr(at_, end - at_);
    if (name.empty() || !std::isalpha(static_cast<unsigned char>(name[0]))) return fault("expected <node");
    at_ = end;
    for (std::string_view wrapper : {"hierarchy", "displays", "display", "window"}) {
      if (name == wrapper) return wrap(name);
    }
    if (open_.empty()) return fault("expected <hierarchy");  // "<hierarchyx>" is no root
    return node(name);
  }

  Status wrap(std::string_view name) {
    if (open_.size() >= kMaxDepth) return exhausted("window hierarchy: deeper than 200 nodes");
    bool closed = false;
    TRY(attributes([&](std::string_view key, const std::string& value) { hierarchy_attribute(key, value); },
                   closed));
    if (!closed) open_.push_back({name, open_.empty() ? -1 : open_.back().node});
    return ok_status();
  }

  Status node(std::string_view name) {
    if (out_.nodes.size() >= kMaxNodes) return exhausted("window hierarchy: more than 20000 nodes");
    if (open_.size() > kMaxDepth) return exhausted("window hierarchy: deeper than 200 nodes");
    Node node;
    node.parent = open_.back().node;
    node.depth = node.parent < 0 ? 0 : out_.nodes[static_cast<std::size_t>(node.parent)].depth + 1;
    Status bounds;
    bool closed = false;
    TRY(attributes(
        [&](std::string_view key, const std::string& value) { bounds = assign(node, key, value, bounds); },
        closed));
    TRY(bounds);
    if (node.class_name.empty() && name != "node") node.class_name = std::string(name);
    out_.nodes.push_back(std::move(node));
    if (!closed) open_.push_back({name, static_cast<int>(out_.nodes.size()) - 1});
    return ok_status();
  }

  Status assign(Node& n, std::string_view name, const std::string& value, const Status& earlier) const {
    struct Text {
      std::string_view name;
      std::string Node::*field;
    };
    static constexpr Text kTexts[] = {{"text", &Node::text},
                                      {"content-desc", &Node::description},
                                      {"resource-id", &Node::resource_id},
                                      {"class", &Node::class_name},
                                      {"package", &Node::package},
                                      {"hint", &Node::hint}};
    struct Flag {
      std::string_view name;
      bool Node::*field;
    };
    static constexpr Flag kFlags[] = {
        {"checkable", &Node::checkable},   {"checked", &Node::checked},
        {"clickable", &Node::clickable},   {"enabled", &Node::enabled},
        {"focusable", &Node::focusable},   {"focused", &Node::focused},
        {"scrollable", &Node::scrollable}, {"long-clickable", &Node::long_clickable},
        {"password", &Node::password},     {"selected", &Node::selected},
        {"NAF", &Node::not_accessible},    {"visible-to-user", &Node::visible},
        {"displayed", &Node::visible}};
    for (const Text& t : kTexts) {
      if (t.name == name) n.*t.field = value;
    }
    for (const Flag& f : kFlags) {
      if (f.name == name) n.*f.field = value == "true";
    }
    if (name != "bounds") return earlier;
    auto bounds = parse_bounds(value);
    if (!bounds) return fault(bounds.status().message());
    n.bounds = *bounds;
    return earlier;
  }

  // All attributes up to ">" or "/>"; `closed` says which.
  template <class Sink>
  Status attributes(Sink sink, bool& closed) {
    for (;;) {
      const std::size_t before = at_;
      blanks();
      if (starts_with(rest(), "/>")) {
        at_ += 2;
        closed = true;
        return ok_status();
      }
      if (starts_with(rest(), ">")) {
        ++at_;
        return ok_status();
      }
      if (at_ == before) return fault("expected a blank before an attribute");
      std::size_t end = at_;
      while (end < xml_.size() && xml_[end] != '=' && !is_blank(xml_[end]) && xml_[end] != '<' &&
             xml_[end] != '>')
        ++end;
      if (end == at_ || end >= xml_.size()) return fault("expected an attribute");
      const std::string_view name = xml_.substr(at_, end - at_);
      at_ = end;
      TRY(expect("="));
      TRY_ASSIGN(std::string value, quoted());
      sink(name, std::move(value));
    }
  }

  Result<std::string> quoted() {
    if (at_ >= xml_.size() || (xml_[at_] != '"' && xml_[at_] != '\''))
      return fault("expected a quoted value");
    const std::size_t end = xml_.find(xml_[at_], at_ + 1);
    if (end == std::string_view::npos) return fault("a quoted value does not end");
    const std::string_view raw = xml_.substr(at_ + 1, end - at_ - 1);
    if (raw.size() > kMaxAttributeBytes)
      return exhausted("window hierarchy: an attribute is longer than 64 KiB");
    if (contains(raw, "<")) return fault("'<' inside a value");
    std::string out;
    out.reserve(raw.size());
    for (std::size_t i = 0; i < raw.size();) {
      if (raw[i] != '&') {
        out.push_back(raw[i++]);
        continue;
      }
      const std::size_t semicolon = raw.find(';', i);
      if (semicolon == std::string_view::npos || !reference(raw.substr(i + 1, semicolon - i - 1), out)) {
        at_ += i + 1;
        return fault("a character reference that XML does not know");
      }
      i = semicolon + 1;
    }
    at_ = end + 1;
    return clean_utf8(out);
  }

  static bool reference(std::string_view name, std::string& out) {
    struct Entity {
      std::string_view name;
      char c;
    };
    for (const Entity& e : {Entity{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}}) {
      if (e.name == name) return out.push_back(e.c), true;
    }
    if (!take(name, "#")) return false;
    const bool hex = take(name, "x");
    const auto code = parse_int<std::uint32_t>(name, hex ? 16 : 10);
    if (!code) return false;
    append_surrogate_or_code(*code, out);
    return true;
  }

  // Old serializers write a character beyond U+FFFF as two references, one a surrogate half.
  static void append_surrogate_or_code(std::uint32_t code, std::string& out) {
    const std::size_t n = out.size();
    const bool low = code >= 0xDC00 && code < 0xE000;
    if (low && n >= 3 && static_cast<unsigned char>(out[n - 3]) == 0xED) {
      const std::uint32_t high = 0xD000u | (static_cast<unsigned char>(out[n - 2]) & 0x3Fu) << 6 |
                                 (static_cast<unsigned char>(out[n - 1]) & 0x3Fu);
      out.resize(n - 3);
      append_code_point(out, 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00));
    } else if (code >= 0xD800 && code < 0xDC00) {
      for (std::uint32_t byte : {0xEDu, 0x80u | (code >> 6 & 0x3Fu), 0x80u | (code & 0x3Fu)})
        out.push_back(static_cast<char>(byte));
    } else {
      append_code_point(out, code);
    }
  }

  std::string_view xml_;
  struct Open {
    std::string_view name;
    int node = -1;  // the nearest node around what follows; -1: none
  };
  std::size_t at_ = 0;
  std::vector<Open> open_;
  Hierarchy out_;
};

}  // namespace

Result<Bounds> parse_bounds(std::string_view text) {
  int numbers[4] = {};
  std::string_view s = text;
  for (int i = 0; i < 4; ++i) {
    if (i % 2 == 0 && !take(s, "[")) return corrupt("bounds must look like [0,0][10,10]");
    const std::size_t end = s.find(i % 2 == 0 ? ',' : ']');
    const auto number = parse_int<int>(s.substr(0, end));
    if (end == std::string_view::npos || !number || *number > 1000000 || *number < -1000000)
      return corrupt("bounds must look like [0,0][10,10]");
    numbers[i] = *number;
    s.remove_prefix(end + 1);
  }
  if (!s.empty()) return corrupt("bounds must look like [0,0][10,10]");
  return Bounds{numbers[0], numbers[1], numbers[2], numbers[3]};
}

int Hierarchy::clickable_ancestor(int index) const {
  for (int i = index; i >= 0; i = nodes[static_cast<std::size_t>(i)].parent) {
    const Node& n = nodes[static_cast<std::size_t>(i)];
    if (n.clickable && !n.bounds.empty()) return i;
  }
  return -1;
}

namespace {

// What the tool or adb said instead of a hierarchy. That a screen never rested is not "no dialog".
Status no_hierarchy(std::string_view text) {
  const std::string head = "window hierarchy: byte 0: there is none; ";
  switch (parse_dump_output(text)) {
    case DumpOutcome::kNotIdle:
      return corrupt(head + "uiautomator says that the screen was never idle (NOT_IDLE): take a screenshot");
    case DumpOutcome::kNoRoot:
      return corrupt(head + "uiautomator got no root node: dump again");
    case DumpOutcome::kKilled:
      return corrupt(head +
                     "uiautomator was killed: another instrumentation holds the accessibility service");
    case DumpOutcome::kWritten:
      return corrupt(head + "this is what uiautomator printed: pull the file that it names");
    case DumpOutcome::kUnknown:
      break;
  }
  return corrupt(head + "the text begins with: " + clean_utf8(trim(text).substr(0, 80)));
}

}  // namespace

Result<Hierarchy> parse_hierarchy(std::string_view xml) {
  if (xml.size() > kMaxHierarchyBytes) return exhausted("window hierarchy: larger than 16 MiB");
  if (!starts_with(xml, "\xFF\xFE") && !starts_with(xml, "\xFE\xFF")) {
    const std::size_t root = std::min(xml.find("<hierarchy"), xml.find("<displays"));
    if (root == std::string_view::npos) return no_hierarchy(xml);
    // adb's chatter and the tool's own line may stand in front.
    const std::size_t declaration = xml.substr(0, root).rfind("<?xml");
    if (declaration != std::string_view::npos && !contains(xml.substr(0, declaration), "<"))
      xml.remove_prefix(declaration);
    else if (!contains(xml.substr(0, root), "<"))
      xml.remove_prefix(root);
  }
  if (starts_with(xml, "\xFF\xFE") || starts_with(xml, "\xFE\xFF")) return Reader(utf8_text(xml)).run();
  if (starts_with(xml, "\xEF\xBB\xBF")) xml.remove_prefix(3);
  // `uiautomator dump /dev/tty` prints its own line behind the document.
  const std::size_t end = xml.rfind("</hierarchy>");
  if (end != std::string_view::npos && contains(xml.substr(end + 12), "UI hierchary dumped to"))
    xml = xml.substr(0, end + 12);
  return Reader(xml).run();
}

DumpOutcome parse_dump_output(std::string_view text) {
  if (contains(text, "could not get idle state")) return DumpOutcome::kNotIdle;
  if (contains(text, "null root node")) return DumpOutcome::kNoRoot;
  if (contains(text, "UI hierchary dumped to") || contains(text, "UI hierarchy dumped to"))
    return DumpOutcome::kWritten;
  return starts_with(trim(text), "Killed") ? DumpOutcome::kKilled : DumpOutcome::kUnknown;
}

}  // namespace storesweep::android
