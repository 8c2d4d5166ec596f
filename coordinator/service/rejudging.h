// Stored results judged again, under another rule pack or another version of the judge: by children of their
// own, as many as there are processors, from observation records where there are any. What comes out is the
// same however often it is done. One page at a time; safe for concurrent use. What it is given outlives it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "common/artifact/blob_store.h"
#include "common/base/log.h"
#include "coordinator/judging/pool.h"
#include "coordinator/service/api.h"
#include "coordinator/service/protocol.h"
#include "coordinator/store/store.h"

namespace storesweep {

inline constexpr std::size_t kMaxRejudgedPage = 500;

struct RejudgingOptions {
  JudgeOptions judge;  // command: the judge and the folder of the coordinator's own pack
  int children = 2;
  std::string observations;  // folder; empty: journals are parsed each time
  std::string folder;        // for packs that were put
  // The rules that are not to be judged on some devices, asked for once a page; null: none.
  std::function<Result<std::vector<DarkRule>>()> dark;
};

class Rejudging {
 public:
  // Attaches judgements by the core; value: how many stand.
  using Attach = std::function<Result<std::int64_t>(AttachJudgements, const Deadline&)>;
  Rejudging(RejudgingOptions options, Store& store, BlobStore& blobs, Log& log, Attach attach);
  ~Rejudging();

  Status put_pack(const Digest& sha256, const std::string& files);
  Result<RejudgeReport> page(const RejudgeRequest& request, const PageRequest& page, std::int64_t wall_ms,
                             const Deadline& deadline);

 private:
  class Bench;  // the children of one pack
  Result<KeptPack> pack_to_keep(const Digest& pack, const std::string& version, std::int64_t wall_ms);
  Result<Bench*> bench_of(const std::optional<Digest>& pack);

  const RejudgingOptions options_;
  Store& store_;
  BlobStore& blobs_;
  Log& log_;
  Attach attach_;
  std::mutex busy_;
  std::unique_ptr<Bench> bench_;  // of the pack that was used last
};

}  // namespace storesweep
