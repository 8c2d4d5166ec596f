#include "worker/apk/zip.h"

#include <algorithm>

#include "common/base/text.h"
#include "worker/apk/zip_records.h"

namespace storesweep::apk {
namespace {
constexpr std::size_t kMaxShownNameBytes = 256;
constexpr std::size_t kPathMax = 4096;  // Linux

// Which releases refuse. 18 to 20: java.util.zip.ZipFile of 4.3 and 4.4 looked at flags and doubles (after
// CVE-2013-4787); since 21 libziparchive opens what is installed. 27: the check against Janus
// (CVE-2017-13156), in older ones with the security patch of December 2017. 31: the first with zip64.
constexpr ApiRange kNone = {0, 0}, kSince18 = {18, kNewestApi}, kSince21 = {21, kNewestApi},
                   kSince27 = {27, kNewestApi}, kFrom18To20 = {18, 20}, kUntil30 = {1, 30};

bool escapes(std::string_view name) {
  if (starts_with(name, "/") || name.find('\\') != std::string_view::npos) return true;
  return name == ".." || starts_with(name, "../") || ends_with(name, "/..") ||
         name.find("/../") != std::string_view::npos;
}
}  // namespace

void ZipProblems::add(ZipProblemKind kind, std::string_view member, ApiRange refused) {
  const std::uint32_t before = counts[static_cast<std::size_t>(kind)]++;
  if (refused.to > 0) {
    if (refused.from > installable.from && refused.to >= installable.to) {
      installable.to = std::min(installable.to, refused.from - 1);
    } else {  // refused in the middle leaves the older releases out: one range is enough for anybody
      installable.from = std::max(installable.from, refused.to + 1);
    }
  }
  if (before < kMaxZipProblemsOfAKind) {
    list.push_back({kind, clean_utf8(member.substr(0, kMaxShownNameBytes)), refused});
  }
}

std::string_view zip_problem_name(ZipProblemKind kind) {
  static constexpr std::string_view kNames[] = {"prefixed",
                                                "encrypted-flag",
                                                "unknown-method",
                                                "local-header-differs",
                                                "local-name-differs",
                                                "no-local-header",
                                                "bad-offset",
                                                "overlap",
                                                "size-lies",
                                                "duplicate-name",
                                                "name-not-utf8",
                                                "name-has-nul",
                                                "name-empty",
                                                "name-escapes",
                                                "name-too-long",
                                                "file-is-folder",
                                                "zip64",
                                                "count-differs",
                                                "several-disks",
                                                "directory-gap"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<ZipArchive> ZipArchive::open(ByteView file) {
  TRY_ASSIGN(DirectoryEnd end, find_directory_end(file));
  if (end.count > kMaxZipEntries) {
    return exhausted("zip: " + std::to_string(end.count) + " members, more than " +
                     std::to_string(kMaxZipEntries));
  }
  ZipArchive zip;
  zip.file_ = file;
  zip.directory_at_ = end.directory_at;
  zip.directory_bytes_ = end.directory_bytes;
  zip.directory_end_at_ = end.at;
  ByteReader first(file);
  zip.prefixed_ = first.u32() != kLocalHeader;
  if (zip.prefixed_) zip.problems_.add(ZipProblemKind::kPrefixed, "", kSince27);
  if (end.zip64) zip.problems_.add(ZipProblemKind::kZip64, "", kUntil30);
  if (end.several_disks) zip.problems_.add(ZipProblemKind::kSeveralDisks, "", kNone);
  if (!end.zip64 && end.directory_at + end.directory_bytes != end.at) {
    zip.problems_.add(ZipProblemKind::kDirectoryGap, "", kNone);
  }
  TRY(zip.read_directory(file.subspan(end.directory_at, end.directory_bytes), end.count));
  zip.check_names();
  return zip;
}

Status ZipArchive::read_directory(ByteView directory, std::uint64_t count) {
  using enum ZipProblemKind;
  ByteReader r(directory);
  entries_.reserve(std::min<std::uint64_t>(count, directory.size() / 46));
  for (std::uint64_t i = 0; i < count; ++i) {
    std::optional<DirectoryEntry> read = read_directory_entry(r);
    auto here = [i] { return "zip: directory entry " + std::to_string(i); };
    if (!read) return corrupt(here() + (r.ok() ? ": no signature" : ": cut off"));
    const ZipEntry& entry = read->entry;
    if (entry.header_at >= directory_at_) return corrupt(here() + ": its content would lie in the directory");
    if (read->zip64 && !problems_.has(kZip64)) problems_.add(kZip64, entry.name, kUntil30);
    if (entry.name.find('\0') != std::string_view::npos) {
      problems_.add(kNameHasNul, entry.name, kSince18);
    } else if (!valid_utf8(entry.name)) {
      problems_.add(kNameNotUtf8, entry.name, kSince21);
    } else {
      entries_.push_back(entry);
    }
  }
  if (r.left() != 0) problems_.add(kCountDiffers, "", kNone);
  return ok_status();
}

void ZipArchive::check_names() {
  using enum ZipProblemKind;
  by_name_.resize(entries_.size());
  for (std::uint32_t i = 0; i < by_name_.size(); ++i) by_name_[i] = i;
  std::ranges::sort(by_name_, [this](std::uint32_t a, std::uint32_t b) {
    int order = entries_[a].name.compare(entries_[b].name);
    return order != 0 ? order < 0 : a < b;
  });
  for (std::size_t i = 0; i < by_name_.size(); ++i) {
    const ZipEntry& entry = entries_[by_name_[i]];
    if (i > 0 && entries_[by_name_[i - 1]].name == entry.name) {
      problems_.add(kDuplicateName, entry.name, kSince18);
    }
    if (entry.name.empty()) problems_.add(kNameEmpty, "", kNone);
    if (escapes(entry.name)) problems_.add(kNameEscapes, entry.name, kNone);
    if (entry.name.size() >= kPathMax) problems_.add(kNameTooLong, entry.name, kNone);
    if ((entry.flags & kEncryptedBit) != 0) problems_.add(kEncryptedFlag, entry.name, kFrom18To20);
    if (entry.method != 0 && entry.method != 8) problems_.add(kUnknownMethod, entry.name, kNone);
    // "a" as a file, where the next in order lies in folder "a/".
    if (!entry.name.empty() && !ends_with(entry.name, "/") && find_folder(entry.name)) {
      problems_.add(kFileIsFolder, entry.name, kNone);
    }
  }
}

bool ZipArchive::find_folder(std::string_view name) const {
  std::string folder = std::string(name) + "/";
  auto at = std::ranges::lower_bound(by_name_, std::string_view(folder), {},
                                     [this](std::uint32_t i) { return entries_[i].name; });
  return at != by_name_.end() && starts_with(entries_[*at].name, folder);
}

const ZipEntry* ZipArchive::find(std::string_view name) const {
  auto at =
      std::ranges::lower_bound(by_name_, name, {}, [this](std::uint32_t i) { return entries_[i].name; });
  return at != by_name_.end() && entries_[*at].name == name ? &entries_[*at] : nullptr;
}

}  // namespace storesweep::apk
