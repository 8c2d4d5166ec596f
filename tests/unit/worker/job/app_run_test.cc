#include "worker/job/app_run.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "common/evidence/journal.h"
#include "common/evidence/names.h"
#include "tests/unit/temporary_folder.h"
#include "tests/unit/worker/apk/apk_builder.h"
#include "tests/unit/worker/device/fake_device.h"

namespace storesweep::job {
namespace {
using apk_test::small_apk;
using Install = Result<adb::InstallOutcome>;

// A log in which nothing happens.
class Silence final : public device::LineSource {
 public:
  Result<std::optional<std::string>> next(const Deadline& deadline) override {
    const Status s = sleep_ms(20, deadline);
    return s.ok() ? timed_out("no line") : s;
  }
};

// Answers an install as it is told to, and knows packages by it.
class InstallingDevice : public device::FakeDevice {
 public:
  Install answer = adb::parse_install_output("Success");
  bool completes = true;  // whatever it answers
  int installs = 0;
  std::vector<std::string> installed;  // names of the files

  InstallingDevice() {
    own_facts.abis = {"arm64-v8a"};
    own_facts.features = {"android.hardware.camera"};
    answers["date +%z"] = {.out = "+0800\n"};
    on_time = [this] {
      now.up_ms = SystemClock().steady_ms(), now.wall_s = 1'600'000'000 + now.up_ms / 1000;
    };
  }
  Result<std::unique_ptr<device::LineSource>> stream_shell(std::string_view, const Deadline&) override {
    return std::unique_ptr<device::LineSource>(std::make_unique<Silence>());
  }
  Install install(const std::vector<device::ApkFile>& given, const device::InstallWishes&,
                  const Deadline&) override {
    ++installs;
    for (const device::ApkFile& file : given) installed.push_back(file.name);
    if (completes) packages.insert("com.example");
    return answer;
  }
  Result<device::ShellOutput> shell(std::string_view command, const Deadline& d) override {
    if (starts_with(command, "date '+")) return device::ShellOutput{.out = "11-24 10:00:00.000\n"};
    if (command == "pm path com.example") {
      return device::ShellOutput{.out = packages.contains("com.example") ? "package:/data/app/x/base.apk\n"
                                                                         : ""};
    }
    return FakeDevice::shell(command, d);
  }
};

class AppRunTest : public ::testing::Test {
 protected:
  AppRunTest() {
    const char* source = std::getenv("STORESWEEP_SOURCE");
    const std::string rules = std::string(source ? source : ".") + "/rules";
    pack_ = *load_rule_pack(rules);
    profiles_ = *load_profiles(rules);
    const std::string path = folder_ / "app.apk", apk = small_apk();
    EXPECT_TRUE(write_file_durably(path, apk).ok());
    EXPECT_TRUE(make_folders(folder_ / "run").ok());
    app_.facts = *read_apk_facts(as_bytes(apk));
    app_.files.push_back({sha256(apk), std::make_shared<const MappedFile>(*MappedFile::open(path))});
    order_.offer.token.epoch = 3;
    order_.offer.token.n = 7;
    order_.offer.listing.package = "com.example";
    order_.offer.only_rules = {"R7.1"};  // no phase of a run tells of it: only P0 is left
    order_.file_set = app_.facts.file_set;
    order_.folder = folder_ / "run";
    hygiene_.clean = true;
    hygiene_.covered = {"packages"};
    key_ = signing_key_from_seed({1});
  }
  RunEnd run(std::int64_t ms = 20'000) {
    order_.device = model_of(device_.own_facts);
    const RunBasis basis{pack_, profiles_, clock_, "w1", key_};
    return run_app(device_, order_, app_, hygiene_, basis, Deadline::in_ms(ms));
  }
  static JobFailure failure(const RunEnd& end) {
    const auto* f = std::get_if<RunFailed>(&end);
    return f ? f->failure : JobFailure{FailureKind::kEvasion, FailureReason::kOther, "no failure"};
  }
  Journal journal() {
    const std::string bytes = *read_file(folder_ / "run/journal", 1 << 20);
    return *read_journal_untrusted(as_bytes(bytes));
  }
  static const Record* named(const Journal& journal, std::string_view name) {
    for (const Record& r : journal.records) {
      if (r.name == name) return &r;
    }
    return nullptr;
  }

  storesweep::testing::TemporaryFolder folder_;
  RulePack pack_;
  Profiles profiles_;
  SystemClock clock_;
  SigningKey key_;
  InstallingDevice device_;
  AppFiles app_;
  RunOrder order_;
  device::Attestation hygiene_;
};

TEST_F(AppRunTest, a_run_leaves_a_signed_journal_that_says_what_it_was) {
  device_.own_facts.fingerprint = "brand/product:9/X/1:user";
  const RunEnd end = run();
  const auto* done = std::get_if<RunDone>(&end);
  ASSERT_TRUE(done) << failure(end).detail;
  const Journal j = journal();
  EXPECT_TRUE(j.sealed && j.complete && j.signature_valid) << j.incomplete_reason;
  ASSERT_FALSE(done->blobs.empty());
  EXPECT_EQ(done->blobs[0].name, "journal");
  EXPECT_EQ(done->blobs[0].sha256, j.sha256);
  EXPECT_EQ(j.header.token, (TokenKey{3, 7}));
  EXPECT_EQ(j.header.worker, "w1");
  EXPECT_EQ(j.header.worker_key, key_.public_key);
  EXPECT_EQ(j.header.device, "FAKE1");
  EXPECT_EQ(j.header.fingerprint, "brand/product:9/X/1:user");
  EXPECT_EQ(j.header.clock_rate_permille, 1000);
  EXPECT_EQ(j.header.device_zone_minutes, 480);
  EXPECT_EQ(j.header.package, "com.example");
  EXPECT_EQ(j.header.file_set, app_.facts.file_set);
  EXPECT_EQ(j.header.only_rules, order_.offer.only_rules);
  EXPECT_FALSE(j.header.scripted);
  for (std::string_view name : {record_name::kListing, record_name::kFacts, record_name::kHygiene,
                                record_name::kClockRate, record_name::kInstall}) {
    EXPECT_NE(named(j, name), nullptr) << name;
  }
  EXPECT_EQ(named(j, record_name::kBehaviour), nullptr);  // a real device has nothing to say of it
  EXPECT_EQ(device_.installed, std::vector<std::string>{"base.apk"});
  EXPECT_TRUE(device_.packages.empty());  // uninstalled
}

TEST_F(AppRunTest, the_policy_stands_in_the_journal_or_why_it_was_not_read) {
  order_.extras.policy = "我们收集您的位置信息。";
  order_.extras.policy_source = "https://example.com/privacy";
  run();
  Journal j = journal();
  ASSERT_NE(named(j, record_name::kPolicyText), nullptr);
  EXPECT_EQ(named(j, record_name::kPolicyText)->data, order_.extras.policy);
  EXPECT_EQ(named(j, record_name::kPolicySource)->data, "https://example.com/privacy");
  order_.extras.policy.clear();
  order_.extras.policy_unread = "timeout: no answer";
  run();
  j = journal();
  ASSERT_NE(named(j, record_name::kPolicyText), nullptr);
  EXPECT_EQ(named(j, record_name::kPolicyText)->kind, RecordKind::kFailed);
  EXPECT_EQ(named(j, record_name::kPolicyText)->data, "timeout: no answer");
}

TEST_F(AppRunTest, a_simulated_device_says_whether_it_knows_what_the_app_calls) {
  device_.own_facts.device_class = "simulated";
  device_.answers["getprop storesweep.behaviour.com.example"] = {.out = "absent: line 3\n"};
  run();
  Journal j = journal();
  ASSERT_NE(named(j, record_name::kBehaviour), nullptr);
  EXPECT_EQ(named(j, record_name::kBehaviour)->data, "absent: line 3");
  device_.answers["getprop storesweep.behaviour.com.example"] = {.out = "present\n"};
  run();
  j = journal();
  EXPECT_EQ(named(j, record_name::kBehaviour)->data, "present");
  device_.answers["getprop storesweep.behaviour.com.example"] = {.out = "\n"};
  run();
  j = journal();
  EXPECT_EQ(named(j, record_name::kBehaviour)->data, "absent");  // silence is no word for it
}

TEST_F(AppRunTest, an_install_that_was_not_answered_is_asked_about_before_it_counts_as_failed) {
  device_.answer = timed_out("no answer");
  EXPECT_TRUE(std::holds_alternative<RunDone>(run()));
  device_.completes = false;
  const JobFailure f = failure(run(6'000));
  EXPECT_NE(f.kind, FailureKind::kApp);
  EXPECT_EQ(device_.installs, 2);  // never tried twice in one run
}

TEST_F(AppRunTest, an_outcome_nobody_knows_is_asked_about_and_then_no_fault_of_the_app) {
  device_.completes = false;
  device_.answer = adb::parse_install_output("something else\n");
  const JobFailure f = failure(run());
  EXPECT_EQ(f.kind, FailureKind::kInfrastructure);
  EXPECT_EQ(f.reason, FailureReason::kInstall);
}

TEST_F(AppRunTest, an_app_that_nothing_can_launch_is_reported_and_not_tested) {
  app_.facts.launch_activity.clear();
  order_.offer.only_rules.clear();
  const RunEnd end = run();
  ASSERT_TRUE(std::holds_alternative<RunDone>(end)) << failure(end).detail;
  const Journal j = journal();
  EXPECT_TRUE(j.sealed);
  EXPECT_FALSE(j.complete);
  EXPECT_NE(j.incomplete_reason.find("launcher"), std::string::npos);
}

TEST_F(AppRunTest, a_device_that_goes_away_is_the_devices_fault) {
  device_.completes = false;
  device_.answer = adb::parse_install_output("Failure [INSTALL_FAILED_INSUFFICIENT_STORAGE]");
  EXPECT_EQ(failure(run()).kind, FailureKind::kDevice);
  device_.on_time = [] {};  // its clock stands still
  EXPECT_EQ(failure(run()).kind, FailureKind::kDevice);
}

// Evidence that cannot be written is nobody's fault but this host's: typed so, and never a verdict of half a
// journal.
TEST_F(AppRunTest, a_full_disk_is_told_as_such_wherever_it_strikes) {
  ASSERT_TRUE(std::holds_alternative<RunDone>(run()));
  const auto bytes = std::filesystem::file_size(folder_ / "run/journal");
  for (const rlim_t most : {rlim_t{4}, rlim_t{bytes / 2}, rlim_t{bytes - 200}}) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{most, most};
      setrlimit(RLIMIT_FSIZE, &limit);
      const JobFailure f = failure(run());
      _exit(f.kind == FailureKind::kInfrastructure && f.reason == FailureReason::kDiskFull ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "full at " << most << " of " << bytes;
  }
}

TEST_F(AppRunTest, a_folder_that_is_gone_is_no_fault_of_the_device) {
  order_.folder = folder_ / "nowhere";
  const JobFailure f = failure(run());
  EXPECT_EQ(f.kind, FailureKind::kInfrastructure) << f.detail;
}

TEST_F(AppRunTest, a_real_device_whose_clock_runs_fast_is_not_used_and_a_simulated_one_says_its_rate) {
  device_.on_time = [this] {
    const std::int64_t ms = SystemClock().steady_ms() % 1'000'000 * 20;
    device_.now = {.up_ms = ms, .wall_s = 1'600'000'000 + ms / 1000};
  };
  EXPECT_EQ(failure(run()).kind, FailureKind::kDevice);
  device_.own_facts.device_class = "simulated";
  run();
  EXPECT_NEAR(static_cast<double>(journal().header.clock_rate_permille), 20'000, 1'000);
}

TEST(RefusalOf, IsTypedByTheTextOfTheDevice) {
  ApkFacts facts = *read_apk_facts(as_bytes(small_apk()));
  const Device device{"D", {"phone", 28}, {"x86"}, {"android.hardware.camera"}, false};
  const auto refused = [&](const std::string& reason) {
    return refusal_of(adb::parse_install_output("Failure [" + reason + ": detail]"), facts, device);
  };
  const auto kind = [&](const std::string& reason) {
    return std::get<RunFailed>(refused(reason)).failure.kind;
  };
  EXPECT_EQ(std::get<RunNeeds>(refused("INSTALL_FAILED_NO_MATCHING_ABIS")).needs.abis,
            std::vector<std::string>{"arm64-v8a"});
  EXPECT_EQ(std::get<RunNeeds>(refused("INSTALL_FAILED_OLDER_SDK")).needs.min_api, 29);
  EXPECT_EQ(kind("INSTALL_PARSE_FAILED_NO_CERTIFICATES"), FailureKind::kApp);
  EXPECT_EQ(kind("INSTALL_FAILED_INVALID_APK"), FailureKind::kApp);
  EXPECT_EQ(kind("INSTALL_FAILED_ALREADY_EXISTS"), FailureKind::kDevice);
  EXPECT_EQ(kind("INSTALL_FAILED_INSUFFICIENT_STORAGE"), FailureKind::kDevice);
  // What it needs cannot be said, so that nobody would be sent anywhere: a fact about the app.
  facts.needs = {};
  EXPECT_EQ(kind("INSTALL_FAILED_DEPRECATED_SDK_VERSION"), FailureKind::kApp);
  EXPECT_EQ(kind("INSTALL_FAILED_NO_MATCHING_ABIS"), FailureKind::kApp);
}

TEST(FailureOf, NamesWhoIsToBlame) {
  const Deadline later = Deadline::in_ms(60'000);
  EXPECT_EQ(failure_of(not_found("gone"), later).kind, FailureKind::kDevice);
  EXPECT_EQ(failure_of(timed_out("silent"), later).kind, FailureKind::kDevice);
  EXPECT_EQ(failure_of(timed_out("late"), Deadline::in_ms(0)).reason, FailureReason::kTimeout);
  EXPECT_EQ(failure_of(timed_out("late"), Deadline::in_ms(0)).kind, FailureKind::kInfrastructure);
  EXPECT_EQ(failure_of(unavailable("no adb server"), later).kind, FailureKind::kInfrastructure);
  EXPECT_EQ(failure_of(exhausted("disk"), later).reason, FailureReason::kDiskFull);
  Cancel cancel;
  cancel.cancel();
  EXPECT_EQ(failure_of(not_found("gone"), Deadline::in_ms(60'000, &cancel)).reason,
            FailureReason::kCancelled);
}

}  // namespace
}  // namespace storesweep::job
