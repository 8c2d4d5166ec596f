// Any bytes as a package of any kind: bundle, quick app, mini program.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/worker/apk/apk_builder.h"
#include "tests/unit/worker/apk/apk_signer.h"
#include "worker/apk/bounded_json.h"
#include "worker/apk/container.h"
#include "worker/apk/mini_program.h"
#include "worker/apk/quick_app.h"

using namespace storesweep;

std::vector<std::string> fuzz_seeds() {
  using apk_test::zip_of;
  static const apk_test::TestKey key("A");
  std::string quick =
      zip_of({{"manifest.json", R"({"package":"a","features":[{"name":"x"}],"router":{"pages":{"a":1}}})"},
              {"app.js", "\"@app-module/system.a\""}});
  std::string block = apk_test::prefixed(apk_test::signer(key, std::string(32, 'd')));
  std::string mini("\xbe\0\0\0\0\0\0\0\x19\0\0\0\x02\xed\0\0\0\x01\0\0\0\x09/app.json\0\0\0\x27\0\0\0\x02{}",
                   41);
  return {zip_of({{"manifest.json", R"({"split_apks":[{"file":"a.apk","id":"base"}]})"}, {"a.apk", "x"}}),
          zip_of({{"info.json", R"({"pname":"a"})"}, {"base.apk", "x"}}),
          zip_of({{"base/manifest/AndroidManifest.xml", "x"}}),
          quick,
          apk_test::with_block(quick, {{0x01000101, block}}, "RPK Sig Block 42"),
          mini,
          "V1MMWX"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView file(data, size);
  auto container = apk::read_container(file);
  if (container.ok() && container->members.empty() && container->notes.empty()) __builtin_trap();
  static_cast<void>(apk::parse_bounded_json(as_text(file)));
  apk::Budget budget(16u << 20);
  static_cast<void>(apk::read_mini_program(file, budget));
  auto zip = apk::ZipArchive::open(file);
  if (!zip.ok()) return 0;
  static_cast<void>(apk::read_quick_app(file, *zip, budget));
  for (const apk::ContainerMember& m :
       container.ok() ? container->members : std::vector<apk::ContainerMember>()) {
    Bytes scratch;
    static_cast<void>(apk::member_bytes(file, *zip, m, scratch, 1 << 20));
  }
  return 0;
}
