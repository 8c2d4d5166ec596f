// Small dex files, class files and native libraries made by hand, for tests and fuzzers: well formed, so that
// each test breaks one thing. Pure.
#pragma once

#include <libdeflate.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/base/bytes.h"

namespace storesweep::code_test {

inline void set_little(std::string& bytes, std::size_t at, std::uint64_t value, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) bytes[at + i] = static_cast<char>(value >> (8 * i) & 0xff);
}
inline std::string units(const std::vector<std::uint16_t>& code) {
  std::string out;
  for (std::uint16_t u : code) put_little(out, u, 2);
  return out;
}

// A dex file with one class Lcom/a/A; and its one method m()V, whose code is given. Strings, types and
// methods may be added; the class is type 0 and its method is method 0, what is added follows in order.
// begins_at: where in a container it stands (version 41).
struct DexParts {
  std::string version = "035";
  std::vector<std::string> more_strings;                              // string 5, 6, ..
  std::vector<std::string> more_types;                                // type 3, 4, ..: strings behind those
  std::vector<std::pair<std::uint16_t, std::uint32_t>> more_methods;  // type and string of the name; ()V
  std::vector<std::uint16_t> code = {0x000e};                         // return-void
  std::uint16_t registers = 4;
  std::uint32_t super = 1;
};

inline std::string dex_of(const DexParts& p, std::size_t begins_at = 0) {
  const bool container = p.version >= "041";
  const std::size_t header = container ? 0x78 : 0x70;
  std::vector<std::string> strings = {"Lcom/a/A;", "Ljava/lang/Object;", "V", "m", "x"};
  strings.insert(strings.end(), p.more_strings.begin(), p.more_strings.end());
  std::vector<std::uint32_t> types = {0, 1, 2};
  for (const std::string& t : p.more_types) {
    types.push_back(static_cast<std::uint32_t>(strings.size()));
    strings.push_back(t);
  }
  const std::size_t methods = 1 + p.more_methods.size();
  const std::size_t strings_at = header, types_at = strings_at + 4 * strings.size(),
                    protos_at = types_at + 4 * types.size(), methods_at = protos_at + 12,
                    classes_at = methods_at + 8 * methods, code_at = classes_at + 32;
  std::string code;
  for (std::uint16_t v : {p.registers, std::uint16_t{1}, std::uint16_t{5}, std::uint16_t{0}})
    put_little(code, v, 2);
  put_little(code, 0, 4);
  put_little(code, p.code.size(), 4);
  code += units(p.code);
  while (code.size() % 4 != 0) code.push_back('\0');
  std::string data = code;
  const std::size_t class_data_at = code_at + data.size();
  const std::size_t code_in_file = begins_at + code_at;
  data += std::string("\0\0\0\1\0\1", 6);  // no fields, no direct method, one virtual method: index 0, public
  for (std::size_t v = code_in_file;; v >>= 7) {
    data.push_back(static_cast<char>((v & 0x7f) | (v > 0x7f ? 0x80 : 0)));
    if (v <= 0x7f) break;
  }
  std::vector<std::size_t> at;
  for (const std::string& s : strings) {
    at.push_back(begins_at + code_at + data.size());
    data.push_back(static_cast<char>(std::min<std::size_t>(s.size(), 127)));
    data += s + '\0';
  }
  while (data.size() % 4 != 0) data.push_back('\0');
  const std::size_t map_at = code_at + data.size();
  put_little(data, 1, 4);  // the map names only itself: nobody reads more of it
  put_little(data, 0x1000, 4);
  put_little(data, 1, 4);
  put_little(data, begins_at + map_at, 4);

  std::string out = "dex\n" + p.version + '\0';
  out += std::string(4 + 20, '\0');
  put_little(out, code_at + data.size(), 4);
  put_little(out, header, 4);
  put_little(out, 0x12345678, 4);
  put_little(out, 0, 8);
  put_little(out, begins_at + map_at, 4);
  auto table = [&](std::size_t count, std::size_t where) {
    put_little(out, count, 4);
    put_little(out, count == 0 ? 0 : begins_at + where, 4);
  };
  table(strings.size(), strings_at);
  table(types.size(), types_at);
  table(1, protos_at);
  table(0, 0);
  table(methods, methods_at);
  table(1, classes_at);
  put_little(out, 0, 8);
  if (container) {
    put_little(out, begins_at + code_at + data.size(), 4);
    put_little(out, begins_at, 4);
  }
  for (std::size_t s : at) put_little(out, s, 4);
  for (std::uint32_t t : types) put_little(out, t, 4);
  put_little(out, 2, 4);  // ()V
  put_little(out, 2, 4);
  put_little(out, 0, 4);
  put_little(out, 0, 4);  // class 0, prototype 0
  put_little(out, 3, 4);
  for (const auto& [type, name] : p.more_methods) {
    put_little(out, type, 4);
    put_little(out, name, 4);
  }
  for (std::uint64_t v : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{p.super}, std::uint64_t{0},
                          std::uint64_t{0xffffffff}, std::uint64_t{0},
                          std::uint64_t{begins_at + class_data_at}, std::uint64_t{0}})
    put_little(out, v, 4);
  out += data;
  set_little(out, 8, libdeflate_adler32(1, out.data() + 12, out.size() - 12), 4);
  return out;
}

// A dex file that asks for the IMEI, once.
inline DexParts asking() {
  DexParts p;
  p.more_strings = {"getDeviceId", "content://sms/inbox"};
  p.more_types = {"Landroid/telephony/TelephonyManager;"};
  p.more_methods = {{3, 5}};
  p.code = {0x106e, 1, 0, 0x001a, 6, 0x000e};  // invoke-virtual {v0} method@1; const-string v0, string@6
  return p;
}

// A class file com/a/A with one method m()V that asks for the IMEI.
inline std::string class_file() {
  std::string out;
  auto big = [&](std::uint64_t v, int n) {
    while (n-- > 0) out.push_back(static_cast<char>(v >> (8 * n) & 0xff));
  };
  big(0xcafebabe, 4);
  big(52, 4);
  const std::vector<std::string> texts = {"com/a/A",
                                          "java/lang/Object",
                                          "m",
                                          "()V",
                                          "Code",
                                          "android/telephony/TelephonyManager",
                                          "getDeviceId",
                                          "()Ljava/lang/String;",
                                          "/proc/net/arp"};
  big(9 + 3 + 3 + 1, 2);
  for (const std::string& t : texts) {  // 1 to 9
    big(1, 1);
    big(t.size(), 2);
    out += t;
  }
  for (int name : {1, 2, 6}) {  // classes 10, 11, 12
    big(7, 1);
    big(static_cast<std::uint64_t>(name), 2);
  }
  big(12, 1);  // 13: name and type
  big(7, 2);
  big(8, 2);
  big(10, 1);  // 14: method
  big(12, 2);
  big(13, 2);
  big(8, 1);  // 15: text
  big(9, 2);
  big(1, 2);  // flags, this, super, interfaces, fields
  big(10, 2);
  big(11, 2);
  big(0, 4);
  big(1, 2);
  big(1, 2);
  big(3, 2);
  big(4, 2);
  big(1, 2);
  big(5, 2);
  big(12 + 8, 4);
  big(2, 2);
  big(1, 2);
  big(8, 4);
  big(0x01b6000e57120f57, 8);  // aconst_null, invokevirtual 14, pop, ldc 15, pop
  big(0, 4);
  big(0, 2);
  return out;
}

// A native library for arm64 that exports Java_com_a_A_m and JNI_OnLoad and needs libc.so.
inline std::string native_library() {
  const std::string names = std::string("\0libx.so\0libc.so\0Java_com_a_A_m\0JNI_OnLoad\0", 43);
  std::string out =
      "\x7f"
      "ELF\2\1\1" +
      std::string(9, '\0');
  put_little(out, 3, 2);
  put_little(out, 183, 2);
  put_little(out, 1, 4);
  put_little(out, 0, 8);
  put_little(out, 64, 8);
  put_little(out, 0, 8);
  put_little(out, 0, 4);
  put_little(out, 64, 2);
  put_little(out, 56, 2);
  put_little(out, 2, 2);
  put_little(out, 0, 6);
  const std::size_t dynamic_at = 64 + 2 * 56, dynamic_bytes = 7 * 16, symbols_at = dynamic_at + dynamic_bytes,
                    hash_at = symbols_at + 3 * 24, names_at = hash_at + 16, end = names_at + names.size();
  auto segment = [&](std::uint64_t type, std::size_t at, std::size_t bytes) {
    put_little(out, type, 8);
    for (std::size_t v : std::initializer_list<std::size_t>{at, at, at, bytes, bytes, 8})
      put_little(out, v, 8);
  };
  segment(1, 0, end);
  segment(2, dynamic_at, dynamic_bytes);
  for (const auto& [tag, value] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
           {14, 1}, {1, 9}, {4, hash_at}, {5, names_at}, {6, symbols_at}, {10, names.size()}, {0, 0}}) {
    put_little(out, tag, 8);
    put_little(out, value, 8);
  }
  for (std::uint32_t name : {0u, 17u, 32u}) {
    put_little(out, name, 4);
    put_little(out, 0x12, 2);
    put_little(out, name == 0 ? 0 : 1, 2);
    out += std::string(16, '\0');
  }
  put_little(out, 1, 4);
  put_little(out, 3, 4);
  put_little(out, 0, 8);
  return out + names;
}

}  // namespace storesweep::code_test
