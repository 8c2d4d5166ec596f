#include "simdroid/shell_service.h"

#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "simdroid/device.h"
#include "simdroid/shell_run.h"

namespace storesweep::simdroid {
namespace {
constexpr char kStdin = 0;
constexpr char kStdout = 1;
constexpr char kStderr = 2;
constexpr char kExit = 3;
constexpr char kCloseStdin = 4;
constexpr std::size_t kPacketHeaderBytes = 5;
constexpr std::size_t kMaxPacketBytes = 1U << 20;

std::string with_returns(std::string_view bytes) {
  std::string out;
  for (char c : bytes) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

struct ShellKind {
  bool v2 = false;
  bool terminal = false;
  bool words = false;  // abb: words between NULs, no shell
  std::string command;
};

class ShellService final : public Service {
 public:
  ShellService(Device& device, ShellKind kind, std::shared_ptr<Outlet> outlet)
      : device_(device),
        kind_(std::move(kind)),
        outlet_(std::move(outlet)),
        interactive_(kind_.command.empty()) {}

  void start() override {
    const std::int64_t delay_ms = device_.faults().slow_ms;
    if (delay_ms == 0) return begin();
    device_.timers().after_host(delay_ms, [this, weak = std::weak_ptr<int>(alive_)] {
      if (!weak.expired()) begin();
    });
  }

  void receive(std::string_view bytes) override {
    if (!kind_.v2) return host_input(bytes);
    packets_.append(bytes);
    while (packets_.size() >= kPacketHeaderBytes) {
      ByteReader reader(as_bytes(packets_));
      const char id = static_cast<char>(reader.u8());
      const std::uint32_t length = reader.u32();
      if (length > kMaxPacketBytes) return outlet_->close();
      if (reader.left() < length) return;
      const std::string payload(as_text(reader.take(length)));
      packets_.erase(0, kPacketHeaderBytes + length);
      if (id == kStdin) host_input(payload);
      if (id == kCloseStdin && run_) run_->input_end();
      if (id == kCloseStdin) stdin_closed_ = true;
    }
  }

  void host_closed() override {
    if (run_) run_->hang_up();
  }

  void drained() override {
    if (run_) run_->drained();
  }

 private:
  void begin() {
    begun_ = true;
    if (interactive_) return prompt();
    run(kind_.command);
  }

  void run(const std::string& text) {
    ShellRun::Output output;
    output.out = [this](std::string_view b) { print(kStdout, b); };
    output.err = [this](std::string_view b) { print(kStderr, b); };
    output.done = [this](int code) { ended(code); };
    run_ = std::make_shared<ShellRun>(device_, device_.shell_uid(), kind_.terminal, std::move(output));
    if (kind_.words) {
      std::vector<std::string> words{"cmd"};
      for (std::string_view word : split(text, '\0')) words.emplace_back(word);
      run_->start_words(std::move(words));
    } else {
      run_->start(text);
    }
    if (!early_.empty()) run_->input(std::exchange(early_, {}));
    if (stdin_closed_) run_->input_end();
  }

  void print(char id, std::string_view bytes) {
    if (bytes.empty()) return;
    std::string text = device_.faults().garbage ? device_.garbage(bytes.size()) : std::string(bytes);
    if (kind_.terminal) text = with_returns(text);
    if (!kind_.v2) return outlet_->write(text);
    std::string packet(1, kind_.terminal ? kStdout : id);
    put_little(packet, text.size(), 4);
    outlet_->write(packet + text);
  }

  void ended(int code) {
    last_code_ = code;
    if (interactive_ && !leaving_) {
      run_done_ = true;
      return prompt();
    }
    if (kind_.v2) outlet_->write(std::string{kExit, 1, 0, 0, 0, static_cast<char>(code)});
    outlet_->close();
  }

  // A terminal's line discipline, as far as it shows: echo, ^C, one command a line.
  void host_input(std::string_view bytes) {
    if (!begun_ || (!interactive_ && !run_)) {
      early_.append(bytes);
      return;
    }
    if (!interactive_) return run_->input(bytes);
    for (char c : bytes) {
      if (c == '\x03') {
        print(kStdout, "^C\n");
        last_code_ = 130;
        line_.clear();
        run_.reset();
        run_done_ = true;
        prompt();
      } else if (c == '\n' || c == '\r') {
        if (kind_.terminal) print(kStdout, "\r\n");  // the line editor's, besides the terminal's own
        enter();
      } else {
        if (kind_.terminal) print(kStdout, std::string_view(&c, 1));
        line_ += c;
      }
    }
  }

  void enter() {
    if (!run_done_) {
      if (run_) run_->input(std::exchange(line_, {}) + "\n");
      return;
    }
    const std::string line = std::exchange(line_, {});
    leaving_ = trim(line) == "exit" || starts_with(trim(line), "exit ");
    if (trim(line).empty()) return prompt();
    run_done_ = false;
    run(line);
  }

  void prompt() {
    if (!kind_.terminal) return;
    const std::string code = last_code_ == 0 ? "" : std::to_string(last_code_) + "|";
    const bool root = device_.shell_uid() == kRootUid;
    print(kStdout, code + (device_.shape().user_in_prompt ? (root ? "root@" : "shell@") : "") +
                       device_.property("ro.product.device") + ":/ " + (root ? "# " : "$ "));
  }

  Device& device_;
  ShellKind kind_;
  std::shared_ptr<Outlet> outlet_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  std::shared_ptr<ShellRun> run_;
  std::string packets_;
  std::string early_;
  std::string line_;
  int last_code_ = 0;
  bool interactive_;
  bool begun_ = false;
  bool run_done_ = true;
  bool leaving_ = false;
  bool stdin_closed_ = false;
};
}  // namespace

std::unique_ptr<Service> open_shell(Device& device, std::string_view name, std::shared_ptr<Outlet> outlet) {
  const auto colon = name.find(':');
  if (colon == std::string_view::npos) return nullptr;
  const DeviceShape& shape = device.shape();
  const std::vector<std::string_view> options = split(name.substr(0, colon), ',');
  ShellKind kind;
  kind.command = std::string(name.substr(colon + 1));
  if (options[0] == "shell") {
    kind.terminal = kind.command.empty() || shape.old_shell;
    if (options.size() > 1 && shape.old_shell) return nullptr;
    for (std::string_view option : options) {
      if (option == "v2") kind.v2 = true;
      if (option == "raw") kind.terminal = false;
      if (option == "pty") kind.terminal = true;
    }
  } else if (options[0] == "exec") {
    if (shape.old_shell || kind.command.empty()) return nullptr;
  } else if (options[0] == "abb" || options[0] == "abb_exec") {
    if (!shape.has_feature(options[0]) || kind.command.empty()) return nullptr;
    kind.words = true;
    kind.v2 = options[0] == "abb";
  } else {
    return nullptr;
  }
  return std::make_unique<ShellService>(device, std::move(kind), std::move(outlet));
}

}  // namespace storesweep::simdroid
