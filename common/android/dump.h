// What all parsers of a device's text share: the shape of an answer (records, and the lines that the parser
// did not know), the bounds, the reader of lines and a few words of Android's notation (uids, durations,
// key=value). Pure: text in, values out; no clock, no file, no lock. Any bytes may come in; nothing here
// fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace storesweep::android {

inline constexpr std::size_t kMaxDumpBytes = 64u << 20;  // what is longer is cut, and `cut` says so
inline constexpr std::size_t kMaxUnknownKept = 64;   // unknown lines kept with their text; all are counted
inline constexpr std::size_t kMaxUnknownText = 200;  // bytes kept of one unknown line
inline constexpr std::size_t kMaxRecords = 1000000;

struct Line {
  std::string_view text;     // without its end
  std::string_view body;     // without blanks around it
  std::size_t indent = 0;    // blanks before the body, without the margin that all lines share
  std::uint32_t number = 0;  // from 1
};

struct UnknownLine {
  std::uint32_t number = 0;
  bool relevant = false;
  std::string text;
};

// How much of a text its parser understood. A relevant unknown line stands where a record should have stood,
// so what rests on this text is "not tested: GRAMMAR"; other unknown lines are only counted.
struct Grammar {
  std::vector<UnknownLine> unknown_lines;
  std::uint64_t line_count = 0;
  std::uint64_t unknown_count = 0;
  std::uint64_t relevant_unknown = 0;
  bool cut = false;          // the text was longer than kMaxDumpBytes or held more than kMaxRecords
  std::string device_error;  // what the device said instead of the dump ("Can't find service: ...")

  // Counts a line that the parser did not know; one that is the device's own error sets device_error instead.
  void unknown(const Line& line, bool relevant);
  // The dump's heading came only now: what stood before it was no part of it.
  void forget_preface();
  // Nothing that a verdict rests on was lost.
  bool trusted() const { return relevant_unknown == 0 && !cut && device_error.empty(); }
};

template <class Record>
struct Parsed : Grammar {
  std::vector<Record> records;

  // A new record, or the last one again when the bound is reached.
  Record& add(Record record) {
    if (records.size() >= kMaxRecords) {
      cut = true;
      return records.back();
    }
    records.push_back(std::move(record));
    return records.back();
  }
};

// UTF-8 text of what a device or a PC's console wrote: UTF-16 with a byte order mark is converted, a UTF-8
// mark dropped. UTF-16 without a mark is known by its zero bytes.
std::string utf8_text(std::string_view bytes);

// Reads a dump line by line, in one pass: LF and CRLF, a missing last end, UTF-16. Lines that dumpstate adds
// around a dump ("DUMP OF SERVICE x:", "------ ... ------", "--------- 0.1s was the duration ...", "Skipping
// '...' on user build.") and what the adb client says first ("* daemon not running", "adb server is out of
// date") are left out. A margin that all lines share (a dump pasted into a note) does not count as indent.
class LineReader {
 public:
  enum class Blank { kSkip, kKeep };
  LineReader(std::string_view bytes, Grammar& grammar, Blank blank = Blank::kSkip);
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  bool next(Line& line);

 private:
  std::string converted_;
  std::string_view rest_;
  Grammar& grammar_;
  Blank blank_;
  std::size_t margin_ = 0;
};

// A line that a device prints instead of a dump: the service or package is not there, a permission is
// missing, ...
bool is_device_error(std::string_view body);

// The uid of "10039", "u0a39", "u0_a39", "u999s1000", "u0i5"; nothing for other text.
// (UserHandle.formatUid: user * 100000 + 10000 + app, or + 99000 + isolated.)
std::optional<int> parse_uid(std::string_view text);
// Milliseconds of "+1d2h3m4s5ms", "-277ms", "0" (TimeUtils.formatDuration); nothing for other text.
std::optional<std::int64_t> parse_duration_ms(std::string_view text);
// The value of `key` (written with its "=" or ": ") up to the next blank or comma; empty if the key is not
// there.
std::string_view value_of(std::string_view line, std::string_view key);
// What stands between the first `open` and the next `close` after it; empty without them.
std::string_view between(std::string_view line, std::string_view open, std::string_view close);
bool contains(std::string_view text, std::string_view part);
// Takes `prefix` off the front of `text`; false and unchanged when it is not there.
bool take(std::string_view& text, std::string_view prefix);
// The next word (up to a blank) taken off the front, with the blanks around it.
std::string_view take_word(std::string_view& text);

// "2203:com.example:remote/u0a34", as in ProcessRecord{42ac59a 2203:com.example:remote/u0a34}.
struct ProcessName {
  int pid = -1;
  int uid = -1;
  std::string process;
};
std::optional<ProcessName> parse_process_name(std::string_view text);
// The package of a component "com.example/.Main"; the text itself without a slash.
std::string_view package_of(std::string_view component);
// "com.example/.Main" and "com.example/com.example.Main" are the same: the long form.
std::string full_component(std::string_view component);

}  // namespace storesweep::android
