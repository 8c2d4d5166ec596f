#include "common/artifact/folder_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "common/artifact/folder_lock.h"

namespace storesweep {
namespace {
constexpr std::size_t kPieceBytes = std::size_t{256} << 10;
constexpr std::int64_t kTakeMs = 30'000, kTakeAgainMs = 10;

std::int64_t modified_ms(const struct stat& st) {
  return static_cast<std::int64_t>(st.st_mtim.tv_sec) * 1000 + st.st_mtim.tv_nsec / 1'000'000;
}

struct FolderCloser {
  void operator()(DIR* d) const { closedir(d); }
};

// Calls on_name for every entry that does not begin with a dot, until it says false.
Status each_name(const std::string& path, const std::function<bool(const char*)>& on_name) {
  std::unique_ptr<DIR, FolderCloser> folder(opendir(path.c_str()));
  if (!folder) return errno == ENOENT ? ok_status() : errno_status(path, errno);
  while (const dirent* entry = readdir(folder.get())) {
    if (entry->d_name[0] != '.' && !on_name(entry->d_name)) break;
  }
  return ok_status();
}

Status cut_by(const Deadline& deadline) {
  if (deadline.cancel && deadline.cancel->cancelled()) return cancelled("the call was given up");
  if (deadline.passed()) return timed_out("reading blobs: the deadline passed");
  return ok_status();
}

void remove_all(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

// What those staged who have ended: files of one that was alone, folders of those that shared.
Status empty_incoming(const std::string& path) {
  return each_name(path, [&](const char* name) {
    const std::string entry = path + "/" + name;
    struct stat st {};
    if (stat(entry.c_str(), &st) != 0) return true;
    if (!S_ISDIR(st.st_mode)) return unlink(entry.c_str()), true;
    const auto lock = lock_of(entry, LOCK_EX);
    if (lock.ok() && *lock) remove_all(entry);
    return true;
  });
}
}  // namespace

Result<std::unique_ptr<FolderStore>> FolderStore::open(const std::string& folder, Sharing sharing) {
  std::unique_ptr<FolderStore> store(new FolderStore(folder, sharing));
  TRY(store->take());
  return store;
}

Status FolderStore::take() {
  incoming_ = folder_ + "/incoming";
  if (sharing_ != Sharing::kReadOnly) TRY(make_folders(incoming_));
  root_ = Fd(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root_) return errno_status(folder_, errno);
  if (sharing_ == Sharing::kReadOnly) return ok_status();
  TRY_ASSIGN(lock_, lock_of(folder_, sharing_ == Sharing::kAlone ? LOCK_EX : LOCK_SH));
  if (!lock_) return exists(folder_ + ": another process keeps its blobs there; give each its own folder");
  return sharing_ == Sharing::kAlone ? empty_incoming(incoming_) : take_incoming();
}

// One at a time: a folder that was made and is not locked yet must not be taken for that of one that has
// ended.
Status FolderStore::take_incoming() {
  const Deadline soon = Deadline::in_ms(kTakeMs);
  Fd others;
  while (!others) {
    TRY_ASSIGN(others, lock_of(incoming_, LOCK_EX));
    if (!others) TRY(sleep_ms(kTakeAgainMs, soon));
  }
  TRY(empty_incoming(incoming_));
  incoming_ += "/XXXXXX";
  if (mkdtemp(incoming_.data()) == nullptr) return errno_status(incoming_, errno);
  TRY_ASSIGN(incoming_lock_, lock_of(incoming_, LOCK_EX));
  return incoming_lock_ ? ok_status() : internal(incoming_ + ": locked by somebody else");
}

std::string FolderStore::path_of(const Digest& sha256) const {
  std::string hex = to_hex(sha256);
  return folder_ + "/" + hex.substr(0, 2) + "/" + hex.substr(2);
}

std::string FolderStore::staged_path(const Digest& sha256) const { return incoming_ + "/" + to_hex(sha256); }

// Whether a blob of this size is there already; it then counts as put now. A name whose size is wrong is not
// there.
bool FolderStore::touch(const Digest& sha256, std::size_t bytes) const {
  std::string path = path_of(sha256);
  struct stat st {};
  if (stat(path.c_str(), &st) != 0 || static_cast<std::uint64_t>(st.st_size) != bytes) return false;
  return utimensat(AT_FDCWD, path.c_str(), nullptr, 0) == 0;
}

Status FolderStore::may_write() const {
  return sharing_ == Sharing::kReadOnly ? permission(folder_ + ": opened to be read") : ok_status();
}

Result<Digest> FolderStore::stage(std::string_view bytes, const Deadline&) {
  TRY(may_write());
  if (bytes.size() > kMaxBlobBytes) return invalid("a blob of " + std::to_string(bytes.size()) + " bytes");
  Digest digest = storesweep::sha256(bytes);
  {
    std::lock_guard lock(mutex_);
    if (staged_.count(digest) || touch(digest, bytes.size())) return digest;
  }
  // Written under a name of its own, so that two who stage the same content do not write into one file.
  std::string path = incoming_ + "/XXXXXX";
  Fd fd(mkostemp(path.data(), O_CLOEXEC));
  // A folder that was taken from under us is no blob that is not there.
  if (!fd) return errno == ENOENT ? unavailable(incoming_ + " is gone") : errno_status(path, errno);
  Status s = write_all(fd.get(), bytes, path);
  std::lock_guard lock(mutex_);
  if (s.ok() && rename(path.c_str(), staged_path(digest).c_str()) != 0) s = errno_status(path, errno);
  if (!s.ok()) {
    unlink(path.c_str());
    return s;
  }
  staged_[digest] = bytes.size();
  return digest;
}

Status FolderStore::sync() const {
  return syncfs(root_.get()) == 0 ? ok_status() : errno_status(folder_, errno);
}

// In a folder that is shared another process may have given the name before us: its bytes are on the disk,
// ours not yet, so its name stays. Whether the name is ours.
Result<bool> FolderStore::name_one(const Digest& sha256, std::uint64_t bytes) const {
  const std::string staged = staged_path(sha256), path = path_of(sha256);
  if (sharing_ == Sharing::kWithOthers) {
    if (link(staged.c_str(), path.c_str()) == 0) return unlink(staged.c_str()), true;
    if (errno == EEXIST && touch(sha256, bytes)) return unlink(staged.c_str()), false;
  }
  return rename(staged.c_str(), path.c_str()) == 0 ? Result<bool>(true) : errno_status(path, errno);
}

Status FolderStore::name_all(const Staged& blobs, std::vector<Digest>& named) const {
  for (const auto& [sha256, bytes] : blobs) {
    auto ours = name_one(sha256, bytes);
    if (ours.status().kind() == ErrorKind::kNotFound) {
      TRY(make_folders(path_of(sha256).substr(0, folder_.size() + 3)));
      ours = name_one(sha256, bytes);
    }
    TRY(ours.status());
    if (*ours) named.push_back(sha256);
  }
  return ok_status();
}

// After a failed sync the kernel may take unwritten bytes for written ones: the blobs must come again.
void FolderStore::forget(const Staged& blobs, const std::vector<Digest>& named) {
  std::lock_guard lock(mutex_);
  for (const Digest& sha256 : named) unlink(path_of(sha256).c_str());
  for (const auto& [sha256, bytes] : blobs) {
    unlink(staged_path(sha256).c_str());
    staged_.erase(sha256);
  }
}

Status FolderStore::flush_staged() {
  Staged blobs;
  std::vector<Digest> named;
  {
    std::lock_guard lock(mutex_);
    blobs = staged_;
  }
  if (blobs.empty()) return ok_status();
  Status s = sync();  // the bytes
  if (s.ok()) {
    std::lock_guard lock(mutex_);
    s = name_all(blobs, named);
    for (const auto& [sha256, bytes] : blobs) staged_.erase(sha256);
  }
  if (s.ok()) s = sync();  // the names
  if (!s.ok()) forget(blobs, named);
  return s;
}

Status FolderStore::flush(std::span<const Digest> blobs, const Deadline&) {
  TRY(may_write());
  std::lock_guard one(flushing_);
  TRY(flush_staged());
  if (sharing_ == Sharing::kWithOthers)
    TRY(sync());  // what another process has just named may be on no disk yet
  std::lock_guard lock(mutex_);
  for (const Digest& sha256 : blobs) {
    // Another's failed flush may have taken it away. What is there counts as put again: whoever is told that
    // it is safe has not committed what names it, and until then gc takes it for nobody's.
    if (utimensat(AT_FDCWD, path_of(sha256).c_str(), nullptr, 0) != 0)
      return not_found("no blob " + to_hex(sha256));
  }
  return ok_status();
}

Result<Fd> FolderStore::open_blob(const Digest& sha256) const {
  std::lock_guard lock(mutex_);
  std::string path = staged_.count(sha256) ? staged_path(sha256) : path_of(sha256);
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return not_found("no blob " + to_hex(sha256));
  if (!fd) return errno_status(path, errno);
  return fd;
}

Status FolderStore::read(const Digest& sha256, const std::function<bool(std::string_view)>& on_piece,
                         const Deadline& deadline) {
  TRY_ASSIGN(Fd fd, open_blob(sha256));
  Sha256 hash;
  std::string buffer(kPieceBytes, '\0');
  for (;;) {
    TRY(cut_by(deadline));
    ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_status(path_of(sha256), errno);
    if (n == 0) break;
    std::string_view piece(buffer.data(), static_cast<std::size_t>(n));
    hash.add(piece);
    if (!on_piece(piece)) return cancelled("the reader had enough");
  }
  if (hash.finish() != sha256) return corrupt(path_of(sha256) + ": its bytes are not those of its name");
  return ok_status();
}

Result<std::string> FolderStore::get(const Digest& sha256, std::size_t max_bytes, const Deadline& deadline) {
  std::string out;
  bool too_large = false;
  auto add = [&](std::string_view piece) {
    too_large = out.size() + piece.size() > max_bytes;
    if (!too_large) out += piece;
    return !too_large;
  };
  Status s = read(sha256, add, deadline);
  if (too_large)
    return exhausted("blob " + to_hex(sha256) + " is larger than " + std::to_string(max_bytes) + " bytes");
  TRY(s);
  return out;
}

Result<bool> FolderStore::has(const Digest& sha256, const Deadline& deadline) {
  auto bytes = size(sha256, deadline);
  if (bytes.ok()) return true;
  if (bytes.status().kind() == ErrorKind::kNotFound) return false;
  return bytes.status();
}

Result<std::uint64_t> FolderStore::size(const Digest& sha256, const Deadline&) {
  TRY_ASSIGN(Fd fd, open_blob(sha256));
  struct stat st {};
  if (fstat(fd.get(), &st) != 0) return errno_status(path_of(sha256), errno);
  return static_cast<std::uint64_t>(st.st_size);
}

Status FolderStore::remove(const Digest& sha256, std::int64_t put_before_ms, const Deadline&) {
  TRY(may_write());
  std::lock_guard lock(mutex_);
  std::string path = path_of(sha256);
  struct stat st {};
  if (stat(path.c_str(), &st) != 0) return errno == ENOENT ? ok_status() : errno_status(path, errno);
  if (modified_ms(st) >= put_before_ms || unlink(path.c_str()) == 0 || errno == ENOENT) return ok_status();
  return errno_status(path, errno);
}

Status FolderStore::list(const std::function<bool(const BlobInfo&)>& on_blob, const Deadline& deadline) {
  static constexpr char kHex[] = "0123456789abcdef";
  bool go_on = true;
  for (int i = 0; i < 256 && go_on; ++i) {
    TRY(cut_by(deadline));
    std::string prefix{kHex[i / 16], kHex[i % 16]};
    TRY(each_name(folder_ + "/" + prefix, [&](const char* name) {
      auto digest = digest_from_hex(prefix + name);
      struct stat st {};
      if (!digest || stat(path_of(*digest).c_str(), &st) != 0) return true;
      go_on = on_blob({*digest, static_cast<std::uint64_t>(st.st_size), modified_ms(st)});
      return go_on;
    }));
  }
  return ok_status();
}

}  // namespace storesweep
