#include "common/judge/phrase_change.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "common/judge/field_codec.h"

namespace storesweep {
namespace {
using android::PhraseList, android::Phrases;

PhraseList common(const PhraseList& list, const PhraseList& other) {
  const std::set<std::string_view> there(other.begin(), other.end());
  PhraseList out;
  std::copy_if(list.begin(), list.end(), std::back_inserter(out),
               [&](const std::string& phrase) { return there.count(phrase) != 0; });
  return out;
}

const PhraseList& group_of(const Phrases& phrases, const std::string& name) {
  static const PhraseList kNone;
  const auto at = phrases.permission_groups.find(name);
  return at == phrases.permission_groups.end() ? kNone : at->second;
}
}  // namespace

PhraseChange::PhraseChange(const Phrases& before, const Phrases& after) {
  // These are looked for in names of packages.
  anywhere_ = before.permission_packages != after.permission_packages ||
              before.launcher_packages != after.launcher_packages;
  for (const android::PhraseListName& list : android::phrase_lists())
    compare(before.*list.list, after.*list.list);
  for (const Phrases* one : {&before, &after}) {
    for (const auto& [name, list] : one->permission_groups)
      compare(group_of(before, name), group_of(after, name));
  }
}

void PhraseChange::compare(const PhraseList& before, const PhraseList& after) {
  if (before == after) return;
  // Of two phrases at one place the first in the list is taken.
  const PhraseList kept = common(before, after);
  anywhere_ = anywhere_ || kept != common(after, before);
  const std::set<std::string_view> stays(kept.begin(), kept.end());
  for (const PhraseList* list : {&before, &after}) {
    for (const std::string& phrase : *list) {
      constexpr std::string_view kGap = "…";
      if (stays.count(phrase) != 0) continue;
      std::string words = phrase;
      for (std::size_t at; (at = words.find(kGap)) != std::string::npos;) words.replace(at, kGap.size(), " ");
      changed_.push_back(android::characters_in(android::normalise(words)));
    }
  }
}

bool PhraseChange::touches(const android::Characters& screen) const {
  return anywhere_ ||
         std::any_of(changed_.begin(), changed_.end(),
                     [&](const android::CharacterHashes& phrase) { return screen.include(phrase); });
}

std::string encode_phrases(const Phrases& phrases) {
  field_codec::Encoder e;
  for (const android::PhraseListName& list : android::phrase_lists()) {
    e.text(std::string(list.name));
    field_codec::io(e, phrases.*list.list);
  }
  field_codec::io(e, phrases.permission_groups);
  return std::move(e.out);
}

Result<Phrases> decode_phrases(ByteView bytes) {
  field_codec::Decoder d(bytes);
  Phrases out;
  for (const android::PhraseListName& list : android::phrase_lists()) {
    std::string name;
    d.text(name);
    if (name != list.name) d.fail();
    field_codec::io(d, out.*list.list);
  }
  field_codec::io(d, out.permission_groups);
  if (!d.ok() || !d.at_end()) return corrupt("not a set of phrases, or one of another version");
  return out;
}

}  // namespace storesweep
