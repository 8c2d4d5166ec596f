// Brings the files of a listing's app here and reads what they say: by libcurl through the cache, one APK or
// the members of a set. Safe for concurrent use; client and cache outlive it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/cancel.h"
#include "common/model/app_facts.h"
#include "common/model/listing.h"
#include "common/net/client.h"
#include "worker/apk/package.h"
#include "worker/job/cache.h"
#include "worker/job/decoys.h"
#include "worker/job/stages.h"

namespace storesweep::job {

struct FetchLimits {
  std::uint64_t max_apk_bytes = std::uint64_t{4} << 30;  // of one file
};

// The files are held in the cache as long as this lives.
struct AppFiles {
  ApkFacts facts;              // without what its code says; of a quick app only file_set and needs
  AppFacts app_facts;          // what the rules need of them, and of the code where it could be read in time
  SdkList sdks;                // not looked where the code could not be read
  std::vector<Digest> signer;  // certificates; empty where the signature could not be checked
  std::string refused;         // why no device needs to try it, in words; empty: nothing speaks against it
  std::vector<CachedFile> files;
  std::shared_ptr<const DecoySet> decoys;  // for a run that looks for associated starts; null: it has none
  std::shared_ptr<const AppFiles>
      older;  // an earlier version by the same signer, to update from; may be null
};
using FetchedApp = std::variant<AppFiles, JobFailure>;

class Fetcher {
 public:
  // knowledge: what code is looked through for; outlives the fetcher.
  Fetcher(net::Client& client, Cache& cache, FetchLimits limits, FactsKnowledge knowledge = {})
      : client_(client), cache_(cache), limits_(limits), knowledge_(knowledge) {}

  // Failures: app where the address is at fault or leads to another app, infrastructure else. A file that
  // cannot be read is fetched and `refused`: a fact about these bytes, which nobody needs to fetch again.
  FetchedApp fetch(const Listing& listing, const Deadline& deadline);
  // What was fetched before and is still in the cache, without asking anybody.
  std::optional<AppFiles> again(const Digest& file_set);
  // The nearest earlier version of the app by the same signer that this cache ever fetched and still holds.
  std::shared_ptr<const AppFiles> older_than(const AppFiles& app, const Deadline& deadline);

 private:
  struct Known {
    AppFiles app;  // without its files
    std::vector<Digest> members;
  };
  Status read_package(AppFiles& app, const Deadline& deadline) const;
  void read_code(AppFiles& app, PackageReader reader) const;
  void remember(const AppFiles& app);
  Result<CachedFile> bring(const std::string& address, const std::optional<Digest>& known,
                           const Deadline& deadline);

  net::Client& client_;
  Cache& cache_;
  const FetchLimits limits_;
  const FactsKnowledge knowledge_;
  std::mutex mutex_;
  std::map<Digest, Known> known_;
};

// A device that has `older` takes `newer` over it as an update: the same app, by the same signer, and a
// higher version. Pure.
bool updates(const AppFiles& older, const AppFiles& newer);

// The addresses that a listing names: one, or those of a set with blanks or line breaks between them. A path
// of this machine becomes a file: address. Pure.
std::vector<std::string> addresses_of(const std::string& apk_url);
// "/a b/c.apk" as "file:///a%20b/c.apk". Pure.
std::string file_url(const std::string& absolute_path);

}  // namespace storesweep::job
