// A coordinator as small as a test can bear: one queue of jobs, leases that never expire, evidence that must
// be there, answers that get lost now and then. It keeps what the protocol promises of workers to be looked
// at. One thread.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>
#include <string>

#include "common/base/random.h"
#include "common/transport/zmq_channel.h"
#include "common/wire/wire.h"
#include "tests/integration/link/put_server.h"

namespace storesweep {

class FakeCoordinator {
 public:
  FakeCoordinator(const std::string& worker, const std::string& worker_key, std::uint64_t seed)
      : keys_(make_key_pair().value_or({})), random_(seed) {
    auto bound = bind_coordinator_channel({"tcp://127.0.0.1:*", keys_, {{worker_key, worker}}, 256});
    if (!bound.ok()) std::abort();
    channel_ = std::move(bound).value();
  }

  std::string address() const { return channel_->address(); }
  const std::string& public_key() const { return keys_.public_key; }
  void add_job(std::int64_t job, const std::string& apk_url) {
    queue_.push_back(job);
    urls_[job] = apk_url;
  }
  void lose_answers(double share) { loss_ = share; }

  void serve_ms(std::int64_t ms) {
    for (Deadline end = Deadline::in_ms(ms); !end.passed();) {
      auto message = channel_->receive(end);
      if (!message.ok() || !*message) continue;
      auto decoded = decode_from_worker_untrusted(as_bytes((*message)->bytes));
      ASSERT_TRUE(decoded.ok()) << decoded.status().text();
      for (const FromWorker& one : *decoded) {
        std::visit([&](const auto& m) { handle((*message)->worker, m); }, one);
      }
    }
  }

  std::map<std::int64_t, Token> ended;  // job -> the token whose report ended it
  std::map<TokenKey, int> finals;       // outcomes of a token that were answered for good, repeats included
  std::set<TokenKey> began, told;       // told: a report, failure or need came
  int died = 0, repeated = 0, failures = 0, lives = 0;

 private:
  void send(const std::string& worker, const ToWorker& message) {
    if (random_.chance(loss_)) return;
    (void)channel_->send(worker, encode({&message, 1}).value_or(""));
  }
  bool known(const std::string& worker, std::uint64_t incarnation) {
    if (incarnation == incarnation_) return true;
    send(worker, WhoAreYou{1});
    return false;
  }

  void handle(const std::string& worker, const Hello& m) {
    if (m.incarnation != incarnation_) {
      incarnation_ = m.incarnation;
      ++lives;
      std::set<TokenKey> named;
      for (const Running& r : m.running) named.insert(key(r.token));
      for (const Spooled& s : m.spooled) named.insert(key(s.token));
      for (auto at = leases_.begin(); at != leases_.end();) {
        if (named.contains(key(at->second))) {
          ++at;
          continue;
        }
        // Whoever began must have told or must name it: it may not be forgotten.
        EXPECT_TRUE(!began.contains(key(at->second)) || told.contains(key(at->second)))
            << "token " << at->second.n;
        queue_.push_back(at->first);
        at = leases_.erase(at);
      }
    }
    send(worker, Welcome{1, kProtocolVersion, 600'000, 300, {}});
  }
  void handle(const std::string& worker, const Ask& m) {
    if (!known(worker, m.incarnation)) return;
    if (m.request == last_grant_.request) return send(worker, last_grant_);
    Grant grant{1, m.request, {}, 50};
    while (!queue_.empty() && grant.leases.size() < m.leases) {
      const std::int64_t job = queue_.front();
      queue_.pop_front();
      if (ended.contains(job)) continue;
      LeaseOffer offer;
      offer.token = {1, ++n_, 7, JobId(job), worker, {}};
      offer.listing.package = "com.example.app" + std::to_string(job);
      offer.listing.apk_url = urls_[job];
      offer.evidence_address = evidence_.url() + "/" + std::to_string(n_);
      offer.lease_ms = 600'000;
      leases_[job] = offer.token;
      grant.leases.push_back(std::move(offer));
    }
    last_grant_ = grant;
    send(worker, grant);
  }
  void handle(const std::string& worker, const Fetched& m) {
    send(worker,
         FetchedAnswer{1, m.token,
                       ended.contains(m.token.job.value) ? FileSetAnswer::kEnded : FileSetAnswer::kRun});
  }
  void handle(const std::string&, const Began& m) { began.insert(key(m.token)); }
  void handle(const std::string& worker, const Heartbeat& m) {
    if (known(worker, m.incarnation)) send(worker, HeartbeatAnswer{1, m.sequence, {}});
  }
  void handle(const std::string& worker, const Report& m) {
    told.insert(key(m.token));
    repeated += m.again ? 1 : 0;
    for (const BlobRef& blob : m.blobs) {
      const std::string body = evidence_.body("/" + std::to_string(m.token.n) + "/" + blob.name);
      if (body.size() == blob.bytes && sha256(body) == blob.sha256) continue;
      return send(worker, Answer{1, m.token, m.sequence, ReportAnswer::kEvidenceMissing});
    }
    const std::int64_t job = m.token.job.value;
    const bool first = ended.emplace(job, m.token).second;
    leases_.erase(job);
    ++finals[key(m.token)];
    send(worker, Answer{1, m.token, m.sequence,
                        first || ended[job] == m.token ? ReportAnswer::kAcknowledged : ReportAnswer::kEnded});
  }
  void handle(const std::string& worker, const Failure& m) {
    const std::int64_t job = m.token.job.value;
    if (told.insert(key(m.token)).second) {
      ++failures;
      died += m.reason == FailureReason::kDiedInToken ? 1 : 0;
      leases_.erase(job);
      queue_.push_back(job);
    }
    ++finals[key(m.token)];
    send(worker, Answer{1, m.token, m.sequence, ReportAnswer::kAcknowledged});
  }
  void handle(const std::string& worker, const NeedsMore& m) {
    told.insert(key(m.token));
    ++finals[key(m.token)];
    send(worker, Answer{1, m.token, m.sequence, ReportAnswer::kAcknowledged});
  }
  void handle(const std::string&, const Bye&) {}

  KeyPair keys_;
  std::unique_ptr<ZmqCoordinatorChannel> channel_;
  PutServer evidence_;
  SeededRandom random_;
  double loss_ = 0;
  std::deque<std::int64_t> queue_;
  std::map<std::int64_t, std::string> urls_;
  std::map<std::int64_t, Token> leases_;
  std::uint64_t incarnation_ = 0, n_ = 0;
  Grant last_grant_;
};

}  // namespace storesweep
