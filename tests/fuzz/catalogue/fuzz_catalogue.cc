// The first byte chooses the format, the rest is the catalogue.
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "coordinator/catalogue/catalogue.h"

namespace cat = storesweep::catalogue;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string path = "/tmp/storesweep-fuzz-catalogue-" + std::to_string(std::rand());
  if (size == 0) return 0;
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data) + 1, static_cast<long>(size - 1));
  cat::Options options{.format = static_cast<cat::Format>(data[0] % 3), .store = "s"};
  auto report = cat::read_file(
      path, options,
      [](const storesweep::Listing& l) {
        return l.package.empty() ? std::abort() : void(), storesweep::ok_status();
      },
      [](const storesweep::Listing& l) { return l.package.empty() ? std::abort() : void(); },
      storesweep::Deadline::in_ms(10'000));
  std::remove(path.c_str());
  return report.ok() && report->rejected > report->rows ? std::abort(), 0 : 0;
}

std::vector<std::string> fuzz_seeds() {
  return {
      std::string("\0package,label,permissions\ncom.a,\"x\"\"y\",p=q;r\n", 44),
      "\x01{\"package\":\"com.a\",\"permissions\":[\"p\"]}\n",
      "\x02{\"repo\":{\"address\":\"https://r\"},\"packages\":{\"a\":{\"metadata\":{\"name\":{\"en\":\"x\"}},"
      "\"versions\":{\"h\":{\"file\":{\"name\":\"/a\"},\"manifest\":{\"versionCode\":1}}}}}}"};
}
