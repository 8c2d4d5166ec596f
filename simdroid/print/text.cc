#include "simdroid/print/text.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <ctime>

namespace storesweep::simdroid {
namespace {
constexpr int kFirstAppUid = 10000;
constexpr std::int64_t floor_seconds(std::int64_t ms) { return (ms - (((ms % 1000) + 1000) % 1000)) / 1000; }
}  // namespace

std::string date_text(const char* format, std::int64_t wall_ms) {
  const std::time_t seconds = floor_seconds(wall_ms);
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  char buffer[128];
  return std::string(buffer, std::strftime(buffer, sizeof buffer, format, &tm));
}

std::string date_text_ms(const char* format, std::int64_t wall_ms) {
  return date_text(format, wall_ms) + fmt::format(".{:03d}", ((wall_ms % 1000) + 1000) % 1000);
}

std::string user_name(int uid) {
  switch (uid) {
    case 0:
      return "root";
    case 1000:
      return "system";
    case 1001:
      return "radio";
    case 1023:
      return "media_rw";
    case 2000:
      return "shell";
    default:
      break;
  }
  if (uid >= kFirstAppUid) return fmt::format("u0_a{}", uid - kFirstAppUid);
  return std::to_string(uid);
}

std::string uid_text(int uid) {
  return uid >= kFirstAppUid ? fmt::format("u0a{}", uid - kFirstAppUid) : std::to_string(uid);
}

std::string log_user_name(int uid) {
  constexpr std::size_t kColumn = 5;  // a longer name does not fit and gives way to the number
  std::string name = user_name(uid);
  for (const auto& [number, word] : {std::pair{1010, "wifi"}, {1013, "media"}, {1036, "logd"}}) {
    if (uid == number) name = word;
  }
  return name.size() <= kColumn ? name : std::to_string(uid);
}

std::string duration_text(std::int64_t ms) {
  if (ms == 0) return "0";
  std::string out = ms < 0 ? "-" : "+";
  ms = ms < 0 ? -ms : ms;
  const std::int64_t days = ms / 86'400'000;
  const std::int64_t hours = ms / 3'600'000 % 24;
  const std::int64_t minutes = ms / 60'000 % 60;
  const std::int64_t seconds = ms / 1000 % 60;
  if (days > 0) out += fmt::format("{}d", days);
  if (days > 0 || hours > 0) out += fmt::format("{}h", hours);
  if (days > 0 || hours > 0 || minutes > 0) out += fmt::format("{}m", minutes);
  if (days > 0 || hours > 0 || minutes > 0 || seconds > 0) out += fmt::format("{}s", seconds);
  return out + fmt::format("{}ms", ms % 1000);
}

bool wildcard_match(const std::string& pattern, const std::string& text) {
  return fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

std::string xml_escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string identity_text(std::string_view words) {
  std::uint32_t h = 2166136261U;  // FNV-1a
  for (char c : words) h = (h ^ static_cast<unsigned char>(c)) * 16777619U;
  return fmt::format("{:x}", (h & 0x7ffffffU) | 0x1000000U);
}

}  // namespace storesweep::simdroid
