// Where code touches a sensitive source (rules/sources.yaml): each call site with its calling class and
// method, in dex and in class files, by direct call, field, reflection with constant strings, content URI,
// settings key, system property, path or command. One pass over the code; only a method that calls something
// that takes a constant is followed register by register. Leads, never findings. Hostile input, bounded. A
// scanner is a plain value after it is made: any thread may scan with it, several files at once; what it was
// made from must outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/rules/sources.h"
#include "worker/apk/call_site_list.h"
#include "worker/apk/class_file.h"
#include "worker/apk/dex.h"

namespace storesweep::apk {

inline constexpr std::size_t kMaxCallSiteTextBytes = 512;    // names and constants: longer ones are cut
inline constexpr std::size_t kMaxCallSitesBytes = 8u << 20;  // text of all
inline constexpr std::size_t kMaxScannedClasses = 300'000;
inline constexpr std::size_t kMaxClassNamesBytes = 32u << 20;  // text of all
// Code is walked once, but methods may share it, and hostile ones share all of it: so many times a file's
// bytes.
inline constexpr std::size_t kMaxCodeWalkFactor = 8;
inline constexpr std::size_t kMaxPatternTextBytes = 256;  // of a constant that is held to the patterns
inline constexpr std::size_t kMaxFlowValues = 1u << 20;  // registers at labels of one method that is followed
inline constexpr int kMaxFlowPasses = 16;

// What one scan found; add() what another found to join the dex files of a package.
struct CodeFacts {
  CallSites call_sites;
  std::vector<std::string> classes;  // defined here, com.foo.Bar, in the file's order
  std::uint64_t methods = 0, calls = 0;
  // Not everything was looked at: broken class data or code, or a bound was reached.
  std::vector<std::string> gaps;
  void add(CodeFacts other);
};

struct ScannerTables;

class CallSiteScanner {
 public:
  explicit CallSiteScanner(const SourceCatalogue& sources);
  ~CallSiteScanner();
  CallSiteScanner(CallSiteScanner&&) noexcept;

  CodeFacts scan(const DexFile& dex) const;
  CodeFacts scan(const ClassFile& file) const;

 private:
  std::unique_ptr<const ScannerTables> tables_;
};

}  // namespace storesweep::apk
