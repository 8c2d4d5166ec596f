// The attributes of a manifest's elements as values, references resolved as the package parser resolves them
// (AOSP TypedArray, PackageParser.buildClassName). Private to the readers of this room. Views of document and
// resources, which must outlive it. One thread.
#pragma once

#include <optional>
#include <string>

#include "worker/apk/attributes.h"
#include "worker/apk/resources.h"
#include "worker/apk/xml_document.h"

namespace storesweep::apk {

class ManifestValues {
 public:
  ManifestValues(const XmlDocument& document, const Resources& resources)
      : doc_(document), resources_(resources) {}

  const XmlDocument& document() const { return doc_; }
  const Resources& resources() const { return resources_; }
  void package(std::string name) { package_ = std::move(name); }

  bool has(const XmlElement& e, std::uint32_t id) const { return find(e, id) != nullptr; }
  std::string text(const XmlElement& e, std::uint32_t id) const;
  std::optional<std::int64_t> number(const XmlElement& e, std::uint32_t id) const;
  std::optional<bool> flag(const XmlElement& e, std::uint32_t id) const;
  bool flag(const XmlElement& e, std::uint32_t id, bool otherwise) const {
    return flag(e, id).value_or(otherwise);
  }
  std::uint32_t reference(const XmlElement& e, std::uint32_t id) const;  // 0: none
  std::string plain(const XmlElement& e, std::string_view name) const;   // of no namespace
  std::string class_name(const std::string& name) const;
  std::vector<std::string> array(std::uint32_t resource) const;
  // Of all text that was handed out: many attributes may say the same long string.
  std::size_t text_bytes() const { return text_bytes_; }
  // "style/AppTheme", or the id in hexadecimal.
  std::string resource_name(std::uint32_t id) const;

 private:
  // @null and attributes without a value are none.
  const XmlAttribute* find(const XmlElement& e, std::uint32_t id) const;
  ResValue resolved(const XmlAttribute& a) const;
  std::string text_of(const XmlAttribute& a) const;
  std::string counted(std::string text) const {
    text_bytes_ += text.size();
    return text;
  }

  const XmlDocument& doc_;
  const Resources& resources_;
  std::string package_;
  mutable std::size_t text_bytes_ = 0;
};

}  // namespace storesweep::apk
