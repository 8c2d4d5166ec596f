#include "coordinator/enrolment.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "common/base/file.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {
constexpr std::int64_t kTtlMs = 900'000;

class EnrolmentTest : public ::testing::Test {
 protected:
  testing::TemporaryFolder folder_;
  const std::string file_ = folder_ / "workers.txt";
  FakeClock clock_;
  SystemRandom random_;
  Log log_{"enrolment_test", LogLevel::kError, Log::Format::kText};
  const std::string old_ = make_key_pair()->public_key, key_ = make_key_pair()->public_key,
                    other_ = make_key_pair()->public_key;
  AuthorisedWorkers now_;
  int changes_ = 0;
  Enrolment enrolment_{{file_, "coordinators-key", {"tcp://c:7070"}}, clock_, random_, log_};

  void SetUp() override {
    ASSERT_TRUE(write_file_durably(file_, "# of the shelf\nold " + old_ + "\n").ok());
    now_ = *enrolment_.read();
    enrolment_.on_change([this](const AuthorisedWorkers& now) {
      now_ = now;
      ++changes_;
    });
  }
  std::string invite(const std::string& name) {
    const auto made = enrolment_.invite(name, kTtlMs);
    EXPECT_TRUE(made.ok()) << made.status().message();
    return made.ok() ? made->token : "";
  }
  ErrorKind enrol(const std::string& token, const std::string& key, const std::string& remote = "192.0.2.1") {
    return enrolment_.enrol(token, key, remote).status().kind();
  }
  std::string listed() { return *read_file(file_, 1 << 20); }
};

TEST_F(EnrolmentTest, BringsAKeyToTheListOnceAndKeepsWhatStoodThere) {
  const std::string token = invite("new");
  EXPECT_EQ(token.rfind("new.", 0), 0u);
  EXPECT_EQ(read_file(file_ + ".invitations", 1 << 20)->find(token), std::string::npos)
      << "only its hash is kept";
  struct stat st {};
  ASSERT_EQ(::stat((file_ + ".invitations").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777u, 0600u);
  const auto enrolled = enrolment_.enrol(token, key_, "192.0.2.1");
  ASSERT_TRUE(enrolled.ok()) << enrolled.status().message();
  EXPECT_EQ(enrolled->name, "new");
  EXPECT_EQ(enrolled->coordinator_key, "coordinators-key");
  EXPECT_EQ(enrolled->addresses, std::vector<std::string>{"tcp://c:7070"});
  EXPECT_EQ(listed(), "# of the shelf\nold " + old_ + "\nnew " + key_ + "\n");
  EXPECT_EQ(now_.at(key_), "new") << "it may connect at once";
  EXPECT_EQ(enrol(token, other_), ErrorKind::kPermission) << "a token works once";
  EXPECT_EQ(enrol(token, key_), ErrorKind::kOk) << "though whoever did not hear the answer may ask again";
  EXPECT_EQ(changes_, 1);
}

TEST_F(EnrolmentTest, RefusesWhatExpiredWasReplacedOrNeverGivenOut) {
  const std::string first = invite("new"), second = invite("new");
  EXPECT_EQ(enrol(first, key_), ErrorKind::kPermission) << "a later invitation of the name makes it void";
  clock_.advance_ms(kTtlMs);
  EXPECT_EQ(enrol(second, key_), ErrorKind::kPermission);
  EXPECT_EQ(enrol("new.0123", key_), ErrorKind::kPermission);
  EXPECT_EQ(enrol(invite("new"), "no key"), ErrorKind::kInvalid);
  EXPECT_EQ(enrolment_.enrol(invite("new"), old_, "").status().kind(), ErrorKind::kExists)
      << "a worker's key is its own";
  EXPECT_EQ(changes_, 0);
}

TEST_F(EnrolmentTest, InvitesNobodyWhoIsThereOrBadlyNamed) {
  EXPECT_EQ(enrolment_.invite("old", kTtlMs).status().kind(), ErrorKind::kExists);
  EXPECT_EQ(enrolment_.invite("a b", kTtlMs).status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(enrolment_.invite("new", 1).status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(enrolment_.invite("new", http::kMaxInvitationMs + 1).status().kind(), ErrorKind::kInvalid);
  Enrolment nowhere({file_, "k", {}}, clock_, random_, log_);
  EXPECT_NE(nowhere.invite("new", kTtlMs).status().message().find("link.addresses"), std::string::npos);
}

TEST_F(EnrolmentTest, SurvivesARestart) {
  const std::string token = invite("new");
  Enrolment again({file_, "k", {"tcp://c:7070"}}, clock_, random_, log_);
  EXPECT_TRUE(again.enrol(token, key_, "").ok());
  EXPECT_EQ(enrol(token, other_), ErrorKind::kPermission) << "used is used, whoever saw it";
}

TEST_F(EnrolmentTest, RevokesAtOnceAndForGood) {
  const std::string token = invite("new");
  ASSERT_EQ(enrol(token, key_), ErrorKind::kOk);
  ASSERT_TRUE(enrolment_.revoke("new").ok());
  EXPECT_EQ(listed(), "# of the shelf\nold " + old_ + "\n");
  EXPECT_FALSE(now_.contains(key_));
  EXPECT_EQ(enrol(token, key_), ErrorKind::kPermission) << "its token does not bring it back";
  EXPECT_EQ(enrolment_.revoke("new").kind(), ErrorKind::kNotFound);
  const std::string open = invite("later");
  EXPECT_TRUE(enrolment_.revoke("later").ok());
  EXPECT_EQ(enrol(open, key_), ErrorKind::kPermission);
}

TEST_F(EnrolmentTest, LetsAnAddressGuessTenTimesAMinute) {
  const std::string token = invite("new");
  for (int i = 0; i < Guesses::kMaxFailures; ++i)
    EXPECT_EQ(enrol("new." + std::to_string(i), key_), ErrorKind::kPermission);
  EXPECT_EQ(enrol(token, key_), ErrorKind::kExhausted) << "even with the right one";
  EXPECT_EQ(enrol("new.x", key_, "192.0.2.2"), ErrorKind::kPermission) << "others are not held up";
  clock_.advance_ms(60'000);
  EXPECT_EQ(enrol(token, key_), ErrorKind::kOk);
}

TEST_F(EnrolmentTest, TakesAListThatSomebodyElseHasChanged) {
  ASSERT_TRUE(write_file_durably(file_, "old " + old_ + "\nhand " + key_ + "\n").ok());
  enrolment_.look();
  EXPECT_EQ(now_.at(key_), "hand");
  ASSERT_TRUE(write_file_durably(file_, "nonsense\n").ok());
  enrolment_.look();
  EXPECT_EQ(changes_, 1) << "a bad list changes nothing";
}

TEST(Invitations, AreReadAsTheyWereWritten) {
  SystemRandom random;
  Invitations all;
  const std::string a = *all.invite("a", 1'000, kTtlMs, random);
  const std::string b = *all.invite("b.c", 1'000, kTtlMs, random);
  all.find(b, 2'000)->used_by = make_key_pair()->public_key;
  auto again = Invitations::parse(all.text(), "f");
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(*again->find(b, 2'000), *all.find(b, 2'000));
  EXPECT_EQ(again->text(), all.text());
  EXPECT_EQ(again->find(a, 1'000 + kTtlMs), nullptr);
  const auto bad = Invitations::parse(all.text() + "x y z\n", "f");
  EXPECT_EQ(bad.status().message(), "f:3: no line of ours");
}

TEST(Guesses, OfTooManyAddressesLetNobodyNewTry) {
  Guesses guesses;
  for (std::size_t i = 0; i < Guesses::kMaxAddresses; ++i) guesses.failed(std::to_string(i));
  EXPECT_FALSE(guesses.may_try("new", 0));
  EXPECT_TRUE(guesses.may_try("7", 0));
  EXPECT_TRUE(guesses.may_try("new", 60'000));
}

}  // namespace
}  // namespace storesweep
