// What came and what went between two sets of phrases, and which screens can read otherwise for it: those
// alone that hold every character of one of these. So a pack with other words needs only a few screens read
// anew. Pure; safe for concurrent use.
#pragma once

#include <string>
#include <vector>

#include "common/android/characters.h"
#include "common/android/phrases.h"
#include "common/base/bytes.h"
#include "common/base/status.h"

namespace storesweep {

class PhraseChange {
 public:
  PhraseChange(const android::Phrases& before, const android::Phrases& after);
  // False: the screen reads the same under both.
  bool touches(const android::Characters& screen) const;

 private:
  void compare(const android::PhraseList& before, const android::PhraseList& after);

  bool anywhere_ = false;  // something else than words changed: packages, or an order
  std::vector<android::CharacterHashes> changed_;
};

// All lists with their names. kCorrupt: not what encode_phrases() made.
std::string encode_phrases(const android::Phrases& phrases);
Result<android::Phrases> decode_phrases(ByteView bytes);

}  // namespace storesweep
