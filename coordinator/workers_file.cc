#include "coordinator/workers_file.h"

#include <sys/stat.h>

namespace storesweep {

WorkersFile::Stamp WorkersFile::stamp() const {
  struct stat st {};
  if (::stat(path_.c_str(), &st) != 0) return {};
  return {st.st_ino, st.st_size, std::int64_t{st.st_mtim.tv_sec} * 1'000'000'000 + st.st_mtim.tv_nsec};
}

Result<AuthorisedWorkers> WorkersFile::read() {
  read_ = stamp();  // before: what changes meanwhile is read again
  return read_authorised(path_);
}

std::optional<Result<AuthorisedWorkers>> WorkersFile::read_if_changed() {
  if (stamp() == read_) return std::nullopt;
  return read();
}

}  // namespace storesweep
