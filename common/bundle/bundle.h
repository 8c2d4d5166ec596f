// Evidence that is handed on: one or more results with their journals, pictures, rule packs and the
// coordinator's signatures in one container (schemas/BUNDLE.md), made by `storesweep evidence export` and
// checked without a server by `storesweep evidence verify`. Everything in it that is not signed follows from
// what is, to the byte: verifying makes it again and compares. Blocks on the disk for a moment (the rule pack
// is loaded from a folder of its own); no thread rule.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/bundle/trust.h"
#include "common/evidence/container.h"
#include "common/evidence/journal.h"
#include "common/model/listing.h"
#include "common/model/verdict.h"
#include "common/report/statement.h"

namespace storesweep {

inline constexpr std::size_t kMaxBundleResults = 500;

// One result, as its coordinator gave it.
struct BundleResult {
  SignedStatement statement;
  std::vector<Closing> closings;  // of the statement's runs, in their order
  Listing listing;
  Verdict verdict;
  std::vector<std::string> journals;  // their bytes, in the same order
};
struct BundleParts {
  std::vector<BundleResult> results;
  std::map<Digest, std::string> blobs;  // all that the journals name
  std::map<Digest, std::string> packs;  // each rule pack's files as a container, by its SHA-256
};

// What a bundle that held proves.
struct VerifiedResult {
  JobId job;
  Listing listing;
  Verdict verdict;
  std::vector<Closing> closings;
  std::vector<std::string> workers;  // that signed its journals
};
struct VerifiedBundle {
  std::vector<VerifiedResult> results;
  std::size_t members = 0;
};

// Checks the parts as verify_bundle does, whoever signed them, before it packs them. Errors say what is wrong
// or missing.
Result<std::string> make_bundle(const BundleParts& parts);
// kCorrupt names the member that does not hold, and where; kPermission the key that is not trusted;
// kUnsupported: judged by another version of the judge than this program's.
Result<VerifiedBundle> verify_bundle_untrusted(ByteView file, const TrustedKeys& trusted);
// The keys that the bundle's signatures name, unchecked: for the one who must decide whom to trust.
Result<std::vector<std::string>> bundle_keys_untrusted(ByteView file);

}  // namespace storesweep
