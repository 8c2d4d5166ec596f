// resources.arsc: chunks in, values of an id out.
#include <algorithm>
#include <span>

#include "common/base/text.h"
#include "worker/apk/chunk.h"
#include "worker/apk/resources.h"

namespace storesweep::apk {
namespace {
constexpr std::uint16_t kPackageChunk = 0x0200, kTypeChunk = 0x0201, kSpecChunk = 0x0202,
                        kStagedChunk = 0x0206;
constexpr std::uint16_t kTypeHeaderBytes = 20;  // without the configuration
constexpr std::size_t kPackageHeaderBytes = 284, kMaxTypeEntries = 0xffff, kMaxStaged = 100'000;
constexpr std::uint8_t kSparse = 0x01, kOffset16 = 0x02;
constexpr std::uint16_t kComplex = 0x0001, kCompact = 0x0008;
constexpr std::size_t kMapEntryBytes = 16;

// Chunks one after the other as LoadedArsc walks them: an end of less than a header, or a chunk of no size,
// ends them quietly; one that does not fit is an error.
template <class Take>
Status each_chunk(ByteView bytes, std::size_t from, Take take) {
  ByteReader r(bytes);
  r.seek(from);
  while (r.left() >= 8) {
    ByteReader ahead = r;
    ahead.skip(4);
    if (ahead.u32() == 0) break;
    std::size_t at = r.at();
    auto chunk = next_chunk(r);
    if (!chunk) return corrupt("resources.arsc: a chunk at byte " + std::to_string(at) + " does not fit");
    TRY(take(*chunk));
  }
  return ok_status();
}

// Those of a sorted list that have that key.
template <class T, class Key, class By>
std::span<const T> having(const std::vector<T>& sorted, Key key, By by) {
  auto from = std::ranges::lower_bound(sorted, key, {}, by),
       to = std::ranges::upper_bound(sorted, key, {}, by);
  return {sorted.data() + (from - sorted.begin()), static_cast<std::size_t>(to - from)};
}
}  // namespace

Result<ResourceTable> ResourceTable::parse(ByteView bytes) {
  ResourceTable table;
  bool any = false, pool = false;
  TRY(each_chunk(bytes, 0, [&](const Chunk& whole) -> Status {
    if (whole.type != kTableChunk) return ok_status();
    if (whole.header_bytes < 12) return corrupt("resources.arsc: bad header");
    any = true;
    return each_chunk(whole.bytes, whole.header_bytes, [&](const Chunk& chunk) -> Status {
      if (chunk.type == kPackageChunk) return table.add_package(chunk.bytes, chunk.header_bytes);
      if (chunk.type != kStringPoolChunk || pool) return ok_status();
      TRY_ASSIGN(table.pool_, StringPool::open(chunk.bytes));
      pool = true;
      return ok_status();
    });
  }));
  if (!any) return corrupt("resources.arsc: no resource table");
  std::ranges::stable_sort(table.types_, {}, &Type::key);
  return table;
}

Status ResourceTable::add_package(ByteView chunk, std::size_t header_bytes) {
  if (header_bytes < kPackageHeaderBytes) return corrupt("resources.arsc: a package without a whole header");
  ByteReader r(chunk);
  r.seek(8);
  Package package;
  package.id = static_cast<std::uint8_t>(r.u32());
  r.skip(256);  // its name
  std::size_t types_at = r.u32();
  r.skip(4);
  std::size_t keys_at = r.u32();
  r.skip(4);
  if (header_bytes >= kPackageHeaderBytes + 4) {
    std::uint32_t shift = r.u32();
    if (shift > 0xff) return corrupt("resources.arsc: type id offset too large");
    package.type_id_offset = static_cast<std::uint8_t>(shift);
  }
  packages_.push_back(std::move(package));
  std::vector<bool> specs(256);
  return each_chunk(chunk, header_bytes, [&](const Chunk& inner) -> Status {
    auto at = static_cast<std::size_t>(inner.bytes.data() - chunk.data());
    if (inner.type == kStringPoolChunk && (at == types_at || at == keys_at)) {
      TRY_ASSIGN(StringPool pool, StringPool::open(inner.bytes));
      (at == types_at ? packages_.back().types : packages_.back().keys) = std::move(pool);
    }
    if (inner.type == kSpecChunk) {
      if (inner.bytes.size() < 16 || inner.bytes[8] == 0)
        return corrupt("resources.arsc: a bad type specification");
      specs[inner.bytes[8]] = true;
    }
    if (inner.type == kTypeChunk) return add_type(inner.bytes, inner.header_bytes, specs);
    if (inner.type == kStagedChunk) add_staged(inner.bytes, inner.header_bytes);
    return ok_status();
  });
}

void ResourceTable::add_staged(ByteView bytes, std::size_t header_bytes) {
  ByteReader r(bytes);
  r.seek(8);
  std::uint32_t count = r.u32();
  r.seek(header_bytes);
  for (std::uint32_t i = 0; i < count && r.left() >= 8 && staged_.size() < kMaxStaged; ++i) {
    std::uint32_t staged = r.u32();
    staged_.emplace(staged, r.u32());
  }
}

Status ResourceTable::add_type(ByteView bytes, std::uint16_t header_bytes, std::vector<bool>& specs) {
  if (types_.size() >= kMaxResourceTypes) return exhausted("resources.arsc: too many types");
  ByteReader r(bytes);
  r.seek(8);
  Type type;
  std::uint8_t id = r.u8();
  type.flags = r.u8();
  r.skip(2);
  type.count = r.u32();
  type.entries_at = r.u32();
  std::size_t offset_bytes = (type.flags & kOffset16) != 0 && (type.flags & kSparse) == 0 ? 2 : 4;
  if (!r.ok() || header_bytes < kTypeHeaderBytes + 4 || id == 0 || !specs[id] ||
      type.count > kMaxTypeEntries || type.entries_at > bytes.size() || (type.entries_at & 3) != 0 ||
      header_bytes + offset_bytes * type.count > type.entries_at) {
    return corrupt("resources.arsc: type " + std::to_string(id) + " is broken");
  }
  const Package& package = packages_.back();
  type.key = static_cast<std::uint16_t>(package.id << 8 | ((id + package.type_id_offset) & 0xff));
  type.package = static_cast<std::uint16_t>(packages_.size() - 1);
  type.header_bytes = header_bytes;
  type.bytes = bytes;
  type.config = read_config(bytes.subspan(kTypeHeaderBytes, header_bytes - kTypeHeaderBytes));
  types_.push_back(type);
  return ok_status();
}

// Where entry `index` begins, counted from the type's first entry.
std::optional<std::size_t> ResourceTable::offset(const Type& type, std::uint32_t index) {
  ByteReader r(type.bytes);
  auto pair_at = [&](std::size_t i) {
    r.seek(type.header_bytes + 4 * i);
    return r.u16();
  };
  if ((type.flags & kSparse) != 0) {
    // By halves, as the platform does: pairs out of order are not found there either.
    std::size_t low = 0, high = type.count;
    while (low < high) {
      std::size_t middle = (low + high) / 2;
      if (pair_at(middle) < index) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == type.count || pair_at(low) != index) return std::nullopt;
    return std::size_t{4} * r.u16();
  }
  if (index >= type.count) return std::nullopt;
  r.seek(type.header_bytes);
  if ((type.flags & kOffset16) != 0) {
    r.skip(std::size_t{2} * index);
    std::uint16_t four_bytes = r.u16();
    return four_bytes != 0xffff ? std::optional(std::size_t{four_bytes} * 4) : std::nullopt;
  }
  r.skip(std::size_t{4} * index);
  std::uint32_t at = r.u32();
  return at != 0xffffffff ? std::optional<std::size_t>(at) : std::nullopt;
}

std::optional<ResourceTable::Entry> ResourceTable::entry(const Type& type, std::uint32_t index) {
  auto at = offset(type, index);
  if (!at || (*at & 3) != 0) return std::nullopt;
  ByteReader r(type.bytes);
  r.seek(std::size_t{type.entries_at} + *at);
  std::size_t begin = r.at();
  std::uint16_t size = r.u16(), flags = r.u16();
  Entry out;
  out.candidate.config = type.config;
  ResValue& value = out.candidate.value;
  if ((flags & kCompact) != 0) {
    out.name = size;
    value.type = static_cast<std::uint8_t>(flags >> 8);
    value.data = r.u32();
    return r.ok() ? std::optional(std::move(out)) : std::nullopt;
  }
  out.name = r.u32();
  if (size < 8 || !r.ok()) return std::nullopt;
  if ((flags & kComplex) != 0) {
    if (size < kMapEntryBytes) return std::nullopt;
    r.skip(4);  // parent
    std::size_t count = r.u32();
    out.candidate.is_bag = true;
    r.seek(begin + size);
    if (!r.ok()) return std::nullopt;
    read_bag(r, count, out.candidate.bag);
    return out;
  }
  r.seek(begin + size);
  if (r.u16() < 8) return std::nullopt;
  r.skip(1);
  value.type = r.u8();
  value.data = r.u32();
  return r.ok() ? std::optional(std::move(out)) : std::nullopt;
}

void ResourceTable::read_bag(ByteReader r, std::size_t count, std::vector<BagItem>& bag) {
  for (std::size_t i = 0; i < std::min(count, kMaxBagItems) && r.left() >= 12; ++i) {
    BagItem item;
    item.name = r.u32();
    r.skip(3);
    item.value.type = r.u8();
    item.value.data = r.u32();
    bag.push_back(item);
  }
}

void ResourceTable::each(std::uint32_t id, const std::function<void(const ResCandidate&)>& take) const {
  for (const Type& type : having(types_, static_cast<std::uint16_t>(id >> 16), &Type::key)) {
    if (auto found = entry(type, id & 0xffff)) take(found->candidate);
  }
  for (const ProtoEntry& e : having(proto_entries_, id, &ProtoEntry::id)) {
    take({proto_configs_[e.config], e.value, {}, false});
  }
}

std::string ResourceTable::name_of(std::uint32_t id) const {
  for (const Type& type : having(types_, static_cast<std::uint16_t>(id >> 16), &Type::key)) {
    auto found = entry(type, id & 0xffff);
    if (!found) continue;
    const Package& package = packages_[type.package];
    std::uint32_t type_index = (id >> 16 & 0xff) - package.type_id_offset - 1;
    auto kind = package.types.at(type_index, 64), key = package.keys.at(found->name, kMaxXmlTextBytes);
    return kind && key ? *kind + "/" + *key : "";
  }
  return "";
}

std::uint32_t ResourceTable::id_named(std::string_view type_name, std::string_view name) const {
  std::uint32_t key = 0;
  std::size_t searched = packages_.size();  // the package that key was looked up in
  for (const Type& type : types_) {
    const Package& package = packages_[type.package];
    std::uint32_t index = (type.key & 0xffu) - package.type_id_offset - 1;
    if (package.types.at(index, 64) != type_name) continue;
    if (searched != type.package) {
      for (key = 0; key < package.keys.size() && package.keys.at(key, kMaxXmlTextBytes) != name;) ++key;
      searched = type.package;
    }
    if (key == package.keys.size()) continue;
    for (std::uint32_t i = 0; i < kMaxTypeEntries && ((type.flags & kSparse) != 0 || i < type.count); ++i) {
      auto found = entry(type, i);
      if (found && found->name == key) return std::uint32_t{type.key} << 16 | i;
    }
  }
  return 0;
}

std::uint32_t ResourceTable::own_id(std::uint32_t id) const {
  if (id >> 24 == 0 && !packages_.empty()) id |= std::uint32_t{packages_[0].id} << 24;
  auto finalised = staged_.find(id);
  return finalised == staged_.end() ? id : finalised->second;
}

}  // namespace storesweep::apk
