#include "worker/job/upload.h"

#include <gtest/gtest.h>

#include "common/base/random.h"
#include "tests/unit/common/artifact/fake_s3.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep::job {
namespace {
using testing::FakeS3;

const Token kToken{3, 1, 9, JobId(1), "w", {}};
constexpr std::string_view kJournal = "what was seen";

// A coordinator that takes evidence, and a bucket that it may name.
class UploadTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Spool::open(folder_ / "spool", {}, 1'000);
    ASSERT_TRUE(opened.ok()) << opened.status().text();
    spool_ = std::move(*opened);
    Report report;
    report.token = kToken;
    report.blobs.push_back({"journal", sha256(kJournal), kJournal.size()});
    const auto run = spool_->run_folder(kToken);
    ASSERT_TRUE(spool_->note_start(kToken).ok() && run.ok());
    ASSERT_TRUE(write_file_durably(*run + "/journal", kJournal).ok());
    ASSERT_TRUE(spool_->keep(report, coordinator_.endpoint() + "/blobs/k").ok());
  }
  Status upload() { return upload_blobs(client_, *spool_, kToken, "", Deadline::in_ms(10'000)); }
  void redirect() {
    coordinator_.fail(
        {307, "", 0, "Location: " + bucket_.endpoint() + "/evidence/ab/x?X-Amz-Signature=1\r\n"});
  }

  FakeS3 coordinator_, bucket_;
  storesweep::testing::TemporaryFolder folder_;
  SystemRandom random_;
  net::Client client_{net::Options{}, random_};
  std::unique_ptr<Spool> spool_;
};

TEST_F(UploadTest, a_coordinator_that_takes_the_blob_is_sent_it) {
  const Status s = upload();
  ASSERT_TRUE(s.ok()) << s.text();
  EXPECT_EQ(coordinator_.objects().at("/blobs/k/journal"), kJournal);
}

TEST_F(UploadTest, where_it_is_sent_elsewhere_the_bytes_go_there_and_nowhere_else) {
  redirect();
  const Status s = upload();
  ASSERT_TRUE(s.ok()) << s.text();
  EXPECT_EQ(bucket_.objects().at("/evidence/ab/x"), kJournal);
  EXPECT_TRUE(coordinator_.objects().empty());
}

TEST_F(UploadTest, what_is_there_already_is_not_sent) {
  coordinator_.fail({204, ""});
  ASSERT_TRUE(upload().ok());
  EXPECT_TRUE(coordinator_.objects().empty());
}

TEST_F(UploadTest, a_bucket_that_refuses_is_asked_again_later_and_told_of_without_the_signature) {
  for (const auto& [status, code] :
       {std::pair(403, "QuotaExceeded"), {403, "AccessDenied"}, {503, "SlowDown"}}) {
    redirect();
    bucket_.fail({status, code});
    const Status s = upload();
    EXPECT_EQ(s.kind(), ErrorKind::kUnavailable) << "no refusal for good: it is not the coordinator's";
    EXPECT_NE(s.message().find(code), std::string::npos) << s.text();
    EXPECT_EQ(s.message().find("Signature"), std::string::npos) << s.text();
  }
  redirect();
  EXPECT_TRUE(upload().ok());
}

TEST_F(UploadTest, it_follows_once_and_only_to_an_address) {
  redirect();
  bucket_.fail({307, "", 0, "Location: " + bucket_.endpoint() + "/round\r\n"});
  EXPECT_EQ(upload().kind(), ErrorKind::kUnavailable);
  coordinator_.fail({307, ""});
  EXPECT_EQ(upload().kind(), ErrorKind::kUnavailable);
  coordinator_.fail({307, "", 0, "Location: file:///etc/passwd\r\n"});
  EXPECT_EQ(upload().kind(), ErrorKind::kUnavailable);
  EXPECT_TRUE(bucket_.objects().empty());
}

TEST_F(UploadTest, an_address_that_refuses_for_good_is_told_as_such) {
  coordinator_.fail({403, ""});
  EXPECT_EQ(upload().kind(), ErrorKind::kPermission);
}

}  // namespace
}  // namespace storesweep::job
