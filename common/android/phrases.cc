#include "common/android/phrases.h"

#include <algorithm>
#include <cctype>

#include "common/base/text.h"

namespace storesweep::android {
namespace {

// The next code point of valid or broken UTF-8; a broken byte is taken alone.
std::size_t sequence_length(std::string_view s) {
  const auto lead = static_cast<unsigned char>(s[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  return std::min(length, s.size());
}

struct Replacement {
  std::string_view from, to;
};
// Blanks, marks without width, and one style for brackets and quotation marks.
constexpr Replacement kReplacements[] = {
    {"\u00A0", ""}, {"\u2009", ""}, {"\u202F", ""}, {"\u200B", ""}, {"\u200C", ""}, {"\u200D", ""},
    {"\u200E", ""}, {"\u200F", ""}, {"\uFEFF", ""}, {"\u2060", ""}, {"\u00AD", ""}, {"\uFE0F", ""},
    {"\u2028", ""}, {"\u2029", ""}, {"\u3000", ""}, {"\u2003", ""}, {"\u2002", ""}, {"「", "\""},
    {"」", "\""},   {"『", "\""},   {"』", "\""},   {"“", "\""},    {"”", "\""},    {"‘", "'"},
    {"’", "'"},     {"〈", "《"},   {"〉", "》"},   {"︿", "《"},   {"﹀", "》"},   {"︽", "《"},
    {"︾", "》"},   {"【", "["},    {"】", "]"},    {"〔", "["},    {"〕", "]"},    {"。", "."},
    {"、", ","},    {"﹑", ","},    {"︰", ":"},    {"﹕", ":"},    {"…", ""},      {"⋯", ""},
    {"✕", "×"},     {"✖", "×"},     {"╳", "×"},     {"⨉", "×"},     {"❌", "×"}};

// U+FF01 to U+FF5E are ASCII in full width: EF BC 81 to EF BD 9E.
bool half_width(std::string_view sequence, std::string& out) {
  if (sequence.size() != 3 || static_cast<unsigned char>(sequence[0]) != 0xEF) return false;
  const unsigned b1 = static_cast<unsigned char>(sequence[1]), b2 = static_cast<unsigned char>(sequence[2]);
  const unsigned code = 0xF000u | (b1 & 0x3Fu) << 6 | (b2 & 0x3Fu);
  if (code < 0xFF01 || code > 0xFF5E) return false;
  const char c = static_cast<char>(code - 0xFEE0);
  out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  return true;
}

bool replaced(std::string_view sequence, std::string& out) {
  // Nothing above begins otherwise, and ideographs, which texts are full of, do not begin so.
  if (const char lead = sequence[0];
      lead != '\xC2' && lead != '\xC3' && lead != '\xE2' && lead != '\xE3' && lead != '\xEF')
    return false;
  for (const Replacement& r : kReplacements) {
    if (r.from == sequence) {
      out.append(r.to);
      return true;
    }
  }
  return half_width(sequence, out);
}

}  // namespace

const std::vector<PhraseListName>& phrase_lists() {
  static const std::vector<PhraseListName> kLists = {{"policy_names", &Phrases::policy_names},
                                                     {"consent_texts", &Phrases::consent_texts},
                                                     {"second_try", &Phrases::second_try},
                                                     {"agree", &Phrases::agree},
                                                     {"weak_agree", &Phrases::weak_agree},
                                                     {"refuse", &Phrases::refuse},
                                                     {"read_and_agree", &Phrases::read_and_agree},
                                                     {"close", &Phrases::close},
                                                     {"skip", &Phrases::skip},
                                                     {"allow_always", &Phrases::allow_always},
                                                     {"allow_foreground", &Phrases::allow_foreground},
                                                     {"allow_once", &Phrases::allow_once},
                                                     {"allow", &Phrases::allow},
                                                     {"deny", &Phrases::deny},
                                                     {"deny_forever", &Phrases::deny_forever},
                                                     {"do_not_ask", &Phrases::do_not_ask},
                                                     {"rationale", &Phrases::rationale},
                                                     {"begging", &Phrases::begging},
                                                     {"open_settings", &Phrases::open_settings},
                                                     {"login", &Phrases::login},
                                                     {"login_fields", &Phrases::login_fields},
                                                     {"advert", &Phrases::advert},
                                                     {"crash", &Phrases::crash},
                                                     {"not_responding", &Phrases::not_responding},
                                                     {"close_app", &Phrases::close_app},
                                                     {"wait", &Phrases::wait},
                                                     {"marked", &Phrases::marked},
                                                     {"unmarked", &Phrases::unmarked},
                                                     {"permission_packages", &Phrases::permission_packages},
                                                     {"launcher_packages", &Phrases::launcher_packages},
                                                     {"settings_tabs", &Phrases::settings_tabs},
                                                     {"settings_pages", &Phrases::settings_pages},
                                                     {"privacy_pages", &Phrases::privacy_pages},
                                                     {"account_pages", &Phrases::account_pages},
                                                     {"help_pages", &Phrases::help_pages},
                                                     {"push_pages", &Phrases::push_pages},
                                                     {"push_switches", &Phrases::push_switches},
                                                     {"push_off", &Phrases::push_off},
                                                     {"switch_confirm", &Phrases::switch_confirm},
                                                     {"account_end", &Phrases::account_end},
                                                     {"complaint", &Phrases::complaint},
                                                     {"hard_conditions", &Phrases::hard_conditions}};
  return kLists;
}

Status check_phrases(const Phrases& phrases) {
  auto check = [](std::string_view name, const PhraseList& list) {
    if (list.empty()) return invalid("phrases: the list " + std::string(name) + " is missing or empty");
    for (const std::string& phrase : list) {
      if (normalise(phrase).empty())
        return invalid("phrases: " + std::string(name) + ": a phrase without text would match everything");
    }
    return ok_status();
  };
  for (const PhraseListName& entry : phrase_lists()) TRY(check(entry.name, phrases.*entry.list));
  if (phrases.permission_groups.empty()) return invalid("phrases: permission_groups is missing or empty");
  for (const auto& [group, list] : phrases.permission_groups) TRY(check("permission_groups: " + group, list));
  return ok_status();
}

std::string normalise(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const char c = text[0];
    if (static_cast<unsigned char>(c) < 0x80) {
      if (c > ' ') out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
      text.remove_prefix(1);
      continue;
    }
    const std::string_view sequence = text.substr(0, sequence_length(text));
    if (!replaced(sequence, out)) out.append(sequence);
    text.remove_prefix(sequence.size());
  }
  return out;
}

std::string without_ornaments(std::string_view s) {
  const std::string_view whole = s;
  for (bool cut = true; cut;) {
    cut = false;
    for (std::string_view end :
         {":", ">", "→", "›", "»", "❯", ".", "!", ",", "~", "|", "✓", "√", "▶", "按钮", "button"}) {
      if (s.size() <= end.size() || !ends_with(s, end)) continue;
      s.remove_suffix(end.size());
      cut = true;
    }
    for (std::string_view begin : {"→", "✓", "√", "☑", "☐", "·", "•"}) {
      if (s.size() <= begin.size() || !starts_with(s, begin)) continue;
      s.remove_prefix(begin.size());
      cut = true;
    }
    if (s.size() > 2 && ((s.front() == '[' && s.back() == ']') || (s.front() == '"' && s.back() == '"'))) {
      s = s.substr(1, s.size() - 2);
      cut = true;
    }
  }
  return std::string(s.empty() ? whole : s);
}

namespace {
// "3s同意", "(3s)同意", "5秒后同意": what counts down before a label.
std::string_view without_leading_counter(std::string_view s) {
  std::string_view rest = s;
  const bool bracket = !rest.empty() && rest[0] == '(';
  if (bracket) rest.remove_prefix(1);
  std::size_t digits = 0;
  while (digits < rest.size() && digits < 3 && std::isdigit(static_cast<unsigned char>(rest[digits])))
    ++digits;
  if (digits == 0) return s;
  rest.remove_prefix(digits);
  bool unit = false;
  for (std::string_view word : {"秒后", "秒", "s"}) {
    if (unit || !starts_with(rest, word)) continue;
    rest.remove_prefix(word.size());
    unit = true;
  }
  if (bracket) {
    if (!starts_with(rest, ")")) return s;
    rest.remove_prefix(1);
  } else if (!unit || (!rest.empty() && static_cast<unsigned char>(rest[0]) < 0x80 && rest[0] != '|')) {
    return s;  // "5star" counts nothing
  }
  while (starts_with(rest, "|") || starts_with(rest, ":")) rest.remove_prefix(1);
  return rest.empty() ? s : rest;
}
}  // namespace

std::vector<std::string> language_parts(std::string_view s) {
  std::vector<std::string> out;
  int kind = 0;  // of the last character: 1 letters of ASCII, 2 others
  for (std::size_t at = 0; at < s.size();) {
    const std::size_t length = sequence_length(s.substr(at));
    const auto c = static_cast<unsigned char>(s[at]);
    const int now = c >= 0x80 ? 2 : std::isalpha(c) || c == '\'' ? 1 : 0;
    if (now != 0) {
      if (now != kind) out.emplace_back();
      out.back().append(s.substr(at, length));
      kind = now;
    }
    at += length;
  }
  return out;
}

std::string without_countdown(std::string_view s) {
  auto cut_counter = [](std::string_view text) {  // "5", "5s", "5秒", "(5)", "(5s)"
    const bool bracket = ends_with(text, ")");
    std::string_view rest = bracket ? text.substr(0, text.size() - 1) : text;
    if (ends_with(rest, "秒"))
      rest.remove_suffix(3);
    else if (ends_with(rest, "s"))
      rest.remove_suffix(1);
    std::size_t digits = 0;
    while (digits < rest.size() && digits < 3 &&
           std::isdigit(static_cast<unsigned char>(rest[rest.size() - 1 - digits])))
      ++digits;
    if (digits == 0) return text;
    rest.remove_suffix(digits);
    if (bracket && !ends_with(rest, "(")) return text;
    if (bracket) rest.remove_suffix(1);
    while (ends_with(rest, "|") || ends_with(rest, "-") || ends_with(rest, ":")) rest.remove_suffix(1);
    return rest;
  };
  const std::string_view cut = cut_counter(s);
  return std::string(without_leading_counter(cut.empty() ? s : cut));
}

}  // namespace storesweep::android
