// Quick apps that their own tool made (tests/tools/quick_app.sh, npm's hap-toolkit); skipped, saying so,
// where it cannot be had.
#include "worker/apk/quick_app.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "worker/apk/container.h"

namespace storesweep::apk {
namespace {
std::string source() {
  const char* folder = std::getenv("STORESWEEP_SOURCE");
  return folder ? folder : ".";
}

std::string made(const std::string& name) {
  static const int kCode =
      std::system(("bash '" + source() + "/tests/tools/quick_app.sh' >/dev/null 2>&1").c_str());
  if (kCode != 0) return "";
  std::ifstream in(source() + "/build/quick-apps/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
#define NEED(file) \
  if ((file).empty()) GTEST_SKIP() << "hap-toolkit could not be had: tests/tools/quick_app.sh says why"

Result<QuickApp> read(ByteView file) {
  auto zip = ZipArchive::open(file);
  if (!zip.ok()) return zip.status();
  Budget budget;
  return read_quick_app(file, *zip, budget);
}

TEST(QuickAppOfItsTool, SaysWhoItIsWhatItAsksForAndWhoSignedIt) {
  std::string file = made("whole.rpk");
  NEED(file);
  EXPECT_EQ(read_container(as_bytes(file))->kind, ContainerKind::kRpk);
  auto app = read(as_bytes(file));
  ASSERT_TRUE(app.ok()) << app.status().text();
  EXPECT_EQ(app->package, "com.example.quick");
  EXPECT_EQ(app->version_code, 3);
  EXPECT_EQ(app->features, (std::vector<std::string>{"system.geolocation", "system.device"}));
  EXPECT_TRUE(app->modules.contains("system.device"));
  EXPECT_TRUE(app->modules.contains("system.geolocation"));
  EXPECT_TRUE(app->signature.verified);
  EXPECT_TRUE(app->file_digests);
  ASSERT_EQ(app->signature.identity.size(), 1u);
  EXPECT_EQ(app->signature.identity[0].key_type, "RSA");
}

TEST(QuickAppOfItsTool, AChangedByteBreaksItsSignature) {
  std::string file = made("whole.rpk");
  NEED(file);
  int broken = 0, opened = 0;
  const std::size_t block = file.find("RPK Sig Block 42");
  ASSERT_NE(block, std::string::npos);
  for (std::size_t at = 40; at < block; at += 97) {
    std::string changed = file;
    changed[at] = static_cast<char>(changed[at] ^ 0x20);
    auto app = read(as_bytes(changed));
    if (!app.ok()) continue;
    opened += 1;
    broken += !app->signature.verified;
  }
  EXPECT_GT(opened, 20);
  // The digests of single files, which the platform reads beside, are no part of what is compared here.
  EXPECT_GT(broken, opened * 3 / 4);
}

TEST(QuickAppOfItsTool, InPartsHasABaseAndEveryPartIsSigned) {
  std::string file = made("parts.rpks");
  NEED(file);
  auto zip = ZipArchive::open(as_bytes(file));
  Container container = read_container(as_bytes(file), *zip);
  EXPECT_EQ(container.kind, ContainerKind::kRpk);
  ASSERT_EQ(container.members.size(), 3u);
  EXPECT_EQ(container.members[0].name, "com.example.quick.base.srpk");
  for (const ContainerMember& m : container.members) {
    Bytes scratch;
    auto bytes = member_bytes(as_bytes(file), *zip, m, scratch, 1 << 20);
    ASSERT_TRUE(bytes.ok());
    auto app = read(*bytes);
    ASSERT_TRUE(app.ok()) << m.name << app.status().text();
    EXPECT_TRUE(app->signature.verified) << m.name;
  }
}
}  // namespace
}  // namespace storesweep::apk
