#include "worker/apk/class_file.h"

#include <algorithm>
#include <array>
#include <bit>

namespace storesweep::apk {
namespace {
// JVMS 4.4, table 4.4-A; by tag, the bytes behind it (Utf8 has its own).
enum Tag : std::uint8_t {
  kUtf8 = 1,
  kInteger = 3,
  kLong = 5,
  kDouble = 6,
  kClass = 7,
  kString = 8,
  kFieldref = 9,
  kMethodref = 10,
  kInterfaceMethodref = 11,
  kNameAndType = 12,
  kMethodHandle = 15,
  kDynamic = 17,
  kInvokeDynamic = 18,
};
constexpr std::array<std::uint8_t, 21> kTagBytes = {0, 2, 0, 4, 4, 8, 8, 2, 2, 4, 4,
                                                    4, 4, 0, 0, 3, 2, 4, 4, 2, 2};

// Class files are big-endian.
std::uint16_t big16(ByteView b, std::size_t at) {
  return at + 2 <= b.size() ? static_cast<std::uint16_t>(b[at] << 8 | b[at + 1]) : std::uint16_t{0};
}
std::uint32_t big32(ByteView b, std::size_t at) {
  return std::uint32_t{big16(b, at)} << 16 | big16(b, at + 2);
}
std::uint16_t big16(ByteReader& r) { return big16(r.take(2), 0); }
std::uint32_t big32(ByteReader& r) { return big32(r.take(4), 0); }
}  // namespace

Result<ClassFile> ClassFile::parse(ByteView bytes) {
  ByteReader r(bytes);
  if (big32(r) != 0xcafebabe) return corrupt("class file: no magic number");
  ClassFile file;
  file.bytes_ = bytes;
  r.skip(2);
  file.version_ = big16(r);
  if (file.version_ > kMaxClassVersion)
    return unsupported("class file: version " + std::to_string(file.version_));
  TRY(file.read_pool(r));
  r.skip(2);  // flags
  file.this_ = big16(r);
  file.super_ = big16(r);
  r.skip(std::size_t{big16(r)} * 2);  // interfaces
  TRY(file.read_members(r, file.fields_));
  TRY(file.read_members(r, file.methods_));
  for (std::uint16_t left = big16(r); left > 0; --left) {
    const std::string_view name = file.utf8(big16(r));
    const ByteView content = r.take(big32(r));
    if (name == "BootstrapMethods") file.read_bootstraps(content);
  }
  if (!r.ok()) return corrupt("class file: cut off");
  if (file.name().empty()) return corrupt("class file: it has no name");
  return file;
}

Status ClassFile::read_pool(ByteReader& r) {
  const std::uint16_t count = big16(r);
  constants_.assign(count, 0);
  for (std::size_t i = 1; i < count; ++i) {
    constants_[i] = static_cast<std::uint32_t>(r.at());
    const std::uint8_t t = r.u8();
    if (!r.ok() || t >= kTagBytes.size() || kTagBytes[t] == 0)
      return corrupt("class file: constant " + std::to_string(i) + " is of no known kind");
    r.skip(t == kUtf8 ? std::size_t{big16(r)} : std::size_t{kTagBytes[t]});
    if (t == kLong || t == kDouble) ++i;  // takes two places
  }
  return r.ok() ? ok_status() : corrupt("class file: the constant pool is cut off");
}

Status ClassFile::read_members(ByteReader& r, std::vector<ClassMember>& out) {
  for (std::uint16_t left = big16(r); left > 0; --left) {
    ClassMember m;
    m.flags = big16(r);
    m.name = utf8(big16(r));
    m.descriptor = utf8(big16(r));
    for (std::uint16_t attributes = big16(r); attributes > 0 && r.ok(); --attributes) {
      const std::string_view name = utf8(big16(r));
      const ByteView content = r.take(big32(r));
      if (name == "Code") read_code(content, m);
      if (name == "ConstantValue") m.constant = big16(content, 0);
    }
    if (!r.ok()) return corrupt("class file: a member is cut off");
    out.push_back(m);
  }
  return ok_status();
}

void ClassFile::read_code(ByteView attribute, ClassMember& member) const {
  ByteReader r(attribute);
  const std::uint16_t stack = big16(r), locals = big16(r);
  const ByteView code = r.take(big32(r));
  const ByteView handlers = r.take(std::size_t{big16(r)} * 8);
  if (!r.ok()) return;
  member.max_stack = stack;
  member.max_locals = locals;
  member.code = code;
  member.handlers = handlers;
}

void ClassFile::read_bootstraps(ByteView attribute) {
  ByteReader r(attribute);
  bootstraps_.clear();
  for (std::uint16_t left = big16(r); left > 0 && r.ok(); --left) {
    std::vector<std::uint16_t>& b = bootstraps_.emplace_back(1, big16(r));
    for (std::uint16_t arguments = big16(r); arguments > 0 && r.ok(); --arguments) b.push_back(big16(r));
  }
}

// What stands behind the tag.
ByteView ClassFile::entry(std::uint16_t index, std::uint8_t wanted) const {
  if (tag(index) != wanted) return {};
  return bytes_.subspan(constants_[index] + 1);
}

std::uint8_t ClassFile::tag(std::uint16_t index) const {
  return index < constants_.size() && constants_[index] != 0 ? bytes_[constants_[index]] : std::uint8_t{0};
}

std::string_view ClassFile::utf8(std::uint16_t index) const {
  const ByteView e = entry(index, kUtf8);
  return e.empty() ? "" : as_text(e.subspan(2, big16(e, 0)));
}

std::string_view ClassFile::class_name(std::uint16_t index) const {
  const ByteView e = entry(index, kClass);
  return e.empty() ? "" : utf8(big16(e, 0));
}

std::string_view ClassFile::string(std::uint16_t index) const {
  const ByteView e = entry(index, kString);
  return e.empty() ? "" : utf8(big16(e, 0));
}

std::optional<ClassRef> ClassFile::ref(std::uint16_t index) const {
  const std::uint8_t t = tag(index);
  if (t != kFieldref && t != kMethodref && t != kInterfaceMethodref) return std::nullopt;
  const ByteView e = entry(index, t), name_type = entry(big16(e, 2), kNameAndType);
  if (name_type.empty()) return std::nullopt;
  return ClassRef{class_name(big16(e, 0)), utf8(big16(name_type, 0)), utf8(big16(name_type, 2))};
}

std::string_view ClassFile::call_site_descriptor(std::uint16_t index) const {
  const ByteView e = entry(index, kInvokeDynamic);
  const ByteView name_type = e.empty() ? ByteView() : entry(big16(e, 2), kNameAndType);
  return name_type.empty() ? "" : utf8(big16(name_type, 2));
}

std::optional<std::uint16_t> ClassFile::method_of_handle(std::uint16_t index) const {
  constexpr std::uint8_t kFirstInvoke = 5, kLastInvoke = 9;  // JVMS table 5.4.3.5-A
  const ByteView e = entry(index, kMethodHandle);
  if (e.empty() || e[0] < kFirstInvoke || e[0] > kLastInvoke) return std::nullopt;
  return big16(e, 1);
}

std::vector<std::uint16_t> ClassFile::methods_of_call_site(std::uint16_t index) const {
  std::vector<std::uint16_t> out;
  const ByteView e = entry(index, kInvokeDynamic);
  if (e.empty() || big16(e, 0) >= bootstraps_.size()) return out;
  for (std::uint16_t constant : bootstraps_[big16(e, 0)]) {
    if (const auto method = method_of_handle(constant)) out.push_back(*method);
  }
  return out;
}

std::optional<std::string> ClassFile::constant(std::string_view field_name) const {
  const auto field = std::ranges::find(fields_, field_name, &ClassMember::name);
  if (field == fields_.end() || field->constant == 0) return std::nullopt;
  if (const ByteView e = entry(field->constant, kInteger); !e.empty())
    return std::to_string(std::bit_cast<std::int32_t>(big32(e, 0)));
  if (const ByteView e = entry(field->constant, kLong); !e.empty())
    return std::to_string(
        std::bit_cast<std::int64_t>(std::uint64_t{big32(e, 0)} << 32 | std::uint64_t{big32(e, 4)}));
  if (tag(field->constant) == kString) return std::string(string(field->constant));
  return std::nullopt;
}

}  // namespace storesweep::apk
