// How lists and small structures stand in a column of a database: numbers little endian, texts and lists
// after their length. What is read back is ours, but a broken disk is not: bytes that do not fit give what
// could be read. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "coordinator/store/records.h"

namespace storesweep::codec {

std::string texts(const std::vector<std::string>& list);
std::vector<std::string> texts(std::string_view bytes);
std::string permissions(const std::vector<DeclaredPermission>& list);
std::vector<DeclaredPermission> permissions(std::string_view bytes);
std::string digest(const Digest& d);
Digest digest(std::string_view bytes);
// (epoch, n) as one number, in their order; n below 2^40, the epoch below 2^23.
std::optional<std::int64_t> token(TokenKey key);
TokenKey token(std::int64_t number);
std::string needs(const Needs& needs);
Needs needs(std::string_view bytes);
std::string device(const Device& device);
Device device(std::string_view bytes);
std::string blobs(const std::vector<BlobRef>& list);
std::vector<BlobRef> blobs(std::string_view bytes);
std::string figures(const RunFigures& figures);
RunFigures figures(std::string_view bytes);
void add(RunFigures& sum, const RunFigures& figures);
std::string sdks(const SdkList& list);  // empty where nobody has looked
SdkList sdks(std::string_view bytes);
std::string groups(const Groups& groups);
Groups groups(std::string_view bytes);
std::string tallies(const std::vector<Tally>& list);
std::vector<Tally> tallies(std::string_view bytes);
std::string outcomes(const std::vector<RuleOutcome>& list);
std::vector<RuleOutcome> outcomes(std::string_view bytes);
std::string voided(const std::vector<VoidedRule>& list);
std::vector<VoidedRule> voided(std::string_view bytes);
std::string runs(const std::vector<RunId>& list);
std::vector<RunId> runs(std::string_view bytes);

// How often each (task, rule, level) was given.
struct TallyLess {
  bool operator()(const Tally& a, const Tally& b) const {
    return std::tie(a.task, a.rule, a.level) < std::tie(b.task, b.rule, b.level);
  }
};
using Counts = std::map<Tally, std::int64_t, TallyLess>;
std::string counts(const Counts& counts);
Counts counts(std::string_view bytes);
void add(Counts& sum, const Counts& change);  // what comes to 0 goes

// Of all of a listing that is not its key, its rank or its downloads: 16 bytes that change when the content
// does. (Ranks and downloads move daily; nobody tests an app again for them.)
std::string content_hash(const Listing& listing);

}  // namespace storesweep::codec
