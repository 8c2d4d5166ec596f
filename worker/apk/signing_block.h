// The block between the members of a package and its directory, which holds its signatures (AOSP "APK
// Signature Scheme v2"; the block of quick apps is built alike under another magic). Hostile input. Views
// into the file. Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "worker/apk/zip.h"

namespace storesweep::apk {

inline constexpr std::string_view kApkBlockMagic = "APK Sig Block 42", kRpkBlockMagic = "RPK Sig Block 42";
inline constexpr std::size_t kMaxBlockPairs = 1024;

struct SigningBlock {
  struct Pair {
    std::uint32_t id;
    ByteView value;
  };
  std::vector<Pair> pairs;
  std::uint64_t at = 0;    // where the block begins
  bool malformed = false;  // what follows the pairs that are here cannot be read

  const Pair* find(std::uint32_t id) const;  // the first
};

// Nothing where there is no such block, and where the platform does not look for one: with zip64, and where
// the directory does not end at the end record.
std::optional<SigningBlock> find_signing_block(ByteView file, const ZipArchive& zip, std::string_view magic);

// What is signed: the file without the block, the directory's offset in the end record as if it were not
// there.
struct SignedSections {
  ByteView members, directory;
  Bytes end;
};
SignedSections signed_sections(ByteView file, const ZipArchive& zip, const SigningBlock& block);

// A view with its length in front (uint32), or nothing.
std::optional<ByteView> take_prefixed(ByteReader& r);

}  // namespace storesweep::apk
