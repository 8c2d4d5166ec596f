// Whose document it is, of which date, and whether it is a policy at all.
#include <algorithm>
#include <cctype>

#include "common/base/text.h"
#include "common/policy/reader.h"

namespace storesweep::policy {
namespace {

constexpr std::size_t kMaxTitleBytes = 120;
constexpr std::size_t kTitleBlocks = 12;
constexpr std::size_t kLeastSpoken = 3;  // words of "we" and "you"
constexpr std::size_t kMaxImprintBytes = 600;

// "2024年3月5日", "2024-03-05", "2024.3.5", "March 5, 2024", "5 March 2024".
std::string date_in(std::string_view s) {
  std::vector<int> numbers;
  int month = 0;
  std::string lower;
  for (char c : s) lower.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                          "jul", "aug", "sep", "oct", "nov", "dec"};
  for (std::size_t i = 0; i < std::size(kMonths) && month == 0; ++i) {
    const std::size_t at = lower.find(kMonths[i]);
    if (at != std::string::npos && (at == 0 || std::isalpha(static_cast<unsigned char>(lower[at - 1])) == 0))
      month = static_cast<int>(i) + 1;
  }
  for (std::size_t at = 0; at < s.size() && numbers.size() < 3;) {
    std::size_t n = 0;
    while (at + n < s.size() && std::isdigit(static_cast<unsigned char>(s[at + n])) != 0) ++n;
    if (n > 0 && n <= 4) numbers.push_back(parse_int<int>(s.substr(at, n)).value_or(0));
    at += n + 1;
  }
  int year = 0, day = 0;
  if (numbers.size() == 3 && numbers[0] > 1990) {
    year = numbers[0];
    month = numbers[1];
    day = numbers[2];
  } else if (numbers.size() >= 2 && month > 0 && numbers[1] > 1990) {
    year = numbers[1];
    day = numbers[0];
  }
  if (year < 1990 || year > 2999 || month < 1 || month > 12 || day < 1 || day > 31) return {};
  char out[16];
  std::snprintf(out, sizeof out, "%04d-%02d-%02d", year, month, day);
  return out;
}

constexpr std::size_t kMaxCompanyBytes = 150, kLeastCompanyBytes = 18;  // six Chinese characters

// Back over the words of a name: those that begin with a capital.
std::string_view latin_company(std::string_view upto) {
  std::size_t begin = upto.size();
  while (begin > 0) {
    const std::size_t blank = upto.substr(0, begin).find_last_of(" (\"");
    const std::size_t word = blank == std::string_view::npos ? 0 : blank + 1;
    const char c = word < begin ? upto[word] : 'x';
    if (std::isupper(static_cast<unsigned char>(c)) == 0 &&
        std::isdigit(static_cast<unsigned char>(c)) == 0 && c != '&')
      break;
    begin = word == 0 ? 0 : word - 1;
    if (word == 0 || upto[word - 1] != ' ') {
      begin = word;
      break;
    }
  }
  return trim(upto.substr(begin));
}

std::string_view chinese_company(std::string_view name) {
  for (std::string_view before : {"：", ":", "，", "。", "由", "是", "为", "“", "\"", "我们指", "适用于",
                                  "属于", "即", "与", "》", "（以下", " "}) {
    const std::size_t at = name.rfind(before);
    if (at != std::string_view::npos && name.size() - at - before.size() >= kLeastCompanyBytes)
      name.remove_prefix(at + before.size());
  }
  return trim(name);
}

// The name that ends with one of the words of a company, cut out of its sentence.
}  // namespace

std::string company_in(std::string_view s) {
  for (std::string_view mark : {"有限公司", "有限责任公司", "工作室", "Ltd.", "Ltd", "Inc.", "Inc", "LLC",
                                "GmbH", "Limited", "Corporation", "Studio"}) {
    const std::size_t at = s.find(mark);
    if (at == std::string_view::npos) continue;
    const std::string_view upto = s.substr(0, at + mark.size());
    const std::string_view name = (mark.front() & 0x80) != 0 ? chinese_company(upto) : latin_company(upto);
    if (name.size() > mark.size() && name.size() <= kMaxCompanyBytes) return std::string(name);
  }
  return {};
}

namespace {
constexpr std::size_t kBefore = 26, kBehind = 60;  // bytes

// The date that belongs to a word: behind "effective date", before "起生效".
std::string date_at(std::string_view text, const Hit& word) {
  const std::string_view before = text.substr(word.begin - std::min<std::size_t>(word.begin, kBefore),
                                              std::min<std::size_t>(word.begin, kBefore));
  const std::string_view behind = text.substr(word.end, kBehind);
  const std::string_view itself = text.substr(word.begin, word.end - word.begin);
  const bool follows = ends_with(itself, "更新") || ends_with(itself, "修订") || ends_with(itself, "生效");
  const std::string first = date_in(follows ? before : behind);
  return first.empty() ? date_in(follows ? behind : before) : first;
}

bool of_sdk(const Policy& p, Span s) {
  return std::ranges::any_of(
      p.sdks, [&](const SdkRow& r) { return r.where.begin <= s.begin && s.end <= r.where.end; });
}

bool speaks_of_us(std::string_view text, const Book& book) {
  return std::ranges::any_of(book.mark.find(text), [](const Hit& h) {
    return h.tag == static_cast<std::uint16_t>(Mark::kSpeaking) ||
           h.tag == static_cast<std::uint16_t>(Mark::kItself);
  });
}

}  // namespace

void read_imprint(const Document& document, const Book& book, Policy& out) {
  std::size_t seen = 0;
  for (const Block& b : document.blocks) {
    ++seen;
    if (of_sdk(out, b.span)) continue;
    for (Span s : sentences(document.text, b.span)) {
      const std::string_view raw = s.of(document.text).substr(0, kMaxImprintBytes);
      const std::string text = normal(raw);
      bool ours = speaks_of_us(text, book) || seen < kTitleBlocks;
      for (const Hit& h : book.topic.find(text)) {
        const Topic topic = static_cast<Topic>(h.tag);
        if (topic == Topic::kUpdated && out.updated.empty()) out.updated = date_at(text, h);
        if (topic == Topic::kEffective && out.effective.empty()) out.effective = date_at(text, h);
        ours = ours || topic == Topic::kOperator || topic == Topic::kContact;
      }
      if (out.operator_name.empty() && ours && b.kind != BlockKind::kRow) out.operator_name = company_in(raw);
    }
  }
}

namespace {
// "This policy", "we collect", "your location": what the policy itself says, and no report on one.
bool speaks_for_itself(std::string_view text, const Book& book) {
  std::size_t us = text.size();
  bool you = false;
  for (const Hit& h : book.mark.find(text)) {
    const Mark mark = static_cast<Mark>(h.tag);
    if (mark == Mark::kItself) return true;
    you = you || mark == Mark::kAddressed;
    if (mark == Mark::kSpeaking) us = std::min<std::size_t>(us, h.begin);
  }
  return std::ranges::any_of(book.sentence.find(text), [&](const Hit& h) {
    return (you && h.tag >= Book::kFirstKind) ||
           (us < h.begin && h.tag == static_cast<std::uint16_t>(Role::kCollect));
  });
}
}  // namespace

bool recognise(const Document& document, const Book& book) {
  bool title = false, list = false, own = false;
  std::size_t addressed = 0, speaking = 0, seen = 0;
  for (const Block& b : document.blocks) {
    const std::string text = normal(b.span.of(document.text).substr(0, kMaxCellBytes));
    const bool may_title =
        b.kind == BlockKind::kHeading || (seen++ < kTitleBlocks && text.size() <= kMaxTitleBytes);
    bool is = false, lists = false, other = !may_title;
    for (const Hit& h : book.mark.find(text)) {
      const Mark mark = static_cast<Mark>(h.tag);
      is = is || mark == Mark::kTitle;
      lists = lists || mark == Mark::kSdkTitle;
      other = other || mark == Mark::kNoTitle;
      addressed += mark == Mark::kAddressed;
      speaking += mark == Mark::kSpeaking;
    }
    title = title || ((is || lists) && !other);
    list = list || (lists && !other);
    for (Span s : sentences(document.text, b.span))
      own = own || speaks_for_itself(normal(s.of(document.text)), book);
  }
  if (title && own && addressed > 0 && speaking > 0 && addressed + speaking >= kLeastSpoken) return true;
  // A bare list speaks to hardly anybody: its title, and its table, say what it is.
  const bool table =
      std::ranges::any_of(document.blocks, [](const Block& b) { return b.kind == BlockKind::kRow; });
  return (title && table) || (list && addressed > 0);
}

}  // namespace storesweep::policy
