// Any bytes as a binary AndroidManifest.xml, and as every XML file that it refers to.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/worker/apk/resource_builder.h"
#include "tests/unit/worker/apk/xml_writer.h"
#include "worker/apk/binary_xml.h"
#include "worker/apk/manifest.h"

using namespace storesweep;
using namespace storesweep::apk_test;

std::vector<std::string> fuzz_seeds() {
  auto referring = app_manifest(30, {{"icon", ref(0x7f010000)},
                                     {"networkSecurityConfig", ref(0x7f010000)},
                                     {"fullBackupContent", ref(0x7f010000)}});
  referring.leaf("meta-data", {{"name", str("a")}, {"resource", ref(0x7f010000)}});
  XmlWriter network;
  network.open("network-security-config").open("domain-config").open("domain").text("a.b").close();
  network.open("pin-set").open("pin").text("x");
  XmlWriter icon;
  icon.open("adaptive-icon").leaf("foreground", {{"drawable", ref(0x7f010000)}});
  return {manifest(), manifest("a.b", "split", false), referring.bytes(), network.bytes(), icon.bytes()};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes(data, size);
  auto document = apk::parse_binary_xml(bytes);
  if (!document.ok()) return 0;
  static const std::string table = table_of(
      {"a.xml"}, package_chunk(0x7f, spec_chunk(1) + type_chunk(1, ConfigBytes(), {{0, {0x03, 0}}})));
  apk::Resources resources;
  resources.add(*apk::ResourceTable::parse(as_bytes(table)));
  auto manifest = apk::read_manifest(*document, resources);
  apk::Manifest any;
  if (manifest.ok()) any = *manifest;
  any.icon = any.network_security = any.full_backup = any.extraction_rules = 0x7f010000;
  ApkFacts facts;
  apk::read_referred(
      any, resources, [&](const std::string&) { return apk::parse_binary_xml(bytes); }, facts);
  return 0;
}
