#include "coordinator/service/stating.h"

#include "common/evidence/verdict_codec.h"
#include "common/model/amend.h"

namespace storesweep {
namespace {
Status add_run(Store& store, const RunRecord& run, StatedResult& out) {
  if (run.blobs.empty()) return not_found("run " + std::to_string(run.id.value) + " has no journal");
  const Digest& journal = run.blobs[0].sha256;
  out.statement.statement.runs.push_back({run.id, run.base_run, run.rules, journal});
  TRY_ASSIGN(Closing closing, store.closing_of(journal));
  out.closings.push_back(closing);
  return ok_status();
}
}  // namespace

Result<StatedResult> state_result(Store& store, JobId job, const SigningKey& key, std::int64_t wall_ms) {
  TRY_ASSIGN(const StoredResult result, store.result(job));
  if (!result.run)
    return not_found("the verdict of job " + std::to_string(job.value) +
                     " rests on no run: it has no evidence");
  TRY_ASSIGN(const Verdict verdict, decode_verdict_untrusted(result.verdict));
  if (verdict.pack_version == kMixedVersion || verdict.judge_version == kMixedVersion) {
    return unsupported("the runs of job " + std::to_string(job.value) +
                       " were judged under different rules: `storesweep rejudge` them together first");
  }
  StatedResult out;
  TRY(add_run(store, *result.run, out));
  for (const RunRecord& run : result.more_runs) TRY(add_run(store, run, out));
  TRY_ASSIGN(const KeptPack pack, store.pack_of(verdict.pack_version));
  Statement& s = out.statement.statement;
  s.job = result.job;
  s.sweep = result.sweep;
  s.judgement = result.judgement;
  s.listing = sha256(listing_text(result.listing));
  s.verdict = sha256(verdict_text(verdict));
  s.pack_version = verdict.pack_version;
  s.judge_version = verdict.judge_version;
  s.pack = pack.sha256;
  s.at_ms = wall_ms;
  out.statement = sign_statement(std::move(s), key);
  return out;
}

}  // namespace storesweep
