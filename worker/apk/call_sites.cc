#include "worker/apk/call_sites.h"

#include <algorithm>
#include <iterator>

#include "worker/apk/scanner_tables.h"

namespace storesweep::apk {

std::string_view call_how_name(CallHow how) {
  switch (how) {
    case CallHow::kCall:
      return "call";
    case CallHow::kField:
      return "field";
    case CallHow::kReflection:
      return "reflection";
    case CallHow::kContentUri:
      return "content URI";
    case CallHow::kSettingsKey:
      return "settings key";
    case CallHow::kSystemProperty:
      return "system property";
    case CallHow::kPath:
      return "path";
    case CallHow::kCommand:
      return "command";
    case CallHow::kName:
      return "name";
  }
  return "";
}

void CodeFacts::add(CodeFacts other) {
  if (!call_sites.add(std::move(other.call_sites))) note_gap(*this, "more call sites than are kept");
  const std::size_t room = kMaxScannedClasses - std::min(kMaxScannedClasses, classes.size());
  if (other.classes.size() > room) note_gap(*this, "more classes than are kept");
  other.classes.resize(std::min(room, other.classes.size()));
  std::ranges::move(other.classes, std::back_inserter(classes));
  methods += other.methods;
  calls += other.calls;
  for (std::string& gap : other.gaps) note_gap(*this, std::move(gap));
}

CallSiteScanner::CallSiteScanner(const SourceCatalogue& sources)
    : tables_(std::make_unique<const ScannerTables>(sources)) {}
CallSiteScanner::~CallSiteScanner() = default;
CallSiteScanner::CallSiteScanner(CallSiteScanner&&) noexcept = default;

}  // namespace storesweep::apk
