// A server of objects in this process, for what a real one cannot be made to do at will: it keeps one bucket
// in memory, checks x-amz-content-sha256 against what came, and answers the next requests as it is told. It
// believes every signature: tests/integration/s3 has a real server for those. One thread serves all.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/base/file.h"
#include "common/base/hash.h"
#include "common/base/text.h"
#include "tests/unit/loopback.h"

namespace storesweep::testing {

class FakeS3 {
 public:
  struct Fault {
    int status = 503;
    std::string code;          // of <Error>
    std::size_t cut_at = 0;    // of the answer's body; then the connection ends
    std::string headers = {};  // lines that come with it
    std::string method = {};   // that it waits for; empty: whichever comes
  };

  FakeS3() : thread_([this] { run(); }) {}
  ~FakeS3() {
    stop_ = true;
    thread_.join();
  }
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(listening_.port); }

  void fail(const Fault& fault, int times = 1) {
    std::lock_guard lock(mutex_);
    for (int i = 0; i < times; ++i) faults_.push_back(fault);
  }
  std::map<std::string, std::string> objects() {
    std::lock_guard lock(mutex_);
    return objects_;
  }
  void set(const std::string& key, const std::string& bytes) {
    std::lock_guard lock(mutex_);
    objects_[key] = bytes;
  }
  void set_modified(std::string http_date, std::string iso) {
    std::lock_guard lock(mutex_);
    modified_ = std::move(http_date);
    modified_iso_ = std::move(iso);
  }
  void check_content(bool check) { check_ = check; }
  std::vector<std::string> asked() {  // "PUT /bucket/key?query"
    std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  struct Peer {
    Fd fd;
    std::string in;
  };
  struct Request {
    std::string method, path, query, body;
    std::map<std::string, std::string> headers;
  };

  void run() {
    std::vector<Peer> peers;
    while (!stop_) {
      std::vector<pollfd> fds{{listening_.fd.get(), POLLIN, 0}};
      for (const Peer& p : peers) fds.push_back({p.fd.get(), POLLIN, 0});
      if (::poll(fds.data(), fds.size(), 20) <= 0) continue;
      for (std::size_t i = peers.size(); i-- > 0;) {
        if (fds[i + 1].revents != 0 && !serve(peers[i])) peers.erase(peers.begin() + static_cast<long>(i));
      }
      if (fds[0].revents != 0)
        peers.push_back({Fd(::accept4(listening_.fd.get(), nullptr, nullptr, SOCK_CLOEXEC)), ""});
    }
  }

  bool serve(Peer& peer) {
    char buffer[65536];
    const ssize_t n = ::read(peer.fd.get(), buffer, sizeof buffer);
    if (n <= 0) return false;
    peer.in.append(buffer, static_cast<std::size_t>(n));
    const auto head_end = peer.in.find("\r\n\r\n");
    if (head_end == std::string::npos) return true;
    Request r = read_head(peer.in.substr(0, head_end));
    const auto length = parse_int<std::size_t>(r.headers["content-length"]).value_or(0);
    if (peer.in.size() < head_end + 4 + length) return wait_for_body(peer.fd.get(), r);
    r.body = peer.in.substr(head_end + 4, length);
    peer.in.erase(0, head_end + 4 + length);
    std::lock_guard lock(mutex_);
    return answer(peer.fd.get(), r);
  }

  // One that waits with its body is told at once what the next fault has to say.
  bool wait_for_body(int fd, const Request& r) {
    const auto expect = r.headers.find("expect");
    if (expect == r.headers.end() || expect->second != "100-continue") return true;
    std::lock_guard lock(mutex_);
    if (!faults_.empty() && faults_.front().status != 200) return answer(fd, r) && false;
    static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
    return ::send(fd, kGoOn.data(), kGoOn.size(), MSG_NOSIGNAL) > 0;
  }

  static Request read_head(const std::string& head) {
    Request r;
    const auto all = lines(head);
    const auto first = words(all.at(0));
    r.method = first.at(0);
    const std::string target(first.at(1));
    r.path = target.substr(0, target.find('?'));
    if (target.find('?') != std::string::npos) r.query = target.substr(target.find('?') + 1);
    for (std::string_view line : all) {
      const auto colon = line.find(':');
      if (colon == std::string_view::npos) continue;
      std::string name(line.substr(0, colon));
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      r.headers[name] = trim(line.substr(colon + 1));
    }
    return r;
  }

  static std::string error(const std::string& code) {
    return code.empty() ? "" : "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code></Error>";
  }

  bool answer(int fd, const Request& r) {
    asked_.push_back(r.method + " " + r.path + (r.query.empty() ? "" : "?" + r.query));
    if (!faults_.empty() && (faults_.front().method.empty() || faults_.front().method == r.method)) {
      const Fault fault = faults_.front();
      faults_.pop_front();
      if (fault.status != 200) return send(fd, r, fault.status, error(fault.code), fault.headers);
      cut_at_ = fault.cut_at;
    }
    if (check_ && to_hex(sha256(r.body)) != r.headers.at("x-amz-content-sha256"))
      return send(fd, r, 400, error("XAmzContentSHA256Mismatch"));
    if (r.query.find("list-type=2") != std::string::npos) return send(fd, r, 200, page(r.query));
    return r.method == "PUT" || r.method == "POST" ? take(fd, r) : give(fd, r);
  }

  bool take(int fd, const Request& r) {
    if (r.query == "uploads=")
      return send(fd, r, 200,
                  "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>");
    if (r.query.find("partNumber=") != std::string::npos) {
      parts_[parse_int<int>(r.query.substr(11, r.query.find('&') - 11)).value_or(0)] = r.body;
      return send(fd, r, 200, "", "ETag: \"part\"\r\n");
    }
    if (r.method == "POST") {
      std::string whole;
      for (const auto& [number, bytes] : parts_) whole += bytes;
      parts_.clear();
      objects_[r.path] = whole;
      return send(fd, r, 200, "<CompleteMultipartUploadResult/>");
    }
    objects_[r.path] = r.body;
    return send(fd, r, 200, "");
  }

  bool give(int fd, const Request& r) {
    if (r.method == "DELETE") {
      r.query.empty() ? void(objects_.erase(r.path)) : parts_.clear();
      return send(fd, r, 204, "");
    }
    const auto at = objects_.find(r.path);
    if (at == objects_.end()) return send(fd, r, 404, error("NoSuchKey"));
    const std::string modified = "Last-Modified: " + modified_ + "\r\n";
    const auto range = r.headers.find("range");  // bytes=N-
    if (range == r.headers.end()) return send(fd, r, 200, at->second, modified);
    const std::string_view from = std::string_view(range->second).substr(6);
    const auto first = parse_int<std::size_t>(from.substr(0, from.find('-'))).value_or(0);
    return send(fd, r, 206, at->second.substr(first), modified);
  }

  // Two objects a page.
  std::string page(const std::string& query) const {
    const auto token = query.find("continuation-token=");
    const auto from =
        token == std::string::npos ? 0 : parse_int<std::size_t>(query.substr(token + 19, 1)).value_or(0);
    std::string out = "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    std::size_t n = 0;
    for (const auto& [path, bytes] : objects_) {
      if (n++ < from || n > from + 2) continue;
      out += "<Contents><Key>" + path.substr(path.find('/', 1) + 1) + "</Key><LastModified>" + modified_iso_ +
             "</LastModified><Size>" + std::to_string(bytes.size()) + "</Size></Contents>";
    }
    const bool more = n > from + 2;
    out += std::string("<IsTruncated>") + (more ? "true" : "false") + "</IsTruncated>";
    if (more) out += "<NextContinuationToken>" + std::to_string(from + 2) + "</NextContinuationToken>";
    return out + "</ListBucketResult>";
  }

  bool send(int fd, const Request& r, int status, const std::string& body, const std::string& headers = "") {
    std::string out = "HTTP/1.1 " + std::to_string(status) +
                      " x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n";
    const bool cut = cut_at_ > 0 && body.size() > cut_at_;
    if (r.method != "HEAD") out += cut ? body.substr(0, cut_at_) : body;
    cut_at_ = 0;
    for (std::size_t at = 0; at < out.size();) {
      const ssize_t n = ::send(fd, out.data() + at, out.size() - at, MSG_NOSIGNAL);
      if (n <= 0) return false;
      at += static_cast<std::size_t>(n);
    }
    return !cut;
  }

  const Loopback listening_ = listen_on_loopback();
  std::atomic<bool> stop_{false};
  std::atomic<bool> check_{true};
  std::mutex mutex_;
  std::deque<Fault> faults_;
  std::map<std::string, std::string> objects_;  // by path
  std::map<int, std::string> parts_;
  std::vector<std::string> asked_;
  std::string modified_ = "Sun, 13 Sep 2020 12:26:30 GMT", modified_iso_ = "2020-09-13T12:26:30.000Z";
  std::size_t cut_at_ = 0;
  std::thread thread_;
};

}  // namespace storesweep::testing
