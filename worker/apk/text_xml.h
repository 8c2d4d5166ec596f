// XML as text, which libraries (.aar) carry: read by expat, without external entities, bounded as binary XML
// is. Attributes of the android namespace get the resource ids of their names (attributes.h); values stay
// text. Hostile input. Pure; the document owns its text.
#pragma once

#include <string_view>

#include "worker/apk/xml_document.h"

namespace storesweep::apk {

// kCorrupt names line and column; kExhausted where a bound was reached. A document type declaration is
// refused.
Result<XmlDocument> parse_text_xml(std::string_view text);

}  // namespace storesweep::apk
