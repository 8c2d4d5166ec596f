#include "common/android/package.h"

#include <set>

#include "common/android/lists.h"
#include "tests/unit/corpus.h"

namespace storesweep::android {
namespace {

TEST(Dump, UidsAndDurationsInAllNotations) {
  EXPECT_EQ(parse_uid("u0a39"), 10039);
  EXPECT_EQ(parse_uid("u0_a7"), 10007);
  EXPECT_EQ(parse_uid("1000"), 1000);
  EXPECT_EQ(parse_uid("u999s1000"), 99901000);
  EXPECT_EQ(parse_uid("u0i5"), 99005);
  EXPECT_FALSE(parse_uid("u0x5"));
  EXPECT_FALSE(parse_uid("-1"));
  EXPECT_EQ(parse_duration_ms("+1d2h3m4s5ms"), 93784005);
  EXPECT_EQ(parse_duration_ms("-277ms"), -277);
  EXPECT_EQ(parse_duration_ms("0"), 0);
  EXPECT_FALSE(parse_duration_ms("+5"));
  EXPECT_FALSE(parse_duration_ms(""));
}

TEST(Dump, Utf16WithMarkAndCrlfIsRead) {
  const std::u16string text = u"package:/data/app/a=b\r\npackage:com.x\r\n";
  std::string bytes = "\xFF\xFE";
  for (char16_t c : text)
    bytes.push_back(static_cast<char>(c & 0xFF)), bytes.push_back(static_cast<char>(c >> 8));
  const auto list = parse_package_list(bytes);
  ASSERT_EQ(list.records.size(), 2u);
  EXPECT_EQ(list.records[0].name, "b");
  EXPECT_EQ(utf8_text(std::string("\xFF\xFE\x3D\xD8\x00\xDE", 6)), "\xF0\x9F\x98\x80");
}

TEST(Lists, APathMayHoldEqualSigns) {
  const auto list = parse_package_list(
      "package:/data/app/~~bt-GwgDT0B0WlSsvXrZynw==/io.github-x==/base.apk=io.github.muntashirakon\r\n"
      "package:com.b  installer=com.android.vending\npackage:com.c versionCode:12 uid:10057");
  ASSERT_EQ(list.records.size(), 3u);
  EXPECT_EQ(list.records[0].name, "io.github.muntashirakon");
  EXPECT_EQ(list.records[0].path, "/data/app/~~bt-GwgDT0B0WlSsvXrZynw==/io.github-x==/base.apk");
  EXPECT_EQ(list.records[1].installer, "com.android.vending");
  EXPECT_EQ(list.records[2].uid, 10057);
  EXPECT_EQ(list.records[2].version_code, 12);
  EXPECT_TRUE(list.trusted());
}

TEST(Lists, PropertyAndSettingValuesMaySpanLines) {
  const auto props = parse_properties("[a]: [1\n2]\n[ro.b]: []\n[c]: [x]: [y]\n");
  ASSERT_EQ(props.records.size(), 3u);
  EXPECT_EQ(*find_value(props, "a"), "1\n2");
  EXPECT_EQ(*find_value(props, "ro.b"), "");
  EXPECT_EQ(find_value(props, "nosuch"), nullptr);
  const auto settings = parse_settings("a=1\nb=line one\n line two\nc={\"x\":1}\n");
  ASSERT_EQ(settings.records.size(), 3u);
  EXPECT_EQ(settings.records[1].value, "line one\n line two");
}

TEST(Package, SpacedAndJoinedFlagsUsersAndTheHiddenCopy) {
  const auto dump = parse_packages(
      "Packages:\n  Package [com.a] (30899):\n    appId=10192\n    versionCode=27 minSdk=24 targetSdk=34\n   "
      " versionName=1.0 "
      "beta\n    flags=[ SYSTEM HAS_CODE ]\n    requested permissions:\n      android.permission.CAMERA: "
      "restricted=true\n    "
      "  android.permission.INTERNET\n    install permissions:\n      android.permission.INTERNET: "
      "granted=true\n    User 0: "
      "ceDataInode=-4294852504 installed=true hidden=false suspended=false stopped=true notLaunched=true "
      "enabled=0\n      "
      "firstInstallTime=2026-01-01 00:00:00\n      runtime permissions:\n        android.permission.CAMERA: "
      "granted=true, "
      "flags=[ SYSTEM_FIXED GRANTED_BY_DEFAULT ]\n        android.permission.X: granted=false, flags=[ "
      "USER_SET|USER_FIXED|ONE_TIME]\n    User 999: ceDataInode=0 installed=false hidden=false\n\nHidden "
      "system packages:\n  "
      "Package [com.a] (77):\n    userId=10192\n    versionCode=3 targetSdk=28\n");
  ASSERT_EQ(dump.records.size(), 2u);
  EXPECT_TRUE(dump.trusted());
  EXPECT_EQ(dump.unknown_count, 0u);
  const PackageState* p = find_package(dump, "com.a");
  ASSERT_NE(p, nullptr);
  EXPECT_EQ(p->uid, 10192);
  EXPECT_EQ(p->version_code, 27);
  EXPECT_EQ(p->version_name, "1.0 beta");
  EXPECT_EQ(p->target_sdk, 34);
  EXPECT_EQ(p->requested,
            (std::vector<std::string>{"android.permission.CAMERA", "android.permission.INTERNET"}));
  EXPECT_EQ(p->permission("android.permission.CAMERA")->flags,
            (std::vector<std::string>{"SYSTEM_FIXED", "GRANTED_BY_DEFAULT"}));
  EXPECT_FALSE(p->permission("android.permission.X")->granted);
  EXPECT_EQ(p->permission("android.permission.X")->flags.at(1), "USER_FIXED");
  ASSERT_NE(p->user(999), nullptr);
  EXPECT_FALSE(p->user(999)->installed);
  EXPECT_TRUE(p->user(0)->stopped);
  EXPECT_TRUE(p->user(0)->not_launched);
  EXPECT_EQ(p->first_install_time, "2026-01-01 00:00:00");
  EXPECT_TRUE(dump.records[1].hidden_system);
  EXPECT_EQ(dump.records[1].version_code, 3);
}

TEST(Package, AnUnknownPackageIsTheDevicesWordNotAGrammarFault) {
  const auto dump = parse_packages("Unable to find package: com.funnyenglish.app\n");
  EXPECT_EQ(dump.device_error, "Unable to find package: com.funnyenglish.app");
  EXPECT_TRUE(dump.records.empty());
}

TEST(PackageCorpus, TheAndroid9DumpHasItsKnownCounts) {
  NEED_CORPUS();
  const auto dump = parse_packages(corpus_text("dumpsys/android09-emulator/package.txt"));
  std::set<std::string> names;
  std::size_t hidden = 0, shared = 0, granted = 0, refused = 0;
  for (const PackageState& p : dump.records) {
    names.insert(p.name);
    hidden += p.hidden_system;
    shared += p.is_shared_user;
    for (const PermissionState& s : p.permissions) ++(s.granted ? granted : refused);
    EXPECT_GE(p.uid, 0) << p.name;
  }
  EXPECT_EQ(dump.records.size() - hidden - shared, 110u);
  EXPECT_EQ(dump.unknown_count, 0u) << dump.unknown_lines.at(0).text;
  EXPECT_EQ(granted, 1642u);
  EXPECT_EQ(refused, 1u);
  EXPECT_EQ(shared, 14u);
  EXPECT_EQ(find_package(dump, "com.android.cts.priv.ctsshim")->version_code, 27);
}

TEST(PackageCorpus, OtherVersionsAndPiecesAreUnderstood) {
  NEED_CORPUS();
  const auto old = parse_packages(corpus_text("android-4.4.2/text/dumpsys-package-contactmanager.txt"));
  ASSERT_EQ(old.records.size(), 1u);
  EXPECT_EQ(old.records[0].uid, 10029);
  EXPECT_TRUE(old.records[0].permission("android.permission.READ_CONTACTS")->granted);
  EXPECT_EQ(old.unknown_count, 0u);
  const auto whole = parse_packages(corpus_text("android-4.4.2/text/dumpsys-package.txt"));
  EXPECT_EQ(whole.unknown_count, 0u) << whole.unknown_lines.at(0).number << whole.unknown_lines.at(0).text;
  for (const char* name :
       {"tekartik-android16/adb_utils_test_01.txt", "tekartik-android16/adb_utils_test_02.txt"}) {
    const auto dump = parse_packages(corpus_text(std::string("dumpsys/") + name));
    EXPECT_EQ(dump.unknown_count, 0u) << name << ": " << dump.unknown_lines.at(0).text;
    ASSERT_FALSE(dump.records.empty());
  }
  const auto piece = parse_packages(corpus_text("dumpsys/appium-adb/general-commands_02.txt"));
  ASSERT_EQ(piece.records.size(), 1u);
  EXPECT_FALSE(piece.records[0].requested.empty());
}

TEST(ListsCorpus, PropertiesFeaturesAndPackagesOfRealDevices) {
  NEED_CORPUS();
  const auto props = parse_properties(corpus_text("dumpsys/android09-emulator/getprop.txt"));
  EXPECT_EQ(props.records.size(), 359u);
  EXPECT_EQ(props.unknown_count, 0u) << props.unknown_lines.at(0).text;
  const std::string old = "android-4.4.2/text/";
  EXPECT_EQ(*find_value(parse_properties(corpus_text(old + "getprop.txt")), "dalvik.vm.heapsize"), "512m");
  EXPECT_EQ(parse_features(corpus_text(old + "pm-list-features.txt")).records.at(0).version, "0x30000");
  const auto list = parse_package_list(corpus_text(old + "pm-list-packages-f.txt"));
  EXPECT_TRUE(list.trusted());
  EXPECT_GT(list.records.size(), 30u);
  EXPECT_EQ(parse_package_paths(corpus_text(old + "pm-path.txt")).records.at(0),
            "/data/app/io.appium.android.apis-1.apk");
  EXPECT_FALSE(parse_package_list(corpus_text(old + "system-server-down/pm-list-packages-3.txt"))
                   .device_error.empty());
}

}  // namespace
}  // namespace storesweep::android
