// A native library (ELF, as the platform's linker reads it: by its dynamic segment, for section headers may
// be missing or lie): what it exports to Java, what it needs. Hostile input, bounded. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/status.h"

namespace storesweep::apk {

inline constexpr std::size_t kMaxElfSymbols = 1'000'000;
inline constexpr std::size_t kMaxJniExports = 10'000;
inline constexpr std::size_t kMaxElfNeeded = 1'000;
inline constexpr std::size_t kMaxElfNameBytes = 1'024;  // longer ones are cut

struct NativeLibrary {
  std::string
      abi;  // what the file is for: arm64-v8a, armeabi-v7a, x86, x86_64, mips, riscv64; empty: none of them
  std::string soname;                    // "" where it has none
  std::vector<std::string> needed;       // in order
  std::vector<std::string> jni_exports;  // Java_com_foo_Bar_baz, sorted
  bool jni_on_load = false;              // may register methods under any name
  bool operator==(const NativeLibrary&) const = default;
};

// kCorrupt for what the linker would not load.
Result<NativeLibrary> read_native_library(ByteView bytes);

// The class that an exported JNI name belongs to: Java_com_foo_Bar_1x_baz -> com.foo.Bar_x (JNI
// specification, "Resolving Native Method Names"). Empty when it is none.
std::string jni_class(std::string_view exported);

}  // namespace storesweep::apk
