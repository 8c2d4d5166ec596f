// R9.2 to R9.7 and R10.2: what a store's page says of an app beside what the app's package says of itself.
// Absence accuses only where the whole page was captured, and a difference only where page and package are of
// one download: else both are suspected. What stands there is never called true.
#include <algorithm>

#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/evidence/names.h"
#include "common/judge/items.h"
#include "common/rules/listing_check.h"
#include "common/rules/permission_groups.h"

namespace storesweep {
namespace {

using Kind = ListingDifferenceKind;

constexpr std::size_t kMaxShown = 200;  // bytes of a text of a page in a sentence

RunResult untested(Reason reason) {
  RunResult r;
  r.reasons = {reason};
  return r;
}

// Nothing: the item can be judged.
std::optional<RunResult> unjudgeable(const RunInput& in) {
  RunResult r;
  if (!in.listing.page_captured()) {
    r.otherwise = Level::kNotApplicable;
    return r;
  }
  r.reasons = channel_gaps(in.t, record_name::kAppFacts);
  if (r.reasons.empty()) return std::nullopt;
  return r;
}

std::string shown(std::string_view text) { return clean_utf8(text.substr(0, kMaxShown)); }

// The file of which the page gives the hash is the very one that was looked at.
bool same_download(const RunInput& in) {
  const auto listed = digest_from_hex(in.listing.apk_sha256);
  return listed && sha256(*listed) == in.t.journal->header.file_set;
}

Finding page_finding(const RunInput& in, Level level, std::string_view what,
                     std::vector<std::pair<std::string, std::string>> values, std::vector<Missing> missing) {
  Moment at;
  at.record = in.t.listing_record;
  at.excerpt = "page " + in.listing.page + ": ";
  for (const auto& [key, value] : values) at.excerpt += key + " " + value + "; ";
  Finding f = finding(in, at, level, what, std::move(values), std::move(missing));
  f.phase = Phase::kP0;
  if (in.t.facts) f.evidence.push_back({in.t.journal->sha256, in.t.facts_record, "package " + in.t.package});
  return f;
}

Finding absent(const RunInput& in, std::string_view what,
               std::vector<std::pair<std::string, std::string>> values = {}) {
  const bool whole = in.listing.page_whole();
  return page_finding(in, whole ? Level::kViolation : Level::kSuspected, what, std::move(values),
                      whole ? std::vector<Missing>{} : std::vector{Missing::kPagePartial});
}

Finding differs(const RunInput& in, std::string_view what, const ListingDifference& d) {
  const bool same = same_download(in);
  return page_finding(in, same ? Level::kViolation : Level::kSuspected, what,
                      {{"listed", shown(d.listed)}, {"found", shown(d.found)}},
                      same ? std::vector<Missing>{} : std::vector{Missing::kSameDownload});
}

std::vector<ListingDifference> differences(const RunInput& in) {
  return compare_listing(in.listing, *in.t.facts);
}

// The names of all differences of a kind, for one finding.
std::string all_of(const std::vector<ListingDifference>& list, Kind kind) {
  std::string out;
  for (const ListingDifference& d : list) {
    const std::string& name = d.listed.empty() ? d.found : d.listed;
    // What no runtime permission guards needs no purpose on a page (T/TAF 078.4 names groups of them).
    if (d.kind != kind || groups_named(name).empty()) continue;
    if (!out.empty()) out += ", ";
    out += name;
  }
  return shown(out);
}

// What a page could not say at all: whatever is not accused here, a person has to read.
RunResult for_people(RunResult r) {
  if (r.findings.empty()) r.reasons.insert(Reason::kDocumentReview);
  return r;
}

}  // namespace

RunResult page_name(const RunInput& in) {
  if (auto no = unjudgeable(in)) return *no;
  RunResult r;
  for (const ListingDifference& d : differences(in)) {
    if (d.kind == Kind::kLabelMissing) r.findings.push_back(absent(in, "page.no_name"));
    if (d.kind == Kind::kLabelDiffers) r.findings.push_back(differs(in, "page.other_name", d));
  }
  if (in.t.facts->labels.empty() || !in.t.facts->labels_read) r.reasons = {Reason::kGrammar};
  if (r.reasons.empty()) r.otherwise = Level::kNotFound;
  return r;
}

RunResult page_developer(const RunInput& in) {
  if (auto no = unjudgeable(in)) return *no;
  RunResult r;
  if (trim(in.listing.developer).empty()) r.findings.push_back(absent(in, "page.no_developer"));
  return for_people(std::move(r));
}

RunResult page_version(const RunInput& in) {
  if (auto no = unjudgeable(in)) return *no;
  RunResult r;
  for (const ListingDifference& d : differences(in)) {
    if (d.kind == Kind::kVersionMissing) r.findings.push_back(absent(in, "page.no_version"));
    if (d.kind == Kind::kVersionDiffers && r.findings.empty())
      r.findings.push_back(differs(in, "page.other_version", d));
  }
  // A name that could not be resolved was compared with nothing.
  const bool by_name = !in.listing.version_name.empty() && !in.t.facts->version_name.empty();
  if (!by_name && in.listing.version_code == 0) {
    r.reasons = {Reason::kGrammar};
  } else {
    r.otherwise = Level::kNotFound;
  }
  return r;
}

RunResult page_permissions(const RunInput& in) {
  if (auto no = unjudgeable(in)) return *no;
  RunResult r;
  const auto found = differences(in);
  const bool none = std::any_of(found.begin(), found.end(), [](const ListingDifference& d) {
    return d.kind == Kind::kPermissionsMissing;
  });
  if (none) r.findings.push_back(absent(in, "page.no_permissions"));
  if (const std::string names = all_of(found, Kind::kPurposeMissing); !names.empty())
    r.findings.push_back(absent(in, "page.no_purpose", {{"permissions", names}}));
  if (const std::string names = all_of(found, Kind::kPermissionUndeclared); !names.empty()) {
    r.findings.push_back(page_finding(in, Level::kSuspected, "page.permission_undeclared",
                                      {{"permissions", names}}, {Missing::kOtherWords}));
  }
  r.otherwise = Level::kNotFound;
  return r;
}

RunResult page_policy(const RunInput& in) {
  if (auto no = unjudgeable(in)) return *no;
  RunResult r;
  if (trim(in.listing.policy_url).empty()) r.findings.push_back(absent(in, "page.no_policy"));
  return for_people(std::move(r));  // where the address leads nobody has read
}

// A proxy: the developer on the page is nobody's name.
RunResult page_identity(const RunInput& in) {
  if (!in.listing.page_captured()) return untested(Reason::kDocumentReview);
  RunResult r;
  const std::string_view developer = trim(in.listing.developer);
  const auto& words = in.pack.placeholder_developers;
  const bool placeholder = std::any_of(
      words.begin(), words.end(), [&](const std::string& word) { return same_spelling(developer, word); });
  if (developer.empty() || placeholder) {
    std::vector<Missing> missing = {Missing::kStoreUnasked};
    if (!in.listing.page_whole()) missing.push_back(Missing::kPagePartial);
    r.findings.push_back(page_finding(in, Level::kSuspected,
                                      developer.empty() ? "page.nobody" : "page.placeholder",
                                      {{"developer", shown(developer)}}, std::move(missing)));
  }
  return for_people(std::move(r));
}

}  // namespace storesweep
