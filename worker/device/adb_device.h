// A Device behind an adb server. It has a client of its own, so that its counters are its own. Safe for
// concurrent use.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "worker/adb/client.h"
#include "worker/device/device.h"

namespace storesweep::device {

class AdbDevice final : public Device {
 public:
  // Reads who is there. kNotFound and kTimeout: it does not answer; kInvalid: it has not booted or has no
  // identity.
  static Result<std::unique_ptr<AdbDevice>> open(const adb::ServerAddress& server, const adb::Target& target,
                                                 const Deadline& deadline);

  const Facts& facts() const override { return facts_; }
  Result<ShellOutput> shell(std::string_view command, const Deadline& deadline) override;
  Result<std::string> exec_out(std::string_view command, const Deadline& deadline) override;
  Result<std::unique_ptr<LineSource>> stream_shell(std::string_view command,
                                                   const Deadline& deadline) override;
  Status push(std::string_view path, ByteView content, const Deadline& deadline) override;
  Result<std::string> pull(std::string_view path, std::size_t max_bytes, const Deadline& deadline) override;
  Result<std::vector<FileEntry>> list(std::string_view folder, const Deadline& deadline) override;
  Result<adb::InstallOutcome> install(const std::vector<ApkFile>& files, const InstallWishes& wishes,
                                      const Deadline& deadline) override;
  Result<adb::InstallOutcome> uninstall(std::string_view package, const Deadline& deadline) override;
  Status reboot(const Deadline& deadline) override;
  Status reverse(int port, const Deadline& deadline) override;
  Status end_reverse(int port, const Deadline& deadline) override;
  Result<DeviceTime> time(const Deadline& deadline) override;
  adb::Counters counters() const override { return client_.counters(); }

  const std::string& serial() const { return serial_; }
  // The id that the server gives it now; 0: unknown, ask by serial. Told by who follows track-devices.
  void set_transport_id(std::uint64_t id) { transport_id_ = id; }

 private:
  AdbDevice(const adb::ServerAddress& server, const adb::Target& target)
      : client_(server), serial_(target.serial), transport_id_(target.transport_id) {}
  adb::Target target() const { return {.serial = serial_, .transport_id = transport_id_}; }
  bool has(std::string_view adb_feature) const {
    return facts_.adb_features.contains(std::string(adb_feature));
  }
  Status same_device(const Deadline& deadline);
  Status wait_booted(std::int64_t up_before_ms, const Deadline& deadline);

  adb::Client client_;
  const std::string serial_;
  std::atomic<std::uint64_t> transport_id_;
  Facts facts_;
};

}  // namespace storesweep::device
