// Scripted workers for the benchmarks, many in one thread, over the product's own wire and transport: each
// says hello, holds its leases by heartbeats, ends every lease it gets by a Failure ("the fetch was refused",
// 300 bytes of detail) and asks for as many again in the same breath. It goes on when every failure has its
// answer, which comes after the commit, and the next leases are there: one trip, done and next, a turn each
// way. With
// `journal_bytes` it tells the file set, hears "run", puts a journal and reports instead. What a worker does
// beside that (fetch, devices, spool) is left out. One thread, beside those that put journals.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/transport/zmq_channel.h"
#include "common/wire/wire.h"
#include "tests/bench/uploads.h"

namespace storesweep::bench {

struct PlayersOptions {
  std::string coordinator, coordinator_key;
  std::string key_folder;  // NAME.key of each
  std::string prefix;      // names are PREFIX-FIRST, PREFIX-(FIRST + 1), ...
  std::size_t first = 0, workers = 16;
  std::size_t leases = 1;  // at once, one device each
  std::size_t detail_bytes = 300;
  std::size_t journal_bytes = 0;  // 0: failures
  std::string folder;             // for journals on their way
};

struct Outcome {
  std::uint64_t done = 0;  // jobs acknowledged within the time
  double seconds = 0;
  std::vector<std::uint32_t> cycle_us;  // done and next: from the first byte sent to the last answer
  std::uint64_t stalled = 0;            // workers that never got their answers
};

class Players {
 public:
  static Result<std::unique_ptr<Players>> start(const PlayersOptions& options, Random& random);

  // Until each has been welcomed by the coordinator.
  Status greet(const Deadline& deadline);
  Outcome run(std::int64_t ms);
  // Answers, heartbeats and hellos, but no new leases.
  Status idle(std::int64_t ms);
  // Asks with one worker until a lease comes; its value: when (steady clock, ns), and its failure is sent.
  Result<std::int64_t> first_lease(const Deadline& deadline);
  // Called with each lease as it arrives.
  std::function<void(const LeaseOffer&)> on_lease;
  // Keeps every ask open, so that work is taken up at once; leases are failed as they come.
  Status take_for(std::int64_t ms);

 private:
  struct Held {
    Token token;
    std::shared_ptr<const LeaseOffer> offer;  // null where nobody needs it
  };
  struct Worker {
    std::string name;
    std::vector<Device> devices;
    std::vector<std::string> identities;
    std::uint64_t incarnation = 0, request = 0, sequence = 0, beat = 0, epoch = 0;
    bool greeted = false, welcomed = false, asked = false;
    std::int64_t hello_ms = 0, beat_ms = 0, asked_ms = 0;
    std::size_t unanswered = 0;
    std::int64_t began_us = 0;
    std::size_t sent = 0;  // failures of this cycle
    std::vector<Held> held, running;
  };

  Status step(const Deadline& deadline);
  void handle(std::size_t at, ToWorker& message);
  void leased(std::size_t at, std::vector<Held> leases, std::int64_t retry_ms);
  void acknowledged(std::size_t at, std::size_t n);
  void go_on(std::size_t at);
  void housekeeping();
  void hello(std::size_t at);
  void ask(std::size_t at) { send(at, FromWorker(next_ask(at))); }
  Ask next_ask(std::size_t at);
  void cycle(std::size_t at);
  bool send(std::size_t at, std::span<const FromWorker> turn);
  bool send(std::size_t at, const FromWorker& message) { return send(at, {&message, 1}); }
  void may_run(std::size_t at, const FetchedAnswer& answer);
  void send_reports();

  PlayersOptions options_;
  std::unique_ptr<WorkerChannels> channels_;
  std::vector<Worker> workers_;
  std::string detail_;
  std::int64_t heartbeat_ms_ = 5'000, housekeeping_ms_ = 0;
  std::deque<std::pair<std::int64_t, std::size_t>> again_;  // ask again then
  bool measuring_ = false, asking_ = false;
  std::int64_t end_us_ = 0, last_lease_ns_ = 0;
  Outcome outcome_;
  std::mutex reports_mutex_;
  std::vector<std::pair<std::size_t, Report>> reports_;  // whose journal is there
  std::unique_ptr<Uploads> uploads_;                     // last: its threads use the above
};

std::int64_t now_us();

}  // namespace storesweep::bench
