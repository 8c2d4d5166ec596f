// The audit log's file: each line durable before append() returns. Beside it lies FILE.head, the number and
// hash of the newest line: by it the chain goes on when the file was moved away, and lines that were cut off
// its end are noticed at the next start. Safe for concurrent use; clock and log outlive it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/log.h"
#include "coordinator/audit/chain.h"

namespace storesweep {

class AuditLog {
 public:
  // Made where there is none. kExists while another process writes to it.
  static Result<std::unique_ptr<AuditLog>> open(const std::string& path, const Clock& clock, Log& log);
  ~AuditLog();
  // Where the file has been moved away since (logrotate), this goes to a new one. What cannot be written is
  // counted, and the next line that can be says so.
  Status append(const AuditEntry& entry);
  // Ok, or what keeps lines from being written: nothing must be changed then. Tries again.
  Status ready();
  // Goes to the file of that name, whatever lay there before.
  Status reopen();
  AuditHead head() const;

 private:
  AuditLog(std::string path, const Clock& clock, Log& log)
      : path_(std::move(path)), clock_(clock), log_(log) {}
  Status open_file();
  Status take_up();
  Status reopen_if_moved();
  Status confess();
  Status write(const AuditEntry& entry);
  Status write_line(const std::string& line);
  void keep_head();

  const std::string path_;
  const Clock& clock_;
  Log& log_;
  mutable std::mutex mutex_;
  Fd file_, head_file_;
  AuditHead head_;
  std::uint64_t lost_ = 0;  // entries that could not be written
  std::string first_word_;  // of what was found amiss when it was opened
};

}  // namespace storesweep
