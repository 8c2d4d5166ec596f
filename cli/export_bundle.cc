#include "cli/export_bundle.h"

#include <algorithm>

#include "cli/json_fields.h"
#include "common/base/hash.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {
namespace {
class Fetch {
 public:
  explicit Fetch(Session& session) : session_(session) {}

  Status add(std::int64_t job) {
    const std::string path = "/api/v1/results/" + std::to_string(job);
    BundleResult r;
    TRY_ASSIGN(const Json stated, session_.client.get(path + "/statement", {}, session_.quick()));
    TRY_ASSIGN(r.statement, statement_from_json(stated));
    for (const Json& one : below(stated, "closings")) {
      TRY_ASSIGN(const Closing closing, closing_from_json(one));
      r.closings.push_back(closing);
    }
    TRY_ASSIGN(const Json result, session_.client.get(path, {}, session_.quick()));
    TRY_ASSIGN(r.listing, listing_from_json(below(result, "listing")));
    TRY_ASSIGN(r.verdict, verdict_from_json(below(result, "verdict")));
    for (const Statement::Run& run : r.statement.statement.runs) {
      TRY_ASSIGN(std::string journal, blob(run.journal));
      TRY(add_blobs(journal));
      r.journals.push_back(std::move(journal));
    }
    TRY(add_pack(r.statement.statement.pack));
    parts_.results.push_back(std::move(r));
    return ok_status();
  }
  BundleParts take() { return std::move(parts_); }

 private:
  Result<std::string> blob(const Digest& digest) {
    TRY_ASSIGN(std::string bytes,
               session_.client.get_text("/api/v1/blobs/" + to_hex(digest), {}, session_.slow()));
    bytes_ += bytes.size();
    if (bytes_ > kMaxContainerBytes)
      return exhausted("a bundle may have 1 GiB at most: export fewer results at once");
    return bytes;
  }

  Status add_blobs(const std::string& journal_bytes) {
    TRY_ASSIGN(const Journal journal, read_journal_untrusted(as_bytes(journal_bytes)));
    for (const Record& r : journal.records) {
      if (r.kind != RecordKind::kBlob || parts_.blobs.contains(r.sha256)) continue;
      TRY_ASSIGN(parts_.blobs[r.sha256], blob(r.sha256));
    }
    return ok_status();
  }

  Status add_pack(const Digest& digest) {
    if (parts_.packs.contains(digest)) return ok_status();
    TRY_ASSIGN(parts_.packs[digest],
               session_.client.get_text("/api/v1/packs/" + to_hex(digest), {}, session_.quick()));
    return ok_status();
  }

  Session& session_;
  BundleParts parts_;
  std::size_t bytes_ = 0;
};
}  // namespace

Result<BundleParts> fetch_bundle(Session& session, std::vector<std::int64_t> jobs) {
  std::sort(jobs.begin(), jobs.end());
  jobs.erase(std::unique(jobs.begin(), jobs.end()), jobs.end());
  Fetch fetch(session);
  for (const std::int64_t job : jobs) {
    if (Status s = fetch.add(job); !s.ok()) return s.within("job " + std::to_string(job));
  }
  return fetch.take();
}

}  // namespace storesweep::cli
