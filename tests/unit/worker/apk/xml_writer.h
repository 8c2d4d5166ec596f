// Binary XML written tag by tag, for tests and fuzzers: attributes of the platform by name (attributes.h), in
// the order of their ids as aapt writes them; others by name alone, and so with a colon before it. Pure.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/unit/worker/apk/apk_builder.h"
#include "worker/apk/attributes.h"

namespace storesweep::apk_test {

struct XmlValue {
  std::uint8_t type = 0x03;
  std::uint32_t data = 0;
  std::string text;
};
inline XmlValue str(const std::string& text) { return {0x03, 0, text}; }
inline XmlValue num(std::uint32_t n) { return {0x10, n, ""}; }
inline XmlValue flag(bool b) { return {0x12, b ? 0xffffffffu : 0, ""}; }
inline XmlValue ref(std::uint32_t id) { return {0x01, id, ""}; }

struct XmlPair {
  std::string name;
  XmlValue value;
};

class XmlWriter {
 public:
  XmlWriter& open(const std::string& tag, const std::vector<XmlPair>& attributes = {}) {
    nodes_.push_back({Kind::kOpen, tag, attributes});
    open_.push_back(tag);
    return *this;
  }
  XmlWriter& close() {
    nodes_.push_back({Kind::kClose, open_.back(), {}});
    open_.pop_back();
    return *this;
  }
  XmlWriter& leaf(const std::string& tag, const std::vector<XmlPair>& attributes = {}) {
    return open(tag, attributes).close();
  }
  XmlWriter& text(const std::string& words) {
    nodes_.push_back({Kind::kText, words, {}});
    return *this;
  }

  // Tags that are still open are closed.
  std::string bytes(bool utf8 = true) {
    while (!open_.empty()) close();
    std::map<std::uint32_t, std::string> by_id;
    for (const Node& n : nodes_) {
      for (const XmlPair& a : n.attributes) {
        if (std::uint32_t id = apk::attribute_named(a.name)) by_id.emplace(id, a.name);
      }
    }
    std::vector<std::string> pool;
    std::vector<std::uint32_t> ids;
    for (const auto& [id, name] : by_id) {
      ids.push_back(id);
      pool.push_back(name);
    }
    std::string out;
    for (const Node& n : nodes_) out += node(n, pool, ids.size());
    return xml_of(string_pool(pool, utf8), ids, out);
  }

 private:
  enum class Kind { kOpen, kClose, kText };
  struct Node {
    Kind kind;
    std::string name;
    std::vector<XmlPair> attributes;
  };
  // Strings that are no names of the platform's attributes stand behind those.
  static std::uint32_t index(const std::string& s, std::vector<std::string>& pool, std::size_t from) {
    auto at = std::find(pool.begin() + static_cast<std::ptrdiff_t>(from), pool.end(), s);
    if (at == pool.end()) at = pool.insert(at, s);
    return static_cast<std::uint32_t>(at - pool.begin());
  }
  static std::string node(const Node& n, std::vector<std::string>& pool, std::size_t named) {
    std::uint32_t name = index(n.name, pool, named);
    if (n.kind == Kind::kClose) return end_tag(name);
    if (n.kind == Kind::kText) {
      std::string head, body;
      put_little(head, 0, 8);
      put_little(body, name, 4);
      put_little(body, 8, 4);
      put_little(body, 0, 4);
      return chunk(0x0104, head, body);
    }
    std::vector<Attribute> list;
    for (const XmlPair& a : n.attributes) {
      Attribute out;
      auto platform = std::find(pool.begin(), pool.begin() + static_cast<std::ptrdiff_t>(named), a.name);
      bool known = platform != pool.begin() + static_cast<std::ptrdiff_t>(named);
      out.name = known ? static_cast<std::uint32_t>(platform - pool.begin())
                       : index(a.name.substr(a.name[0] == ':' ? 1 : 0), pool, named);
      out.type = a.value.type;
      out.data = a.value.type == 0x03 ? index(a.value.text, pool, named) : a.value.data;
      if (known) out.space = index("http://schemas.android.com/apk/res/android", pool, named);
      list.push_back(out);
    }
    auto order = [named](const Attribute& a) { return a.name < named ? a.name : 0; };
    std::ranges::stable_sort(list, {}, order);
    return start_tag(name, list);
  }

  std::vector<Node> nodes_;
  std::vector<std::string> open_;
};

// <manifest package=.. versionCode=7><uses-sdk target/><application ..>, both open.
inline XmlWriter app_manifest(std::uint32_t target = 30, const std::vector<XmlPair>& application = {}) {
  XmlWriter w;
  w.open("manifest", {{"package", str("com.example")}, {"versionCode", num(7)}});
  w.leaf("uses-sdk", {{"minSdkVersion", num(21)}, {"targetSdkVersion", num(target)}});
  w.open("application", application);
  return w;
}

}  // namespace storesweep::apk_test
