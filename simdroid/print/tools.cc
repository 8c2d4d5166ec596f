#include "simdroid/print/tools.h"

#include "common/base/text.h"
#include "simdroid/print/sheet.h"

namespace storesweep::simdroid {
namespace {
// "com.x/.Main" as "com.x/com.x.Main".
std::string long_name(const std::string& component) {
  const auto slash = component.find('/');
  if (slash == std::string::npos || component.compare(slash + 1, 1, ".") != 0) return component;
  return component.substr(0, slash + 1) + component.substr(0, slash) + component.substr(slash + 1);
}
constexpr int kFirstCmdApi =
    24;  // from 7.0 on `am` is `cmd activity`: exceptions end with 255, on the error output
}  // namespace

Answer print_start(const Templates& t, const StartAnswer& answer, int api) {
  Sheet out(t);
  Sheet err(t);
  Answer result;
  out.add("am.starting", {{"intent", intent_text(answer.intent, api)}});
  using Kind = StartAnswer::Kind;
  if (answer.kind == Kind::kNotFound) {
    const std::string named = answer.intent.component.empty() ? answer.component : answer.intent.component;
    err.add("am.not_found", {{"class", long_name(named)}});
  } else if (answer.kind == Kind::kDenied) {
    IntentText shown = answer.intent;
    shown.flags |= 0x10000000U;  // FLAG_ACTIVITY_NEW_TASK, which am adds
    err.add("am.denied", {{"intent", intent_text(shown, api)},
                          {"pid", std::to_string(answer.caller_pid)},
                          {"uid", std::to_string(answer.caller_uid)},
                          {"target_uid", std::to_string(answer.target_uid)}});
    if (api >= kFirstCmdApi) result.exit = 255;
  } else {
    if (answer.kind == Kind::kBroughtToFront) err.add("am.to_front");
    if (answer.kind == Kind::kDeliveredToTop) err.add("am.to_top");
    if (answer.wait) {
      const Holes holes{{"status", answer.timed_out ? "timeout" : "ok"},
                        {"launch_state", answer.kind == Kind::kStarted ? answer.launch_state : "UNKNOWN (0)"},
                        {"component", answer.component},
                        {"this_ms", std::to_string(answer.this_ms)},
                        {"total_ms", std::to_string(answer.total_ms)},
                        {"wait_ms", std::to_string(answer.wait_ms)}};
      out.add("am.status", holes);
      out.add("am.activity", holes);
      if (!answer.timed_out) out.add("am.times", holes);
      out.add("am.wait_time", holes);
      out.add("am.complete");
    }
  }
  result.out = out.take();
  result.err = err.take();
  return result;
}

std::string print_broadcast_sent(const Templates& t, const IntentText& intent, int api) {
  return t.fill("am.broadcasting", {{"intent", intent_text(intent, api)}});
}

Answer print_service_started(const Templates& t, const IntentText& intent, const std::string& error,
                             int api) {
  Answer result;
  result.out = t.fill("am.service", {{"intent", intent_text(intent, api)}});
  if (!error.empty()) result.err = t.fill("am.service_error", {{"error", error}});
  return result;
}

Answer print_monkey(const Templates& t, const MonkeyAnswer& answer) {
  const Holes holes{{"package", answer.package},
                    {"count", std::to_string(answer.events)},
                    {"elapsed", std::to_string(answer.elapsed_ms)}};
  Sheet out(t);
  Sheet err(t);
  out.add("monkey.shell", holes);
  err.add("monkey.args", holes);
  Answer result;
  if (answer.found) {
    out.add("monkey.done", holes);
    out.add("monkey.stats", holes);
  } else {
    out.add("monkey.none");
    result.exit = 252;  // -4
  }
  result.out = out.take();
  result.err = err.take();
  return result;
}

std::string print_uiautomator_dumped(const Templates& t, const std::string& path) {
  return t.fill("uiautomator.dumped", {{"path", path}});
}
std::string print_uiautomator_not_idle(const Templates& t) { return t.fill("uiautomator.not_idle"); }
std::string print_uiautomator_no_root(const Templates& t) { return t.fill("uiautomator.no_root"); }

std::string print_wm_size(const Templates& t, int width_px, int height_px) {
  return t.fill("wm.size", {{"width", std::to_string(width_px)}, {"height", std::to_string(height_px)}});
}
std::string print_wm_density(const Templates& t, int density_dpi) {
  return t.fill("wm.density", {{"density", std::to_string(density_dpi)}});
}

}  // namespace storesweep::simdroid
