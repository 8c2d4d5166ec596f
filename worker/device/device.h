// One Android device as everything above sees it: commands, files, packages, logs, reboot, its clock. The
// seam of the worker: exercise and observe are written against it and tests fake it. Errors are those of
// worker/adb (blame_of in worker/adb/client.h says whether server, device or request is at fault). Safe for
// concurrent use: a log stream runs beside commands.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/cancel.h"
#include "common/base/status.h"
#include "common/model/lease.h"
#include "worker/adb/connection.h"
#include "worker/adb/install_output.h"

namespace storesweep::device {

// What a device is; read once, when it appears.
struct Facts {
  std::string serialno;      // ro.serialno: the identity
  std::string device_class;  // "phone", "emulator", "simulated"
  int api = 0;               // ro.build.version.sdk
  std::string release;       // "9"
  std::string model;
  std::string manufacturer;
  std::string fingerprint;             // of the build
  std::vector<std::string> abis;       // the best first
  std::set<std::string> features;      // android.hardware.camera, ...
  std::set<std::string> adb_features;  // shell_v2, cmd, ...
};
// The facts as the coordinator is told them.
storesweep::Device model_of(const Facts& facts);

struct ShellOutput {
  std::string out;  // standard output; on devices without shell_v2 the error output is mixed into it
  std::string err;
  int exit_code =
      0;  // of the command on the device. Many Android tools end with 0 after a failure: read the text
};

struct FileEntry {
  std::string name;
  std::uint32_t mode = 0;  // as in stat(2)
  std::uint64_t size = 0;
  std::int64_t mtime_s = 0;
  bool folder() const { return (mode & 0170000) == 0040000; }
  bool link() const { return (mode & 0170000) == 0120000; }
};

// A package to install: one APK, or a base with its splits. The bytes outlive the call.
struct ApkFile {
  std::string name;
  ByteView bytes;
};
struct InstallWishes {
  bool replace = true;
  bool allow_test = true;
  bool allow_downgrade = false;
  bool grant_permissions = false;  // all of them at once (API 23 and later)
};

// The device's own time. Phases wait on up_ms; wall_s stamps its logs.
struct DeviceTime {
  std::int64_t up_ms = 0;   // since its boot, never jumps; resolution 10 ms
  std::int64_t wall_s = 0;  // since 1970; apps and network time may set it
};

// A command that runs on and on, line by line.
class LineSource {
 public:
  virtual ~LineSource() = default;
  // Without its end. Nothing: the command ended by itself. kTimeout: no line yet, go on.
  virtual Result<std::optional<std::string>> next(const Deadline& deadline) = 0;
};

class Device {
 public:
  virtual ~Device() = default;
  virtual const Facts& facts() const = 0;

  // Runs to the end. What broke off is an error, never a short output.
  virtual Result<ShellOutput> shell(std::string_view command, const Deadline& deadline) = 0;
  // Binary output, byte for byte (`screencap -p`).
  virtual Result<std::string> exec_out(std::string_view command, const Deadline& deadline) = 0;
  // The caller drops the source to end the command.
  virtual Result<std::unique_ptr<LineSource>> stream_shell(std::string_view command,
                                                           const Deadline& deadline) = 0;

  virtual Status push(std::string_view path, ByteView content, const Deadline& deadline) = 0;
  virtual Result<std::string> pull(std::string_view path, std::size_t max_bytes,
                                   const Deadline& deadline) = 0;
  // The entries of a folder; one that is not there is empty.
  virtual Result<std::vector<FileEntry>> list(std::string_view folder, const Deadline& deadline) = 0;

  // The outcome in the device's words; an error when there was none. After an error ask package_paths
  // (packages.h) before trying again: the device may have completed it.
  virtual Result<adb::InstallOutcome> install(const std::vector<ApkFile>& files, const InstallWishes& wishes,
                                              const Deadline& deadline) = 0;
  virtual Result<adb::InstallOutcome> uninstall(std::string_view package, const Deadline& deadline) = 0;

  // Reboots and waits until it has booted; the facts stay.
  virtual Status reboot(const Deadline& deadline) = 0;
  // A port of the device leads to the same port of the host of its adb server, until its connection to that
  // ends. kExists: it does already.
  virtual Status reverse(int port, const Deadline& deadline) = 0;
  virtual Status end_reverse(int port, const Deadline& deadline) = 0;
  virtual Result<DeviceTime> time(const Deadline& deadline) = 0;
  // Commands and bytes since the object was made.
  virtual adb::Counters counters() const = 0;
};

}  // namespace storesweep::device
