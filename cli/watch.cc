// Following a sweep: a bar that redraws itself on a terminal, a line for each change in a pipe.
#include <cstdio>

#include "cli/json_fields.h"
#include "cli/screen_text.h"
#include "cli/verbs.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {
namespace {
constexpr std::int64_t kTerminalMs = 500;
constexpr std::int64_t kPipeMs = 2'000;

// What is worth a new line in a pipe: not the rate and the time left, which change all the time.
std::string state_key(const Json& sweep) {
  return text_of(sweep, "state") + " " + std::to_string(int_of(sweep, "ended_total")) + " " +
         text_of(sweep, "stopped_why");
}

void show_state(const Session& session, const Json& sweep, std::string& last) {
  if (session.json) {
    std::printf("%s\n", dump_json(sweep).c_str());
  } else if (session.terminal) {
    std::printf("\r\033[K%s", render_progress(session.style, sweep, session.columns - 1).c_str());
  } else if (const std::string now = state_key(sweep); now != last) {
    last = now;
    std::printf("%s", render_sweep_line(session.style, sweep).c_str());
  }
  std::fflush(stdout);
}

void show_absence(const Session& session, const Status& why, bool& told) {
  if (told) return;
  told = true;
  std::fprintf(stderr, "%s%s\n", session.terminal ? "\n" : "",
               session.style.text("waiting_for_coordinator", {{"why", safe_text(why.message())}}).c_str());
}
}  // namespace

int show(const Session& session, const Json& json, const std::function<std::string()>& render) {
  const std::string text = session.json ? dump_json(json, true) + "\n" : render();
  std::fwrite(text.data(), 1, text.size(), stdout);
  return kExitOk;
}

Result<int> watch_sweep(Session& session, std::int64_t sweep) {
  std::string last;
  bool told = false;
  while (true) {
    const auto status = session.client.get("/api/v1/sweeps/" + std::to_string(sweep), {}, session.quick());
    if (status.ok()) {
      told = false;
      show_state(session, *status, last);
      const std::string state = text_of(*status, "state");
      const bool over = state == "done" || state == "cancelled";
      if (over && int_of(*status, "confirmations_open") == 0) {
        if (session.terminal && !session.json) std::printf("\n");
        return state == "done" ? kExitOk : kExitFailed;
      }
    } else if (status.status().kind() == ErrorKind::kUnavailable) {
      show_absence(session, status.status(), told);
    } else {
      return status.status();
    }
    const std::int64_t pause_ms = session.terminal ? kTerminalMs : kPipeMs;
    if (Status s = sleep_ms(pause_ms, Deadline::in_ms(pause_ms + 1'000, &session.cancel)); !s.ok()) return s;
  }
}

}  // namespace storesweep::cli
