#include "worker/job/cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "common/base/text.h"

namespace storesweep::job {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kMaxNoteBytes = 8192;
// A note is as small as it is cheap: beyond so many, the oldest half goes.
constexpr std::size_t kMaxNotes = 200'000;

struct Found {
  Digest sha256{};
  std::uint64_t bytes = 0;
  std::int64_t used_ns = 0;
};

std::optional<Found> object_at(const fs::path& path) {
  const std::optional<Digest> sha256 = digest_from_hex(path.filename().string());
  struct stat st {};
  if (!sha256 || ::lstat(path.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) return std::nullopt;
  return Found{*sha256, static_cast<std::uint64_t>(st.st_size),
               st.st_mtim.tv_sec * 1'000'000'000LL + st.st_mtim.tv_nsec};
}

std::vector<fs::path> files_in(const std::string& folder) {
  std::vector<fs::path> out;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    out.push_back(at->path());
  }
  return out;
}

void drop_old_notes(const std::string& folder) {
  std::vector<fs::path> notes = files_in(folder);
  if (notes.size() <= kMaxNotes) return;
  std::vector<std::pair<fs::file_time_type, fs::path>> by_age;
  for (const fs::path& note : notes) {
    std::error_code error;
    by_age.emplace_back(fs::last_write_time(note, error), note);
  }
  std::sort(by_age.begin(), by_age.end());
  for (std::size_t i = 0; i < by_age.size() / 2; ++i) ::unlink(by_age[i].second.c_str());
}
}  // namespace

Result<std::unique_ptr<Cache>> Cache::open(const std::string& folder, std::uint64_t max_bytes) {
  std::unique_ptr<Cache> cache(new Cache(folder, max_bytes));
  for (const char* part : {"objects", "addresses", "versions", "incoming"})
    TRY(make_folders(folder + "/" + part));
  cache->lock_ = Fd(::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!cache->lock_ || ::flock(cache->lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    return exists(folder + ": another process uses this cache");
  }
  TRY(cache->load());
  return cache;
}

Status Cache::load() {
  for (const fs::path& path : files_in(folder_ + "/incoming")) ::unlink(path.c_str());
  for (const char* part : {"/addresses", "/versions"}) drop_old_notes(folder_ + part);
  std::vector<Found> found;
  for (const fs::path& path : files_in(folder_ + "/objects")) {
    if (auto object = object_at(path)) {
      found.push_back(*object);
    } else {
      ::unlink(path.c_str());
    }
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.used_ns < b.used_ns; });
  for (const Found& f : found) {
    objects_[f.sha256] = Object{.bytes = f.bytes, .used = ++used_, .held = {}};
    bytes_ += f.bytes;
  }
  return make_room(0);  // the bound may have become smaller
}

std::optional<CachedFile> Cache::find(const Digest& sha256) {
  {
    std::lock_guard lock(mutex_);
    auto at = objects_.find(sha256);
    if (at == objects_.end()) return std::nullopt;
    at->second.used = ++used_;
    if (auto held = at->second.held.lock()) return CachedFile{sha256, held};
  }
  // Mapped first: whoever drops it meanwhile only unlinks its name.
  Result<MappedFile> mapped = MappedFile::open(object_path(sha256));
  const bool good = mapped.ok() && storesweep::sha256(mapped->bytes()) == sha256;
  std::lock_guard lock(mutex_);
  auto at = objects_.find(sha256);
  if (!good) {
    if (at != objects_.end() && at->second.held.expired()) drop(at);
    return std::nullopt;
  }
  if (at == objects_.end()) return std::nullopt;
  if (auto held = at->second.held.lock()) return CachedFile{sha256, held};
  ::utimensat(AT_FDCWD, object_path(sha256).c_str(), nullptr, 0);  // a later life knows when it was used
  auto file = std::make_shared<const MappedFile>(std::move(*mapped));
  at->second.held = file;
  return CachedFile{sha256, std::move(file)};
}

std::string Cache::incoming() {
  std::lock_guard lock(mutex_);
  return folder_ + "/incoming/" + std::to_string(++incoming_);
}

Result<CachedFile> Cache::take(const std::string& path, const Digest& sha256, std::uint64_t bytes) {
  {
    std::lock_guard lock(mutex_);
    if (!objects_.contains(sha256)) {
      if (Status s = make_room(bytes); !s.ok()) {
        ::unlink(path.c_str());
        return s;
      }
      objects_[sha256] = Object{.bytes = bytes, .used = ++used_, .held = {}};
      bytes_ += bytes;
    }
    // A second copy takes the place of the first: whoever has that one mapped keeps it.
    if (::rename(path.c_str(), object_path(sha256).c_str()) != 0) {
      const Status s = errno_status(path, errno);
      drop(objects_.find(sha256));
      return s;
    }
  }
  if (auto file = find(sha256)) return std::move(*file);
  return corrupt(path + ": its bytes are not what was fetched");
}

Status Cache::make_room(std::uint64_t bytes) {
  while (bytes_ + bytes > max_bytes_) {
    auto oldest = objects_.end();
    for (auto at = objects_.begin(); at != objects_.end(); ++at) {
      if (!at->second.held.expired()) continue;
      if (oldest == objects_.end() || at->second.used < oldest->second.used) oldest = at;
    }
    if (oldest == objects_.end()) {
      return exhausted(folder_ + ": " + std::to_string(bytes) + " bytes do not fit beside the " +
                       std::to_string(bytes_) + " in use; raise cache.max_bytes (" +
                       std::to_string(max_bytes_) + ")");
    }
    drop(oldest);
  }
  return ok_status();
}

void Cache::drop(std::map<Digest, Object>::iterator at) {
  ::unlink(object_path(at->first).c_str());
  bytes_ -= at->second.bytes;
  objects_.erase(at);
}

// A note is one line of hex and the validator behind it.
std::optional<AddressNote> Cache::noted(const std::string& address) const {
  Result<std::string> text = read_file(note_path(address), kMaxNoteBytes);
  if (!text.ok()) return std::nullopt;
  const std::size_t end = text->find('\n');
  const std::optional<Digest> sha256 = digest_from_hex(std::string_view(*text).substr(0, end));
  if (!sha256 || end == std::string::npos) return std::nullopt;
  return AddressNote{*sha256, text->substr(end + 1)};
}

void Cache::note(const std::string& address, const AddressNote& note) {
  if (note.validator.size() > kMaxNoteBytes / 2) return;
  const std::string text = to_hex(note.sha256) + "\n" + note.validator;
  static_cast<void>(
      write_file_durably(note_path(address), text));  // without it the next fetch is a whole one
}

std::string Cache::versions_of(const std::string& package) const {
  return read_file(versions_path(package), kMaxNoteBytes).value_or("");
}

void Cache::remember_versions(const std::string& package, const std::string& text) {
  if (text.size() > kMaxNoteBytes) return;
  static_cast<void>(write_file_durably(versions_path(package), text));  // a forgotten one is one less to find
}

std::uint64_t Cache::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

std::string Cache::object_path(const Digest& sha256) const { return folder_ + "/objects/" + to_hex(sha256); }
std::string Cache::versions_path(const std::string& package) const {
  return folder_ + "/versions/" + to_hex(storesweep::sha256(package));
}
std::string Cache::note_path(const std::string& address) const {
  return folder_ + "/addresses/" + to_hex(storesweep::sha256(address));
}

}  // namespace storesweep::job
