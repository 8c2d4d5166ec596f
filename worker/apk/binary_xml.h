// Binary XML, as the platform's own reader takes it (AOSP libs/androidfw, ResXMLTree): unknown chunks are
// skipped, the outer chunk's type does not matter, attributes are known by resource id where they have one.
// Hostile input; counts are bounded by kMax*. The bytes must outlive the document. Values; safe for
// concurrent reads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "worker/apk/string_pool.h"

namespace storesweep::apk {

inline constexpr std::size_t kMaxXmlElements = 200'000;
inline constexpr std::size_t kMaxXmlAttributes = 1'000'000;
inline constexpr int kMaxXmlDepth = 256;
// Names, classes, labels: longer ones are cut.
inline constexpr std::size_t kMaxXmlTextBytes = 1024;

// A typed value (Res_value): what stands in an attribute or a resource.
struct ResValue {
  std::uint8_t type = 0;
  std::uint32_t data = 0;
};
inline constexpr std::uint8_t kReference = 0x01, kString = 0x03, kDynamicReference = 0x07, kFirstInt = 0x10,
                              kBoolean = 0x12, kLastInt = 0x1f;

struct XmlAttribute {
  std::uint32_t space = 0, name = 0, raw = 0;  // indices of the pool; 0xffffffff is none
  std::uint32_t resource_id = 0;               // 0: none
  ResValue value;
};

struct XmlElement {
  std::uint32_t name = 0;
  int parent = -1;  // index of the element around it
  std::uint32_t first_attribute = 0, attribute_count = 0;
};

class XmlDocument {
 public:
  static Result<XmlDocument> parse(ByteView bytes);

  const std::vector<XmlElement>& elements() const { return elements_; }  // in the order of their start tags
  std::string name(const XmlElement& e) const { return text(e.name); }
  // The attribute of that resource id (0x0101....), or of that name and no namespace.
  const XmlAttribute* attribute(const XmlElement& e, std::uint32_t resource_id) const;
  const XmlAttribute* attribute(const XmlElement& e, std::string_view plain_name) const;
  // What it says as text: its string value, else its raw text.
  std::optional<std::string> string_of(const XmlAttribute& a) const;

 private:
  std::string text(std::uint32_t index) const { return pool_.at(index, kMaxXmlTextBytes).value_or(""); }
  Status add_element(ByteView node, std::size_t header_bytes, int parent);

  StringPool pool_;
  std::vector<std::uint32_t> resource_ids_;
  std::vector<XmlElement> elements_;
  std::vector<XmlAttribute> attributes_;
};

}  // namespace storesweep::apk
