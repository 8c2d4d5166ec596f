// The examples that AWS publishes: "Signature Calculations for the Authorization Header" and "Authenticating
// Requests: Using Query Parameters" of the S3 API reference, and get-vanilla of its test suite of version 4.
#include "common/artifact/s3_signature.h"

#include <gtest/gtest.h>

#include "common/base/clock.h"

namespace storesweep {
namespace {
constexpr char kEmpty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const S3Credentials kKeys{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};

S3Scope then() { return {"us-east-1", *parse_time("2013-05-24T00:00:00.000Z")}; }

S3Request example(std::string method, std::string path) {
  S3Request r{std::move(method), std::move(path), {}, {{"host", "examplebucket.s3.amazonaws.com"}}, kEmpty};
  return r;
}

std::string signature_of(S3Request r) {
  r.headers.emplace_back("x-amz-content-sha256", r.payload_hash);
  r.headers.emplace_back("x-amz-date", "20130524T000000Z");
  const std::string header = s3_authorization(kKeys, then(), r);
  return header.substr(header.find("Signature=") + 10);
}

TEST(S3Signature, a_get_of_a_range_is_signed_as_aws_signs_it) {
  S3Request r = example("GET", "/test.txt");
  r.headers.emplace_back("range", "bytes=0-9");
  EXPECT_EQ(signature_of(r), "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  r.headers.emplace_back("x-amz-content-sha256", kEmpty);
  r.headers.emplace_back("x-amz-date", "20130524T000000Z");
  EXPECT_EQ(s3_authorization(kKeys, then(), r),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(S3Signature, a_put_is_signed_with_its_content_and_an_odd_key) {
  S3Request r = example("PUT", "/test$file.text");
  r.headers.emplace_back("date", "Fri, 24 May 2013 00:00:00 GMT");
  r.headers.emplace_back("x-amz-storage-class", "REDUCED_REDUNDANCY");
  r.payload_hash = to_hex(sha256("Welcome to Amazon S3."));
  EXPECT_EQ(signature_of(r), "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(S3Signature, a_parameter_without_a_value_has_its_equals_sign) {
  S3Request r = example("GET", "/");
  r.query = {{"lifecycle", ""}};
  EXPECT_EQ(signature_of(r), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(S3Signature, parameters_are_sorted) {
  S3Request r = example("GET", "/");
  r.query = {{"prefix", "J"}, {"max-keys", "2"}};
  EXPECT_EQ(signature_of(r), "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(S3Signature, an_address_is_signed_beforehand) {
  S3Request r = example("GET", "/test.txt");
  r.payload_hash = "UNSIGNED-PAYLOAD";
  EXPECT_EQ(s3_presigned_query(kKeys, then(), r, 86400),
            "X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
            "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
            "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(S3Signature, another_service_and_another_key_as_in_the_suite_of_version_4) {
  const S3Credentials keys{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
  const S3Scope scope{"us-east-1", *parse_time("2015-08-30T12:36:00.000Z"), "service"};
  const S3Request r{
      "GET", "/", {}, {{"host", "example.amazonaws.com"}, {"x-amz-date", "20150830T123600Z"}}, kEmpty};
  EXPECT_EQ(s3_authorization(keys, scope, r),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
            "SignedHeaders=host;x-amz-date,"
            "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(S3Signature, a_lent_key_stands_in_the_address_and_is_signed) {
  S3Credentials lent = kKeys;
  lent.session_token = "a/b=";
  const std::string with = s3_presigned_query(lent, then(), example("PUT", "/k"), 60);
  EXPECT_NE(with.find("&X-Amz-Security-Token=a%2Fb%3D&"), std::string::npos) << with;
  EXPECT_NE(with.substr(with.rfind('=')),
            s3_presigned_query(kKeys, then(), example("PUT", "/k"), 60).substr(with.rfind('=')));
}

TEST(S3Signature, bytes_are_encoded_as_rfc_3986_says) {
  EXPECT_EQ(s3_encoded("a b/~é+%", true), "a%20b/~%C3%A9%2B%25");
  EXPECT_EQ(s3_encoded("a/b", false), "a%2Fb");
}

}  // namespace
}  // namespace storesweep
