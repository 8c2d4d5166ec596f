// A zip file as Android's installer reads it (AOSP system/libziparchive, zip_archive.cc; libs/androidfw,
// ZipFileRO.cpp and ApkAssets.cpp): the central directory rules, its sizes and offsets count, a name stands
// there once, and what is not deflated is stored, whatever its method says. Where releases of the platform
// differ, the archive opens if one of them opens it, and problems() says who would not.
// Hostile input; every count and size is bounded. The bytes must outlive the archive. Values; reading members
// is safe from several threads.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "worker/apk/budget.h"

namespace storesweep::apk {

inline constexpr std::size_t kMaxZipEntries = 500'000;      // 28 MB of index
inline constexpr std::uint32_t kMaxZipProblemsOfAKind = 8;  // told one by one; the rest is only counted
// A member up to this size is inflated in one go, a larger one in pieces.
inline constexpr std::size_t kMaxWholeMemberBytes = 32u << 20;
inline constexpr std::size_t kStreamPieceBytes = 1u << 20;
inline constexpr int kNewestApi = 36;  // Android 16, the newest that is known here

struct ZipEntry {
  std::string_view name;  // bytes of the archive; valid UTF-8 without NUL
  std::uint64_t compressed_bytes = 0;
  std::uint64_t bytes = 0;      // as declared
  std::uint64_t header_at = 0;  // of the local header
  std::uint32_t crc32 = 0;
  std::uint16_t method = 0, flags = 0;

  bool deflated() const { return method == 8; }
  // As the platform's JAR reader takes it (StrictJarFile): what is not stored is inflated, whatever its
  // method.
  ZipEntry as_jar_entry() const {
    ZipEntry out = *this;
    if (method != 0) out.method = 8;
    return out;
  }
  // Bytes of the archive that hold the content: a stored member is as long as it says it is.
  std::uint64_t stored_bytes() const { return deflated() ? compressed_bytes : bytes; }
};

// What is not as it should be. Names: zip_problem_name().
enum class ZipProblemKind : std::uint8_t {
  kPrefixed,            // bytes before the first member (Janus: a dex file that is also an APK)
  kEncryptedFlag,       // bit 0 of the flags, though the content is plain
  kUnknownMethod,       // neither stored nor deflated: read as stored
  kLocalHeaderDiffers,  // sizes, method, CRC or flags other than in the directory
  kLocalNameDiffers,
  kNoLocalHeader,
  kBadOffset,  // the content would lie outside, or in the directory
  kOverlap,    // two members share bytes
  kSizeLies,   // declares more than its bytes can inflate to
  kDuplicateName,
  kNameNotUtf8,
  kNameHasNul,
  kNameEmpty,
  kNameEscapes,   // "..", absolute, backslashes: of no use to the installer, of use to a victim tool
  kNameTooLong,   // longer than PATH_MAX
  kFileIsFolder,  // "a" and "a/b"
  kZip64,
  kCountDiffers,  // the end record counts other entries than there are
  kSeveralDisks,
  kDirectoryGap,  // bytes between the directory and its end record: no scheme but v1 is looked for
};
inline constexpr std::size_t kZipProblemKinds = 20;
std::string_view zip_problem_name(ZipProblemKind kind);  // "duplicate-name"

struct ApiRange {
  int from = 1, to = kNewestApi;  // from > to: none
  bool none() const { return from > to; }
  bool operator==(const ApiRange&) const = default;
};

struct ZipProblem {
  ZipProblemKind kind;
  std::string member;         // clean UTF-8, cut; empty: the archive as a whole
  ApiRange refused = {0, 0};  // platforms that do not install such a file; 0, 0: none
  bool operator==(const ZipProblem&) const = default;
};

// The first few of each kind, and how many there are of each; refusals count all.
struct ZipProblems {
  std::vector<ZipProblem> list;
  std::array<std::uint32_t, kZipProblemKinds> counts{};  // by kind
  ApiRange installable;  // API levels whose platform takes the file, as far as the archive goes
  void add(ZipProblemKind kind, std::string_view member, ApiRange refused = {0, 0});
  std::uint32_t count(ZipProblemKind kind) const { return counts[static_cast<std::size_t>(kind)]; }
  bool has(ZipProblemKind kind) const { return count(kind) > 0; }
  bool none() const { return list.empty(); }
};

// Gets a member's content piece by piece; an error ends the reading and is returned.
using ZipSink = std::function<Status(ByteView piece)>;

class ZipArchive {
 public:
  // kCorrupt for what no platform opens, kExhausted for more members than kMaxZipEntries.
  static Result<ZipArchive> open(ByteView file);

  // In the directory's order. What has no proper name is a problem and not here.
  const std::vector<ZipEntry>& entries() const { return entries_; }
  const ZipEntry* find(std::string_view name) const;  // the first of that name

  // The member's bytes as they lie in the file (deflated ones not inflated). A stored member needs no copy.
  Result<ByteView> raw(const ZipEntry& entry) const;
  // The member's content; kExhausted when it says that it is larger than max_bytes.
  Result<Bytes> read(const ZipEntry& entry, std::size_t max_bytes) const;
  // The same where it lies when it is stored, else inflated into `room`, which grows as it must and can be
  // used again.
  Result<ByteView> view(const ZipEntry& entry, std::size_t max_bytes, Bytes& room) const;
  // The same in pieces, for members that nobody wants to hold: at most 34 MB of memory, whatever its size. A
  // stored member comes as views into the file.
  Status stream(const ZipEntry& entry, Budget& budget, const ZipSink& sink) const;

  std::uint64_t directory_at() const { return directory_at_; }
  std::uint64_t directory_bytes() const { return directory_bytes_; }
  std::uint64_t directory_end_at() const { return directory_end_at_; }  // of the end record (EOCD)
  // The file does not begin with a member: a platform patched against Janus (2017) refuses it.
  bool prefixed() const { return prefixed_; }

  // What is wrong with the directory, known once it is open.
  const ZipProblems& problems() const { return problems_; }
  // The same and what is wrong with the local headers; looks at each.
  Result<ZipProblems> check_members(Budget& budget) const;

 private:
  Status read_directory(ByteView directory, std::uint64_t count);
  void check_names();
  bool find_folder(std::string_view name) const;

  ByteView file_;
  std::vector<ZipEntry> entries_;
  std::vector<std::uint32_t> by_name_;  // indices of entries_, sorted by name
  ZipProblems problems_;
  std::uint64_t directory_at_ = 0, directory_bytes_ = 0, directory_end_at_ = 0;
  bool prefixed_ = false;
};

}  // namespace storesweep::apk
