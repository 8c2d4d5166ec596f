// resources.pb of app bundles (AOSP tools/aapt2/Resources.proto) as a resource table.
#include <algorithm>

#include "worker/apk/proto_values.h"
#include "worker/apk/resources.h"

namespace storesweep::apk {
namespace {
Status broken(const ProtoReader& r) {
  return r.ok() ? ok_status() : corrupt("resources.pb: a broken message");
}

// The number that is field 1 of the message that is field 1: PackageId, TypeId, EntryId.
std::uint32_t id_of(ByteView message, std::uint32_t otherwise) {
  std::uint32_t id = otherwise;
  ProtoReader r(message);
  for (ProtoField f; r.next(f);) {
    if (f.number != 1) continue;
    ProtoReader inner(f.bytes);
    for (ProtoField number; inner.next(number);) {
      if (number.number == 1) id = number.u32();
    }
  }
  return id;
}
}  // namespace

Result<ResourceTable> ResourceTable::parse_proto(ByteView bytes) {
  ResourceTable table;
  XmlStrings strings;
  ProtoReader r(bytes);
  for (ProtoField f; r.next(f);) {
    if (f.number == 2) TRY(table.add_proto_package(f.bytes, strings));
  }
  TRY(broken(r));
  table.pool_ = strings.pool();
  std::ranges::stable_sort(table.proto_entries_, {}, &ProtoEntry::id);
  return table;
}

Status ResourceTable::add_proto_package(ByteView message, XmlStrings& strings) {
  std::uint32_t id = id_of(message, 0x7f) & 0xff;
  Package package;
  package.id = static_cast<std::uint8_t>(id);
  packages_.push_back(std::move(package));
  ProtoReader r(message);
  for (ProtoField f; r.next(f);) {
    if (f.number == 3) TRY(add_proto_type(f.bytes, id, strings));
  }
  return broken(r);
}

Status ResourceTable::add_proto_type(ByteView message, std::uint32_t package, XmlStrings& strings) {
  std::uint32_t id = id_of(message, 0) & 0xff;
  ProtoReader r(message);
  for (ProtoField f; r.next(f);) {
    if (f.number == 3) TRY(add_proto_entry(f.bytes, package << 24 | id << 16, strings));
  }
  return broken(r);
}

Status ResourceTable::add_proto_entry(ByteView message, std::uint32_t type_id, XmlStrings& strings) {
  std::uint32_t id = id_of(message, 0) & 0xffff;
  ProtoReader r(message);
  for (ProtoField f; r.next(f);) {
    if (f.number != 6) continue;
    if (proto_entries_.size() >= kMaxProtoEntries) return exhausted("resources.pb: too many entries");
    ProtoEntry entry;
    entry.id = type_id | id;
    ResConfig config;
    ProtoReader value(f.bytes);
    for (ProtoField v; value.next(v);) {
      if (v.number == 1) config = read_proto_config(v.bytes);
      if (v.number != 2) continue;
      ProtoReader item(v.bytes);
      for (ProtoField i; item.next(i);) {
        if (i.number == 4) entry.value = proto_item(i.bytes, strings);
      }
    }
    if (entry.value.type == kNull) continue;  // compound values are not asked for
    auto known = std::ranges::find(proto_configs_, config);
    entry.config = static_cast<std::uint32_t>(known - proto_configs_.begin());
    if (known == proto_configs_.end()) {
      if (proto_configs_.size() >= kMaxLocales) continue;
      proto_configs_.push_back(config);
    }
    proto_entries_.push_back(entry);
  }
  return broken(r);
}

}  // namespace storesweep::apk
