// Between a client and a PostgreSQL server on a socket of its folder: passes everything on, until it is told
// to cut the connection at the next COMMIT or to hold everything up. A thread for each connection.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace storesweep::testing {

class PostgresRelay {
 public:
  enum class Cut {
    kNone,
    kBefore,  // COMMIT never reaches the server
    kAfter,   // the server has done it, and its answer is lost
  };
  // folder: where the client finds our socket; server: the path of the server's.
  PostgresRelay(const std::string& folder, const std::string& server);
  ~PostgresRelay();

  // Once. `then` runs after the cut, before the client is told.
  void cut(Cut how, std::function<void()> then = {});
  int cuts() const { return cuts_; }
  // Nothing is passed on until that is over.
  void hold(bool on) { held_ = on; }

 private:
  void serve();
  void relay(int client);
  bool cut_here(int client, int server, const std::string& sent);

  const std::string server_;
  std::string path_;
  int listening_ = -1;
  std::mutex mutex_;
  Cut how_ = Cut::kNone;
  std::function<void()> then_;
  std::atomic<int> cuts_{0};
  std::atomic<bool> over_{false}, held_{false};
  std::thread thread_;
};

}  // namespace storesweep::testing
