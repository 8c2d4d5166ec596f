#include "common/android/logline.h"

#include <cstring>

#include "common/base/text.h"

namespace storesweep::android {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_level(char c) { return c != 0 && std::strchr("VDIWEFAS", c) != nullptr; }

// "MM-DD HH:MM:SS.mmm", with an optional year in front and up to nine digits of a second; its length, 0 if
// absent.
std::size_t time_length(std::string_view s) {
  auto pattern = [&](std::size_t at, std::string_view shape) {
    if (s.size() < at + shape.size()) return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] == '0' ? !is_digit(s[at + i]) : s[at + i] != shape[i]) return false;
    }
    return true;
  };
  const std::size_t year = pattern(0, "0000-") ? 5 : 0;
  if (!pattern(year, "00-00 00:00:00.000")) return 0;
  std::size_t end = year + 18;
  while (end < s.size() && is_digit(s[end]) && end < year + 24) ++end;
  return end;
}

std::optional<int> take_number(std::string_view& s) {
  std::size_t end = 0;
  while (end < s.size() && is_digit(s[end]) && end < 9) ++end;
  if (end == 0) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < end; ++i) value = value * 10 + (s[i] - '0');
  s.remove_prefix(end);
  return value;
}

void skip_blanks(std::string_view& s) {
  std::size_t n = 0;
  while (n < s.size() && (s[n] == ' ' || s[n] == '\t')) ++n;
  s.remove_prefix(n);
}

// "Tag  : message". A tag ends at the first ": ", or at a last ':'.
bool take_tag(std::string_view s, LogLine& out) {
  std::size_t colon = s.find(": ");
  if (colon == std::string_view::npos) {
    if (s.empty() || s.back() != ':') return false;
    colon = s.size() - 1;
  }
  std::size_t end = colon;
  while (end > 0 && s[end - 1] == ' ') --end;
  out.tag = s.substr(0, end);
  out.message = colon + 2 <= s.size() ? s.substr(colon + 2) : std::string_view();
  return true;
}

// "( 123)", with -v uid "(1000:  123)": who wrote.
void take_writer(std::string_view inside, LogLine& out) {
  const std::size_t colon = inside.rfind(':');
  if (colon != std::string_view::npos) {
    const std::string_view name = trim(inside.substr(0, colon));
    out.uid = parse_uid(name).value_or(-1);
    if (out.uid < 0) out.uid_name = name;
    inside = inside.substr(colon + 1);
  }
  inside = trim(inside);
  out.pid = take_number(inside).value_or(-1);
}

// -v process: "E(  123) message  (Tag)", -v thread: "E(  123:  124) message", which names no tag.
bool bracket_form(std::string_view s, LogLine& out) {
  if (s.size() < 5 || !is_level(s[0]) || s[1] != '(') return false;
  const std::size_t close = s.find(") ");
  if (close > 40) return false;  // npos is greater too
  const std::string_view inside = s.substr(2, close - 2);
  if (inside.find_first_not_of(" 0123456789:abcdefghijklmnopqrstuvwxyz_") != std::string_view::npos)
    return false;
  take_writer(inside, out);
  if (out.pid < 0) return false;
  out.level = s[0];
  out.message = s.substr(close + 2);
  const std::size_t tag = out.message.rfind("  (");
  if (tag != std::string_view::npos && ends_with(out.message, ")")) {
    out.tag = out.message.substr(tag + 3, out.message.size() - tag - 4);
    out.message = trim(out.message.substr(0, tag));
  }
  return true;
}

// "E/Tag( 123): message" or "E/Tag: message"
bool slash_form(std::string_view s, LogLine& out) {
  if (s.size() < 3 || !is_level(s[0]) || s[1] != '/') return false;
  const char level = s[0];
  const std::string_view rest = s.substr(2);
  // With -v uid the writer holds a colon and a blank: "I/Tag( 1000: 1382): message".
  const std::size_t bracket = rest.find('('), end = rest.find("): ");
  if (bracket < end && end != std::string_view::npos &&
      rest.substr(bracket + 1, end - bracket - 1)
              .find_first_not_of(" 0123456789:abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos) {
    take_writer(rest.substr(bracket + 1, end - bracket - 1), out);
    out.tag = trim(rest.substr(0, bracket));
    out.message = rest.substr(end + 3);
    out.level = level;
    return true;
  }
  if (!take_tag(rest, out)) return false;
  out.level = level;
  const std::size_t open = out.tag.rfind('(');
  if (open != std::string_view::npos && out.tag.back() == ')') {
    take_writer(out.tag.substr(open + 1, out.tag.size() - open - 2), out);
    out.tag = trim(out.tag.substr(0, open));
  }
  return true;
}

// "[uid] pid tid L Tag: message" after the time.
bool columns_form(std::string_view s, LogLine& out) {
  int numbers[3] = {-1, -1, -1};
  int count = 0;
  std::string_view name;
  while (count < 4) {
    skip_blanks(s);
    if (s.size() > 1 && s[1] == ' ' && is_level(s[0]) && count >= 2) break;
    if (count == 3) return false;
    const std::size_t end = s.find(' ');
    if (end == std::string_view::npos) return false;
    const std::string_view word = s.substr(0, end);
    std::string_view digits = word;
    const auto number = take_number(digits);
    if (number && digits.empty())
      numbers[count] = *number;
    else if (count == 0)
      name = word;
    else
      return false;
    s.remove_prefix(end);
    ++count;
  }
  if (count == 2 && !name.empty()) return false;
  out.level = s[0];
  out.pid = numbers[count - 2];
  out.tid = numbers[count - 1];
  if (count == 3) {
    out.uid = name.empty() ? numbers[0] : parse_uid(name).value_or(-1);
    out.uid_name = name;
  }
  s.remove_prefix(2);
  return take_tag(s, out);
}

// Android Studio: "2528-2533/com.example E/Tag: message", and since 2022 "2229-2188  adbd   com.example  D
// message".
bool studio_form(std::string_view s, LogLine& out) {
  skip_blanks(s);
  const auto pid = take_number(s);
  if (!pid || !take(s, "-")) return false;
  const auto tid = take_number(s);
  if (!tid) return false;
  out.pid = *pid;
  out.tid = *tid;
  if (take(s, "/")) {
    take_word(s);
    return slash_form(s, out);
  }
  skip_blanks(s);
  out.tag = take_word(s);
  for (int word = 0; word < 2; ++word) {
    if (s.size() > 1 && is_level(s[0]) && s[1] == ' ') {
      out.level = s[0];
      out.message = s.substr(2);
      skip_blanks(out.message);
      return true;
    }
    take_word(s);
  }
  return false;
}

// -v color puts the line between escapes: "\x1b[38;5;40m ... \x1b[0m".
std::string_view without_colour(std::string_view text) {
  if (text.empty() || text[0] != '\x1b') return text;
  const std::size_t end = text.find('m');
  if (end == std::string_view::npos) return text;
  text.remove_prefix(end + 1);
  const std::size_t last = text.rfind("\x1b[");
  return last != std::string_view::npos && text.find('m', last) == text.size() - 1 ? text.substr(0, last)
                                                                                   : text;
}

// -v epoch and -v monotonic: "  1565787600.123456" before the columns.
std::size_t seconds_length(std::string_view s) {
  std::size_t at = 0;
  while (at < s.size() && s[at] == ' ') ++at;
  const std::size_t begin = at;
  while (at < s.size() && is_digit(s[at])) ++at;
  if (at == begin || at >= s.size() || s[at] != '.') return 0;
  const std::size_t dot = at++;
  while (at < s.size() && is_digit(s[at])) ++at;
  return at - dot >= 4 && at < s.size() && s[at] == ' ' ? at : 0;
}

}  // namespace

bool parse_log_line(std::string_view text, LogLine& out) {
  out = LogLine();
  text = without_colour(text);
  std::size_t time = time_length(text);
  if (time == 0) time = seconds_length(text);
  if (time == 0) {
    if (slash_form(text, out)) return true;
    out = LogLine();
    if (bracket_form(text, out)) return true;
    out = LogLine();
    if (text.size() < 4 || !is_level(text[0]) || text[1] != ' ' || text[2] == ' ') return false;
    const char level = text[0];
    if (!take_tag(text.substr(2), out) || contains(out.tag, " ")) return false;
    out.level = level;
    return true;
  }
  std::string_view rest = text.substr(time);
  skip_blanks(rest);
  if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) take_word(rest);  // -v zone
  const std::string_view stamp = trim(text.substr(0, time));
  const bool found = slash_form(rest, out) || (out = LogLine(), columns_form(rest, out)) ||
                     (out = LogLine(), studio_form(rest, out));
  out.time = stamp;
  return found;
}

// "[ 11-23 20:31:24.024  6312: 6326 I/WindowManager ]" (one more word, the uid, with -v uid)
bool LogReader::long_header(std::string_view text) {
  if (!starts_with(text, "[ ") || !ends_with(text, "]")) return false;
  std::string_view s = text.substr(2);
  const std::size_t time = time_length(s);
  if (time == 0) return false;
  LogLine header;
  header.time = s.substr(0, time);
  s.remove_prefix(time);
  skip_blanks(s);
  const std::size_t colon = s.find(':');
  if (colon == std::string_view::npos) return false;
  std::string_view before = s.substr(0, colon);
  if (contains(before, " ")) take_word(before);
  header.pid = take_number(before).value_or(-1);
  if (colon > 0 && before.empty() && s.substr(0, colon).find(' ') != std::string_view::npos)
    header.uid = parse_uid(s.substr(0, s.find(' '))).value_or(-1);
  s.remove_prefix(colon + 1);
  skip_blanks(s);
  header.tid = take_number(s).value_or(-1);
  skip_blanks(s);
  if (s.size() < 3 || !is_level(s[0]) || s[1] != '/') return false;
  header.level = s[0];
  header.tag = trim(s.substr(2, s.rfind(']') - 2));
  header_ = header;
  return true;
}

bool LogReader::next(LogLine& out) {
  Line line;
  while (lines_.next(line)) {
    if (starts_with(line.text, "--------- ")) continue;  // "beginning of main", "switch to system"
    if (long_header(line.text)) {
      in_long_ = true;
      continue;
    }
    if (line.body.empty()) continue;
    if (in_long_) {
      out = header_;
      out.message = line.text;
    } else if (!parse_log_line(line.text, out) && !parse_log_line(line.body, out)) {
      out = LogLine();
      out.message = line.text;
    }
    out.line = line;
    return true;
  }
  return false;
}

}  // namespace storesweep::android
