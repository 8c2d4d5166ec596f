#include "worker/device/adb_device.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "worker/adb/install.h"
#include "worker/adb/server.h"
#include "worker/adb/shell.h"
#include "worker/adb/sync.h"
#include "worker/device/identity.h"

namespace storesweep::device {

namespace {

constexpr std::size_t kOutputMaxBytes = 64 * 1024 * 1024;  // a whole bugreport is about 20 MB
constexpr std::int64_t kBootLookMs = 500;
constexpr std::int64_t kBootCommandMs = 10'000;

class AdbLines final : public LineSource {
 public:
  explicit AdbLines(adb::LineStream stream) : stream_(std::move(stream)) {}
  Result<std::optional<std::string>> next(const Deadline& deadline) override {
    return stream_.next(deadline);
  }

 private:
  adb::LineStream stream_;
};

std::vector<FileEntry> entries_of(std::vector<adb::FolderEntry> entries) {
  std::vector<FileEntry> out;
  out.reserve(entries.size());
  for (adb::FolderEntry& e : entries) {
    out.push_back(
        {.name = std::move(e.name), .mode = e.info.mode, .size = e.info.size, .mtime_s = e.info.mtime_s});
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<AdbDevice>> AdbDevice::open(const adb::ServerAddress& server,
                                                   const adb::Target& target, const Deadline& deadline) {
  std::unique_ptr<AdbDevice> device(new AdbDevice(server, target));
  TRY_ASSIGN(adb::Features adb_features, device->client_.features(target, deadline));
  device->facts_.adb_features = {adb_features.begin(), adb_features.end()};
  TRY_ASSIGN(ShellOutput booted, device->shell("getprop sys.boot_completed", deadline));
  if (!boot_completed(booted.out)) return invalid(fmt::format("device {} has not booted", target.serial));
  TRY_ASSIGN(ShellOutput properties, device->shell("getprop", deadline));
  TRY_ASSIGN(ShellOutput features, device->shell("pm list features", deadline));
  auto facts = facts_of(properties.out, features.out);
  if (!facts.ok()) return facts.status().within("device " + target.serial);
  facts->adb_features = std::move(device->facts_.adb_features);
  device->facts_ = std::move(*facts);
  return device;
}

Result<ShellOutput> AdbDevice::shell(std::string_view command, const Deadline& deadline) {
  const adb::ShellOptions how{.v2 = has("shell_v2"), .input = {}, .max_bytes = kOutputMaxBytes};
  TRY_ASSIGN(adb::ShellResult result, adb::shell(client_, target(), command, how, deadline));
  return ShellOutput{
      .out = std::move(result.out), .err = std::move(result.err), .exit_code = result.exit_code.value_or(0)};
}

// By shell v2 a cut is seen, which `exec:` does not tell; the old shell's text is undone exactly.
Result<std::string> AdbDevice::exec_out(std::string_view command, const Deadline& deadline) {
  TRY_ASSIGN(ShellOutput output, shell(command, deadline));
  return std::move(output.out);
}

Result<std::unique_ptr<LineSource>> AdbDevice::stream_shell(std::string_view command,
                                                            const Deadline& deadline) {
  TRY_ASSIGN(adb::LineStream stream,
             adb::LineStream::start(client_, target(), command, has("shell_v2"), deadline));
  return std::unique_ptr<LineSource>(std::make_unique<AdbLines>(std::move(stream)));
}

Status AdbDevice::push(std::string_view path, ByteView content, const Deadline& deadline) {
  TRY_ASSIGN(auto sync, adb::SyncSession::open(client_, target(), has("stat_v2"), deadline));
  return sync.push(path, content, 0644, 0, deadline);
}

Result<std::string> AdbDevice::pull(std::string_view path, std::size_t max_bytes, const Deadline& deadline) {
  TRY_ASSIGN(auto sync, adb::SyncSession::open(client_, target(), has("stat_v2"), deadline));
  return sync.pull_all(path, max_bytes, deadline);
}

Result<std::vector<FileEntry>> AdbDevice::list(std::string_view folder, const Deadline& deadline) {
  TRY_ASSIGN(auto sync, adb::SyncSession::open(client_, target(), has("stat_v2"), deadline));
  // With the slash a link such as /sdcard is followed.
  const std::string path = ends_with(folder, "/") ? std::string(folder) : std::string(folder) + "/";
  TRY_ASSIGN(auto entries, sync.list(path, deadline));
  return entries_of(std::move(entries));
}

Result<adb::InstallOutcome> AdbDevice::install(const std::vector<ApkFile>& files, const InstallWishes& wishes,
                                               const Deadline& deadline) {
  std::vector<adb::InstallFile> given;
  for (const ApkFile& file : files) given.push_back({.name = file.name, .bytes = file.bytes});
  const adb::InstallOptions options{.replace = wishes.replace,
                                    .allow_test = wishes.allow_test,
                                    .allow_downgrade = wishes.allow_downgrade,
                                    .grant_permissions = wishes.grant_permissions && facts_.api >= 23};
  const adb::Features features(facts_.adb_features.begin(), facts_.adb_features.end());
  return adb::install(client_, target(), features, given, options, deadline);
}

Result<adb::InstallOutcome> AdbDevice::uninstall(std::string_view package, const Deadline& deadline) {
  const adb::Features features(facts_.adb_features.begin(), facts_.adb_features.end());
  return adb::uninstall(client_, target(), features, package, deadline);
}

Status AdbDevice::reboot(const Deadline& deadline) {
  TRY_ASSIGN(DeviceTime before, time(deadline));
  TRY(client_.reboot(target(), deadline));
  set_transport_id(0);  // it comes back under another one
  return wait_booted(before.up_ms, deadline);
}

// Until it answers, has booted, and has been up for less than before: one that answers at once has not gone
// down yet.
Status AdbDevice::wait_booted(std::int64_t up_before_ms, const Deadline& deadline) {
  const bool remote = serial_.find(':') != std::string::npos;
  Status last = timed_out("it did not answer");
  for (;;) {
    const Deadline look = deadline.at_most_ms(kBootCommandMs);
    auto now = time(look);
    if (now.ok() && now->up_ms < up_before_ms) {
      auto booted = shell("getprop sys.boot_completed", look);
      if (booted.ok() && boot_completed(booted->out)) return same_device(look);
    }
    if (!now.ok()) last = now.status();
    if (last.kind() == ErrorKind::kCancelled || deadline.passed()) {
      return last.within(fmt::format("device {} after its reboot", serial_));
    }
    if (remote && !now.ok()) {
      Status dialled = adb::reconnect(client_, serial_, look);
      if (dialled.kind() == ErrorKind::kUnavailable || dialled.kind() == ErrorKind::kCancelled)
        return dialled;
    }
    Status slept = sleep_ms(kBootLookMs, deadline);
    if (slept.kind() == ErrorKind::kCancelled) return slept;
  }
}

// Another device may have taken the serial meanwhile.
Status AdbDevice::same_device(const Deadline& deadline) {
  TRY_ASSIGN(ShellOutput output, shell("getprop ro.serialno", deadline));
  if (trim(output.out) == facts_.serialno) return ok_status();
  return not_found(fmt::format("device {}: another one answers under this serial", serial_));
}

Status AdbDevice::reverse(int port, const Deadline& deadline) {
  return client_.reverse(target(), port, deadline);
}

Status AdbDevice::end_reverse(int port, const Deadline& deadline) {
  return client_.end_reverse(target(), port, deadline);
}

Result<DeviceTime> AdbDevice::time(const Deadline& deadline) {
  TRY_ASSIGN(ShellOutput output, shell("date +%s; cat /proc/uptime", deadline));
  return parse_device_time(output.out);
}

}  // namespace storesweep::device
