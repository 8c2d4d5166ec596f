#include "common/artifact/s3_answer.h"

#include <gtest/gtest.h>

#include "common/base/clock.h"

namespace storesweep {
namespace {

// As Ceph's radosgw 16 and AWS write them.
constexpr char kPage[] = R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>evidence</Name><Prefix>p/</Prefix>
<MaxKeys>1000</MaxKeys><IsTruncated>true</IsTruncated><NextContinuationToken>1ue/x=</NextContinuationToken>
<Contents><Key>p/ab/k&amp;1</Key><LastModified>2009-10-12T17:50:30.000Z</LastModified>
<ETag>&quot;fba9dede5f27731c9771645a39863328&quot;</ETag><Size>434234</Size>
<Owner><ID>x</ID><DisplayName>y</DisplayName></Owner></Contents>
<Contents><Key>p/cd/k2</Key><LastModified>2009-10-12T17:50:31Z</LastModified><Size>0</Size></Contents>
</ListBucketResult>)";

TEST(S3Answer, a_page_of_a_listing_is_read) {
  const auto page = parse_s3_page(kPage);
  ASSERT_TRUE(page.ok()) << page.status().text();
  ASSERT_EQ(page->objects.size(), 2U);
  EXPECT_EQ(page->objects[0].key, "p/ab/k&1");
  EXPECT_EQ(page->objects[0].bytes, 434234U);
  EXPECT_EQ(page->objects[0].modified_ms, *parse_time("2009-10-12T17:50:30.000Z"));
  EXPECT_EQ(page->objects[1].modified_ms, page->objects[0].modified_ms + 1000);
  EXPECT_EQ(page->next, "1ue/x=");
}

TEST(S3Answer, a_page_that_lacks_something_is_none) {
  const std::string whole = kPage;
  const auto without = [&](const std::string& what, const std::string& with) {
    std::string text = whole;
    text.replace(text.find(what), what.size(), with);
    return parse_s3_page(text).status().kind();
  };
  EXPECT_EQ(without("<NextContinuationToken>1ue/x=</NextContinuationToken>", ""), ErrorKind::kCorrupt)
      << "it goes on, and nobody knows how: what is missing would be taken for gone";
  EXPECT_EQ(without("434234", "many"), ErrorKind::kCorrupt);
  EXPECT_EQ(without("2009-10-12T17:50:30.000Z", "today"), ErrorKind::kCorrupt);
  EXPECT_EQ(without("</ListBucketResult>", ""), ErrorKind::kCorrupt);
  EXPECT_EQ(without("p/cd/k2", ""), ErrorKind::kCorrupt);
  EXPECT_EQ(parse_s3_page("").status().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(parse_s3_page("<html/>").status().kind(), ErrorKind::kCorrupt);
}

TEST(S3Answer, entities_and_depth_are_refused) {
  EXPECT_FALSE(parse_s3_page("<!DOCTYPE x [<!ENTITY a \"b\">]><ListBucketResult/>").ok());
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_FALSE(parse_s3_page(deep).ok());
  EXPECT_FALSE(parse_s3_page("<ListBucketResult>" + std::string(10'000, 'x') + "</ListBucketResult>").ok());
}

TEST(S3Answer, an_error_has_its_words_and_what_is_none_has_none) {
  const S3Error e = parse_s3_error(
      "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'a' is wrong</Message>"
      "<Region>eu-west-1</Region></Error>");
  EXPECT_EQ(e.code, "AuthorizationHeaderMalformed");
  EXPECT_EQ(e.message, "the region 'a' is wrong");
  EXPECT_EQ(e.region, "eu-west-1");
  EXPECT_EQ(parse_s3_error("Bad Gateway").code, "");
  EXPECT_EQ(parse_s3_error("<Error><Code>x</Code>").code, "");
}

TEST(S3Answer, the_id_of_an_upload_is_read) {
  EXPECT_EQ(parse_s3_upload("<InitiateMultipartUploadResult><Bucket>b</Bucket><UploadId>2~x</UploadId>"
                            "</InitiateMultipartUploadResult>")
                .value_or(""),
            "2~x");
  EXPECT_FALSE(parse_s3_upload("<InitiateMultipartUploadResult/>").ok());
}

TEST(S3Answer, dates_of_headers_are_read) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), parse_time("1994-11-06T08:49:37.000Z"));
  for (const char* wrong : {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 6 Nov 1994 08:49:37 GMT",
                            "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nev 1994 08:49:37 GMT"})
    EXPECT_FALSE(parse_http_date(wrong)) << wrong;
}

TEST(S3Answer, a_refusal_says_what_to_do) {
  const auto refused = [](int status, const char* code, std::optional<std::int64_t> skew_ms = {}) {
    return s3_refusal(status, {code, "", ""}, "PUT x", skew_ms);
  };
  EXPECT_EQ(refused(404, "NoSuchKey").status.kind(), ErrorKind::kNotFound);
  EXPECT_EQ(refused(404, "NoSuchBucket").status.kind(), ErrorKind::kInvalid)
      << "else all evidence would be taken for missing";
  EXPECT_EQ(refused(404, "").status.kind(), ErrorKind::kNotFound);
  EXPECT_EQ(refused(403, "InvalidAccessKeyId").status.kind(), ErrorKind::kPermission);
  EXPECT_EQ(refused(403, "QuotaExceeded").status.kind(), ErrorKind::kExhausted);
  EXPECT_EQ(refused(507, "").status.kind(), ErrorKind::kExhausted);
  for (const auto& [status, code] :
       {std::pair(503, "SlowDown"), {500, "InternalError"}, {429, ""}, {400, "BadDigest"}}) {
    const S3Refusal r = refused(status, code);
    EXPECT_TRUE(r.transient) << code;
    EXPECT_EQ(r.status.kind(), ErrorKind::kUnavailable);
  }
  const S3Refusal skewed = refused(403, "RequestTimeTooSkewed", -1'205'000);
  EXPECT_FALSE(skewed.transient);
  EXPECT_NE(skewed.status.message().find("NTP; the server's is 20 min 5 s behind of ours"), std::string::npos)
      << skewed.status.message();
}

}  // namespace
}  // namespace storesweep
