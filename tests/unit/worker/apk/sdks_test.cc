// Which SDKs are told of packages that are put together here from known libraries: plain, and with every
// class renamed.
#include "worker/apk/sdks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "common/base/text.h"
#include "tests/unit/worker/apk/dex_corpus.h"
#include "worker/apk/owners.h"

namespace storesweep::apk {
namespace {

const SdkCatalogue& catalogue() {
  static const SdkCatalogue c = load_sdks(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules").value();
  return c;
}

struct KnownJar {
  const char *file, *sdk;  // sdk "": none of the catalogue
  const char* version;     // as its pom.properties says; "": it has none
};
// Debian 12's.
const KnownJar kJars[] = {{"guava", "guava", "31.1-jre"},
                          {"jcommander", "jcommander", ""},
                          {"dexlib2", "dexlib2", ""},
                          {"commons-io", "commons-io", "2.11.0"},
                          {"commons-cli", "commons-cli", "1.5.0"},
                          {"commons-lang3", "commons-lang", "3.12.0"},
                          {"slf4j-api", "slf4j", "1.7.32"},
                          {"antlr3-runtime", "", ""},
                          {"apksigner", "", ""},
                          {"jansi", "", ""}};

struct Package {
  SdkMarks marks;
  std::map<std::string, std::string> contents;  // of the members that may tell a version
};

// Every letter of a name becomes the next one: as many names as before, none of them known.
std::string renamed(std::string name) {
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>('a' + (c - 'a' + 1) % 26);
    if (c >= 'A' && c <= 'Z') c = static_cast<char>('A' + (c - 'A' + 1) % 26);
  }
  return name;
}

void add_jar(const std::string& path, bool rename, Package& package) {
  const std::string bytes = file_text(path);
  const auto zip = ZipArchive::open(as_bytes(bytes));
  ASSERT_TRUE(zip.ok());
  for (const ZipEntry& entry : zip->entries()) {
    if (ends_with(entry.name, ".class") && entry.name != "module-info.class") {
      auto content = zip->read(entry, 16u << 20);
      ASSERT_TRUE(content.ok());
      auto file = ClassFile::parse(*content);
      ASSERT_TRUE(file.ok()) << entry.name;
      std::string name(file->name());
      std::ranges::replace(name, '/', '.');
      package.marks.classes.push_back(rename ? renamed(name) : name);
    } else if (!rename && starts_with(entry.name, "META-INF/")) {  // a renaming tool drops them
      package.marks.files.emplace_back(entry.name);
      auto content = zip->read(entry, 1u << 20);
      if (content.ok()) package.contents[std::string(entry.name)] = as_text(*content);
    }
  }
}

std::vector<SdkFact> found_in(const Package& package) {
  return find_sdks(catalogue(), package.marks, [&](const SdkVersionMark& mark) -> std::optional<std::string> {
    const auto at = package.contents.find(mark.where);
    if (mark.kind != SdkVersionMark::Kind::kFile || at == package.contents.end()) return std::nullopt;
    return version_in_file(at->first, at->second);
  });
}

// Packages of one to all known libraries and an app's own classes: what is there against what is told.
TEST(SdksOfPackages, AreToldWithoutError) {
  std::vector<KnownJar> jars;
  for (const KnownJar& j : kJars) {
    if (std::filesystem::exists(std::string("/usr/share/java/") + j.file + ".jar")) jars.push_back(j);
  }
  if (jars.empty()) GTEST_SKIP() << "no jars in /usr/share/java";
  for (const bool rename : {false, true}) {
    int right = 0, wrong = 0, missed = 0, versions = 0, wrong_versions = 0, unknown_versions = 0;
    for (std::size_t first = 0; first < jars.size(); ++first) {
      Package package;
      std::map<std::string, std::string> wanted;  // SDK -> version
      package.marks.classes = {"cn.example.shop.Main", "cn.example.shop.net.Api$1", "a.b.c", "OO0.O0O"};
      for (std::size_t i = first; i < jars.size(); ++i) {
        add_jar(std::string("/usr/share/java/") + jars[i].file + ".jar", rename, package);
        if (jars[i].sdk[0] != '\0') wanted[jars[i].sdk] = jars[i].version;
      }
      for (const SdkFact& fact : found_in(package)) {
        const auto at = wanted.find(catalogue().sdks[fact.sdk].id);
        (at != wanted.end() && !rename ? right : wrong) += 1;
        if (at == wanted.end()) continue;
        if (fact.version.empty()) {
          ++unknown_versions;
        } else {
          (fact.version == at->second ? versions : wrong_versions) += 1;
        }
        wanted.erase(at);
      }
      missed += static_cast<int>(wanted.size());
    }
    std::printf("%s: %d SDKs told rightly, %d wrongly, %d missed; versions %d right, %d wrong, %d unknown\n",
                rename ? "renamed" : "plain", right, wrong, missed, versions, wrong_versions,
                unknown_versions);
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(wrong_versions, 0);
    EXPECT_EQ(right == 0, rename);
    EXPECT_TRUE(rename || missed == 0);
  }
}

// Dex files whose classes are renamed within the string table: none of theirs is taken for an SDK's.
TEST(SdksOfPackages, RenamedClassesOfDexFilesAreNobodys) {
  NEED_CORPUS();
  int plain = 0, after = 0, classes = 0;
  for (CorpusDex& file : corpus_dexes()) {
    auto dexes = DexFile::parse(as_bytes(file.bytes));
    if (!dexes.ok()) continue;
    std::set<std::size_t> names;  // where the descriptors of its own classes are
    const DexFile& dex = dexes->at(0);
    auto count = [&] {
      int own = 0;
      for (std::uint32_t i = 0; i < dex.class_count(); ++i) {
        std::string name(dex.type(dex.class_def(i).type));
        std::ranges::replace(name, '/', '.');
        own += catalogue().of_class(name.substr(1, name.size() - 2)).has_value();
      }
      return own;
    };
    plain += count();
    for (std::uint32_t i = 0; i < dex.class_count(); ++i) {
      const std::string_view name = dex.type(dex.class_def(i).type);
      const auto at = static_cast<std::size_t>(name.data() - file.bytes.data());
      if (name.size() < 3 || !names.insert(at).second) continue;
      const std::string other = "L" + renamed(std::string(name.substr(1)));
      std::copy(other.begin(), other.end(), file.bytes.begin() + static_cast<std::ptrdiff_t>(at));
    }
    classes += static_cast<int>(dex.class_count());
    after += count();
  }
  std::printf("%d classes in dex files: %d an SDK's as they are, %d once renamed\n", classes, plain, after);
  EXPECT_GT(plain, 1000);
  EXPECT_EQ(after, 0);
}

TEST(SdksOfPackages, VersionsComeFromWhatThePackageItselfSays) {
  EXPECT_EQ(version_in_file("META-INF/androidx.core_core.version", "1.6.0\n"), "1.6.0");
  EXPECT_EQ(version_in_file("play-services-base.properties", "version=17.6.0\nclient=x\n"), "17.6.0");
  EXPECT_EQ(version_in_file("a.properties", "client=x\n"), std::nullopt);
  SdkMarks marks;
  marks.classes = {"com.huawei.hms.push.HmsMessageService", "okhttp3.OkHttpClient"};
  marks.meta_data = {{"com.huawei.hms.client.service.name:push", "push:6.3.0.304"}};
  const auto facts = find_sdks(catalogue(), marks, [](const SdkVersionMark& mark) {
    return mark.where == "okhttp3.OkHttp.VERSION" ? std::optional<std::string>("not a version")
                                                  : std::nullopt;
  });
  ASSERT_EQ(facts.size(), 2u);
  EXPECT_EQ(facts[0].version, "6.3.0.304");
  EXPECT_EQ(facts[0].version_from, "meta_data com.huawei.hms.client.service.name:push");
  EXPECT_EQ(facts[1].version, "") << "a text that is no version is none";
}

TEST(Owners, AreAnSdkTheAppItselfOrUnknown) {
  const Owners owners(catalogue(), "com.tencent.mm");
  auto kind = [&](const char* name) { return owners.of(name).kind; };
  EXPECT_EQ(kind("com.tencent.mm.ui.LauncherUI"), OwnerKind::kApp);
  EXPECT_EQ(kind("com.tencent.mm.opensdk.openapi.WXAPIFactory"), OwnerKind::kSdk)
      << "a longer prefix than the package";
  EXPECT_EQ(kind("com.tencent.mmkv.MMKV"), OwnerKind::kSdk);
  EXPECT_EQ(kind("com.tencent.mmx.Other"), OwnerKind::kUnknown);
  EXPECT_EQ(kind("a.b.c"), OwnerKind::kUnknown);
  EXPECT_EQ(Owners(catalogue(), "okhttp3.sample").of("okhttp3.sample.Main").kind, OwnerKind::kApp)
      << "an app under an SDK's prefix is its own";
  EXPECT_EQ(Owners(catalogue(), "").of("cn.example.Main").kind, OwnerKind::kUnknown);
}

TEST(Owners, NamesThatARenamingToolGaveAreSeen) {
  for (const char* name : {"a.b.c", "a", "o.ab", "com.foo.a.b.c", "com.foo.shop.a", "com.foo.O0o", "a$b"})
    EXPECT_TRUE(looks_renamed(name)) << name;
  for (const char* name : {"com.foo.shop.Main", "io.rong.push.Core", "com.foo.shop.Main$a", "MainActivity"})
    EXPECT_FALSE(looks_renamed(name)) << name;
}

}  // namespace
}  // namespace storesweep::apk
