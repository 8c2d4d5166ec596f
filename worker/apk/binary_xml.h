// Binary XML, as the platform's own reader takes it (AOSP libs/androidfw, ResourceTypes.cpp, ResXMLTree): the
// outer chunk's type does not matter, unknown chunks are skipped, the last string pool before the first node
// counts, attributes may be of any size and reach as far as the bytes do. Reading ends with the root element;
// where the platform would stop at a bad node before it, XmlDocument::fault() says so.
// Hostile input; counts are bounded by kMax*. Pure.
#pragma once

#include "worker/apk/xml_document.h"

namespace storesweep::apk {

// kCorrupt where the platform would not open it, kExhausted where a bound was reached.
Result<XmlDocument> parse_binary_xml(ByteView bytes);

}  // namespace storesweep::apk
