// Whatever a server of objects answers: a page of a listing, an error, the id of an upload, a date. A page
// that goes on says how, each object has a name and a date, and an error's words stay short and are UTF-8.
#include <cstdint>
#include <string>
#include <vector>

#include "common/artifact/s3_answer.h"
#include "common/base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto page = parse_s3_page(text);
  if (page.ok()) {
    for (const S3Object& o : page->objects) {
      if (o.key.empty() || o.modified_ms == 0) __builtin_trap();
    }
  }
  const S3Error error = parse_s3_error(text);
  if (!valid_utf8(error.code) || error.message.size() > 1'000) __builtin_trap();
  for (int status : {301, 403, 404, 503}) {
    if (s3_refusal(status, error, "x", 1).status.ok()) __builtin_trap();
  }
  const auto upload = parse_s3_upload(text);
  if (upload.ok() && upload->empty()) __builtin_trap();
  (void)parse_http_date(text);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {
      "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
      "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken><Contents>"
      "<Key>p/ab/c</Key><LastModified>2009-10-12T17:50:30.000Z</LastModified><Size>3</Size></Contents>"
      "</ListBucketResult>",
      "<Error><Code>SlowDown</Code><Message>Reduce your rate</Message><Region>eu</Region></Error>",
      "<Error><Code>QuotaExceeded</Code><BucketName>b</BucketName></Error>",
      "<InitiateMultipartUploadResult><UploadId>2~x</UploadId></InitiateMultipartUploadResult>",
      "Sun, 06 Nov 1994 08:49:37 GMT"};
}
