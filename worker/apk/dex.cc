#include "worker/apk/dex.h"

#include <libdeflate.h>

#include <algorithm>
#include <ranges>

#include "common/base/text.h"

namespace storesweep::apk {
namespace {
// "Dalvik Executable format", header_item; the last two fields of a container's headers alone.
constexpr std::size_t kHeaderBytes = 0x70, kContainerHeaderBytes = 0x78;
constexpr std::uint32_t kLittleEndian = 0x12345678;
constexpr std::size_t kStringIdBytes = 4, kTypeIdBytes = 4, kProtoIdBytes = 12, kFieldIdBytes = 8,
                      kMethodIdBytes = 8, kClassDefBytes = 32, kCallSiteIdBytes = 4, kMethodHandleBytes = 8;
constexpr std::uint16_t kCallSiteIds = 0x0007, kMethodHandles = 0x0008;
constexpr std::size_t kCodeHeaderBytes = 16, kChecksumBytes = 12;

// The version in a magic number ("dex\n035\0"); 0: it is none. AOSP StandardDexFile::kDexMagicVersions.
int version_of(ByteView magic) {
  const std::string_view text = as_text(magic);
  if (text.size() < 8 || text.substr(0, 4) != "dex\n" || text[7] != '\0') return 0;
  return parse_int<int>(text.substr(4, 3)).value_or(0);
}
bool known_version(int v) { return v == 35 || (v >= 37 && v <= 41); }
}  // namespace

Result<std::vector<DexFile>> DexFile::parse(ByteView bytes) {
  std::vector<DexFile> out;
  std::size_t at = 0;
  do {
    if (out.size() == kMaxDexesInContainer) return exhausted("dex: more than 1024 files in one container");
    auto dex = parse_one(bytes, at);
    if (!dex.ok()) return dex.status();
    at += dex->file_bytes_;
    out.push_back(std::move(dex).value());
  } while (out.back().version_ >= 41 && bytes.size() - at >= kContainerHeaderBytes);
  return out;
}

Result<DexFile> DexFile::parse_one(ByteView bytes, std::size_t at) {
  if (bytes.size() - at < kHeaderBytes) return corrupt("dex: too short for a header");
  DexFile dex;
  dex.bytes_ = bytes;
  dex.header_at_ = at;
  dex.version_ = version_of(bytes.subspan(at, 8));
  if (dex.version_ == 0) return corrupt("dex: no magic number");
  if (!known_version(dex.version_)) return unsupported("dex: version " + std::to_string(dex.version_));
  const bool container = dex.version_ >= 41;
  dex.file_bytes_ = dex.load<std::uint32_t>(at + 32);
  const auto header_bytes = dex.load<std::uint32_t>(at + 36);
  if (header_bytes != (container ? kContainerHeaderBytes : kHeaderBytes)) return corrupt("dex: header size");
  if (dex.file_bytes_ < header_bytes || dex.file_bytes_ > bytes.size() - at)
    return corrupt("dex: its header says " + std::to_string(dex.file_bytes_) + " bytes, there are " +
                   std::to_string(bytes.size() - at));
  if (dex.load<std::uint32_t>(at + 40) != kLittleEndian) return corrupt("dex: byte order");
  if (container && dex.load<std::uint32_t>(at + 116) != at) return corrupt("dex: header offset");
  ByteReader r(bytes.subspan(at, header_bytes));
  r.seek(52);
  const std::uint32_t map_at = r.u32();
  for (Table* t : {&dex.strings_, &dex.types_, &dex.protos_, &dex.fields_, &dex.methods_, &dex.classes_}) {
    t->count = r.u32();
    t->at = r.u32();
  }
  TRY(dex.check(dex.strings_, kStringIdBytes, "string_ids"));
  TRY(dex.check(dex.types_, kTypeIdBytes, "type_ids"));
  TRY(dex.check(dex.protos_, kProtoIdBytes, "proto_ids"));
  TRY(dex.check(dex.fields_, kFieldIdBytes, "field_ids"));
  TRY(dex.check(dex.methods_, kMethodIdBytes, "method_ids"));
  TRY(dex.check(dex.classes_, kClassDefBytes, "class_defs"));
  if (dex.types_.count > 65'536 || dex.protos_.count > 65'536) return corrupt("dex: too many types");
  TRY(dex.read_map(map_at));
  return dex;
}

Status DexFile::check(const Table& table, std::size_t entry_bytes, const char* name) const {
  if (table.count == 0) return ok_status();
  if (table.at % 4 != 0 || table.at > bytes_.size() || (bytes_.size() - table.at) / entry_bytes < table.count)
    return corrupt(std::string("dex: ") + name + " would reach past the end");
  return ok_status();
}

// The only place that says where method handles and call sites are.
Status DexFile::read_map(std::uint32_t map_at) {
  if (map_at == 0 || map_at % 4 != 0) return corrupt("dex: no map");
  ByteReader r(bytes_);
  r.seek(map_at);
  for (std::uint32_t left = r.u32(); left > 0 && r.ok(); --left) {
    const std::uint16_t type = r.u16();
    r.skip(2);
    const Table table = {.at = 0, .count = r.u32()};
    const std::uint32_t at = r.u32();
    if (type == kCallSiteIds) call_sites_ = {at, table.count};
    if (type == kMethodHandles) handles_ = {at, table.count};
  }
  if (!r.ok()) return corrupt("dex: the map would reach past the end");
  TRY(check(call_sites_, kCallSiteIdBytes, "call_site_ids"));
  return check(handles_, kMethodHandleBytes, "method_handles");
}

bool DexFile::checksum_holds() const {
  const ByteView file = bytes_.subspan(header_at_, file_bytes_).subspan(kChecksumBytes);
  return libdeflate_adler32(1, file.data(), file.size()) == load<std::uint32_t>(header_at_ + 8);
}

std::string_view DexFile::string(std::uint32_t index, std::size_t max_bytes) const {
  const auto id = entry(strings_, index, kStringIdBytes);
  if (!id) return "";
  std::size_t at = load<std::uint32_t>(*id);
  bool ok = true;
  const std::uint64_t units = uleb128(bytes_, at, ok);  // the length in UTF-16
  if (!ok) return "";
  const std::size_t most = std::min<std::uint64_t>({bytes_.size() - at, units * 3 + 1, max_bytes});
  const std::uint8_t* begin = bytes_.data() + at;
  const void* end = most == 0 ? nullptr : std::memchr(begin, 0, most);
  if (end != nullptr)
    return as_text({begin, static_cast<std::size_t>(static_cast<const std::uint8_t*>(end) - begin)});
  return most == max_bytes ? as_text({begin, most}) : "";
}

std::string_view DexFile::type(std::uint32_t index) const {
  const auto at = entry(types_, index, kTypeIdBytes);
  return at ? string(load<std::uint32_t>(*at), kMaxDexNameBytes) : "";
}

std::string DexFile::signature(std::uint32_t proto) const {
  const auto at = entry(protos_, proto, kProtoIdBytes);
  if (!at) return "";
  std::string out = "(";
  ByteReader r(bytes_);
  if (const auto parameters = load<std::uint32_t>(*at + 8); parameters != 0) {
    r.seek(parameters);
    for (std::uint32_t left = r.u32(); left > 0 && r.left() > 0 && out.size() < kMaxDexNameBytes; --left)
      out += type(r.u16());
  }
  out += ")";
  return out += type(load<std::uint32_t>(*at + 4));
}

std::uint32_t DexFile::return_type(std::uint32_t proto) const {
  const auto at = entry(protos_, proto, kProtoIdBytes);
  return at ? load<std::uint32_t>(*at + 4) : kNoIndex;
}

std::vector<std::uint16_t> DexFile::parameters(std::uint32_t proto) const {
  constexpr std::size_t kMaxParameters = 255;
  std::vector<std::uint16_t> out;
  const auto at = entry(protos_, proto, kProtoIdBytes);
  if (!at || load<std::uint32_t>(*at + 8) == 0) return out;
  ByteReader r(bytes_);
  r.seek(load<std::uint32_t>(*at + 8));
  for (std::uint32_t left = r.u32(); left > 0 && r.left() > 0 && out.size() < kMaxParameters; --left)
    out.push_back(r.u16());
  return out;
}

DexMethodId DexFile::method(std::uint32_t index) const {
  const auto at = entry(methods_, index, kMethodIdBytes);
  if (!at) return {};
  return {load<std::uint16_t>(*at), load<std::uint16_t>(*at + 2), load<std::uint32_t>(*at + 4)};
}

DexFieldId DexFile::field(std::uint32_t index) const {
  const auto at = entry(fields_, index, kFieldIdBytes);
  if (!at) return {};
  return {load<std::uint16_t>(*at), load<std::uint16_t>(*at + 2), load<std::uint32_t>(*at + 4)};
}

DexClass DexFile::class_def(std::uint32_t index) const {
  const auto at = entry(classes_, index, kClassDefBytes);
  if (!at) return {};
  ByteReader r(bytes_.subspan(*at, kClassDefBytes));
  DexClass c;
  c.type = r.u32();
  c.flags = r.u32();
  c.super = r.u32();
  c.interfaces_at = r.u32();
  r.skip(4 + 4);  // source file, annotations
  c.data_at = r.u32();
  c.values_at = r.u32();
  return c;
}

std::optional<DexCode> DexFile::code(std::uint32_t at) const {
  if (at == 0 || at > bytes_.size() || bytes_.size() - at < kCodeHeaderBytes) return std::nullopt;
  DexCode c{load<std::uint16_t>(at), load<std::uint16_t>(at + 2), load<std::uint16_t>(at + 4),
            load<std::uint16_t>(at + 6)};
  const std::size_t bytes = std::size_t{load<std::uint32_t>(at + 12)} * 2;
  const ByteView behind = bytes_.subspan(at + kCodeHeaderBytes);
  if (bytes > behind.size()) return std::nullopt;
  c.instructions = behind.first(bytes);
  c.rest = behind.subspan(bytes);
  return c;
}

std::optional<std::uint32_t> DexFile::find_class(std::string_view descriptor) const {
  const auto types = std::views::iota(0u, types_.count);
  const auto name = [this](std::uint32_t t) { return type(t); };
  const auto found = std::ranges::lower_bound(types, descriptor, {}, name);
  if (found == types.end() || name(*found) != descriptor) return std::nullopt;
  for (std::uint32_t i = 0; i < classes_.count; ++i) {
    if (load<std::uint32_t>(classes_.at + i * kClassDefBytes) == *found) return i;
  }
  return std::nullopt;
}

DexClassData::DexClassData(const DexFile& dex, const DexClass& c) : bytes_(dex.bytes_) {
  if (c.data_at == 0) return;  // a class without members
  if (c.data_at >= bytes_.size()) {
    ok_ = false;
    return;
  }
  at_ = c.data_at;
  for (std::uint32_t* count : {&fields_[0], &fields_[1], &methods_[0], &methods_[1]}) *count = leb();
}

}  // namespace storesweep::apk
