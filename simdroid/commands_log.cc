// logcat: the buffers as they are, or as they grow. AOSP: system/core/logcat/logcat.cpp (9), system/logging
// (13).
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <deque>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "simdroid/android/log.h"
#include "simdroid/commands.h"
#include "simdroid/device.h"

namespace storesweep::simdroid {
namespace {
struct LogWishes {
  std::vector<LogBuffer> buffers;
  LogStyle style;
  bool dump = false;                  // -d, -t
  bool clear = false;                 // -c
  bool sizes = false;                 // -g
  std::size_t resize = 0;             // -G
  std::int64_t since_ms = INT64_MIN;  // -T, -t with a time
  std::size_t count = SIZE_MAX;       // -t n, -T n
  bool binary = false;                // -B
  bool silent = false;                // *:S or -s
  std::map<std::string, char> tags;   // "ActivityManager" -> 'I'
  char floor = 'V';
  int pid = 0;
  std::string wrong;
};

constexpr std::string_view kPriorities = "VDIWEFS";

std::optional<LogBuffer> buffer_named(std::string_view name) {
  for (LogBuffer buffer :
       {LogBuffer::kMain, LogBuffer::kSystem, LogBuffer::kCrash, LogBuffer::kEvents, LogBuffer::kRadio})
    if (log_buffer_name(buffer) == name) return buffer;
  return std::nullopt;
}

void add_buffers(LogWishes& wishes, std::string_view names, int api) {
  for (std::string_view name : split(names, ',')) {
    if (name == "all") {
      wishes.buffers = {LogBuffer::kMain, LogBuffer::kSystem, LogBuffer::kCrash, LogBuffer::kEvents,
                        LogBuffer::kRadio};
    } else if (name == "default") {
      wishes.buffers.insert(wishes.buffers.end(), {LogBuffer::kMain, LogBuffer::kSystem, LogBuffer::kCrash});
    } else if (auto buffer = buffer_named(name); buffer && !(api < 21 && *buffer == LogBuffer::kCrash)) {
      wishes.buffers.push_back(*buffer);
    } else if (name != "security" && name != "kernel" && name != "stats") {
      wishes.wrong =
          "Unable to open log device '/dev/log/" + std::string(name) + "': No such file or directory";
    }
  }
}

// "08-14 21:22:27.979", "2020-08-14 21:22:27.979" or "1596000000.123", in UTC.
std::optional<std::int64_t> time_of(const std::string& text, std::int64_t now_wall_ms) {
  const auto dot = text.find('.');
  if (text.find(' ') == std::string::npos) {
    const auto seconds = parse_int<std::int64_t>(text.substr(0, dot));
    if (!seconds || dot == std::string::npos) return std::nullopt;
    std::string fraction = text.substr(dot + 1, 3);
    fraction.resize(3, '0');
    return *seconds * 1000 + parse_int<int>(fraction).value_or(0);
  }
  tm broken{};
  const std::time_t now_s = now_wall_ms / 1000;
  gmtime_r(&now_s, &broken);
  const bool year = text.size() > 5 && text[4] == '-';
  if (strptime(text.c_str(), year ? "%Y-%m-%d %H:%M:%S" : "%m-%d %H:%M:%S", &broken) == nullptr)
    return std::nullopt;
  std::string fraction = dot == std::string::npos ? "0" : text.substr(dot + 1, 3);
  fraction.resize(3, '0');
  return static_cast<std::int64_t>(timegm(&broken)) * 1000 + parse_int<int>(fraction).value_or(0);
}

void start_at(LogWishes& wishes, const std::string& text, std::int64_t now_wall_ms) {
  if (auto count = parse_int<std::size_t>(text)) {
    wishes.count = *count;
  } else if (auto time = time_of(text, now_wall_ms)) {
    wishes.since_ms = *time;
  } else {
    wishes.wrong = "logcat: -T \"" + text + "\" not in time format";
  }
}

void add_filter(LogWishes& wishes, const std::string& word) {
  const auto colon = word.rfind(':');
  const std::string tag = word.substr(0, colon);
  char priority = colon == std::string::npos || colon + 1 >= word.size() ? 'V' : word[colon + 1];
  if (priority == '*') priority = 'V';
  if (tag == "*") {
    wishes.floor = priority;
    wishes.silent = priority == 'S';
  } else {
    wishes.tags[tag] = priority;
  }
}

std::size_t bytes_of(const std::string& text) {
  std::size_t factor = 1;
  std::string digits = text;
  if (!digits.empty() && (digits.back() == 'K' || digits.back() == 'k')) factor = 1024;
  if (!digits.empty() && (digits.back() == 'M' || digits.back() == 'm')) factor = 1024 * 1024;
  if (factor > 1) digits.pop_back();
  return parse_int<std::size_t>(digits).value_or(0) * factor;
}

LogWishes wishes_of(const std::vector<std::string>& args, int api, std::int64_t now_wall_ms) {
  LogWishes w;
  for (std::size_t i = 1; i < args.size(); ++i) {
    const std::string& word = args[i];
    // "-b events", "-bevents"
    std::string value = word.size() > 2 && word[0] == '-' && word[1] != '-' ? word.substr(2) : "";
    auto argument = [&] { return !value.empty() ? value : i + 1 < args.size() ? args[++i] : std::string(); };
    if (starts_with(word, "-b")) {
      add_buffers(w, argument(), api);
    } else if (starts_with(word, "-v")) {
      const std::string style = argument();
      for (std::string_view part : split(style, ','))
        if (!apply_log_word(w.style, trim(part), api))
          w.wrong = "Invalid parameter \"" + std::string(part) + "\" to -v";
    } else if (starts_with(word, "-t") || starts_with(word, "-T")) {
      w.dump |= word[1] == 't';
      start_at(w, argument(), now_wall_ms);
    } else if (starts_with(word, "-G")) {
      w.resize = bytes_of(argument());
    } else if (starts_with(word, "--pid=")) {
      w.pid = parse_int<int>(word.substr(6)).value_or(-1);
    } else if (word == "-d") {
      w.dump = true;
    } else if (word == "-c") {
      w.clear = true;
    } else if (word == "-g") {
      w.sizes = true;
    } else if (word == "-B") {
      w.binary = true;
    } else if (word == "-s") {
      w.silent = true;
    } else if (starts_with(word, "-")) {
      if (word != "-D" && word != "-L") w.wrong = "logcat: Unrecognized Option " + word;
    } else {
      add_filter(w, word);
    }
  }
  if (w.buffers.empty()) add_buffers(w, "default", api);
  if (api < 21) std::erase(w.buffers, LogBuffer::kCrash);
  return w;
}

bool wanted(const LogWishes& wishes, const LogLine& line) {
  if (std::find(wishes.buffers.begin(), wishes.buffers.end(), line.buffer) == wishes.buffers.end())
    return false;
  if (line.wall_ms < wishes.since_ms || (wishes.pid != 0 && line.pid != wishes.pid)) return false;
  auto it = wishes.tags.find(line.tag);
  const char floor = it != wishes.tags.end() ? it->second : wishes.silent ? 'S' : wishes.floor;
  return floor != 'S' && kPriorities.find(line.priority) >= kPriorities.find(floor);
}

// -B: the entry as the logger keeps it (AOSP liblog log_read.h, logger_entry; 4.4 has no lid and uid). Events
// are not among them: their payload is typed.
std::string binary_line(const LogLine& line, int api) {
  constexpr int kVerbose = 2;
  std::string payload(1, static_cast<char>(kVerbose + static_cast<int>(std::min<std::size_t>(
                                                          kPriorities.find(line.priority), 6))));
  payload += line.tag + std::string(1, '\0') + line.message + std::string(1, '\0');
  std::string out;
  put_little(out, payload.size(), 2);
  put_little(out, api < 21 ? 0 : 28, 2);
  put_little(out, static_cast<std::uint64_t>(line.pid), 4);
  put_little(out, static_cast<std::uint64_t>(line.tid), 4);
  put_little(out, static_cast<std::uint64_t>(line.wall_ms / 1000), 4);
  put_little(out, static_cast<std::uint64_t>(line.wall_ms % 1000 * 1'000'000), 4);
  if (api >= 21) {
    put_little(out, static_cast<std::uint64_t>(line.buffer), 4);
    put_little(out, static_cast<std::uint64_t>(line.uid), 4);
  }
  return out + payload;
}

std::string shown(const LogWishes& wishes, const LogLine& line, int api) {
  if (!wishes.binary) return print_log_line(line, wishes.style, api);
  return line.buffer == LogBuffer::kEvents ? "" : binary_line(line, api);
}

// All wanted lines, in the order of time, with what stands at each buffer's beginning.
std::string text_of(const LogWishes& wishes, const android::State& s) {
  std::vector<const LogLine*> found;
  for (const auto& [buffer, kept] : s.log.buffers)
    for (const LogLine& line : kept.lines)
      if (wanted(wishes, line)) found.push_back(&line);
  std::stable_sort(found.begin(), found.end(),
                   [](const LogLine* a, const LogLine* b) { return a->wall_ms < b->wall_ms; });
  const std::size_t skip = found.size() > wishes.count ? found.size() - wishes.count : 0;
  std::string out;
  std::vector<LogBuffer> begun;
  for (std::size_t i = skip; i < found.size(); ++i) {
    if (std::find(begun.begin(), begun.end(), found[i]->buffer) == begun.end()) {
      begun.push_back(found[i]->buffer);
      if (!wishes.binary) out += print_log_beginning(found[i]->buffer, s.api);
    }
    out += shown(wishes, *found[i], s.api);
  }
  return out;
}

// Follows the log. What was kept is sent first; then whatever comes, as the host takes it.
class FollowJob final : public Job {
 public:
  FollowJob(Invocation& in, LogWishes wishes) : in_(in), wishes_(std::move(wishes)) {
    const std::string kept = text_of(wishes_, in_.device.android().state());
    watch_ = in_.device.android().watch([this](const std::vector<LogLine>& fresh) { more(fresh); }, true);
    if (!kept.empty()) in_.out(kept);
  }
  ~FollowJob() override { in_.device.android().unwatch(watch_); }

 private:
  void more(const std::vector<LogLine>& fresh) {
    std::string out;
    for (const LogLine& line : fresh)
      if (wanted(wishes_, line)) out += shown(wishes_, line, in_.device.shape().api);
    if (!out.empty()) in_.out(out);
  }
  Invocation in_;
  LogWishes wishes_;
  int watch_ = 0;
};
}  // namespace

Started run_logcat(Invocation& in) {
  android::State& s = in.device.android().state();
  LogWishes wishes = wishes_of(in.args, s.api, android::wall_ms(s));
  if (!wishes.wrong.empty()) {
    in.err(wishes.wrong + "\n");
    return 1;
  }
  if (wishes.clear) {
    for (LogBuffer buffer : wishes.buffers) {
      s.log.buffers[buffer].lines.clear();
      s.log.buffers[buffer].bytes = 0;
    }
    return 0;
  }
  if (wishes.resize > 0) {
    for (LogBuffer buffer : wishes.buffers) s.log.buffers[buffer].capacity = wishes.resize;
    return 0;
  }
  if (wishes.sizes) {
    for (LogBuffer buffer : wishes.buffers) {
      const auto& kept = s.log.buffers[buffer];
      in.out(
          fmt::format("{}: ring buffer is {}Kb ({}Kb consumed), max entry is 5120b, max payload is 4068b\n",
                      log_buffer_name(buffer), kept.capacity / 1024, kept.bytes / 1024));
    }
    return 0;
  }
  if (wishes.dump) {
    in.out(text_of(wishes, s));
    return 0;
  }
  return std::make_unique<FollowJob>(in, std::move(wishes));
}

Started run_log(Invocation& in) {
  LogLine line;
  android::State& s = in.device.android().state();
  line.wall_ms = android::wall_ms(s);
  line.uid = in.uid;
  line.pid = line.tid = s.next_pid + 7;
  line.tag = "log";
  for (std::size_t i = 1; i < in.args.size(); ++i) {
    if (in.args[i] == "-p" && i + 1 < in.args.size()) {
      line.priority = static_cast<char>(std::toupper(static_cast<unsigned char>(in.args[++i][0])));
    } else if (in.args[i] == "-t" && i + 1 < in.args.size()) {
      line.tag = in.args[++i];
    } else {
      line.message += (line.message.empty() ? "" : " ") + in.args[i];
    }
  }
  android::keep_line(s, std::move(line));
  in.device.android().changed();
  return 0;
}

}  // namespace storesweep::simdroid
