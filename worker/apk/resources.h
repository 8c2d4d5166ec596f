// The resources of an app: tables of its APKs (resources.arsc) or bundle modules (resources.pb), and what a
// reference means for a device (AOSP libs/androidfw, LoadedArsc.cpp and AssetManager2.cpp). Plain, sparse and
// 16-bit offsets, compact entries, type id offsets of feature splits, staged ids, references of a library to
// itself; bags; references through several levels, which end. Runtime overlays and shared libraries lie
// outside the package: references into them stay unresolved, as do those to the platform's own resources.
// Hostile input, bounded. The bytes must outlive the table. Values; safe for concurrent reads.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "worker/apk/res_config.h"
#include "worker/apk/string_pool.h"
#include "worker/apk/xml_document.h"

namespace storesweep::apk {

inline constexpr std::size_t kMaxResourceTypes = 100'000;  // chunks of one type in one configuration
inline constexpr std::size_t kMaxProtoEntries = 2'000'000;
inline constexpr std::size_t kMaxBagItems = 4096;
inline constexpr int kMaxReferences = 20;  // as AssetManager2 follows them
inline constexpr std::size_t kMaxLocales = 1000, kMaxReachable = 64;

struct BagItem {
  std::uint32_t name = 0;  // id of an attribute, or 0x02000000 and up: an index
  ResValue value;
};

// One value of a resource: where it counts, and in which table its strings lie.
struct ResCandidate {
  ResConfig config;
  ResValue value;
  std::vector<BagItem> bag;
  bool is_bag = false;
};

class ResourceTable {
 public:
  ResourceTable() = default;  // knows nothing
  // kCorrupt for what the platform would not load either.
  static Result<ResourceTable> parse(ByteView bytes);
  static Result<ResourceTable> parse_proto(ByteView bytes);

  // Every value of id, in the table's order.
  void each(std::uint32_t id, const std::function<void(const ResCandidate&)>& take) const;
  std::optional<std::string> string(std::uint32_t index) const { return pool_.at(index, kMaxXmlTextBytes); }
  // "string/app_name", where the table says so.
  std::string name_of(std::uint32_t id) const;
  // The id of an entry by type and name: 0 is none.
  std::uint32_t id_named(std::string_view type, std::string_view name) const;
  // Id as the table itself numbers it: package 0 and staged ids replaced.
  std::uint32_t own_id(std::uint32_t id) const;
  std::size_t type_count() const { return types_.size(); }

 private:
  struct Package {
    std::uint8_t id = 0, type_id_offset = 0;
    StringPool types, keys;
  };
  struct Type {             // one type in one configuration
    std::uint16_t key = 0;  // package and type id
    std::uint8_t flags = 0;
    std::uint16_t header_bytes = 0, package = 0;  // index of packages_
    std::uint32_t count = 0, entries_at = 0;
    ResConfig config;
    ByteView bytes;
  };
  struct ProtoEntry {
    std::uint32_t id = 0, config = 0;
    ResValue value;
  };
  struct Entry {
    ResCandidate candidate;
    std::uint32_t name = kNoString;
  };
  Status add_package(ByteView chunk, std::size_t header_bytes);
  Status add_type(ByteView bytes, std::uint16_t header_bytes, std::vector<bool>& specs);
  void add_staged(ByteView bytes, std::size_t header_bytes);
  Status add_proto_package(ByteView message, XmlStrings& strings);
  Status add_proto_type(ByteView message, std::uint32_t package, XmlStrings& strings);
  Status add_proto_entry(ByteView message, std::uint32_t type_id, XmlStrings& strings);
  static std::optional<std::size_t> offset(const Type& type, std::uint32_t index);
  static std::optional<Entry> entry(const Type& type, std::uint32_t index);
  static void read_bag(ByteReader r, std::size_t count, std::vector<BagItem>& bag);

  StringPool pool_;
  std::vector<Package> packages_;
  std::vector<Type> types_;  // by key, else in the table's order
  std::map<std::uint32_t, std::uint32_t> staged_;
  std::vector<ResConfig> proto_configs_;
  std::vector<ProtoEntry> proto_entries_;  // by id
};

// All tables of an app together: the base's first, then those of its splits.
class Resources {
 public:
  void add(ResourceTable table) { tables_.push_back(std::move(table)); }
  bool empty() const { return tables_.empty(); }

  // What id is for that device, references followed: nothing where there is none, or where they do not end.
  std::optional<ResValue> value(std::uint32_t id, const ResConfig& device = parse_config()) const;
  // The same as text: strings, whole numbers, booleans.
  std::optional<std::string> text(std::uint32_t id, const ResConfig& device = parse_config()) const;
  // The items of an array (or the first that a bag holds), as text.
  std::vector<std::string> texts(std::uint32_t id) const;
  // Every locale that id, or what it refers to, has a value for: "" is the default. locale -> its text there.
  std::map<std::string, std::string> texts_by_locale(std::uint32_t id) const;
  // Every value that is a file: (density, path) in the table's order; references followed.
  std::vector<std::pair<int, std::string>> files(std::uint32_t id) const;
  std::string name_of(std::uint32_t id) const;
  // The default value of a string resource by its name.
  std::optional<std::string> string_named(std::string_view name) const;

 private:
  struct Found {
    ResCandidate candidate;
    std::size_t table = 0;
  };
  std::optional<Found> find(std::uint32_t id, const ResConfig& device) const;
  std::optional<Found> resolve(std::uint32_t id, const ResConfig& device) const;
  std::optional<std::string> text_of(const ResValue& v, std::size_t table) const;
  std::vector<std::uint32_t> reachable(std::uint32_t id) const;

  std::vector<ResourceTable> tables_;
};

// A number, a boolean or a colour as the platform makes text of it (AOSP TypedValue.coerceToString).
std::optional<std::string> plain_text(ResValue v);

}  // namespace storesweep::apk
