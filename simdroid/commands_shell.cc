#include <string>

#include "common/base/text.h"
#include "simdroid/commands.h"
#include "simdroid/device.h"

namespace storesweep::simdroid {
namespace {
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 'n' ? "\n" : c == 't' ? "\t" : c == 'r' ? "\r" : c == '\\' ? "\\" : std::string{'\\', c};
  }
  return out;
}

// One pass of printf's format over the arguments from `at` on.
std::string printed(std::string_view format, const std::vector<std::string>& args, std::size_t& at) {
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      out += format[i];
      continue;
    }
    const char c = format[++i];
    if (c == '%') {
      out += '%';
    } else if (c == 's' || c == 'd' || c == 'i' || c == 'u' || c == 'b') {
      const std::string value = at < args.size() ? args[at] : (c == 's' || c == 'b' ? "" : "0");
      ++at;
      out += c == 'b' ? unescaped(value) : value;
    } else {
      out += std::string{'%', c};
    }
  }
  return out;
}

class SleepJob final : public Job {
 public:
  SleepJob(Invocation& in, std::int64_t ms) : timers_(in.device.timers()) {
    timer_ = timers_.after(ms, [finish = in.finish] { finish(0); });
  }
  ~SleepJob() override { timers_.cancel(timer_); }

 private:
  Timers& timers_;
  Timers::Id timer_;
};

class ShJob final : public Job {
 public:
  ShJob(Invocation& in, const std::string& text) {
    run_ = std::make_shared<ShellRun>(in.device, in.uid, in.terminal,
                                      ShellRun::Output{in.out, in.err, in.finish});
    run_->start(text);
  }
  void input(std::string_view bytes) override { run_->input(bytes); }
  void input_end() override { run_->input_end(); }
  void drained() override { run_->drained(); }

 private:
  std::shared_ptr<ShellRun> run_;
};

// `sh` without -c reads its commands from standard input.
class StdinShJob final : public Job {
 public:
  explicit StdinShJob(Invocation& in) : in_(in) {}
  void input(std::string_view bytes) override {
    if (!job_) text_.append(bytes);
  }
  void input_end() override {
    if (!job_) job_ = std::make_unique<ShJob>(in_, text_);
  }

 private:
  Invocation in_;
  std::string text_;
  std::unique_ptr<ShJob> job_;
};

bool compare(const std::string& a, const std::string& op, const std::string& b) {
  if (op == "=" || op == "==") return a == b;
  if (op == "!=") return a != b;
  const auto x = parse_int<long long>(a).value_or(0);
  const auto y = parse_int<long long>(b).value_or(0);
  if (op == "-eq") return x == y;
  if (op == "-ne") return x != y;
  if (op == "-lt") return x < y;
  if (op == "-le") return x <= y;
  if (op == "-gt") return x > y;
  return op == "-ge" && x >= y;
}
}  // namespace

Started run_echo(Invocation& in) {
  std::size_t first = 1;
  bool newline = true;
  bool escapes = false;
  for (; first < in.args.size() && (in.args[first] == "-n" || in.args[first] == "-e"); ++first) {
    (in.args[first] == "-n" ? newline : escapes) = in.args[first] != "-n";
  }
  std::string out;
  for (std::size_t i = first; i < in.args.size(); ++i) out += (i > first ? " " : "") + in.args[i];
  if (escapes) out = unescaped(out);
  in.out(out + (newline ? "\n" : ""));
  return 0;
}

Started run_printf(Invocation& in) {
  if (in.args.size() < 2) return 1;
  const std::string format = unescaped(in.args[1]);
  std::size_t at = 2;
  std::size_t before;
  do {
    before = at;
    in.out(printed(format, in.args, at));
  } while (at < in.args.size() && at > before);
  return 0;
}

Started run_true(Invocation&) { return 0; }
Started run_false(Invocation&) { return 1; }

Started run_sleep(Invocation& in) {
  double seconds = 0;
  try {
    seconds = in.args.size() > 1 ? std::stod(in.args[1]) : 0;
  } catch (const std::exception&) {
    in.err("sleep: not a number: " + in.args[1] + "\n");
    return 1;
  }
  if (!(seconds >= 0 && seconds < 1e9)) return 1;
  return std::make_unique<SleepJob>(in, static_cast<std::int64_t>(seconds * 1000));
}

Started run_test(Invocation& in) {
  std::vector<std::string> args(in.args.begin() + 1, in.args.end());
  if (in.args[0] == "[") {
    if (args.empty() || args.back() != "]") {
      in.err("/system/bin/sh: [: missing ]\n");
      return 2;
    }
    args.pop_back();
  }
  const bool negated = !args.empty() && args[0] == "!";
  if (negated) args.erase(args.begin());
  bool truth = false;
  if (args.size() == 1) {
    truth = !args[0].empty();
  } else if (args.size() == 2) {
    const Node* node = in.device.files().find(args[1]);
    if (args[0] == "-z") truth = args[1].empty();
    if (args[0] == "-n") truth = !args[1].empty();
    if (args[0] == "-e") truth = node != nullptr;
    if (args[0] == "-f") truth = node != nullptr && !node->is_folder();
    if (args[0] == "-d") truth = node != nullptr && node->is_folder();
    if (args[0] == "-s") truth = node != nullptr && node->size() > 0;
  } else if (args.size() == 3) {
    truth = compare(args[0], args[1], args[2]);
  }
  return truth != negated ? 0 : 1;
}

Started run_sh(Invocation& in) {
  if (in.args.size() > 2 && in.args[1] == "-c") return std::make_unique<ShJob>(in, in.args[2]);
  if (in.args.size() > 1) {
    const Node* node = in.device.files().find(in.args[1]);
    if (!node || !node->content) {
      in.err("/system/bin/sh: can't open " + in.args[1] + ": No such file or directory\n");
      return 127;
    }
    return std::make_unique<ShJob>(in, *node->content);
  }
  return std::make_unique<StdinShJob>(in);
}

Started run_su(Invocation& in) {
  in.err("/system/bin/sh: su: " + std::string(in.device.shape().says_inaccessible ? "inaccessible or " : "") +
         "not found\n");
  return 127;
}

Started run_toybox(Invocation& in) {
  if (in.args.size() < 2) return 0;
  in.args.erase(in.args.begin());
  const Command command = find_command(in.args[0]);
  if (!command) {
    in.err("toybox: Unknown command " + in.args[0] + "\n");
    return 127;
  }
  return command(in);
}

// `exec logcat`, as the adb client asks: the rest of the line is the command.
Started run_exec(Invocation& in) {
  if (in.args.size() < 2) return 0;
  in.args.erase(in.args.begin());
  Command command = find_command(in.args[0]);
  if (!command) command = find_pushed(in.device, in.args[0]);
  if (command) return command(in);
  in.err("/system/bin/sh: " + in.args[0] + ": " +
         (in.device.shape().says_inaccessible ? "inaccessible or " : "") + "not found\n");
  return 127;
}

Started run_which(Invocation& in) {
  if (in.args.size() < 2 || !find_command(in.args[1])) return 1;
  in.out("/system/bin/" + in.args[1] + "\n");
  return 0;
}

Started run_pwd(Invocation& in) {
  in.out("/\n");
  return 0;
}

Started run_basename(Invocation& in) {
  if (in.args.size() < 2) return 1;
  in.out(in.args[1].substr(in.args[1].rfind('/') + 1) + "\n");
  return 0;
}

}  // namespace storesweep::simdroid
