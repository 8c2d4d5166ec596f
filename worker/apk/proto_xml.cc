#include "worker/apk/proto_xml.h"

#include <algorithm>

#include "worker/apk/proto_values.h"

namespace storesweep::apk {
namespace {
class Parser {
 public:
  Result<XmlDocument> run(ByteView bytes) {
    TRY(node(bytes));
    builder_.pool(strings_.pool());
    return builder_.finish();
  }

 private:
  // XmlNode: element or text.
  Status node(ByteView bytes) {
    ProtoReader r(bytes);
    for (ProtoField f; r.next(f);) {
      if (f.number == 1) TRY(element(f.bytes));
      if (f.number == 2) builder_.text(strings_.add(f.text()));
    }
    return r.ok() ? ok_status() : corrupt("protobuf XML: a broken message");
  }

  Status element(ByteView bytes) {
    TRY_ASSIGN(auto attributes, attributes_of(bytes));
    TRY(builder_.open(strings_.add(name_)));
    for (const XmlAttribute& a : attributes) TRY(builder_.attribute(a));
    ProtoReader r(bytes);
    for (ProtoField f; r.next(f);) {
      if (f.number == 5) TRY(node(f.bytes));
    }
    builder_.close();
    return ok_status();
  }

  // In the order of their ids, as aapt2 writes them into binary XML; name_ is then the element's.
  Result<std::vector<XmlAttribute>> attributes_of(ByteView element) {
    std::vector<XmlAttribute> out;
    name_ = {};
    ProtoReader r(element);
    for (ProtoField f; r.next(f);) {
      if (f.number == 3) name_ = f.text();
      if (f.number != 4) continue;
      if (out.size() >= kMaxXmlAttributes) return exhausted("protobuf XML: too many attributes");
      out.push_back(attribute(f.bytes));
    }
    if (!r.ok()) return corrupt("protobuf XML: a broken element");
    std::ranges::stable_sort(out, {}, &XmlAttribute::resource_id);
    return out;
  }

  XmlAttribute attribute(ByteView bytes) {
    XmlAttribute a;
    ProtoReader r(bytes);
    for (ProtoField f; r.next(f);) {
      if (f.number == 1 && !f.bytes.empty()) a.space = strings_.add(f.text());
      if (f.number == 2) a.name = strings_.add(f.text());
      if (f.number == 3) a.raw = strings_.add(f.text());
      if (f.number == 5) a.resource_id = f.u32();
      if (f.number == 6) a.value = proto_item(f.bytes, strings_);
    }
    if (a.value.type == kNull && a.raw != kNoString) a.value = {kString, a.raw};
    return a;
  }

  XmlStrings strings_;
  XmlBuilder builder_;
  std::string_view name_;
};
}  // namespace

Result<XmlDocument> parse_proto_xml(ByteView bytes) { return Parser().run(bytes); }

}  // namespace storesweep::apk
