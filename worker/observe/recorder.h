// The journal of one run while it happens: stamps what it is given with the host's time, the device's and the
// phase, and writes it at once. Bounded: what goes beyond the bounds is counted and, at the seal, told as
// lost. Safe for concurrent use (log streams write beside the driver); owns the writer. Writing never fails
// to the caller's face: health() tells whether the disk still takes it, and the run's loop asks that.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/android/hierarchy.h"
#include "common/base/clock.h"
#include "common/evidence/journal.h"
#include "common/model/messages.h"
#include "worker/observe/masking.h"
#include "worker/observe/run_clock.h"

namespace storesweep::observe {

struct RecorderLimits {
  std::uint64_t journal_bytes = 64u << 20;  // raw text beyond this is lost; markers and actions still go
  std::uint64_t blob_bytes = 64u << 20;     // of all screenshots
  std::size_t blobs = 2'000;
};

// When something happened, since the start of the run: by the device's clock not before device_ms and not
// after device_ms + took_ms; -1: nobody knows when it had ended, the answer was lost.
struct Stamp {
  std::int64_t host_ms = 0;
  std::int64_t device_ms = 0;
  std::int64_t took_ms = 0;
};

struct ActionDetails {
  std::string target;  // the text tapped, the permission group, what was toggled
  std::optional<android::Bounds> bounds;
  std::int64_t ms = -1;  // of a wait
};

class Recorder {
 public:
  // `clock` knows the device's time already (read_closely) and `start_wall_ms` is the header's
  // device_start_ms, `start_host_ms` the host's steady clock at that moment. Screenshots go to `folder`.
  Recorder(JournalWriter writer, RunClock clock, const Clock& host, std::int64_t start_wall_ms,
           std::int64_t start_host_ms, std::string folder, RecorderLimits limits = {});
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // ---- secrets
  // From now on these stand in no record: kMasked stands in their place.
  void mask(const std::vector<std::string>& secrets);
  // A secret is being typed: until a hierarchy shows a screen without one, screenshots are withheld.
  void cover();

  // ---- time
  Stamp now() const;
  // Between two uptimes that were read on the device, as much as its wall clock is known; without the first:
  // from the last reading on; without the second: nobody knows until when.
  Stamp between(std::optional<std::int64_t> from_up_ms, std::optional<std::int64_t> until_up_ms) const;
  // Between two moments of the host's steady clock, as far as the device's is known by it: wider than that.
  Stamp during(std::int64_t from_host_ms, std::int64_t until_host_ms) const;
  // So far the device's clock has come for certain, however busy this host is: now() may run ahead of it.
  Stamp reached() const;
  std::int64_t rate_permille() const;
  double rate() const;
  // kInvalid when the device was rebooted or its clock was set since the last reading.
  Status learn(const device::TimedReading& reading);
  void learn_up(std::int64_t up_ms, std::int64_t host_before_ms, std::int64_t host_after_ms);
  // Throws away what was known of the clock, reads it closely again.
  Status rebooted(device::Device& device, const Deadline& deadline);
  // The wall clock was set on purpose: reads it closely again. The times of records go on as if it had not
  // been; by how much it is ahead of them comes back.
  Result<std::int64_t> clock_set(device::Device& device, const Deadline& deadline);

  // ---- records. Without a stamp they stand at now().
  void begin(Phase phase, std::optional<Stamp> at = {});  // and everything after stands in it
  void end(std::optional<Stamp> at = {});                 // of the phase
  Phase phase() const;
  void action(std::string_view name, const ActionDetails& details = {}, std::optional<Stamp> at = {});
  void raw(std::string_view name, std::string data, std::optional<Stamp> at = {});
  void document(std::string_view name, std::string data);
  void attest(std::string_view name, std::string data);
  void lost(std::string_view name, std::uint64_t count, std::string_view why);
  void failed(std::string_view name, Reason reason, std::string_view text);
  // Writes `screen-NNNN.png` into the folder and a record of it. Beyond the bounds it counts as lost.
  void screenshot(const std::string& png, std::optional<Stamp> at = {});

  // Any other file of the run, as `blob` says it is called: written into the folder, with a record of it.
  void attach(std::string_view name, const std::string& file, const std::string& content);

  // ---- what came of it
  Status health() const;  // the first failure to write, if any
  std::uint64_t lost_count() const;
  std::vector<BlobRef> blobs() const;  // the screenshots and whatever else was attached, in order
  // Tells what was lost beyond the bounds, then seals. Nothing may be recorded afterwards.
  Result<SealedJournal> seal(bool complete, std::string reason, const SigningKey& key);

 private:
  Record made(RecordKind kind, std::string_view name, const std::optional<Stamp>& at) const;
  Stamp stamp_locked(std::int64_t host_ms, std::int64_t wall_ms) const;
  Stamp now_locked() const;
  void append_locked(Record record);
  void keep_locked(Record record, BlobRef blob, const std::string& content);

  mutable std::mutex mutex_;
  JournalWriter writer_;
  RunClock clock_;
  const Clock& host_;
  const std::int64_t start_wall_ms_, start_host_ms_;
  std::int64_t shift_ms_ = 0;  // by which the wall clock was set
  const std::string folder_;
  const RecorderLimits limits_;
  Masking masking_;
  bool covered_ = false;
  std::uint64_t withheld_ = 0;
  Phase phase_ = Phase::kP0;
  Status health_;
  std::vector<BlobRef> blobs_;
  std::uint64_t blob_bytes_ = 0, screenshots_ = 0, lost_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> beyond_;  // records that found no room, by name
};

}  // namespace storesweep::observe
