#include "worker/job/spool.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace storesweep::job {
namespace {
namespace fs = std::filesystem;

// No blob can have these names (good_blob_name).
constexpr const char* kEntry = "/.entry";
constexpr const char* kToken = "/.token";
constexpr std::size_t kMaxDamaged = 1000;  // beyond this nothing more is kept for a person to look at

std::string name_of(const Token& token) {
  return std::to_string(token.epoch) + "-" + std::to_string(token.n);
}

Status sync(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0)
    return unavailable("making " + path + " durable: " + std::strerror(errno));
  return ok_status();
}
Status move(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return ok_status();
  return unavailable("renaming " + from + ": " + std::strerror(errno));
}
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    out.push_back(at->path().filename());
  }
  std::sort(out.begin(), out.end());
  return out;
}
std::uint64_t bytes_in(const std::string& folder) {
  std::uint64_t sum = 0;
  for (const std::string& name : names_in(folder)) {
    std::error_code error;
    const auto size = fs::file_size(folder + "/" + name, error);
    if (!error) sum += size;
  }
  return sum;
}
void remove_quietly(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
}
void set_sequence(Outcome& outcome, std::uint64_t sequence) {
  std::visit([&](auto& o) { o.sequence = sequence; }, outcome);
}
}  // namespace

Spool::Spool(std::string folder, const SpoolLimits& limits, std::int64_t wall_ms)
    : folder_(std::move(folder)),
      limits_(limits),
      next_sequence_(static_cast<std::uint64_t>(std::max<std::int64_t>(wall_ms, 1)) * 1000) {}

Result<std::unique_ptr<Spool>> Spool::open(const std::string& folder, const SpoolLimits& limits,
                                           std::int64_t wall_ms) {
  std::unique_ptr<Spool> spool(new Spool(folder, limits, wall_ms));
  for (const char* part : {"starts", "runs", "entries", "gone", "damaged"}) {
    TRY(make_folders(folder + "/" + part));
  }
  spool->lock_ = Fd(::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!spool->lock_ || ::flock(spool->lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    return exists(folder + ": another worker uses this spool");
  }
  TRY(spool->load());
  return spool;
}

Status Spool::load() {
  for (const char* part : {"runs", "gone"}) {
    for (const std::string& name : names_in(folder_ + "/" + part))
      remove_quietly(folder_ + "/" + part + "/" + name);
  }
  for (const std::string& name : names_in(folder_ + "/entries")) TRY(load_entry(name));
  for (const std::string& name : names_in(folder_ + "/starts")) TRY(load_start(name));
  std::sort(found_.begin(), found_.end(),
            [](const Outcome& a, const Outcome& b) { return sequence_of(a) < sequence_of(b); });
  return ok_status();
}

Status Spool::load_entry(const std::string& name) {
  const std::string folder = folder_ + "/entries/" + name;
  Result<std::string> bytes = read_file(folder + kEntry, kMaxEntryBytes);
  Result<SpoolEntry> entry = bytes.ok() ? entry_untrusted(as_bytes(*bytes)) : bytes.status();
  if (entry.ok() && name_of(token_of(entry->outcome)) == name) {
    bytes_ += bytes_in(folder);
    next_sequence_ = std::max(next_sequence_, sequence_of(entry->outcome) + 1);
    found_.push_back(std::move(entry->outcome));
    return ok_status();
  }
  // The token stands beside it once more, so that the coordinator hears of the loss.
  Result<std::string> token = read_file(folder + kToken, kMaxEntryBytes);
  TRY(set_aside(name, entry.ok() ? "it is another token's" : entry.status().message()));
  if (!token.ok()) return ok_status();
  Result<Token> lost = token_untrusted(as_bytes(*token));
  if (!lost.ok()) return ok_status();
  Failure failure;
  failure.token = *lost;
  failure.detail = "its spool entry was damaged";
  TRY_ASSIGN(Outcome outcome, write_entry(failure, "", 0));
  found_.push_back(std::move(outcome));
  return ok_status();
}

Status Spool::load_start(const std::string& name) {
  const std::string note = folder_ + "/starts/" + name;
  if (name.find(".") == name.npos && !fs::exists(folder_ + "/entries/" + name)) {
    Result<std::string> bytes = read_file(note, kMaxEntryBytes);
    Result<Token> token = bytes.ok() ? token_untrusted(as_bytes(*bytes)) : bytes.status();
    if (token.ok()) {
      Failure failure;
      failure.token = *token;
      failure.reason = FailureReason::kDiedInToken;
      failure.detail = "the worker died while it ran";
      TRY_ASSIGN(Outcome outcome, write_entry(failure, "", 0));
      found_.push_back(std::move(outcome));
    } else {
      damaged_.push_back("start " + name + ": " + token.status().message());
    }
  }
  remove_quietly(note);
  return ok_status();
}

Status Spool::set_aside(const std::string& name, const std::string& why) {
  damaged_.push_back("entry " + name + ": " + why);
  const std::string from = folder_ + "/entries/" + name;
  if (names_in(folder_ + "/damaged").size() >= kMaxDamaged) {
    remove_quietly(from);
    return ok_status();
  }
  const std::string to = folder_ + "/damaged/" + name;
  remove_quietly(to);
  return move(from, to);
}

std::string Spool::path(const char* kind, const Token& token) const {
  return folder_ + "/" + kind + "/" + name_of(token);
}

Status Spool::note_start(const Token& token) {
  TRY_ASSIGN(std::string bytes, to_bytes(token));
  return write_file_durably(path("starts", token), bytes);
}

void Spool::forget_start(const Token& token) {
  remove_quietly(path("starts", token));
  remove_quietly(path("runs", token));
}

Result<std::string> Spool::run_folder(const Token& token) {
  const std::string folder = path("runs", token);
  remove_quietly(folder);
  TRY(make_folders(folder));
  return folder;
}

Result<Outcome> Spool::keep(Outcome outcome, const std::string& evidence_address) {
  const Token token = token_of(outcome);
  std::uint64_t blob_bytes = 0;
  if (const Report* report = std::get_if<Report>(&outcome)) {
    const std::string run = path("runs", token);
    for (const BlobRef& blob : report->blobs) {
      TRY(sync(run + "/" + blob.name));
      blob_bytes += blob.bytes;
    }
  } else {
    TRY(run_folder(token).status());  // nothing of an unfinished run goes along
  }
  return write_entry(std::move(outcome), evidence_address, blob_bytes);
}

// The run's folder becomes the entry by one rename.
Result<Outcome> Spool::write_entry(Outcome outcome, const std::string& evidence_address,
                                   std::uint64_t blob_bytes) {
  const Token token = token_of(outcome);
  std::uint64_t sequence = 0;
  {
    std::lock_guard lock(mutex_);
    if (blob_bytes != 0 && bytes_ + blob_bytes > limits_.max_bytes) {
      return exhausted("the spool holds " + std::to_string(bytes_) + " bytes, at most " +
                       std::to_string(limits_.max_bytes));
    }
    sequence = next_sequence_++;
  }
  set_sequence(outcome, sequence);
  const std::string run = path("runs", token), entry = path("entries", token);
  TRY(make_folders(run));
  TRY_ASSIGN(std::string token_bytes, to_bytes(token));
  TRY_ASSIGN(std::string entry_bytes, to_bytes(SpoolEntry{outcome, evidence_address}));
  TRY(write_file_durably(run + kToken, token_bytes));
  TRY(write_file_durably(run + kEntry, entry_bytes));
  TRY(move(run, entry));
  TRY(sync(folder_ + "/entries"));
  remove_quietly(path("starts", token));
  std::lock_guard lock(mutex_);
  bytes_ += blob_bytes + token_bytes.size() + entry_bytes.size();
  return outcome;
}

Result<Outcome> Spool::replace(Outcome outcome, const std::string& why) {
  const Token token = token_of(outcome);
  const std::uint64_t was = bytes_in(path("entries", token));
  TRY(note_start(token));  // killed before the end, the next life tells of the token
  {
    std::lock_guard lock(mutex_);
    TRY(set_aside(name_of(token), why));
    bytes_ -= std::min(bytes_, was);
  }
  remove_quietly(path("runs", token));
  return write_entry(std::move(outcome), "", 0);
}

void Spool::drop(const Token& token) {
  const std::string entry = path("entries", token), gone = path("gone", token);
  const std::uint64_t was = bytes_in(entry);
  if (!move(entry, gone).ok()) return;
  remove_quietly(gone);
  std::lock_guard lock(mutex_);
  bytes_ -= std::min(bytes_, was);
}

Result<SpoolEntry> Spool::read(const Token& token) const {
  TRY_ASSIGN(std::string bytes, read_file(path("entries", token) + kEntry, kMaxEntryBytes));
  return entry_untrusted(as_bytes(bytes));
}

std::string Spool::blob_path(const Token& token, const std::string& name) const {
  return path("entries", token) + "/" + name;
}

std::uint64_t Spool::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace storesweep::job
