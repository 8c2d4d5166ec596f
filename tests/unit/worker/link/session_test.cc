#include "worker/link/session.h"

#include <gtest/gtest.h>

namespace storesweep::link {
namespace {

constexpr std::uint64_t kLife = 1'000'000;

Token token(std::uint64_t n, std::uint64_t epoch = 1) {
  Token t;
  t.epoch = epoch;
  t.n = n;
  t.job = JobId(static_cast<std::int64_t>(n) + 100);
  t.worker = "w";
  return t;
}
Device device(const std::string& identity) {
  Device d;
  d.identity = identity;
  d.kind = {"simulated", 28};
  return d;
}
LeaseOffer offer(std::uint64_t n, std::uint64_t epoch = 1) {
  LeaseOffer o;
  o.token = token(n, epoch);
  o.lease_ms = 30'000;
  return o;
}
Report report(std::uint64_t n, std::uint64_t sequence, std::uint64_t epoch = 1) {
  Report r;
  r.token = token(n, epoch);
  r.sequence = sequence;
  return r;
}

// A session with a coordinator made of the test's own words.
class SessionTest : public testing::Test {
 protected:
  void start(std::vector<Outcome> spooled = {}, std::size_t devices = 2) {
    SessionOptions options;
    options.worker = "w";
    options.incarnation = kLife;
    session_ = std::make_unique<Session>(options, std::move(spooled));
    DevicesChanged e;
    for (std::size_t i = 0; i < devices; ++i) {
      e.all.push_back(device("d" + std::to_string(i)));
      e.free_devices.push_back(e.all.back().identity);
    }
    on(e);
  }
  void on(const SessionEvent& event) { actions_ = session_->on(event, now_); }
  void receive(ToWorker message) { on(Received{{std::move(message)}}); }
  void welcome(std::uint64_t epoch = 1, std::vector<Token> ended = {}) {
    receive(Welcome{epoch, kProtocolVersion, 30'000, 5'000, std::move(ended)});
  }
  void tick(std::int64_t ms) {
    now_ += ms;
    on(Tick{});
  }
  template <class A>
  std::vector<A> all() const {
    std::vector<A> out;
    for (const SessionAction& action : actions_) {
      if (const A* a = std::get_if<A>(&action)) out.push_back(*a);
    }
    return out;
  }
  template <class M>
  std::vector<M> sent() const {
    std::vector<M> out;
    for (const FromWorker& message : all<FromWorker>()) {
      if (const M* m = std::get_if<M>(&message)) out.push_back(*m);
    }
    return out;
  }
  // Welcomed, and holds the leases 1..n.
  void hold(std::uint64_t n) {
    start({}, n);
    welcome();
    Grant grant{1, sent<Ask>().at(0).request, {}, 0};
    for (std::uint64_t i = 1; i <= n; ++i) grant.leases.push_back(offer(i));
    receive(grant);
  }

  std::unique_ptr<Session> session_;
  std::vector<SessionAction> actions_;
  std::int64_t now_ = 1'000;
};

TEST_F(SessionTest, SaysHelloWithDevicesAndAsksOnlyWhenWelcomed) {
  start();
  ASSERT_EQ(sent<Hello>().size(), 1u);
  EXPECT_TRUE(sent<Ask>().empty());
  EXPECT_EQ(sent<Hello>()[0].devices.size(), 2u);
  welcome();
  ASSERT_EQ(sent<Ask>().size(), 1u);
  EXPECT_EQ(sent<Ask>()[0].leases, 2u);
  EXPECT_EQ(sent<Ask>()[0].free_devices, (std::vector<std::string>{"d0", "d1"}));
}

TEST_F(SessionTest, RepeatsTheHelloWithGrowingPausesUntilWelcomed) {
  start();
  int hellos = 0;
  for (int i = 0; i < 600; ++i) {
    tick(100);
    hellos += static_cast<int>(sent<Hello>().size());
  }
  EXPECT_GE(hellos, 12);
  EXPECT_LE(hellos, 20);
}

TEST_F(SessionTest, AGrantCountsOnceAndOnlyForTheOpenRequest) {
  start();
  welcome();
  const std::uint64_t request = sent<Ask>()[0].request;
  receive(Grant{1, request + 1, {offer(1)}, 0});
  EXPECT_TRUE(all<StartLease>().empty());
  receive(Grant{1, request, {offer(2)}, 1'000});
  EXPECT_EQ(all<StartLease>().size(), 1u);
  receive(Grant{1, request, {offer(3)}, 0});
  EXPECT_TRUE(all<StartLease>().empty());
  EXPECT_EQ(session_->refused(), 2u);
}

TEST_F(SessionTest, AGrantToAnEarlierLifeMatchesNoRequest) {
  start();
  welcome();
  receive(Grant{1, 1, {offer(1)}, 0});
  EXPECT_TRUE(all<StartLease>().empty());
}

TEST_F(SessionTest, TakesNoMoreLeasesThanItHasSlotsAndNoneForAnotherWorker) {
  start();
  welcome();
  Grant grant{1, sent<Ask>()[0].request, {offer(1), offer(2), offer(3), offer(4)}, 0};
  grant.leases[0].token.worker = "somebody";
  receive(grant);
  ASSERT_EQ(all<StartLease>().size(), 2u);
  EXPECT_EQ(all<StartLease>()[0].offer.token.n, 2u);
}

TEST_F(SessionTest, ADryCoordinatorIsAskedAgainOnlyAfterItsTime) {
  start();
  welcome();
  receive(Grant{1, sent<Ask>()[0].request, {}, 2'000});
  tick(1'999);
  EXPECT_TRUE(sent<Ask>().empty());
  tick(1);
  EXPECT_EQ(sent<Ask>().size(), 1u);
}

TEST_F(SessionTest, AnUnansweredAskIsRepeatedUnderItsNumberAndGivenUpAfterHalfALease) {
  start();
  welcome();
  const std::uint64_t first = sent<Ask>()[0].request;
  tick(3'000);
  ASSERT_EQ(sent<Ask>().size(), 1u);
  EXPECT_EQ(sent<Ask>()[0].request, first);
  tick(12'000);
  ASSERT_EQ(sent<Ask>().size(), 1u);
  EXPECT_NE(sent<Ask>()[0].request, first);
}

TEST_F(SessionTest, TheLeaseIsCountedFromTheSendingOfTheAsk) {
  start();
  welcome();
  const std::uint64_t request = sent<Ask>()[0].request;
  now_ += 2'000;
  receive(Grant{1, request, {offer(1)}, 0});
  EXPECT_EQ(session_->lease_expires_ms(token(1)), 1'000 + 30'000);
}

TEST_F(SessionTest, AHeartbeatExtendsFromItsSendingNotFromItsAnswer) {
  hold(1);
  tick(5'000);
  const std::int64_t sent_at = now_;
  ASSERT_EQ(sent<Heartbeat>().size(), 1u);
  const std::uint64_t sequence = sent<Heartbeat>()[0].sequence;
  now_ += 4'000;
  receive(HeartbeatAnswer{1, sequence, {}});
  EXPECT_EQ(session_->lease_expires_ms(token(1)), sent_at + 30'000);
  receive(HeartbeatAnswer{1, sequence + 1, {}});
  EXPECT_EQ(session_->lease_expires_ms(token(1)), sent_at + 30'000);
}

TEST_F(SessionTest, ALeaseThatExpiresByOurClockIsAbandonedAndItsSlotStaysTakenUntilTheJobIsOver) {
  hold(1);
  tick(30'000);
  ASSERT_EQ(all<AbandonLease>().size(), 1u);
  EXPECT_EQ(all<AbandonLease>()[0].why, AbandonWhy::kExpired);
  EXPECT_TRUE(sent<Ask>().empty());
  on(LeaseOver{token(1), std::nullopt});
  EXPECT_EQ(sent<Ask>().size(), 1u);
}

TEST_F(SessionTest, ExpiryIsNotJudgedBeforeTheInboxIsDrained) {
  hold(1);
  tick(5'000);
  const std::uint64_t sequence = sent<Heartbeat>()[0].sequence;
  now_ += 26'000;  // a stall; the answer lies unread
  receive(HeartbeatAnswer{1, sequence, {}});
  EXPECT_TRUE(all<AbandonLease>().empty());
  on(Tick{});
  EXPECT_TRUE(all<AbandonLease>().empty());
}

TEST_F(SessionTest, ALeaseThatTheCoordinatorEndsIsAbandoned) {
  hold(2);
  tick(5'000);
  receive(HeartbeatAnswer{1, sent<Heartbeat>()[0].sequence, {token(2)}});
  ASSERT_EQ(all<AbandonLease>().size(), 1u);
  EXPECT_EQ(all<AbandonLease>()[0].token.n, 2u);
  EXPECT_EQ(session_->leases(), 1u);
}

TEST_F(SessionTest, AsksByTheHashAgainAndAgainUntilAnswered) {
  hold(1);
  on(FileSetKnown{{token(1), sha256("apk"), {}}});
  EXPECT_EQ(sent<Fetched>().size(), 1u);
  tick(3'000);
  EXPECT_EQ(sent<Fetched>().size(), 1u);
  receive(FetchedAnswer{1, token(1), FileSetAnswer::kRun});
  ASSERT_EQ(all<FileSetAnswered>().size(), 1u);
  receive(FetchedAnswer{1, token(1), FileSetAnswer::kEnded});  // a repeated or late one
  EXPECT_TRUE(all<FileSetAnswered>().empty());
  tick(3'000);
  EXPECT_TRUE(sent<Fetched>().empty());
}

TEST_F(SessionTest, WaitAndReuseEndTheLeaseHere) {
  hold(2);
  on(FileSetKnown{{token(1), sha256("apk"), {}}});
  receive(FetchedAnswer{1, token(1), FileSetAnswer::kWait});
  EXPECT_EQ(all<FileSetAnswered>().size(), 1u);
  EXPECT_EQ(session_->leases(), 1u);
}

TEST_F(SessionTest, BeganGoesOutAndTheHeartbeatsNameIt) {
  hold(1);
  on(RunBegins{token(1)});
  EXPECT_EQ(sent<Began>().size(), 1u);
  on(StageReached{token(1), Stage::kRunning});
  tick(5'000);
  ASSERT_EQ(sent<Heartbeat>().size(), 1u);
  EXPECT_TRUE(sent<Heartbeat>()[0].running[0].began);
  EXPECT_EQ(sent<Heartbeat>()[0].running[0].stage, Stage::kRunning);
}

TEST_F(SessionTest, BlobsGoFirstThenTheReportAndTheEntryOnlyAfterItsAnswer) {
  hold(1);
  on(LeaseOver{token(1), report(1, 7)});
  EXPECT_EQ(all<UploadBlobs>().size(), 1u);
  EXPECT_TRUE(sent<Report>().empty());
  EXPECT_EQ(sent<Ask>().size(), 1u);  // the slot is free already
  on(Uploaded{token(1), UploadEnd::kDone});
  ASSERT_EQ(sent<Report>().size(), 1u);
  EXPECT_FALSE(sent<Report>()[0].again);
  tick(15'000);
  ASSERT_EQ(sent<Report>().size(), 1u);
  EXPECT_TRUE(sent<Report>()[0].again);
  receive(Answer{1, token(1), 8, ReportAnswer::kAcknowledged});  // not this entry's
  EXPECT_TRUE(all<DropEntry>().empty());
  receive(Answer{1, token(1), 7, ReportAnswer::kAcknowledged});
  EXPECT_EQ(all<DropEntry>().size(), 1u);
  receive(Answer{1, token(1), 7, ReportAnswer::kAcknowledged});
  EXPECT_TRUE(all<DropEntry>().empty());
  EXPECT_EQ(session_->leases(), 0u);
}

TEST_F(SessionTest, MissingEvidenceIsUploadedAgainBeforeTheReportGoesAgain) {
  hold(1);
  on(LeaseOver{token(1), report(1, 7)});
  on(Uploaded{token(1), UploadEnd::kDone});
  receive(Answer{1, token(1), 7, ReportAnswer::kEvidenceMissing});
  EXPECT_TRUE(all<DropEntry>().empty());
  tick(2'000);
  EXPECT_EQ(all<UploadBlobs>().size(), 1u);
  EXPECT_TRUE(sent<Report>().empty());
  on(Uploaded{token(1), UploadEnd::kDone});
  ASSERT_EQ(sent<Report>().size(), 1u);
  EXPECT_FALSE(sent<Report>()[0].again);  // its first sending was answered
}

TEST_F(SessionTest, NotTheLeaderDropsNothing) {
  hold(1);
  on(LeaseOver{token(1), report(1, 7)});
  on(Uploaded{token(1), UploadEnd::kDone});
  receive(Answer{1, token(1), 7, ReportAnswer::kNotLeader});
  EXPECT_TRUE(all<DropEntry>().empty());
  EXPECT_EQ(session_->spooled(), 1u);
  tick(60'000);
  EXPECT_EQ(session_->spooled(), 1u);
}

TEST_F(SessionTest, ALeaseThatEndsDropsNoSpoolEntry) {
  hold(1);
  on(LeaseOver{token(1), report(1, 7)});
  tick(5'000);
  receive(HeartbeatAnswer{1, sent<Heartbeat>()[0].sequence, {token(1)}});
  EXPECT_TRUE(all<AbandonLease>().empty());
  EXPECT_EQ(session_->spooled(), 1u);
  welcome(1, {token(1)});
  EXPECT_EQ(session_->spooled(), 1u);
}

TEST_F(SessionTest, AnAbandonedRunThatCameToItsEndIsStillReported) {
  hold(1);
  tick(30'000);
  on(LeaseOver{token(1), report(1, 7)});
  EXPECT_EQ(all<UploadBlobs>().size(), 1u);
  EXPECT_EQ(session_->spooled(), 1u);
}

TEST_F(SessionTest, TheHelloAfterARestartNamesTheSpoolAndItsReportsComeAgain) {
  start({report(1, 7), Failure{token(2), 8}});
  ASSERT_EQ(sent<Hello>().size(), 1u);
  ASSERT_EQ(sent<Hello>()[0].spooled.size(), 2u);
  EXPECT_EQ(sent<Hello>()[0].spooled[0].sequence, 7u);
  EXPECT_TRUE(sent<Failure>().empty());
  welcome();
  EXPECT_EQ(sent<Failure>().size(), 1u);
  on(Uploaded{token(1), UploadEnd::kDone});
  ASSERT_EQ(sent<Report>().size(), 1u);
  EXPECT_TRUE(sent<Report>()[0].again);
}

TEST_F(SessionTest, MessagesOfAnOlderEpochAreRefused) {
  hold(1);
  on(LeaseOver{token(1), report(1, 7)});
  welcome(3);
  receive(Answer{2, token(1), 7, ReportAnswer::kEnded});
  EXPECT_TRUE(all<DropEntry>().empty());
  EXPECT_EQ(session_->refused(), 1u);
}

TEST_F(SessionTest, ARestartedWorkerRefusesWhatIsOlderThanItsSpool) {
  start({report(1, 7, 5)});
  welcome(4);
  EXPECT_FALSE(session_->welcomed());
  welcome(5);
  EXPECT_TRUE(session_->welcomed());
}

TEST_F(SessionTest, AnotherLeaderIsToldWhatRunsBeforeAnythingElse) {
  hold(1);
  on(RunBegins{token(1)});
  tick(5'000);
  receive(HeartbeatAnswer{2, sent<Heartbeat>()[0].sequence, {}});
  ASSERT_EQ(sent<Hello>().size(), 1u);
  EXPECT_EQ(sent<Hello>()[0].running.size(), 1u);
  EXPECT_EQ(sent<Hello>()[0].epoch_seen, 2u);
}

TEST_F(SessionTest, WhoAreYouIsAnsweredByOneHelloHoweverOftenItComes) {
  hold(1);
  receive(WhoAreYou{1});
  EXPECT_EQ(sent<Hello>().size(), 1u);
  receive(WhoAreYou{1});
  receive(WhoAreYou{1});
  EXPECT_TRUE(sent<Hello>().empty());
  welcome();
  EXPECT_EQ(sent<Heartbeat>().size(), 1u);  // the lease is extended by a heartbeat, not by the welcome
}

TEST_F(SessionTest, AReportSentToADeadCoordinatorGoesAgainToTheNextOneAtOnce) {
  hold(1);
  on(LeaseOver{token(1), report(1, 7)});
  on(Uploaded{token(1), UploadEnd::kDone});
  receive(WhoAreYou{1});
  EXPECT_TRUE(sent<Report>().empty());
  welcome();
  ASSERT_EQ(sent<Report>().size(), 1u);
  EXPECT_TRUE(sent<Report>()[0].again);
}

TEST_F(SessionTest, DrainingFinishesWhatBeganGivesBackTheRestAndSaysBye) {
  hold(2);
  on(RunBegins{token(1)});
  on(DrainAsked{});
  ASSERT_EQ(all<AbandonLease>().size(), 1u);
  EXPECT_EQ(all<AbandonLease>()[0].token.n, 2u);
  on(LeaseOver{token(2), std::nullopt});
  EXPECT_TRUE(sent<Ask>().empty());
  on(LeaseOver{token(1), report(1, 7)});
  on(Uploaded{token(1), UploadEnd::kDone});
  EXPECT_TRUE(all<Drained>().empty());
  receive(Answer{1, token(1), 7, ReportAnswer::kAcknowledged});
  EXPECT_EQ(all<Drained>().size(), 1u);
  EXPECT_EQ(sent<Bye>().size(), 1u);
}

TEST_F(SessionTest, AsksForNothingWhileTooMuchWaitsForAnAnswer) {
  std::vector<Outcome> spooled;
  for (std::uint64_t i = 1; i <= 512; ++i) spooled.push_back(report(i, i));
  start(spooled);
  welcome();
  EXPECT_TRUE(sent<Ask>().empty());
  EXPECT_EQ(all<UploadBlobs>().size(), kUploadsAtOnce);
  receive(Answer{1, token(1), 1, ReportAnswer::kEnded});
  EXPECT_EQ(sent<Ask>().size(), 1u);
}

TEST_F(SessionTest, ACoordinatorOfAnotherProtocolIsNotWorkedFor) {
  start();
  receive(Welcome{1, kProtocolVersion + 1, 30'000, 5'000, {}});
  EXPECT_FALSE(session_->welcomed());
  EXPECT_EQ(all<Warn>().size(), 1u);
}

TEST_F(SessionTest, AnotherSetOfDevicesIsToldByAHello) {
  hold(2);
  on(DevicesChanged{{device("d0"), device("d1")}, {"d1"}});
  EXPECT_TRUE(sent<Hello>().empty());
  on(DevicesChanged{{device("d0")}, {}});
  ASSERT_EQ(sent<Hello>().size(), 1u);
  EXPECT_EQ(sent<Hello>()[0].devices.size(), 1u);
  EXPECT_EQ(sent<Hello>()[0].running.size(), 2u);
}

TEST_F(SessionTest, TheNextTickIsNeverAskedForInThePast) {
  hold(2);
  on(FileSetKnown{{token(1), sha256("apk"), {}}});
  on(LeaseOver{token(2), report(2, 7)});
  for (int i = 0; i < 200; ++i) {
    EXPECT_GT(session_->next_due(), now_);
    now_ = session_->next_due();
    on(Tick{});
  }
}

}  // namespace
}  // namespace storesweep::link
