// Block by block: sections, lists under what led them in, sentences.
#include <algorithm>
#include <cctype>

#include "common/base/text.h"
#include "common/policy/reader.h"

namespace storesweep::policy {
namespace {

constexpr std::size_t kLabelBytes = 60;  // "设备信息：..." makes an item of a line
constexpr std::size_t kTitleBytes = 32;
constexpr std::size_t kParagraphBytes = 90;  // below a heading; a list has shorter lines
constexpr std::size_t kMaxSdkHeadBytes = 120;
constexpr std::size_t kTitleBlocks = 5, kMaxTitleBytes = 120, kLeastNameBytes = 4;

bool has_colon_within(std::string_view line, std::size_t bytes) {
  return line.substr(0, bytes).find(':') != std::string_view::npos ||
         line.substr(0, bytes).find("：") != std::string_view::npos;
}
bool ends_with_colon(std::string_view s) {
  s = trim(s);
  return ends_with(s, ":") || ends_with(s, "：");
}

// What a title names: "墨香阅读" of "墨香阅读隐私政策", "postbird" of "Postbird Mail: Privacy Statement".
// Empty: nothing that would be safe to look for.
std::string own_name(const Document& document, const Book& book) {
  for (std::size_t i = 0; i < std::min(document.blocks.size(), kTitleBlocks); ++i) {
    const std::string title = normal(document.blocks[i].span.of(document.text).substr(0, kMaxTitleBytes));
    for (const Hit& h : book.mark.find(title)) {
      if (h.tag != static_cast<std::uint16_t>(Mark::kTitle)) continue;
      std::string name = title.substr(0, h.begin);
      if (!name.empty() && (name.front() & 0x80) == 0)
        name.resize(std::min(name.find_first_of(" :-,"), name.size()));
      while (!name.empty() && std::string_view(":-\"[]. ").find(name.back()) != std::string_view::npos)
        name.pop_back();
      return name.size() >= kLeastNameBytes && name.size() <= kMaxTitleBytes / 2 &&
                     name.find("privacy") == std::string::npos
                 ? name
                 : "";
    }
  }
  return {};
}

class StatementReader {
 public:
  StatementReader(const Document& document, const Book& book, Policy& out)
      : document_(document),
        book_(book),
        out_(out),
        tables_(document, book, out),
        own_name_(own_name(document, book)) {}

  void read() {
    for (std::size_t i = 0; i < document_.blocks.size() && out_.statements.size() < kMaxStatements; ++i)
      block(i);
  }

 private:
  struct Place {
    Section section = Section::kNone;
    int level = 0;
    bool sdk_list = false;
    int sdk_level = 0;
  };

  void block(std::size_t i) {
    const Block& b = document_.blocks[i];
    if (b.kind == BlockKind::kRow) {
      lead_ = {};
      return tables_.row(b, children());
    }
    if (b.kind == BlockKind::kHeading && heading(b, i)) return;
    if (tables_.label(b, place_.sdk_list, children())) return;
    tables_.end_labels();
    paragraph(b);
  }

  bool children() const { return place_.section == Section::kChildren; }

  // False: a short line that is rather part of a list.
  bool heading(const Block& b, std::size_t i) {
    const std::string name = normal(text(b.span));
    const WordIndex::Entry* section = book_.section.longest(name);
    const bool sdks = (marks(name, Mark::kSdkTitle) || marks(name, Mark::kSdkHeading));
    const bool weak = b.level == kWeakHeading;
    if (weak && !section && !sdks && (lead_.any || !paragraph_follows(i))) return false;
    lead_ = {};
    tables_.end_labels();
    if (section) {
      place_.section = static_cast<Section>(section->tag);
      place_.level = b.level;
    } else if (b.level <= place_.level) {
      place_.section = Section::kNone;
    }
    if (sdks || b.level <= place_.sdk_level || (section && place_.section == Section::kOther)) {
      place_.sdk_list = sdks;
      place_.sdk_level = b.level;
    }
    // The children's own policy speaks of nobody else.
    if (children() && marks(name, Mark::kTitle) && i < 3) place_.section = Section::kNone;
    return true;
  }
  bool paragraph_follows(std::size_t i) const {
    return i + 1 < document_.blocks.size() && document_.blocks[i + 1].kind != BlockKind::kHeading &&
           document_.blocks[i + 1].span.end - document_.blocks[i + 1].span.begin > kParagraphBytes;
  }
  bool marks(std::string_view name, Mark mark) const {
    return std::ranges::any_of(book_.mark.find(name),
                               [&](const Hit& h) { return h.tag == static_cast<std::uint16_t>(mark); });
  }

  std::string_view text(Span s) const { return s.of(document_.text); }

  void paragraph(const Block& b) {
    const std::string_view line = text(b.span);
    const bool item = b.kind != BlockKind::kText || has_colon_within(line, kLabelBytes);
    if (!item) lead_ = {};
    Lead lead = lead_;
    if (!lead.any && item && place_.section == Section::kCollection)
      lead = {true, Said::kDeclared, place_.sdk_list, false, false};
    if (!lead.any && item && place_.sdk_list) lead = {true, Said::kDeclared, true, false, false};
    const std::size_t first = out_.statements.size();
    const std::vector<Span> all = sentences(document_.text, b.span);
    // "Calls. We never ...": a title of its own, no list.
    if (!lead_.any && all.size() > 1 && all[0].end - all[0].begin < kTitleBytes) lead = {};
    const bool denied = place_.section == Section::kDenied;
    if (!lead.any && item && denied) lead = {true, Said::kDenied, false, false, true};
    const bool ours = place_.section == Section::kCollection || place_.section == Section::kNone;
    for (Span s : all) {
      if (s != all.front()) lead = {};
      lead.ours = ours;
      lead.no = denied;
      lead = sentence(s, lead, first);
    }
    // An enumeration may go on in the lines below.
    if (ends_with_colon(line) ||
        (b.kind == BlockKind::kText && (ends_with(line, ";") || ends_with(line, "；"))))
      lead_ = lead;
    if (place_.sdk_list && item) sdk_item(b, first);
  }

  // The app's own name, where a clause begins with it, is "we".
  std::string as_us(std::string s) const {
    if (own_name_.empty()) return s;
    for (std::size_t at = s.find(own_name_); at != std::string::npos; at = s.find(own_name_, at)) {
      const bool begins = at == 0 || std::string_view(",;:.(\"").find(s[at - 1]) != std::string_view::npos;
      const std::size_t end = at + own_name_.size();
      const bool whole = end == s.size() || std::isalnum(static_cast<unsigned char>(s[end])) == 0;
      if (begins && whole) s.replace(at, own_name_.size(), latin_name() ? "we" : "我们");
      at += 1;
    }
    return s;
  }
  bool latin_name() const { return (own_name_.front() & 0x80) == 0; }

  // Gives what it hands on to a list, if it is the last of its paragraph.
  Lead sentence(Span where, const Lead& lead, std::size_t first) {
    const std::string normal_text = as_us(normal(text(where)));
    SentenceSaid said = read_sentence(normal_text, book_, lead);
    std::size_t next = 0;  // of the kinds, which stand in the order of the parts
    for (std::uint32_t part = 0; part < said.parts.size(); ++part) {
      const std::size_t begin = said.parts[part].begin;
      const std::size_t end = part + 1 < said.parts.size() ? said.parts[part + 1].begin : normal_text.size();
      const std::optional<Frequency> often =
          read_frequency(std::string_view(normal_text).substr(begin, end - begin));
      const std::size_t before = out_.statements.size();
      bool says = false;  // of a kind; else it may go on about those before
      for (; next < said.kinds.size() && said.kinds[next].part == part; ++next) {
        says = says || said.kinds[next].said != Said::kMentioned;
        add(said.kinds[next], where, said, often);
      }
      if (!says) amend(said.parts[part], often, std::max(first, last_), before);
      if (says && out_.statements.size() > before) last_ = before;
    }
    return said.leads;
  }

  void add(const KindSaid& k, Span where, const SentenceSaid& said, const std::optional<Frequency>& often) {
    if (out_.statements.size() >= kMaxStatements) return;
    const std::string& id = book_.kinds[k.kind].id;
    const Said how = children() ? Said::kMentioned : k.said;
    const SentencePart& part = said.parts[k.part];
    for (auto before = out_.statements.rbegin(); before != out_.statements.rend() && before->where == where;
         ++before) {
      if (before->kind != id) continue;
      before->said = std::min(before->said, how);
      before->background |= part.background;
      before->not_background |= part.not_background;
      if (!before->frequency) before->frequency = often;
      return;
    }
    out_.statements.push_back(
        {id, how, where, said.leads.of_sdk, part.background, part.not_background, often});
  }

  // "... It is also read in the background, every ten minutes.": of what was said before, in the same
  // paragraph.
  void amend(const SentencePart& part, const std::optional<Frequency>& often, std::size_t from,
             std::size_t until) {
    for (std::size_t i = from; i < until; ++i) {
      Statement& s = out_.statements[i];
      s.background |= part.background;
      s.not_background |= part.not_background;
      if (!s.frequency) s.frequency = often;
    }
  }

  // "Foo SDK (Foo Ltd.): device identifiers, for statistics. https://..."
  void sdk_item(const Block& b, std::size_t first) {
    const std::string_view line = text(b.span);
    const std::size_t head = std::min(
        {line.find("："), line.find(':'), line.find("（"), line.find('('), line.find("，"), line.find(", ")});
    if (head > kMaxSdkHeadBytes || out_.sdks.size() >= kMaxSdkRows) return;
    const std::string name(trim(line.substr(0, head)));
    const std::string plain = normal(name);
    const WordIndex::Entry* label = book_.column.longest(plain);
    const bool named = plain.find("sdk") != std::string::npos || has_bracket_at(line, head);
    if (!named || name.empty() || (label && label->word == plain)) return;
    SdkRow row{name, in_brackets(line, head), "", address_in(line), "", declared_since(first), b.span};
    if (row.company.empty()) row.company = company_in(line);
    if (!row.kinds.empty() || !row.link.empty() || !row.company.empty()) out_.sdks.push_back(std::move(row));
  }
  std::vector<std::string> declared_since(std::size_t first) const {
    std::vector<std::string> kinds;
    for (std::size_t i = first; i < out_.statements.size(); ++i) {
      const Statement& s = out_.statements[i];
      if (s.said == Said::kDeclared && std::ranges::find(kinds, s.kind) == kinds.end())
        kinds.push_back(s.kind);
    }
    return kinds;
  }
  static bool has_bracket_at(std::string_view line, std::size_t at) {
    return starts_with(line.substr(at), "（") || starts_with(line.substr(at), "(");
  }
  static std::string in_brackets(std::string_view line, std::size_t at) {
    if (!has_bracket_at(line, at)) return {};
    const std::size_t open = starts_with(line.substr(at), "(") ? 1 : 3;
    const std::size_t close = std::min(line.find("）", at), line.find(')', at));
    if (close == std::string_view::npos || close - at > kMaxNameBytes) return {};
    return std::string(trim(line.substr(at + open, close - at - open)));
  }

  const Document& document_;
  const Book& book_;
  Policy& out_;
  TableReader tables_;
  std::string own_name_;  // normal
  Place place_;
  Lead lead_;
  std::size_t last_ = 0;  // where the statements of the last part that made any begin
};

}  // namespace

void read_statements(const Document& document, const Book& book, Policy& out) {
  StatementReader(document, book, out).read();
}

}  // namespace storesweep::policy
