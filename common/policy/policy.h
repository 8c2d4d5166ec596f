// What the text of a privacy policy declares: which kinds of personal information are collected, which it
// says are not, the third parties and SDKs that it names and what they take, how often, in the background,
// what it tells of directed push and of starting by itself, and how to reach its operator. The words by which
// it is read are data (phrases.h).
//
// A document that is no policy (no title of one, or nobody is spoken to) declares nothing. What is declared
// is what the text says, never what is true; what it does not declare it may still mean in words that are not
// known here: `mentions` is wider than `declares` for those who would accuse. Pure; safe for concurrent use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/policy/document.h"
#include "common/policy/frequency.h"
#include "common/policy/phrases.h"
#include "common/policy/sentence.h"

namespace storesweep::policy {

inline constexpr std::size_t kMaxPolicyBytes = std::size_t{8} << 20;  // of one as it comes
inline constexpr std::size_t kMaxStatements = 20'000;
inline constexpr std::size_t kMaxSdkRows = 2'000;
inline constexpr std::size_t kMaxCellBytes = 4'096;  // more of a cell or name is not read
inline constexpr std::size_t kMaxNameBytes = 200;

// One sentence (or row) about one kind.
struct Statement {
  std::string kind;  // id of rules/sources.yaml, or of a wider word of rules/policy.yaml
  Said said = Said::kMentioned;
  Span where;
  bool of_sdk = false;          // a third party does it
  bool background = false;      // also in the background, in silence
  bool not_background = false;  // it says: not there
  std::optional<Frequency> frequency;
};

struct SdkRow {
  std::string name, company, purpose, link, frequency;
  std::vector<std::string> kinds;  // as in Statement
  Span where;
};

// Something that a policy tells, or says it does not do.
struct Told {
  bool told = false, denied = false;
  std::vector<Span> where;  // of what was told; the first kMaxPlaces
};
inline constexpr std::size_t kMaxPlaces = 50;

struct Policy {
  std::string text;         // as spans count
  bool recognised = false;  // it is a policy
  std::vector<Statement> statements;
  std::vector<SdkRow> sdks;
  Told push;          // directed push, personalised recommendation
  Told push_scenes;   // where, near a place that tells of push
  Told push_closing;  // how to close it, likewise
  Told self_start, associated_start;
  Told cancellation, retention, answer_15_days, contact, complaint;
  std::string operator_name;
  std::string updated, effective;  // YYYY-MM-DD

  bool declares(std::string_view kind) const;  // or one of the wider words that cover it
  bool mentions(std::string_view kind) const;  // in whatever way
  // Some sentence on the kind speaks of the background, and does not deny it.
  bool tells_background(std::string_view kind) const { return background_place(kind).has_value(); }
  std::optional<Span> background_place(std::string_view kind) const;  // the first one

  struct Wider {
    std::string id;
    std::vector<std::string> covers;
  };
  std::vector<Wider> wider;  // of the book
};

// kExhausted when it is larger than the bounds, kInvalid when it is no UTF-8 text.
Result<Policy> read_policy_untrusted(std::string_view bytes, const Book& book);

// As text for people and programs: one JSON object.
std::string policy_to_json(const Policy& policy);

}  // namespace storesweep::policy
