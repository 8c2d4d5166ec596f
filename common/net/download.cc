#include "common/net/download.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/net/fetch.h"

namespace storesweep::net {
namespace {
constexpr int kMaxTransfers = 64;  // of one fetch, however much each brings

Status check_whole(Part& part, const FetchBounds& bounds, const std::string& shown, FetchResult& result) {
  result.bytes = part.bytes();
  result.sha256 = part.finish();
  if (bounds.bytes != 0 && result.bytes != bounds.bytes) {
    return corrupt(shown + ": " + std::to_string(result.bytes) + " bytes, expected were " +
                   std::to_string(bounds.bytes));
  }
  if (bounds.sha256 && result.sha256 != *bounds.sha256) {
    return corrupt(shown + ": SHA-256 is " + to_hex(result.sha256) + ", expected was " +
                   to_hex(*bounds.sha256));
  }
  return ok_status();
}

class Download {
 public:
  Download(const Options& options, std::string url, Part& part, const FetchBounds& bounds)
      : options_(options), url_(std::move(url)), shown_(shown_url(url_)), part_(part), bounds_(bounds) {}

  Result<FetchResult> run(Transfer& transfer, Random& random, const Deadline& deadline);

 private:
  CallEnd transfer_once(Transfer& transfer, const Deadline& deadline);
  bool on_head(const Response& head);
  bool on_data(std::string_view piece);
  bool stop(Status why, bool transient);

  const Options& options_;
  const std::string url_;
  const std::string shown_;
  Part& part_;
  const FetchBounds& bounds_;
  std::string validator_;
  FetchResult result_{.bytes = 0, .sha256 = {}, .transfers = 0, .resumed = 0};
  Status stopped_;          // why our callbacks ended the call
  bool transient_ = false;  // and whether to try again
};

bool Download::stop(Status why, bool transient) {
  stopped_ = std::move(why);
  transient_ = transient;
  return false;
}

bool Download::on_head(const Response& head) {
  using Kind = HeadDecision::Kind;
  HeadDecision decision = decide_on_head(head, part_.bytes(), bounds_, shown_);
  if (decision.kind == Kind::kTryLater) return stop(decision.why, true);
  if (decision.kind == Kind::kRefuse) return stop(decision.why, false);
  if (decision.kind == Kind::kUnchanged) {
    result_.unchanged = true;
    result_.validator = bounds_.validator;
    return true;
  }
  if (decision.kind == Kind::kTake) {
    result_.resumed += part_.bytes();
    return true;
  }
  if (Status s = part_.start_over(); !s.ok()) return stop(s, false);
  if (decision.kind == Kind::kStartOver) {
    validator_.clear();
    return stop(unavailable(shown_ + ": the server does not go on where it broke off"), true);
  }
  validator_ = result_.validator = resume_validator(head);
  return true;
}

bool Download::on_data(std::string_view piece) {
  if (result_.unchanged) return true;  // whatever stands behind such an answer is no file
  if (part_.bytes() + piece.size() > bounds_.max_bytes) {
    return stop(
        unsupported(shown_ + ": more than the " + std::to_string(bounds_.max_bytes) + " bytes allowed"),
        false);
  }
  Status s = part_.add(piece);
  return s.ok() || stop(s, false);
}

CallEnd Download::transfer_once(Transfer& transfer, const Deadline& deadline) {
  Call call;
  call.url = url_;
  call.follow = true;
  call.stall_ms = options_.stall_ms;
  if (part_.bytes() > 0 && validator_.empty()) {
    if (Status s = part_.start_over(); !s.ok()) return {s};
  }
  if (part_.bytes() > 0) {
    call.headers = {{"Range", "bytes=" + std::to_string(part_.bytes()) + "-"}, {"If-Range", validator_}};
  } else if (!bounds_.validator.empty()) {
    const bool tag = starts_with(bounds_.validator, "\"");
    call.headers = {{tag ? "If-None-Match" : "If-Modified-Since", bounds_.validator}};
  }
  call.on_head = [this](const Response& head) { return on_head(head); };
  call.on_data = [this](std::string_view piece) { return on_data(piece); };
  stopped_ = ok_status();
  CallEnd end = transfer.run(call, deadline);
  ++result_.transfers;
  if (end.aborted) {
    end.status = stopped_;
    end.transient = transient_;
  }
  return end;
}

Result<FetchResult> Download::run(Transfer& transfer, Random& random, const Deadline& deadline) {
  int failures = 0;
  for (;;) {
    std::uint64_t had = part_.bytes();
    CallEnd end = transfer_once(transfer, deadline);
    if (end.status.ok() && result_.unchanged) return result_;
    if (end.status.ok()) {
      TRY(check_whole(part_, bounds_, shown_, result_));
      return result_;
    }
    failures = part_.bytes() > had ? 1 : failures + 1;
    if (!end.transient || failures >= bounds_.attempts || result_.transfers >= kMaxTransfers)
      return end.status;
    Status s = sleep_ms(backoff_ms(options_, failures, random.unit(), end.retry_after_ms), deadline);
    if (!s.ok()) return s.kind() == ErrorKind::kCancelled ? s : end.status;
  }
}

// The real path of a file: address that lies below one of the folders.
Result<std::string> allowed_path(const std::string& url, const Options& options) {
  auto path = path_of_file_url(url);
  if (!path) return invalid(shown_url(url) + ": not a file address of this machine");
  char real[PATH_MAX];
  if (realpath(path->c_str(), real) == nullptr) return errno_status(*path, errno);
  for (const std::string& folder : options.file_folders) {
    char root[PATH_MAX];
    if (realpath(folder.c_str(), root) == nullptr) continue;
    std::string below = std::string_view(root) == "/" ? "/" : std::string(root) + "/";
    if (starts_with(real, below)) return std::string(real);
  }
  return permission(*path + ": file addresses are not allowed there; add its folder to those that are");
}

Status copy_all(int fd, const std::string& path, Part& part, std::uint64_t max_bytes,
                const Deadline& deadline) {
  char buffer[65536];
  for (;;) {
    if (deadline.cancel && deadline.cancel->cancelled()) return cancelled("the call was given up");
    if (deadline.passed()) return timed_out(path + ": the deadline passed");
    ssize_t n = read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_status(path, errno);
    if (n == 0) return ok_status();
    auto size = static_cast<std::size_t>(n);
    if (part.bytes() + size > max_bytes) {
      return unsupported(path + ": more than the " + std::to_string(max_bytes) + " bytes allowed");
    }
    TRY(part.add({buffer, size}));
  }
}
}  // namespace

Result<FetchResult> download(Transfer& transfer, const Options& options, Random& random,
                             const std::string& url, Part& part, const FetchBounds& bounds,
                             const Deadline& deadline) {
  return Download(options, url, part, bounds).run(transfer, random, deadline);
}

Result<FetchResult> copy_file(const Options& options, const std::string& url, Part& part,
                              const FetchBounds& bounds, const Deadline& deadline) {
  TRY_ASSIGN(std::string path, allowed_path(url, options));
  Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return errno_status(path, errno);
  struct stat st {};
  if (fstat(fd.get(), &st) != 0) return errno_status(path, errno);
  if (!S_ISREG(st.st_mode)) return invalid(path + ": not a regular file");
  TRY(copy_all(fd.get(), path, part, bounds.max_bytes, deadline));
  FetchResult result;
  TRY(check_whole(part, bounds, path, result));
  return result;
}

}  // namespace storesweep::net
