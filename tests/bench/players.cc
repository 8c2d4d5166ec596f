#include "tests/bench/players.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "tests/bench/turns.h"

namespace storesweep::bench {
namespace {
constexpr std::int64_t kHelloAgainMs = 20;  // until the connection stands
constexpr std::int64_t kHelloAnsweredMs = 2'000;
constexpr std::int64_t kHousekeepingMs = 100;
constexpr std::int64_t kAnswersMs = 10'000;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
std::int64_t now_ms() { return now_ns() / 1'000'000; }
}  // namespace

std::int64_t now_us() { return now_ns() / 1'000; }

Result<std::unique_ptr<Players>> Players::start(const PlayersOptions& options, Random& random) {
  auto players = std::make_unique<Players>();
  players->options_ = options;
  players->detail_ = "the fetch was refused: " + std::string(options.detail_bytes, 'x');
  players->detail_.resize(options.detail_bytes);
  std::vector<WorkerEndpoint> endpoints;
  for (std::size_t i = 0; i < options.workers; ++i) {
    Worker w;
    w.name = options.prefix + "-" + std::to_string(options.first + i);
    w.incarnation = (static_cast<std::uint64_t>(now_ms()) << 20) + random.below(1 << 20);
    w.request = w.beat = w.incarnation;
    for (std::size_t d = 0; d < options.leases; ++d) {
      w.identities.push_back(w.name + "-d" + std::to_string(d));
      w.devices.push_back({w.identities.back(), {"simulated", 28}, {"arm64-v8a"}, {}, false});
    }
    TRY_ASSIGN(KeyPair keys, read_key_pair(options.key_folder + "/" + w.name + ".key"));
    endpoints.push_back({options.coordinator, options.coordinator_key, keys});
    players->workers_.push_back(std::move(w));
  }
  TRY_ASSIGN(players->channels_, connect_worker_channels(endpoints));
  if (options.journal_bytes == 0) return players;
  players->uploads_ = std::make_unique<Uploads>(4, options.journal_bytes, options.folder,
                                                [p = players.get()](std::size_t at, Report report) {
                                                  std::lock_guard lock(p->reports_mutex_);
                                                  p->reports_.emplace_back(at, std::move(report));
                                                  p->channels_->wake();
                                                });
  return players;
}

// What is lost here shows as a worker that stalled.
bool Players::send(std::size_t at, std::span<const FromWorker> turn) {
  Result<std::string> bytes = encode(turn);
  return bytes.ok() && channels_->send(at, *bytes).ok();
}

void Players::hello(std::size_t at) {
  Worker& w = workers_[at];
  w.hello_ms = now_ms();
  w.welcomed = false;
  Hello m;
  m.worker = w.name;
  m.incarnation = w.incarnation;
  m.epoch_seen = w.epoch;
  m.devices = w.devices;
  for (const Held& h : w.held) m.running.push_back({h.token, Stage::kFetching, false, {}});
  for (const Held& h : w.running) m.running.push_back({h.token, Stage::kRunning, true, {}});
  m.scripted = true;
  w.greeted = send(at, m);
}

Ask Players::next_ask(std::size_t at) {
  Worker& w = workers_[at];
  w.asked = true;
  w.asked_ms = now_ms();
  Ask m;
  m.incarnation = w.incarnation;
  m.request = ++w.request;
  m.leases = static_cast<std::uint32_t>(options_.leases);
  m.free_devices = w.identities;
  return m;
}

// Done and next.
void Players::cycle(std::size_t at) {
  Worker& w = workers_[at];
  w.began_us = now_us();
  w.sent = w.unanswered = w.held.size();
  if (w.held.empty() && !asking_) return;
  std::optional<Ask> next;
  if (asking_) next = next_ask(at);
  if (uploads_) {
    w.running = std::exchange(w.held, {});
    std::vector<FromWorker> turn;
    for (const Held& h : w.running) turn.push_back(Fetched{h.token, sha256(h.offer->listing.package), {}});
    if (next) turn.push_back(*next);
    send(at, turn);
    return;
  }
  std::vector<Token> done;
  done.reserve(w.held.size());
  for (Held& h : w.held) done.push_back(std::move(h.token));
  w.held.clear();
  (void)channels_->send(at, done_and_next(done, w.sequence + 1, detail_, w.identities[0], next));
  w.sequence += done.size();
}

void Players::may_run(std::size_t at, const FetchedAnswer& answer) {
  Worker& w = workers_[at];
  for (std::size_t i = 0; i < w.running.size(); ++i) {
    if (!(w.running[i].token == answer.token)) continue;
    if (answer.answer != FileSetAnswer::kRun) return;  // stalls, and is seen
    send(at, Began{answer.token});
    return uploads_->put(at, *w.running[i].offer, w.devices[i % w.devices.size()]);
  }
}

void Players::send_reports() {
  std::vector<std::pair<std::size_t, Report>> reports;
  {
    std::lock_guard lock(reports_mutex_);
    reports.swap(reports_);
  }
  for (auto& [at, report] : reports) {
    report.sequence = ++workers_[at].sequence;
    send(at, report);
  }
}

void Players::handle(std::size_t at, ToWorker& message) {
  Worker& w = workers_[at];
  if (auto* welcome = std::get_if<Welcome>(&message)) {
    w.welcomed = true;
    w.epoch = std::max(w.epoch, welcome->epoch);
    w.asked = false;
    w.held.clear();
    w.unanswered = 0;
    heartbeat_ms_ = welcome->heartbeat_ms;
    if (asking_) cycle(at);
    return;
  }
  if (std::get_if<WhoAreYou>(&message) != nullptr) {
    if (now_ms() - w.hello_ms >= kHelloAgainMs) hello(at);
    return;
  }
  if (auto* grant = std::get_if<Grant>(&message)) {
    if (!w.asked || grant->request != w.request) return;
    std::vector<Held> leases;
    for (LeaseOffer& offer : grant->leases) {
      if (on_lease) on_lease(offer);
      leases.push_back({offer.token, std::make_shared<const LeaseOffer>(offer)});
    }
    leased(at, std::move(leases), grant->retry_ms);
  } else if (auto* answer = std::get_if<Answer>(&message)) {
    if (answer->answer == ReportAnswer::kAcknowledged) acknowledged(at, 1);
  } else if (auto* fetched = std::get_if<FetchedAnswer>(&message)) {
    may_run(at, *fetched);
  }
}

void Players::leased(std::size_t at, std::vector<Held> leases, std::int64_t retry_ms) {
  Worker& w = workers_[at];
  w.asked = false;
  if (!leases.empty()) last_lease_ns_ = now_ns();
  std::move(leases.begin(), leases.end(), std::back_inserter(w.held));
  if (w.held.empty() && asking_) again_.emplace_back(now_ms() + std::max<std::int64_t>(retry_ms, 1), at);
}

void Players::acknowledged(std::size_t at, std::size_t n) {
  Worker& w = workers_[at];
  n = std::min(n, w.unanswered);
  w.unanswered -= n;
  if (measuring_ && now_us() <= end_us_) outcome_.done += n;
}

void Players::go_on(std::size_t at) {
  Worker& w = workers_[at];
  if (!w.welcomed || w.unanswered > 0 || w.asked) return;
  if (w.sent > 0) {
    if (measuring_) outcome_.cycle_us.push_back(static_cast<std::uint32_t>(now_us() - w.began_us));
    w.sent = 0;
  }
  if (!w.held.empty()) cycle(at);
}

void Players::housekeeping() {
  const std::int64_t now = now_ms();
  while (!again_.empty() && again_.front().first <= now) {
    const std::size_t at = again_.front().second;
    again_.pop_front();
    if (asking_ && !workers_[at].asked && workers_[at].held.empty()) ask(at);
  }
  if (now < housekeeping_ms_) return;
  housekeeping_ms_ = now + kHousekeepingMs;
  for (std::size_t at = 0; at < workers_.size(); ++at) {
    Worker& w = workers_[at];
    if (!w.welcomed) {
      if (now - w.hello_ms >= (w.greeted ? kHelloAnsweredMs : kHelloAgainMs)) hello(at);
      housekeeping_ms_ = now + kHelloAgainMs;
    } else if (now - w.beat_ms >= heartbeat_ms_) {
      w.beat_ms = now;
      Heartbeat m{w.incarnation, ++w.beat, {}};
      for (const Held& h : w.held) m.running.push_back({h.token, Stage::kFetching, false, {}});
      for (const Held& h : w.running) m.running.push_back({h.token, Stage::kRunning, true, {}});
      send(at, m);
    }
  }
}

Status Players::step(const Deadline& deadline) {
  housekeeping();
  send_reports();
  const std::int64_t due_ms =
      again_.empty() ? housekeeping_ms_ : std::min(again_.front().first, housekeeping_ms_);
  TRY_ASSIGN(auto message,
             channels_->receive(deadline.at_most_ms(std::max<std::int64_t>(due_ms - now_ms(), 1))));
  if (!message) return ok_status();
  Worker& w = workers_[message->channel];
  std::optional<Heard> heard;
  if (!uploads_ && !on_lease) heard = heard_untrusted(as_bytes(message->bytes), w.asked ? w.request : 0);
  if (heard) {
    if (heard->acknowledged > 0) acknowledged(message->channel, heard->acknowledged);
    std::vector<Held> leases;
    leases.reserve(heard->leases.size());
    for (Token& token : heard->leases) leases.push_back({std::move(token), nullptr});
    if (heard->granted) leased(message->channel, std::move(leases), heard->retry_ms);
    go_on(message->channel);
    return ok_status();
  }
  TRY_ASSIGN(auto turn, decode_to_worker_untrusted(as_bytes(message->bytes)));
  for (ToWorker& one : turn) handle(message->channel, one);
  go_on(message->channel);
  return ok_status();
}

Status Players::greet(const Deadline& deadline) {
  auto strangers = [this] {
    return std::any_of(workers_.begin(), workers_.end(), [](const Worker& w) { return !w.welcomed; });
  };
  while (strangers()) {
    if (deadline.passed()) return timed_out("some worker was never welcomed");
    TRY(step(deadline));
  }
  return ok_status();
}

Status Players::idle(std::int64_t ms) {
  const Deadline deadline = Deadline::in_ms(ms);
  while (!deadline.passed()) TRY(step(deadline));
  return ok_status();
}

Outcome Players::run(std::int64_t ms) {
  outcome_ = {};
  asking_ = true;
  for (std::size_t at = 0; at < workers_.size(); ++at) {
    if (workers_[at].welcomed) cycle(at);
  }
  // The first leases are on their way: what is measured begins now.
  measuring_ = true;
  const std::int64_t began_us = now_us();
  end_us_ = began_us + ms * 1'000;
  while (now_us() < end_us_ && step(Deadline::in_ms(kHousekeepingMs)).ok()) {
  }
  outcome_.seconds = static_cast<double>(now_us() - began_us) / 1e6;
  measuring_ = asking_ = false;
  const Deadline patience = Deadline::in_ms(kAnswersMs);
  auto open = [this] {
    return static_cast<std::uint64_t>(std::count_if(workers_.begin(), workers_.end(), [](const Worker& w) {
      return w.asked || w.unanswered > 0 || !w.held.empty();
    }));
  };
  while (open() > 0 && !patience.passed() && step(patience).ok()) {
  }
  outcome_.stalled = open();
  return std::move(outcome_);
}

Result<std::int64_t> Players::first_lease(const Deadline& deadline) {
  last_lease_ns_ = 0;
  asking_ = true;
  for (std::size_t at = 0; at < workers_.size(); ++at) {
    if (workers_[at].welcomed) cycle(at);
  }
  while (last_lease_ns_ == 0) {
    if (deadline.passed()) return timed_out("no lease came");
    TRY(step(deadline));
  }
  const std::int64_t at = last_lease_ns_;
  asking_ = false;
  TRY(idle(200));
  return at;
}

Status Players::take_for(std::int64_t ms) {
  asking_ = true;
  for (std::size_t at = 0; at < workers_.size(); ++at) {
    if (workers_[at].welcomed && !workers_[at].asked) cycle(at);
  }
  Status s = idle(ms);
  asking_ = false;
  return s;
}

}  // namespace storesweep::bench
