// Runs a parsed command line on a device, step by step: a command that must wait (sleep, logcat, an install
// that reads its APK) is a Job that ends later. Output goes to two sinks; standard input comes in pieces. One
// thread; the device outlives the run; a run is destroyed with its stream, and its jobs with it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/status.h"
#include "simdroid/shell_parser.h"

namespace storesweep::simdroid {

class Device;
using Sink = std::function<void(std::string_view)>;

// A command that has not ended yet.
class Job {
 public:
  virtual ~Job() = default;
  virtual void input(std::string_view) {}
  virtual void input_end() {}
  virtual void drained() {}  // what was written has reached the host
};

// What a command gets. `finish` ends a Job (deferred, so a Job may call it anywhere); a command that returns
// an exit code must not call it.
struct Invocation {
  Device& device;
  std::vector<std::string> args;  // args[0] is the command's name
  Sink out;
  Sink err;
  std::function<void(int code)> finish;
  int uid = 0;
  bool terminal = false;
};

using Started = std::variant<int, std::unique_ptr<Job>>;
using Command = Started (*)(Invocation&);
// The command of that name, or null.
Command find_command(const std::string& name);

class ShellRun : public std::enable_shared_from_this<ShellRun> {
 public:
  struct Output {
    Sink out;
    Sink err;
    std::function<void(int code)> done;
  };
  ShellRun(Device& device, int uid, bool terminal, Output output);
  ~ShellRun();

  void start(std::string_view text);
  // Without a shell: the words as they are (abb_exec).
  void start_words(std::vector<std::string> words);
  void input(std::string_view bytes);
  void input_end();
  void drained();
  // The other end is gone: what went to files so far stays in them.
  void hang_up();
  // The exit code of the last command ($?).
  int last_code() const { return last_code_; }

 private:
  struct Stage;
  void run_next();
  void run_pipeline(const Pipeline& pipeline);
  void start_stage(std::size_t index, const SimpleCommand& command);
  void run_words(std::size_t index, std::vector<std::string> words);
  void stage_ended(std::size_t index, int code);
  void pipeline_ended(int code);
  Status save(const Stage& stage);
  bool apply_redirects(Stage& stage, const SimpleCommand& command);
  std::string variable(const std::string& name) const;
  void finish(int code);

  Device& device_;
  int uid_;
  bool terminal_;
  Output output_;
  Script script_;
  std::size_t at_ = 0;
  std::vector<std::unique_ptr<Stage>> stages_;
  std::uint64_t generation_ = 0;
  std::map<std::string, std::string> variables_;
  std::string early_input_;
  bool input_ended_ = false;
  int last_code_ = 0;
  bool negated_ = false;
  bool exiting_ = false;
  bool finished_ = false;
};

}  // namespace storesweep::simdroid
