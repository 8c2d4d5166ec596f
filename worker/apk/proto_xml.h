// The XML of app bundles: aapt.pb.XmlNode (AOSP tools/aapt2/Resources.proto). Hostile input; bounded as
// binary XML is. Pure; the document owns its text.
#pragma once

#include "worker/apk/xml_document.h"

namespace storesweep::apk {

// kCorrupt for what is no such message, kExhausted where a bound was reached.
Result<XmlDocument> parse_proto_xml(ByteView bytes);

}  // namespace storesweep::apk
