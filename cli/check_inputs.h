// What `check` is given beside the package: read and checked before any device is touched. Errors name the
// option. One thread.
#pragma once

#include <string>
#include <vector>

#include "cli/verbs.h"
#include "common/model/listing.h"
#include "common/model/verdict.h"
#include "common/rules/pack.h"
#include "worker/local.h"

namespace storesweep::cli {

struct Baseline {
  Listing listing;
  Verdict verdict;
};
// What `check --format json` or `verdict --json` wrote.
Result<Baseline> read_baseline(const std::string& file);
Result<Listing> read_listing(const std::string& file);
// "R1.3,R5.7": each a rule of the pack.
Result<std::vector<std::string>> required_rules(const std::vector<std::string>& names, const RulePack& pack);
// A privacy policy from a file or an http(s) address, as it is. Nothing of it is read here.
Result<job::RunExtras> read_policy(const std::string& source, const std::string& scratch,
                                   const Deadline& deadline);
// Decoys are kept in that folder and made by the program beside ours (probes/decoys.py); no folder: none.
job::DecoyOptions decoys_in(const std::string& folder);
// As the adb program finds its server: by ANDROID_ADB_SERVER_PORT, else 5037 of this host.
Result<adb::ServerAddress> adb_server(const std::string& named);

}  // namespace storesweep::cli
