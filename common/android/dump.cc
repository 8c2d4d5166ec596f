#include "common/android/dump.h"

#include <algorithm>
#include <cstring>

#include "common/base/text.h"

namespace storesweep::android {
namespace {

void append_utf8(std::string& out, std::uint32_t c) {
  auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  }
}

std::string from_utf16(std::string_view bytes, bool little) {
  auto unit = [&](std::size_t at) -> std::uint32_t {
    const auto a = static_cast<unsigned char>(bytes[at]), b = static_cast<unsigned char>(bytes[at + 1]);
    return little ? a | b << 8 : b | a << 8;
  };
  std::string out;
  out.reserve(bytes.size() / 2);
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    std::uint32_t c = unit(at);
    if (c >= 0xD800 && c < 0xDC00 && at + 3 < bytes.size()) {
      const std::uint32_t low = unit(at + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        at += 2;
      }
    }
    append_utf8(out, c >= 0xD800 && c < 0xE000 ? 0xFFFD : c);
  }
  return out;
}

enum class Encoding { kUtf8, kUtf8Mark, kUtf16Little, kUtf16Unmarked, kUtf16Big };

Encoding encoding_of(std::string_view bytes) {
  if (starts_with(bytes, "\xFF\xFE")) return Encoding::kUtf16Little;
  if (starts_with(bytes, "\xFE\xFF")) return Encoding::kUtf16Big;
  // A file cut out of one that PowerShell wrote has no mark: ASCII with a zero byte behind each letter.
  if (bytes.size() >= 4 && bytes[0] != 0 && bytes[1] == 0 && bytes[2] != 0 && bytes[3] == 0)
    return Encoding::kUtf16Unmarked;
  return starts_with(bytes, "\xEF\xBB\xBF") ? Encoding::kUtf8Mark : Encoding::kUtf8;
}

// What dumpstate puts around a dump.
bool is_frame(std::string_view text) {
  if (text.empty()) return false;
  if (text[0] == 'D') return starts_with(text, "DUMP OF SERVICE ");
  if (starts_with(text, "------ ")) return true;
  if (starts_with(text, "Skipping '")) return text.ends_with("on user build.");
  if (text.size() >= 20 && text.find_first_not_of('-') == std::string_view::npos) return true;
  return (starts_with(text, "--------- ") && contains(text, "was the duration of")) ||
         (starts_with(text, "[logcat: ") && text.ends_with(" elapsed]"));
}

// A prompt with the command behind it, as people paste it: "adb shell dumpsys x", "me@pc:~$ adb shell ...",
// "qssi:/ $ dumpsys x".
bool is_prompt(std::string_view body) {
  const bool log_line =
      !body.empty() && body[0] >= '0' && body[0] <= '9' && !contains(body.substr(0, 4), "|");
  if (log_line) return false;
  const std::size_t adb = body.find("adb ");
  if (adb == 0) return starts_with(body, "adb shell ") || starts_with(body, "adb -s ");
  if (adb < 100 &&  // npos is greater
      (body[adb - 1] == '>' || (adb > 1 && body[adb - 1] == ' ' && contains("$#>", body.substr(adb - 2, 1)))))
    return true;
  const std::size_t sign = std::min(body.find(" $ "), body.find(" # "));
  return sign < 60 && contains(body.substr(0, sign), ":/") && !contains(body.substr(0, sign), " ");
}

// What the adb client and the dynamic linker say before the command's own output begins.
bool is_chatter(std::string_view body) {
  if (body.empty()) return false;
  for (std::string_view start :
       {"* daemon not running", "* daemon started successfully", "* failed to start daemon",
        "* server not running", "adb server is out of date", "adb server version (", "- waiting for ",
        "WARNING: linker: ", "[adb] "}) {
    if (body[0] == start[0] && starts_with(body, start)) return true;
  }
  return false;
}

// Blanks and the white space of localised times (U+00A0, U+202F, U+2009 stay inside words: they are text).
std::string_view body_of(std::string_view text, std::size_t& indent) {
  std::size_t begin = 0, end = text.size();
  while (begin < end && (text[begin] == ' ' || text[begin] == '\t')) ++begin;
  while (end > begin && (text[end - 1] == ' ' || text[end - 1] == '\t')) --end;
  indent = begin;
  return text.substr(begin, end - begin);
}

// The blanks that stand before every line: of a dump that was pasted into a note or a source file.
std::size_t margin_of(std::string_view text) {
  constexpr std::size_t kLooked = 1u << 20;  // bytes; a real dump has a line without blanks in its first few
  std::size_t margin = std::string_view::npos;
  text = text.substr(0, kLooked);
  while (!text.empty() && margin != 0) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    std::size_t indent = 0;
    const std::string_view line = text.substr(0, end);
    if (!body_of(line, indent).empty() && !is_frame(trim(line))) margin = std::min(margin, indent);
    text.remove_prefix(end + 1);
  }
  return margin == std::string_view::npos ? 0 : margin;
}

}  // namespace

std::string utf8_text(std::string_view bytes) {
  switch (encoding_of(bytes)) {
    case Encoding::kUtf16Little:
      return from_utf16(bytes.substr(2), true);
    case Encoding::kUtf16Unmarked:
      return from_utf16(bytes, true);
    case Encoding::kUtf16Big:
      return from_utf16(bytes.substr(2), false);
    case Encoding::kUtf8Mark:
      return std::string(bytes.substr(3));
    case Encoding::kUtf8:
      break;
  }
  return std::string(bytes);
}

void Grammar::forget_preface() {
  relevant_unknown = 0;
  for (UnknownLine& line : unknown_lines) line.relevant = false;
}

void Grammar::unknown(const Line& line, bool relevant) {
  if (is_device_error(line.body)) {
    if (device_error.empty()) device_error = clean_utf8(line.body.substr(0, kMaxUnknownText));
    return;
  }
  ++unknown_count;
  if (relevant) ++relevant_unknown;
  if (unknown_lines.size() < kMaxUnknownKept) {
    unknown_lines.push_back({line.number, relevant, clean_utf8(line.text.substr(0, kMaxUnknownText))});
  } else if (relevant && relevant_unknown <= kMaxUnknownKept) {
    for (UnknownLine& kept : unknown_lines) {  // a relevant line is worth more than any other
      if (kept.relevant) continue;
      kept = {line.number, true, clean_utf8(line.text.substr(0, kMaxUnknownText))};
      break;
    }
  }
}

LineReader::LineReader(std::string_view bytes, Grammar& grammar, Blank blank)
    : grammar_(grammar), blank_(blank) {
  if (bytes.size() > kMaxDumpBytes) {
    bytes = bytes.substr(0, kMaxDumpBytes);
    grammar.cut = true;
  }
  const Encoding encoding = encoding_of(bytes);
  if (encoding != Encoding::kUtf8 && encoding != Encoding::kUtf8Mark) {
    converted_ = utf8_text(bytes);
    rest_ = converted_;
  } else {
    rest_ = encoding == Encoding::kUtf8Mark ? bytes.substr(3) : bytes;
  }
  margin_ = margin_of(rest_);
}

bool LineReader::next(Line& line) {
  while (!rest_.empty()) {
    const void* found = std::memchr(rest_.data(), '\n', rest_.size());
    const std::size_t length =
        found ? static_cast<std::size_t>(static_cast<const char*>(found) - rest_.data()) : rest_.size();
    std::string_view text = rest_.substr(0, length);
    rest_.remove_prefix(found ? length + 1 : length);
    while (!text.empty() && text.back() == '\r') text.remove_suffix(1);  // a pty can double the CR
    line.number = static_cast<std::uint32_t>(++grammar_.line_count);
    line.text = text;
    line.body = body_of(text, line.indent);
    line.indent -= std::min(line.indent, margin_);
    if (line.body.empty() && blank_ == Blank::kSkip) continue;
    if (is_frame(margin_ > 0 ? line.body : text) || is_chatter(line.body) || is_prompt(line.body)) continue;
    return true;
  }
  return false;
}

bool is_device_error(std::string_view body) {
  for (std::string_view start : {"Can't find service: ",
                                 "cmd: Can't find service: ",
                                 "Error: Could not access the ",
                                 "Error: Can't ",
                                 "Error type ",
                                 "Unable to find package: ",
                                 "Bad activity command",
                                 "Permission Denial: ",
                                 "Unknown argument: ",
                                 "Unknown command: ",
                                 "Failure calling service ",
                                 "Exception occurred while ",
                                 "java.lang.SecurityException",
                                 "Error: failed to ",
                                 "Failed transaction ",
                                 "Error dumping service ",
                                 "/system/bin/sh: ",
                                 "Use -h for help.",
                                 "Exception in thread ",
                                 "CANNOT LINK EXECUTABLE",
                                 "usage: dumpsys",
                                 "error: ",
                                 "adb: error: ",
                                 "Security exception: ",
                                 "Error: "}) {
    if (starts_with(body, start)) return true;
  }
  return ends_with(body, "Is the system running?") || contains(body, "DUMP TIMEOUT") ||
         ends_with(body, ": not found") || ends_with(body, ": inaccessible or not found");
}

std::optional<int> parse_uid(std::string_view text) {
  if (auto number = parse_int<int>(text)) return *number < 0 ? std::nullopt : number;
  if (!take(text, "u")) return std::nullopt;
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
  const auto user = parse_int<int>(text.substr(0, digits));
  text.remove_prefix(digits);
  take(text, "_");
  if (text.size() < 2 || !user || *user > 20000) return std::nullopt;
  const char kind = text[0];
  const auto id = parse_int<int>(text.substr(1));
  if (!id || *id < 0 || *id >= 100000) return std::nullopt;
  switch (kind) {
    case 'a':
      return *user * 100000 + 10000 + *id;
    case 's':
      return *user * 100000 + *id;
    case 'i':
      return *user * 100000 + 99000 + *id;
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> parse_duration_ms(std::string_view text) {
  if (text == "0") return 0;
  std::int64_t sign = 1, total = 0;
  if (take(text, "-"))
    sign = -1;
  else
    take(text, "+");
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const std::size_t digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos || digits > 9) return std::nullopt;
    const std::int64_t number = *parse_int<std::int64_t>(text.substr(0, digits));
    text.remove_prefix(digits);
    if (take(text, "ms"))
      total += number;
    else if (take(text, "s"))
      total += number * 1000;
    else if (take(text, "m"))
      total += number * 60000;
    else if (take(text, "h"))
      total += number * 3600000;
    else if (take(text, "d"))
      total += number * 86400000;
    else
      return std::nullopt;
  }
  return sign * total;
}

std::string_view value_of(std::string_view line, std::string_view key) {
  for (std::size_t at = line.find(key); at != std::string_view::npos; at = line.find(key, at + 1)) {
    const char before = at == 0 ? ' ' : line[at - 1];
    if (before != ' ' && before != '\t' && before != ',' && before != '[' && before != '{' && before != '(')
      continue;
    const std::size_t begin = at + key.size();
    return line.substr(begin, line.find_first_of(" ,]})", begin) - begin);
  }
  return {};
}

std::string_view between(std::string_view line, std::string_view open, std::string_view close) {
  const std::size_t at = line.find(open);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + open.size(), end = line.find(close, begin);
  return end == std::string_view::npos ? std::string_view() : line.substr(begin, end - begin);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!starts_with(text, prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::string_view take_word(std::string_view& text) {
  auto blanks = [&] {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
  };
  blanks();
  std::size_t end = 0;
  while (end < text.size() && text[end] != ' ' && text[end] != '\t') ++end;
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  blanks();
  return word;
}

std::optional<ProcessName> parse_process_name(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos || slash < colon) return std::nullopt;
  const auto pid = parse_int<int>(text.substr(0, colon));
  std::string_view uid_text = text.substr(slash + 1);
  // "u0a34", "1000", "u0ai5": an isolated process prints its own uid after its app's.
  std::size_t end = uid_text.find_first_not_of("0123456789uasi_");
  uid_text = uid_text.substr(0, end);
  const std::size_t isolated = uid_text.find("i", 1);
  const auto uid = parse_uid(uid_text.substr(0, isolated));
  if (!pid || slash == colon + 1) return std::nullopt;
  return ProcessName{*pid, uid.value_or(-1), std::string(text.substr(colon + 1, slash - colon - 1))};
}

std::string_view package_of(std::string_view component) { return component.substr(0, component.find('/')); }

std::string full_component(std::string_view component) {
  const std::size_t slash = component.find('/');
  if (slash == std::string_view::npos || slash + 1 >= component.size() || component[slash + 1] != '.')
    return std::string(component);
  return std::string(component.substr(0, slash + 1))
      .append(component.substr(0, slash))
      .append(component.substr(slash + 1));
}

}  // namespace storesweep::android
