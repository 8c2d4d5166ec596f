#include "common/rules/sdks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "common/base/file.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {

const SdkCatalogue& catalogue() {
  static const SdkCatalogue c = load_sdks(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules").value();
  return c;
}

std::string of_class(std::string_view name) {
  const auto sdk = catalogue().of_class(name);
  return sdk ? catalogue().sdks[*sdk].id : "";
}

TEST(Sdks, TheCatalogueThatShipsIsSoundAndKnowsTheCommonOnes) {
  auto sdks = load_sdks(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
  ASSERT_TRUE(sdks.ok()) << sdks.status().text();
  std::set<std::string> kinds;
  int with_classes = 0;
  for (const Sdk& s : sdks->sdks) {
    with_classes += !s.classes.empty();
    kinds.insert(s.kind);
  }
  std::printf("%zu SDKs, %d with class prefixes, %zu libraries, %zu components, %zu hosts\n",
              sdks->sdks.size(), with_classes, sdks->by_library.size(), sdks->by_component.size(),
              sdks->by_host.size());
  EXPECT_GT(with_classes, 400);
  EXPECT_GT(kinds.size(), 30u);
  for (const char* id :
       {"jpush",      "umeng",      "getui",       "bugly",      "pangle",     "gdt",       "kuaishou-ads",
        "amap",       "baidu-map",  "tencent-map", "wechat",     "qq-connect", "weibo",     "alipay",
        "unionpay",   "cmcc-login", "cucc-login",  "ctcc-login", "shanyan",    "agora",     "rongcloud",
        "nim",        "yidun",      "ishumei",     "tongdun",    "msa-oaid",   "x5",        "iflytek",
        "megvii",     "sensetime",  "hms-core",    "mipush",     "oppo-push",  "vivo-push", "honor-push",
        "meizu-push", "mobtech",    "talkingdata", "growingio",  "sensors",    "sigmob",    "mintegral",
        "firebase",   "admob",      "facebook"})
    EXPECT_TRUE(sdks->find(id)) << id;
}

TEST(Sdks, TheLongestPrefixOnADottedBoundaryWins) {
  EXPECT_EQ(of_class("com.umeng.message.PushAgent"), "umeng-push");
  EXPECT_EQ(of_class("com.umeng.analytics.MobclickAgent$a"), "umeng");
  EXPECT_EQ(of_class("com.huawei.hms.push.HmsMessageService"), "hms-push");
  EXPECT_EQ(of_class("com.huawei.hms.other.X"), "hms-core");
  EXPECT_EQ(of_class("androidx.work.Worker"), "androidx-work");
  EXPECT_EQ(of_class("androidx.workers.Worker"), "androidx");
  EXPECT_EQ(of_class("com.facebook.FacebookSdk$1"), "facebook");
  EXPECT_EQ(of_class("com.facebook.unknown.X"), "");
  EXPECT_EQ(of_class("okhttp33.Call"), "");
  EXPECT_EQ(of_class("a.b.c"), "");
  EXPECT_EQ(of_class(""), "");
  EXPECT_EQ(of_class("."), "");
}

TEST(Sdks, AreToldByLibraryFileAndHost) {
  auto id = [](std::optional<std::uint32_t> sdk) { return sdk ? catalogue().sdks[*sdk].id : ""; };
  EXPECT_EQ(id(catalogue().of_library("libBugly.so")), "bugly");
  EXPECT_EQ(id(catalogue().of_library("libjiagu_x86.so")), "qihoo-jiagu");
  EXPECT_EQ(id(catalogue().of_library("libjiag.so")), "");
  EXPECT_EQ(id(catalogue().of_file("assets/ijiami.dat")), "ijiami");
  EXPECT_EQ(id(catalogue().of_host("android.bugly.qq.com")), "bugly");
  EXPECT_EQ(id(catalogue().of_host("map.qq.com")), "tencent-map");
  EXPECT_EQ(id(catalogue().of_host("notmap.qq.com")), "");
}

TEST(Sdks, EveryErrorNamesItsLine) {
  storesweep::testing::TemporaryFolder folder;
  ASSERT_TRUE(make_folders(folder / "sdks").ok());
  ASSERT_TRUE(write_file_durably(folder / "sdks/catalogue.yaml", R"(version: "1"
sdks:
  - {id: a, name: A, company: A, kind: push, classes: [com.a]}
  - {id: b, name: B, company: B, kind: pusch, classes: [com.a, com.b.], libraries: ["li*.so"]}
  - {id: a, name: A, company: A, kind: push}
)")
                  .ok());
  auto sdks = load_sdks(folder.path());
  ASSERT_FALSE(sdks.ok());
  const std::string message = sdks.status().message();
  EXPECT_NE(message.find("catalogue.yaml:4:"), std::string::npos) << message;
  EXPECT_NE(message.find("'pusch' is none of the kinds"), std::string::npos) << message;
  EXPECT_NE(message.find("'com.a' is a mark of a already"), std::string::npos) << message;
  EXPECT_NE(message.find("'com.b.' is no name"), std::string::npos) << message;
  EXPECT_NE(message.find("before its first *"), std::string::npos) << message;
  EXPECT_NE(message.find("a stands twice"), std::string::npos) << message;
}

TEST(Sdks, EveryErrorOfTheGeneratedLinesNamesItsLine) {
  storesweep::testing::TemporaryFolder folder;
  ASSERT_TRUE(make_folders(folder / "sdks").ok());
  ASSERT_TRUE(write_file_durably(folder / "sdks/catalogue.yaml",
                                 "version: \"1\"\nsdks:\n  - {id: a, name: A, company: A, kind: push}\n")
                  .ok());
  ASSERT_TRUE(write_file_durably(folder / "sdks/libchecker.tsv",
                                 "# head\na\t\t\tliba.so\t\nb\tB\tB\tliba.so\t\nc\t\t\t\t\na\tA\t\t\t\nx\n")
                  .ok());
  auto sdks = load_sdks(folder.path());
  ASSERT_FALSE(sdks.ok());
  const std::string message = sdks.status().message();
  EXPECT_NE(message.find("libchecker.tsv:3: 'liba.so' is a mark of a already"), std::string::npos) << message;
  EXPECT_NE(message.find("libchecker.tsv:4: c has no name"), std::string::npos) << message;
  EXPECT_NE(message.find("libchecker.tsv:5: a has a name already"), std::string::npos) << message;
  EXPECT_NE(message.find("libchecker.tsv:6: wanted five fields"), std::string::npos) << message;
}

}  // namespace
}  // namespace storesweep
