#include "tests/bench/uploads.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "common/evidence/listing_json.h"
#include "common/evidence/names.h"

namespace storesweep::bench {
namespace {
Record record(Phase phase, RecordKind kind, std::string_view name, std::int64_t ms, std::string data) {
  Record r;
  r.host_ms = r.device_ms = ms;
  r.phase = phase;
  r.kind = kind;
  r.name = name;
  r.data = std::move(data);
  return r;
}

std::string node(const std::string& package, const char* id, const char* kind, const char* text, bool click,
                 const char* bounds) {
  return std::string("<node index=\"0\" text=\"") + text + "\" resource-id=\"" + package + ":id/" + id +
         "\" class=\"android.widget." + kind + "\" package=\"" + package +
         "\" content-desc=\"\" checkable=\"false\" checked=\"false\" enabled=\"true\" focusable=\"true\" "
         "focused=\"false\" scrollable=\"false\" long-clickable=\"false\" password=\"false\" "
         "selected=\"false\" clickable=\"" +
         (click ? "true" : "false") + "\" bounds=\"" + bounds + "\" />";
}

std::string consent_dialog(const std::string& package) {
  return "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">" +
         node(package, "title", "TextView", "个人信息保护提示", false, "[140,800][940,880]") +
         node(package, "text", "TextView", "请您阅读并同意《隐私政策》和《用户协议》", false,
              "[140,900][940,1300]") +
         node(package, "refuse", "Button", "不同意", true, "[140,1400][520,1520]") +
         node(package, "agree", "Button", "同意并继续", true, "[560,1400][940,1520]") + "</hierarchy>";
}

Status write_journal(const std::string& path, const LeaseOffer& offer, const Device& device,
                     const SigningKey& key, std::size_t bytes, SealedJournal* sealed) {
  JournalHeader header;
  header.token = storesweep::key(offer.token);
  header.job = offer.token.job;
  header.worker = offer.token.worker;
  header.worker_key = key.public_key;
  header.device = device.identity;
  header.device_kind = device.kind;
  header.depth = offer.depth;
  header.file_set = sha256(offer.listing.package);
  header.package = offer.listing.package;
  header.worker_version = "bench";
  header.scripted = true;
  TRY_ASSIGN(JournalWriter w, JournalWriter::create(path, header));
  using K = RecordKind;
  TRY(w.append(record(Phase::kP0, K::kDocument, record_name::kListing, 0, listing_to_json(offer.listing))));
  TRY(w.append(record(Phase::kP0, K::kAttest, record_name::kHygiene, 1, "clean")));
  TRY(w.append(record(Phase::kP0, K::kAttest, record_name::kBehaviour, 1, "present")));
  TRY(w.append(record(Phase::kP1, K::kMarker, record_name::kBegin, 2, "")));
  TRY(w.append(record(Phase::kP1, K::kAction, record_name::kLaunch, 3, "")));
  TRY(w.append(
      record(Phase::kP1, K::kRaw, record_name::kHierarchy, 4, consent_dialog(offer.listing.package))));
  constexpr std::size_t kTail = 400;  // the end marker and the seal
  if (w.bytes() + kTail < bytes)
    TRY(w.append(
        record(Phase::kP1, K::kRaw, "bench_filler", 5, std::string(bytes - w.bytes() - kTail, ' '))));
  TRY(w.append(record(Phase::kP1, K::kMarker, record_name::kEnd, 60'000, "")));
  TRY_ASSIGN(*sealed, w.seal({true, "", 60'001}, key));
  return ok_status();
}
}  // namespace

Result<std::pair<BlobRef, std::string>> make_journal(const LeaseOffer& offer, const Device& device,
                                                     const SigningKey& key, std::size_t bytes,
                                                     const std::string& folder) {
  const std::string path = folder + "/" + device.identity + ".journal";
  SealedJournal sealed;
  TRY(write_journal(path, offer, device, key, bytes, &sealed));
  TRY_ASSIGN(std::string content, read_file(path, kMaxJournalBytes));
  return std::pair(BlobRef{"journal", sealed.sha256, sealed.bytes}, std::move(content));
}

Uploads::Uploads(std::size_t threads, std::size_t journal_bytes, std::string folder, Done done)
    : journal_bytes_(journal_bytes), folder_(std::move(folder)), done_(std::move(done)) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { serve(i); });
}

Uploads::~Uploads() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& t : threads_) t.join();
}

void Uploads::put(std::size_t worker, const LeaseOffer& offer, const Device& device) {
  {
    std::lock_guard lock(mutex_);
    runs_.push_back({worker, offer, device});
  }
  changed_.notify_one();
}

void Uploads::serve(std::size_t number) {
  std::array<std::uint8_t, 32> seed{};
  seed[0] = static_cast<std::uint8_t>(number + 1);
  const SigningKey key = signing_key_from_seed(seed);
  HttpConnection http;
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || !runs_.empty(); });
    if (stopping_) return;
    Run run = std::move(runs_.front());
    runs_.pop_front();
    lock.unlock();
    auto journal = make_journal(run.offer, run.device, key, journal_bytes_, folder_);
    if (!journal.ok()) std::abort();
    const std::string url = run.offer.evidence_address + "/" + journal->first.name;
    if (Status s = http.send("PUT", url, journal->second, "application/octet-stream"); !s.ok()) {
      std::fprintf(stderr, "put: %s\n", s.text().c_str());  // shows as a worker that stalled
      continue;
    }
    Report r;
    r.token = run.offer.token;
    r.file_set = sha256(run.offer.listing.package);
    r.device = run.device;
    r.depth = run.offer.depth;
    r.blobs = {journal->first};
    r.figures.commands = 71;
    r.figures.device_ms = 60'000;
    done_(run.worker, std::move(r));
  }
}

namespace {
int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) return fd;
  ::close(fd);
  return -1;
}
}  // namespace

bool listens(int port) {
  const int fd = connect_to(port);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

HttpConnection::~HttpConnection() {
  if (fd_ >= 0) ::close(fd_);
}

Status HttpConnection::send(const std::string& method, const std::string& url, std::string_view body,
                            const std::string& content_type) {
  const std::size_t colon = url.find(':', 7), slash = url.find('/', 7);
  port_ = std::atoi(url.c_str() + colon + 1);
  const std::string request = method + " " + url.substr(slash) +
                              " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: " + content_type +
                              "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  const bool fresh = fd_ < 0;
  Status s = exchange(request, body);
  if (s.kind() == ErrorKind::kUnavailable && !fresh) s = exchange(request, body);  // it was closed while idle
  return s;
}

Status HttpConnection::exchange(const std::string& request, std::string_view body) {
  if (fd_ < 0) {
    fd_ = connect_to(port_);
    if (fd_ < 0) return unavailable("nobody listens");
  }
  auto lost = [this](const char* why) {
    ::close(fd_);
    fd_ = -1;
    return unavailable(why);
  };
  if (!write_all(fd_, request + std::string(body), "http").ok()) return lost("cannot write");
  answer_.clear();
  for (std::size_t end = std::string::npos;;) {
    char piece[4096];
    const ssize_t n = ::read(fd_, piece, sizeof piece);
    if (n <= 0) return lost("closed");
    answer_.append(piece, static_cast<std::size_t>(n));
    if (end == std::string::npos) end = answer_.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    const std::size_t length = answer_.find("Content-Length: ");
    const std::size_t wanted = length < end ? std::strtoul(answer_.c_str() + length + 16, nullptr, 10) : 0;
    if (answer_.size() >= end + 4 + wanted) break;
  }
  const bool good = answer_.compare(9, 1, "2") == 0;
  return good ? ok_status() : invalid(answer_.substr(0, 300));
}

}  // namespace storesweep::bench
