// A device whose proxy, certificates and sockets a test can look at. Safe for the two threads of a run.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

#include "common/base/file.h"
#include "tests/unit/worker/device/fake_device.h"

namespace storesweep::observe {

inline std::string test_ca() {
  auto pem = read_file(std::string(std::getenv("STORESWEEP_SOURCE")) + "/tests/data/traffic/ca.pem", 1 << 16);
  EXPECT_TRUE(pem.ok()) << pem.status().text();
  return pem.ok() ? *pem : "";
}

// Settings are read one by one, and files have content.
class ProxiedPhone : public device::FakeDevice {
 public:
  bool locked = false, deaf = false;
  std::map<std::string, std::string> contents;
  std::string sockets;

  Result<device::ShellOutput> shell(std::string_view command, const Deadline& deadline) override {
    std::lock_guard lock(mutex_);
    if (starts_with(command, "cat /proc/net/tcp")) return device::ShellOutput{.out = sockets};
    if (starts_with(command, "settings get ")) {
      const auto parts = words(command);
      const auto at = settings.find(std::string(parts[2]) + "/" + std::string(parts[3]));
      return device::ShellOutput{.out = (at == settings.end() ? "null" : at->second) + "\n"};
    }
    if (starts_with(command, "settings put ") && deaf) return device::ShellOutput{};
    // The fake's own parser wants quotes around names.
    if (starts_with(command, "settings ")) {
      commands.emplace_back(command);
      const auto parts = words(command);
      const std::string name = std::string(parts[2]) + "/" + std::string(parts[3]);
      settings.erase(name);
      if (parts[1] == "put" && parts.size() > 4 && parts[4] != ":0;")
        settings[name] = std::string(parts[4].substr(1, parts[4].size() - 2));
      return device::ShellOutput{};
    }
    if (starts_with(command, "rm -f ")) contents.clear();
    return device::FakeDevice::shell(command, deadline);
  }
  Status push(std::string_view path, ByteView content, const Deadline&) override {
    if (locked) return permission("couldn't create file: Permission denied");
    contents[std::string(path)] = std::string(as_text(content));
    return ok_status();
  }
  Result<std::string> pull(std::string_view path, std::size_t, const Deadline&) override {
    const auto at = contents.find(std::string(path));
    return at == contents.end() ? Result<std::string>(not_found("no such file")) : at->second;
  }
  Status reverse(int port, const Deadline& deadline) override {
    std::lock_guard lock(mutex_);
    return device::FakeDevice::reverse(port, deadline);
  }
  Status end_reverse(int port, const Deadline& deadline) override {
    std::lock_guard lock(mutex_);
    return device::FakeDevice::end_reverse(port, deadline);
  }

 private:
  std::mutex mutex_;  // the proxy's thread asks beside the run's
};

}  // namespace storesweep::observe
