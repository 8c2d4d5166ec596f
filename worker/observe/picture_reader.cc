#include "worker/observe/picture_reader.h"

#include <algorithm>
#include <thread>

#include "common/android/picture_text.h"
#include "common/base/child.h"
#include "common/base/text.h"

namespace storesweep::observe {
namespace {
constexpr std::int64_t kReadMs = 60'000, kAskMs = 20'000, kTurnMs = 20;
constexpr std::size_t kMaxAnswerBytes = 64u << 10;
constexpr std::uint64_t kMemoryBytes = 2ull << 30, kCpuSeconds = 60;
constexpr int kNoProgram = 127;  // of a child that could not become it

ChildOptions command(const PictureOptions& options, std::vector<std::string> words) {
  ChildOptions out;
  out.command = {options.program};
  out.command.insert(out.command.end(), words.begin(), words.end());
  out.extra = {{"OMP_THREAD_LIMIT", "1"}, {"LC_ALL", "C"}};
  out.stderr_file = "/dev/null";
  out.memory_bytes = kMemoryBytes;
  out.cpu_seconds = kCpuSeconds;
  return out;
}
}  // namespace

PictureReader::PictureReader(PictureOptions options)
    : options_(std::move(options)),
      free_(options_.at_once > 0 ? options_.at_once
                                 : std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / 2)) {}

Result<std::string> PictureReader::ask_tool(const Deadline& deadline) const {
  if (options_.program.empty()) return unsupported("no program that reads pictures is configured");
  const Deadline soon = deadline.at_most_ms(kAskMs);
  TRY_ASSIGN(const ChildOutput said, run_child(command(options_, {"--version"}), "", kMaxAnswerBytes, soon));
  const std::string version = android::tesseract_version(said.out);
  if (said.exit_code == kNoProgram || version.empty())
    return unsupported(options_.program +
                       " is not there or no tesseract: install tesseract-ocr and its languages");
  TRY_ASSIGN(const ChildOutput known,
             run_child(command(options_, {"--list-langs"}), "", kMaxAnswerBytes, soon));
  for (std::string_view language : split(kPictureLanguages, '+')) {
    if (!android::tesseract_knows(known.out, language))
      return unsupported(version + " lacks the language " + std::string(language));
  }
  return version;
}

Result<std::string> PictureReader::tool(const Deadline& deadline) {
  std::lock_guard lock(mutex_);
  if (tool_) return *tool_;
  auto said = ask_tool(deadline);
  // A busy host is no reason to give up for good.
  if (said.ok() || said.status().kind() == ErrorKind::kUnsupported) tool_ = said;
  return said;
}

Status PictureReader::take_turn(const Deadline& deadline) {
  for (;;) {
    {
      std::lock_guard lock(mutex_);
      if (free_ > 0) return --free_, ok_status();
    }
    TRY(sleep_ms(kTurnMs, deadline));
    if (deadline.passed()) return timed_out("no turn to read a picture came");
  }
}

Result<std::string> PictureReader::read(const std::string& png, const Deadline& deadline) {
  TRY(tool(deadline).status());
  if (png.size() > kMaxPictureBytes) return exhausted("a picture of more than 32 MiB is not read");
  TRY(take_turn(deadline));
  auto tsv = read_passes(png, deadline.at_most_ms(kReadMs));
  std::lock_guard lock(mutex_);
  ++free_;
  return tsv;
}

// As one block of text first (6), which reads sentences best, then as sparse text (11) for what stands alone,
// and the block once more by the whole page's contrast. Sauvola's threshold (2) goes by each letter's
// surroundings, for buttons have grounds of their own; the page's own (0) finds some that it misses.
Result<std::string> PictureReader::read_passes(const std::string& png, const Deadline& deadline) const {
  static constexpr std::pair<const char*, const char*> kPasses[] = {{"6", "2"}, {"11", "2"}, {"6", "0"}};
  std::string all;
  for (const auto& [mode, threshold] : kPasses) {
    auto said =
        run_child(command(options_, {"stdin", "stdout", "-l", std::string(kPictureLanguages), "--psm", mode,
                                     "-c", std::string("thresholding_method=") + threshold, "tsv"}),
                  png, android::kMaxPictureTextBytes / std::size(kPasses), deadline);
    if (!said.ok()) return said.status();
    if (said->exit_code != 0)
      return unavailable(options_.program + " ended with " + std::to_string(said->exit_code));
    all += said->out;
  }
  return all;
}

}  // namespace storesweep::observe
