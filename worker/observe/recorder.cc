#include "worker/observe/recorder.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "common/base/own_disk.h"
#include "common/base/text.h"
#include "common/evidence/names.h"

namespace storesweep::observe {
namespace {
constexpr std::size_t kMaxRawBytes = 8u << 20;  // of one record; the journal's frames take 16
constexpr std::size_t kMaxTextBytes = 4096;     // of a reason
constexpr double kHostSlackMs = 20;             // between what a reading of the clock tells and the truth

std::string as_json(const ActionDetails& d) {
  nlohmann::json out = nlohmann::json::object();
  if (!d.target.empty()) out["target"] = clean_utf8(d.target);
  if (d.bounds) out["bounds"] = {d.bounds->left, d.bounds->top, d.bounds->right, d.bounds->bottom};
  if (d.ms >= 0) out["ms"] = d.ms;
  return out.empty() ? std::string() : out.dump();
}

// Without fsync: the report names its hash, and a host that dies takes the whole run with it.
Status write_new(const std::string& path, const std::string& content) {
  Fd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  return own_disk(fd ? write_all(fd.get(), content, path) : errno_status(path, errno));
}
}  // namespace

Recorder::Recorder(JournalWriter writer, RunClock clock, const Clock& host, std::int64_t start_wall_ms,
                   std::int64_t start_host_ms, std::string folder, RecorderLimits limits)
    : writer_(std::move(writer)),
      clock_(clock),
      host_(host),
      start_wall_ms_(start_wall_ms),
      start_host_ms_(start_host_ms),
      folder_(std::move(folder)),
      limits_(limits) {}

Stamp Recorder::stamp_locked(std::int64_t host_ms, std::int64_t wall_ms) const {
  return {host_ms - start_host_ms_, wall_ms - start_wall_ms_ - shift_ms_, 0};
}

Stamp Recorder::now_locked() const {
  const std::int64_t host_ms = host_.steady_ms();
  return stamp_locked(host_ms, clock_.known() ? clock_.wall_at_host(host_ms) : start_wall_ms_ + shift_ms_);
}

void Recorder::mask(const std::vector<std::string>& secrets) {
  std::lock_guard lock(mutex_);
  masking_ = Masking(secrets);
}

void Recorder::cover() {
  std::lock_guard lock(mutex_);
  covered_ = true;
}

Stamp Recorder::now() const {
  std::lock_guard lock(mutex_);
  return now_locked();
}

Stamp Recorder::between(std::optional<std::int64_t> from_up_ms,
                        std::optional<std::int64_t> until_up_ms) const {
  std::lock_guard lock(mutex_);
  const std::int64_t from = from_up_ms.value_or(clock_.last_up_ms());
  Stamp stamp = stamp_locked(host_.steady_ms(), clock_.wall_at_up(from));
  stamp.took_ms = until_up_ms ? std::max<std::int64_t>(0, *until_up_ms - from) + clock_.uncertainty_ms() : -1;
  return stamp;
}

Stamp Recorder::during(std::int64_t from_host_ms, std::int64_t until_host_ms) const {
  std::lock_guard lock(mutex_);
  if (!clock_.known()) return now_locked();
  const auto slack = static_cast<std::int64_t>(clock_.rate() * kHostSlackMs);
  Stamp stamp = stamp_locked(until_host_ms, clock_.wall_at_host(from_host_ms) - slack);
  const std::int64_t until = clock_.wall_at_host(until_host_ms) + clock_.uncertainty_ms() + slack;
  stamp.took_ms = std::max<std::int64_t>(0, until - (stamp.device_ms + start_wall_ms_ + shift_ms_));
  return stamp;
}

Stamp Recorder::reached() const {
  std::lock_guard lock(mutex_);
  return clock_.known() ? stamp_locked(host_.steady_ms(), clock_.wall_at_up(clock_.last_up_ms())) : Stamp{};
}

double Recorder::rate() const {
  std::lock_guard lock(mutex_);
  return clock_.rate();
}

std::int64_t Recorder::rate_permille() const { return static_cast<std::int64_t>(rate() * 1000); }

Status Recorder::learn(const device::TimedReading& reading) {
  std::lock_guard lock(mutex_);
  if (!clock_.fits(reading)) return invalid("the device was rebooted, or its clock was set, during the run");
  clock_.learn(reading);
  return ok_status();
}

void Recorder::learn_up(std::int64_t up_ms, std::int64_t host_before_ms, std::int64_t host_after_ms) {
  std::lock_guard lock(mutex_);
  clock_.learn_up(up_ms, host_before_ms, host_after_ms);
}

Status Recorder::rebooted(device::Device& device, const Deadline& deadline) {
  RunClock fresh(rate());
  {
    std::lock_guard lock(mutex_);
    clock_.rebooted();
  }
  TRY(read_closely(device, host_, deadline, fresh));
  std::lock_guard lock(mutex_);
  clock_ = fresh;
  return ok_status();
}

Result<std::int64_t> Recorder::clock_set(device::Device& device, const Deadline& deadline) {
  RunClock fresh(rate());
  TRY(read_closely(device, host_, deadline, fresh));
  std::lock_guard lock(mutex_);
  shift_ms_ += fresh.wall_at_up(0) - clock_.wall_at_up(0);
  clock_ = fresh;
  return shift_ms_;
}

void Recorder::begin(Phase phase, std::optional<Stamp> at) {
  std::lock_guard lock(mutex_);
  phase_ = phase;
  append_locked(made(RecordKind::kMarker, record_name::kBegin, at));
}

void Recorder::end(std::optional<Stamp> at) {
  std::lock_guard lock(mutex_);
  append_locked(made(RecordKind::kMarker, record_name::kEnd, at));
}

Phase Recorder::phase() const {
  std::lock_guard lock(mutex_);
  return phase_;
}

void Recorder::action(std::string_view name, const ActionDetails& details, std::optional<Stamp> at) {
  std::lock_guard lock(mutex_);
  Record r = made(RecordKind::kAction, name, at);
  r.data = as_json(details);
  append_locked(std::move(r));
}

void Recorder::raw(std::string_view name, std::string data, std::optional<Stamp> at) {
  std::lock_guard lock(mutex_);
  if (data.size() > kMaxRawBytes || writer_.bytes() + data.size() > limits_.journal_bytes) {
    ++beyond_[std::string(name)];
    ++lost_;
    return;
  }
  const bool secret = masking_.hide(data);
  if (name == record_name::kHierarchy) covered_ = secret;
  Record r = made(RecordKind::kRaw, name, at);
  r.data = std::move(data);
  append_locked(std::move(r));
}

void Recorder::document(std::string_view name, std::string data) {
  std::lock_guard lock(mutex_);
  Record r = made(RecordKind::kDocument, name, {});
  r.data = std::move(data);
  append_locked(std::move(r));
}

void Recorder::attest(std::string_view name, std::string data) {
  std::lock_guard lock(mutex_);
  Record r = made(RecordKind::kAttest, name, {});
  r.data = std::move(data);
  append_locked(std::move(r));
}

void Recorder::lost(std::string_view name, std::uint64_t count, std::string_view why) {
  std::lock_guard lock(mutex_);
  Record r = made(RecordKind::kLost, name, {});
  r.count = count;
  r.data = clean_utf8(why.substr(0, kMaxTextBytes));
  lost_ += count;
  append_locked(std::move(r));
}

void Recorder::failed(std::string_view name, Reason reason, std::string_view text) {
  std::lock_guard lock(mutex_);
  Record r = made(RecordKind::kFailed, name, {});
  r.reason = storesweep::name(reason);
  r.data = clean_utf8(text.substr(0, kMaxTextBytes));
  append_locked(std::move(r));
}

void Recorder::screenshot(const std::string& png, std::optional<Stamp> at) {
  std::lock_guard lock(mutex_);
  if (blobs_.size() >= limits_.blobs || blob_bytes_ + png.size() > limits_.blob_bytes) {
    ++beyond_[std::string(record_name::kScreenshot)];
    ++lost_;
    return;
  }
  if (covered_) {
    ++withheld_;
    return;
  }
  BlobRef blob{fmt::format("screen-{:04}.png", ++screenshots_), sha256(png), png.size()};
  keep_locked(made(RecordKind::kBlob, record_name::kScreenshot, at), std::move(blob), png);
}

void Recorder::attach(std::string_view name, const std::string& file, const std::string& content) {
  std::lock_guard lock(mutex_);
  keep_locked(made(RecordKind::kBlob, name, {}), {file, sha256(content), content.size()}, content);
}

void Recorder::keep_locked(Record r, BlobRef blob, const std::string& content) {
  if (Status written = write_new(folder_ + "/" + blob.name, content); !written.ok()) {
    if (health_.ok()) health_ = written;
    return;
  }
  r.data = blob.name;
  r.sha256 = blob.sha256;
  r.bytes = blob.bytes;
  append_locked(std::move(r));
  blob_bytes_ += blob.bytes;
  blobs_.push_back(std::move(blob));
}

Status Recorder::health() const {
  std::lock_guard lock(mutex_);
  return health_;
}

std::uint64_t Recorder::lost_count() const {
  std::lock_guard lock(mutex_);
  return lost_;
}

std::vector<BlobRef> Recorder::blobs() const {
  std::lock_guard lock(mutex_);
  return blobs_;
}

Result<SealedJournal> Recorder::seal(bool complete, std::string reason, const SigningKey& key) {
  std::lock_guard lock(mutex_);
  for (const auto& [name, count] : beyond_) {
    Record r = made(RecordKind::kLost, name, {});
    r.count = count;
    r.data = "no room left in the journal of this run";
    append_locked(std::move(r));
  }
  if (withheld_ > 0) {
    Record r = made(RecordKind::kAttest, record_name::kWithheld, {});
    r.data = std::to_string(withheld_) + " screenshots, for a secret of the log-in stood on the screen";
    append_locked(std::move(r));
  }
  TRY(health_);
  return writer_.seal({complete, std::move(reason), now_locked().host_ms}, key);
}

Record Recorder::made(RecordKind kind, std::string_view name, const std::optional<Stamp>& at) const {
  const Stamp stamp = at ? *at : now_locked();
  Record r;
  r.host_ms = stamp.host_ms;
  r.device_ms = stamp.device_ms;
  r.took_ms = stamp.took_ms;
  r.phase = phase_;
  r.kind = kind;
  r.name = name;
  return r;
}

void Recorder::append_locked(Record record) {
  masking_.hide(record.data);
  Status appended = writer_.append(std::move(record));
  if (!appended.ok() && health_.ok()) health_ = appended;
}

}  // namespace storesweep::observe
