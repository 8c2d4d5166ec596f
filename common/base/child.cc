#include "common/base/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace storesweep {
namespace {
Status pipe_pair(Fd& read_end, Fd& write_end) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return exhausted(std::string("pipe: ") + std::strerror(errno));
  read_end = Fd(fds[0]);
  write_end = Fd(fds[1]);
  return ok_status();
}

void limit(__rlimit_resource what, std::uint64_t value) {
  if (value == 0) return;
  rlimit r{value, value};
  setrlimit(what, &r);
}

// Between fork and exec only async-signal-safe calls: everything that allocates is prepared before.
[[noreturn]] void become(const ChildOptions& o, char* const* argv, char* const* envp, int in, int out,
                         pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  if (o.own_group) setpgid(0, 0);
  dup2(in, 0);
  dup2(out, 1);
  if (!o.stderr_file.empty()) {
    int e = open(o.stderr_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (e >= 0) dup2(e, 2);
  }
  // A socket that a library opened without SOCK_CLOEXEC would live on in the child after we have closed it,
  // and its peer would wait for an answer for ever.
  close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  limit(RLIMIT_AS, o.memory_bytes);
  limit(RLIMIT_CPU, o.cpu_seconds);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  execvpe(argv[0], argv, envp);
  _exit(127);
}

std::vector<std::string> environment(const std::map<std::string, std::string>& extra) {
  std::vector<std::string> out;
  for (char** e = environ; *e; ++e) {
    std::string entry = *e;
    if (!extra.contains(entry.substr(0, entry.find('=')))) out.push_back(std::move(entry));
  }
  for (const auto& [key, value] : extra) out.push_back(key + "=" + value);
  return out;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (const std::string& s : strings) out.push_back(const_cast<char*>(s.c_str()));
  out.push_back(nullptr);
  return out;
}
}  // namespace

Result<Child> Child::start(const ChildOptions& options) {
  if (options.command.empty()) return invalid("no command to start");
  Fd in_read, in_write, out_read, out_write;
  TRY(pipe_pair(in_read, in_write));
  TRY(pipe_pair(out_read, out_write));
  std::vector<std::string> env = environment(options.extra);
  std::vector<char*> argv = pointers(options.command);
  std::vector<char*> envp = pointers(env);
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid < 0) return exhausted(std::string("fork: ") + std::strerror(errno));
  if (pid == 0) become(options, argv.data(), envp.data(), in_read.get(), out_write.get(), parent);
  Child child;
  child.pid_ = pid;
  child.in_ = std::move(in_write);
  child.out_ = std::move(out_read);
  fcntl(child.out_.get(), F_SETFL, O_NONBLOCK);
  fcntl(child.in_.get(), F_SETFL, O_NONBLOCK);
  return child;
}

Child::Child(Child&& o) noexcept
    : pid_(std::exchange(o.pid_, -1)),
      exit_code_(o.exit_code_),
      in_(std::move(o.in_)),
      out_(std::move(o.out_)) {}

Child& Child::operator=(Child&& o) noexcept {
  std::swap(pid_, o.pid_);
  std::swap(exit_code_, o.exit_code_);
  std::swap(in_, o.in_);
  std::swap(out_, o.out_);
  return *this;
}

Child::~Child() {
  if (pid_ <= 0 || !running()) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Child::signal(int number) const {
  if (pid_ > 0 && exit_code_ < 0) kill(pid_, number);
}

bool Child::running() {
  if (pid_ <= 0 || exit_code_ >= 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

Result<int> Child::wait(const Deadline& deadline) {
  for (std::int64_t pause_ms = 1; running(); pause_ms = std::min<std::int64_t>(pause_ms * 2, 50)) {
    TRY(sleep_ms(pause_ms, deadline));
  }
  return exit_code_;
}

Result<ChildOutput> run_child(const ChildOptions& options, const std::string& input,
                              std::size_t max_out_bytes, const Deadline& deadline) {
  TRY_ASSIGN(Child child, Child::start(options));
  ChildOutput result;
  std::size_t written = 0;
  if (input.empty()) child.close_in();
  char buffer[65536];
  for (;;) {
    if (deadline.cancel && deadline.cancel->cancelled())
      return cancelled(options.command[0] + " was given up");
    if (deadline.passed()) return timed_out(options.command[0] + " took too long");
    bool writing = written < input.size();
    pollfd fds[2] = {{child.out(), POLLIN, 0}, {writing ? child.in() : -1, POLLOUT, 0}};
    poll(fds, 2, static_cast<int>(std::min<std::int64_t>(deadline.left_ms(), 100)));
    if (fds[1].revents != 0) {
      ssize_t n = write(child.in(), input.data() + written, input.size() - written);
      if (n > 0) written += static_cast<std::size_t>(n);
      if (n < 0 && errno != EAGAIN && errno != EINTR) written = input.size();  // it reads no more
      if (written == input.size()) child.close_in();
    }
    if (fds[0].revents == 0) continue;
    ssize_t n = read(child.out(), buffer, sizeof buffer);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n <= 0) break;
    if (result.out.size() + static_cast<std::size_t>(n) > max_out_bytes) {
      return exhausted(options.command[0] + " printed more than " + std::to_string(max_out_bytes) + " bytes");
    }
    result.out.append(buffer, static_cast<std::size_t>(n));
  }
  TRY_ASSIGN(result.exit_code, child.wait(deadline));
  return result;
}

}  // namespace storesweep
