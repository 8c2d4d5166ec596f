// What a policy tells once, somewhere: directed push and how to close it, starting by itself, rights, dates.
#include <algorithm>
#include <cctype>

#include "common/base/text.h"
#include "common/policy/reader.h"

namespace storesweep::policy {
namespace {

constexpr std::size_t kNear = 4;  // sentences: what belongs to one passage
constexpr std::size_t kMaxTitleBytes = 120;
constexpr std::size_t kTitleBlocks = 12;
constexpr std::size_t kLeastSpoken = 3;  // words of "we" and "you"
constexpr std::size_t kMaxImprintBytes = 600;

struct Seen {
  Span where;
  bool push = false, close = false, scene = false;
};

bool mail_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0 &&
         std::isalnum(static_cast<unsigned char>(text[at + 1])) != 0 &&
         text.find('.', at) != std::string_view::npos;
}

class TopicReader {
 public:
  TopicReader(const Document& document, const Book& book, Policy& out)
      : document_(document), book_(book), out_(out) {}

  void read() {
    for (const Block& b : document_.blocks) {
      for (Span s : sentences(document_.text, b.span)) sentence(s, b.kind == BlockKind::kHeading);
    }
    near_push(&Seen::close, out_.push_closing);
    near_push(&Seen::scene, out_.push_scenes);
  }

 private:
  void sentence(Span where, bool heading) {
    const std::string text = normal(where.of(document_.text));
    const std::vector<Hit> hits = book_.topic.find(text);
    Seen& seen = seen_.emplace_back(Seen{where});
    if (mail_address(text)) tell(out_.contact, where, false);
    const bool quoted = std::ranges::count(text, '"') >= 2 || text.find("《") != std::string::npos;
    bool no = false;
    std::size_t at = 0;
    for (const Hit& h : hits) {
      // A "not" reaches to the end of its clause.
      if (std::string_view(text)
              .substr(at, h.begin - std::min<std::size_t>(at, h.begin))
              .find_first_of(",;") != std::string_view::npos)
        no = false;
      at = std::max<std::size_t>(at, h.end);
      take(static_cast<Topic>(h.tag), where, heading, quoted, no, seen);
    }
  }

  void take(Topic topic, Span where, bool heading, bool names_place, bool& no, Seen& seen) {
    switch (topic) {
      case Topic::kNegate:
        no = true;
        return;
      case Topic::kPush:
        if (heading) return;
        tell(out_.push, where, no && !seen.close);
        seen.push = seen.push || !no || seen.close;
        seen.scene = seen.scene || names_place;  // “每日推荐” is a place too
        return;
      case Topic::kClose:
        seen.close = seen.close || !no;
        no = false;  // "do not switch off", and what one need not do
        return;
      case Topic::kScene:
        seen.scene = true;
        return;
      case Topic::kSelfStart:
        return heading ? void() : tell(out_.self_start, where, no);
      case Topic::kAssociatedStart:
        return heading ? void() : tell(out_.associated_start, where, no);
      case Topic::kCancellation:
        return tell(out_.cancellation, where, no);
      case Topic::kRetention:
        return tell(out_.retention, where, no);
      case Topic::kAnswer15:
        return tell(out_.answer_15_days, where, no);
      case Topic::kContact:
        return tell(out_.contact, where, no);
      case Topic::kComplaint:
        return tell(out_.complaint, where, no);
      case Topic::kAffirm:
      case Topic::kUpdated:
      case Topic::kEffective:
      case Topic::kOperator:
        return;
    }
  }

  static void tell(Told& told, Span where, bool denied) {
    (denied ? told.denied : told.told) = true;
    if (!denied && told.where.size() < kMaxPlaces) told.where.push_back(where);
  }

  // What stands within a few sentences of a place that speaks of push.
  void near_push(bool Seen::*what, Told& told) const {
    std::size_t until = 0;  // exclusive
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (!seen_[i].push) continue;
      for (std::size_t n = std::max(until, i - std::min(i, kNear)); n < std::min(seen_.size(), i + kNear + 1);
           ++n) {
        if (seen_[n].*what) tell(told, seen_[n].where, false);
      }
      until = i + kNear + 1;
    }
  }

  const Document& document_;
  const Book& book_;
  Policy& out_;
  std::vector<Seen> seen_;
};

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
  for (std::string_view before :
       {"：", ":", "，", "。", "由", "是", "为", "“", "\"", "我们指", "即", "与", "》", "（以下", " "}) {
    const std::size_t at = name.rfind(before);
    if (at != std::string_view::npos && name.size() - at - before.size() >= kLeastCompanyBytes)
      name.remove_prefix(at + before.size());
  }
  return trim(name);
}

// The name that ends with one of the words of a company, cut out of its sentence.
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

bool speaks_of_us(std::string_view text) {
  for (std::string_view us : {"我们", "本公司", "本应用", "本政策", "本软件", "本产品", "本行", "本条款",
                              "本声明", "本规则", "本指引", "we", "us"}) {
    if (text.find(us) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

void read_topics(const Document& document, const Book& book, Policy& out) {
  TopicReader(document, book, out).read();
}

void read_imprint(const Document& document, const Book& book, Policy& out) {
  std::size_t seen = 0;
  for (const Block& b : document.blocks) {
    ++seen;
    if (of_sdk(out, b.span)) continue;
    for (Span s : sentences(document.text, b.span)) {
      const std::string_view raw = s.of(document.text).substr(0, kMaxImprintBytes);
      const std::string text = normal(raw);
      bool ours = speaks_of_us(text) || seen < kTitleBlocks;
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
