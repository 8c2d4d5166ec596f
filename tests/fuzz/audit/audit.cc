// A line of an audit log as `audit verify` reads it. What is taken for one is taken so again, and one that
// was written follows its head.
#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/audit/chain.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto link = audit_link_untrusted(text); link.ok()) {
    AuditHead before{link->n - 1, link->previous};
    if (link->n > 0 && !follows(before, *link).ok()) __builtin_trap();
  }
  AuditHead head;
  const std::string line = audit_line({.event = "e" + text, .who = text, .named = {{text, text}}}, 0, head);
  const auto link = audit_link_untrusted(line);
  if (!link.ok() || !follows({}, *link).ok() || link->hash != head.hash) __builtin_trap();
  if (line.find('\n') != line.npos) __builtin_trap();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {
      R"({"n":1,"previous":"0000000000000000000000000000000000000000000000000000000000000000","event":"a"})",
      R"({"n":2,"previous":"zz","event":""})", "[]", "{"};
}
