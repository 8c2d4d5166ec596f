#include "worker/apk/container.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/corpus.h"
#include "tests/unit/worker/apk/apk_builder.h"
#include "tests/unit/worker/apk/apk_signer.h"
#include "worker/apk/mini_program.h"
#include "worker/apk/quick_app.h"

namespace storesweep::apk {
namespace {
using namespace apk_test;
using enum ContainerKind;

std::string big(std::uint32_t v) {
  std::string out = number(v);
  return {out.rbegin(), out.rend()};
}

// A mini program's package of those files.
std::string wxapkg_of(const std::vector<ZipMember>& files) {
  std::string index = big(static_cast<std::uint32_t>(files.size())), body;
  std::size_t index_bytes = 4;
  for (const ZipMember& f : files) index_bytes += 12 + f.name.size();
  for (const ZipMember& f : files) {
    index += big(static_cast<std::uint32_t>(f.name.size())) + f.name +
             big(static_cast<std::uint32_t>(14 + index_bytes + body.size())) +
             big(static_cast<std::uint32_t>(f.content.size()));
    body += f.content;
  }
  return "\xbe" + big(0) + big(static_cast<std::uint32_t>(index.size())) +
         big(static_cast<std::uint32_t>(body.size())) + "\xed" + index + body;
}

// "base.apk:base split.apk:split"
std::string members(const Container& c) {
  static const char* const kRoles[] = {"base", "split", "standalone", "expansion", "other"};
  std::string out;
  for (const ContainerMember& m : c.members) {
    out += (out.empty() ? "" : " ") + m.name + ":" + kRoles[static_cast<int>(m.role)];
  }
  return out;
}

Container read(const std::string& file) {
  auto c = read_container(as_bytes(file));
  return c.ok() ? *c : Container();
}

TEST(Containers, AreToldByTheirContentAndNotByAName) {
  EXPECT_EQ(read(small_apk()).kind, kApk);
  EXPECT_EQ(read(zip_of({{"AndroidManifest.xml", " <manifest/>"}, {"classes.jar", "PK"}})).kind, kAar);
  EXPECT_EQ(read(zip_of({{"com/a/B.class", "x"}})).kind, kJar);
  EXPECT_EQ(read(zip_of({{"BundleConfig.pb", ""}, {"base/manifest/AndroidManifest.xml", "x"}})).kind, kAab);
  EXPECT_EQ(read(zip_of({{"toc.pb", ""}, {"splits/base-master.apk", "x"}})).kind, kApks);
  EXPECT_EQ(read(zip_of({{"manifest.json", "{}"}, {"a.apk", "x"}})).kind, kXapk);
  EXPECT_EQ(read(zip_of({{"info.json", "{}"}, {"base.apk", "x"}})).kind, kApkm);
  EXPECT_EQ(read(zip_of({{"base.apk", "x"}, {"split_zh.apk", "x"}})).kind, kSplitSet);
  EXPECT_EQ(read(zip_of({{"manifest.json", "{}"}, {"app.js", ""}})).kind, kRpk);
  EXPECT_EQ(read(wxapkg_of({{"/app-config.json", "{}"}})).kind, kWxapkg);
  EXPECT_EQ(read("V1MMWX whatever").kind, kWxapkg);
  EXPECT_EQ(read("dex\n035").kind, kDex);
  EXPECT_EQ(read(zip_of({{"readme.txt", "x"}})).kind, kUnknown);
  EXPECT_FALSE(read_container(as_bytes("no package at all")).ok());
}

TEST(Containers, TheBaseComesBeforeItsSplits) {
  EXPECT_EQ(
      members(read(zip_of({{"toc.pb", ""},
                           {"standalones/standalone-hdpi.apk", "x"},
                           {"splits/base-zh.apk", "x"},
                           {"splits/base-master.apk", "x"}}))),
      "splits/base-master.apk:base splits/base-zh.apk:split standalones/standalone-hdpi.apk:standalone");
  EXPECT_EQ(members(read(zip_of({{"one.apk", "x"}}))), "one.apk:base");
  EXPECT_EQ(read(zip_of({{"one.apk", "x"}, {"two.apk", "x"}})).notes.size(), 1u);
}

TEST(Containers, AnXapkSaysWhichIsItsBaseAndWhoItIs) {
  std::string json =
      R"({"package_name":"com.a","version_code":"7","name":"A","split_apks":[{"file":"com.a.apk","id":"base"},)"
      R"({"file":"config.zh.apk","id":"config.zh"}]})";
  Container c = read(zip_of({{"config.zh.apk", "x"},
                             {"com.a.apk", "y"},
                             {"manifest.json", json},
                             {"Android/obb/com.a/main.7.com.a.obb", "z"}}));
  EXPECT_EQ(members(c), "com.a.apk:base config.zh.apk:split Android/obb/com.a/main.7.com.a.obb:expansion");
  EXPECT_EQ(c.declared["package"], "com.a");
  EXPECT_EQ(c.declared["version_code"], "7");
}

TEST(Containers, AnIndexThatIsBrokenOrTooDeepIsANoteAndTheMembersAreFoundAllTheSame) {
  for (const std::string& json : {std::string("{"), std::string(100'000, '['), std::string("[]")}) {
    Container c = read(zip_of({{"manifest.json", json}, {"base.apk", "x"}}));
    EXPECT_EQ(members(c), "base.apk:base");
    EXPECT_EQ(c.notes.size(), 1u) << json.substr(0, 5);
  }
}

TEST(Containers, AQuickAppInPartsHasABaseAndAWholeForOldPlatforms) {
  EXPECT_EQ(members(read(zip_of({{"com.q.rpk", "x"}, {"com.q.base.srpk", "x"}, {"com.q.maps.srpk", "x"}}))),
            "com.q.base.srpk:base com.q.maps.srpk:split com.q.rpk:standalone");
}

TEST(Containers, AMemberThatIsStoredIsReadWhereItLies) {
  std::string file = zip_of({{"base.apk", "the content"}});
  auto zip = ZipArchive::open(as_bytes(file));
  Container c = read_container(as_bytes(file), *zip);
  Bytes scratch;
  auto bytes = member_bytes(as_bytes(file), *zip, c.members[0], scratch, 100);
  EXPECT_EQ(as_text(*bytes), "the content");
  EXPECT_TRUE(scratch.empty());
}

TEST(Containers, ABundleOfTheCorpusHasItsModules) {
  NEED_CORPUS();
  std::string file = corpus_text("apk/bundletool/install-time-permanent-modules.aab");
  Container c = read(file);
  EXPECT_EQ(c.kind, kAab);
  ASSERT_GT(c.members.size(), 1u);
  EXPECT_EQ(c.members[0].name, "base");
}

TEST(MiniPrograms, FilesPermissionsAndPlatformCallsAreRead) {
  std::string file = wxapkg_of(
      {{"/app-config.json",
        R"({"appid":"wx1","pages":["p/a"],"permission":{"scope.userLocation":{"desc":"for the map"}},)"
        R"("requiredPrivateInfos":["getLocation"]})"},
       {"/app-service.js",
        "wx.getLocation({});wx[\"getPhoneNumber\"]();awx.no();x.wx.no();wx.getLocation()"}});
  Budget budget;
  auto m = read_mini_program(as_bytes(file), budget);
  ASSERT_TRUE(m.ok()) << m.status().text();
  EXPECT_EQ(m->files.size(), 2u);
  EXPECT_EQ(m->app_id, "wx1");
  EXPECT_EQ(m->permissions.at("scope.userLocation"), "for the map");
  EXPECT_EQ(m->private_infos, std::vector<std::string>{"getLocation"});
  EXPECT_EQ(m->calls.size(), 2u);
  EXPECT_EQ(m->calls.at("getLocation").count, 2);
  EXPECT_EQ(m->calls.at("getPhoneNumber").files, std::vector<std::string>{"app-service.js"});
}

TEST(MiniPrograms, AnEncryptedOneSaysSoAndNothingElse) {
  Budget budget;
  EXPECT_TRUE(read_mini_program(as_bytes("V1MMWX0123456789"), budget)->encrypted);
}

TEST(MiniPrograms, ATableThatPointsOutsideOrIsCutOffIsRefused) {
  std::string good = wxapkg_of({{"/a", "12345"}, {"/b", "67890"}});
  Budget budget;
  ASSERT_TRUE(read_mini_program(as_bytes(good), budget).ok());
  for (std::size_t n = 0; n < good.size(); ++n) {
    EXPECT_FALSE(read_mini_program(as_bytes(good.substr(0, n)), budget).ok()) << n;
  }
  std::string many = good;
  many.replace(14, 4, big(0xffffffff));
  EXPECT_EQ(read_mini_program(as_bytes(many), budget).status().kind(), ErrorKind::kExhausted);
}

TEST(QuickApps, TheManifestAndTheModulesThatScriptsAskForAreRead) {
  std::string json =
      R"({"package":"com.q","name":"Q","versionName":"1.0","versionCode":3,"minPlatformVersion":1070,)"
      R"("features":[{"name":"system.geolocation"}],"permissions":[{"origin":"*"}],"router":{"pages":{"Home":{}}}})";
  std::string file =
      zip_of({{"manifest.json", json}, {"app.js", "$app_require$(\"@app-module/system.device\")"}});
  auto zip = ZipArchive::open(as_bytes(file));
  Budget budget;
  auto q = read_quick_app(as_bytes(file), *zip, budget);
  ASSERT_TRUE(q.ok()) << q.status().text();
  EXPECT_EQ(q->package, "com.q");
  EXPECT_EQ(q->version_code, 3);
  EXPECT_EQ(q->features, std::vector<std::string>{"system.geolocation"});
  EXPECT_EQ(q->permissions, std::vector<std::string>{"*"});
  EXPECT_EQ(q->modules.at("system.device").count, 1);
  EXPECT_EQ(q->signature.state(Scheme::kV2), SchemeState::kAbsent);
}
}  // namespace
}  // namespace storesweep::apk
