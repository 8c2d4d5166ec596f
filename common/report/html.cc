#include "common/report/html.h"

#include <array>
#include <cstdio>

#include "common/base/clock.h"
#include "common/base/text.h"

namespace storesweep::html {
namespace {
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The length of a mark that turns the direction of writing (Unicode's Bidi_Control) at the front; else 0.
std::size_t direction_mark(std::string_view s) {
  if (starts_with(s, "\xD8\x9C")) return 2;  // U+061C
  if (s.size() < 3 || s[0] != '\xE2') return 0;
  const auto second = static_cast<std::uint8_t>(s[1]), third = static_cast<std::uint8_t>(s[2]);
  const bool mark =
      (second == 0x80 && (third == 0x8E || third == 0x8F || (third >= 0xAA && third <= 0xAE))) ||
      (second == 0x81 && third >= 0xA6 && third <= 0xA9);
  return mark ? 3 : 0;
}

// The first `most` bytes, no character cut in two.
std::string_view front(std::string_view s, std::size_t most) {
  if (s.size() <= most) return s;
  while (most > 0 && (static_cast<std::uint8_t>(s[most]) & 0xC0) == 0x80) --most;
  return s.substr(0, most);
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return "";
  }
}
}  // namespace

std::string safe(std::string_view text, std::size_t most) {
  const std::string clean = clean_utf8(front(text, most));
  std::string out;
  for (std::size_t i = 0; i < clean.size();) {
    const std::string_view rest = std::string_view(clean).substr(i);
    if (const std::size_t mark = direction_mark(rest); mark > 0) {
      out += kReplacement;
      i += mark;
      continue;
    }
    const char c = rest[0];
    const bool control = (static_cast<std::uint8_t>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
    if (control) {
      out += kReplacement;
    } else if (const std::string_view e = entity(c); !e.empty()) {
      out += e;
    } else {
      out += c;
    }
    ++i;
  }
  return clean.size() < text.size() && text.size() > most ? out + "…" : out;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t here = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < here ? static_cast<std::uint8_t>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) out += k <= here ? kDigits[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::string seconds(std::int64_t ms) {
  std::array<char, 64> text{};
  const auto s = static_cast<long long>(ms / 1000);
  if (ms < 0) {
    std::snprintf(text.data(), text.size(), "-");
  } else if (s < 60) {
    std::snprintf(text.data(), text.size(), "%lld.%lld s", s, static_cast<long long>(ms % 1000 / 100));
  } else if (s < 3600) {
    std::snprintf(text.data(), text.size(), "%lld min %lld s", s / 60, s % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%lld h %lld min", s / 3600, s % 3600 / 60);
  }
  return text.data();
}

std::string rate(std::int64_t permille) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.4g", static_cast<double>(permille) / 1000);
  return text.data();
}

std::string beijing_time(std::int64_t wall_ms) {
  constexpr std::int64_t kEastMs = 8 * 3'600'000;
  std::string time = format_time(wall_ms + kEastMs).substr(0, 19);
  if (time.size() > 10) time[10] = ' ';
  return time;
}

Page& Page::both(std::string_view zh, std::string_view en) {
  if (zh == en) return raw(safe(zh, 4096));
  raw("<span class=\"zh\" lang=\"zh-Hans\">").raw(safe(zh, 4096));
  return raw("</span><span class=\"en\" lang=\"en\">").raw(safe(en, 4096)).raw("</span>");
}

Page& Page::say(std::string_view section, std::string_view key, const Catalogue::Values& values) {
  return both(catalogue_.text(Language::kChinese, section, key, values),
              catalogue_.text(Language::kEnglish, section, key, values));
}

Page& Page::entry(std::string_view key, const std::function<void()>& value) {
  raw("<dt>").say(key).raw("</dt><dd>");
  value();
  return raw("</dd>\n");
}

Page& Page::head(std::string_view key) { return raw("<th scope=\"col\">").say(key).raw("</th>"); }

}  // namespace storesweep::html
