// The stock tesseract as a child process: a screenshot in, its TSV out (common/android/picture_text.h), with
// a deadline, a cancel and bounds on memory, time and output, since pictures are made by apps. One thread of
// the tool each, and only so many at once for all devices of a worker. Safe for concurrent use.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "common/base/cancel.h"
#include "common/base/status.h"

namespace storesweep::observe {

inline constexpr std::string_view kPictureLanguages = "chi_sim+eng";
inline constexpr std::size_t kMaxPictureBytes = 32u << 20;

struct PictureOptions {
  std::string program = "tesseract";  // empty: pictures are not read, and runs say so
  int at_once = 0;                    // 0: half of this host's processors
};

class PictureReader {
 public:
  explicit PictureReader(PictureOptions options);

  // What the tool says of itself, asked once. kUnsupported: there is none, or it lacks a language, and which.
  Result<std::string> tool(const Deadline& deadline);
  // Waits for its turn. kUnsupported as above; kTimeout: the tool took too long, or the deadline passed;
  // kCancelled; kExhausted and kUnavailable: what the tool did with this picture.
  Result<std::string> read(const std::string& png, const Deadline& deadline);

 private:
  Result<std::string> ask_tool(const Deadline& deadline) const;
  Result<std::string> read_passes(const std::string& png, const Deadline& deadline) const;
  Status take_turn(const Deadline& deadline);

  const PictureOptions options_;
  std::mutex mutex_;
  std::optional<Result<std::string>> tool_;
  int free_;
};

}  // namespace storesweep::observe
