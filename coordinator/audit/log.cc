#include "coordinator/audit/log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "common/base/text.h"

namespace storesweep {
namespace {
constexpr std::size_t kMaxHeadBytes = 256;

// The end of a file: its last whole line, and how far whole lines go.
struct Tail {
  std::string line;
  off_t whole_bytes = 0;
};
Result<Tail> read_tail(int fd, off_t size, const std::string& path) {
  const off_t from = std::max<off_t>(0, size - static_cast<off_t>(2 * kMaxAuditLineBytes));
  std::string text(static_cast<std::size_t>(size - from), '\0');
  if (::pread(fd, text.data(), text.size(), from) != static_cast<ssize_t>(text.size()))
    return errno_status(path, errno);
  const std::size_t end = text.rfind('\n');
  if (end == std::string::npos && from > 0) return corrupt(path + ": its end is no line of an audit log");
  if (end == std::string::npos) return Tail{};
  const std::size_t before = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
  const std::size_t begin = before == std::string::npos ? 0 : before + 1;
  return Tail{text.substr(begin, end - begin), from + static_cast<off_t>(end) + 1};
}

AuditHead read_head(int fd) {
  char text[kMaxHeadBytes];
  const ssize_t n = ::pread(fd, text, sizeof text, 0);
  const auto parts = words(trim(std::string_view(text, n > 0 ? static_cast<std::size_t>(n) : 0)));
  if (parts.size() != 2) return {};
  const auto number = parse_int<std::uint64_t>(parts[0]);
  const auto hash = digest_from_hex(parts[1]);
  return number && hash ? AuditHead{*number, *hash} : AuditHead{};
}

// A new file is there for good only when its folder is.
Status sync_folder(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  Fd folder(::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder && ::fsync(folder.get()) == 0 ? ok_status() : errno_status(parent, errno);
}
}  // namespace

AuditLog::~AuditLog() = default;

Result<std::unique_ptr<AuditLog>> AuditLog::open(const std::string& path, const Clock& clock, Log& log) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  if (!parent.empty()) TRY(make_folders(parent));
  std::unique_ptr<AuditLog> made(new AuditLog(path, clock, log));
  const std::string head = path + ".head";
  made->head_file_ = Fd(::open(head.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!made->head_file_) return errno_status(head, errno);
  if (::flock(made->head_file_.get(), LOCK_EX | LOCK_NB) != 0)
    return exists(path + ": another process writes to it; each coordinator has an audit log of its own");
  TRY(made->open_file());
  TRY(made->take_up());
  return made;
}

Status AuditLog::open_file() {
  Fd fd(::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return errno_status(path_, errno);
  TRY(sync_folder(path_));
  file_ = std::move(fd);
  return ok_status();
}

// Where the chain goes on: behind the last line of the file, or, where lines are missing there, behind the
// last that was ever written.
Status AuditLog::take_up() {
  struct stat st {};
  if (::fstat(file_.get(), &st) != 0) return errno_status(path_, errno);
  TRY_ASSIGN(const Tail tail, read_tail(file_.get(), st.st_size, path_));
  // A line without its end was never acknowledged.
  if (tail.whole_bytes < st.st_size && ::ftruncate(file_.get(), tail.whole_bytes) != 0)
    return errno_status(path_, errno);
  const AuditHead kept = read_head(head_file_.get());
  if (!tail.line.empty()) {
    auto last = audit_link_untrusted(tail.line);
    if (!last.ok()) return last.status().within(path_ + ": its last line");
    head_ = {last->n, last->hash};
  }
  const bool moved_away = tail.line.empty() && kept.n > 0;
  if (!moved_away && kept.n > head_.n) {
    first_word_ = "the file ended with line " + std::to_string(head_.n) + ", though line " +
                  std::to_string(kept.n) + " was written";
    log_.error("lines are missing at the end of the audit log", {{"file", path_}, {"what", first_word_}});
  }
  if (kept.n > head_.n) head_ = kept;
  keep_head();
  return ok_status();
}

AuditHead AuditLog::head() const {
  std::lock_guard lock(mutex_);
  return head_;
}

Status AuditLog::append(const AuditEntry& entry) {
  std::lock_guard lock(mutex_);
  Status s = confess();
  if (s.ok()) s = write(entry);
  if (s.ok()) return s;
  ++lost_;
  log_.error("the audit log cannot be written",
             {{"why", s.text()}, {"event", entry.event}, {"who", entry.who}});
  return s;
}

Status AuditLog::ready() {
  std::lock_guard lock(mutex_);
  return confess();
}

Status AuditLog::reopen() {
  std::lock_guard lock(mutex_);
  return open_file();
}

// First of all what is missing.
Status AuditLog::confess() {
  if (!first_word_.empty()) {
    TRY(write({.event = "lines_missing", .named = {{"what", first_word_}}}));
    first_word_.clear();
  }
  if (lost_ == 0) return ok_status();
  TRY(write({.event = "not_written", .named = {{"entries", std::to_string(lost_)}}}));
  lost_ = 0;
  return ok_status();
}

Status AuditLog::write(const AuditEntry& entry) {
  TRY(reopen_if_moved());
  AuditHead next = head_;
  TRY(write_line(audit_line(entry, clock_.wall_ms(), next) + "\n"));
  head_ = next;
  keep_head();
  return ok_status();
}

Status AuditLog::reopen_if_moved() {
  struct stat ours {
  }, there{};
  const bool same = ::fstat(file_.get(), &ours) == 0 && ::stat(path_.c_str(), &there) == 0 &&
                    ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
  return same ? ok_status() : open_file();
}

// All of it or nothing: half a line would break the chain for good.
Status AuditLog::write_line(const std::string& line) {
  struct stat before {};
  if (::fstat(file_.get(), &before) != 0) return errno_status(path_, errno);
  Status s = write_all(file_.get(), line, path_);
  if (s.ok() && ::fdatasync(file_.get()) != 0) s = errno_status(path_, errno);
  if (!s.ok() && ::ftruncate(file_.get(), before.st_size) != 0) return errno_status(path_, errno);
  return s;
}

// Not synced: after a loss of power the file itself says more.
void AuditLog::keep_head() {
  const std::string text = std::to_string(head_.n) + " " + to_hex(head_.hash) + "\n";
  if (::pwrite(head_file_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    log_.warning("the head of the audit log was not kept", {{"file", path_ + ".head"}});
}

}  // namespace storesweep
