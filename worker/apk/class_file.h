// One Java class file as tables over its bytes (The Java Virtual Machine Specification, chapter 4; versions
// up to 65): constant pool, fields, methods with their code. Hostile input; an index that is not there, or is
// of another kind, reads as empty. The bytes must outlive the file. Values; safe for concurrent reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/status.h"

namespace storesweep::apk {

inline constexpr int kMaxClassVersion = 65;

struct ClassMember {
  std::string_view name, descriptor;  // MUTF-8; onCreate, (Landroid/os/Bundle;)V
  std::uint16_t flags = 0, constant = 0;
  std::uint16_t max_stack = 0, max_locals = 0;
  ByteView code;      // methods; empty: none
  ByteView handlers;  // exception table, 8 bytes an entry
};

struct ClassRef {
  std::string_view owner;  // android/os/Build, or an array's descriptor
  std::string_view name, descriptor;
};

class ClassFile {
 public:
  static Result<ClassFile> parse(ByteView bytes);

  int version() const { return version_; }
  std::string_view name() const { return class_name(this_); }    // com/foo/Bar$Baz
  std::string_view super() const { return class_name(super_); }  // "" of Object alone
  const std::vector<ClassMember>& fields() const { return fields_; }
  const std::vector<ClassMember>& methods() const { return methods_; }

  std::uint16_t constant_count() const { return static_cast<std::uint16_t>(constants_.size()); }
  std::uint8_t tag(std::uint16_t index) const;
  std::string_view utf8(std::uint16_t index) const;
  std::string_view class_name(std::uint16_t index) const;
  std::string_view string(std::uint16_t index) const;      // of a String constant
  std::optional<ClassRef> ref(std::uint16_t index) const;  // Fieldref, Methodref, InterfaceMethodref
  // The methods that a dynamic call site hands over: its bootstrap's handle and those among its arguments, as
  // indices of the pool.
  std::vector<std::uint16_t> methods_of_call_site(std::uint16_t index) const;
  std::string_view call_site_descriptor(std::uint16_t index) const;
  // The method that a method handle stands for, as an index of the pool.
  std::optional<std::uint16_t> method_of_handle(std::uint16_t index) const;
  // The ConstantValue of a field as text (a string or a whole number).
  std::optional<std::string> constant(std::string_view field_name) const;

 private:
  Status read_pool(ByteReader& r);
  Status read_members(ByteReader& r, std::vector<ClassMember>& out);
  void read_code(ByteView attribute, ClassMember& member) const;
  void read_bootstraps(ByteView attribute);
  ByteView entry(std::uint16_t index, std::uint8_t tag) const;

  ByteView bytes_;
  int version_ = 0;
  std::uint16_t this_ = 0, super_ = 0;
  std::vector<std::uint32_t> constants_;  // where each begins; 0: none
  std::vector<ClassMember> fields_, methods_;
  std::vector<std::vector<std::uint16_t>> bootstraps_;  // handle, then arguments
};

}  // namespace storesweep::apk
