#include "worker/apk/native.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/base/text.h"

namespace storesweep::apk {
namespace {
// System V ABI, chapters 4 and 5; machine numbers of <elf.h>.
constexpr std::uint32_t kLoad = 1, kDynamic = 2;
constexpr std::uint64_t kNeeded = 1, kHash = 4, kStrTab = 5, kSymTab = 6, kStrSize = 10, kSoname = 14,
                        kGnuHash = 0x6ffffef5;
constexpr std::uint16_t kSharedObject = 3;
constexpr std::size_t kMaxSegments = 1'000, kMaxDynamic = 10'000;

std::string abi_of(std::uint16_t machine, bool wide) {
  switch (machine) {
    case 3:
      return "x86";
    case 8:
      return wide ? "mips64" : "mips";
    case 40:
      return "armeabi-v7a";
    case 62:
      return "x86_64";
    case 183:
      return "arm64-v8a";
    case 243:
      return "riscv64";
    default:
      return "";
  }
}

struct Segment {
  std::uint64_t at = 0, address = 0, bytes = 0;
};

class Elf {
 public:
  explicit Elf(ByteView bytes) : bytes_(bytes), r_(bytes) {}
  Result<NativeLibrary> read();

 private:
  std::uint64_t word() { return wide_ ? r_.u64() : r_.u32(); }
  Status read_header();
  Status read_segments();
  void read_dynamic();
  void read_symbols();
  std::uint64_t symbol_count();
  std::uint64_t gnu_symbol_count(std::uint64_t at);
  std::optional<std::uint64_t> file_offset(std::uint64_t address) const;
  std::string name_at(std::uint64_t index) const;
  bool goes_to(std::uint64_t address) {
    const auto at = file_offset(address);
    if (!at || *at > bytes_.size()) return false;
    r_.seek(static_cast<std::size_t>(*at));
    return true;
  }

  ByteView bytes_;
  ByteReader r_;
  bool wide_ = false;
  std::uint64_t segments_at_ = 0;
  std::uint16_t segment_bytes_ = 0, segment_count_ = 0;
  std::vector<Segment> loaded_;
  std::optional<Segment> dynamic_;
  std::uint64_t strings_ = 0, strings_bytes_ = 0, symbols_ = 0, hash_ = 0, gnu_hash_ = 0;
  std::uint64_t soname_ = 0;
  std::vector<std::uint64_t> needed_;
  NativeLibrary out_;
};

Result<NativeLibrary> Elf::read() {
  TRY(read_header());
  TRY(read_segments());
  if (!dynamic_) return corrupt("ELF: no dynamic segment");
  read_dynamic();
  if (soname_ != 0) out_.soname = name_at(soname_);
  for (std::uint64_t n : needed_) out_.needed.push_back(name_at(n));
  read_symbols();
  std::ranges::sort(out_.jni_exports);
  return std::move(out_);
}

Status Elf::read_header() {
  const ByteView ident = r_.take(16);
  if (!r_.ok() || as_text(ident.first(4)) !=
                      "\x7f"
                      "ELF")
    return corrupt("ELF: no magic number");
  if (ident[4] != 1 && ident[4] != 2) return corrupt("ELF: neither 32 nor 64 bits");
  if (ident[5] != 1) return corrupt("ELF: not little endian");
  wide_ = ident[4] == 2;
  if (r_.u16() != kSharedObject) return corrupt("ELF: not a shared object");
  out_.abi = abi_of(r_.u16(), wide_);
  r_.skip(4);  // version
  word();      // entry
  segments_at_ = word();
  word();  // sections
  r_.skip(4 + 2);
  segment_bytes_ = r_.u16();
  segment_count_ = r_.u16();
  return r_.ok() ? ok_status() : corrupt("ELF: the header is cut off");
}

Status Elf::read_segments() {
  if (segment_count_ > kMaxSegments || segment_bytes_ != (wide_ ? 56 : 32))
    return corrupt("ELF: program headers");
  if (segments_at_ > bytes_.size()) return corrupt("ELF: program headers lie behind the end");
  r_.seek(static_cast<std::size_t>(segments_at_));
  for (std::uint16_t i = 0; i < segment_count_; ++i) {
    const std::uint32_t type = r_.u32();
    if (wide_) r_.skip(4);  // flags
    Segment s;
    s.at = word();
    s.address = word();
    word();  // physical address
    s.bytes = word();
    word();  // in memory
    if (!wide_) r_.skip(4);
    word();  // alignment
    if (!r_.ok()) return corrupt("ELF: program headers are cut off");
    if (type == kLoad) loaded_.push_back(s);
    if (type == kDynamic) dynamic_ = s;
  }
  return ok_status();
}

std::optional<std::uint64_t> Elf::file_offset(std::uint64_t address) const {
  for (const Segment& s : loaded_) {
    if (address >= s.address && address - s.address < s.bytes) return s.at + (address - s.address);
  }
  return std::nullopt;
}

void Elf::read_dynamic() {
  if (!goes_to(dynamic_->address)) return;
  for (std::size_t i = 0; i < kMaxDynamic; ++i) {
    const std::uint64_t tag = word(), value = word();
    if (!r_.ok() || tag == 0) return;
    if (tag == kNeeded && needed_.size() < kMaxElfNeeded) needed_.push_back(value);
    if (tag == kSoname) soname_ = value;
    for (const auto& [known, field] :
         {std::pair{kHash, &hash_}, std::pair{kStrTab, &strings_}, std::pair{kSymTab, &symbols_},
          std::pair{kStrSize, &strings_bytes_}, std::pair{kGnuHash, &gnu_hash_}}) {
      if (tag == known) *field = value;
    }
  }
}

std::string Elf::name_at(std::uint64_t index) const {
  const auto at = file_offset(strings_);
  if (!at || index >= strings_bytes_ || *at > bytes_.size() || index >= bytes_.size() - *at) return "";
  const std::string_view rest =
      as_text(bytes_).substr(static_cast<std::size_t>(*at + index), kMaxElfNameBytes);
  return clean_utf8(rest.substr(0, rest.find('\0')));
}

// How many symbols there are stands in the hash table alone.
std::uint64_t Elf::symbol_count() {
  if (hash_ != 0 && goes_to(hash_)) {
    r_.skip(4);
    const std::uint32_t count = r_.u32();
    if (r_.ok()) return count;
  }
  return gnu_hash_ != 0 ? gnu_symbol_count(gnu_hash_) : 0;
}

// The last chain's end: the entry with its lowest bit set.
std::uint64_t Elf::gnu_symbol_count(std::uint64_t address) {
  if (!goes_to(address)) return 0;
  const std::uint32_t buckets = r_.u32(), first = r_.u32(), bloom = r_.u32();
  r_.skip(4 + std::size_t{bloom} * (wide_ ? 8 : 4));
  std::uint64_t last = 0;
  for (std::uint32_t i = 0; i < buckets && r_.ok(); ++i) last = std::max<std::uint64_t>(last, r_.u32());
  if (!r_.ok() || last < first) return first;
  r_.skip(static_cast<std::size_t>(last - first) * 4);
  while (r_.ok() && last < kMaxElfSymbols) {
    ++last;
    if ((r_.u32() & 1) != 0) break;
  }
  return last;
}

void Elf::read_symbols() {
  const std::uint64_t count = std::min<std::uint64_t>(symbol_count(), kMaxElfSymbols);
  const auto strings = file_offset(strings_);
  if (!strings || *strings > bytes_.size() || !goes_to(symbols_)) return;
  const std::string_view names =
      as_text(bytes_.subspan(static_cast<std::size_t>(*strings)))
          .substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(strings_bytes_, bytes_.size())));
  for (std::uint64_t i = 0; i < count && out_.jni_exports.size() < kMaxJniExports; ++i) {
    const std::uint32_t name = r_.u32();
    std::uint16_t section = 0;
    if (wide_) {
      r_.skip(2);
      section = r_.u16();
      r_.skip(16);
    } else {
      r_.skip(8 + 2);
      section = r_.u16();
    }
    if (!r_.ok()) return;
    if (section == 0 || name >= names.size()) continue;  // not defined here
    const std::string_view text = names.substr(name, kMaxElfNameBytes);
    if (starts_with(text, "Java_")) out_.jni_exports.push_back(clean_utf8(text.substr(0, text.find('\0'))));
    out_.jni_on_load |= text.substr(0, text.find('\0')) == "JNI_OnLoad";
  }
}
}  // namespace

Result<NativeLibrary> read_native_library(ByteView bytes) { return Elf(bytes).read(); }

std::string jni_class(std::string_view exported) {
  if (!starts_with(exported, "Java_")) return "";
  exported.remove_prefix(5);
  std::string name;
  std::size_t method = std::string::npos;
  for (std::size_t i = 0; i < exported.size(); ++i) {
    if (exported[i] != '_') {
      name += exported[i];
      continue;
    }
    const char next = i + 1 < exported.size() ? exported[i + 1] : '\0';
    if (next == '_') break;  // the descriptor of an overload
    if (next == '1') {
      name += '_';
      ++i;
    } else if (next == '0') {  // _0xxxx, a character in UTF-16
      const auto unit = parse_int<unsigned>(exported.substr(std::min(i + 2, exported.size()), 4), 16);
      if (unit == '$') {
        name += '$';
      } else {
        name += '?';
      }
      i += 5;
    } else {
      method = name.size();
      name += '.';
    }
  }
  return method == std::string::npos ? "" : name.substr(0, method);
}

}  // namespace storesweep::apk
