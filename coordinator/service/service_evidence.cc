// Evidence: its way in, and what is kept of it.
#include "common/base/hash.h"
#include "common/model/trace.h"
#include "coordinator/service/address.h"
#include "coordinator/service/garbage.h"
#include "coordinator/service/shell.h"

namespace storesweep {
namespace {
constexpr std::size_t kMaxBlobName = 200;
constexpr std::int64_t kPlaceMs = 5'000;
}  // namespace

bool Service::gave_out(const std::string& address) {
  const std::optional<Token> token = token_of_address_untrusted(address);
  return token && shell_->genuine(*token);
}

Status Service::count_evidence(const std::string& address, const std::string& name, const Digest& sha256,
                               std::uint64_t bytes, const Deadline& deadline) {
  const std::optional<Token> token = token_of_address_untrusted(address);
  if (!token) return permission("this address was never given out");
  const TraceScope trace(trace_id(token->job));
  parts_.log.debug(
      "evidence comes",
      {{"worker", token->worker}, {"job", token->job.value}, {"blob", name.substr(0, kMaxBlobName)}});
  if (name.empty() || name.size() > kMaxBlobName) return invalid("a blob's name has 1 to 200 bytes");
  if (bytes > options_.max_blob_bytes) return exhausted("the blob is larger than allowed");
  TRY_ASSIGN(const std::optional<Status> refused,
             shell_->on_core<std::optional<Status>>(
                 [token = *token, sha256, bytes](Core& core) -> std::optional<Status> {
                   Status taken = core.take_evidence(token, sha256, bytes);
                   return taken.ok() ? std::nullopt : std::optional(std::move(taken));
                 },
                 deadline));
  return refused.value_or(ok_status());
}

Result<BlobPlace> Service::place_blob(const std::string& address, const std::string& name,
                                      const Digest& sha256, std::uint64_t bytes, const Deadline& deadline) {
  if (!parts_.blobs.is_far()) return BlobPlace{};  // put_blob counts it
  TRY(count_evidence(address, name, sha256, bytes, deadline));
  // A thread that answers requests waits for the store, and there are few.
  if (std::string why = shell_->evidence_trouble(); !why.empty()) return unavailable(std::move(why));
  const auto placed =
      parts_.blobs.place(sha256, bytes, options_.core.lease_ms, deadline.at_most_ms(kPlaceMs));
  shell_->evidence_was(placed.status());
  TRY_ASSIGN(BlobPlace place, placed);
  if (place.kind == BlobPlace::Kind::kElsewhere) shell_->counting().blob(bytes);
  return place;
}

Status Service::put_blob(const std::string& address, const std::string& name, std::string bytes,
                         const Deadline& deadline) {
  TRY(count_evidence(address, name, sha256(bytes), bytes.size(), deadline));
  shell_->counting().blob(bytes.size());
  return parts_.blobs.stage(bytes, deadline).status();
}

Result<std::string> Service::blob(const Digest& sha256, const Deadline& deadline) {
  return parts_.blobs.get(sha256, options_.max_blob_bytes, deadline);
}

Result<std::int64_t> Service::gc(const RetentionWish& asked, const Deadline& deadline) {
  if (shell_->epoch() == 0) return does_not_lead();
  TRY_ASSIGN(const RetentionAges ages, ages_of(asked, options_.retention));
  auto gone =
      collect_garbage(parts_.store, parts_.blobs, shell_->epoch(), shell_->now().wall_ms, ages, deadline);
  if (gone.ok()) TRY(collect_observations(parts_.store, options_.observations).status());
  return gone;
}

Result<HoldAct> Service::hold(const HoldAct& asked, const Deadline&) {
  if (shell_->epoch() == 0) return does_not_lead();
  HoldAct act = asked;
  act.at_ms = shell_->now().wall_ms;
  TRY_ASSIGN(HoldAct kept, parts_.store.put_hold(shell_->epoch(), act));
  parts_.log.info(
      kept.held ? "evidence is held" : "a hold has ended",
      {{"job", static_cast<long>(kept.job.value)}, {"officer", kept.officer}, {"why", kept.reason}});
  return kept;
}

Result<Page<HoldAct>> Service::holds(const PageRequest& page, const Deadline&) {
  return parts_.store.holds(page);
}

}  // namespace storesweep
