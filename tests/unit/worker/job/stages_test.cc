#include "worker/job/stages.h"

#include <gtest/gtest.h>

namespace storesweep::job {
namespace {

class StagesTest : public testing::Test {
 protected:
  void start(LeaseOffer offer = {}) {
    offer.token.n = 1;
    stages_ = std::make_unique<JobStages>(std::move(offer), StageLimits{});
    on(LeaseTaken{});
  }
  void on(const StageEvent& event) { actions_ = stages_->on(event, now_); }
  template <class A>
  std::optional<A> one() const {
    for (const StageAction& action : actions_) {
      if (const A* a = std::get_if<A>(&action)) return *a;
    }
    return std::nullopt;
  }
  void run() {
    start();
    on(FetchDone{sha256("apk"), {}});
    on(RunAnswered{FileSetAnswer::kRun});
    on(DeviceGiven{phone()});
    on(StartNoted{});
  }
  static Device phone() {
    Device d;
    d.identity = "d0";
    return d;
  }
  static RunDone done() {
    RunDone d;
    d.blobs.push_back({"journal", sha256("journal"), 7});
    return d;
  }

  std::unique_ptr<JobStages> stages_;
  std::vector<StageAction> actions_;
  std::int64_t now_ = 5'000;
};

TEST_F(StagesTest, OneLeaseGoesThroughItsStagesInOrder) {
  start();
  EXPECT_TRUE(one<StartFetch>());
  now_ += 40;
  on(FetchDone{sha256("apk"), {}});
  ASSERT_TRUE(one<AskToRun>());
  EXPECT_EQ(one<AskToRun>()->question.file_set, sha256("apk"));
  on(RunAnswered{FileSetAnswer::kRun});
  ASSERT_TRUE(one<WantDevice>());
  on(DeviceGiven{phone()});
  EXPECT_TRUE(one<NoteStart>());
  EXPECT_FALSE(one<StartRun>());
  on(StartNoted{});
  ASSERT_EQ(actions_.size(), 3u);
  EXPECT_TRUE(std::holds_alternative<SayBegan>(actions_[1]));
  EXPECT_TRUE(std::holds_alternative<StartRun>(actions_[2]));
  now_ += 900;
  on(done());
  EXPECT_TRUE(one<FreeDevice>());
  ASSERT_TRUE(one<KeepOutcome>());
  Report report = std::get<Report>(one<KeepOutcome>()->outcome);
  EXPECT_EQ(report.figures.fetch_ms, 40);
  EXPECT_EQ(report.figures.device_ms, 900);
  EXPECT_EQ(report.device.identity, "d0");
  on(OutcomeKept{report});
  ASSERT_TRUE(one<JobOver>());
  EXPECT_TRUE(one<JobOver>()->outcome);
  EXPECT_TRUE(stages_->over());
}

TEST_F(StagesTest, WhatTheFetchHasFoundOfSdksStandsInTheReport) {
  const SdkList sdks{"7", {{"jpush", "4.1"}}, 0};
  start();
  on(FetchDone{sha256("apk"), {}, sdks});
  on(RunAnswered{FileSetAnswer::kRun});
  on(DeviceGiven{phone()});
  on(StartNoted{});
  on(done());
  ASSERT_TRUE(one<KeepOutcome>());
  EXPECT_EQ(std::get<Report>(one<KeepOutcome>()->outcome).sdks, sdks);
}

TEST_F(StagesTest, WhatNoAndroidInstallsTakesNoDeviceAndIsTheAppsFault) {
  start();
  on(FetchDone{sha256("apk"), {}, {}, "no Android installs it: base: zip: duplicate-name"});
  EXPECT_TRUE(one<AskToRun>()) << "before that it would be nobody's fact";
  on(RunAnswered{FileSetAnswer::kRun});
  EXPECT_FALSE(one<WantDevice>());
  ASSERT_TRUE(one<KeepOutcome>());
  const Failure failure = std::get<Failure>(one<KeepOutcome>()->outcome);
  EXPECT_EQ(failure.kind, FailureKind::kApp);
  EXPECT_EQ(failure.reason, FailureReason::kInstall);
  EXPECT_EQ(failure.file_set, sha256("apk"));
  EXPECT_EQ(failure.device, "");
  EXPECT_NE(failure.detail.find("duplicate-name"), std::string::npos);
  on(OutcomeKept{failure});
  EXPECT_TRUE(stages_->over());
}

TEST_F(StagesTest, AHashKnownBeforehandSavesTheQuestion) {
  LeaseOffer offer;
  offer.file_set = sha256("apk");
  start(offer);
  on(FetchDone{sha256("apk"), {}});
  EXPECT_FALSE(one<AskToRun>());
  EXPECT_TRUE(one<WantDevice>());
}

TEST_F(StagesTest, AnotherFileThanTheOneMeantIsAskedAbout) {
  LeaseOffer offer;
  offer.file_set = sha256("old apk");
  start(offer);
  on(FetchDone{sha256("apk"), {}});
  EXPECT_TRUE(one<AskToRun>());
}

TEST_F(StagesTest, EveryAnswerButRunEndsTheJobWithoutAnOutcome) {
  for (FileSetAnswer answer :
       {FileSetAnswer::kReuse, FileSetAnswer::kWait, FileSetAnswer::kNeedsMore, FileSetAnswer::kEnded}) {
    start();
    on(FetchDone{sha256("apk"), {}});
    on(RunAnswered{answer});
    ASSERT_TRUE(one<JobOver>());
    EXPECT_FALSE(one<JobOver>()->outcome);
  }
}

TEST_F(StagesTest, KnownNeedsAndThoseOfTheFileGoTogether) {
  LeaseOffer offer;
  offer.needs.min_api = 30;
  offer.needs.other_than_class = "emulator";
  start(offer);
  Needs needs;
  needs.min_api = 21;
  needs.abis = {"arm64-v8a"};
  on(FetchDone{sha256("apk"), needs});
  const Needs asked = one<AskToRun>()->question.needs;
  EXPECT_EQ(asked.min_api, 30);
  EXPECT_EQ(asked.abis, needs.abis);
  EXPECT_EQ(asked.other_than_class, "emulator");
}

TEST_F(StagesTest, AFailedFetchIsReportedAsItIs) {
  start();
  on(FetchFailed{{FailureKind::kApp, FailureReason::kHash, "another file than the catalogue says"}});
  ASSERT_TRUE(one<KeepOutcome>());
  Failure failure = std::get<Failure>(one<KeepOutcome>()->outcome);
  EXPECT_EQ(failure.reason, FailureReason::kHash);
  EXPECT_EQ(failure.device, "");
}

TEST_F(StagesTest, ADeviceThatFailedIsSuspectAndNamed) {
  run();
  on(RunFailed{{FailureKind::kDevice, FailureReason::kDeviceLost, "gone"}});
  ASSERT_TRUE(one<FreeDevice>());
  EXPECT_TRUE(one<FreeDevice>()->suspect);
  EXPECT_EQ(std::get<Failure>(one<KeepOutcome>()->outcome).device, "d0");
}

TEST_F(StagesTest, AnAppThatEvadesIsReportedWithItsNeed) {
  run();
  Needs needs;
  needs.other_than_class = "emulator";
  on(RunNeeds{needs});
  EXPECT_EQ(std::get<NeedsMore>(one<KeepOutcome>()->outcome).needs.other_than_class, "emulator");
}

TEST_F(StagesTest, ARunBeyondItsLimitIsCancelledAndItsDeviceFreedOnlyWhenItHasStopped) {
  run();
  now_ += StageLimits{}.triage_run_ms;
  on(StageTick{});
  EXPECT_TRUE(one<CancelRun>());
  EXPECT_FALSE(one<FreeDevice>());
  on(RunFailed{{FailureKind::kInfrastructure, FailureReason::kCancelled, "cancelled"}});
  EXPECT_TRUE(one<FreeDevice>());
  EXPECT_EQ(std::get<Failure>(one<KeepOutcome>()->outcome).reason, FailureReason::kTimeout);
}

TEST_F(StagesTest, AnAbandonedRunIsStoppedAndReportsNothing) {
  run();
  on(GiveUp{});
  EXPECT_TRUE(one<CancelRun>());
  on(RunFailed{{FailureKind::kInfrastructure, FailureReason::kCancelled, "cancelled"}});
  EXPECT_FALSE(one<KeepOutcome>());
  ASSERT_TRUE(one<JobOver>());
  EXPECT_TRUE(one<FreeDevice>());
}

TEST_F(StagesTest, ARunThatCameToItsEndWhileItWasAbandonedIsKept) {
  run();
  on(GiveUp{});
  on(done());
  EXPECT_TRUE(one<KeepOutcome>());
}

TEST_F(StagesTest, AnAbandonedFetchIsCancelled) {
  start();
  on(GiveUp{});
  EXPECT_TRUE(one<CancelFetch>());
  on(FetchDone{sha256("apk"), {}});
  EXPECT_TRUE(one<JobOver>());
}

TEST_F(StagesTest, ADeviceThatComesTooLateGoesStraightBack) {
  start();
  on(FetchDone{sha256("apk"), {}});
  on(RunAnswered{FileSetAnswer::kRun});
  now_ += StageLimits{}.device_wait_ms;
  on(StageTick{});
  EXPECT_TRUE(one<JobOver>());
  on(DeviceGiven{phone()});
  EXPECT_TRUE(one<FreeDevice>());
}

TEST_F(StagesTest, WhereNoDeviceFitsTheNeedsAreSaid) {
  LeaseOffer offer;
  offer.needs.min_api = 33;
  start(offer);
  on(FetchDone{sha256("apk"), {}});
  on(RunAnswered{FileSetAnswer::kRun});
  on(NoDeviceFits{});
  EXPECT_EQ(std::get<NeedsMore>(one<KeepOutcome>()->outcome).needs.min_api, 33);
}

TEST_F(StagesTest, AFullDiskBecomesASmallFailureAndThenSilence) {
  run();
  on(done());
  on(KeepFailed{"no space left"});
  EXPECT_EQ(std::get<Failure>(one<KeepOutcome>()->outcome).reason, FailureReason::kDiskFull);
  on(KeepFailed{"no space left"});
  ASSERT_TRUE(one<JobOver>());
  EXPECT_FALSE(one<JobOver>()->outcome);
}

TEST_F(StagesTest, AStartThatCannotBeNotedIsNoStart) {
  start();
  on(FetchDone{sha256("apk"), {}});
  on(RunAnswered{FileSetAnswer::kRun});
  on(DeviceGiven{phone()});
  on(KeepFailed{"no space left"});
  EXPECT_FALSE(one<StartRun>());
  EXPECT_TRUE(one<FreeDevice>());
  EXPECT_FALSE(stages_->began());
}

TEST_F(StagesTest, AStartThatIsBeingNotedIsForgottenOnlyWhenItWasWritten) {
  start();
  on(FetchDone{sha256("apk"), {}});
  on(RunAnswered{FileSetAnswer::kRun});
  on(DeviceGiven{phone()});
  on(GiveUp{});
  EXPECT_FALSE(one<JobOver>());
  on(StartNoted{});
  EXPECT_FALSE(one<StartRun>());
  EXPECT_TRUE(one<FreeDevice>());
  EXPECT_TRUE(one<JobOver>());
}

}  // namespace
}  // namespace storesweep::job
