#include "worker/link/session.h"

#include <algorithm>

namespace storesweep::link {
namespace {
constexpr std::int64_t kLongestSleepMs = 60'000;
constexpr std::int64_t kShortestLeaseMs = 100;  // what a coordinator says is held between these
constexpr std::int64_t kLongestLeaseMs = 3'600'000;
constexpr std::size_t kBeatsKept = 64;

std::uint64_t epoch_of(const ToWorker& message) {
  return std::visit([](const auto& m) { return m.epoch; }, message);
}
bool in(const std::vector<Token>& tokens, const Token& token) {
  return std::find(tokens.begin(), tokens.end(), token) != tokens.end();
}
}  // namespace

Session::Session(SessionOptions options, std::vector<Outcome> spooled)
    : options_(std::move(options)),
      outbox_(options_.outbox),
      next_beat_(options_.incarnation),
      next_request_(options_.incarnation) {
  for (Outcome& outcome : spooled) {
    epoch_ = std::max(epoch_, token_of(outcome).epoch);
    outbox_.add(std::move(outcome), true);
  }
}

std::vector<SessionAction> Session::on(const SessionEvent& event, std::int64_t now) {
  now_ = now;
  std::visit([this](const auto& e) { handle(e); }, event);
  advance();
  plan();
  return std::exchange(actions_, {});
}

std::optional<std::int64_t> Session::lease_expires_ms(const Token& token) const {
  auto at = leases_.find(key(token));
  if (at == leases_.end()) return std::nullopt;
  return at->second.expires_ms;
}

Session::Lease* Session::find(const Token& token) {
  auto at = leases_.find(key(token));
  return at != leases_.end() && at->second.token == token ? &at->second : nullptr;
}

// ---- events

void Session::handle(const Connected&) { lose_welcome(); }
void Session::handle(const DevicesChanged& e) {
  if (welcomed_ && devices_ != e.all) lose_welcome();  // a hello tells which devices there are
  devices_ = e.all;
  free_devices_ = e.free_devices;
}
void Session::handle(const StageReached& e) {
  if (Lease* lease = find(e.token)) lease->stage = e.stage;
}
void Session::handle(const FileSetKnown& e) {
  Lease* lease = find(e.fetched.token);
  if (lease == nullptr) return;
  lease->file_set = e.fetched.file_set;
  lease->question = e.fetched;
  lease->question_due_ms = now_;
}
void Session::handle(const RunBegins& e) {
  Lease* lease = find(e.token);
  if (lease == nullptr) return;
  lease->began = true;
  lease->question.reset();
  act(FromWorker(Began{e.token}));
}
void Session::handle(const LeaseOver& e) {
  busy_.erase(key(e.token));
  if (e.outcome) {
    outbox_.add(*e.outcome, false);
  } else {
    leases_.erase(key(e.token));
  }
}
void Session::handle(const Respooled& e) { outbox_.add(e.outcome, true); }
void Session::handle(const Uploaded& e) { outbox_.uploaded(e.token, e.end, now_); }
void Session::handle(const DrainAsked&) {
  draining_ = true;
  std::vector<Token> unbegun;
  for (const auto& [k, lease] : leases_) {
    if (!lease.began && !outbox_.has(lease.token)) unbegun.push_back(lease.token);
  }
  for (const Token& token : unbegun) end_lease(token, AbandonWhy::kDraining);
}
void Session::handle(const Tick&) {
  std::vector<Token> expired;
  for (const auto& [k, lease] : leases_) {
    if (lease.expires_ms <= now_) expired.push_back(lease.token);
  }
  for (const Token& token : expired) end_lease(token, AbandonWhy::kExpired);
}

// ---- messages

void Session::handle(const Received& e) {
  for (const ToWorker& message : e.turn) hear(message);
}

void Session::hear(const ToWorker& message) {
  const std::uint64_t epoch = epoch_of(message);
  if (epoch < epoch_) {
    ++refused_;
    return;
  }
  if (epoch > epoch_) {  // another leader: it must hear from us what runs
    epoch_ = epoch;
    if (welcomed_) lose_welcome();
  }
  std::visit([this](const auto& m) { receive(m); }, message);
}

void Session::receive(const Welcome& m) {
  if (m.protocol != kProtocolVersion) {
    act(Warn{"the coordinator speaks protocol " + std::to_string(m.protocol) + ", we speak " +
             std::to_string(kProtocolVersion) + ": update the older one"});
    return;
  }
  lease_ms_ = std::clamp(m.lease_ms, kShortestLeaseMs, kLongestLeaseMs);
  heartbeat_ms_ = std::clamp(m.heartbeat_ms, std::int64_t{1}, lease_ms_ / 3);
  for (const Token& token : m.ended) end_lease(token, AbandonWhy::kEnded);
  if (welcomed_) return;  // a repeated one
  welcomed_ = true;
  hello_pause_ms_ = 0;
  beat_due_ms_ = leases_.empty() ? now_ + heartbeat_ms_ : now_;
  ask_due_ms_ = now_;
  open_ask_.reset();
  for (auto& [k, lease] : leases_) lease.question_due_ms = now_;
  outbox_.welcomed();
}

void Session::receive(const Grant& m) {
  if (!open_ask_ || open_ask_->ask.request != m.request || !welcomed_) {
    ++refused_;
    return;
  }
  const OpenAsk asked = *std::exchange(open_ask_, std::nullopt);
  for (const LeaseOffer& offer : m.leases) {
    if (free_slots() == 0 || draining_) break;
    take(offer, asked.first_sent_ms);
  }
  if (m.leases.size() < asked.ask.leases) {
    ask_due_ms_ = now_ + std::clamp(m.retry_ms, std::int64_t{1}, kLongestSleepMs);
  }
}

void Session::take(const LeaseOffer& offer, std::int64_t counted_from) {
  const Token& token = offer.token;
  const std::int64_t lease_ms = offer.lease_ms > 0 ? std::min(offer.lease_ms, kLongestLeaseMs) : lease_ms_;
  const bool ours = token.worker == options_.worker && token.epoch == epoch_;
  const bool known = leases_.contains(key(token)) || busy_.contains(key(token)) || outbox_.has(token);
  if (!ours || known || counted_from + lease_ms <= now_) {
    ++refused_;
    return;
  }
  Lease lease;
  lease.token = token;
  lease.lease_ms = lease_ms;
  lease.expires_ms = counted_from + lease_ms;
  leases_[key(token)] = std::move(lease);
  busy_.insert(key(token));
  act(StartLease{offer});
}

void Session::receive(const FetchedAnswer& m) {
  Lease* lease = find(m.token);
  if (lease == nullptr || !lease->question) return;
  if (m.answer == FileSetAnswer::kRun && lease->expires_ms <= now_) return;  // the next Tick abandons it
  lease->question.reset();
  act(FileSetAnswered{m.token, m.answer});
  if (m.answer != FileSetAnswer::kRun) leases_.erase(key(m.token));
}

void Session::receive(const HeartbeatAnswer& m) {
  auto at = beats_.find(m.sequence);
  if (at == beats_.end()) return;
  const Beat beat = std::move(at->second);
  beats_.erase(beats_.begin(), std::next(at));
  for (const TokenKey& named : beat.named) {
    auto lease = leases_.find(named);
    if (lease == leases_.end() || in(m.ended, lease->second.token)) continue;
    lease->second.expires_ms = std::max(lease->second.expires_ms, beat.sent_ms + lease->second.lease_ms);
  }
  for (const Token& token : m.ended) end_lease(token, AbandonWhy::kEnded);
}

void Session::receive(const Answer& m) {
  for (OutboxAction& action : outbox_.answered(m, now_)) {
    leases_.erase(key(m.token));
    std::visit([this](auto& a) { act(std::move(a)); }, action);
  }
}

void Session::receive(const WhoAreYou&) { lose_welcome(); }
void Session::receive(const Drain&) { handle(DrainAsked{}); }

// ---- leases

void Session::end_lease(const Token& token, AbandonWhy why) {
  if (find(token) == nullptr) return;
  leases_.erase(key(token));
  if (busy_.contains(key(token))) act(AbandonLease{token, why});
}

void Session::lose_welcome() {
  welcomed_ = false;
  open_ask_.reset();
  hello_due_ms_ = std::min(hello_due_ms_, now_ + hello_pause_ms_);
}

std::size_t Session::free_slots() const {
  if (outbox_.size() >= options_.backlog) return 0;
  const std::size_t slots = std::min({options_.slots, devices_.size(), kMaxLeasesPerWorker});
  return slots - std::min(slots, busy_.size());
}

std::vector<Running> Session::running() const {
  std::vector<Running> out;
  for (const auto& [k, lease] : leases_) {
    const Stage stage = outbox_.has(lease.token) ? outbox_.stage(lease.token) : lease.stage;
    out.push_back({lease.token, stage, lease.began, lease.file_set});
  }
  return out;
}

// ---- what is due

void Session::advance() {
  if (!welcomed_) {
    if (now_ >= hello_due_ms_) say_hello();
  } else {
    if (now_ >= beat_due_ms_) beat();
    ask_questions();
    for (OutboxAction& action : outbox_.advance(now_)) {
      std::visit([this](auto& a) { act(std::move(a)); }, action);
    }
    ask();  // after what ended: one commit then answers both
  }
  finish_drain();
}

void Session::say_hello() {
  Hello hello;
  hello.worker = options_.worker;
  hello.incarnation = options_.incarnation;
  hello.epoch_seen = epoch_;
  hello.devices = devices_;
  hello.running = running();
  hello.spooled = outbox_.named();
  hello.scripted = options_.scripted;
  act(FromWorker(std::move(hello)));
  hello_pause_ms_ = hello_pause_ms_ == 0 ? options_.hello_again_ms
                                         : std::min(hello_pause_ms_ * 2, options_.hello_again_max_ms);
  hello_due_ms_ = now_ + hello_pause_ms_;
}

void Session::beat() {
  Heartbeat heartbeat;
  heartbeat.incarnation = options_.incarnation;
  heartbeat.sequence = ++next_beat_;
  heartbeat.running = running();
  Beat sent{now_, {}};
  for (const Running& r : heartbeat.running) sent.named.push_back(key(r.token));
  beats_[heartbeat.sequence] = std::move(sent);
  if (beats_.size() > kBeatsKept) beats_.erase(beats_.begin());
  act(FromWorker(std::move(heartbeat)));
  beat_due_ms_ = now_ + heartbeat_ms_;
}

void Session::ask() {
  // An ask that stays unanswered for half a lease is given up: what it brought would have half expired
  // already.
  if (open_ask_ && now_ - open_ask_->first_sent_ms >= lease_ms_ / 2) open_ask_.reset();
  if (open_ask_) {
    if (now_ < open_ask_->due_ms) return;
  } else {
    const std::size_t slots = free_slots();
    if (slots == 0 || draining_ || now_ < ask_due_ms_) return;
    Ask a;
    a.incarnation = options_.incarnation;
    a.request = ++next_request_;
    a.leases = static_cast<std::uint32_t>(slots);
    a.free_devices = free_devices_;
    open_ask_ = OpenAsk{std::move(a), now_, now_};
  }
  open_ask_->due_ms = now_ + options_.ask_again_ms;
  act(FromWorker(open_ask_->ask));
}

void Session::ask_questions() {
  for (auto& [k, lease] : leases_) {
    if (!lease.question || now_ < lease.question_due_ms) continue;
    lease.question_due_ms = now_ + options_.ask_again_ms;
    act(FromWorker(*lease.question));
  }
}

void Session::finish_drain() {
  if (!draining_ || drained_ || !busy_.empty() || !outbox_.empty()) return;
  drained_ = true;
  act(FromWorker(Bye{options_.incarnation}));
  act(Drained{});
}

void Session::plan() {
  std::int64_t due = now_ + kLongestSleepMs;
  for (const auto& [k, lease] : leases_) {
    due = std::min(due, lease.expires_ms);
    if (welcomed_ && lease.question) due = std::min(due, lease.question_due_ms);
  }
  if (!welcomed_) {
    next_due_ = std::min(due, hello_due_ms_);
    return;
  }
  due = std::min({due, beat_due_ms_, outbox_.next_due()});
  if (open_ask_) {
    due = std::min({due, open_ask_->due_ms, open_ask_->first_sent_ms + lease_ms_ / 2});
  } else if (free_slots() > 0 && !draining_) {
    due = std::min(due, ask_due_ms_);
  }
  next_due_ = due;
}

}  // namespace storesweep::link
