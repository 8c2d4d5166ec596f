// Packages read whole: bundles, libraries, sets; and thousands of broken ones.
#include "worker/apk/package.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "common/base/random.h"
#include "common/rules/sdks.h"
#include "common/rules/sources.h"
#include "tests/unit/corpus.h"
#include "tests/unit/worker/apk/code_builder.h"
#include "tests/unit/worker/apk/resource_builder.h"
#include "tests/unit/worker/apk/xml_writer.h"

namespace storesweep {
namespace {
using namespace apk_test;

Result<ApkFacts> read(const std::string& file) {
  ByteView bytes = as_bytes(file);
  return read_package_facts(std::span(&bytes, 1), {});
}
std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string rich_apk() {
  auto w = app_manifest(
      30,
      {{"label", ref(0x7f010000)}, {"icon", ref(0x7f010001)}, {"networkSecurityConfig", ref(0x7f010001)}});
  w.open("receiver", {{"name", str(".Boot")}}).open("intent-filter");
  w.leaf("action", {{"name", str("android.intent.action.BOOT_COMPLETED")}}).close().close();
  w.leaf("meta-data", {{"name", str("a")}, {"resource", ref(0x7f010001)}});
  std::string types =
      spec_chunk(1) + type_chunk(1, ConfigBytes(), {{0, {0x03, 0}}, {1, {0x03, 1}}}) +
      type_chunk(1, ConfigBytes().locale("zh", "CN"), {{0, {0x01, 0x7f010001}}}, EntryForm::kSparse) +
      type_chunk(1, ConfigBytes().density(480), {{1, {0x03, 1}}}, EntryForm::kCompact);
  XmlWriter network;
  network.open("network-security-config").open("domain-config").open("domain").text("a.b");
  return zip_of({{"AndroidManifest.xml", w.bytes()},
                 {"resources.arsc", table_of({"label", "res/n.xml"}, package_chunk(0x7f, types))},
                 {"res/n.xml", network.bytes()}});
}

TEST(Package, AnApkIsReadWithItsLeads) {
  auto facts = read(rich_apk());
  ASSERT_TRUE(facts.ok()) << facts.status().text();
  EXPECT_EQ(facts->label, "label");
  EXPECT_EQ(facts->label_zh, "res/n.xml");
  ASSERT_EQ(facts->leads.size(), 1u);
  EXPECT_EQ(facts->leads[0].kind, "self-start-receiver");
  EXPECT_EQ(facts->file_set, sha256(sha256(rich_apk())));
}

TEST(Package, AConfigurationSplitBringsTheLabelOfItsLocale) {
  auto split_manifest = [](const std::string& split) {
    XmlWriter w;
    w.open("manifest", {{"package", str("com.example")}, {"versionCode", num(7)}, {"split", str(split)}});
    return w.bytes();
  };
  std::string base_table = table_of(
      {"Example"}, package_chunk(0x7f, spec_chunk(1) + type_chunk(1, ConfigBytes(), {{0, {0x03, 0}}})));
  std::string zh_table = table_of(
      {"li zi"},
      package_chunk(0x7f, spec_chunk(1) + type_chunk(1, ConfigBytes().locale("zh"), {{0, {0x03, 0}}})));
  std::string base = zip_of({{"AndroidManifest.xml", app_manifest(30, {{"label", ref(0x7f010000)}}).bytes()},
                             {"resources.arsc", base_table}});
  std::string split =
      zip_of({{"AndroidManifest.xml", split_manifest("config.zh")}, {"resources.arsc", zh_table}});
  std::vector<ByteView> set = {as_bytes(split), as_bytes(base)};
  auto facts = read_package_facts(set, {});
  ASSERT_TRUE(facts.ok()) << facts.status().text();
  EXPECT_EQ(facts->labels, (std::map<std::string, std::string>{{"", "Example"}, {"zh", "li zi"}}));
  EXPECT_EQ(facts->label_zh, "li zi");
  EXPECT_EQ(facts->format, "split-set");
}

TEST(Package, InTwoStepsItIsTheSameAsAtOnce) {
  const std::string apk = rich_apk(),
                    dex = zip_of({{"AndroidManifest.xml", manifest()}, {"classes.dex", "broken"}});
  const SourceCatalogue sources;
  const SdkCatalogue sdks;
  const FactsKnowledge knowledge{&sources, &sdks};
  FactsOptions options;
  options.knowledge = &knowledge;
  for (const std::string* file : {&apk, &dex}) {
    const ByteView bytes = as_bytes(*file);
    options.file_set = file_set_digest(std::span(&bytes, 1));
    auto reader = PackageReader::open(std::span(&bytes, 1), options);
    ASSERT_TRUE(reader.ok()) << reader.status().text();
    EXPECT_EQ(reader->declared(), *read_apk_facts(bytes));
    const auto whole = std::move(*reader).whole();
    ASSERT_TRUE(whole.ok()) << whole.status().text();
    EXPECT_TRUE(whole->code.looked_at && whole->signature_checked);
    EXPECT_EQ(*whole, *read_package_facts(std::span(&bytes, 1), options));
  }
  options.deadline = Deadline::in_ms(0);
  const ByteView bytes = as_bytes(dex);
  auto late = PackageReader::open(std::span(&bytes, 1), options);
  ASSERT_TRUE(late.ok()) << "what is declared costs no budget";
  EXPECT_EQ(late->declared().package, "com.example");
  EXPECT_EQ(std::move(*late).whole().status().kind(), ErrorKind::kTimeout);
}

TEST(Package, DexFilesSideBySideGiveTheSameFacts) {
  const std::string rules = std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules";
  const SourceCatalogue sources = load_sources(rules).value();
  const SdkCatalogue sdks = load_sdks(rules).value();
  const FactsKnowledge knowledge{&sources, &sdks};
  std::vector<ZipMember> members = {{"AndroidManifest.xml", manifest()}};
  for (int i = 1; i <= 5; ++i)
    members.push_back(
        {"classes" + (i == 1 ? "" : std::to_string(i)) + ".dex", i == 4 ? "broken" : code_test::dex_of({})});
  const std::string apk = zip_of(members);
  const ByteView file = as_bytes(apk);
  FactsOptions options;
  options.knowledge = &knowledge;
  const auto alone = read_package_facts(std::span(&file, 1), options);
  std::size_t pairs = 0;
  options.together = [&](std::size_t n, const std::function<void(std::size_t)>& work) {
    pairs += n == 2;
    std::thread other(work, 1);
    work(0);
    other.join();
  };
  const auto together = read_package_facts(std::span(&file, 1), options);
  ASSERT_TRUE(alone.ok() && together.ok()) << alone.status().text() << together.status().text();
  EXPECT_EQ(pairs, 2U);
  EXPECT_EQ(alone->code.files, 4U);
  EXPECT_EQ(alone->code.gaps.size(), 1U);
  EXPECT_EQ(*alone, *together);
}

TEST(Package, TheBundleOfTheCorpusIsReadLikeItsApk) {
  NEED_CORPUS();
  int bundles = 0;
  for (const auto& e : std::filesystem::recursive_directory_iterator(corpus_path("apk"))) {
    if (e.path().extension() != ".aab") continue;
    ++bundles;
    auto facts = read(content_of(e.path()));
    ASSERT_TRUE(facts.ok()) << e.path() << facts.status().text();
    std::printf("%s: %s %lld '%s' target %d, %zu components, %zu labels, icon %s\n",
                e.path().filename().c_str(), facts->package.c_str(),
                static_cast<long long>(facts->version_code), facts->label.c_str(), facts->target_sdk,
                facts->components.size(), facts->labels.size(), facts->icon.c_str());
    EXPECT_EQ(facts->format, "aab");
    EXPECT_FALSE(facts->package.empty());
    EXPECT_FALSE(facts->label.empty() || facts->label[0] == '@');
  }
  EXPECT_GT(bundles, 0);
}

TEST(Package, ALibraryIsASubjectOfItsOwn) {
  std::string aar =
      zip_of({{"AndroidManifest.xml",
               "<manifest xmlns:android='http://schemas.android.com/apk/res/android' package='com.lib'>"
               "<uses-permission android:name='android.permission.READ_PHONE_STATE'/></manifest>"},
              {"R.txt", ""},
              {"classes.jar", zip_of({{"META-INF/MANIFEST.MF", ""}})},
              {"jni/arm64-v8a/libx.so", "elf"}});
  auto facts = read(aar);
  ASSERT_TRUE(facts.ok()) << facts.status().text();
  EXPECT_EQ(facts->format, "aar");
  EXPECT_EQ(facts->package, "com.lib");
  EXPECT_EQ(facts->abis, std::vector<std::string>{"arm64-v8a"});
  EXPECT_FALSE(facts->signature_checked);
}

TEST(Package, ThousandsOfMutationsNeitherCrashNorHang) {
  std::string file = rich_apk();
  SeededRandom random(11);
  int read_anyway = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string m = file;
    for (std::uint64_t n = 1 + random.below(6); n > 0; --n)
      m[random.below(m.size())] = static_cast<char>(random.next_u64());
    auto facts = read(m);
    if (facts.ok() && !facts_to_json(*facts).empty()) ++read_anyway;
  }
  EXPECT_GT(read_anyway, 500);
}

TEST(Package, AManifestOfAMillionAttributesEndsInAClearError) {
  std::string tag = start_tag(0, std::vector<Attribute>(60'000, Attribute{0, 0x10, 1}));
  std::string nodes = start_tag(0, {});
  for (int i = 0; i < 6; ++i) nodes += tag + end_tag(0);
  std::string apk = zip_of({{"AndroidManifest.xml", xml_of(string_pool({"manifest"}), {}, nodes)}});
  EXPECT_FALSE(read(apk).ok());
  std::string many = start_tag(0, {});
  for (int i = 0; i < 250'000; ++i) many += start_tag(0, {}) + end_tag(0);
  apk = zip_of({{"AndroidManifest.xml", xml_of(string_pool({"manifest"}), {}, many)}});
  EXPECT_EQ(read(apk).status().text(), "exhausted: zip: AndroidManifest.xml: more than 8388608 bytes");
}

TEST(Package, ALongTextThatIsSaidOverAndOverIsBounded) {
  auto w = app_manifest();
  std::string text(1000, 'x');
  for (int i = 0; i < 9'900; ++i) w.leaf("meta-data", {{"name", str(text)}, {"value", str(text)}});
  std::string apk = zip_of({{"AndroidManifest.xml", w.bytes(false)}});
  EXPECT_EQ(read(apk).status().text(), "exhausted: AndroidManifest.xml: more than 8 MiB of text");
}
}  // namespace
}  // namespace storesweep
