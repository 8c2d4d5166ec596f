// What lies in the spool and waits for the coordinator's answer: blobs go first, then the report, again and
// again with growing pauses until it is acknowledged or its job has ended. Pure: (state, event, now) ->
// actions; the files are the spool's business (worker/job/spool.h). One thread.
#pragma once

#include <cstdint>
#include <map>
#include <variant>
#include <vector>

#include "common/model/messages.h"

namespace storesweep::link {

inline constexpr std::size_t kMaxSpooledNamed = 4096;  // entries that one hello names, the oldest first
inline constexpr std::size_t kReportsInFlight = 64;    // sent and not yet answered
inline constexpr std::size_t kUploadsAtOnce = 4;

struct OutboxTimes {
  std::int64_t report_again_ms = 15'000;  // doubled up to the next; judging takes its time
  std::int64_t report_again_max_ms = 120'000;
  std::int64_t upload_again_ms = 2'000;  // doubled up to the next
  std::int64_t upload_again_max_ms = 60'000;
};

// How the upload of one entry's blobs went.
enum class UploadEnd : std::uint8_t {
  kDone,
  kLater,    // nobody there, no room there: try again
  kRefused,  // the address says no for good: the answer to the report will say why
};

// Put the blobs of this entry to its address; answer with Uploaded.
struct UploadBlobs {
  Token token;
  std::uint64_t sequence = 0;
};
// The coordinator has answered for good: the entry may go.
struct DropEntry {
  Token token;
  std::uint64_t sequence = 0;
  ReportAnswer answer = ReportAnswer::kAcknowledged;
};
using OutboxAction = std::variant<FromWorker, UploadBlobs, DropEntry>;

class Outbox {
 public:
  explicit Outbox(const OutboxTimes& times) : times_(times) {}

  // An entry that is durable in the spool. `may_have_been_sent`: it was found there at the start. A second
  // outcome of the same token replaces the first (its blobs were lost).
  void add(Outcome outcome, bool may_have_been_sent);
  void uploaded(const Token& token, UploadEnd end, std::int64_t now);
  // A coordinator that did not know us has welcomed us: what was sent to an earlier one, or could not be put
  // there, goes again at once.
  void welcomed();
  std::vector<OutboxAction> answered(const Answer& answer, std::int64_t now);
  // What is due now.
  std::vector<OutboxAction> advance(std::int64_t now);
  std::int64_t next_due() const;  // kNever when nothing is

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  bool has(const Token& token) const;
  Stage stage(const Token& token) const;  // uploading or reporting; has(token) holds
  std::vector<Spooled> named() const;

  static constexpr std::int64_t kNever = INT64_MAX;

 private:
  enum class Step : std::uint8_t { kToUpload, kUploading, kToSend, kSent };
  struct Entry {
    Outcome outcome;
    Step step = Step::kToSend;
    bool again = false;  // sent before, and that sending was not answered
    std::int64_t due_ms = 0;
    std::int64_t pause_ms = 0;          // the last one; doubles
    std::int64_t refusal_pause_ms = 0;  // the last one after an answer that was not final; doubles
  };
  using Entries = std::map<std::uint64_t, Entry>;  // by sequence: the oldest first
  Entry* find(const Token& token);
  std::int64_t pause(Entry& entry, std::int64_t first, std::int64_t longest) const;
  void send(Entry& entry, std::int64_t now, std::vector<OutboxAction>& out);

  OutboxTimes times_;
  Entries entries_;
  std::map<TokenKey, std::uint64_t> by_token_;
};

}  // namespace storesweep::link
