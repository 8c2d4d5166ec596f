// A device made of values: its files, packages and settings can be looked at and changed by a test, commands
// that are not about them are answered from a table. For tests; one thread.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "common/base/text.h"
#include "worker/device/device.h"

namespace storesweep::device {

class FakeDevice : public Device {
 public:
  Facts own_facts{.serialno = "FAKE1", .device_class = "phone", .api = 28};
  std::set<std::string> packages;
  std::map<std::string, std::string> settings;  // "global/name"
  std::map<std::string, std::uint64_t> files;   // folders end with '/'
  std::map<std::string, ShellOutput> answers;
  std::set<std::string> stubborn;  // packages that cannot be removed
  DeviceTime now{.up_ms = 1'000'000, .wall_s = 1'600'000'000};
  std::function<void()> on_time;
  std::vector<std::string> commands;

  const Facts& facts() const override { return own_facts; }
  Result<ShellOutput> shell(std::string_view command, const Deadline&) override {
    commands.emplace_back(command);
    if (auto it = answers.find(std::string(command)); it != answers.end()) return it->second;
    ShellOutput out;
    if (command == "pm list packages -3") {
      for (const auto& p : packages) out.out += "package:" + p + "\n";
    } else if (starts_with(command, "settings list ")) {
      const std::string space = std::string(command.substr(14)) + "/";
      for (const auto& [name, value] : settings) {
        if (starts_with(name, space)) out.out += name.substr(space.size()) + "=" + value + "\n";
      }
    } else if (starts_with(command, "settings put ") || starts_with(command, "settings delete ")) {
      const auto parts = words(command);
      const std::string name = std::string(parts[2]) + "/" + unquoted(parts[3]);
      settings.erase(name);
      if (parts[1] == "put") settings[name] = unquoted(parts[4]);
    } else if (starts_with(command, "rm -rf ")) {
      const std::string path = unquoted(command.substr(7));
      std::erase_if(files,
                    [&](const auto& f) { return f.first == path || starts_with(f.first, path + "/"); });
    }
    return out;
  }
  Result<std::string> exec_out(std::string_view command, const Deadline& d) override {
    return shell(command, d)->out;
  }
  Result<std::unique_ptr<LineSource>> stream_shell(std::string_view, const Deadline&) override {
    return unsupported("no streams here");
  }
  Status push(std::string_view path, ByteView content, const Deadline&) override {
    files[std::string(path)] = content.size();
    return ok_status();
  }
  Result<std::string> pull(std::string_view, std::size_t, const Deadline&) override { return std::string(); }
  Result<std::vector<FileEntry>> list(std::string_view folder, const Deadline&) override {
    std::vector<FileEntry> out;
    for (const auto& [path, size] : files) {
      if (!starts_with(path, folder) || path.size() == folder.size()) continue;
      std::string rest = path.substr(folder.size());
      const bool is_folder = ends_with(rest, "/");
      if (is_folder) rest.pop_back();
      if (rest.find('/') != std::string::npos) continue;
      out.push_back({.name = rest, .mode = is_folder ? 0040771u : 0100644u, .size = size});
    }
    return out;
  }
  Result<adb::InstallOutcome> install(const std::vector<ApkFile>&, const InstallWishes&,
                                      const Deadline&) override {
    return unsupported("no installs here");
  }
  Result<adb::InstallOutcome> uninstall(std::string_view package, const Deadline&) override {
    if (!stubborn.contains(std::string(package))) packages.erase(std::string(package));
    return adb::parse_install_output("Success");
  }
  Status reboot(const Deadline&) override { return ok_status(); }
  std::set<int> reversed;
  Status reverse(int port, const Deadline&) override {
    return reversed.insert(port).second ? ok_status() : exists("reverse");
  }
  Status end_reverse(int port, const Deadline&) override {
    reversed.erase(port);
    return ok_status();
  }
  Result<DeviceTime> time(const Deadline&) override {
    if (on_time) on_time();
    return now;
  }
  adb::Counters counters() const override { return {}; }

 private:
  static std::string unquoted(std::string_view word) { return std::string(word.substr(1, word.size() - 2)); }
};

}  // namespace storesweep::device
