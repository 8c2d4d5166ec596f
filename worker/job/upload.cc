#include "worker/job/upload.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/evidence/journal.h"

namespace storesweep::job {
namespace {
constexpr std::size_t kMaxBlobBytes = kMaxJournalBytes;  // the journal is the largest
constexpr std::size_t kMaxAnswerBytes = 64u << 10;
constexpr std::size_t kMaxAddress = 8u << 10, kMaxSaid = 300;
constexpr std::int64_t kStallMs = 30'000;

Result<std::string> read_blob(const Spool& spool, const Token& token, const BlobRef& blob) {
  Result<std::string> bytes = read_file(spool.blob_path(token, blob.name), kMaxBlobBytes);
  if (!bytes.ok()) return corrupt("blob " + blob.name + ": " + bytes.status().message());
  if (bytes->size() != blob.bytes || sha256(*bytes) != blob.sha256) {
    return corrupt("blob " + blob.name + ": its bytes are not what was written");
  }
  return bytes;
}

bool taken(const net::Response& response) { return response.status >= 200 && response.status < 300; }

// Where the coordinator sends us: the address is good for this blob alone, and for a short while. What is
// said there is no word of the coordinator's, so that no refusal is for good: it gives another address.
Status put_elsewhere(net::Client& client, net::Request request, const net::Response& redirect,
                     const Deadline& deadline) {
  const std::string* location = redirect.header("location");
  if (location == nullptr || location->size() > kMaxAddress)
    return unavailable(net::shown_url(request.url) + ": it is said to go elsewhere, and not where");
  request.url = *location;
  request.expect_continue = false;
  request.stall_ms = kStallMs;
  Result<net::Response> response = client.request(request, deadline);
  if (!response.ok()) return unavailable(response.status().message());
  if (taken(*response)) return ok_status();
  const std::string said = clean_utf8(response->body.substr(0, kMaxSaid));
  return unavailable(net::shown_url(request.url) + ": HTTP " + std::to_string(response->status) +
                     (said.empty() ? "" : ": " + said));
}

// The coordinator says what becomes of the body before it is sent: it takes it, has it, or names a bucket.
Status put(net::Client& client, const std::string& url, const Digest& sha256, std::string bytes,
           const Deadline& deadline) {
  net::Request request;
  request.method = "PUT";
  request.url = url;
  request.headers = {{"Content-Type", "application/octet-stream"}, {"x-amz-content-sha256", to_hex(sha256)}};
  request.body = std::move(bytes);
  request.max_bytes = kMaxAnswerBytes;
  request.expect_continue = true;
  Result<net::Response> response = client.request(request, deadline);
  if (!response.ok()) {
    // An address that nobody can use is refused for good; the answer to the report will say what to do.
    const bool bad_address = response.status().kind() == ErrorKind::kInvalid;
    return bad_address ? permission(response.status().message()) : unavailable(response.status().message());
  }
  const int status = response->status;
  if (taken(*response)) return ok_status();
  if (status == 307) return put_elsewhere(client, std::move(request), *response, deadline);
  const std::string text = net::shown_url(url) + ": HTTP " + std::to_string(status);
  const bool later = status >= 500 || status == 408 || status == 425 || status == 429;
  return later ? unavailable(text) : permission(text);
}
}  // namespace

std::string evidence_address(const std::string& given, const std::string& base) {
  return base.empty() ? given : base + given.substr(std::min(given.rfind('/'), given.size()));
}

Status upload_blobs(net::Client& client, const Spool& spool, const Token& token, const std::string& base,
                    const Deadline& deadline) {
  Result<SpoolEntry> entry = spool.read(token);
  if (!entry.ok()) return corrupt("its entry: " + entry.status().message());
  const Report* report = std::get_if<Report>(&entry->outcome);
  if (report == nullptr) return ok_status();
  for (const BlobRef& blob : report->blobs) {
    TRY_ASSIGN(std::string bytes, read_blob(spool, token, blob));
    TRY(put(client, evidence_address(entry->evidence_address, base) + "/" + blob.name, blob.sha256,
            std::move(bytes), deadline));
  }
  return ok_status();
}

}  // namespace storesweep::job
