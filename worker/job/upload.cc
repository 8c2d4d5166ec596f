#include "worker/job/upload.h"

#include <algorithm>

#include "common/evidence/journal.h"

namespace storesweep::job {
namespace {
constexpr std::size_t kMaxBlobBytes = kMaxJournalBytes;  // the journal is the largest
constexpr std::size_t kMaxAnswerBytes = 64u << 10;

Result<std::string> read_blob(const Spool& spool, const Token& token, const BlobRef& blob) {
  Result<std::string> bytes = read_file(spool.blob_path(token, blob.name), kMaxBlobBytes);
  if (!bytes.ok()) return corrupt("blob " + blob.name + ": " + bytes.status().message());
  if (bytes->size() != blob.bytes || sha256(*bytes) != blob.sha256) {
    return corrupt("blob " + blob.name + ": its bytes are not what was written");
  }
  return bytes;
}

Status put(net::Client& client, const std::string& url, std::string bytes, const Deadline& deadline) {
  net::Request request;
  request.method = "PUT";
  request.url = url;
  request.headers = {{"Content-Type", "application/octet-stream"}};
  request.body = std::move(bytes);
  request.max_bytes = kMaxAnswerBytes;
  Result<net::Response> response = client.request(request, deadline);
  if (!response.ok()) {
    // An address that nobody can use is refused for good; the answer to the report will say what to do.
    const bool bad_address = response.status().kind() == ErrorKind::kInvalid;
    return bad_address ? permission(response.status().message()) : unavailable(response.status().message());
  }
  const int status = response->status;
  if (status >= 200 && status < 300) return ok_status();
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
    TRY(put(client, evidence_address(entry->evidence_address, base) + "/" + blob.name, std::move(bytes),
            deadline));
  }
  return ok_status();
}

}  // namespace storesweep::job
