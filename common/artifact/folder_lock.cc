#include "common/artifact/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace storesweep {

Result<Fd> lock_of(const std::string& folder, int how) {
  const std::string path = folder + "/.lock";
  Fd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock) return errno_status(path, errno);
  if (flock(lock.get(), how | LOCK_NB) == 0) return lock;
  return errno == EWOULDBLOCK ? Result<Fd>(Fd()) : errno_status(path, errno);
}

}  // namespace storesweep
