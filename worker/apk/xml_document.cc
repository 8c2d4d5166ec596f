#include "worker/apk/xml_document.h"

#include "common/base/text.h"

namespace storesweep::apk {
namespace {
constexpr std::size_t kMaxOwnStringBytes = 16u << 20;
}  // namespace

const XmlAttribute* XmlDocument::attribute(const XmlElement& e, std::uint32_t resource_id) const {
  for (std::uint32_t i = 0; i < e.attribute_count; ++i) {
    const XmlAttribute& a = attributes_[e.first_attribute + i];
    if (a.resource_id == resource_id) return &a;
    if (a.resource_id > resource_id) return nullptr;
  }
  return nullptr;
}

const XmlAttribute* XmlDocument::attribute(const XmlElement& e, std::string_view plain_name) const {
  for (std::uint32_t i = 0; i < e.attribute_count; ++i) {
    const XmlAttribute& a = attributes_[e.first_attribute + i];
    if (a.space == kNoString && string(a.name) == plain_name) return &a;
  }
  return nullptr;
}

std::optional<std::string> XmlDocument::string_of(const XmlAttribute& a) const {
  if (a.value.type == kString) return string(a.value.data);
  if (a.raw != kNoString) return string(a.raw);
  return std::nullopt;
}

Status XmlBuilder::open(std::uint32_t name) {
  if (open_.size() >= kMaxXmlDepth) return exhausted("XML: nested too deep");
  if (doc_.elements_.size() >= kMaxXmlElements) return exhausted("XML: too many elements");
  XmlElement e;
  e.name = name;
  e.parent = open_.empty() ? -1 : open_.back();
  e.first_attribute = static_cast<std::uint32_t>(doc_.attributes_.size());
  open_.push_back(static_cast<int>(doc_.elements_.size()));
  doc_.elements_.push_back(e);
  return ok_status();
}

Status XmlBuilder::attribute(const XmlAttribute& a) {
  if (doc_.attributes_.size() >= kMaxXmlAttributes) return exhausted("XML: too many attributes");
  doc_.attributes_.push_back(a);
  ++doc_.elements_.back().attribute_count;
  return ok_status();
}

void XmlBuilder::text(std::uint32_t index) {
  if (open_.empty()) return;
  XmlElement& e = doc_.elements_[static_cast<std::size_t>(open_.back())];
  if (e.text == kNoString) e.text = index;
}

void XmlBuilder::close() {
  if (!open_.empty()) open_.pop_back();
}

Result<XmlDocument> XmlBuilder::finish() {
  if (doc_.elements_.empty()) {
    return corrupt(doc_.fault_.empty() ? "XML: no element" : "XML: " + doc_.fault_);
  }
  return std::move(doc_);
}

std::uint32_t XmlStrings::add(std::string_view text) {
  std::string clean = clean_utf8(text.substr(0, kMaxXmlTextBytes));
  if (!strings_.empty() && strings_.back() == clean) return static_cast<std::uint32_t>(strings_.size() - 1);
  bytes_ += clean.size() + sizeof(std::string);
  if (bytes_ > kMaxOwnStringBytes) return kNoString;
  strings_.push_back(std::move(clean));
  return static_cast<std::uint32_t>(strings_.size() - 1);
}

}  // namespace storesweep::apk
