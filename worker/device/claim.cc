#include "worker/device/claim.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "common/base/bytes.h"
#include "common/base/hash.h"
#include "common/base/text.h"

namespace storesweep::device {

std::string default_claims_folder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime != '\0') return std::string(runtime) + "/storesweep-devices";
  return fmt::format("/tmp/storesweep-devices-{}", getuid());
}

Result<Claim> Claim::take(const std::string& folder, const std::string& identity, const std::string& holder) {
  TRY(make_folders(folder));
  const std::string path =
      fmt::format("{}/{}.claim", folder, to_hex(as_bytes(identity)));  // any text may be a serial
  Fd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!fd) return permission(fmt::format("{}: {}", path, std::strerror(errno)));
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    char name[256];
    const ssize_t n = pread(fd.get(), name, sizeof name, 0);
    const std::string_view other(name, n > 0 ? static_cast<std::size_t>(n) : 0);
    return exists(fmt::format("device {} belongs to {}", clean_utf8(identity), clean_utf8(trim(other))));
  }
  if (ftruncate(fd.get(), 0) != 0 || pwrite(fd.get(), holder.data(), holder.size(), 0) < 0) {
    return exhausted(fmt::format("{}: {}", path, std::strerror(errno)));
  }
  return Claim(std::move(fd));
}

}  // namespace storesweep::device
