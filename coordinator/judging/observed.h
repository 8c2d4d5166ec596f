// Where observation records (common/judge/observations.h) lie beside the blobs, and how a request names one
// instead of a journal: a judging child reads it itself, so that it need not go through a pipe. The folder is
// a cache: what is lost or broken is parsed anew. Blocks on the disk; no thread rule.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/hash.h"
#include "common/base/status.h"
#include "common/judge/observations.h"

namespace storesweep {

// FOLDER/VERSION, below which those of this parser's version lie.
std::string observed_folder(const std::string& folder);
bool has_observed(const std::string& folder, const Digest& journal);
// kNotFound, kExhausted.
Result<std::string> read_observed(const std::string& folder, const Digest& journal);
// Not durable: it can be made again.
Status write_observed(const std::string& folder, const Digest& journal, std::string_view record);
// Asks of each journal that has one whether it is gone: then it is removed, and so are records of other
// versions. Value: how many.
Result<std::int64_t> sweep_observed(const std::string& folder,
                                    const std::function<bool(const Digest& journal)>& gone);

// The phrases that records there were read by, each set once under its digest. Not durable either.
Status write_phrases(const std::string& folder, const ReadyPhrases& phrases);
// What changed since each of them, found out when it is first asked for. Not for several threads at once.
PhraseChanges changes_kept_in(const std::string& folder, const android::Phrases& now);

std::string observed_reference(const Digest& journal);
std::optional<Digest> referenced(std::string_view part);  // nothing: it is no reference

}  // namespace storesweep
