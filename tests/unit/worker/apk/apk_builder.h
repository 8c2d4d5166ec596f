// Small zips, binary XML and resource tables made by hand, for tests and fuzzers: well formed, so that each
// test breaks one thing. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/base/bytes.h"

namespace storesweep::apk_test {

struct ZipMember {
  std::string name, content;
  std::uint16_t method = 0, flags = 0;
};

// Stored members and a directory; prefix goes before the first member (offsets count it), comment after the
// end.
inline std::string zip_of(const std::vector<ZipMember>& members, const std::string& prefix = "",
                          const std::string& comment = "") {
  std::string out = prefix, directory;
  for (const ZipMember& m : members) {
    auto head = [&](std::string& to) {
      put_little(to, m.flags, 2);
      put_little(to, m.method, 2);
      put_little(to, 0, 8);  // time, CRC: not looked at
      put_little(to, m.content.size(), 4);
      put_little(to, m.content.size(), 4);
      put_little(to, m.name.size(), 2);
      put_little(to, 0, 2);
    };
    put_little(directory, 0x02014b50, 4);
    put_little(directory, 20 << 16 | 20, 4);
    head(directory);
    directory += std::string(10, '\0');
    put_little(directory, out.size(), 4);
    directory += m.name;
    put_little(out, 0x04034b50, 4);
    put_little(out, 20, 2);
    head(out);
    out += m.name + m.content;
  }
  std::size_t at = out.size();
  out += directory;
  put_little(out, 0x06054b50, 4);
  put_little(out, 0, 4);
  put_little(out, members.size(), 2);
  put_little(out, members.size(), 2);
  put_little(out, directory.size(), 4);
  put_little(out, at, 4);
  put_little(out, comment.size(), 2);
  return out + comment;
}

inline std::string chunk(std::uint16_t type, const std::string& head, const std::string& body) {
  std::string out;
  put_little(out, type, 2);
  put_little(out, 8 + head.size(), 2);
  put_little(out, 8 + head.size() + body.size(), 4);
  return out + head + body;
}

// A pool of ASCII strings, UTF-8 or UTF-16.
inline std::string string_pool(const std::vector<std::string>& strings, bool utf8 = true) {
  std::string offsets, data, head;
  for (const std::string& s : strings) {
    put_little(offsets, data.size(), 4);
    if (utf8) {
      put_little(data, s.size(), 1);
      put_little(data, s.size(), 1);
      data += s + '\0';
    } else {
      put_little(data, s.size(), 2);
      for (char c : s) put_little(data, static_cast<unsigned char>(c), 2);
      put_little(data, 0, 2);
    }
  }
  while (data.size() % 4 != 0) data += '\0';
  put_little(head, strings.size(), 4);
  put_little(head, 0, 4);
  put_little(head, utf8 ? 1u << 8 : 0, 4);
  put_little(head, 28 + offsets.size(), 4);
  put_little(head, 0, 4);
  return chunk(0x0001, head, offsets + data);
}

struct Attribute {
  std::uint32_t name = 0;  // index of the pool
  std::uint8_t type = 0x03;
  std::uint32_t data = 0;
  std::uint32_t space = 0xffffffff;
};

inline std::string start_tag(std::uint32_t name, const std::vector<Attribute>& attributes) {
  std::string head, body;
  put_little(head, 0, 8);  // line, comment
  put_little(body, 0xffffffff, 4);
  put_little(body, name, 4);
  put_little(body, 20, 2);
  put_little(body, 20, 2);
  put_little(body, attributes.size(), 2);
  put_little(body, 0, 6);
  for (const Attribute& a : attributes) {
    put_little(body, a.space, 4);
    put_little(body, a.name, 4);
    put_little(body, a.type == 0x03 ? a.data : 0xffffffff, 4);
    put_little(body, 8, 2);
    put_little(body, 0, 1);
    put_little(body, a.type, 1);
    put_little(body, a.data, 4);
  }
  return chunk(0x0102, head, body);
}

inline std::string end_tag(std::uint32_t name) {
  std::string head, body;
  put_little(head, 0, 8);
  put_little(body, 0xffffffff, 4);
  put_little(body, name, 4);
  return chunk(0x0103, head, body);
}

inline std::string xml_of(const std::string& pool, const std::vector<std::uint32_t>& resource_ids,
                          const std::string& nodes) {
  std::string map;
  for (std::uint32_t id : resource_ids) put_little(map, id, 4);
  return chunk(0x0003, "", pool + chunk(0x0180, "", map) + nodes);
}

// A manifest with a launcher activity, a label in the resources, a permission and a receiver. Strings 0 to 9
// are the attributes' names, which carry the resource ids.
inline std::string manifest(const std::string& package = "com.example", const std::string& split = "",
                            bool utf8 = true, std::uint32_t version_code = 7) {
  std::vector<std::string> strings = {"name",
                                      "label",
                                      "minSdkVersion",
                                      "targetSdkVersion",
                                      "versionCode",
                                      "required",
                                      "package",
                                      "split",
                                      "manifest",
                                      "uses-sdk",
                                      "uses-permission",
                                      "uses-feature",
                                      "application",
                                      "activity",
                                      "receiver",
                                      "intent-filter",
                                      "action",
                                      "category",
                                      ".Main",
                                      "android.intent.action.MAIN",
                                      "android.intent.category.LAUNCHER",
                                      "android.permission.CAMERA",
                                      "android.hardware.camera",
                                      "Boot",
                                      "android.intent.action.BOOT_COMPLETED",
                                      package,
                                      split};
  auto named = [](std::uint32_t tag, std::uint32_t value) {
    return start_tag(tag, {{0, 0x03, value, 0xffffffff}}) + end_tag(tag);
  };
  std::vector<Attribute> root = {{4, 0x10, version_code}, {6, 0x03, 25}};
  if (!split.empty()) root.push_back({7, 0x03, 26});
  std::string nodes = start_tag(8, root) + start_tag(9, {{2, 0x10, 19}, {3, 0x10, 30}}) + end_tag(9) +
                      named(10, 21) + named(11, 22) + start_tag(12, {{1, 0x01, 0x7f010000}}) +
                      start_tag(13, {{0, 0x03, 18}}) + start_tag(15, {}) + named(16, 19) + named(17, 20) +
                      end_tag(15) + end_tag(13) + start_tag(14, {{0, 0x03, 23}}) + start_tag(15, {}) +
                      named(16, 24) + end_tag(15) + end_tag(14) + end_tag(12) + end_tag(8);
  return xml_of(string_pool(strings, utf8),
                {0x01010003, 0x01010001, 0x0101020c, 0x01010270, 0x0101021b, 0x0101028e}, nodes);
}

// String 0x7f010000 in the default language and, when zh is not empty, in Chinese.
inline std::string resources(const std::string& label, const std::string& zh = "") {
  auto type = [](std::string language, std::uint32_t string) {
    std::string config, head, body;
    language.resize(4);
    put_little(config, 28, 4);
    put_little(config, 0, 4);
    config += language + std::string(16, '\0');
    put_little(head, 1, 4);  // type id 1, no flags
    put_little(head, 1, 4);  // one entry
    put_little(head, 20 + config.size() + 4, 4);
    head += config;
    put_little(body, 0, 4);
    put_little(body, 8, 2);  // entry: size, flags, key
    put_little(body, 0, 2);
    put_little(body, 0, 4);
    put_little(body, 8, 2);
    put_little(body, 0, 1);
    put_little(body, 0x03, 1);
    put_little(body, string, 4);
    return chunk(0x0201, head, body);
  };
  std::string package_head, table_head, spec_head, spec_body;
  put_little(spec_head, 1, 4);  // type id 1
  put_little(spec_head, 1, 4);  // one entry
  put_little(spec_body, 0, 4);
  put_little(package_head, 0x7f, 4);
  package_head += std::string(256 + 16, '\0');
  put_little(table_head, 1, 4);
  std::string types = chunk(0x0202, spec_head, spec_body) + type("", 0) + (zh.empty() ? "" : type("zh", 1));
  return chunk(0x0002, table_head, string_pool({label, zh}) + chunk(0x0200, package_head, types));
}

inline std::string small_apk(const std::string& package = "com.example") {
  return zip_of({{"AndroidManifest.xml", manifest(package)},
                 {"resources.arsc", resources("Example", "li zi")},
                 {"lib/arm64-v8a/libx.so", "elf"},
                 {"assets/storesweep/behaviour.json", "{}"}});
}

}  // namespace storesweep::apk_test
