// Any bytes as a package of any kind, read whole: manifest, resources, signatures, code, leads, JSON, and
// what a listing would be told.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/rules/listing_check.h"
#include "common/rules/sdks.h"
#include "common/rules/sources.h"
#include "tests/unit/worker/apk/resource_builder.h"
#include "tests/unit/worker/apk/xml_writer.h"
#include "worker/apk/app_facts.h"
#include "worker/apk/package.h"

using namespace storesweep;
using namespace storesweep::apk_test;

namespace {
std::string rules() {
  const char* source = std::getenv("STORESWEEP_SOURCE");
  return std::string(source == nullptr ? "." : source) + "/rules";
}
}  // namespace

std::vector<std::string> fuzz_seeds() {
  auto w = app_manifest(30, {{"label", ref(0x7f010000)}, {"icon", ref(0x7f010000)}});
  w.open("receiver", {{"name", str(".B")}})
      .open("intent-filter")
      .leaf("action", {{"name", str("android.intent.action.BOOT_COMPLETED")}});
  std::string table = table_of(
      {"res/i.xml"}, package_chunk(0x7f, spec_chunk(1) + type_chunk(1, ConfigBytes(), {{0, {0x03, 0}}})));
  std::string apk = zip_of({{"AndroidManifest.xml", w.bytes()},
                            {"resources.arsc", table},
                            {"res/i.xml", XmlWriter().leaf("vector").bytes()},
                            {"classes.dex", "dex\n035"},
                            {"lib/x86/liba.so",
                             "\x7f"
                             "ELF"}});
  return {apk, zip_of({{"base.apk", apk}, {"info.json", "{}"}}),
          zip_of({{"AndroidManifest.xml", "<manifest package='a.b'/>"},
                  {"classes.jar", zip_of({{"a.class", "\xca\xfe"}})}})};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const SourceCatalogue sources = *load_sources(rules());
  static const SdkCatalogue sdks = *load_sdks(rules());
  static const FactsKnowledge knowledge{&sources, &sdks};
  FactsOptions options;
  options.knowledge = &knowledge;
  ByteView bytes(data, size);
  auto facts = read_package_facts(std::span(&bytes, 1), options);
  if (!facts.ok()) return 0;
  if (facts_to_json(*facts).empty()) __builtin_trap();
  (void)compare_listing(Listing{}, app_facts_of(*facts));
  return 0;
}
