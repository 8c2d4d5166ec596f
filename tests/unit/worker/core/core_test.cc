#include "worker/core.h"

#include <gtest/gtest.h>

namespace storesweep::worker {
namespace {

class CoreTest : public testing::Test {
 protected:
  void start(std::vector<Device> devices) {
    CoreOptions options;
    options.session.worker = "w";
    options.session.incarnation = 100;
    core_ = std::make_unique<Core>(options, std::vector<Outcome>{});
    on(DevicesSeen{std::move(devices)});
    receive(Welcome{1, kProtocolVersion, 30'000, 5'000, {}});
  }
  static Device device(const std::string& identity, int api = 28) {
    return {identity, {"simulated", api}, {}, {}, false};
  }
  static LeaseOffer offer(std::uint64_t n) {
    LeaseOffer o;
    o.token = {1, n, 1, JobId(static_cast<std::int64_t>(n)), "w", {}};
    o.lease_ms = 30'000;
    return o;
  }
  void on(const CoreEvent& event) { effects_ = core_->on(event, now_); }
  void receive(ToWorker message) { on(link::Received{{std::move(message)}}); }
  void grant(std::vector<LeaseOffer> offers) {
    std::uint64_t request = 0;
    for (const Ask& ask : sent<Ask>()) request = ask.request;
    receive(Grant{1, request, std::move(offers), 0});
  }
  void answer(std::uint64_t n, job::StageEvent event) { on(JobEvent{offer(n).token, std::move(event)}); }
  template <class E>
  std::vector<E> all() const {
    std::vector<E> out;
    for (const Effect& effect : effects_) {
      if (const E* e = std::get_if<E>(&effect)) out.push_back(*e);
    }
    return out;
  }
  template <class M>
  std::vector<M> sent() const {
    std::vector<M> out;
    for (const Send& send : all<Send>()) {
      for (const FromWorker& said : send.turn) {
        if (const M* m = std::get_if<M>(&said)) out.push_back(*m);
      }
    }
    return out;
  }
  // Up to the question whether to run.
  void fetch(std::uint64_t n) { answer(n, job::FetchDone{sha256("apk" + std::to_string(n)), {}}); }
  void say_run(std::uint64_t n) { receive(FetchedAnswer{1, offer(n).token, FileSetAnswer::kRun}); }

  std::unique_ptr<Core> core_;
  std::vector<Effect> effects_;
  std::int64_t now_ = 1'000;
};

TEST_F(CoreTest, OneLeaseFromTheGrantToTheDroppedEntry) {
  start({device("d0")});
  grant({offer(1)});
  ASSERT_EQ(all<FetchJob>().size(), 1u);
  fetch(1);
  ASSERT_EQ(sent<Fetched>().size(), 1u);
  say_run(1);
  ASSERT_EQ(all<NoteJob>().size(), 1u);
  answer(1, job::StartNoted{});
  ASSERT_EQ(sent<Began>().size(), 1u);
  ASSERT_TRUE(std::holds_alternative<RunJob>(effects_.back()));  // after Began
  EXPECT_EQ(std::get<RunJob>(effects_.back()).file_set, sha256("apk1"));
  answer(1, job::RunDone{{{"journal", {}, 1}}, "", {}});
  ASSERT_EQ(all<KeepJob>().size(), 1u);
  Outcome kept = all<KeepJob>()[0].outcome;
  std::get<Report>(kept).sequence = 7;
  answer(1, job::OutcomeKept{kept});
  EXPECT_EQ(core_->jobs(), 0u);
  EXPECT_EQ(all<UploadEntry>().size(), 1u);
  EXPECT_EQ(sent<Ask>().size(), 1u);  // its device is free again
  on(link::Uploaded{offer(1).token, link::UploadEnd::kDone});
  EXPECT_EQ(sent<Report>().size(), 1u);
  receive(Answer{1, offer(1).token, 7, ReportAnswer::kAcknowledged});
  EXPECT_EQ(all<DropSpooled>().size(), 1u);
  EXPECT_TRUE(all<ForgetJob>().empty());
}

TEST_F(CoreTest, NoDeviceStandsInTwoSlots) {
  start({device("d0"), device("d1")});
  grant({offer(1), offer(2)});
  for (std::uint64_t n : {1u, 2u}) fetch(n), say_run(n);
  answer(1, job::StartNoted{});
  const std::string first = all<RunJob>().at(0).device.identity;
  answer(2, job::StartNoted{});
  EXPECT_NE(all<RunJob>().at(0).device.identity, first);
}

TEST_F(CoreTest, AConfirmationNeverRunsOnTheDeviceOfTheFirstRun) {
  start({device("d0"), device("d1")});
  LeaseOffer confirmation = offer(1);
  confirmation.not_on_device = "d0";
  grant({confirmation});
  fetch(1);
  say_run(1);
  answer(1, job::StartNoted{});
  EXPECT_EQ(all<RunJob>().at(0).device.identity, "d1");
}

TEST_F(CoreTest, NothingRunsOnADeviceThatTheLeaseForbids) {
  start({device("d0"), device("d1"), device("d2")});
  LeaseOffer choosy = offer(1);
  choosy.avoid_devices = {"d0", "d1"};
  grant({choosy});
  fetch(1);
  say_run(1);
  answer(1, job::StartNoted{});
  EXPECT_EQ(all<RunJob>().at(0).device.identity, "d2");
}

TEST_F(CoreTest, WhereNoDeviceFitsTheNeedIsTold) {
  start({device("d0", 28)});
  LeaseOffer needy = offer(1);
  needy.needs.min_api = 33;
  grant({needy});
  fetch(1);
  say_run(1);
  ASSERT_EQ(all<KeepJob>().size(), 1u);
  EXPECT_TRUE(std::holds_alternative<NeedsMore>(all<KeepJob>()[0].outcome));
}

TEST_F(CoreTest, ALeaseThatEndsBeforeItsRunIsForgottenAndItsDeviceFree) {
  start({device("d0")});
  grant({offer(1)});
  fetch(1);
  receive(FetchedAnswer{1, offer(1).token, FileSetAnswer::kReuse});
  EXPECT_EQ(all<ForgetJob>().size(), 1u);
  EXPECT_EQ(sent<Ask>().size(), 1u);
}

TEST_F(CoreTest, ARunWhoseLeaseExpiresIsCancelledAndFreesItsDeviceWhenItHasStopped) {
  start({device("d0")});
  grant({offer(1)});
  fetch(1);
  say_run(1);
  answer(1, job::StartNoted{});
  now_ += 30'000;
  on(link::Tick{});
  EXPECT_EQ(all<CancelJob>().size(), 1u);
  EXPECT_TRUE(sent<Ask>().empty());
  answer(1, job::RunFailed{});
  EXPECT_EQ(all<ForgetJob>().size(), 1u);
  EXPECT_EQ(sent<Ask>().size(), 1u);
}

TEST_F(CoreTest, ABlobThatBreaksAfterItsEntryWasAnsweredConcernsNobody) {
  start({device("d0")});
  on(EntryBroken{offer(1).token, "gone"});
  EXPECT_TRUE(all<ReplaceEntry>().empty());
}

}  // namespace
}  // namespace storesweep::worker
