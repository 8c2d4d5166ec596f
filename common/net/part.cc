#include "common/net/part.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace storesweep::net {
namespace {
Status ours(const std::string& path, int error) {
  Status s = errno_status(path, error);
  return s.kind() == ErrorKind::kExhausted ? s : unavailable(s.message());
}
}  // namespace

Result<Part> Part::create(const std::string& destination) {
  Part part;
  std::string path = destination + ".part";
  part.fd_ = Fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!part.fd_) return ours(path, errno);
  part.destination_ = destination;
  return part;
}

Part::~Part() {
  if (fd_) unlink((destination_ + ".part").c_str());
}

Status Part::add(std::string_view piece) {
  hash_.add(piece);
  bytes_ += piece.size();
  Status s = write_all(fd_.get(), piece, destination_ + ".part");
  return s.ok() || s.kind() == ErrorKind::kExhausted ? s : unavailable(s.message());
}

Status Part::start_over() {
  if (bytes_ == 0) return ok_status();
  bytes_ = 0;
  hash_ = Sha256();
  if (ftruncate(fd_.get(), 0) == 0 && lseek(fd_.get(), 0, SEEK_SET) == 0) return ok_status();
  return ours(destination_ + ".part", errno);
}

Status Part::keep() {
  if (rename((destination_ + ".part").c_str(), destination_.c_str()) != 0) return ours(destination_, errno);
  fd_.reset();
  return ok_status();
}

}  // namespace storesweep::net
