// The worker's side of the protocol of leases, reports and ends (schemas/PROTOCOL.md): says hello with what
// still runs and what is spooled, asks for leases as slots are free, holds leases by heartbeats, sends what
// the spool holds until it is answered. Pure: (state, event, now) -> actions, `now` in steady milliseconds of
// this host; the caller owns sockets, files and devices. One thread.
//
// - A grant counts only as the answer to the open request of this incarnation; request and heartbeat numbers
// start at
//   the incarnation, which is random, so an answer to an earlier life matches nothing.
// - A lease is counted from the sending of what was answered: the ask, later the heartbeats. A lease that
// expires by
//   our own clock is abandoned; expiry is judged on Tick alone, so drain the inbox before each Tick.
// - Every answer to Fetched but kRun ends the lease here, kWait too: the job waits at the coordinator, not
// with us.
// - `ended` in Welcome and HeartbeatAnswer concerns leases. A spool entry goes only by its own Answer.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "worker/link/outbox.h"

namespace storesweep::link {

struct SessionOptions {
  std::string worker;
  std::uint64_t incarnation = 0;  // random, never 0
  bool scripted = false;
  std::size_t slots = 64;             // never more leases at once than this, whatever the devices
  std::size_t backlog = 512;          // with so many unanswered spool entries it asks for nothing
  std::int64_t hello_again_ms = 200;  // doubled up to the next
  std::int64_t hello_again_max_ms = 5'000;
  std::int64_t ask_again_ms = 3'000;  // of asks and Fetched without an answer
  OutboxTimes outbox;
};

// ---- events
struct Connected {};  // say hello
struct Received {
  std::vector<ToWorker> turn;
};
struct DevicesChanged {
  std::vector<Device> all;                // fit for use, by identity
  std::vector<std::string> free_devices;  // those that no run holds
};
struct StageReached {
  Token token;
  Stage stage = Stage::kQueued;
};
// Ask whether to run it; sent again until answered.
struct FileSetKnown {
  Fetched fetched;
};
// The next thing touches the APK.
struct RunBegins {
  Token token;
};
// The job is over for good and its slot free. With an outcome: it is durable in the spool.
struct LeaseOver {
  Token token;
  std::optional<Outcome> outcome;
};
// The spool could not keep what it held for this token (its blobs are damaged) and holds this instead.
struct Respooled {
  Outcome outcome;
};
struct Uploaded {
  Token token;
  UploadEnd end = UploadEnd::kDone;
};
struct DrainAsked {};
struct Tick {};
using SessionEvent = std::variant<Connected, Received, DevicesChanged, StageReached, FileSetKnown, RunBegins,
                                  LeaseOver, Respooled, Uploaded, DrainAsked, Tick>;

// ---- actions, in this order
struct StartLease {
  LeaseOffer offer;
};
// The answer to FileSetKnown; after anything but kRun the lease is over for the coordinator.
struct FileSetAnswered {
  Token token;
  FileSetAnswer answer = FileSetAnswer::kRun;
};
enum class AbandonWhy : std::uint8_t { kExpired, kEnded, kDraining };
// Stop at once and give back the device; nothing is to be reported. Answer with LeaseOver.
struct AbandonLease {
  Token token;
  AbandonWhy why = AbandonWhy::kExpired;
};
struct Drained {};  // nothing runs and nothing waits for an answer: the process may end
struct Warn {
  std::string text;  // for the log
};
using SessionAction = std::variant<FromWorker, StartLease, FileSetAnswered, AbandonLease, UploadBlobs,
                                   DropEntry, Drained, Warn>;

class Session {
 public:
  // `spooled`: what the spool holds from an earlier life, "died in token t" included.
  Session(SessionOptions options, std::vector<Outcome> spooled);

  std::vector<SessionAction> on(const SessionEvent& event, std::int64_t now);
  // When to send the next Tick, steady ms; never later than a minute from the last event.
  std::int64_t next_due() const { return next_due_; }

  std::uint64_t epoch() const { return epoch_; }
  bool welcomed() const { return welcomed_; }
  std::size_t leases() const { return leases_.size(); }
  std::size_t spooled() const { return outbox_.size(); }
  bool holds_entry(const Token& token) const { return outbox_.has(token); }
  std::uint64_t refused() const {
    return refused_;
  }  // messages of an older epoch, grants that nobody asked for
  // By our own clock; none when we do not hold it (any more).
  std::optional<std::int64_t> lease_expires_ms(const Token& token) const;

 private:
  struct Lease {
    Token token;
    Stage stage = Stage::kQueued;
    bool began = false;
    Digest file_set{};
    std::int64_t expires_ms = 0;
    std::int64_t lease_ms = 0;
    std::optional<Fetched> question;  // unanswered
    std::int64_t question_due_ms = 0;
  };
  struct OpenAsk {
    Ask ask;
    std::int64_t first_sent_ms = 0;
    std::int64_t due_ms = 0;
  };
  struct Beat {
    std::int64_t sent_ms = 0;
    std::vector<TokenKey> named;
  };

  void handle(const Connected&);
  void handle(const Received&);
  void hear(const ToWorker& message);
  void handle(const DevicesChanged&);
  void handle(const StageReached&);
  void handle(const FileSetKnown&);
  void handle(const RunBegins&);
  void handle(const LeaseOver&);
  void handle(const Respooled&);
  void handle(const Uploaded&);
  void handle(const DrainAsked&);
  void handle(const Tick&);
  void receive(const Welcome&);
  void receive(const Grant&);
  void receive(const FetchedAnswer&);
  void receive(const HeartbeatAnswer&);
  void receive(const Answer&);
  void receive(const WhoAreYou&);
  void receive(const Drain&);

  Lease* find(const Token& token);
  void take(const LeaseOffer& offer, std::int64_t counted_from);
  void end_lease(const Token& token, AbandonWhy why);
  void lose_welcome();
  std::vector<Running> running() const;
  std::size_t free_slots() const;
  void advance();
  void say_hello();
  void beat();
  void ask();
  void ask_questions();
  void finish_drain();
  void plan();
  template <class A>
  void act(A action) {
    actions_.emplace_back(std::move(action));
  }

  SessionOptions options_;
  Outbox outbox_;
  std::vector<SessionAction> actions_;
  std::int64_t now_ = 0;
  std::int64_t next_due_ = 0;

  std::uint64_t epoch_ = 0;  // the highest seen
  bool welcomed_ = false;
  std::int64_t hello_due_ms_ = 0;
  std::int64_t hello_pause_ms_ = 0;
  std::int64_t lease_ms_ = 0;
  std::int64_t heartbeat_ms_ = 0;
  std::int64_t beat_due_ms_ = 0;
  std::uint64_t next_beat_;
  std::uint64_t next_request_;
  std::map<std::uint64_t, Beat> beats_;  // unanswered
  std::optional<OpenAsk> open_ask_;
  std::int64_t ask_due_ms_ = 0;  // not before: the last grant said so
  std::map<TokenKey, Lease> leases_;
  std::set<TokenKey> busy_;  // jobs that hold a slot, abandoned ones until they are over
  std::vector<Device> devices_;
  std::vector<std::string> free_devices_;
  bool draining_ = false;
  bool drained_ = false;
  std::uint64_t refused_ = 0;
};

}  // namespace storesweep::link
