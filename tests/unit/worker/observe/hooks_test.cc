// A run's hooks on a device made of values: what stands in the journal, and how absence, death and silence
// are told.
#include "worker/observe/hooks.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>

#include "common/base/file.h"
#include "common/evidence/names.h"
#include "tests/unit/temporary_folder.h"
#include "tests/unit/worker/device/fake_device.h"
#include "tests/unit/worker/observe/recorder_in.h"

namespace storesweep::observe {
namespace {

constexpr const char* kHelloLine =
    R"({"kind":"hello","up":1000100,"pid":77,"script":"1","frida":"17.0.0","sources":"7","hooked":9,"absent":1,"n":0,"lost":0})";
constexpr const char* kCallLine =
    R"({"kind":"call","up":1000200,"took":2,"pid":77,"tid":77,"depth":0,"source":"imei","api":"a.B.c","null":true,"thread":"main","stack":[],"n":1,"lost":0})";

class SharedClock final : public Clock {
 public:
  std::int64_t steady_ms() const override { return now_ms_; }
  std::int64_t wall_ms() const override { return 1'600'000'000'000 + now_ms_; }
  void advance_ms(std::int64_t ms) { now_ms_ += ms; }

 private:
  std::atomic<std::int64_t> now_ms_{0};
};

// What frida-inject prints, shared with the test.
struct Printed {
  std::mutex mutex;
  std::deque<std::string> lines;
  bool ended = false;
};

class PrintedLines final : public device::LineSource {
 public:
  explicit PrintedLines(std::shared_ptr<Printed> from) : from_(std::move(from)) {}
  Result<std::optional<std::string>> next(const Deadline&) override {
    std::lock_guard lock(from_->mutex);
    if (from_->lines.empty()) {
      if (from_->ended) return std::optional<std::string>();
      return timed_out("no line yet");
    }
    std::optional line(std::move(from_->lines.front()));
    from_->lines.pop_front();
    return line;
  }

 private:
  std::shared_ptr<Printed> from_;
};

class HookedPhone final : public device::FakeDevice {
 public:
  std::string uid = "0\n", version = "17.2.1\n", ps_rows;
  bool dead = false;
  std::map<int, std::shared_ptr<Printed>> printed;  // by pid
  std::vector<std::string> streams;

  void runs(int pid, const std::string& name) {
    std::lock_guard lock(mutex);
    ps_rows += "u0_a10 " + std::to_string(pid) + " 1 1000 100 0 0 S " + name + "\n";
    printed[pid] = std::make_shared<Printed>();
  }
  void dies() {
    std::lock_guard lock(mutex);
    ps_rows.clear();
  }
  void says(int pid, std::vector<std::string> lines, bool ends = false) {
    std::lock_guard lock(printed[pid]->mutex);
    for (std::string& l : lines) printed[pid]->lines.push_back(std::move(l));
    printed[pid]->ended = ends;
  }
  Result<device::ShellOutput> shell(std::string_view command, const Deadline& deadline) override {
    std::lock_guard lock(mutex);
    if (dead) return unavailable("device offline");
    if (command == "id -u") return device::ShellOutput{.out = uid};
    if (ends_with(command, "--version")) return device::ShellOutput{.out = version};
    if (starts_with(command, "ps"))
      return device::ShellOutput{.out = "USER PID PPID VSZ RSS WCHAN ADDR S NAME\nroot 1 0 1 1 0 0 S init\n" +
                                        ps_rows};
    return device::FakeDevice::shell(command, deadline);
  }
  Result<std::unique_ptr<device::LineSource>> stream_shell(std::string_view command,
                                                           const Deadline&) override {
    std::lock_guard lock(mutex);
    streams.emplace_back(command);
    const std::size_t at = command.find(" -p ") + 4;
    const int pid = parse_int<int>(command.substr(at, command.find(' ', at) - at)).value_or(0);
    return std::unique_ptr<device::LineSource>(std::make_unique<PrintedLines>(printed[pid]));
  }
  std::mutex mutex;
};

class HooksTest : public ::testing::Test {
 protected:
  HooksTest() {
    recorder_ = recorder_in(folder_.path(), key_, clock_);
    EXPECT_TRUE(write_file_durably(folder_ / "frida-inject", "ELF").ok());
    EXPECT_TRUE(write_file_durably(folder_ / "hooks.js", "start();").ok());
    sources_.version = "7";
    Source imei;
    imei.id = "imei";
    imei.methods = {{"android.telephony.TelephonyManager", "getImei", ""}};
    sources_.sources = {imei};
    clock_.advance_ms(1'000);
  }
  HookKit kit() { return HookKit({folder_ / "frida-inject", folder_ / "hooks.js"}, sources_); }
  void begin(const HookKit& kit) {
    hooks_ = std::make_unique<Hooks>(Scene{phone_, *recorder_, clock_, package_}, kit);
    EXPECT_TRUE(hooks_->begin(Deadline::in_ms(20'000)).ok());
  }
  // Time goes on until this stands in the journal.
  bool waits_for(std::string_view text) {
    for (int i = 0; i < 400 && !written(text); ++i) {
      clock_.advance_ms(300);
      static_cast<void>(sleep_ms(10, Deadline::in_ms(1'000)));
    }
    return written(text);
  }
  bool waits_for_streams(std::size_t count) {
    for (int i = 0; i < 400; ++i) {
      clock_.advance_ms(300);
      static_cast<void>(sleep_ms(10, Deadline::in_ms(1'000)));
      std::lock_guard lock(phone_.mutex);
      if (phone_.streams.size() >= count) return true;
    }
    return false;
  }
  Journal sealed() {
    if (hooks_) hooks_->end(Deadline::in_ms(20'000));
    hooks_.reset();
    EXPECT_TRUE(recorder_->seal(true, "", key_).ok());
    return *read_journal_untrusted(as_bytes(file()));
  }
  std::string file() { return *read_file(folder_.path() + "/journal", 1u << 26); }
  bool written(std::string_view text) { return file().find(text) != std::string::npos; }
  static const Record* find(const Journal& j, RecordKind kind, std::string_view name,
                            std::string_view with = "") {
    for (const Record& r : j.records) {
      if (r.kind == kind && r.name == name && r.data.find(with) != std::string::npos) return &r;
    }
    return nullptr;
  }

  storesweep::testing::TemporaryFolder folder_;
  SigningKey key_ = signing_key_from_seed({7});
  SharedClock clock_;
  HookedPhone phone_;
  SourceCatalogue sources_;
  std::string package_ = "com.example.app";
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Hooks> hooks_;
};

TEST_F(HooksTest, EachProcessIsHookedAndItsLinesStandInTheJournalAtTheirOwnTime) {
  const HookKit shared = kit();
  begin(shared);
  phone_.runs(77, "com.example.app");
  phone_.runs(78, "com.example.app:push");
  phone_.runs(79, "com.example.application");
  ASSERT_TRUE(waits_for_streams(2));
  phone_.says(77, {"4242", kHelloLine, kCallLine});
  ASSERT_TRUE(waits_for("a.B.c"));
  const Journal j = sealed();
  const Record* call = find(j, RecordKind::kRaw, record_name::kHooks, "a.B.c");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->data, std::string("0 77 com.example.app\n") + kCallLine);
  EXPECT_EQ(call->device_ms, 200) << "when it happened, not when it came";
  EXPECT_EQ(phone_.streams.size(), 2u) << "and no process of another app";
  EXPECT_TRUE(find(j, RecordKind::kAttest, record_name::kHooked, "17.2.1"));
  EXPECT_TRUE(phone_.files.empty()) << "nothing stays on the device";
}

TEST_F(HooksTest, TheScriptIsPushedWithTheRulePacksOwnList) {
  const auto script = kit().script();
  ASSERT_TRUE(script.ok());
  const std::string head = "globalThis.storesweepSources = ";
  ASSERT_TRUE(starts_with(*script, head));
  const auto list = nlohmann::json::parse(script->substr(head.size(), script->find(";\n") - head.size()));
  EXPECT_EQ(list["version"], "7");
  EXPECT_EQ(list["kinds"][0]["methods"]["android.telephony.TelephonyManager"][0], "getImei");
  EXPECT_TRUE(ends_with(*script, "start();"));
}

TEST_F(HooksTest, WithoutRootProgramOrScriptItIsHookAbsentWithWhatToDo) {
  const auto why = [&](const HookKit& kit) {
    begin(kit);
    hooks_->end(Deadline::in_ms(20'000));
    hooks_.reset();
    return file();
  };
  const HookKit nothing({folder_ / "none", folder_ / "hooks.js"}, sources_);
  const HookKit unbuilt({folder_ / "frida-inject", folder_ / "none.js"}, sources_);
  const HookKit good = kit();
  EXPECT_NE(why(nothing).find("none"), std::string::npos);
  EXPECT_NE(why(unbuilt).find("./dev hooks"), std::string::npos);
  phone_.uid = "2000\n";
  EXPECT_NE(why(good).find("need root"), std::string::npos);
  phone_.uid = "0\n";
  phone_.version = "not executable: 64-bit ELF file\n";
  EXPECT_NE(why(good).find("not executable"), std::string::npos);
  const Journal j = sealed();
  for (const Record& r : j.records) {
    if (r.kind != RecordKind::kFailed) continue;
    EXPECT_EQ(r.reason, "HOOK_ABSENT");
  }
}

TEST_F(HooksTest, ADeviceThatIsGoneAtTheBeginningIsAnError) {
  const HookKit good = kit();
  phone_.dead = true;
  Hooks hooks({phone_, *recorder_, clock_, package_}, good);
  EXPECT_FALSE(hooks.begin(Deadline::in_ms(1'000)).ok());
}

TEST_F(HooksTest, WhatFridaSaysInsteadOfTheScriptIsTold) {
  const HookKit good = kit();
  phone_.runs(77, package_);
  phone_.says(77, {"4242", "Unable to access process with pid 77 from the current user account"}, true);
  begin(good);
  ASSERT_TRUE(waits_for("Unable to access"));
  const Journal j = sealed();
  const Record* failed = find(j, RecordKind::kFailed, record_name::kHooks);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->reason, "HOOK_ABSENT");
}

TEST_F(HooksTest, HooksThatEndWhileTheirProcessLivesAreDead) {
  const HookKit good = kit();
  phone_.runs(77, package_);
  phone_.says(77, {"4242", kHelloLine, kCallLine}, true);
  begin(good);
  ASSERT_TRUE(waits_for("ended while"));
  const Journal j = sealed();
  EXPECT_EQ(find(j, RecordKind::kFailed, record_name::kHooks)->reason, "HOOK_DEAD");
  EXPECT_TRUE(find(j, RecordKind::kRaw, record_name::kHooks, "a.B.c")) << "what it had seen is kept";
}

TEST_F(HooksTest, HooksThatFallSilentWhileTheirProcessLivesAreDead) {
  const HookKit good = kit();
  phone_.runs(77, package_);
  phone_.says(77, {"4242", kHelloLine});
  begin(good);
  ASSERT_TRUE(waits_for("fell silent"));
  EXPECT_EQ(find(sealed(), RecordKind::kFailed, record_name::kHooks)->reason, "HOOK_DEAD");
}

TEST_F(HooksTest, AProcessThatEndsTakesItsHooksWithItAndNothingIsWrong) {
  const HookKit good = kit();
  phone_.runs(77, package_);
  phone_.says(77, {"4242", kHelloLine, kCallLine});
  begin(good);
  ASSERT_TRUE(waits_for("a.B.c"));
  phone_.dies();
  for (int i = 0; i < 100; ++i) {
    clock_.advance_ms(1'000);
    static_cast<void>(sleep_ms(10, Deadline::in_ms(1'000)));
  }
  EXPECT_FALSE(find(sealed(), RecordKind::kFailed, record_name::kHooks));
  const auto& c = phone_.commands;
  EXPECT_EQ(std::count(c.begin(), c.end(), "kill 4242 2>/dev/null"), 1) << "our own injector goes with it";
}

TEST_F(HooksTest, ADeviceThatDoesNotAnswerSaysNothingOfItsProcesses) {
  const HookKit good = kit();
  phone_.runs(77, package_);
  phone_.says(77, {"4242", kHelloLine, kCallLine}, true);
  begin(good);
  ASSERT_TRUE(waits_for_streams(1));
  {
    std::lock_guard lock(phone_.mutex);
    phone_.dead = true;
    phone_.ps_rows.clear();
  }
  for (int i = 0; i < 50; ++i) {
    clock_.advance_ms(1'000);
    static_cast<void>(sleep_ms(10, Deadline::in_ms(1'000)));
  }
  {
    std::lock_guard lock(phone_.mutex);
    phone_.dead = false;
  }
  EXPECT_FALSE(find(sealed(), RecordKind::kFailed, record_name::kHooks));
}

TEST_F(HooksTest, ALineFromLaterThanNowIsNotBelievedForItsTime) {
  const HookKit good = kit();
  phone_.runs(77, package_);
  std::string later(kCallLine);
  later.replace(later.find("1000200"), 7, "9990000");
  phone_.says(77, {"4242", kHelloLine, later});
  begin(good);
  ASSERT_TRUE(waits_for("later than now"));
  const Journal j = sealed();
  EXPECT_EQ(find(j, RecordKind::kFailed, record_name::kHooks)->reason, "GRAMMAR");
  EXPECT_LT(find(j, RecordKind::kRaw, record_name::kHooks, "a.B.c")->device_ms, 1'000'000);
}

// The script reads rules/sources.yaml's own form (tests/integration/hooks): nothing of it is lost on the way.
TEST(HookSources, AreTheWholeListOfKindsInTheFilesOwnForm) {
  const auto rules = load_sources(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
  ASSERT_TRUE(rules.ok()) << rules.status().text();
  const auto json = nlohmann::json::parse(hook_sources(*rules));
  EXPECT_EQ(json["version"], rules->version);
  EXPECT_EQ(json["settings_getters"]["android.provider.Settings$Secure"][0], "getString");
  std::size_t at = 0, methods = 0, told = 0;
  for (const Source& s : rules->sources) {
    if (s.mark) continue;
    const auto& kind = json["kinds"][at++];
    EXPECT_EQ(kind["id"], s.id);
    EXPECT_EQ(kind["uris"].size(), s.uris.size()) << s.id;
    EXPECT_EQ(kind["settings"].size(), s.settings.size()) << s.id;
    EXPECT_EQ(
        kind["commands"].size() + kind["paths"].size() + kind["properties"].size() + kind["names"].size(),
        s.commands.size() + s.paths.size() + s.properties.size() + s.names.size())
        << s.id;
    methods += s.methods.size();
    for (const auto& [owner, names] : kind["methods"].items()) told += names.size();
  }
  EXPECT_EQ(json["kinds"].size(), at);
  EXPECT_EQ(told, methods);
  EXPECT_GT(methods, 100u);
}

TEST(ProcessesOf, AreThoseOfThePackageAlone) {
  const auto found = processes_of(
      "USER PID PPID VSZ RSS WCHAN ADDR S NAME\nu0_a1 10 1 1 1 0 0 S com.a\nu0_a1 11 1 1 1 0 0 S com.a:push\n"
      "u0_a2 12 1 1 1 0 0 S com.a.b\nu0_i1 13 1 1 1 0 0 S com.google.android.webview:sandboxed_process0\n",
      "com.a");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].pid, 11);
  EXPECT_EQ(found[1].name, "com.a:push");
}

}  // namespace
}  // namespace storesweep::observe
