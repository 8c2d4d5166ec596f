// Encoded values of dex files ("Dalvik Executable format", encoded_value): constants of static fields,
// arguments of call sites.
#include "worker/apk/dex.h"

namespace storesweep::apk {
namespace {
enum ValueType : std::uint8_t {
  kByte = 0x00,
  kShort = 0x02,
  kChar = 0x03,
  kInt = 0x04,
  kLong = 0x06,
  kMethodHandle = 0x16,
  kStringValue = 0x17,
  kArray = 0x1c,
  kAnnotation = 0x1d,
  kNull = 0x1e,
  kBooleanValue = 0x1f,
};

struct DexValue {
  std::uint8_t type = kNull;
  std::uint64_t bits = 0;  // sign-extended where the type has a sign; an index otherwise
};

class ValueReader {
 public:
  ValueReader(ByteView bytes, std::size_t at) : r_(bytes) { r_.seek(at); }

  bool ok() const { return r_.ok() && !bad_; }
  std::uint32_t leb() { return uleb128(r_); }
  DexValue next(int depth = 0) {
    const std::uint8_t head = r_.u8();
    DexValue v{static_cast<std::uint8_t>(head & 0x1f)};
    const int argument = head >> 5;
    if (v.type == kArray || v.type == kAnnotation) {
      skip_nested(v.type, depth + 1);
    } else if (v.type != kNull && v.type != kBooleanValue) {
      v.bits = number(argument + 1, v.type == kByte || v.type == kShort || v.type == kInt || v.type == kLong);
    }
    return v;
  }

 private:
  std::uint64_t number(int bytes, bool sign) {
    std::uint64_t v = 0;
    for (int i = 0; i < bytes; ++i) v |= std::uint64_t{r_.u8()} << (8 * i);
    const int unused = 64 - 8 * bytes;
    return sign ? static_cast<std::uint64_t>(static_cast<std::int64_t>(v << unused) >> unused) : v;
  }
  void skip_nested(std::uint8_t type, int depth) {
    bad_ |= depth > kMaxDexValueDepth;
    if (type == kAnnotation) leb();
    for (std::uint32_t left = leb(); left > 0 && ok(); --left) {
      if (type == kAnnotation) leb();
      next(depth);
    }
  }

  ByteReader r_;
  bool bad_ = false;
};

std::optional<std::string> as_constant(const DexFile& dex, const DexValue& v) {
  switch (v.type) {
    case kStringValue:
      return std::string(dex.string(static_cast<std::uint32_t>(v.bits)));
    case kByte:
    case kShort:
    case kInt:
    case kLong:
      return std::to_string(static_cast<std::int64_t>(v.bits));
    default:
      return std::nullopt;
  }
}
}  // namespace

std::optional<std::string> DexFile::constant(std::uint32_t class_index, std::string_view field_name) const {
  const DexClass c = class_def(class_index);
  if (c.values_at == 0) return std::nullopt;
  ValueReader values(bytes_, c.values_at);
  DexClassData data(*this, c);
  // One value for each static field, in their order; those at the end may be missing.
  for (std::uint32_t left = values.leb(); left > 0 && values.ok(); --left) {
    const DexValue value = values.next();
    const auto member = data.next_field();
    if (!member || !values.ok()) return std::nullopt;
    if (string(field(member->index).name, kMaxDexNameBytes) == field_name) return as_constant(*this, value);
  }
  return std::nullopt;
}

std::optional<std::uint32_t> DexFile::method_of_handle(std::uint32_t index) const {
  constexpr std::uint16_t kFirstInvoke = 0x04, kLastInvoke = 0x08;  // method_handle_type
  const auto at = entry(handles_, index, 8);
  if (!at) return std::nullopt;
  const auto type = load<std::uint16_t>(*at);
  if (type < kFirstInvoke || type > kLastInvoke) return std::nullopt;
  return load<std::uint16_t>(*at + 4);
}

std::vector<std::uint32_t> DexFile::methods_of_call_site(std::uint32_t index) const {
  std::vector<std::uint32_t> out;
  const auto id = entry(call_sites_, index, 4);
  if (!id) return out;
  ValueReader values(bytes_, load<std::uint32_t>(*id));
  for (std::uint32_t left = values.leb(); left > 0 && values.ok(); --left) {
    const DexValue v = values.next();
    if (!values.ok() || v.type != kMethodHandle) continue;
    if (const auto method = method_of_handle(static_cast<std::uint32_t>(v.bits))) out.push_back(*method);
  }
  return out;
}

}  // namespace storesweep::apk
