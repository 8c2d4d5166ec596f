#include "common/policy/sentence.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "common/base/text.h"

namespace storesweep::policy {
namespace {

constexpr std::size_t kMaxSentenceBytes = 4'096;  // a longer one is read in pieces
constexpr std::size_t kMaxParts = 1'000;
constexpr std::size_t kMaxNested = 8;       // brackets
constexpr std::size_t kMaxLabelBytes = 90;  // of "Location: ..."

enum class Subject : std::uint8_t { kNone, kUs, kThem, kYou, kAlien };

// Reads the words of one sentence from left to right. What a verb says holds for the kinds behind it, over
// commas, until another verb, a purpose or a refusal says otherwise.
class SentenceReader {
 public:
  SentenceReader(std::string_view text, const Book& book, const Lead& lead) : text_(text), book_(book) {
    out_.parts.emplace_back();
    inherits_no_ = no_ = lead.no;
    if (lead.ours) subject_ = Subject::kUs;
    if (!lead.any) return;
    mode_ = base_ = lead.said;
    if (lead.of_sdk) subject_ = Subject::kThem;
  }

  SentenceSaid read() {
    std::size_t at = 0;
    for (const Hit& hit : book_.sentence.find(text_)) {
      if (hit.begin > at) punctuation(at, hit.begin);
      take(hit);
      at = std::max<std::size_t>(at, hit.end);
    }
    punctuation(at, text_.size());
    end_clause();
    label_means();
    out_.leads = {base_.has_value(), base_.value_or(Said::kMentioned), subject_ == Subject::kThem, false,
                  false};
    return std::move(out_);
  }

 private:
  struct Clause {
    bool negated = false, refused = false, verb = false, contrast = false, own = false, background = false;
    bool purpose = false;  // began here
  };

  void punctuation(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const char c = text_[i];
      if (c == ',') end_clause();
      if (c == ';') end_part(i + 1);
      if (c == ':' && i < kMaxLabelBytes && !out_.verb && label_ == 0) label_ = out_.kinds.size();
      if (c == '(' && nested_ < kMaxNested) outside_[nested_++] = purpose_;
      if (c == ')' && nested_ > 0) purpose_ = outside_[--nested_];
    }
  }

  void end_clause() {
    if (clause_.background) {
      SentencePart& part = out_.parts.back();
      (clause_.negated || clause_.refused ? part.not_background : part.background) = true;
    }
    if (purpose_ && clause_.purpose && !clause_.verb && !base_) purpose_ = false;  // "To show ..., "
    inherits_no_ = clause_.negated || (inherits_no_ && !clause_.own && !clause_.contrast);
    clause_ = {};
    clause_from_ = out_.kinds.size();
  }
  void end_part(std::size_t next) {
    end_clause();
    purpose_ = false;
    inherits_no_ = no_;
    mode_ = base_;
    if (out_.parts.size() < kMaxParts) out_.parts.push_back({static_cast<std::uint32_t>(next), false, false});
  }

  void take(const Hit& hit) {
    if (hit.tag >= Book::kFirstKind) return kind(static_cast<std::uint16_t>(hit.tag - Book::kFirstKind));
    switch (static_cast<Role>(hit.tag)) {
      case Role::kDecoy:
        return;
      case Role::kCollect:
        return collect(hit, false);
      case Role::kGive:
        return collect(hit, true);
      case Role::kUse:
        if (subject_ == Subject::kUs || subject_ == Subject::kThem) collect(hit, false);
        return;
      case Role::kNegate:
        clause_.negated = true;
        return;
      case Role::kDeny:
        clause_.negated = true;
        return says(Said::kDenied);
      case Role::kContrast:
        clause_.contrast = true;
        clause_.negated = false;
        return;
      case Role::kUs:
        return us();
      case Role::kThem:
        if (subject_ != Subject::kUs || !clause_.own) subject_ = Subject::kThem;
        return;
      case Role::kAlien:
        if (subject_ != Subject::kUs || !clause_.own) subject_ = Subject::kAlien;
        return;
      case Role::kYouMay:
        subject_ = Subject::kYou;
        mode_ = Said::kMentioned;
        return;
      case Role::kRefuse:
        clause_.refused = true;
        mode_ = Said::kMentioned;
        return;
      case Role::kManage:
        return manage();
      case Role::kTakenFor:
        taken_for();
        purpose_ = clause_.purpose = true;
        return;
      case Role::kEarnest:
        earnest_end_ = hit.end;
        return;
      case Role::kPurpose:
        purpose_ = clause_.purpose = true;
        return;
      case Role::kDefinition:
        defines_ = defines_ || !(out_.us && out_.verb);
        return;
      case Role::kPassive:
        return passive();
      case Role::kBackground:
        clause_.background = true;
        return;
    }
  }

  void us() {
    subject_ = Subject::kUs;
    out_.us = true;
    clause_.own = true;
    own_from_ = out_.kinds.size();
    if (clause_.verb) clause_.negated = false;  // "... and we ..."
    purpose_ = clause_.purpose = false;
  }

  // What is kept or deleted need not be taken.
  void manage() {
    if (clause_.verb) return;
    mode_ = Said::kMentioned;
    for (std::size_t i = clause_from_; i < out_.kinds.size(); ++i) {
      if (out_.kinds[i].said == Said::kDeclared) out_.kinds[i].said = Said::kMentioned;
    }
  }

  void collect(const Hit& hit, bool given) {
    if (clause_.purpose && purpose_ && hit.begin != earnest_end_) return;
    if (clause_.refused) return;
    const bool others = (subject_ == Subject::kYou && !given) || subject_ == Subject::kAlien;
    const bool no = clause_.negated || (inherits_no_ && !clause_.own && !clause_.contrast);
    clause_.negated = no;
    if (no && given_ && clause_.own) retract();
    given_ = given_ || (given && !no && subject_ != Subject::kUs);
    says(others ? Said::kMentioned : no ? Said::kDenied : Said::kDeclared);
    // "We will in your calendar write ...", "we do not the contacts upload": Chinese puts the verb behind.
    if (clause_.own && !others) settle(own_from_);
  }
  // "You may register your fingerprint ..., which we cannot access."
  void retract() {
    for (KindSaid& k : out_.kinds) {
      if (k.said == Said::kDeclared) k.said = Said::kMentioned;
    }
  }
  void says(Said said) {
    mode_ = base_ = said;
    purpose_ = clause_.purpose = false;
    clause_.verb = out_.verb = true;
  }

  // "Your location may be collected": what came before it.
  void passive() {
    const bool no = clause_.negated || clause_.refused;
    says(subject_ == Subject::kAlien ? Said::kMentioned : no ? Said::kDenied : Said::kDeclared);
    settled_ = std::min(settled_, clause_from_);
    settle(settled_);
  }
  // "Your number is for logging in."
  void taken_for() {
    if (subject_ == Subject::kAlien || subject_ == Subject::kYou || clause_.refused || clause_.verb ||
        purpose_)
      return;
    mode_ = clause_.negated ? Said::kDenied : Said::kDeclared;
    settle(clause_from_);
  }
  // Kinds that nothing was said of yet get what is said now.
  void settle(std::size_t from) {
    if (defines_) return;
    for (std::size_t i = std::max(from, settled_); i < out_.kinds.size(); ++i) out_.kinds[i].said = *mode_;
    settled_ = out_.kinds.size();
  }

  void kind(std::uint16_t number) {
    const bool said = mode_ && *mode_ != Said::kMentioned && !purpose_ && !clause_.refused && !defines_;
    const bool no = clause_.negated && !clause_.verb;  // "no contacts"
    out_.kinds.push_back({number,
                          !said ? Said::kMentioned
                          : no  ? Said::kDenied
                                : *mode_,
                          static_cast<std::uint32_t>(out_.parts.size() - 1)});
    if (said || purpose_ || clause_.refused) settled_ = out_.kinds.size();
  }

  // "Contacts: we do not read them".
  void label_means() {
    if (!base_ || defines_) return;
    for (std::size_t i = 0; i < label_; ++i) out_.kinds[i].said = *base_;
  }

  std::string_view text_;
  const Book& book_;
  SentenceSaid out_;
  Clause clause_;
  Subject subject_ = Subject::kNone;
  std::optional<Said> mode_, base_;
  bool purpose_ = false, defines_ = false, inherits_no_ = false, given_ = false, no_ = false;
  std::size_t label_ = 0, settled_ = 0, nested_ = 0;
  std::size_t own_from_ = 0, clause_from_ = 0;  // kinds behind "we" of this clause, and of this clause
  std::size_t earnest_end_ = std::string_view::npos;
  std::array<bool, kMaxNested> outside_{};
};

std::size_t sentence_mark(std::string_view s) {
  for (std::string_view mark : {"。", "！", "？", "!", "?"}) {
    if (starts_with(s, mark)) return mark.size();
  }
  return 0;
}

// "e.g." and "Ltd." end no sentence, nor does the dot of a number or an address.
bool full_stop(std::string_view text, std::size_t at) {
  const bool last = at + 1 == text.size();
  if (!last && text[at + 1] != ' ' && text[at + 1] != '\n') return false;
  const std::size_t blank = text.substr(0, at).find_last_of(" (");
  const std::string_view word = text.substr(blank == std::string_view::npos ? 0 : blank + 1,
                                            at - (blank == std::string_view::npos ? 0 : blank + 1));
  for (std::string_view shortened :
       {"e.g", "i.e", "Inc", "Ltd", "Co", "Corp", "No", "vs", "U.S", "cf", "Mr", "Ms", "Dr", "St"}) {
    if (word == shortened) return last;
  }
  return word.size() != 1 || last;  // an initial
}

}  // namespace

std::string_view said_name(Said said) {
  constexpr std::string_view kNames[] = {"declared", "denied", "mentioned"};
  return kNames[static_cast<std::size_t>(said)];
}

SentenceSaid read_sentence(std::string_view normal_text, const Book& book, const Lead& lead) {
  return SentenceReader(normal_text, book, lead).read();
}

std::vector<Span> sentences(std::string_view text, Span paragraph) {
  std::vector<Span> out;
  const std::string_view all = paragraph.of(text);
  std::size_t begin = 0;
  auto cut = [&](std::size_t end) {
    if (!trim(all.substr(begin, end - begin)).empty())
      out.push_back({paragraph.begin + static_cast<std::uint32_t>(begin),
                     paragraph.begin + static_cast<std::uint32_t>(end)});
    begin = end;
  };
  for (std::size_t at = 0; at < all.size(); ++at) {
    const std::size_t mark = sentence_mark(all.substr(at, 3));
    if (mark > 0) {
      cut(at + mark);
    } else if (at - begin >= kMaxSentenceBytes && (static_cast<unsigned char>(all[at]) & 0xC0) != 0x80) {
      cut(at);
    } else if (all[at] == '.' && full_stop(all.substr(begin), at - begin)) {
      cut(at + 1);
    }
  }
  cut(all.size());
  return out;
}

}  // namespace storesweep::policy
