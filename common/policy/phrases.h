// The words by which a privacy policy is read. They are data (rules/policy.yaml, loaded elsewhere): nothing
// of them is built in. Phrases is what the file says; Book is the same made ready to match. Pure values; a
// Book may be shared between threads once it is made.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/policy/words.h"

namespace storesweep::policy {

using WordList = std::vector<std::string>;

// How a sentence speaks of a kind.
enum class Role : std::uint8_t {
  kDecoy,
  kCollect,
  kGive,
  kUse,
  kNegate,
  kDeny,
  kContrast,
  kUs,
  kThem,
  kAlien,
  kYouMay,
  kRefuse,
  kManage,
  kTakenFor,
  kEarnest,
  kPurpose,
  kDefinition,
  kPassive,
  kBackground
};
enum class Topic : std::uint8_t {
  kPush,
  kClose,
  kScene,
  kSelfStart,
  kAssociatedStart,
  kNegate,
  kAffirm,
  kCancellation,
  kRetention,
  kAnswer15,
  kContact,
  kComplaint,
  kUpdated,
  kEffective,
  kOperator
};
enum class Section : std::uint8_t { kNone, kCollection, kDenied, kChildren, kOther };
enum class Column : std::uint8_t { kNone, kSdk, kCompany, kKinds, kPermission, kPurpose, kFrequency, kLink };
enum class Mark : std::uint8_t { kTitle, kNoTitle, kAddressed, kSpeaking, kItself, kSdkTitle, kSdkHeading };

struct KindWords {
  std::string id;  // of rules/sources.yaml, or of a wider word
  WordList words;
  std::vector<std::string> covers;  // only of a wider word: kinds that it may mean
};

template <class E>
struct NamedList {
  std::string_view name;  // in the file
  E is;
};
inline constexpr NamedList<Role> kRoleLists[] = {{"decoys", Role::kDecoy},
                                                 {"collect", Role::kCollect},
                                                 {"give", Role::kGive},
                                                 {"use", Role::kUse},
                                                 {"negate", Role::kNegate},
                                                 {"deny", Role::kDeny},
                                                 {"contrast", Role::kContrast},
                                                 {"us", Role::kUs},
                                                 {"them", Role::kThem},
                                                 {"alien", Role::kAlien},
                                                 {"you_may", Role::kYouMay},
                                                 {"refuse", Role::kRefuse},
                                                 {"manage", Role::kManage},
                                                 {"taken_for", Role::kTakenFor},
                                                 {"earnest", Role::kEarnest},
                                                 {"purpose", Role::kPurpose},
                                                 {"definition", Role::kDefinition},
                                                 {"passive", Role::kPassive},
                                                 {"background", Role::kBackground}};
inline constexpr NamedList<Topic> kTopicLists[] = {{"push", Topic::kPush},
                                                   {"close", Topic::kClose},
                                                   {"scene", Topic::kScene},
                                                   {"self_start", Topic::kSelfStart},
                                                   {"associated_start", Topic::kAssociatedStart},
                                                   {"topic_negate", Topic::kNegate},
                                                   {"topic_affirm", Topic::kAffirm},
                                                   {"cancellation", Topic::kCancellation},
                                                   {"retention", Topic::kRetention},
                                                   {"answer_15", Topic::kAnswer15},
                                                   {"contact", Topic::kContact},
                                                   {"complaint", Topic::kComplaint},
                                                   {"updated", Topic::kUpdated},
                                                   {"effective", Topic::kEffective},
                                                   {"operator", Topic::kOperator}};
inline constexpr NamedList<Section> kSectionLists[] = {{"collection", Section::kCollection},
                                                       {"denied", Section::kDenied},
                                                       {"children", Section::kChildren},
                                                       {"other", Section::kOther}};
inline constexpr NamedList<Column> kColumnLists[] = {{"sdk", Column::kSdk},
                                                     {"company", Column::kCompany},
                                                     {"kinds", Column::kKinds},
                                                     {"purpose", Column::kPurpose},
                                                     {"frequency", Column::kFrequency},
                                                     {"link", Column::kLink},
                                                     {"permission", Column::kPermission}};
inline constexpr NamedList<Mark> kMarkLists[] = {
    {"titles", Mark::kTitle},           {"no_titles", Mark::kNoTitle},   {"speaking", Mark::kSpeaking},
    {"itself", Mark::kItself},          {"addressed", Mark::kAddressed}, {"sdk_titles", Mark::kSdkTitle},
    {"sdk_headings", Mark::kSdkHeading}};

struct Phrases {
  std::vector<KindWords> kinds;  // of one kind, then wider words
  // By the numbers of the enumerations above.
  std::array<WordList, std::size(kRoleLists)> roles;
  std::array<WordList, std::size(kTopicLists)> topics;
  std::array<WordList, std::size(kSectionLists) + 1> sections;
  std::array<WordList, std::size(kColumnLists) + 1> columns;
  std::array<WordList, std::size(kMarkLists)> marks;
};

// Nothing missing, empty, too short, or twice in what is matched at once.
Status check_phrases(const Phrases& phrases);

class Book {
 public:
  explicit Book(const Phrases& phrases);

  // Tags of `sentence`: a role, or kFirstKind and the number of a kind.
  static constexpr std::uint16_t kFirstKind = 64;
  WordIndex sentence, topic, section, column, mark;
  std::vector<KindWords> kinds;
};

}  // namespace storesweep::policy
