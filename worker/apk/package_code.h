// The code of an open package: dex files (two side by side, where the caller gives threads), class files,
// native libraries, whose classes are whose, which SDKs there are. Only what is being looked at is held in
// memory. Private to package.cc.
#pragma once

#include "worker/apk/budget.h"
#include "worker/apk/open_package.h"
#include "worker/apk/package.h"

namespace storesweep::apk {

inline constexpr std::size_t kMaxDexBytes = 48u << 20;       // of one dex file, inflated
inline constexpr std::size_t kMaxTogetherBytes = 12u << 20;  // of two dex files side by side, inflated
inline constexpr std::size_t kMaxJarBytes = 48u << 20;       // of one .jar within a library
inline constexpr std::size_t kMaxNativeBytes = 40u << 20;    // of one library that lies deflated
inline constexpr std::size_t kMaxCodeFiles = 20'000;         // dex and class files
inline constexpr std::size_t kMaxNativeLibraries = 2'000;
inline constexpr std::size_t kMaxClassBytes = 4u << 20;
inline constexpr std::size_t kMaxGaps = 200;

// facts: as declared. Errors are those of the budget alone; everything else is a gap.
Result<CodeSummary> read_code(const OpenPackage& package, const ApkFacts& facts, const FactsOptions& options,
                              Budget& budget);
// The same of a dex file, or a jar, that lies there by itself.
Result<CodeSummary> read_bare_code(ByteView file, const FactsOptions& options, Budget& budget);

}  // namespace storesweep::apk
