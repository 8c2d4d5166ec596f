// A tiny HTTP door for those that look after a worker: GET of a few short pages, one thread for all, each
// connection answered once and closed. Every header, wait and number of connections is bounded; it takes no
// body and gives out nothing but what `answer` says. The destructor closes it; log and answer outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/file.h"
#include "common/base/log.h"
#include "common/base/status.h"

namespace storesweep::worker {

struct DoorAnswer {
  int status = 200;  // 200, 404 or 503
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

class Door {
 public:
  // Called on the door's thread: must not block.
  using Answer = std::function<DoorAnswer(std::string_view path)>;
  // An IPv4 or IPv6 address; port 0: any that is free.
  static Result<std::unique_ptr<Door>> open(const std::string& address, std::uint16_t port, Answer answer,
                                            Log& log);
  ~Door();
  std::uint16_t port() const { return port_; }

 private:
  struct Guest {
    Fd fd;
    std::string in, out;
    std::size_t sent = 0;
    std::int64_t until_ms = 0;
    bool over = false;
  };

  Door(Fd listener, Answer answer, Log& log)
      : listener_(std::move(listener)), answer_(std::move(answer)), log_(log) {}
  void serve();
  void welcome(std::int64_t now_ms);
  void attend(Guest& guest, short happened);
  void read_from(Guest& guest);
  void write_to(Guest& guest);
  std::string response_to(std::string_view head) const;

  Fd listener_;
  const Answer answer_;
  Log& log_;
  std::uint16_t port_ = 0;
  Cancel close_;
  std::vector<Guest> guests_;
  std::thread thread_;
};

}  // namespace storesweep::worker
