#include "common/report/reproduce.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/base/text.h"
#include "common/evidence/names.h"

namespace storesweep {
namespace {
namespace names = record_name;

constexpr std::int64_t kWorthAWaitMs = 3'000;  // shorter pauses are those of a hand

struct Done {  // what an action's record tells
  std::string target;
  std::optional<std::array<int, 4>> bounds;
};

Done read_details(const Record& r) {
  Done out;
  const auto json = nlohmann::json::parse(r.data, nullptr, false);
  if (!json.is_object()) return out;
  if (const auto target = json.find("target"); target != json.end() && target->is_string())
    out.target = target->get<std::string>();
  const auto bounds = json.find("bounds");
  if (bounds == json.end() || !bounds->is_array() || bounds->size() != 4) return out;
  std::array<int, 4> b{};
  for (std::size_t i = 0; i < 4; ++i) {
    if (!(*bounds)[i].is_number_integer()) return out;
    b[i] = (*bounds)[i].get<int>();
  }
  out.bounds = b;
  return out;
}

// For a shell on a computer and the one on the device: '...' with ' as '\''.
std::string quoted(const std::string& word) {
  const bool plain = !word.empty() && word.find_first_not_of(
                                          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                          "0123456789._/$-") == std::string::npos;
  if (plain && word.find('$') == std::string::npos) return word;
  std::string out = "\"'";
  for (const char c : word) {
    if (c == '\'' || c == '\n' || c == '\r') continue;  // no component and no package has one
    if (c == '"' || c == '$' || c == '`' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'\"";
}

std::string tap(const std::array<int, 4>& b) {
  return "adb shell input tap " + std::to_string(b[0] + (b[2] - b[0]) / 2) + " " +
         std::to_string(b[1] + (b[3] - b[1]) / 2);
}
std::string swipe(const std::array<int, 4>& b) {
  const std::string x = std::to_string(b[0] + (b[2] - b[0]) / 2);
  const int height = b[3] - b[1];
  return "adb shell input swipe " + x + " " + std::to_string(b[1] + height * 3 / 4) + " " + x + " " +
         std::to_string(b[1] + height / 4) + " 300";
}

std::string toggle(const std::string& target) {
  if (target == "network off") return "adb shell \"svc wifi disable; svc data disable\"";
  if (target == "network on") return "adb shell \"svc wifi enable; svc data enable\"";
  if (target == "power off") return "adb shell dumpsys battery unplug";
  if (target == "power on") return "adb shell dumpsys battery reset";
  return std::string("adb shell input keyevent ") + (target == "screen on" ? "224" : "223");
}

// Nothing: it is no step of a hand's (our own start of a process, a marker).
std::optional<std::string> command_of(std::string_view name, const Done& done, const std::string& package) {
  if (name == names::kInstall) return "adb install app.apk";
  if (name == names::kLaunch)
    return "adb shell am start -W -a android.intent.action.MAIN -c android.intent.category.LAUNCHER -n " +
           quoted(done.target);
  if (name == names::kBack) return "adb shell input keyevent 4";
  if (name == names::kHome) return "adb shell input keyevent 3";
  if (name == names::kScroll && done.bounds) return swipe(*done.bounds);
  if (name == names::kClear) return "adb shell pm clear " + quoted(package);
  if (name == names::kReboot) return "adb reboot; adb wait-for-device";
  if (name == names::kUnlock) return "adb shell wm dismiss-keyguard";
  if (name == names::kToggle) return toggle(done.target);
  // Not by a force-stop: a stopped app gets no broadcast, and nothing would start it.
  if (name == names::kSwipeAway || name == names::kType) return "";
  if (done.bounds) return tap(*done.bounds);
  return std::nullopt;
}

bool as_new(std::string_view name) { return name == names::kInstall || name == names::kClear; }

void shorten(std::vector<AdbStep>& steps) {
  if (steps.size() <= kMaxSteps) return;
  const std::size_t head = kMaxSteps / 4, tail = kMaxSteps - head - 1;
  AdbStep gap;
  gap.left_out = steps.size() - head - tail;
  const auto from = steps.begin() + static_cast<std::ptrdiff_t>(head);
  const auto to = steps.end() - static_cast<std::ptrdiff_t>(tail);
  gap.device_ms = from->device_ms;
  steps.insert(steps.erase(from, to), gap);
}
}  // namespace

std::vector<AdbStep> steps_to(const Journal& journal, std::int64_t device_ms) {
  std::vector<AdbStep> out;
  std::int64_t last_ms = 0;
  auto wait_until = [&](std::int64_t ms) {
    if (!out.empty() && ms - last_ms >= kWorthAWaitMs)
      out.push_back({"sleep " + std::to_string((ms - last_ms) / 1000), "", "", last_ms, 0});
  };
  for (const Record& r : journal.records) {
    if (r.kind != RecordKind::kAction || r.device_ms > device_ms) continue;
    const Done done = read_details(r);
    const auto command = command_of(r.name, done, journal.header.package);
    if (!command) continue;
    if (as_new(r.name)) out.clear();
    wait_until(r.device_ms);
    const bool commands = r.name == names::kSwipeAway || r.name == names::kLaunch;  // their target is our own
    out.push_back({*command, r.name, commands ? "" : done.target, r.device_ms, 0});
    last_ms = r.device_ms + std::max<std::int64_t>(0, r.took_ms);
  }
  wait_until(device_ms);
  shorten(out);
  return out;
}

std::vector<std::string> commands_to_look(const std::vector<std::string>& observers,
                                          const std::string& package) {
  std::vector<std::string> out;
  auto reads = [&](std::string_view name) {
    return std::find(observers.begin(), observers.end(), name) != observers.end();
  };
  if (reads(names::kAppOps)) out.push_back("adb shell cmd appops get " + quoted(package));
  if (reads(names::kOpStates)) out.push_back("adb shell dumpsys appops --package " + quoted(package));
  if (reads(names::kEvents)) out.emplace_back("adb logcat -b events -d -v threadtime");
  if (reads(names::kLog)) out.emplace_back("adb logcat -b main,system,crash -d -v threadtime");
  if (reads(names::kHierarchy)) out.emplace_back("adb exec-out uiautomator dump /dev/tty");
  if (reads(names::kPackage)) out.push_back("adb shell dumpsys package " + quoted(package));
  if (reads(names::kProcesses)) out.emplace_back("adb shell dumpsys activity processes");
  return out;
}

}  // namespace storesweep
