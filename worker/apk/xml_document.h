// An XML document of a package in one form, whatever it was written in: binary XML (APK), protobuf (bundle)
// or text (library). Elements in the order of their start tags; attributes are known by the resource id that
// the platform goes by, else by name. Built by the parsers (binary_xml.h, proto_xml.h, text_xml.h), each with
// its bounds. The bytes that a binary document was parsed from must outlive it. Values; safe for concurrent
// reads.
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
inline constexpr std::size_t kMaxXmlDepth = 256;
// Names, classes, labels: longer ones are cut.
inline constexpr std::size_t kMaxXmlTextBytes = 1024;
inline constexpr std::uint32_t kNoString = 0xffffffff;
inline constexpr std::string_view kAndroidNamespace = "http://schemas.android.com/apk/res/android";

// A typed value (Res_value): what stands in an attribute or a resource.
struct ResValue {
  std::uint8_t type = 0;
  std::uint32_t data = 0;
  bool operator==(const ResValue&) const = default;
};
inline constexpr std::uint8_t kNull = 0x00, kReference = 0x01, kThemeAttribute = 0x02, kString = 0x03,
                              kFloat = 0x04, kDynamicReference = 0x07, kFirstInt = 0x10, kIntHex = 0x11,
                              kBoolean = 0x12, kLastInt = 0x1f;
inline bool is_reference(ResValue v) { return v.type == kReference || v.type == kDynamicReference; }
inline bool is_int(ResValue v) { return v.type >= kFirstInt && v.type <= kLastInt; }

struct XmlAttribute {
  std::uint32_t space = kNoString, name = kNoString, raw = kNoString;  // indices of the pool
  std::uint32_t resource_id = 0;                                       // 0: none
  ResValue value;
};

struct XmlElement {
  std::uint32_t name = kNoString;
  int parent = -1;  // index of the element around it
  std::uint32_t first_attribute = 0, attribute_count = 0;
  std::uint32_t text = kNoString;  // its first piece of text
};

class XmlDocument {
 public:
  const std::vector<XmlElement>& elements() const { return elements_; }
  std::string name(const XmlElement& e) const { return string(e.name).value_or(""); }
  std::string text(const XmlElement& e) const { return string(e.text).value_or(""); }
  // The attribute of that resource id (0x0101....). The platform walks ids and attributes side by side (AOSP
  // AttributeResolution.cpp, RetrieveAttributes): it does not see one that stands behind a higher id.
  const XmlAttribute* attribute(const XmlElement& e, std::uint32_t resource_id) const;
  // The attribute of that name and no namespace.
  const XmlAttribute* attribute(const XmlElement& e, std::string_view plain_name) const;
  std::optional<std::string> string(std::uint32_t index) const { return pool_.at(index, kMaxXmlTextBytes); }
  // What it says as text: its string value, else its raw text.
  std::optional<std::string> string_of(const XmlAttribute& a) const;
  // Why reading stopped before the end of the bytes, which the platform would have come to; empty: it did
  // not.
  const std::string& fault() const { return fault_; }

 private:
  friend class XmlBuilder;
  StringPool pool_;
  std::vector<XmlElement> elements_;
  std::vector<XmlAttribute> attributes_;
  std::string fault_;
};

// Makes a document, event by event, within the bounds. One thread.
class XmlBuilder {
 public:
  void pool(StringPool pool) { doc_.pool_ = std::move(pool); }
  // kExhausted when there are too many elements or they are nested too deep.
  Status open(std::uint32_t name);
  Status attribute(const XmlAttribute& a);  // of the element that was opened last
  void text(std::uint32_t index);           // of the innermost open element
  void close();
  std::size_t depth() const { return open_.size(); }
  void fault(std::string why) { doc_.fault_ = std::move(why); }
  // kCorrupt when there is no element.
  Result<XmlDocument> finish();

 private:
  XmlDocument doc_;
  std::vector<int> open_;
};

// The strings of a document that is not binary: each one once, bounded in all.
class XmlStrings {
 public:
  std::uint32_t add(std::string_view text);  // kNoString when the bound is reached
  StringPool pool() { return StringPool::of(std::move(strings_)); }

 private:
  std::vector<std::string> strings_;
  std::size_t bytes_ = 0;
};

}  // namespace storesweep::apk
