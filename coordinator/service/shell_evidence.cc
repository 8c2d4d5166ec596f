// Evidence: durable before it is believed, read for the judge. On a thread of its own, since the disk may
// stall.
#include <utility>

#include "common/model/trace.h"
#include "coordinator/service/heads.h"
#include "coordinator/service/shell.h"

namespace storesweep {
namespace {
constexpr std::int64_t kEvidenceMs = 60'000, kInTroubleMs = 2'000;
constexpr std::int64_t kLookEveryMs = 15'000, kLookMs = 10'000;
constexpr std::size_t kMaxJournalBytesRead = 256u << 20;

// Why a journal could not be read: it is not there, it is not what it should be, or our disk fails us.
Status unread(const Status& why) {
  if (why.kind() == ErrorKind::kNotFound) return why;
  const bool its_own = why.kind() == ErrorKind::kExhausted || why.kind() == ErrorKind::kCorrupt;
  return its_own ? invalid(why.message()) : unavailable(why.message());
}
}  // namespace

void Service::Shell::evidence_loop() {
  while (true) {
    std::vector<CheckBlobs> checks;
    std::deque<JudgeAction> judgings;
    bool head_wanted = false;
    {
      std::unique_lock lock(evidence_mutex_);
      evidence_changed_.wait(
          lock, [this] { return !checks_.empty() || !judgings_.empty() || head_wanted_ || stopping_; });
      if (stopping_) return;
      head_wanted = std::exchange(head_wanted_, false);
      checks.swap(checks_);
      judgings.swap(judgings_);
    }
    if (!checks.empty()) check(std::move(checks));
    for (const JudgeAction& j : judgings) judge(j);
    if (head_wanted) write_head();
  }
}

// On a thread of its own: what waits for a store that is away must not keep it from being noticed.
void Service::Shell::look_at_evidence() {
  const Deadline ever{INT64_MAX, &stop_};
  do {
    const Status s = parts_.blobs.look(Deadline::in_ms(kLookMs, &stop_));
    if (s.ok()) {
      std::lock_guard lock(evidence_mutex_);
      if (!evidence_trouble_.empty()) parts_.log.info("evidence can be kept again: leasing goes on");
      evidence_trouble_.clear();
    }
    evidence_was(s);
  } while (sleep_ms(kLookEveryMs, ever).ok());
}

std::string Service::Shell::evidence_trouble() const {
  std::lock_guard lock(evidence_mutex_);
  return evidence_trouble_;
}

// Where no evidence can be kept nothing is leased: devices would work for spools that run full.
void Service::Shell::evidence_was(const Status& status) {
  if (!parts_.blobs.is_far()) return;
  switch (status.kind()) {
    case ErrorKind::kOk:
    case ErrorKind::kNotFound:
    case ErrorKind::kCorrupt:
    case ErrorKind::kCancelled:
      return;
    default:
      break;
  }
  std::lock_guard lock(evidence_mutex_);
  if (evidence_trouble_.empty())
    parts_.log.error("no evidence can be kept: nothing is leased", {{"why", status.text()}});
  evidence_trouble_ = "no evidence can be kept: " + status.text();
}

void Service::Shell::write_head() {
  const auto head = parts_.store.closing_head();
  Status written = head.status();
  if (head.ok()) written = write_daily_head(*head, options_.heads, now().wall_ms);
  if (!written.ok())
    parts_.log.warning("the day's head of the closings was not written", {{"why", written.text()}});
}

// One after the other would wait for a store that is known to be away.
std::int64_t Service::Shell::patience_ms() const {
  return evidence_trouble().empty() ? kEvidenceMs : kInTroubleMs;
}

// One flush for all of them; only where one of them lacks a blob each is looked at for itself.
void Service::Shell::check(std::vector<CheckBlobs> checks) {
  const Deadline deadline = Deadline::in_ms(patience_ms(), &stop_);
  auto durable = [&](std::size_t from, std::size_t to) {
    std::vector<Digest> digests;
    for (std::size_t i = from; i < to; ++i) {
      for (const BlobRef& b : checks[i].blobs) digests.push_back(b.sha256);
    }
    const Status s = parts_.blobs.flush(digests, deadline);
    evidence_was(s);
    return s.ok();
  };
  const bool all = durable(0, checks.size());
  for (std::size_t i = 0; i < checks.size(); ++i) {
    push(BlobsChecked{checks[i].id, all || (checks.size() > 1 && durable(i, i + 1))});
  }
}

void Service::Shell::judge(const JudgeAction& what) {
  const Deadline deadline = Deadline::in_ms(patience_ms(), &stop_);
  JudgeRequest request;
  request.trace_id = trace_id(what.app);
  request.listing = what.listing;
  request.claim = what.claim;
  for (const Digest& d : what.journals) {
    auto bytes = parts_.blobs.get(d, kMaxJournalBytesRead, deadline);
    if (!bytes.ok()) {
      if (bytes.status().kind() == ErrorKind::kUnavailable) evidence_was(bytes.status());
      push(JudgedEvent{what.id, unread(bytes.status()), {}});
      return;
    }
    request.journals.push_back(std::move(*bytes));
  }
  auto dark = calibrations_.dark();
  if (!dark.ok()) return push(JudgedEvent{what.id, unavailable(dark.status().message()), {}});
  request.context.dark = std::move(*dark);
  if (!pool_) return push(JudgedEvent{what.id, unavailable("no judge is configured"), {}});
  counting_.judging(what.id, now().steady_ms);
  const TraceScope trace(request.trace_id);
  parts_.log.debug("judging",
                   {{"job", what.job.value}, {"journals", static_cast<long>(what.journals.size())}});
  pool_->submit(what.id, std::move(request));
}

void Service::Shell::judged(std::uint64_t ticket, JudgeAnswer a) {
  counting_.judged(ticket, now().steady_ms, a.killed);
  JudgedEvent e{ticket, {}, {}};
  if (a.verdict.ok()) {
    e.verdict = std::move(*a.verdict);
  } else if (a.killed) {
    e.status = internal(a.verdict.status().message());
  } else {
    e.status = a.verdict.status();
    if (e.status.kind() == ErrorKind::kNotFound)
      e.status = invalid(e.status.message());  // a word of the judge
  }
  push(std::move(e));
}

}  // namespace storesweep
