// What a worker may not lose: the outcomes of its runs until the coordinator has answered for good, and a
// note of each start, so that after its own death it can say in which token it died. A folder:
//   lock                one process at a time
//   starts/E-N          the start of token (epoch E, number N), durable before its run begins
//   runs/E-N/           where a run puts its blobs; worth nothing after a death
//   entries/E-N/        an outcome: .entry, .token, and the blobs of a report; appears whole, by rename
//   gone/               entries on their way out
//   damaged/            entries whose bytes are not what was written: kept for a person to look at
// Killed at any point it loses nothing that keep() returned, and never shows half an entry. Safe for
// concurrent use, each token by one caller at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "worker/job/spool_entry.h"

namespace storesweep::job {

struct SpoolLimits {
  std::uint64_t max_bytes = std::uint64_t{20} << 30;  // of all entries; a run that comes beyond is not kept
};

class Spool {
 public:
  // Makes the folder where it is missing. Tokens that were started and came to no outcome become `died in
  // token` failures. kExists: another process holds it. wall_ms: sequences start there, so that none comes
  // twice.
  static Result<std::unique_ptr<Spool>> open(const std::string& folder, const SpoolLimits& limits,
                                             std::int64_t wall_ms);

  // What was there when it was opened.
  const std::vector<Outcome>& found() const { return found_; }
  // What was set aside then, in words.
  const std::vector<std::string>& damaged() const { return damaged_; }

  Status note_start(const Token& token);  // durable when it returns
  // The start came to nothing worth telling; its run's files go too.
  void forget_start(const Token& token);
  // An empty folder for the run's blobs.
  Result<std::string> run_folder(const Token& token);
  // Takes the outcome, and for a report its blobs out of run_folder(); gives it its sequence. Durable when it
  // returns, and the note of the start is gone. kExhausted: the bound, or the disk.
  Result<Outcome> keep(Outcome outcome, const std::string& evidence_address);
  // The same token's entry again with another outcome: its blobs turned out damaged and are set aside.
  Result<Outcome> replace(Outcome outcome, const std::string& why);
  // The coordinator has answered. Durable enough: an entry that comes back after a crash is answered again.
  void drop(const Token& token);

  Result<SpoolEntry> read(const Token& token) const;
  std::string blob_path(const Token& token, const std::string& name) const;
  std::uint64_t bytes() const;

 private:
  Spool(std::string folder, const SpoolLimits& limits, std::int64_t wall_ms);
  Status load();
  Status load_entry(const std::string& name);
  Status load_start(const std::string& name);
  Status set_aside(const std::string& name, const std::string& why);
  Result<Outcome> write_entry(Outcome outcome, const std::string& evidence_address, std::uint64_t blob_bytes);
  std::string path(const char* kind, const Token& token) const;

  std::string folder_;
  SpoolLimits limits_;
  Fd lock_;
  std::vector<Outcome> found_;
  std::vector<std::string> damaged_;
  mutable std::mutex mutex_;
  std::uint64_t next_sequence_;
  std::uint64_t bytes_ = 0;
};

}  // namespace storesweep::job
