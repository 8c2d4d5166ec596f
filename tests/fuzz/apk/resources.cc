// Any bytes as a resource table, asked for what a manifest would ask.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/worker/apk/apk_builder.h"
#include "worker/apk/resources.h"

using namespace storesweep;

std::vector<std::string> fuzz_seeds() {
  return {apk_test::resources("label"), apk_test::resources("label", "zh")};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto table = apk::ResourceTable::parse(ByteView(data, size));
  if (!table.ok()) return 0;
  apk::Resources all;
  all.add(std::move(table).value());
  for (std::uint32_t id : {0x7f010000u, 0x7f010001u, 0x01040000u}) {
    (void)all.text(id);
    (void)all.texts(id);
    (void)all.texts_by_locale(id);
    (void)all.files(id);
    (void)all.name_of(id);
  }
  return 0;
}
