// What a policy tells once, somewhere: directed push and how to close it, starting by itself, rights.
#include <algorithm>
#include <cctype>

#include "common/base/text.h"
#include "common/policy/reader.h"

namespace storesweep::policy {
namespace {

constexpr std::size_t kNear = 4;  // sentences: what belongs to one passage

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

}  // namespace

void read_topics(const Document& document, const Book& book, Policy& out) {
  TopicReader(document, book, out).read();
}

}  // namespace storesweep::policy
