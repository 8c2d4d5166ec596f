#include "worker/apk/proto_values.h"

namespace storesweep::apk {
namespace {
// Field of a message that is a string.
std::string_view string_field(ByteView message, std::uint32_t number) {
  ProtoReader r(message);
  std::string_view found;
  for (ProtoField f; r.next(f);) {
    if (f.number == number) found = f.text();
  }
  return found;
}

ResValue reference(ByteView message) {
  ResValue value{kReference, 0};
  ProtoReader r(message);
  for (ProtoField f; r.next(f);) {
    if (f.number == 1 && f.value == 1) value.type = kThemeAttribute;
    if (f.number == 2) value.data = f.u32();
  }
  return value;
}

ResValue primitive(ByteView message) {
  ResValue value;
  ProtoReader r(message);
  for (ProtoField f; r.next(f);) {
    switch (f.number) {
      case 3:
        value = {kFloat, f.u32()};
        break;
      case 6:
        value = {kFirstInt, f.u32()};
        break;
      case 7:
        value = {kIntHex, f.u32()};
        break;
      case 8:
        value = {kBoolean, f.value != 0 ? 0xffffffffu : 0};
        break;
      case 9:
      case 10:
      case 11:
      case 12:  // colours: ARGB8, RGB8, ARGB4, RGB4
        value = {static_cast<std::uint8_t>(0x1c + f.number - 9), f.u32()};
        break;
      case 13:
        value = {0x05, f.u32()};  // dimension
        break;
      case 14:
        value = {0x06, f.u32()};  // fraction
        break;
      default:
        break;
    }
  }
  return value;
}
}  // namespace

ResValue proto_item(ByteView item, XmlStrings& strings) {
  ResValue value;
  ProtoReader r(item);
  for (ProtoField f; r.next(f);) {
    switch (f.number) {
      case 1:
        value = reference(f.bytes);
        break;
      case 2:
      case 3:
      case 4:
      case 5:  // string, raw string, styled string, file
        value = {kString, strings.add(string_field(f.bytes, 1))};
        break;
      case 7:
        value = primitive(f.bytes);
        break;
      default:
        break;
    }
  }
  return value;
}

}  // namespace storesweep::apk
