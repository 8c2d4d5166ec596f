#include "worker/observe/proxy_process.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "common/base/file.h"
#include "common/traffic/flow_lines.h"

namespace storesweep {
extern const std::string_view kProxyAddon;  // worker/observe/proxy/addon.py
}

namespace storesweep::observe {
namespace {
constexpr std::size_t kReadBytes = 64u << 10;
constexpr std::size_t kMaxCaBytes = 64u << 10;
constexpr std::int64_t kStartMs = 60'000;  // it is up in some seconds, on a busy host in more
constexpr std::string_view kAddonFile = "/storesweep.py", kCaFile = "/mitmproxy-ca-cert.pem",
                           kLogFile = "/mitmdump.log";

ChildOptions command(const ProxyOptions& options, bool answers) {
  const auto set = [](const std::string& text) { return std::array<std::string, 2>{"--set", text}; };
  ChildOptions out;
  out.command = {
      options.program, "-q", "-s", options.folder + std::string(kAddonFile), "--listen-host", "127.0.0.1",
      "--listen-port", "0"};
  for (const std::string& text :
       {"confdir=" + options.folder, std::string("connection_strategy=lazy"), std::string("flow_detail=0"),
        "storesweep_hold_ms=" + std::to_string(kProxyHoldMs),
        std::string(answers ? "storesweep_answer=true" : "storesweep_answer=false"),
        std::string(answers ? "upstream_cert=false" : "upstream_cert=true")}) {
    for (const std::string& word : set(text)) out.command.push_back(word);
  }
  out.stderr_file = options.folder + std::string(kLogFile);
  return out;
}
}  // namespace

Result<ProxyProcess> ProxyProcess::start(ProxyKit& kit, bool answers, const Deadline& deadline) {
  const ProxyOptions& options = kit.options();
  std::lock_guard lock(kit.starting_);
  TRY(make_folders(options.folder));
  TRY(write_file_durably(options.folder + std::string(kAddonFile), kProxyAddon));
  TRY_ASSIGN(Child child, Child::start(command(options, answers)));
  ProxyProcess out(std::move(child));
  const Deadline ready = deadline.at_most_ms(kStartMs);
  TRY_ASSIGN(const auto first, out.next(ready));
  if (!first)
    return unavailable(options.program + " ended at once; " + options.folder + std::string(kLogFile) +
                       " says why");
  TRY_ASSIGN(const traffic::FlowLine line, traffic::parse_flow_line(*first));
  if (line.kind != traffic::FlowKind::kReady || line.port == 0)
    return corrupt(options.program + " does not say where it listens");
  out.port_ = line.port;
  TRY_ASSIGN(out.ca_, read_file(options.folder + std::string(kCaFile), kMaxCaBytes));
  return out;
}

Result<std::optional<std::string>> ProxyProcess::next(const Deadline& deadline) {
  for (;;) {
    if (const std::size_t end = pending_.find('\n'); end != std::string::npos) {
      std::string line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return std::optional(std::move(line));
    }
    if (pending_.size() > traffic::kMaxFlowLineBytes)
      return corrupt("the proxy printed a line without an end");
    TRY(wait_fd(child_.out(), POLLIN, deadline));
    std::array<char, kReadBytes> piece;
    const ssize_t n = read(child_.out(), piece.data(), piece.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return std::optional<std::string>();
    pending_.append(piece.data(), static_cast<std::size_t>(n));
  }
}

void ProxyProcess::release(const std::string& connection) {
  // A proxy that is gone holds nothing back.
  static_cast<void>(write_all(child_.in(), connection + "\n", "the proxy"));
}

}  // namespace storesweep::observe
