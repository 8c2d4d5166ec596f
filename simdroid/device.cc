#include "simdroid/device.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "simdroid/control_service.h"
#include "simdroid/shell_service.h"
#include "simdroid/sync_service.h"

namespace storesweep::simdroid {
namespace {
constexpr std::uint64_t kDataCapacityBytes = 6ULL << 30;
constexpr std::int64_t kBootToAdbdMs = 8'000;        // device time from power-on until adbd answers
constexpr std::int64_t kBootToCompletedMs = 20'000;  // until sys.boot_completed
constexpr std::int64_t kAdbdRestartHostMs = 150;  // an adb server dials again after 250, then only after 10 s

DeviceOptions with_tools(DeviceOptions options) {
  if (!options.tools) options.tools = std::make_shared<SharedTools>(false);
  return options;
}
}  // namespace

Device::Device(const DeviceShape& shape, DeviceOptions options, const Clock& clock, Random& random)
    : shape_(shape),
      options_(with_tools(std::move(options))),
      random_(random),
      templates_(shape.templates),
      timers_(clock, options_.rate, options_.wall_start_ms),
      files_(kDataCapacityBytes),
      properties_(shape.properties),
      settings_(shape.settings),
      android_(shape_, templates_, timers_, random.next_u64(), options_.wall_start_ms),
      traffic_(*this),
      serial_(fmt::format("SIM{:02d}{:05d}", shape.api, options_.index + 1)) {
  properties_["ro.serialno"] = properties_["ro.boot.serialno"] = serial_;
  properties_["ro.storesweep.simulated"] = "1";
  properties_["ro.storesweep.rate"] = fmt::format("{}", options_.rate);
  prepare_files();
  android_.watch([this](const std::vector<LogLine>&) { traffic_.send(android_.take_sendings()); });
  boot();
}

Device::~Device() = default;

void Device::boot() {
  timers_.mark_boot();
  properties_["sys.boot_completed"] = properties_["dev.bootcomplete"] = "1";
  properties_["init.svc.bootanim"] = "stopped";
  android_.boot();
}

void Device::prepare_files() {
  const std::int64_t now_s = timers_.wall_ms() / 1000;
  for (const char* path :
       {"/data", "/data/app", "/data/data", "/data/system", "/system", "/system/etc", "/system/app",
        "/system/priv-app", "/storage", "/storage/emulated", "/proc", "/dev"}) {
    static_cast<void>(files_.make_folder(path, 0755, kSystemUid, now_s));
  }
  // Where a debuggable image lets its shell put a certificate.
  static_cast<void>(files_.make_folder(kSystemCas, 0777, kRootUid, now_s, true));
  files_.set_mode("/data", 0771);
  files_.set_mode("/data/app", 0771);
  files_.set_mode("/data/data", 0771);
  files_.set_mode("/data/system", 0770);
  static_cast<void>(files_.make_folder("/data/local", 0751, kRootUid, now_s));
  static_cast<void>(files_.make_folder("/data/local/tmp", 0771, kShellUid, now_s));
  static_cast<void>(files_.make_folder("/storage/emulated/0", 0771, kShellUid, now_s));
  files_.make_link("/sdcard", "/storage/emulated/0", now_s);
  for (const char* name : {"Download", "DCIM", "Pictures", "Music", "Movies", "Android"}) {
    static_cast<void>(files_.make_folder(std::string("/sdcard/") + name, 0771, kShellUid, now_s));
  }
  std::string build = "# begin build properties\n";
  for (const auto& [key, value] : shape_.properties) {
    if (starts_with(key, "ro.")) build += key + "=" + value + "\n";
  }
  static_cast<void>(files_.write("/system/build.prop", shared(build), 0644, kRootUid, now_s));
  static_cast<void>(
      files_.write("/data/system/packages.xml", shared("<packages/>\n"), 0660, kSystemUid, now_s));
  static_cast<void>(files_.write("/proc/version", shared("Linux version 4.4.0 (storesweep simdroid)\n"), 0444,
                                 kRootUid, now_s));
}

std::unique_ptr<Service> Device::open(std::string_view name, std::shared_ptr<Outlet> outlet) {
  if (name == "sync:") return open_sync(*this, std::move(outlet));
  if (auto control = open_control(*this, name, outlet)) return control;
  return open_shell(*this, name, std::move(outlet));
}

std::string Device::property(const std::string& name) const {
  auto it = properties_.find(name);
  return it == properties_.end() ? "" : it->second;
}

std::string Device::environment(const std::string& name) const {
  if (name == "HOME") return "/";
  if (name == "EXTERNAL_STORAGE") return "/sdcard";
  if (name == "ANDROID_DATA") return "/data";
  if (name == "ANDROID_ROOT") return "/system";
  if (name == "TMPDIR") return "/data/local/tmp";
  if (name == "USER") return root_ ? "root" : "shell";
  if (name == "PATH") return "/sbin:/system/sbin:/system/bin:/system/xbin:/vendor/bin";
  return "";
}

void Device::go_offline(std::int64_t host_ms) {
  reachable_ = false;
  timers_.after_host(host_ms, [this] { reachable_ = true; });
}

void Device::restart_adbd(bool root) {
  root_ = root;
  go_offline(kAdbdRestartHostMs);
}

void Device::reboot() {
  reachable_ = false;
  root_ = false;
  properties_["sys.boot_completed"] = properties_["dev.bootcomplete"] = "";
  properties_["init.svc.bootanim"] = "running";
  timers_.mark_boot();
  android_.power_down();
  sessions_.clear();
  timers_.after(kBootToAdbdMs, [this] {
    reachable_ = true;
    android_.power_up();
  });
  timers_.after(kBootToCompletedMs, [this] {
    properties_["sys.boot_completed"] = properties_["dev.bootcomplete"] = "1";
    properties_["init.svc.bootanim"] = "stopped";
    android_.boot_completed();
  });
}

Status Device::inject(std::string_view fault) {
  TRY(apply_fault(faults_, fault));
  files_.set_full(faults_.full_disk);
  files_.set_mode(kSystemCas, faults_.locked_cas ? 0755 : 0777);
  templates_.alter(faults_.unknown_grammar);
  if (const std::int64_t ms = std::exchange(faults_.offline_ms, 0); ms > 0) go_offline(ms);
  if (const std::int64_t ms = std::exchange(faults_.hang_ms, 0); ms > 0) {
    hanging_ = true;
    timers_.after_host(ms, [this] { hanging_ = false; });
  }
  if (std::exchange(faults_.reboot, false)) reboot();
  return ok_status();
}

std::string Device::garbage(std::size_t bytes) {
  std::string out(std::min<std::size_t>(bytes, 4096), ' ');
  for (char& c : out) c = static_cast<char>(random_.next_u64());
  return out;
}

std::string Device::proc_file(const std::string& path) const {
  const double uptime_s = static_cast<double>(timers_.uptime_ms()) / 1000;
  if (path == "/proc/uptime") return fmt::format("{:.2f} {:.2f}\n", uptime_s, uptime_s * 1.6);
  if (path == "/proc/sys/kernel/random/boot_id")
    return fmt::format("5d2a0000-0000-4000-8000-{:012x}\n", timers_.now_ms() - timers_.uptime_ms());
  if (path == "/proc/net/tcp") return traffic_.sockets();
  if (path == "/proc/meminfo") return "MemTotal:        2048000 kB\nMemFree:         1024000 kB\n";
  return "";
}

std::uint64_t Device::stat_size(const Node& node, std::string_view path) const {
  return starts_with(path, "/proc/") ? 0 : node.size();
}

}  // namespace storesweep::simdroid
