// am and `cmd activity`, monkey: starting and stopping apps. AOSP: services/core/java/com/android/server/am/
// ActivityManagerShellCommand.java; 4.4: cmds/am/src/com/android/commands/am/Am.java.
#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "simdroid/android/activities.h"
#include "simdroid/android/components.h"
#include "simdroid/android/packages.h"
#include "simdroid/android/platform_rules.h"
#include "simdroid/android/processes.h"
#include "simdroid/android/records.h"
#include "simdroid/android/tasks.h"
#include "simdroid/commands.h"
#include "simdroid/device.h"
#include "simdroid/print/tools.h"

namespace storesweep::simdroid {
namespace {
constexpr std::int64_t kWaitMs = 10'000;  // until -W gives up

// What stands on the command line of am (Intent.parseCommandArgs).
struct IntentWords {
  android::Intent intent;
  bool wait = false;
  bool stop_first = false;
  std::string wrong;
};

IntentWords intent_words(const std::vector<std::string>& args, std::size_t from) {
  IntentWords out;
  const std::set<std::string> two{"--es",  "--ei", "--ez",  "--el",  "--ef", "--eu",
                                  "--ecn", "-e",   "--esa", "--eia", "--ela"};
  const std::set<std::string> one{"-t",
                                  "--esn",
                                  "--user",
                                  "-P",
                                  "--start-profiler",
                                  "-R",
                                  "--display",
                                  "--windowingMode",
                                  "--activityType",
                                  "--receiver-permission"};
  for (std::size_t i = from; i < args.size(); ++i) {
    const std::string& word = args[i];
    const std::string next = i + 1 < args.size() ? args[i + 1] : "";
    if (word == "-a")
      out.intent.action = next, ++i;
    else if (word == "-d")
      out.intent.data = next, ++i;
    else if (word == "-c")
      out.intent.categories.push_back(next), ++i;
    else if (word == "-n")
      std::tie(out.intent.target_package, out.intent.target_class) = android::split_component(next), ++i;
    else if (word == "-p")
      out.intent.package = next, ++i;
    else if (word == "-f") {
      const bool hex = starts_with(next, "0x");
      out.intent.flags |= parse_int<std::uint32_t>(hex ? next.substr(2) : next, hex ? 16 : 10).value_or(0);
      ++i;
    } else if (word == "-W")
      out.wait = true;
    else if (word == "-S")
      out.stop_first = true;
    else if (word == "--include-stopped-packages" || word == "-D")
      out.intent.flags |= word == "-D" ? 0 : 0x20;
    else if (two.contains(word))
      out.intent.has_extras = true, i += 2;
    else if (one.contains(word))
      ++i;
    else if (starts_with(word, "--"))
      continue;
    else if (starts_with(word, "-"))
      out.wrong = "Error: Unknown option: " + word;
    else if (word.find(':') != std::string::npos)
      out.intent.data = word,
      out.intent.action = out.intent.action.empty() ? "android.intent.action.VIEW" : out.intent.action;
    else if (word.find('/') != std::string::npos)
      std::tie(out.intent.target_package, out.intent.target_class) = android::split_component(word);
    else
      out.intent.package = word;
  }
  return out;
}

int give(Invocation& in, const Answer& answer) {
  if (!answer.out.empty()) in.out(answer.out);
  if (!answer.err.empty()) in.err(answer.err);
  return answer.exit;
}

// -W: until what was started is drawn.
class WaitForDraw final : public Job {
 public:
  WaitForDraw(Invocation& in, StartAnswer answer, int activity)
      : in_(in), answer_(std::move(answer)), activity_(activity), began_ms_(in.device.timers().now_ms()) {
    watch_ = in_.device.android().watch([this](const std::vector<LogLine>&) { look(); });
    timer_ = in_.device.timers().after(kWaitMs, [this] {
      timer_ = 0;
      answer_.timed_out = true;
      end();
    });
  }
  ~WaitForDraw() override { leave(); }

 private:
  void look() {
    if (ended_) return;
    const android::State& s = in_.device.android().state();
    const android::Activity* front = android::front_activity(s);
    const android::Activity* own = android::find_activity(s, activity_);
    // Something of the system may have come in front of it: that is what was waited for, then.
    const android::Activity* shown = own && own->drawn_ms >= 0 ? own
                                     : front && front->id != activity_ && front->drawn_ms >= began_ms_
                                         ? front
                                         : nullptr;
    if (own && !shown) return;
    if (shown) answer_.component = android::component_of(*shown);
    answer_.this_ms = answer_.total_ms =
        shown ? std::max<std::int64_t>(0, shown->drawn_ms - shown->launched_ms) : 0;
    end();
  }
  void end() {
    if (ended_) return;
    ended_ = true;
    leave();
    answer_.wait_ms = std::max<std::int64_t>(answer_.total_ms, in_.device.timers().now_ms() - began_ms_);
    in_.finish(give(in_, print_start(in_.device.templates(), answer_, in_.device.shape().api)));
  }
  void leave() {
    in_.device.android().unwatch(watch_);
    if (timer_ != 0) in_.device.timers().cancel(timer_);
    timer_ = 0;
  }
  Invocation in_;
  StartAnswer answer_;
  int activity_;
  std::int64_t began_ms_;
  int watch_ = 0;
  Timers::Id timer_ = 0;
  bool ended_ = false;
};

StartAnswer::Kind kind_of(android::StartOutcome::Kind kind) {
  switch (kind) {
    case android::StartOutcome::Kind::kBroughtToFront:
      return StartAnswer::Kind::kBroughtToFront;
    case android::StartOutcome::Kind::kDelivered:
      return StartAnswer::Kind::kDeliveredToTop;
    case android::StartOutcome::Kind::kNotFound:
      return StartAnswer::Kind::kNotFound;
    case android::StartOutcome::Kind::kDenied:
      return StartAnswer::Kind::kDenied;
    default:
      return StartAnswer::Kind::kStarted;
  }
}

Started start(Invocation& in) {
  IntentWords words = intent_words(in.args, 2);
  if (!words.wrong.empty()) {
    in.err(words.wrong + "\n");
    return in.device.shape().api < 24 ? 1 : 255;
  }
  AndroidSystem& system = in.device.android();
  android::State& s = system.state();
  if (words.stop_first) {
    in.out("Stopping: " + words.intent.target_package + "\n");
    android::force_stop(s, words.intent.target_package);
  }
  StartAnswer answer;
  answer.intent = android::text_of(words.intent);
  answer.wait = words.wait;
  answer.caller_pid = s.next_pid + 7;
  const bool ran = android::process_named(s, 0, "") != nullptr ||
                   std::any_of(s.processes.begin(), s.processes.end(), [&](const auto& p) {
                     return p.second.package == words.intent.target_package;
                   });
  android::Intent intent = words.intent;
  intent.flags |= android::kFlagNewTask;
  const android::StartOutcome outcome =
      android::start_activity(s, intent, {kShellUid, answer.caller_pid, "com.android.shell", 0});
  answer.kind = kind_of(outcome.kind);
  answer.component = outcome.component;
  answer.target_uid = outcome.target_uid;
  answer.launch_state = outcome.kind == android::StartOutcome::Kind::kBroughtToFront ? "HOT"
                        : ran                                                        ? "WARM"
                                                                                     : "COLD";
  const bool wait = words.wait && outcome.kind == android::StartOutcome::Kind::kStarted;
  if (!wait) {
    system.changed();
    return give(in, print_start(in.device.templates(), answer, s.api));
  }
  auto job = std::make_unique<WaitForDraw>(in, answer, outcome.activity);
  system.changed();
  return job;
}

Started force_stop(Invocation& in) {
  const IntentWords words = intent_words(in.args, 2);
  android::force_stop(in.device.android().state(), words.intent.package);
  in.device.android().changed();
  return 0;
}

Started kill_background(Invocation& in) {
  android::State& s = in.device.android().state();
  const std::string name = intent_words(in.args, 2).intent.package;
  std::vector<int> pids;
  for (const auto& [pid, process] : s.processes) {
    const bool named =
        in.args[1] == "kill-all" ? process.uid >= android::kFirstAppUid : process.package == name;
    if (named && !process.persistent && android::standing_of(s, process).adj >= (s.api < 24 ? 5 : 500))
      pids.push_back(pid);
  }
  for (int pid : pids) android::kill_process(s, pid, "kill background");
  in.device.android().changed();
  return 0;
}

Started broadcast(Invocation& in) {
  IntentWords words = intent_words(in.args, 2);
  android::State& s = in.device.android().state();
  if (in.uid != 0 && android::is_protected_broadcast(words.intent.action) && s.api >= 24) {
    in.out("Broadcasting: Intent { " + intent_text(android::text_of(words.intent), s.api) + " }\n");
    in.err(
        fmt::format("\nException occurred while executing 'broadcast':\njava.lang.SecurityException: "
                    "Permission Denial: not allowed to send "
                    "broadcast {} from pid={}, uid={}\n",
                    words.intent.action, s.next_pid + 7, in.uid));
    return 255;
  }
  in.out(print_broadcast_sent(in.device.templates(), android::text_of(words.intent), s.api));
  android::send_broadcast(s, words.intent, in.uid, "com.android.shell");
  in.device.android().changed();
  return 0;
}

Started start_service(Invocation& in) {
  const IntentWords words = intent_words(in.args, 2);
  android::State& s = in.device.android().state();
  const bool foreground = in.args[1] == "start-foreground-service";
  const auto result =
      android::start_service(s, words.intent.target_package, words.intent.target_class, in.uid, foreground);
  std::string error;
  if (result == android::ServiceStart::kNotFound) error = "Not found; no service started.";
  if (result == android::ServiceStart::kNotExported)
    error = fmt::format("Requires permission not exported from uid {}",
                        android::find_package(s, words.intent.target_package)
                            ? android::find_package(s, words.intent.target_package)->uid
                            : 0);
  if (result == android::ServiceStart::kBackground) error = "app is in background uid null";
  in.device.android().changed();
  return give(in, print_service_started(in.device.templates(), android::text_of(words.intent), error, s.api));
}

Started stop_service(Invocation& in) {
  const IntentWords words = intent_words(in.args, 2);
  const bool stopped = android::stop_service(in.device.android().state(), words.intent.target_package,
                                             words.intent.target_class);
  in.device.android().changed();
  in.out("Stopping service: Intent { " + intent_text(android::text_of(words.intent), in.device.shape().api) +
         " }\n");
  in.out(stopped ? "Service stopped\n" : "Service not stopped: was not running.\n");
  return stopped ? 0 : 1;
}

Started stack(Invocation& in) {
  android::State& s = in.device.android().state();
  const std::string verb = in.args.size() > 2 ? in.args[2] : "";
  if (verb == "list") {
    in.out(print_stack_list(in.device.templates(), android::activity_state(s)));
    return 0;
  }
  if (verb == "remove" && in.args.size() > 3) {
    android::remove_task(s, parse_int<int>(in.args[3]).value_or(-1));
    in.device.android().changed();
    return 0;
  }
  in.err("Error: unknown command '" + verb + "'\n");
  return 255;
}
}  // namespace

Started run_am(Invocation& in) {
  if (!in.device.android().state().running) {
    in.err(in.device.shape().api < 24 ? "Error type 2\nandroid.util.AndroidException: Can't connect to "
                                        "activity manager; is the system running?\n"
                                      : "cmd: Can't find service: activity\n");
    return in.device.shape().api < 24 ? 1 : 20;
  }
  static const std::map<std::string, Command> table{{"start", start},
                                                    {"start-activity", start},
                                                    {"force-stop", force_stop},
                                                    {"stop-app", force_stop},
                                                    {"kill", kill_background},
                                                    {"kill-all", kill_background},
                                                    {"broadcast", broadcast},
                                                    {"startservice", start_service},
                                                    {"start-service", start_service},
                                                    {"start-foreground-service", start_service},
                                                    {"startforegroundservice", start_service},
                                                    {"stopservice", stop_service},
                                                    {"stop-service", stop_service},
                                                    {"stack", stack},
                                                    {"task", stack}};
  const std::string verb = in.args.size() > 1 ? in.args[1] : "";
  if (verb == "get-current-user") {
    in.out("0\n");
    return 0;
  }
  auto it = table.find(verb);
  if (it == table.end()) {
    in.err(verb.empty() ? "usage: am [subcommand] [options]\n" : "Unknown command: " + verb + "\n");
    return in.device.shape().api < 24 ? 1 : 255;
  }
  return it->second(in);
}

Started run_monkey(Invocation& in) {
  MonkeyAnswer answer;
  answer.events = 0;
  for (std::size_t i = 1; i < in.args.size(); ++i) {
    const std::string next = i + 1 < in.args.size() ? in.args[i + 1] : "";
    if (in.args[i] == "-p")
      answer.package = next, ++i;
    else if (in.args[i] == "-c" || in.args[i] == "--throttle" || starts_with(in.args[i], "--pct-"))
      ++i;
    else if (in.args[i] == "-s")
      answer.seed = parse_int<std::int64_t>(next).value_or(0), ++i;
    else if (in.args[i] == "-v")
      ++answer.verbosity;
    else if (auto number = parse_int<int>(in.args[i]))
      answer.events = *number;
  }
  android::State& s = in.device.android().state();
  const android::Package* package = android::find_package(s, answer.package);
  const android::Component* launcher =
      package && package->enabled < 2 ? package->manifest.launcher() : nullptr;
  answer.found = launcher != nullptr;
  if (launcher) {
    android::Intent intent;
    intent.action = "android.intent.action.MAIN";
    intent.categories = {"android.intent.category.LAUNCHER"};
    intent.target_package = answer.package;
    intent.target_class = launcher->name;
    intent.flags = android::kFlagLauncher;
    answer.component =
        android::start_activity(s, intent, {kShellUid, s.next_pid + 7, "com.android.shell", 0}).component;
    in.device.android().changed();
  }
  return give(in, print_monkey(in.device.templates(), answer));
}

}  // namespace storesweep::simdroid
