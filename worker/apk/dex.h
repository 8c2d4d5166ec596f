// One dex file as tables over its bytes: strings, types, prototypes, fields, methods and classes stay where
// they are and are read when they are asked for (Android "Dalvik Executable format", versions 035 to 041, 041
// with several dex files in one container). Hostile input: an index that is not there reads as empty, a count
// is never believed beyond the bytes that carry it. The bytes must outlive the file. Values; safe for
// concurrent reads.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "worker/apk/leb128.h"

namespace storesweep::apk {

inline constexpr std::size_t kMaxDexesInContainer = 1'024;
inline constexpr std::size_t kMaxDexTextBytes = 65'535 * 3;  // of one string: what MUTF-8 can need
inline constexpr std::size_t kMaxDexNameBytes = 4'096;       // of a descriptor; longer ones are cut
inline constexpr int kMaxDexValueDepth = 16;                 // arrays within arrays
inline constexpr std::uint32_t kNoIndex = 0xffff'ffff;

struct DexMethodId {
  std::uint16_t type = 0, proto = 0;
  std::uint32_t name = 0;
};
struct DexFieldId {
  std::uint16_t owner = 0, type = 0;
  std::uint32_t name = 0;
};
struct DexClass {
  std::uint32_t type = 0, flags = 0, super = kNoIndex;  // types
  std::uint32_t interfaces_at = 0, data_at = 0, values_at = 0;
};
struct DexMember {  // a field or a method as its class defines it
  std::uint32_t index = 0, flags = 0;
  std::uint32_t code_at = 0;  // methods: 0 is none
};
struct DexCode {
  std::uint16_t registers = 0, ins = 0, outs = 0, tries = 0;
  ByteView instructions;  // 16-bit units
  ByteView rest;          // behind them: tries and handlers
};

class DexFile {
 public:
  // Every dex file of the bytes, in order: one, or those of a container. kCorrupt for what the platform would
  // not take for a dex file, kUnsupported for a version that we do not know.
  static Result<std::vector<DexFile>> parse(ByteView bytes);

  int version() const { return version_; }
  ByteView bytes() const { return bytes_; }  // of the whole container
  bool checksum_holds() const;               // the platform refuses a file whose checksum does not

  std::uint32_t string_count() const { return strings_.count; }
  std::uint32_t type_count() const { return types_.count; }
  std::uint32_t proto_count() const { return protos_.count; }
  std::uint32_t field_count() const { return fields_.count; }
  std::uint32_t method_count() const { return methods_.count; }
  std::uint32_t call_site_count() const { return call_sites_.count; }
  std::uint32_t class_count() const { return classes_.count; }

  // MUTF-8 as it stands, cut at max_bytes; "" where there is none.
  std::string_view string(std::uint32_t index, std::size_t max_bytes = kMaxDexTextBytes) const;
  std::string_view type(std::uint32_t index) const;                  // descriptor: Ljava/lang/String;
  std::string signature(std::uint32_t proto) const;                  // (ILjava/lang/String;)V
  std::uint32_t return_type(std::uint32_t proto) const;              // a type; kNoIndex: no such prototype
  std::vector<std::uint16_t> parameters(std::uint32_t proto) const;  // types; at most 255
  DexMethodId method(std::uint32_t index) const;
  DexFieldId field(std::uint32_t index) const;
  DexClass class_def(std::uint32_t index) const;
  std::optional<DexCode> code(std::uint32_t at) const;
  // The method that a method handle stands for, if it is one of those kinds.
  std::optional<std::uint32_t> method_of_handle(std::uint32_t index) const;
  // The methods that call site `index` (invoke-custom) hands over: its bootstrap and the handles among its
  // arguments.
  std::vector<std::uint32_t> methods_of_call_site(std::uint32_t index) const;

  // The class that stands under this descriptor; nothing when this file does not define it, or its types are
  // not in the order without which the platform refuses the file. ASCII alone.
  std::optional<std::uint32_t> find_class(std::string_view descriptor) const;
  // The initial value of a static field as text (a string or a whole number); nothing when it has none.
  std::optional<std::string> constant(std::uint32_t class_index, std::string_view field_name) const;

 private:
  friend class DexClassData;
  struct Table {
    std::uint32_t at = 0, count = 0;
  };
  static Result<DexFile> parse_one(ByteView bytes, std::size_t at);
  Status read_map(std::uint32_t map_at);
  Status check(const Table& table, std::size_t entry_bytes, const char* name) const;
  // Where entry `index` begins, when the table has it.
  std::optional<std::size_t> entry(const Table& table, std::uint32_t index, std::size_t entry_bytes) const {
    if (index >= table.count) return std::nullopt;
    return table.at + std::size_t{index} * entry_bytes;
  }
  template <class T>
  T load(std::size_t at) const {  // the caller has checked
    T v;
    std::memcpy(&v, bytes_.data() + at, sizeof v);
    return v;
  }

  static_assert(std::endian::native == std::endian::little);
  ByteView bytes_;
  int version_ = 0;
  std::size_t header_at_ = 0, file_bytes_ = 0;
  Table strings_, types_, protos_, fields_, methods_, classes_, handles_, call_sites_;
};

// The members of one class, field by field and method by method, as its data stands there. One thread.
class DexClassData {
 public:
  DexClassData(const DexFile& dex, const DexClass& c);
  // Static ones first; all fields before the first method.
  std::optional<DexMember> next_field() { return next(fields_, false); }
  // Direct ones first; skips fields that were not asked for.
  std::optional<DexMember> next_method() {
    while (ok_ && (fields_[0] | fields_[1]) != 0) next_field();
    return next(methods_, true);
  }
  bool ok() const { return ok_; }  // false: cut off or broken

 private:
  std::uint32_t leb() { return uleb128(bytes_, at_, ok_); }
  std::optional<DexMember> next(std::uint32_t (&left)[2], bool method);
  ByteView bytes_;
  std::size_t at_ = 0;
  std::uint32_t fields_[2] = {}, methods_[2] = {};
  std::uint32_t last_ = 0;
  bool ok_ = true;
};

inline std::optional<DexMember> DexClassData::next(std::uint32_t (&left)[2], bool method) {
  const int group = left[0] > 0 ? 0 : 1;
  if (left[group] == 0 || !ok_) return std::nullopt;
  DexMember m;
  m.index = last_ += leb();  // a difference, within its group
  m.flags = leb();
  if (method) m.code_at = leb();
  if (--left[group] == 0) last_ = 0;
  if (!ok_) return std::nullopt;
  return m;
}

}  // namespace storesweep::apk
