// One mitmdump with our addon, as a child process: what passes it comes out as lines. Its certificates lie in
// a folder that all proxies of a worker share. One thread, which outlives it (the kernel ends it with that
// thread).
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "common/base/child.h"

namespace storesweep::observe {

struct ProxyOptions {
  std::string program;  // mitmdump; empty: there is none, and runs say so
  std::string folder;   // of its certificates; made if it is not there
};

// A connection is held back until it is released, or for so long.
inline constexpr std::int64_t kProxyHoldMs = 2'000;

// What the proxies of a worker share. Safe for concurrent use.
class ProxyKit {
 public:
  explicit ProxyKit(ProxyOptions options) : options_(std::move(options)) {}
  bool wanted() const { return !options_.program.empty(); }
  const ProxyOptions& options() const { return options_; }

 private:
  friend class ProxyProcess;
  const ProxyOptions options_;
  std::mutex starting_;  // the first one makes the certificates
};

class ProxyProcess {
 public:
  // answers: it answers every request by itself, so that nothing goes on to a server.
  static Result<ProxyProcess> start(ProxyKit& kit, bool answers, const Deadline& deadline);

  int port() const { return port_; }
  const std::string& ca() const { return ca_; }  // PEM
  // The next line. Nothing: it has ended. kTimeout: none yet, go on.
  Result<std::optional<std::string>> next(const Deadline& deadline);
  void release(const std::string& connection);

 private:
  explicit ProxyProcess(Child child) : child_(std::move(child)) {}

  Child child_;
  std::string pending_;
  std::string ca_;
  int port_ = 0;
};

}  // namespace storesweep::observe
