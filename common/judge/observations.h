// What was parsed of a journal, as bytes that are kept beside it: keyed by the journal's digest and the
// parser's version, so that another rule pack is held against it without parsing again. The screens as one
// set of phrases reads them stand beside the trees: under the same phrases the trees need not be touched, and
// under others those alone that can read otherwise (phrase_change.h).
// Pure; safe for concurrent use.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/hash.h"
#include "common/base/status.h"
#include "common/judge/judge.h"
#include "common/judge/phrase_change.h"
#include "common/judge/timeline.h"

namespace storesweep {

// Raised whenever a parser, the timeline or this encoding gives something else than before: records of
// another version are parsed anew.
inline constexpr std::uint32_t kParserVersion = 10;
inline constexpr std::size_t kMaxObservationBytes = 256u << 20;
inline constexpr std::string_view kObservationsMagic{"SSOBSV\x00\x01", 8};

// Phrases made ready to match, and their digest. Shared between threads once it is made.
struct ReadyPhrases {
  explicit ReadyPhrases(const android::Phrases& phrases);
  android::PhraseBook book;
  std::string encoded;  // encode_phrases()
  Digest digest{};      // of that
};
// What changed since the phrases of a digest; null: they are not known, and every screen is read anew.
using PhraseChanges = std::function<const PhraseChange*(const Digest& read_by)>;

// A record's body with what stands before it: magic, version, check sum. For the encoder, and for a fuzzer
// that wants to come past the check sum.
std::string framed_observations(std::string_view body);
std::string encode_observations(const Observations& observations, const ReadyPhrases& phrases);
// The run as these phrases read it, ready to be judged. kUnsupported: of another parser's version; kCorrupt:
// none of ours, or broken.
Result<ObservedRun> decode_observations(ByteView bytes, const ReadyPhrases& phrases,
                                        const PhraseChanges& since = {});

}  // namespace storesweep
