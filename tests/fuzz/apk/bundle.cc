// Any bytes as the protobuf manifest and as the protobuf resources of a bundle.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/worker/apk/resource_builder.h"
#include "worker/apk/manifest.h"
#include "worker/apk/proto_xml.h"

using namespace storesweep;
using namespace storesweep::apk_test;

std::vector<std::string> fuzz_seeds() {
  std::string reference = proto_bytes(6, proto_bytes(1, proto_number(2, 0x7f010000)));
  std::string label =
      proto_bytes(2, "label") + proto_bytes(3, "@string/a") + proto_number(5, 0x01010001) + reference;
  std::string application = proto_bytes(3, "application") + proto_bytes(4, label);
  std::string package = proto_bytes(4, proto_bytes(2, "package") + proto_bytes(3, "a.b"));
  std::string xml = proto_bytes(1, proto_bytes(3, "manifest") + package +
                                       proto_bytes(5, proto_bytes(1, application) + proto_bytes(2, "text")));
  std::string value = proto_bytes(2, proto_bytes(4, proto_bytes(2, proto_bytes(1, "text"))));
  std::string config = proto_bytes(1, proto_bytes(3, "zh-Hant-TW") + proto_number(18, 480));
  std::string entry =
      proto_bytes(1, proto_number(1, 0)) + proto_bytes(6, config + value) + proto_bytes(6, value);
  std::string type = proto_bytes(1, proto_number(1, 1)) + proto_bytes(3, entry);
  return {xml, proto_bytes(2, proto_bytes(1, proto_number(1, 0x7f)) + proto_bytes(3, type))};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes(data, size);
  apk::Resources resources;
  if (auto table = apk::ResourceTable::parse_proto(bytes); table.ok())
    resources.add(std::move(table).value());
  (void)resources.texts_by_locale(0x7f010000);
  (void)resources.files(0x7f010000);
  auto document = apk::parse_proto_xml(bytes);
  if (document.ok()) (void)apk::read_manifest(*document, resources);
  return 0;
}
