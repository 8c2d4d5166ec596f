// What Tesseract read in a picture of the screen: its TSV (one row a page, block, paragraph, line and word),
// the labels that a person would see in it, and the record of one reading as a journal keeps it. Chinese is
// joined without blanks whatever the tool put between, Latin words keep theirs; what stands far apart in one
// line is two labels, and the lines of one paragraph are one, as in a text view. Pure; see dump.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/android/dump.h"
#include "common/android/hierarchy.h"
#include "common/base/hash.h"
#include "common/base/status.h"

namespace storesweep::android {

inline constexpr std::size_t kMaxPictureTextBytes = 4u << 20;
inline constexpr std::size_t kMaxPictureWords = 20'000;
inline constexpr std::size_t kMaxPictureLabels = 2'000;
inline constexpr int kMaxPicturePx = 20'000;  // of a side
// The tool is less sure of what is no text at all: below this, of a hundred, a word is left out.
inline constexpr double kLeastWordConfidence = 30;
inline constexpr double kLeastLabelConfidence = 50;  // the mean of a label's words
inline constexpr double kLeastLaterConfidence = 80;  // of a label that only a later pass has

struct PictureWord {
  std::string text;
  Bounds bounds;
  double confidence = 0;  // 0 to 100
  int pass = 0;           // which of the readings behind one another, each with its heading
  int block = 0, paragraph = 0, line = 0;
};
// Rows of other levels are known and skipped. A row that breaks the form, or names a place outside of any
// picture, is unknown and relevant: a word may have stood there.
Parsed<PictureWord> parse_tesseract_tsv(std::string_view tsv);

struct PictureLabel {
  std::string text;
  Bounds bounds;
  double confidence = 0;
  int lines = 1;
};
// A later pass adds what the first has nothing of: each way of looking at a page overlooks something.
std::vector<PictureLabel> labels_of(const std::vector<PictureWord>& words);

// One reading: which tool read which picture, and of which look at the screen.
struct PictureReading {
  std::string tool;       // "tesseract 5.3.0"
  std::string languages;  // "chi_sim+eng"
  std::string package;    // whose window had the focus, before the picture and after it
  Digest screenshot{};
  std::optional<Digest> hierarchy;  // of the XML that showed nothing; nothing: there was none
  std::string tsv;                  // as the tool printed it
};
// A line of JSON, then the TSV.
std::string picture_record(const PictureReading& reading);
Result<PictureReading> parse_picture_record(std::string_view data);

// What the tool says of itself: "tesseract 5.3.0" of `--version`; empty for other text.
std::string tesseract_version(std::string_view text);
// Whether `--list-langs` names it.
bool tesseract_knows(std::string_view list, std::string_view language);

}  // namespace storesweep::android
