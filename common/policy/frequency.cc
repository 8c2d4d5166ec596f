#include "common/policy/frequency.h"

#include <algorithm>
#include <cctype>

#include "common/base/text.h"

namespace storesweep::policy {
namespace {

constexpr std::int64_t kSecond = 1'000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr std::int64_t kMostUnits = 10'000;

struct Unit {
  std::string_view name;
  std::int64_t ms;
};
constexpr Unit kUnits[] = {
    {"毫秒", 1},         {"秒钟", kSecond},    {"秒", kSecond},     {"分钟", kMinute}, {"小时", kHour},
    {"分", kMinute},     {"天", kDay},         {"日", kDay},        {"周", 7 * kDay},  {"seconds", kSecond},
    {"second", kSecond}, {"minutes", kMinute}, {"minute", kMinute}, {"hours", kHour},  {"hour", kHour},
    {"days", kDay},      {"day", kDay},        {"weeks", 7 * kDay}, {"week", 7 * kDay}};
constexpr std::string_view kBefore[] = {"每隔",     "每",     "间隔",    "every",
                                        "once per", "once a", "once an", "per"};
// Words that are a frequency by themselves.
constexpr std::string_view kBare[] = {"实时",
                                      "持续收集",
                                      "连续收集",
                                      "单次",
                                      "仅一次",
                                      "仅收集一次",
                                      "每次启动",
                                      "启动时收集一次",
                                      "每次打开",
                                      "每次使用",
                                      "in real time",
                                      "continuously",
                                      "each time you open",
                                      "every time you open",
                                      "each time the app starts",
                                      "once at start",
                                      "only once"};

void skip_blanks(std::string_view& s) {
  while (starts_with(s, " ")) s.remove_prefix(1);
}

// 30, 三十 up to ten, 半 as minus two, an absent one as one.
std::int64_t count(std::string_view& s) {
  std::size_t n = 0;
  while (n < s.size() && n < 6 && std::isdigit(static_cast<unsigned char>(s[n])) != 0) ++n;
  if (n > 0) {
    const auto number = parse_int<std::int64_t>(s.substr(0, n));
    s.remove_prefix(n);
    return number.value_or(0);
  }
  constexpr std::string_view kNumbers[] = {"半", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"};
  for (std::size_t i = 0; i < std::size(kNumbers); ++i) {
    if (!starts_with(s, kNumbers[i])) continue;
    s.remove_prefix(kNumbers[i].size());
    if (starts_with(s, "个")) s.remove_prefix(std::string_view("个").size());
    return i == 0 ? -2 : static_cast<std::int64_t>(i);
  }
  return 1;
}

std::optional<std::int64_t> period(std::string_view s, std::size_t& used) {
  const std::size_t whole = s.size();
  skip_blanks(s);
  const std::int64_t n = count(s);
  skip_blanks(s);
  for (const Unit& u : kUnits) {
    if (!starts_with(s, u.name) || n == 0 || n > kMostUnits) continue;
    used = whole - s.size() + u.name.size();
    return n < 0 ? u.ms / -n : u.ms * n;
  }
  return std::nullopt;
}

bool word_starts(std::string_view s, std::size_t at) {
  return at == 0 || std::isalnum(static_cast<unsigned char>(s[at - 1])) == 0;
}

}  // namespace

std::optional<Frequency> read_frequency(std::string_view s) {
  std::optional<Frequency> bare_one;
  for (std::size_t at = 0; at < s.size(); ++at) {
    if (!word_starts(s, at)) continue;
    const std::string_view here = s.substr(at);
    for (std::string_view before : kBefore) {
      std::size_t used = 0;
      if (!starts_with(here, before)) continue;
      if (auto ms = period(here.substr(before.size()), used))
        return Frequency{std::string(here.substr(0, before.size() + used)), *ms};
    }
    for (std::string_view bare : kBare) {
      if (!bare_one && starts_with(here, bare)) bare_one = Frequency{std::string(bare), 0};
    }
  }
  return bare_one;  // a figure says more
}

}  // namespace storesweep::policy
