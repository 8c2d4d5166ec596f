#include "common/android/tools.h"

#include <algorithm>

#include "common/base/text.h"

namespace storesweep::android {
namespace {

constexpr std::size_t kMaxComponents = 1000;

// "INSTALL_FAILED_X", "DELETE_FAILED_X", "-1000"; "not" of "[not installed for 0]" is none
// (PackageManagerShellCommand.runUninstall).
bool is_code(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == std::string_view::npos;
}

// "[INSTALL_FAILED_X: words]" after "Failure "; the words may go on over lines.
void failure(std::string_view rest, InstallResult& out) {
  rest = trim(rest);
  if (take(rest, "[")) {
    rest = rest.substr(0, rest.rfind(']'));
    const std::string_view code = rest.substr(0, rest.find_first_of(": \r\n"));
    if (is_code(code)) {
      out.code = std::string(code);
      rest = trim(rest.substr(std::min(rest.size(), code.size() + 1)));
    }
  }
  for (char c : rest) {
    if (c == '\r' || c == '\n') c = ' ';
    if (c != ' ' || (!out.reason.empty() && out.reason.back() != ' ')) out.reason.push_back(c);
  }
}

// "Success: created install session [12]" and "Success: streamed 123 bytes" are steps, not the end.
bool is_step(std::string_view body) {
  return starts_with(body, "Success: created ") || starts_with(body, "Success: streamed ");
}
bool is_success(std::string_view body) {
  return body == "Success" || (starts_with(body, "Success: ") && !is_step(body));
}
bool is_complaint(std::string_view body) {
  return is_device_error(body) || starts_with(body, "adb: ") || starts_with(body, "java.lang.") ||
         starts_with(body, "android.") || starts_with(body, "Can't find ") ||
         starts_with(body, "Failed to ") || starts_with(body, "Killed");
}
// What tools say on the way: transfers, progress, stack traces, prompts of whoever kept the text.
bool is_install_chatter(std::string_view body) {
  for (std::string_view start :
       {"pkg: ", "Performing ", "Serving", "All files should be loaded", "at ",
        "Caused by: ", "Install command complete", "[rc=", "$ ", "# ", "[ ", "[100%]"}) {
    if (starts_with(body, start)) return true;
  }
  return is_step(body) || contains(body, " file pushed") || contains(body, " files pushed") ||
         contains(body, "B/s (") || body.find_first_not_of("-=*") == std::string_view::npos;
}

}  // namespace

InstallResult parse_install(std::string_view bytes) {
  const std::string text = utf8_text(bytes.substr(0, kMaxDumpBytes));
  InstallResult out;
  if (const std::size_t at = text.find("Failure"); at != std::string::npos) {
    std::string_view rest = std::string_view(text).substr(at + 7);
    take(rest, " - ");
    const std::size_t close = rest.find(']');
    failure(starts_with(trim(rest), "[") && close != std::string_view::npos ? rest.substr(0, close + 1)
                                                                            : rest.substr(0, rest.find('\n')),
            out);
    return out;
  }
  Grammar ignored;
  LineReader lines(text, ignored);
  Line line;
  std::string last;
  while (lines.next(line)) {
    if (is_success(line.body)) {
      out.ok = true;
      return out;
    }
    if (is_device_error(line.body) || starts_with(line.body, "adb: ")) out.reason = std::string(line.body);
    last = std::string(line.body);
  }
  if (out.reason.empty()) out.reason = last.empty() ? "no answer" : "no Success; last words: " + last;
  return out;
}

Parsed<InstallResult> parse_installs(std::string_view text) {
  Parsed<InstallResult> out;
  LineReader lines(text, out);
  Line line;
  std::string complaint, failure_text;
  bool chatter = false;
  auto complain = [&] {
    if (!complaint.empty()) out.add(parse_install(complaint));
    complaint.clear();
  };
  while (lines.next(line)) {
    if (!failure_text.empty()) {  // a reason may go on over lines, up to its bracket
      failure_text.append("\n").append(line.body);
    } else if (const std::size_t at = line.body.find("Failure"); at != std::string_view::npos) {
      failure_text = std::string(line.body.substr(at));
      if (contains(complaint, "finalize session")) complaint.clear();  // it belongs to this failure
      complain();
    } else if (is_success(line.body)) {
      complain();
      out.add(parse_install(line.body));
    } else if (is_install_chatter(line.body)) {
      chatter = true;
      if (!starts_with(line.body, "at ")) complain();
    } else if (is_complaint(line.body)) {
      if (complaint.empty()) complaint = std::string(line.body);
    } else {
      out.unknown(line, false);
    }
    const bool open = contains(failure_text, "[") && !contains(failure_text, "]");
    if (failure_text.empty() || (open && failure_text.size() < kMaxUnknownText * 20)) continue;
    out.add(parse_install(failure_text));
    failure_text.clear();
  }
  if (!failure_text.empty()) out.add(parse_install(failure_text));
  complain();
  if (out.records.empty() && chatter) out.add(parse_install(text));  // it began and never ended
  return out;
}

Parsed<StartResult> parse_starts(std::string_view text) {
  Parsed<StartResult> out;
  LineReader lines(text, out);
  Line line;
  std::string one;
  bool starting = false;
  auto finish = [&] {
    if (!one.empty()) out.add(parse_start(one));
    one.clear();
    starting = false;
  };
  while (lines.next(line)) {
    const bool start = starts_with(line.body, "Starting: Intent");
    if (start ? starting : starts_with(line.body, "Stopping: ")) finish();
    starting = starting || start;
    if (one.empty() && !start && !starts_with(line.body, "Stopping: ") && !is_complaint(line.body)) {
      if (!is_install_chatter(line.body)) out.unknown(line, false);
      continue;
    }
    one.append(line.body).append("\n");
  }
  finish();
  return out;
}

StartResult parse_start(std::string_view text) {
  StartResult out;
  Grammar ignored;
  LineReader lines(text, ignored);
  Line line;
  bool starting = false;
  while (lines.next(line)) {
    std::string_view body = line.body;
    if (starts_with(body, "Starting: Intent"))
      starting = true;
    else if (starts_with(body, "Error") || starts_with(body, "java.lang.") ||
             starts_with(body, "Security exception") || contains(body, "SecurityException") ||
             // "... because the  current activity is being kept for the user" (ActivityManagerShellCommand)
             starts_with(body, "Warning: Activity not started because")) {
      if (out.error.empty() || out.error == "Error type 3") out.error = std::string(body);
    } else if (take(body, "Activity: "))
      out.component = std::string(body);
    else if (take(body, "TotalTime: "))
      out.total_ms = parse_int<std::int64_t>(body).value_or(-1);
    else if (take(body, "Status: ") && body != "ok" && out.error.empty())
      out.error = "status " + std::string(body);
    else if (contains(body, "has been brought to the front") ||
             contains(body, "delivered to currently running"))
      out.brought_to_front = true;
  }
  out.ok = starting && out.error.empty();
  if (!out.ok && out.error.empty()) out.error = "no answer";
  return out;
}

Parsed<MonkeyEvent> parse_monkey(std::string_view text, MonkeyRun& run) {
  Parsed<MonkeyEvent> out;
  LineReader lines(text, out);
  Line line;
  bool began = false;
  auto component = [&](std::string_view body) {
    const std::string_view cmp = value_of(body, "cmp=");
    if (!cmp.empty() && run.components.size() < kMaxComponents) run.components.push_back(std::string(cmp));
  };
  while (lines.next(line)) {
    std::string_view body = line.body;
    if (take(body, ":Monkey: ")) {
      began = true;
      run.seed = parse_int<std::int64_t>(value_of(body, "seed=")).value_or(-1);
      run.count = parse_int<std::int64_t>(value_of(body, "count=")).value_or(-1);
    } else if (take(body, ":AllowPackage: ")) {
      run.packages.push_back(std::string(body));
    } else if (take(body, ":Sending ")) {
      const std::string_view kind = take_word(body);
      out.add({std::string(kind), std::string(body)});
    } else if (take(body, ":Switch: ")) {
      out.add({"Switch", std::string(body)});
    } else if (take(body, "Events injected: ")) {
      run.injected = parse_int<std::int64_t>(body).value_or(-1);
    } else if (starts_with(body, "// Monkey finished")) {
      run.finished = true;
    } else if (take(body, "// CRASH: ") || take(body, "// NOT RESPONDING: ")) {
      (starts_with(line.body, "// CRASH") ? run.crashed : run.not_responding) = true;
      run.victim = std::string(body.substr(0, body.find(' ')));
    } else if (take(body, "// Allowing start of ")) {
      component(body);
    } else if (take(body, "// Rejecting start of ")) {
      ++run.rejected;
      component(body);
    } else if (began && !(starts_with(body, "//") || starts_with(body, ":") || starts_with(body, "##") ||
                          starts_with(body, "** ") || starts_with(body, "Sleeping for") ||
                          contains(body, "event #"))) {
      out.unknown(line, false);  // chatter of adb before the head is not the tool's
    }
  }
  return out;
}

}  // namespace storesweep::android
