// Values as aapt2 writes them into protocol buffers (AOSP tools/aapt2/Resources.proto, Item). Pure.
#pragma once

#include "worker/apk/protobuf.h"
#include "worker/apk/xml_document.h"

namespace storesweep::apk {

// A string is added to `strings` and its value holds its index there. A reference by name alone (id 0) stays
// unresolved: type reference, data 0.
ResValue proto_item(ByteView item, XmlStrings& strings);

}  // namespace storesweep::apk
