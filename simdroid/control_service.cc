#include "simdroid/control_service.h"

#include <functional>
#include <string>

#include "common/base/text.h"
#include "simdroid/device.h"

namespace storesweep::simdroid {
namespace {
constexpr std::int64_t kLastWordsHostMs = 100;  // adbd goes only after its answer has left

// Says its line, ends the stream, and lets what it stands for happen a moment later.
class ControlService final : public Service {
 public:
  ControlService(Device& device, std::string words, std::function<void(Device&)> act,
                 std::shared_ptr<Outlet> outlet)
      : device_(device), words_(std::move(words)), act_(std::move(act)), outlet_(std::move(outlet)) {}
  void start() override {
    outlet_->write(words_);
    outlet_->close();
    if (act_) device_.timers().after_host(kLastWordsHostMs, [&device = device_, act = act_] { act(device); });
  }

 private:
  Device& device_;
  std::string words_;
  std::function<void(Device&)> act_;
  std::shared_ptr<Outlet> outlet_;
};
}  // namespace

std::unique_ptr<Service> open_control(Device& device, std::string_view name, std::shared_ptr<Outlet> outlet) {
  const bool rooted = device.shell_uid() == kRootUid;
  auto answer = [&](std::string words, std::function<void(Device&)> act = nullptr) {
    return std::make_unique<ControlService>(device, std::move(words), std::move(act), std::move(outlet));
  };
  if (name == "root:") {
    if (rooted) return answer("adbd is already running as root\n");
    if (device.property("ro.debuggable") != "1")
      return answer("adbd cannot run as root in production builds\n");
    return answer("restarting adbd as root\n", [](Device& d) { d.restart_adbd(true); });
  }
  if (name == "unroot:") {
    if (!rooted) return answer("adbd not running as root\n");
    return answer("restarting adbd as non root\n", [](Device& d) { d.restart_adbd(false); });
  }
  if (name == "remount:" && device.shape().old_shell) {
    return answer(rooted ? "remount succeeded\n" : "remount failed: Permission denied\n");
  }
  if (name == "remount:")
    return answer(rooted ? "remount succeeded\n" : "Not running as root. Try \"adb root\" first.\n");
  // adbd of Android 4.4 refuses it (recorded).
  if (starts_with(name, "reverse:") && !device.shape().old_shell)
    return answer(device.traffic().reverse(name.substr(8), outlet->door()));
  if (starts_with(name, "reboot:")) return answer("", [](Device& d) { d.reboot(); });
  return nullptr;
}

}  // namespace storesweep::simdroid
