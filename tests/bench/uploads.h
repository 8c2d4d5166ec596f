// What a run leaves, made and stored for a benchmark: a sealed journal of a wanted size, signed as a worker
// signs, put over HTTP to the address of its lease by a few threads with connections that stay open. put()
// from one thread; `done` is called by the uploading threads.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/evidence/journal.h"
#include "common/model/messages.h"

namespace storesweep::bench {

// A run that found a consent dialog with a way to refuse, padded to about `bytes`. Written through `folder`.
Result<std::pair<BlobRef, std::string>> make_journal(const LeaseOffer& offer, const Device& device,
                                                     const SigningKey& key, std::size_t bytes,
                                                     const std::string& folder);

class Uploads {
 public:
  using Done = std::function<void(std::size_t worker, Report report)>;
  // Up to `threads` runs are written and put at once.
  Uploads(std::size_t threads, std::size_t journal_bytes, std::string folder, Done done);
  ~Uploads();
  void put(std::size_t worker, const LeaseOffer& offer, const Device& device);

 private:
  struct Run {
    std::size_t worker;
    LeaseOffer offer;
    Device device;
  };
  void serve(std::size_t number);

  std::size_t journal_bytes_;
  std::string folder_;
  Done done_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Run> runs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

// Whether somebody listens on this port of loopback.
bool listens(int port);

// One HTTP/1.1 connection to loopback that stays open. One thread.
class HttpConnection {
 public:
  ~HttpConnection();
  // Ok when the server answers 2xx. `url`: http://127.0.0.1:PORT/PATH.
  Status send(const std::string& method, const std::string& url, std::string_view body,
              const std::string& content_type);

 private:
  Status exchange(const std::string& request, std::string_view body);
  int fd_ = -1;
  int port_ = 0;
  std::string answer_;
};

}  // namespace storesweep::bench
