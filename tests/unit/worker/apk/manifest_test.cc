// The manifest as the platform's parser understands it.
#include "worker/apk/manifest.h"

#include <gtest/gtest.h>

#include "tests/unit/worker/apk/resource_builder.h"
#include "tests/unit/worker/apk/xml_writer.h"
#include "worker/apk/binary_xml.h"
#include "worker/apk/proto_xml.h"
#include "worker/apk/text_xml.h"

namespace storesweep {
namespace {
using namespace apk_test;

ApkFacts facts_of(XmlWriter& w, std::vector<ZipMember> files = {}) {
  files.push_back({"AndroidManifest.xml", w.bytes()});
  std::string apk = zip_of(files);
  auto facts = read_apk_facts(as_bytes(apk));
  EXPECT_TRUE(facts.ok()) << facts.status().text();
  return facts.ok() ? *facts : ApkFacts();
}
ApkFacts facts_of(XmlWriter&& w, std::vector<ZipMember> files = {}) { return facts_of(w, std::move(files)); }

std::string file_resource(const std::string& path) {
  return table_of({path},
                  package_chunk(0x7f, spec_chunk(1) + type_chunk(1, ConfigBytes(), {{0, {0x03, 0}}})));
}

TEST(Manifest, PermissionsKeepTheirBoundsAndFlags) {
  XmlWriter w;
  w.open("manifest", {{"package", str("com.example")}});
  w.leaf("uses-permission", {{"name", str("a.A")}, {"maxSdkVersion", num(28)}});
  w.leaf("uses-permission-sdk-23", {{"name", str("b.B")}});
  w.leaf("uses-permission-sdk-m", {{"name", str("c.C")}});
  w.leaf("uses-permission", {{"name", str("d.D")}, {"usesPermissionFlags", num(0x10000)}});
  w.leaf("uses-permission", {{"name", str("")}});
  ApkFacts f = facts_of(w);
  EXPECT_EQ(f.permissions, (std::vector<UsesPermission>{{"a.A", 28, false, false},
                                                        {"b.B", 0, true, false},
                                                        {"c.C", 0, true, false},
                                                        {"d.D", 0, false, true}}));
}

TEST(Manifest, AnOldTargetGetsThePermissionsThatWereSplitOff) {
  XmlWriter w;
  w.open("manifest", {{"package", str("com.example")}});
  w.leaf("uses-sdk", {{"targetSdkVersion", num(28)}});
  w.leaf("uses-permission", {{"name", str("android.permission.WRITE_EXTERNAL_STORAGE")}});
  w.leaf("uses-permission", {{"name", str("android.permission.ACCESS_FINE_LOCATION")}});
  EXPECT_EQ(facts_of(w).implied_permissions,
            (std::vector<std::string>{"android.permission.ACCESS_BACKGROUND_LOCATION",
                                      "android.permission.ACCESS_COARSE_LOCATION",
                                      "android.permission.ACCESS_MEDIA_LOCATION",  // by that below
                                      "android.permission.READ_EXTERNAL_STORAGE"}));
}

TEST(Manifest, DefinedPermissionsTellTheirLevelInWords) {
  XmlWriter w;
  w.open("manifest", {{"package", str("com.example")}});
  w.leaf("permission",
         {{"name", str("x.P")}, {"protectionLevel", num(0x12)}, {"permissionGroup", str("x.G")}});
  w.leaf("permission", {{"name", str("x.Q")}});
  w.leaf("permission-tree", {{"name", str("x.T")}});
  EXPECT_EQ(facts_of(w).defined_permissions,
            (std::vector<DefinedPermission>{{"x.P", "signature|privileged", "x.G", false},
                                            {"x.Q", "normal", "", false},
                                            {"x.T", "normal", "", true}}));
}

TEST(Manifest, WhoMayReachAComponentIsDecidedByFiltersTargetAndWhatIsWritten) {
  auto w = app_manifest(30);
  w.open("activity", {{"name", str(".Filtered")}})
      .open("intent-filter")
      .leaf("action", {{"name", str("x")}})
      .close()
      .close();
  w.open("activity", {{"name", str(".NoAction")}}).leaf("intent-filter").close();
  w.open("service", {{"name", str(".NoActionService")}}).leaf("intent-filter").close();
  w.leaf("activity", {{"name", str(".Bare")}});
  w.leaf("receiver", {{"name", str(".Written")}, {"exported", flag(true)}});
  w.leaf("provider", {{"name", str(".Provider")}, {"authorities", str("a;b")}});
  std::vector<bool> reachable;
  for (const Component& c : facts_of(w).components) reachable.push_back(c.reachable);
  EXPECT_EQ(reachable, (std::vector<bool>{true, false, true, false, true, false}));
}

TEST(Manifest, AnOldAppsProviderIsOpenToOthers) {
  auto w = app_manifest(16);
  w.leaf("provider", {{"name", str(".Provider")}, {"authorities", str("a")}});
  EXPECT_TRUE(facts_of(w).components[0].reachable);
}

TEST(Manifest, AnIntentFilterIsReadWhole) {
  auto w = app_manifest();
  w.open("activity", {{"name", str("Link")}});
  w.open("intent-filter", {{"priority", num(5)}, {"autoVerify", flag(true)}});
  w.leaf("action", {{"name", str("android.intent.action.VIEW")}});
  w.leaf("category", {{"name", str("android.intent.category.BROWSABLE")}});
  w.leaf("data", {{"scheme", str("https")}, {"host", str("example.com")}, {"port", str("8443")}});
  w.leaf("data", {{"pathPrefix", str("/a")}, {"mimeType", str("image/*")}});
  IntentFilter expected;
  expected.actions = {"android.intent.action.VIEW"};
  expected.categories = {"android.intent.category.BROWSABLE"};
  expected.schemes = {"https"};
  expected.hosts = {"example.com:8443"};
  expected.paths = {{"pathPrefix", "/a"}};
  expected.mime_types = {"image/*"};
  expected.priority = 5;
  expected.auto_verify = true;
  ApkFacts f = facts_of(w);
  EXPECT_EQ(f.components[0].filters, std::vector<IntentFilter>{expected});
  EXPECT_EQ(f.components[0].name, "com.example.Link");
}

TEST(Manifest, ServicesTellWhatTheyRunInTheForegroundFor) {
  auto w = app_manifest();
  w.leaf("service", {{"name", str(".S")},
                     {"foregroundServiceType", num(0x9)},
                     {"isolatedProcess", flag(true)},
                     {"process", str(":far")},
                     {"directBootAware", flag(true)}});
  Component c = facts_of(w).components[0];
  EXPECT_EQ(c.foreground_service_types, (std::vector<std::string>{"dataSync", "location"}));
  EXPECT_TRUE(c.isolated && c.direct_boot_aware);
  EXPECT_EQ(c.process, ":far");
}

TEST(Manifest, MetaDataIsResolvedAndItsResourceNamed) {
  auto w = app_manifest();
  w.leaf("meta-data", {{"name", str("key")}, {"value", str("abc")}});
  w.leaf("meta-data", {{"name", str("count")}, {"value", num(7)}});
  w.leaf("meta-data", {{"name", str("file")}, {"resource", ref(0x7f010000)}});
  ApkFacts f = facts_of(w, {{"resources.arsc", file_resource("res/xml/a.xml")}});
  ASSERT_EQ(f.meta_data.size(), 3u);
  EXPECT_EQ(f.meta_data[0].value, "abc");
  EXPECT_EQ(f.meta_data[1].value, "7");
  EXPECT_EQ(f.meta_data[2].resource, "t1/k0");
  EXPECT_EQ(f.meta_data[2].file, "res/xml/a.xml");
}

TEST(Manifest, WhatItWantsToSeeIsKept) {
  XmlWriter w;
  w.open("manifest", {{"package", str("com.example")}}).open("queries");
  w.leaf("package", {{"name", str("com.other")}}).leaf("provider", {{"authorities", str("a.b")}});
  w.open("intent").leaf("action", {{"name", str("x.SEND")}}).leaf("data", {{"mimeType", str("text/plain")}});
  ApkFacts f = facts_of(w);
  EXPECT_EQ(f.queries.packages, std::vector<std::string>{"com.other"});
  EXPECT_EQ(f.queries.providers, std::vector<std::string>{"a.b"});
  ASSERT_EQ(f.queries.intents.size(), 1u);
  EXPECT_EQ(f.queries.intents[0].actions, std::vector<std::string>{"x.SEND"});
  EXPECT_EQ(f.queries.intents[0].mime_types, std::vector<std::string>{"text/plain"});
}

TEST(Manifest, WhatIsInsideATagThatThePlatformDoesNotKnowIsSkipped) {
  auto w = app_manifest();
  w.open("hidden").leaf("activity", {{"name", str(".A")}}).close();
  w.close();
  w.open("application").leaf("activity", {{"name", str(".OfASecondApplication")}});
  EXPECT_TRUE(facts_of(w).components.empty());
}

TEST(Manifest, TheApplicationsOwnAttributesAreKept) {
  auto w = app_manifest(30, {{"name", str(".App")},
                             {"testOnly", flag(true)},
                             {"debuggable", flag(true)},
                             {"requestLegacyExternalStorage", flag(true)}});
  w.leaf("uses-library", {{"name", str("org.apache.http.legacy")}, {"required", flag(false)}});
  w.leaf("uses-native-library", {{"name", str("libx.so")}});
  w.leaf("property", {{"name", str("p")}, {"value", flag(true)}});
  ApkFacts f = facts_of(w);
  EXPECT_EQ(f.application_class, "com.example.App");
  EXPECT_TRUE(f.test_only && f.debuggable && f.legacy_storage);
  EXPECT_EQ(f.libraries, (std::vector<UsesLibrary>{{"java", "org.apache.http.legacy", false, ""},
                                                   {"native", "libx.so", true, ""}}));
  EXPECT_EQ(f.properties[0].value, "true");
}

TEST(Manifest, APreviewsNameStandsForATargetAboveAll) {
  XmlWriter w;
  w.open("manifest", {{"package", str("com.example")}});
  w.leaf("uses-sdk", {{"minSdkVersion", str("Baklava")}});
  ApkFacts f = facts_of(w);
  EXPECT_EQ(f.min_codename, "Baklava");
  EXPECT_EQ(f.target_codename, "Baklava");
  EXPECT_EQ(f.target_sdk, 10'000);
}

TEST(Manifest, AFaultBeforeItsEndIsRefusedAsThePlatformDoes) {
  std::string xml = app_manifest().bytes();
  std::size_t at = xml.size() - 24;  // the last end tag
  xml.replace(at + 4, 4, std::string("\x07\x00\x00\x00", 4));
  std::string apk = zip_of({{"AndroidManifest.xml", xml}});
  EXPECT_EQ(
      read_apk_facts(as_bytes(apk)).status().message().find("AndroidManifest.xml: a chunk that does not fit"),
      0u);
}

TEST(NetworkSecurity, RulesAnchorsAndPinsAreRead) {
  XmlWriter n;
  n.open("network-security-config");
  n.open("base-config", {{"cleartextTrafficPermitted", flag(false)}});
  n.open("trust-anchors")
      .leaf("certificates", {{"src", str("system")}})
      .leaf("certificates", {{"src", str("user")}});
  n.close().close();
  n.open("domain-config", {{"cleartextTrafficPermitted", flag(true)}});
  n.open("domain", {{"includeSubdomains", flag(true)}}).text("example.com").close();
  n.open("pin-set", {{"expiration", str("2030-01-01")}})
      .open("pin", {{"digest", str("SHA-256")}})
      .text("YWJj")
      .close()
      .close();
  n.open("domain-config").open("domain").text("inner.example.com").close().close();
  n.close();
  n.open("debug-overrides")
      .open("trust-anchors")
      .leaf("certificates", {{"src", str("user")}, {"overridePins", flag(true)}});
  auto w =
      app_manifest(30, {{"networkSecurityConfig", ref(0x7f010000)}, {"usesCleartextTraffic", flag(true)}});
  ApkFacts f = facts_of(w, {{"resources.arsc", file_resource("res/n.xml")}, {"res/n.xml", n.bytes()}});
  EXPECT_TRUE(f.problems.empty());
  EXPECT_FALSE(f.network.cleartext);  // the file counts, not the flag
  EXPECT_TRUE(f.network.user_certificates);
  ASSERT_EQ(f.network.rules.size(), 2u);
  EXPECT_EQ(f.network.rules[0].domains, (std::vector<DomainRule>{{"example.com", true}}));
  EXPECT_EQ(f.network.rules[0].pins, (std::vector<CertificatePin>{{"SHA-256", "YWJj"}}));
  EXPECT_EQ(f.network.rules[0].pins_expire, "2030-01-01");
  EXPECT_EQ(f.network.rules[1].cleartext, true);  // of the rule around it
  ASSERT_TRUE(f.network.debug.has_value());
  EXPECT_TRUE(f.network.debug->anchors[0].override_pins);
}

TEST(NetworkSecurity, WithoutAFileTheTargetDecides) {
  EXPECT_TRUE(facts_of(app_manifest(27)).network.cleartext);
  EXPECT_FALSE(facts_of(app_manifest(28)).network.cleartext);
  EXPECT_TRUE(facts_of(app_manifest(28, {{"usesCleartextTraffic", flag(true)}})).network.cleartext);
  EXPECT_TRUE(facts_of(app_manifest(23)).network.user_certificates);
  EXPECT_FALSE(facts_of(app_manifest(24)).network.user_certificates);
}

TEST(NetworkSecurity, AFileThatIsMissingIsAProblemAndNotTheEnd) {
  auto w = app_manifest(30, {{"networkSecurityConfig", ref(0x7f010000)}});
  ApkFacts f = facts_of(w, {{"resources.arsc", file_resource("res/none.xml")}});
  EXPECT_EQ(f.problems, (std::vector<FactProblem>{{"res/none.xml", "not in the package"}}));
}

TEST(Backup, RulesOfBothFormsAreRead) {
  XmlWriter b;
  b.open("data-extraction-rules")
      .open("cloud-backup")
      .leaf("include", {{"domain", str("file")}, {":path", str("a")}});
  b.leaf("exclude", {{"domain", str("sharedpref")}, {":path", str(".")}}).close();
  auto w = app_manifest(31, {{"allowBackup", flag(false)}, {"dataExtractionRules", ref(0x7f010000)}});
  ApkFacts f = facts_of(w, {{"resources.arsc", file_resource("res/b.xml")}, {"res/b.xml", b.bytes()}});
  EXPECT_FALSE(f.backup.allowed);
  EXPECT_EQ(f.backup.extraction_rules, "res/b.xml");
  EXPECT_EQ(f.backup.rules, (std::vector<BackupRule>{{"cloud-backup", true, "file", "a", ""},
                                                     {"cloud-backup", false, "sharedpref", ".", ""}}));
}

TEST(Icons, EveryDensityIsNamedAndAnAdaptiveIconTakenApart) {
  XmlWriter a;
  a.open("adaptive-icon")
      .leaf("background", {{"drawable", ref(0x7f010001)}})
      .leaf("foreground", {{"drawable", ref(0x7f010002)}});
  std::string table = table_of(
      {"res/i.png", "res/i.xml", "#ff0000", "res/f.webp"},
      package_chunk(0x7f, spec_chunk(1) + type_chunk(1, ConfigBytes().density(480), {{0, {0x03, 0}}}) +
                              type_chunk(1, ConfigBytes().density(0xfffe).sdk(26),
                                         {{0, {0x03, 1}}, {1, {0x03, 2}}, {2, {0x03, 3}}})));
  ApkFacts f = facts_of(app_manifest(30, {{"icon", ref(0x7f010000)}}),
                        {{"resources.arsc", table}, {"res/i.xml", a.bytes()}, {"res/i.png", "png"}});
  EXPECT_EQ(f.icon, "res/i.xml");
  EXPECT_EQ(f.icons, (std::vector<IconFile>{{480, "res/i.png", "png", "", ""},
                                            {65534, "res/i.xml", "adaptive", "#ff0000", "res/f.webp"}}));
}

// -- the other two forms of a manifest

TEST(Manifest, ABundlesManifestSaysTheSame) {
  auto attribute = [](const std::string& name, std::uint32_t id, const std::string& value,
                      const std::string& item = "") {
    std::string out;
    if (id != 0) out += proto_bytes(1, "http://schemas.android.com/apk/res/android");
    out += proto_bytes(2, name) + proto_bytes(3, value);
    if (id != 0) out += proto_number(5, id);
    if (!item.empty()) out += proto_bytes(6, item);
    return proto_bytes(4, out);
  };
  std::string target = proto_bytes(7, proto_number(6, 33));  // Item.prim.int_decimal_value
  std::string sdk = proto_bytes(3, "uses-sdk") + attribute("targetSdkVersion", 0x01010270, "33", target);
  std::string permission = proto_bytes(3, "uses-permission") + attribute("name", 0x01010003, "p.P");
  std::string root = proto_bytes(3, "manifest") + attribute("package", 0, "com.bundle") +
                     proto_bytes(5, proto_bytes(1, sdk)) + proto_bytes(5, proto_bytes(1, permission));
  std::string xml = proto_bytes(1, root);
  auto document = apk::parse_proto_xml(as_bytes(xml));
  ASSERT_TRUE(document.ok()) << document.status().text();
  auto manifest = apk::read_manifest(*document, apk::Resources());
  ASSERT_TRUE(manifest.ok()) << manifest.status().text();
  EXPECT_EQ(manifest->facts.package, "com.bundle");
  EXPECT_EQ(manifest->facts.target_sdk, 33);
  EXPECT_EQ(manifest->facts.permissions, (std::vector<UsesPermission>{{"p.P"}}));
}

TEST(Manifest, ALibrarysManifestIsText) {
  auto document = apk::parse_text_xml(
      "<?xml version='1.0'?><manifest xmlns:a='http://schemas.android.com/apk/res/android' "
      "package='com.lib'>\n"
      "<uses-sdk a:minSdkVersion='21'/><uses-permission a:name='p.P' a:maxSdkVersion='0x16'/>\n"
      "<application><service a:name='.S' a:exported='true' a:label='@string/x'/></application></manifest>");
  ASSERT_TRUE(document.ok()) << document.status().text();
  auto manifest = apk::read_manifest(*document, apk::Resources());
  ASSERT_TRUE(manifest.ok()) << manifest.status().text();
  EXPECT_EQ(manifest->facts.min_sdk, 21);
  EXPECT_EQ(manifest->facts.permissions[0].max_sdk, 22);
  EXPECT_EQ(manifest->facts.components[0].name, "com.lib.S");
  EXPECT_TRUE(manifest->facts.components[0].reachable);
}

TEST(TextXml, ABrokenDocumentNamesLineAndColumnAndADocumentTypeIsRefused) {
  EXPECT_EQ(apk::parse_text_xml("<a>\n<b></a>").status().text(),
            "corrupt: XML: line 2, column 6: mismatched tag");
  EXPECT_EQ(apk::parse_text_xml("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>").status().text(),
            "corrupt: XML: a document type declaration");
}
}  // namespace
}  // namespace storesweep
