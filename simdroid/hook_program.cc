// A pushed frida-inject. No script is run here: what it prints are the lines that the product's script would
// print for the calls that the app's behaviour file makes, and each says that it is simulated. It attaches
// when it is started: what was called before is not told. It stands for the injector alone: nothing is
// injected anywhere.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "simdroid/commands.h"
#include "simdroid/device.h"

namespace storesweep::simdroid {
namespace {
using Json = nlohmann::json;
using android::Do, android::Got, android::ReadingDone;

constexpr std::int64_t kAttachMs = 20;  // of the device: until the script runs
constexpr std::int64_t kBeatMs = 1'000;
constexpr const char *kAndroidId = "5f1e0d2c3b4a5968",
                     *kImei = "358240051111110";  // unless a setting says otherwise
constexpr const char* kVersion = "0.0.0";         // of no real one

// What a call of the behaviour file is in Java, and what it gives back there.
struct Api {
  Do what;
  const char* maker;  // the class of a probe app that makes it (probes/builder)
  const char* source;
  const char* api;
  const char* argument;
  const char* type;    // of an object that is given back; empty: a value
  const char* denied;  // what is thrown
};
constexpr const char* kQuery = "android.content.ContentResolver.query";
constexpr const char* kCursor = "android.content.ContentResolver$CursorWrapperInner";
constexpr Api kApis[] = {
    {Do::kReadClipboard, "ReadClipboard", "clipboard", "android.content.ClipboardManager.getPrimaryClip", "",
     "android.content.ClipData", ""},
    {Do::kQueryUsageStats, "QueryUsageStats", "app_list",
     "android.app.usage.UsageStatsManager.queryUsageStats", "0", "java.util.ArrayList", ""},
    {Do::kReadLocation, "ReadLocation", "location", "android.location.LocationManager.getLastKnownLocation",
     "gps", "android.location.Location",
     "java.lang.SecurityException: \"gps\" location provider requires ACCESS_FINE_LOCATION permission."},
    {Do::kOpenCamera, "OpenCamera", "camera", "android.hardware.Camera.open", "0", "android.hardware.Camera",
     "java.lang.RuntimeException: Fail to connect to camera service"},
    {Do::kRecordAudio, "RecordAudio", "audio", "android.media.AudioRecord.startRecording", "", "",
     "java.lang.IllegalStateException: startRecording() called on an uninitialized AudioRecord."},
    {Do::kReadContacts, "ReadContacts", "contacts", kQuery, "content://com.android.contacts/contacts",
     kCursor,
     "java.lang.SecurityException: Permission Denial: reading "
     "com.android.providers.contacts.ContactsProvider2"},
    {Do::kReadCalendar, "ReadCalendar", "calendar", kQuery, "content://com.android.calendar/events", kCursor,
     "java.lang.SecurityException: Permission Denial: reading "
     "com.android.providers.calendar.CalendarProvider2"},
    {Do::kReadCallLog, "ReadCallLog", "call_log", kQuery, "content://call_log/calls", kCursor,
     "java.lang.SecurityException: Permission Denial: reading "
     "com.android.providers.contacts.CallLogProvider"},
    {Do::kReadSms, "ReadSms", "sms", kQuery, "content://sms", kCursor,
     "java.lang.SecurityException: Permission Denial: reading com.android.providers.telephony.SmsProvider"},
    {Do::kReadImei, "ReadImei", "imei", "android.telephony.TelephonyManager.getDeviceId", "", "",
     "java.lang.SecurityException: getDeviceId: The user does not meet the requirements to access device "
     "identifiers."},
    {Do::kReadAndroidId, "ReadAndroidId", "android_id", "android.provider.Settings$Secure.getString",
     "android_id", "", ""},
    {Do::kReadMac, "ReadMac", "mac", "java.net.NetworkInterface.getHardwareAddress", "", "[B", ""},
    {Do::kListApps, "ListApps", "app_list", "android.app.ApplicationPackageManager.getInstalledPackages", "0",
     "java.util.ArrayList", ""},
};

const Api* api_of(Do what) {
  const auto at =
      std::find_if(std::begin(kApis), std::end(kApis), [&](const Api& a) { return a.what == what; });
  return at == std::end(kApis) ? nullptr : &*at;
}

class HookJob final : public Job {
 public:
  HookJob(Invocation& in, int pid) : in_(in), pid_(pid) { next(kAttachMs); }
  ~HookJob() override { in_.device.timers().cancel(timer_); }

 private:
  android::State& state() { return in_.device.android().state(); }

  void next(std::int64_t in_ms) {
    timer_ = in_.device.timers().after(in_ms, [this] { turn(); });
  }
  void turn() {
    android::State& s = state();
    const android::Process* process = android::find_process(s, pid_);
    if (!process) return;  // it waits for ever, as the real one does
    if (greeted_ && in_.device.faults().kills_hooks) return in_.finish(0);
    if (!greeted_) greet(*process);
    tell(*process);
    if (android::uptime_ms(s) - beaten_ms_ >= kBeatMs) {
      beaten_ms_ = android::uptime_ms(s);
      line({{"kind", "beat"}, {"up", beaten_ms_}, {"queued", 0}});
    }
    next(kBeatMs / 4);
  }
  void greet(const android::Process& process) {
    greeted_ = true;
    seen_ = state().readings_done;
    beaten_ms_ = android::uptime_ms(state());
    line({{"kind", "hello"},
          {"up", beaten_ms_},
          {"pid", pid_},
          {"script", "simulated"},
          {"frida", kVersion},
          {"runtime", "simulated"},
          {"sources", "simulated"},
          {"hooked", std::size(kApis)},
          {"absent", 0},
          {"unhooked", Json::array()},
          {"package", process.package}});
  }
  void tell(const android::Process& process) {
    for (const ReadingDone& done : state().readings) {
      if (done.order <= seen_ || done.pid != pid_) continue;
      if (const Api* api = api_of(done.what)) line(call(process, done, *api));
    }
    seen_ = state().readings_done;
  }

  Json call(const android::Process& process, const ReadingDone& done, const Api& api) {
    Json out = {
        {"kind", "call"}, {"up", done.up_ms},     {"took", 0},      {"pid", pid_},      {"tid", pid_},
        {"depth", 0},     {"source", api.source}, {"api", api.api}, {"thread", "main"}, {"simulated", true}};
    out["args"] = *api.argument ? Json::array({api.argument}) : Json::array();
    const std::string maker = done.by.empty() ? process.package + ".call." + api.maker : done.by;
    out["stack"] = {std::string(api.api) + "(Native Method)", maker + ".run(Unknown Source:8)",
                    process.package + ".Calls.run(Unknown Source:4)",
                    "android.app.ActivityThread.main(ActivityThread.java:6669)"};
    gave(out, done, api);
    return out;
  }
  void gave(Json& out, const ReadingDone& done, const Api& api) {
    if (done.got == Got::kRefused) {
      out["threw"] = api.denied;
    } else if (done.got == Got::kNull) {
      out["null"] = true;
    } else if (done.what == Do::kReadAndroidId || done.what == Do::kReadImei) {
      const auto& settings = in_.device.settings();
      const auto id = settings.find("secure/android_id");
      const std::string android_id = id == settings.end() ? kAndroidId : id->second;
      out["type"] = "string";
      out["value"] = done.what == Do::kReadImei ? kImei : android_id;
    } else if (done.what == Do::kReadMac) {
      out["type"] = api.type;
      out["size"] = 6;
      out["value"] = "0215b2000000";
    } else if (std::string_view(api.type) == "java.util.ArrayList") {
      out["type"] = api.type;
      out["size"] = done.got == Got::kEmpty ? 0 : state().packages.size();
    } else if (*api.type) {
      out["type"] = api.type;
    }
  }
  void line(Json json) {
    json["n"] = number_++;
    json["lost"] = 0;
    in_.out(json.dump() + "\n");
  }

  Invocation in_;
  const int pid_;
  bool greeted_ = false;
  std::uint64_t seen_ = 0, number_ = 0;
  std::int64_t beaten_ms_ = 0;
  Timers::Id timer_ = 0;
};

Started run_frida_inject(Invocation& in) {
  const auto& args = in.args;
  const auto after = [&](std::string_view flag) {
    const auto at = std::find(args.begin(), args.end(), flag);
    return at == args.end() || at + 1 == args.end() ? std::string() : *(at + 1);
  };
  if (std::find(args.begin(), args.end(), "--version") != args.end()) {
    in.out(std::string(kVersion) + "\n");
    return 0;
  }
  const int pid = parse_int<int>(after("-p")).value_or(-1);
  const Node* script = in.device.files().find(after("-s"));
  if (pid < 0) return in.out("PID or name must be specified\n"), 2;
  if (!script || script->is_folder())
    return in.out("Failed to open file \xE2\x80\x9C" + after("-s") +
                  "\xE2\x80\x9D: No such file or directory\n"),
           4;
  if (in.uid != 0)
    return in.out(fmt::format("Unable to access process with pid {} due to system restrictions\n", pid)), 4;
  if (!android::find_process(in.device.android().state(), pid))
    return in.out(fmt::format("Unable to find process with pid {}\n", pid)), 4;
  return std::make_unique<HookJob>(in, pid);
}

}  // namespace

Command find_pushed(Device& device, const std::string& path) {
  if (!ends_with(path, "/frida-inject")) return nullptr;
  const Node* node = device.files().find(path);
  const bool runs = node && !node->is_folder() && (node->mode & 0111) != 0;
  return runs ? run_frida_inject : nullptr;
}

}  // namespace storesweep::simdroid
