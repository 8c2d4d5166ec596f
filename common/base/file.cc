#include "common/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace storesweep {
Status errno_status(const std::string& path, int error) {
  std::string text = path + ": " + std::strerror(error);
  switch (error) {
    case ENOENT:
      return not_found(std::move(text));
    case EACCES:
    case EPERM:
      return permission(std::move(text));
    case ENOSPC:
    case EFBIG:
    case EDQUOT:
      return exhausted(std::move(text));
    case EEXIST:
      return exists(std::move(text));
    default:
      return unavailable(std::move(text));
  }
}

Status write_all(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    ssize_t n = write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_status(path, errno);
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return ok_status();
}

namespace {
std::string folder_of(const std::string& path) {
  auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}
}  // namespace

void Fd::reset() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return errno_status(path, errno);
  std::string out;
  char buffer[65536];
  for (;;) {
    ssize_t n = read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_status(path, errno);
    if (n == 0) return out;
    if (out.size() + static_cast<std::size_t>(n) > max_bytes) {
      return exhausted(path + ": larger than " + std::to_string(max_bytes) + " bytes");
    }
    out.append(buffer, static_cast<std::size_t>(n));
  }
}

Status write_file_durably(const std::string& path, std::string_view content, unsigned mode) {
  std::string temporary = path + ".new";
  Fd fd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (!fd) return errno_status(temporary, errno);
  Status s = write_all(fd.get(), content, temporary);
  if (s.ok()) s = rename_durably(temporary, path);
  if (!s.ok()) unlink(temporary.c_str());
  return s;
}

Status rename_durably(const std::string& from, const std::string& to) {
  Fd file(open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || fsync(file.get()) != 0) return errno_status(from, errno);
  if (rename(from.c_str(), to.c_str()) != 0) return errno_status(to, errno);
  Fd folder(open(folder_of(to).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || fsync(folder.get()) != 0) return errno_status(folder_of(to), errno);
  return ok_status();
}

Status make_folders(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  return error ? errno_status(path, error.value()) : ok_status();
}

Result<std::uint64_t> disk_free_bytes(const std::string& path) {
  struct statvfs v {};
  if (statvfs(path.c_str(), &v) != 0) return errno_status(path, errno);
  return static_cast<std::uint64_t>(v.f_bavail) * v.f_frsize;
}

Result<MappedFile> MappedFile::open(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return errno_status(path, errno);
  struct stat st {};
  if (fstat(fd.get(), &st) != 0) return errno_status(path, errno);
  if (!S_ISREG(st.st_mode)) return invalid(path + ": not a regular file");
  if (st.st_size == 0) return MappedFile(nullptr, 0);
  auto size = static_cast<std::size_t>(st.st_size);
  void* p = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (p == MAP_FAILED) return errno_status(path, errno);
  return MappedFile(static_cast<const std::uint8_t*>(p), size);
}

MappedFile& MappedFile::operator=(MappedFile&& o) noexcept {
  std::swap(data_, o.data_);
  std::swap(size_, o.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_) munmap(const_cast<std::uint8_t*>(data_), size_);
}

}  // namespace storesweep
