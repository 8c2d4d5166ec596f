// resources.arsc, just enough to look up a value by its id and language (AOSP libs/androidfw,
// ResourceTypes.h): plain, sparse and 16-bit offsets, compact entries. Hostile input, bounded. The bytes must
// outlive the table. Values; safe for concurrent reads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "worker/apk/binary_xml.h"
#include "worker/apk/string_pool.h"

namespace storesweep::apk {

class ResourceTable {
 public:
  ResourceTable() = default;  // knows nothing
  static Result<ResourceTable> parse(ByteView bytes);

  // What resource id is as text, references followed; language "" is the default, "zh" Chinese (mainland
  // first). Nothing where it is not there for just that language.
  std::optional<std::string> text(std::uint32_t id, std::string_view language) const;
  // The default value of id, references followed.
  std::optional<ResValue> value(std::uint32_t id) const;

 private:
  struct Type {  // one type in one configuration
    std::uint8_t package = 0, id = 0, flags = 0;
    std::uint16_t header_bytes = 0;
    std::uint32_t count = 0, entries_at = 0;
    std::string language, region;
    bool otherwise_plain = false;  // says nothing of screen, network, version, ..
    ByteView bytes;
  };
  void add_package(ByteView chunk, std::size_t header_bytes);
  static std::optional<Type> read_type(ByteView bytes, std::uint16_t header_bytes, std::uint8_t package);
  static std::optional<ResValue> entry(const Type& type, std::uint32_t index);
  static std::optional<std::size_t> offset(const Type& type, std::uint32_t index);
  std::optional<ResValue> best(std::uint32_t id, std::string_view language, bool any_language) const;

  StringPool pool_;
  std::vector<Type> types_;
};

}  // namespace storesweep::apk
