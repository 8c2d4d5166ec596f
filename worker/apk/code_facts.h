// What the code of a package says, with names instead of numbers of catalogues: call sites of sensitive
// sources and whose they are, SDKs, native libraries. Plain values; leads, never findings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace storesweep {

struct CallFact {
  std::string source;  // of rules/sources.yaml: "imei"; marks of behaviour too: "dynamic_code"
  std::string how;     // "call", "reflection", "content URI", ..
  std::string target;  // the method, or the constant
  std::string caller_class, caller_method, caller_descriptor;
  std::string owner;  // id of an SDK, "app", or "unknown"
  std::uint32_t count = 1;
  bool weak = false;  // says little by itself
  bool operator==(const CallFact&) const = default;
};

struct SdkUse {
  std::string id, name, company, kind;
  std::string version;       // empty: unknown
  std::string version_from;  // what told it
  std::size_t classes = 0;
  std::vector<std::string> evidence;
  bool operator==(const SdkUse&) const = default;
};

struct NativeFact {
  std::string path, abi, soname;
  std::vector<std::string> jni_exports;
  bool jni_on_load = false;
  std::string owner;  // id of an SDK, or empty
  bool operator==(const NativeFact&) const = default;
};

struct CodeSummary {
  bool looked_at = false;  // false: nobody asked, or nothing could be read
  std::size_t files = 0;   // dex or class files
  std::size_t classes = 0, renamed_classes = 0;
  std::uint64_t methods = 0, calls = 0;
  std::vector<CallFact> calls_of_sources;
  std::vector<SdkUse> sdks;
  std::vector<NativeFact> libraries;
  std::vector<std::string> gaps;           // what was not looked at, and why
  std::vector<std::string> sources_known;  // ids that were looked for
  // Permissions that a known source needs: what can be said to be without a call site.
  std::vector<std::string> permissions_known;
  // Of those, the ones that a source with a call site needs.
  std::vector<std::string> permissions_used;
  bool operator==(const CodeSummary&) const = default;
};

}  // namespace storesweep
