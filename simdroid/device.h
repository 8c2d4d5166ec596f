// One simulated Android device: its parts put together, and the services that adbd opens on it.
// One thread; the shape, the clock and the random source outlive it, it outlives its connections.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/base/random.h"
#include "simdroid/android/apk.h"
#include "simdroid/android/packages.h"
#include "simdroid/android_system.h"
#include "simdroid/app_traffic.h"
#include "simdroid/auth.h"
#include "simdroid/faults.h"
#include "simdroid/file_system.h"
#include "simdroid/paint_thread.h"
#include "simdroid/print/shape.h"
#include "simdroid/service.h"
#include "simdroid/timers.h"

namespace storesweep::simdroid {

// What all devices of a process share: what aapt said of an APK, and who paints the pictures.
struct SharedTools {
  explicit SharedTools(bool paint_beside) : painting(paint_beside) {}
  android::ApkReader apks;
  PaintThread painting;
};

// An install session: its APKs so far.
struct InstallSession {
  android::InstallWishes wishes;
  std::map<std::string, Content> files;
};

struct DeviceOptions {
  int index = 0;
  int port = 0;
  double rate = 1;
  std::int64_t wall_start_ms = 0;
  AuthPolicy auth;
  std::shared_ptr<SharedTools> tools;  // null: its own, in its own thread
};

class Device final : public ServiceOpener {
 public:
  Device(const DeviceShape& shape, DeviceOptions options, const Clock& clock, Random& random);
  ~Device() override;

  std::unique_ptr<Service> open(std::string_view name, std::shared_ptr<Outlet> outlet) override;

  const DeviceOptions& options() const { return options_; }
  const DeviceShape& shape() const { return shape_; }
  Templates& templates() { return templates_; }
  Timers& timers() { return timers_; }
  FileSystem& files() { return files_; }
  Faults& faults() { return faults_; }
  Random& random() { return random_; }
  AndroidSystem& android() { return android_; }
  android::ApkReader& apks() { return options_.tools->apks; }
  PaintThread& painting() { return options_.tools->painting; }
  std::map<int, InstallSession>& sessions() { return sessions_; }
  std::map<std::string, std::string>& settings() { return settings_; }
  AppTraffic& traffic() { return traffic_; }

  std::string property(const std::string& name) const;
  const std::map<std::string, std::string>& properties() const { return properties_; }
  void set_property(const std::string& name, const std::string& value) { properties_[name] = value; }
  std::string environment(const std::string& name) const;
  int shell_uid() const { return root_ ? kRootUid : kShellUid; }
  const std::string& serial() const { return serial_; }

  // Whether adbd is there to be connected to, and whether it answers.
  bool reachable() const { return reachable_; }
  bool hanging() const { return hanging_; }
  // adbd goes and comes back: by a fault, as root, or with the whole device.
  void go_offline(std::int64_t host_ms);
  void restart_adbd(bool root);
  void reboot();
  // Applies a fault's text (see faults.h), one-shot ones at once.
  Status inject(std::string_view fault);

  std::string garbage(std::size_t bytes);
  Content shared(std::string content) { return std::make_shared<const std::string>(std::move(content)); }
  // The text of a file of /proc that is made when it is read; empty when it is none.
  std::string proc_file(const std::string& path) const;
  // What STAT says of a node; files of /proc have no size.
  std::uint64_t stat_size(const Node& node, std::string_view path) const;

 private:
  void prepare_files();
  void boot();

  const DeviceShape& shape_;
  DeviceOptions options_;
  Random& random_;
  Templates templates_;
  Timers timers_;
  FileSystem files_;
  Faults faults_;
  std::map<std::string, std::string> properties_;
  std::map<std::string, std::string> settings_;
  AndroidSystem android_;
  AppTraffic traffic_;
  std::map<int, InstallSession> sessions_;
  std::string serial_;
  bool reachable_ = true;
  bool hanging_ = false;
  bool root_ = false;
};

}  // namespace storesweep::simdroid
