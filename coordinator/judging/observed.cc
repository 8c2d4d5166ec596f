#include "coordinator/judging/observed.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/judge/observations.h"

namespace storesweep {
namespace {
namespace fs = std::filesystem;
constexpr std::string_view kReference = "SSOBSREF";

std::string path_of(const std::string& folder, const Digest& journal) {
  const std::string hex = to_hex(journal);
  return observed_folder(folder) + "/" + hex.substr(0, 2) + "/" + hex;
}

constexpr std::string_view kPhrases = ".phrases";
constexpr std::size_t kMaxPhrasesBytes = 16u << 20;
std::string phrases_path(const std::string& folder, const Digest& digest) {
  return observed_folder(folder) + "/" + to_hex(digest) + std::string(kPhrases);
}

// Whole or not at all; not durable.
Status put(const std::string& path, std::string_view bytes) {
  const std::string half = path + "." + std::to_string(::getpid()) + ".tmp";
  TRY(make_folders(fs::path(path).parent_path().string()));
  {
    const Fd fd(::open(half.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd) return errno_status(half, errno);
    TRY(write_all(fd.get(), bytes, half));
  }
  return ::rename(half.c_str(), path.c_str()) == 0 ? ok_status() : errno_status(path, errno);
}

Result<android::Phrases> read_phrases(const std::string& folder, const Digest& digest) {
  TRY_ASSIGN(const std::string bytes, read_file(phrases_path(folder, digest), kMaxPhrasesBytes));
  if (sha256(bytes) != digest) return corrupt(phrases_path(folder, digest) + " is not what its name says");
  return decode_phrases(as_bytes(bytes));
}
}  // namespace

std::string observed_folder(const std::string& folder) {
  return folder + "/" + std::to_string(kParserVersion);
}

bool has_observed(const std::string& folder, const Digest& journal) {
  std::error_code error;
  return !folder.empty() && fs::exists(path_of(folder, journal), error);
}

Result<std::string> read_observed(const std::string& folder, const Digest& journal) {
  return read_file(path_of(folder, journal), kMaxObservationBytes);
}

Status write_observed(const std::string& folder, const Digest& journal, std::string_view record) {
  return put(path_of(folder, journal), record);
}

Status write_phrases(const std::string& folder, const ReadyPhrases& phrases) {
  const std::string path = phrases_path(folder, phrases.digest);
  std::error_code error;
  return fs::exists(path, error) ? ok_status() : put(path, phrases.encoded);
}

PhraseChanges changes_kept_in(const std::string& folder, const android::Phrases& now) {
  const auto known = std::make_shared<std::map<Digest, std::optional<PhraseChange>>>();
  return [=](const Digest& read_by) -> const PhraseChange* {
    auto at = known->find(read_by);
    if (at == known->end()) {
      const auto before = read_phrases(folder, read_by);
      at = known->try_emplace(read_by).first;
      if (before.ok()) at->second.emplace(*before, now);
    }
    return at->second ? &*at->second : nullptr;
  };
}

Result<std::int64_t> sweep_observed(const std::string& folder,
                                    const std::function<bool(const Digest& journal)>& gone) {
  std::error_code error;
  if (folder.empty() || !fs::exists(folder, error)) return std::int64_t{0};
  std::int64_t removed = 0;
  for (fs::directory_iterator version(folder, error), end; !error && version != end;
       version.increment(error)) {
    if (version->path() != fs::path(observed_folder(folder)))
      removed += static_cast<std::int64_t>(fs::remove_all(version->path(), error));
  }
  std::vector<fs::path> old;
  for (fs::recursive_directory_iterator at(observed_folder(folder), error), end; !error && at != end;
       at.increment(error)) {
    if (!at->is_regular_file(error) || at->path().extension() == kPhrases) continue;
    const auto journal = digest_from_hex(at->path().filename().string());
    if (!journal || gone(*journal)) old.push_back(at->path());
  }
  for (const fs::path& path : old) removed += fs::remove(path, error) ? 1 : 0;
  return removed;
}

std::string observed_reference(const Digest& journal) {
  return std::string(kReference) + std::string(as_text(journal));
}

std::optional<Digest> referenced(std::string_view part) {
  if (part.size() != kReference.size() + 32 || !starts_with(part, kReference)) return std::nullopt;
  Digest out{};
  std::copy(part.begin() + kReference.size(), part.end(), out.begin());
  return out;
}

}  // namespace storesweep
