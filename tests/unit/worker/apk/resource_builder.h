// Resource tables made by hand, for tests and fuzzers: types in configurations, each entry a typed value or a
// bag, plain, sparse, with 16-bit offsets or compact. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/unit/worker/apk/apk_builder.h"

namespace storesweep::apk_test {

struct TypedValue {
  std::uint8_t type = 0x03;
  std::uint32_t data = 0;
};

// A ResTable_config of 52 bytes; fields by their offsets.
class ConfigBytes {
 public:
  ConfigBytes() : bytes_(52, '\0') { bytes_[0] = 52; }
  ConfigBytes& locale(const std::string& language, const std::string& region = "") {
    bytes_.replace(8, language.size(), language);
    if (!region.empty()) bytes_.replace(10, 2, region);
    return *this;
  }
  ConfigBytes& script(const std::string& four) {
    bytes_.replace(36, 4, four);
    return *this;
  }
  ConfigBytes& density(std::uint16_t dpi) { return put(14, dpi); }
  ConfigBytes& sdk(std::uint16_t api) { return put(24, api); }
  ConfigBytes& night() {
    bytes_[29] = 0x20;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  ConfigBytes& put(std::size_t at, std::uint16_t v) {
    bytes_[at] = static_cast<char>(v & 0xff);
    bytes_[at + 1] = static_cast<char>(v >> 8);
    return *this;
  }
  std::string bytes_;
};

enum class EntryForm { kPlain, kSparse, kOffset16, kCompact };

// One type chunk (id 1 to 255) with the entries of its map: index -> value.
inline std::string type_chunk(std::uint8_t id, const ConfigBytes& config,
                              const std::map<std::uint32_t, TypedValue>& entries,
                              EntryForm form = EntryForm::kPlain) {
  std::string data, offsets;
  std::map<std::uint32_t, std::size_t> at;
  for (const auto& [index, v] : entries) {
    at[index] = data.size();
    bool compact = form == EntryForm::kCompact;
    put_little(data, compact ? index : 8, 2);
    put_little(data, compact ? 0x0008u | v.type << 8 : 0, 2);
    if (compact) {
      put_little(data, v.data, 4);
      continue;
    }
    put_little(data, index, 4);  // key
    put_little(data, 8, 2);
    put_little(data, 0, 1);
    put_little(data, v.type, 1);
    put_little(data, v.data, 4);
  }
  std::uint32_t count = entries.empty() ? 0 : entries.rbegin()->first + 1;
  if (form == EntryForm::kSparse) {
    count = static_cast<std::uint32_t>(entries.size());
    for (const auto& [index, offset] : at) {
      put_little(offsets, index, 2);
      put_little(offsets, offset / 4, 2);
    }
  } else {
    for (std::uint32_t i = 0; i < count; ++i) {
      bool here = at.count(i) != 0;
      if (form == EntryForm::kOffset16) {
        put_little(offsets, here ? at[i] / 4 : 0xffff, 2);
      } else {
        put_little(offsets, here ? at[i] : 0xffffffff, 4);
      }
    }
    while (offsets.size() % 4 != 0) offsets += '\0';
  }
  std::string head;
  put_little(head, id, 1);
  put_little(head, form == EntryForm::kSparse ? 1 : form == EntryForm::kOffset16 ? 2 : 0, 1);
  put_little(head, 0, 2);
  put_little(head, count, 4);
  put_little(head, 20 + config.bytes().size() + offsets.size(), 4);
  return chunk(0x0201, head + config.bytes(), offsets + data);
}

inline std::string spec_chunk(std::uint8_t id) {
  std::string head;
  put_little(head, id, 4);
  put_little(head, 0, 4);
  return chunk(0x0202, head, "");
}

// Chunks of one package with the ids 0xPPTTEEEE; type and key names "t1".. and "k0"..
inline std::string package_chunk(std::uint8_t id, const std::string& types,
                                 std::uint32_t type_id_offset = 0) {
  std::string type_names = string_pool({"t1", "t2", "t3"}), key_names = string_pool({"k0", "k1", "k2", "k3"});
  std::string head;
  put_little(head, id, 4);
  head += std::string(256, '\0');
  put_little(head, 288, 4);
  put_little(head, 3, 4);
  put_little(head, 288 + type_names.size(), 4);
  put_little(head, 4, 4);
  put_little(head, type_id_offset, 4);
  return chunk(0x0200, head, type_names + key_names + types);
}

inline std::string table_of(const std::vector<std::string>& strings, const std::string& packages) {
  std::string head;
  put_little(head, 1, 4);
  return chunk(0x0002, head, string_pool(strings) + packages);
}

// Protocol buffer fields, for bundles.
inline std::string proto_varint(std::uint64_t v) {
  std::string out;
  for (; v >= 0x80; v >>= 7) out += static_cast<char>((v & 0x7f) | 0x80);
  return out + static_cast<char>(v);
}
inline std::string proto_number(std::uint32_t field, std::uint64_t v) {
  return proto_varint(field << 3) + proto_varint(v);
}
inline std::string proto_bytes(std::uint32_t field, const std::string& v) {
  return proto_varint(field << 3 | 2) + proto_varint(v.size()) + v;
}

}  // namespace storesweep::apk_test
