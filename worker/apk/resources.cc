#include "worker/apk/resources.h"

#include <algorithm>

#include "worker/apk/chunk.h"

namespace storesweep::apk {
namespace {
constexpr std::uint16_t kPackageChunk = 0x0200, kTypeChunk = 0x0201;
constexpr std::uint16_t kTypeHeaderBytes = 20;  // without the configuration
constexpr std::size_t kMaxTypes = 100'000;
constexpr int kMaxReferences = 16;
constexpr std::uint8_t kSparse = 0x01, kOffset16 = 0x02;
constexpr std::uint16_t kComplex = 0x0001, kCompact = 0x0008;

// Two letters, or nothing; packed three-letter codes are nothing that we ask for.
std::string letters(std::uint8_t a, std::uint8_t b) {
  if (a == 0) return "";
  return (a & 0x80) != 0 ? "???" : std::string{static_cast<char>(a), static_cast<char>(b)};
}

bool is_reference(ResValue v) { return v.type == kReference || v.type == kDynamicReference; }
}  // namespace

Result<ResourceTable> ResourceTable::parse(ByteView bytes) {
  ByteReader outer(bytes);
  auto whole = next_chunk(outer, 12);
  if (!whole || whole->type != kTableChunk) return corrupt("resources.arsc: bad header");
  ResourceTable table;
  ByteReader r(whole->bytes);
  r.seek(whole->header_bytes);
  bool pool = false;
  while (r.left() >= 8) {
    auto chunk = next_chunk(r);
    if (!chunk) break;
    if (chunk->type == kStringPoolChunk && !pool) {
      TRY_ASSIGN(table.pool_, StringPool::open(chunk->bytes));
      pool = true;
    } else if (chunk->type == kPackageChunk) {
      table.add_package(chunk->bytes, chunk->header_bytes);
    }
  }
  return table;
}

void ResourceTable::add_package(ByteView chunk, std::size_t header_bytes) {
  ByteReader r(chunk);
  r.seek(8);
  auto package = static_cast<std::uint8_t>(r.u32());
  r.seek(header_bytes);
  while (r.left() >= 8 && types_.size() < kMaxTypes) {
    auto inner = next_chunk(r);
    if (!inner) break;
    if (inner->type != kTypeChunk) continue;
    if (auto type = read_type(inner->bytes, inner->header_bytes, package)) types_.push_back(std::move(*type));
  }
}

std::optional<ResourceTable::Type> ResourceTable::read_type(ByteView bytes, std::uint16_t header_bytes,
                                                            std::uint8_t package) {
  ByteReader r(bytes);
  r.seek(8);
  Type type;
  type.package = package;
  type.id = r.u8();
  type.flags = r.u8();
  r.skip(2);
  type.count = r.u32();
  type.entries_at = r.u32();
  type.header_bytes = header_bytes;
  type.bytes = bytes;
  if (!r.ok() || header_bytes < kTypeHeaderBytes + 4) return std::nullopt;
  // ResTable_config: size, then mcc/mnc, language and region, and what we only compare with zero.
  std::size_t config_bytes = std::min<std::size_t>(r.u32(), header_bytes - kTypeHeaderBytes);
  std::size_t config_end = kTypeHeaderBytes + config_bytes;
  bool network = r.u32() != 0;
  std::uint8_t a = r.u8(), b = r.u8(), c = r.u8(), d = r.u8();
  if (config_bytes >= 12 && r.ok()) {
    type.language = letters(a, b);
    type.region = letters(c, d);
  }
  type.otherwise_plain = !network;
  while (r.ok() && r.at() < config_end && r.left() > 0) type.otherwise_plain &= r.u8() == 0;
  return type;
}

// Where entry `index` begins, counted from the type's first entry.
std::optional<std::size_t> ResourceTable::offset(const Type& type, std::uint32_t index) {
  ByteReader r(type.bytes);
  r.seek(type.header_bytes);
  if ((type.flags & kSparse) != 0) {
    for (std::uint32_t i = 0; i < type.count && r.ok(); ++i) {
      std::uint16_t at = r.u16(), four_bytes = r.u16();
      if (at == index && r.ok()) return std::size_t{four_bytes} * 4;
    }
    return std::nullopt;
  }
  if (index >= type.count) return std::nullopt;
  if ((type.flags & kOffset16) != 0) {
    r.skip(std::size_t{2} * index);
    std::uint16_t four_bytes = r.u16();
    return r.ok() && four_bytes != 0xffff ? std::optional(std::size_t{four_bytes} * 4) : std::nullopt;
  }
  r.skip(std::size_t{4} * index);
  std::uint32_t at = r.u32();
  return r.ok() && at != 0xffffffff ? std::optional<std::size_t>(at) : std::nullopt;
}

std::optional<ResValue> ResourceTable::entry(const Type& type, std::uint32_t index) {
  auto at = offset(type, index);
  if (!at) return std::nullopt;
  ByteReader r(type.bytes);
  r.seek(std::size_t{type.entries_at} + *at);
  std::uint16_t size = r.u16(), flags = r.u16();
  ResValue value;
  if ((flags & kCompact) != 0) {
    value.type = static_cast<std::uint8_t>(flags >> 8);
    value.data = r.u32();
    return r.ok() ? std::optional(value) : std::nullopt;
  }
  if ((flags & kComplex) != 0 || size < 8) return std::nullopt;
  r.skip(size - 4u + 3u);  // the rest of the entry's head, the value's size and a zero
  value.type = r.u8();
  value.data = r.u32();
  return r.ok() ? std::optional(value) : std::nullopt;
}

std::optional<ResValue> ResourceTable::best(std::uint32_t id, std::string_view language,
                                            bool any_language) const {
  std::optional<ResValue> found;
  int best_rank = -1;
  for (const Type& type : types_) {
    if (type.package != id >> 24 || type.id != (id >> 16 & 0xff)) continue;
    if (!any_language && type.language != language) continue;
    int rank = (type.region.empty() ? 2 : type.region == "CN" ? 4 : 0) + (type.otherwise_plain ? 1 : 0);
    if (rank <= best_rank) continue;
    if (auto value = entry(type, id & 0xffff)) {
      found = value;
      best_rank = rank;
    }
  }
  return found;
}

std::optional<std::string> ResourceTable::text(std::uint32_t id, std::string_view language) const {
  auto v = best(id, language, false);
  for (int i = 0; v && is_reference(*v); ++i) {
    if (i == kMaxReferences) return std::nullopt;
    auto to = best(v->data, language, false);
    v = to ? to : best(v->data, "", false);
  }
  if (!v) return std::nullopt;
  if (v->type == kString) return pool_.at(v->data, kMaxXmlTextBytes);
  if (v->type >= kFirstInt && v->type <= kLastInt) return std::to_string(static_cast<std::int32_t>(v->data));
  return std::nullopt;
}

std::optional<ResValue> ResourceTable::value(std::uint32_t id) const {
  for (int i = 0; i < kMaxReferences; ++i) {
    auto v = best(id, "", false);
    if (!v) v = best(id, "", true);
    if (!v || !is_reference(*v)) return v;
    id = v->data;
  }
  return std::nullopt;
}

}  // namespace storesweep::apk
