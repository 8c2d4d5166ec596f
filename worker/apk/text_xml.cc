#include "worker/apk/text_xml.h"

#include <expat.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "common/base/text.h"
#include "worker/apk/attributes.h"

namespace storesweep::apk {
namespace {
constexpr char kSeparator = '\n';  // between namespace and name: neither may hold it

class Parser {
 public:
  Result<XmlDocument> run(std::string_view text) {
    std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> expat(XML_ParserCreateNS(nullptr, kSeparator),
                                                                  XML_ParserFree);
    if (!expat || text.size() > std::numeric_limits<int>::max()) return exhausted("XML: too large");
    expat_ = expat.get();
    XML_SetUserData(expat_, this);
    XML_SetElementHandler(expat_, on_start, [](void* self, const char*) { of(self).builder_.close(); });
    XML_SetCharacterDataHandler(expat_, on_text);
    XML_SetStartDoctypeDeclHandler(expat_, [](void* self, const char*, const char*, const char*, int) {
      of(self).stop(corrupt("XML: a document type declaration"));
    });
    bool whole = XML_Parse(expat_, text.data(), static_cast<int>(text.size()), 1) == XML_STATUS_OK;
    TRY(error_);
    if (!whole) {
      return corrupt("XML: line " + std::to_string(XML_GetCurrentLineNumber(expat_)) + ", column " +
                     std::to_string(XML_GetCurrentColumnNumber(expat_) + 1) + ": " +
                     XML_ErrorString(XML_GetErrorCode(expat_)));
    }
    builder_.pool(strings_.pool());
    return builder_.finish();
  }

 private:
  static Parser& of(void* self) { return *static_cast<Parser*>(self); }
  static void on_start(void* self, const char* name, const char** attributes) {
    if (Status s = of(self).start(name, attributes); !s.ok()) of(self).stop(std::move(s));
  }
  static void on_text(void* self, const char* text, int size) {
    std::string_view piece = trim(std::string_view(text, static_cast<std::size_t>(size)));
    if (!piece.empty()) of(self).builder_.text(of(self).strings_.add(piece));
  }
  void stop(Status error) {
    if (error_.ok()) error_ = std::move(error);
    XML_StopParser(expat_, XML_FALSE);
  }

  Status start(std::string_view name, const char** attributes) {
    TRY(builder_.open(strings_.add(name.substr(name.find(kSeparator) + 1))));
    std::vector<XmlAttribute> list;
    for (; attributes[0] != nullptr; attributes += 2) {
      if (list.size() >= kMaxXmlAttributes) return exhausted("XML: too many attributes");
      list.push_back(attribute(attributes[0], attributes[1]));
    }
    std::ranges::stable_sort(list, {}, &XmlAttribute::resource_id);
    for (const XmlAttribute& a : list) TRY(builder_.attribute(a));
    return ok_status();
  }

  XmlAttribute attribute(std::string_view name, std::string_view value) {
    XmlAttribute a;
    std::size_t split = name.find(kSeparator);
    if (split != std::string_view::npos) {
      a.space = strings_.add(name.substr(0, split));
      if (name.substr(0, split) == kAndroidNamespace) a.resource_id = attribute_named(name.substr(split + 1));
    }
    a.name = strings_.add(split == std::string_view::npos ? name : name.substr(split + 1));
    a.raw = strings_.add(value);
    a.value = {kString, a.raw};
    return a;
  }

  XML_Parser expat_ = nullptr;
  XmlStrings strings_;
  XmlBuilder builder_;
  Status error_;
};
}  // namespace

Result<XmlDocument> parse_text_xml(std::string_view text) { return Parser().run(text); }

}  // namespace storesweep::apk
