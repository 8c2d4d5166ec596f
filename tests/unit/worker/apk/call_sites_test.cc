// What the scanner finds in code that smali assembles and javac compiles: each source by each way.
#include "worker/apk/call_sites.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "common/base/child.h"
#include "common/base/file.h"
#include "tests/unit/temporary_folder.h"
#include "tests/unit/worker/apk/dex_corpus.h"

namespace storesweep::apk {
namespace {

const SourceCatalogue& catalogue() {
  static const SourceCatalogue c =
      load_sources(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules").value();
  return c;
}

// "imei call android.telephony.TelephonyManager.getDeviceId()Ljava/lang/String; in com.a.Phone.read x2"
std::vector<std::string> told(const CodeFacts& facts) {
  std::vector<std::string> out;
  for (const CallSite& s : facts.call_sites) {
    const Source& source = catalogue().sources[s.source];
    if (source.mark) continue;
    out.push_back(source.id + " " + std::string(call_how_name(s.how)) + " " + s.target + " in " +
                  s.caller_class + "." + s.caller_method +
                  (s.count > 1 ? " x" + std::to_string(s.count) : "") + (s.weak ? " weak" : ""));
  }
  std::ranges::sort(out);
  return out;
}

class Built {
 public:
  // Assembles classes (smali) into one dex file.
  std::string dex(const std::vector<std::string>& classes) {
    std::vector<std::string> command = {"smali", "assemble", "-a", "28", "-o", folder_ / "out.dex"};
    for (std::size_t i = 0; i < classes.size(); ++i) {
      command.push_back(folder_ / (std::to_string(i) + ".smali"));
      EXPECT_TRUE(write_file_durably(command.back(), classes[i]).ok());
    }
    return run(command, "out.dex");
  }
  // Compiles one class A (Java), with stand-ins of platform classes in the same file.
  std::string java(const std::string& path, const std::vector<std::pair<std::string, std::string>>& sources) {
    std::vector<std::string> command = {"javac", "-nowarn", "-d", folder_ / "classes"};
    for (const auto& [name, text] : sources) {
      command.push_back(folder_ / ("src/" + name));
      std::filesystem::create_directories(std::filesystem::path(command.back()).parent_path());
      EXPECT_TRUE(write_file_durably(command.back(), text).ok());
    }
    return run(command, "classes/" + path);
  }

 private:
  std::string run(const std::vector<std::string>& command, const std::string& made) {
    auto done = run_child({.command = command}, "", 1 << 20, Deadline::in_ms(120'000));
    EXPECT_TRUE(done.ok() && done->exit_code == 0) << (done.ok() ? done->out : done.status().text());
    return file_text(folder_ / made);
  }
  storesweep::testing::TemporaryFolder folder_;
};

CodeFacts scanned_dex(const std::string& bytes) {
  auto dexes = DexFile::parse(as_bytes(bytes));
  EXPECT_TRUE(dexes.ok()) << dexes.status().text();
  CodeFacts all;
  for (const DexFile& dex : *dexes) all.add(CallSiteScanner(catalogue()).scan(dex));
  return all;
}

const char* const kPhone = R"(
.class public Lcom/a/Phone;
.super Ljava/lang/Object;
.method public read(Landroid/telephony/TelephonyManager;)V
  .registers 4
  invoke-virtual {p1}, Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;
  move-result-object v0
  invoke-virtual/range {p1 .. p1}, Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;
  sget-object v0, Landroid/os/Build;->SERIAL:Ljava/lang/String;
  sget-object v0, Landroid/provider/ContactsContract$CommonDataKinds$Phone;->CONTENT_URI:Landroid/net/Uri;
  const-string v0, "content://sms/inbox"
  const-string v0, "ro.serialno"
  const-string/jumbo v0, "/sys/class/net/wlan0/address"
  const-string v0, "content://com.a.own/sms"
  return-void
.end method
)";

TEST(CallSites, OfEveryDirectWayAreFoundAndCountedByMethod) {
  Built built;
  const std::vector<std::string> wanted = {
      "contacts field android.provider.ContactsContract$CommonDataKinds$Phone.CONTENT_URI in "
      "com.a.Phone.read",
      "imei call android.telephony.TelephonyManager.getDeviceId()Ljava/lang/String; in com.a.Phone.read x2",
      "mac path /sys/class/net/wlan0/address in com.a.Phone.read",
      "serial field android.os.Build.SERIAL in com.a.Phone.read",
      "serial system property ro.serialno in com.a.Phone.read",
      "sms content URI content://sms/inbox in com.a.Phone.read",
  };
  const CodeFacts facts = scanned_dex(built.dex({kPhone}));
  EXPECT_EQ(told(facts), wanted);
  EXPECT_EQ(facts.classes, std::vector<std::string>{"com.a.Phone"});
  EXPECT_EQ(facts.calls, 2u);
  EXPECT_TRUE(facts.gaps.empty());
}

const char* const kReflection = R"(
.class public Lcom/a/R;
.super Ljava/lang/Object;
.field static key:Ljava/lang/String;
.method public static byName()V
  .registers 6
  const-string v0, "android.telephony.TelephonyManager"
  invoke-static {v0}, Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;
  move-result-object v1
  const-string v2, "getImei"
  const/4 v3, 0x0
  invoke-virtual {v1, v2, v3}, Ljava/lang/Class;->getMethod(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;
  return-void
.end method
.method public static ofObject(Ljava/lang/Object;)V
  .registers 5
  check-cast p0, Landroid/telephony/TelephonyManager;
  invoke-virtual {p0}, Ljava/lang/Object;->getClass()Ljava/lang/Class;
  move-result-object v0
  const-string v1, "getSubscriberId"
  const/4 v2, 0x0
  invoke-virtual {v0, v1, v2}, Ljava/lang/Class;->getDeclaredMethod(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;
  return-void
.end method
.method public static ofParameter(JLandroid/telephony/TelephonyManager;)V
  .registers 6
  invoke-virtual {p2}, Ljava/lang/Object;->getClass()Ljava/lang/Class;
  move-result-object v0
  const-string v1, "getLine1Number"
  const/4 v2, 0x0
  invoke-virtual {v0, v1, v2}, Ljava/lang/Class;->getMethod(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;
  return-void
.end method
.method public static ofConstant()V
  .registers 5
  const-class v0, Landroid/os/Build;
  const-string v1, "SERIAL"
  invoke-virtual {v0, v1}, Ljava/lang/Class;->getField(Ljava/lang/String;)Ljava/lang/reflect/Field;
  return-void
.end method
.method public static settings(Landroid/content/ContentResolver;)V
  .registers 3
  const-string v0, "android_id"
  :again
  invoke-static {p0, v0}, Landroid/provider/Settings$Secure;->getString(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;
  goto :again
.end method
.method public static otherSetting(Landroid/content/ContentResolver;Z)V
  .registers 4
  const-string v0, "android_id"
  if-eqz p1, :other
  const-string v0, "font_scale"
  :other
  const-string v1, "font_scale"
  invoke-static {p0, v1}, Landroid/provider/Settings$System;->getString(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;
  invoke-static {p0, v0}, Landroid/provider/Settings$System;->getString(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;
  sget-object v0, Lcom/a/R;->key:Ljava/lang/String;
  invoke-static {p0, v0}, Landroid/provider/Settings$System;->getString(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;
  return-void
.end method
.method public static skipped(Landroid/content/ContentResolver;)V
  .registers 2
  const-string v0, "android_id"
  goto :call
  :never
  const-string v0, "font_scale"
  :call
  invoke-static {p0, v0}, Landroid/provider/Settings$Secure;->getString(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;
  return-void
.end method
.method public static caught(Landroid/content/ContentResolver;)V
  .registers 2
  const-string v0, "android_id"
  :try
  invoke-static {}, Ljava/lang/System;->gc()V
  :end
  .catch Ljava/lang/Exception; {:try .. :end} :handler
  return-void
  :handler
  invoke-static {p0, v0}, Landroid/provider/Settings$Secure;->getString(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;
  return-void
.end method
)";

TEST(CallSites, ByReflectionAndByKeyAreFoundWhereTheCodeItselfNamesThem) {
  Built built;
  const std::vector<std::string> wanted = {
      "android_id settings key android_id in com.a.R.settings",
      "android_id settings key android_id in com.a.R.skipped",
      "imei reflection android.telephony.TelephonyManager.getImei in com.a.R.byName",
      "imsi reflection android.telephony.TelephonyManager.getSubscriberId in com.a.R.ofObject",
      "own_number reflection android.telephony.TelephonyManager.getLine1Number in com.a.R.ofParameter",
      "serial reflection android.os.Build.SERIAL in com.a.R.ofConstant",
  };
  EXPECT_EQ(told(scanned_dex(built.dex({kReflection}))), wanted);
}

TEST(CallSites, OnAnAppsOwnSubclassReachThePlatformUnlessItDefinesTheMethodItself) {
  Built built;
  const std::string middle = ".class public Lcom/a/Base;\n.super Landroid/telephony/TelephonyManager;\n";
  const std::string own = R"(
.class public Lcom/a/Own;
.super Lcom/a/Base;
.method public getMeid()Ljava/lang/String;
  .registers 2
  const/4 v0, 0x0
  return-object v0
.end method
)";
  const std::string user = R"(
.class public Lcom/a/User;
.super Ljava/lang/Object;
.method public use(Lcom/a/Own;)V
  .registers 3
  invoke-virtual {p1}, Lcom/a/Own;->getImei()Ljava/lang/String;
  invoke-virtual {p1}, Lcom/a/Own;->getMeid()Ljava/lang/String;
  return-void
.end method
)";
  const std::vector<std::string> wanted = {
      "imei call android.telephony.TelephonyManager.getImei()Ljava/lang/String; in com.a.User.use"};
  EXPECT_EQ(told(scanned_dex(built.dex({middle, own, user}))), wanted);
}

TEST(CallSites, OfACircleOfSuperclassesEnd) {
  Built built;
  const std::string user = R"(
.class public Lcom/a/A;
.super Lcom/a/B;
.method public use(Lcom/a/A;)V
  .registers 3
  invoke-virtual {p1}, Lcom/a/A;->getImei()Ljava/lang/String;
  return-void
.end method
)";
  EXPECT_TRUE(told(scanned_dex(built.dex({user, ".class Lcom/a/B;\n.super Lcom/a/A;\n"}))).empty());
}

TEST(CallSites, HandedOverAsAMethodHandleCount) {
  Built built;
  const std::string user = R"(
.class public Lcom/a/L;
.super Ljava/lang/Object;
.method public use()V
  .registers 3
  invoke-custom {}, site("run", ()V, invoke-instance@Landroid/telephony/TelephonyManager;->getDeviceId()Ljava/lang/String;)@Lcom/a/L;->boot(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;Ljava/lang/invoke/MethodHandle;)Ljava/lang/invoke/CallSite;
  const-method-handle v0, invoke-instance@Landroid/telephony/TelephonyManager;->getSubscriberId()Ljava/lang/String;
  return-void
.end method
)";
  const std::vector<std::string> wanted = {
      "imei call android.telephony.TelephonyManager.getDeviceId()Ljava/lang/String; in com.a.L.use",
      "imsi call android.telephony.TelephonyManager.getSubscriberId()Ljava/lang/String; in com.a.L.use"};
  EXPECT_EQ(told(scanned_dex(built.dex({user}))), wanted);
}

const std::vector<std::pair<std::string, std::string>> kJava = {
    {"android/telephony/TelephonyManager.java",
     "package android.telephony; public class TelephonyManager { public String getDeviceId() { return null; "
     "} }"},
    {"android/provider/Settings.java",
     "package android.provider; public class Settings { public static class Secure {"
     " public static String getString(Object r, String key) { return null; } } }"},
    {"android/os/Build.java", "package android.os; public class Build { public static String SERIAL; }"},
    {"com/a/J.java", R"(package com.a;
import android.telephony.TelephonyManager;
public class J {
  String direct(TelephonyManager t) { return t.getDeviceId() + android.os.Build.SERIAL; }
  java.util.function.Supplier<String> handed(TelephonyManager t) { return t::getDeviceId; }
  String setting(Object r, int n) {
    String key = "android_id";
    long wide = 3L * n;
    for (int i = 0; i < n; ++i) wide += i;
    return android.provider.Settings.Secure.getString(r, key) + wide;
  }
  String other(Object r, boolean b) {
    return android.provider.Settings.Secure.getString(r, b ? "android_id" : "font_scale");
  }
  Object reflected(double d) throws Exception {
    if (d > 1) return null;
    return Class.forName("android.telephony.TelephonyManager").getMethod("getSubscriberId").invoke(this);
  }
  Object ofObject(TelephonyManager t) throws Exception { return t.getClass().getMethod("getImei"); }
  String path() { return "/proc/net/arp"; }
}
)"}};

TEST(CallSites, OfAClassFileAreThoseOfTheSameCodeInDex) {
  Built built;
  const std::string bytes = built.java("com/a/J.class", kJava);
  auto file = ClassFile::parse(as_bytes(bytes));
  ASSERT_TRUE(file.ok()) << file.status().text();
  const std::vector<std::string> wanted = {
      "android_id settings key android_id in com.a.J.setting",
      "imei call android.telephony.TelephonyManager.getDeviceId()Ljava/lang/String; in com.a.J.direct",
      "imei call android.telephony.TelephonyManager.getDeviceId()Ljava/lang/String; in com.a.J.handed",
      "imei reflection android.telephony.TelephonyManager.getImei in com.a.J.ofObject",
      "imsi reflection android.telephony.TelephonyManager.getSubscriberId in com.a.J.reflected",
      "mac path /proc/net/arp in com.a.J.path",
      "serial field android.os.Build.SERIAL in com.a.J.direct",
  };
  EXPECT_EQ(told(CallSiteScanner(catalogue()).scan(*file)), wanted);
}

TEST(CallSites, OfSeveralFilesAreJoinedAndTheirCountsAdded) {
  Built built;
  const std::string bytes = built.dex({kPhone});
  CodeFacts twice = scanned_dex(bytes);
  const std::size_t sites = twice.call_sites.size();
  twice.add(scanned_dex(bytes));
  ASSERT_EQ(twice.call_sites.size(), sites);
  for (const CallSite& s : twice.call_sites) EXPECT_EQ(s.count, s.how == CallHow::kCall ? 4u : 2u);
}

// All the dex files of the corpus: what is found there, and that nothing is left out.
TEST(CallSites, OfTheCorpusAreReadWithoutGaps) {
  NEED_CORPUS();
  const CallSiteScanner scanner(catalogue());
  std::map<std::string, int> by_kind;
  for (const CorpusDex& file : corpus_dexes()) {
    auto dexes = DexFile::parse(as_bytes(file.bytes));
    if (!dexes.ok()) continue;
    const CodeFacts facts = scanner.scan(dexes->at(0));
    EXPECT_TRUE(facts.gaps.empty()) << file.name << ": " << facts.gaps.at(0);
    for (const CallSite& s : facts.call_sites)
      by_kind[catalogue().sources[s.source].id + " by " + std::string(call_how_name(s.how))] +=
          static_cast<int>(s.count);
  }
  for (const auto& [kind, n] : by_kind) std::printf("%5d %s\n", n, kind.c_str());
  EXPECT_GT(by_kind["app_list by call"], 0);
  EXPECT_GT(by_kind["contacts by field"], 0);
}

}  // namespace
}  // namespace storesweep::apk
