// Packages that Debian's apksigner signs here and now, with every scheme that it knows, a rotated key and the
// tree of v4, are taken; any change is noticed. Skipped, saying so, where the tools are not installed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/unit/temporary_folder.h"
#include "tests/unit/worker/apk/apk_builder.h"
#include "worker/apk/signature.h"

namespace storesweep::apk {
namespace {
class SignedByApksigner : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("which apksigner keytool zipalign >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "no apksigner, keytool or zipalign here";
    }
    std::ofstream(folder_ / "unaligned.apk", std::ios::binary)
        << apk_test::zip_of({{"AndroidManifest.xml", apk_test::manifest()},
                             {"classes.dex", std::string(3u << 20, 'd')},
                             {"res/", ""},
                             {"res/a", "text"}});
    run("zipalign -f 4 unaligned.apk plain.apk");
    for (const char* key : {"a", "b"}) {
      run(std::string("keytool -genkeypair -keystore ") + key +
          ".jks -storepass android -alias k -keyalg RSA "
          "-keysize 2048 -validity 100 -dname CN=" +
          key);
    }
  }
  void run(const std::string& command) {
    ASSERT_EQ(std::system(("cd '" + folder_.path() + "' && " + command + " >log 2>&1").c_str()), 0)
        << command << "\n"
        << content("log");
  }
  std::string content(const std::string& name) {
    std::ifstream in(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  SignatureFacts verify(const std::string& file, int min_sdk, const std::string& idsig = "") {
    auto zip = ZipArchive::open(as_bytes(file));
    Budget budget;
    return *verify_signatures(as_bytes(file), *zip, {.min_sdk = min_sdk, .idsig = as_bytes(idsig)}, budget);
  }
  std::string states(const SignatureFacts& f) {
    std::string out;
    for (Scheme s : {Scheme::kV1, Scheme::kV2, Scheme::kV3, Scheme::kV4}) {
      if (f.state(s) == SchemeState::kVerified) out += std::string(scheme_name(s)) + " ";
    }
    return out;
  }

  testing::TemporaryFolder folder_;
};

TEST_F(SignedByApksigner, AllSchemesHoldAndEveryChangeIsNoticed) {
  run("apksigner sign --ks a.jks --ks-pass pass:android --min-sdk-version 19 --v4-signing-enabled true "
      "--out signed.apk plain.apk");
  const std::string file = content("signed.apk"), idsig = content("signed.apk.idsig");
  SignatureFacts f = verify(file, 19, idsig);
  EXPECT_TRUE(f.verified);
  EXPECT_EQ(states(f), "v1 v2 v3 v4 ");
  EXPECT_EQ(f.identity[0].subject, "CN=a");
  EXPECT_EQ(f.identity[0].key_bits, 2048);
  std::string changed = file;
  changed[file.find("dddd") + 2'000'000] = 'e';
  SignatureFacts g = verify(changed, 19, idsig);
  EXPECT_EQ(states(g), "");
  EXPECT_FALSE(g.verified);
  for (std::size_t at : {std::size_t{30}, idsig.size() / 2, std::size_t{400}}) {
    std::string other = idsig;
    other[at] = static_cast<char>(other[at] ^ 1);
    bool of_tree = at > 3000;  // the tree behind the signature is not needed: its root is computed
    EXPECT_EQ(verify(file, 24, other).state(Scheme::kV4) == SchemeState::kVerified, of_tree) << at;
  }
}

TEST_F(SignedByApksigner, ARotatedKeyTellsItsHistory) {
  run("apksigner rotate --out lineage --old-signer --ks a.jks --ks-pass pass:android --new-signer --ks b.jks "
      "--ks-pass pass:android");
  run("apksigner sign --ks a.jks --ks-pass pass:android --next-signer --ks b.jks --ks-pass pass:android "
      "--lineage lineage --min-sdk-version 24 --out signed.apk plain.apk");
  SignatureFacts f = verify(content("signed.apk"), 24);
  EXPECT_TRUE(f.verified);
  EXPECT_EQ(states(f), "v2 v3 ");
  ASSERT_EQ(f.lineage.size(), 2u);
  EXPECT_EQ(f.lineage[0].certificate.subject, "CN=a");
  EXPECT_EQ(f.identity[0].subject, "CN=b");
  EXPECT_FALSE(f.mixed);
}

TEST_F(SignedByApksigner, TheTreeOfVerityHolds) {
  run("apksigner sign --ks a.jks --ks-pass pass:android --min-sdk-version 28 --verity-enabled "
      "--v2-signing-enabled false --v4-signing-enabled false --out signed.apk plain.apk");
  const std::string file = content("signed.apk");
  SignatureFacts f = verify(file, 28);
  EXPECT_TRUE(f.verified);
  ASSERT_FALSE(f.signers.empty());
  std::string algorithms;
  for (const std::string& a : f.signers[0].algorithms) algorithms += a + " ";
  EXPECT_NE(algorithms.find("VERITY"), std::string::npos) << algorithms;
  std::string changed = file;
  changed[file.find("dddd") + 2'000'000] = 'e';
  EXPECT_FALSE(verify(changed, 28).verified);
}
}  // namespace
}  // namespace storesweep::apk
