#include "common/artifact/s3_answer.h"

#include <expat.h>

#include <array>
#include <functional>
#include <memory>

#include "common/base/clock.h"
#include "common/base/text.h"

namespace storesweep {
namespace {
constexpr std::size_t kMaxDepth = 8, kMaxText = 4'096, kMaxWords = 300, kMaxObjects = 10'000;

// Calls on_text for each element with what stands in it, on_end when an element closes; paths as
// "ListBucketResult/Contents/Key", without namespaces.
class Walk {
 public:
  std::function<void(const std::string& path, const std::string& text)> on_end;

  Status run(std::string_view body) {
    if (body.size() > kMaxS3AnswerBytes) return exhausted("an answer of S3: too large");
    std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> expat(XML_ParserCreate(nullptr), XML_ParserFree);
    if (!expat) return exhausted("no memory for an answer of S3");
    expat_ = expat.get();
    XML_SetUserData(expat_, this);
    XML_SetElementHandler(expat_, on_open, on_close);
    XML_SetCharacterDataHandler(expat_, on_text);
    XML_SetStartDoctypeDeclHandler(expat_, [](void* self, const char*, const char*, const char*, int) {
      of(self).stop();  // entities
    });
    const bool whole =
        XML_Parse(expat_, body.data(), static_cast<int>(body.size()), 1) == XML_STATUS_OK && !stopped_;
    return whole ? ok_status() : corrupt("an answer of S3 that is not the XML it should be");
  }

 private:
  static Walk& of(void* self) { return *static_cast<Walk*>(self); }
  void stop() {
    stopped_ = true;
    XML_StopParser(expat_, XML_FALSE);
  }
  static void on_open(void* self, const char* name, const char**) {
    Walk& w = of(self);
    if (w.depth_ == kMaxDepth || std::string_view(name).size() > kMaxText) return w.stop();
    ++w.depth_;
    w.path_ += (w.path_.empty() ? "" : "/") + std::string(name);
    w.text_.clear();
  }
  static void on_close(void* self, const char*) {
    Walk& w = of(self);
    if (w.on_end) w.on_end(w.path_, w.text_);
    const auto slash = w.path_.rfind('/');
    w.path_.resize(slash == std::string::npos ? 0 : slash);
    w.text_.clear();
    --w.depth_;
  }
  static void on_text(void* self, const char* text, int size) {
    Walk& w = of(self);
    if (w.text_.size() + static_cast<std::size_t>(size) > kMaxText) return w.stop();
    w.text_.append(text, static_cast<std::size_t>(size));
  }

  XML_Parser expat_ = nullptr;
  std::string path_, text_;
  std::size_t depth_ = 0;
  bool stopped_ = false;
};

// "2009-10-12T17:50:30.000Z"; some leave the fraction out.
std::optional<std::int64_t> time_of(std::string text) {
  if (text.size() == 20 && text.back() == 'Z') text.replace(19, 1, ".000Z");
  return parse_time(text);
}

std::string minutes(std::int64_t ms) {
  const std::int64_t seconds = (ms < 0 ? -ms : ms) / 1000;
  return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s " +
         (ms < 0 ? "behind" : "ahead");
}

// A code, the kind that it is to us, and what to do.
struct Known {
  std::string_view code;
  ErrorKind kind;
  bool transient;
  std::string_view advice;
};
constexpr std::array kKnown = {
    Known{"NoSuchBucket", ErrorKind::kInvalid, false, "make the bucket, or mend blobs.s3.bucket"},
    Known{"NoSuchKey", ErrorKind::kNotFound, false, ""},
    Known{"InvalidAccessKeyId", ErrorKind::kPermission, false, "blobs.s3.access_key: nobody has this key"},
    Known{"SignatureDoesNotMatch", ErrorKind::kPermission, false,
          "blobs.s3.secret_key is not that of the access key, or region or style are wrong"},
    Known{"AccessDenied", ErrorKind::kPermission, false,
          "the key must be allowed to list the bucket and to get, put and delete in it"},
    Known{"RequestTimeTooSkewed", ErrorKind::kPermission, false,
          "keep this machine's clock and the server's by NTP"},
    Known{"ExpiredToken", ErrorKind::kPermission, false, "renew the keys"},
    Known{"AuthorizationHeaderMalformed", ErrorKind::kInvalid, false, "mend blobs.s3.region"},
    Known{"PermanentRedirect", ErrorKind::kInvalid, false, "mend blobs.s3.endpoint and region"},
    Known{"QuotaExceeded", ErrorKind::kExhausted, false,
          "the bucket is full: raise its quota, or make room by `storesweep gc`"},
    Known{"InsufficientStorage", ErrorKind::kExhausted, false, "the server is full"},
    Known{"XMinioStorageFull", ErrorKind::kExhausted, false, "the server is full"},
    Known{"EntityTooLarge", ErrorKind::kExhausted, false, "the server takes no object of this size"},
    Known{"XAmzContentSHA256Mismatch", ErrorKind::kUnavailable, true, "bytes changed on their way"},
    Known{"BadDigest", ErrorKind::kUnavailable, true, "bytes changed on their way"},
    Known{"IncompleteBody", ErrorKind::kUnavailable, true, "it broke off"},
    Known{"RequestTimeout", ErrorKind::kUnavailable, true, ""},
    Known{"SlowDown", ErrorKind::kUnavailable, true, ""},
};

const Known* known(std::string_view code) {
  for (const Known& k : kKnown) {
    if (k.code == code) return &k;
  }
  return nullptr;
}

S3Refusal by_status(int status, const std::string& text) {
  switch (status) {
    case 404:
      return {not_found(text)};
    case 401:
    case 403:
      return {permission(text)};
    case 507:
      return {exhausted(text + ": the server is full")};
    case 408:
    case 409:  // another does something with the same name at this moment
    case 425:
    case 429:
      return {unavailable(text), true};
    default:
      return status >= 500 ? S3Refusal{unavailable(text), true} : S3Refusal{invalid(text)};
  }
}
}  // namespace

S3Error parse_s3_error(std::string_view body) {
  S3Error out;
  Walk walk;
  walk.on_end = [&](const std::string& path, const std::string& text) {
    if (path == "Error/Code") out.code = clean_utf8(text.substr(0, kMaxWords));
    if (path == "Error/Message") out.message = clean_utf8(text.substr(0, kMaxWords));
    if (path == "Error/Region") out.region = clean_utf8(text.substr(0, kMaxWords));
  };
  return walk.run(body).ok() ? out : S3Error{};
}

Result<S3Page> parse_s3_page(std::string_view body) {
  S3Page page;
  S3Object object;
  bool is_page = false, more = false, wrong = false;
  Walk walk;
  walk.on_end = [&](const std::string& path, const std::string& text) {
    if (path == "ListBucketResult") is_page = true;
    if (path == "ListBucketResult/IsTruncated") more = text == "true";
    if (path == "ListBucketResult/NextContinuationToken") page.next = text;
    if (path == "ListBucketResult/Contents/Key") object.key = text;
    if (path == "ListBucketResult/Contents/Size") {
      const auto bytes = parse_int<std::uint64_t>(text);
      wrong |= !bytes;
      object.bytes = bytes.value_or(0);
    }
    if (path == "ListBucketResult/Contents/LastModified") {
      const auto ms = time_of(text);
      wrong |= !ms;
      object.modified_ms = ms.value_or(0);
    }
    if (path != "ListBucketResult/Contents") return;
    wrong |= object.key.empty() || object.modified_ms == 0 || page.objects.size() == kMaxObjects;
    if (!wrong) page.objects.push_back(std::move(object));
    object = {};
  };
  TRY(walk.run(body));
  if (!more) page.next.clear();
  if (!is_page || wrong || (more && page.next.empty()))
    return corrupt("an answer of S3 that is no page of a listing");
  return page;
}

Result<std::string> parse_s3_upload(std::string_view body) {
  std::string id;
  Walk walk;
  walk.on_end = [&](const std::string& path, const std::string& text) {
    if (path == "InitiateMultipartUploadResult/UploadId") id = text;
  };
  TRY(walk.run(body));
  return id.empty() ? Result<std::string>(corrupt("an answer of S3 without an UploadId")) : id;
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto part = words(text);
  if (part.size() != 6 || part[1].size() != 2 || part[3].size() != 4 || part[5] != "GMT") return std::nullopt;
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (part[2] != kMonths[i]) continue;
    const std::string month = (i < 9 ? "0" : "") + std::to_string(i + 1);
    return parse_time(std::string(part[3]) + "-" + month + "-" + std::string(part[1]) + "T" +
                      std::string(part[4]) + ".000Z");
  }
  return std::nullopt;
}

S3Refusal s3_refusal(int http_status, const S3Error& error, const std::string& shown,
                     std::optional<std::int64_t> skew_ms) {
  std::string text = shown + ": HTTP " + std::to_string(http_status);
  if (!error.code.empty()) text += " " + error.code;
  if (!error.message.empty()) text += ": " + error.message;
  if (!error.region.empty()) text += " (its region is " + error.region + ")";
  const Known* k = known(error.code);
  if (!k) return by_status(http_status, text);
  if (!k->advice.empty()) text += ": " + std::string(k->advice);
  if (error.code == "RequestTimeTooSkewed" && skew_ms)
    text += "; the server's is " + minutes(*skew_ms) + " of ours";
  return {Status(k->kind, std::move(text)), k->transient};
}

}  // namespace storesweep
