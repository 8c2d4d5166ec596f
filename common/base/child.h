// Child processes with pipes to their standard input and output, bounded in memory and processor time by the
// kernel (setrlimit) and ended with us (PR_SET_PDEATHSIG). One thread at a time per Child.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/file.h"
#include "common/base/status.h"

namespace storesweep {

struct ChildOptions {
  std::vector<std::string> command;          // command[0] is found by PATH
  std::map<std::string, std::string> extra;  // environment beside ours
  std::uint64_t memory_bytes = 0;            // RLIMIT_AS, 0 = ours
  std::uint64_t cpu_seconds = 0;             // RLIMIT_CPU, 0 = ours
  std::string stderr_file;                   // appended to; empty = ours
  bool own_group = false;                    // its own process group
};

class Child {
 public:
  static Result<Child> start(const ChildOptions& options);
  Child(Child&& o) noexcept;
  Child& operator=(Child&& o) noexcept;
  ~Child();  // SIGKILL and reap

  pid_t pid() const { return pid_; }
  int in() const { return in_.get(); }    // write here; close_in() says the end
  int out() const { return out_.get(); }  // read here; non-blocking
  void close_in() { in_.reset(); }
  void signal(int number) const;
  // Waits for its end: the exit code, or 128 + signal number.
  Result<int> wait(const Deadline& deadline);
  bool running();

 private:
  Child() = default;
  pid_t pid_ = -1;
  int exit_code_ = -1;
  Fd in_;
  Fd out_;
};

// Runs to the end: what it printed (bounded) and how it ended.
struct ChildOutput {
  int exit_code = 0;
  std::string out;
};
Result<ChildOutput> run_child(const ChildOptions& options, const std::string& input,
                              std::size_t max_out_bytes, const Deadline& deadline);

}  // namespace storesweep
