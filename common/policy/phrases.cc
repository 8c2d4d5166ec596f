#include "common/policy/phrases.h"

#include <set>

namespace storesweep::policy {
namespace {

constexpr std::size_t kMaxKinds = 1'000;

template <class Lists>
void add_lists(std::vector<WordIndex::Entry>& out, const Lists& lists) {
  for (std::size_t i = 0; i < lists.size(); ++i) {
    for (const std::string& word : lists[i]) out.push_back({normal(word), static_cast<std::uint16_t>(i)});
  }
}

template <class Lists>
std::vector<WordIndex::Entry> entries(const Lists& lists) {
  std::vector<WordIndex::Entry> out;
  add_lists(out, lists);
  return out;
}

std::vector<WordIndex::Entry> sentence_entries(const Phrases& p) {
  std::vector<WordIndex::Entry> out = entries(p.roles);
  for (std::size_t i = 0; i < p.kinds.size(); ++i) {
    for (const std::string& word : p.kinds[i].words)
      out.push_back({normal(word), static_cast<std::uint16_t>(Book::kFirstKind + i)});
  }
  return out;
}

Status check_words(std::string_view name, const WordList& words) {
  if (words.empty()) return invalid("policy words: the list " + std::string(name) + " is missing or empty");
  for (const std::string& word : words) {
    if (normal(word).size() < 2)
      return invalid("policy words: " + std::string(name) + ": `" + word + "` is too short to be looked for");
  }
  return ok_status();
}

// One word cannot mean two things where both are looked for at once.
Status check_once(const std::vector<WordIndex::Entry>& entries) {
  std::set<std::string> seen;
  for (const WordIndex::Entry& e : entries) {
    if (!seen.insert(e.word).second) return invalid("policy words: `" + e.word + "` stands twice");
  }
  return ok_status();
}

template <class E, std::size_t N, class Lists>
Status check_lists(const NamedList<E> (&names)[N], const Lists& lists) {
  for (const NamedList<E>& n : names) TRY(check_words(n.name, lists[static_cast<std::size_t>(n.is)]));
  return check_once(entries(lists));
}

}  // namespace

Status check_phrases(const Phrases& p) {
  if (p.kinds.empty() || p.kinds.size() > kMaxKinds) return invalid("policy words: 1 to 1000 kinds");
  for (const KindWords& k : p.kinds) TRY(check_words(k.id, k.words));
  TRY(check_lists(kRoleLists, p.roles));
  TRY(check_once(sentence_entries(p)));
  TRY(check_lists(kTopicLists, p.topics));
  TRY(check_lists(kSectionLists, p.sections));
  TRY(check_lists(kColumnLists, p.columns));
  return check_lists(kMarkLists, p.marks);
}

Book::Book(const Phrases& p)
    : sentence(sentence_entries(p)),
      topic(entries(p.topics)),
      section(entries(p.sections)),
      column(entries(p.columns)),
      mark(entries(p.marks)),
      kinds(p.kinds) {}

}  // namespace storesweep::policy
