#include "coordinator/judging/pool.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "common/base/cancel.h"
#include "common/base/child.h"

namespace storesweep {
namespace {
constexpr std::int64_t kStartMs = 60'000;  // to load the rule pack, on a busy machine

struct Work {
  std::uint64_t ticket = 0;
  JudgeRequest request;
};

// Writes all and reads exactly `want` bytes at a time from a child; an error means that the child is of no
// more use.
Status write_all(Child& child, std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    ssize_t n = write(child.in(), bytes.data(), bytes.size());
    if (n < 0 && errno == EAGAIN) {
      TRY(wait_fd(child.in(), POLLOUT, deadline));
    } else if (n < 0 && errno != EINTR) {
      return unavailable("the judge's child reads no more");
    } else if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  return ok_status();
}

Result<std::string> read_exactly(Child& child, std::size_t want, const Deadline& deadline) {
  std::string out(want, '\0');
  for (std::size_t have = 0; have < want;) {
    ssize_t n = read(child.out(), out.data() + have, want - have);
    if (n < 0 && errno == EAGAIN) {
      TRY(wait_fd(child.out(), POLLIN, deadline));
    } else if (n == 0 || (n < 0 && errno != EINTR)) {
      return unavailable("the judge's child died");
    } else if (n > 0) {
      have += static_cast<std::size_t>(n);
    }
  }
  return out;
}

Result<std::string> read_answer(Child& child, std::size_t most, const Deadline& deadline) {
  TRY_ASSIGN(std::string head, read_exactly(child, 4, deadline));
  std::uint32_t length = ByteReader(as_bytes(head)).u32();
  if (length > most) return corrupt("the judge's child answered too much");
  return read_exactly(child, length, deadline);
}

Result<std::string> exchange(Child& child, const JudgeRequest& request, const Deadline& deadline) {
  TRY(write_all(child, encode_request(request), deadline));
  return read_answer(child, request.observe ? kMaxObservedAnswerBytes : kMaxVerdictAnswerBytes, deadline);
}

}  // namespace

struct JudgePool::State {
  State(JudgeOptions o, Log& l, Callback c) : options(std::move(o)), log(l), callback(std::move(c)) {}

  void run() {
    std::optional<Child> child;
    while (auto work = next()) {
      JudgeAnswer answer = judge_one(*work, child);
      if (stop.cancelled()) return;
      callback(work->ticket, std::move(answer));
    }
  }

  std::optional<Work> next() {
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return !queue.empty() || stop.cancelled(); });
    if (stop.cancelled()) return std::nullopt;
    Work work = std::move(queue.front());
    queue.pop_front();
    return work;
  }

  JudgeAnswer judge_one(const Work& work, std::optional<Child>& child) {
    const TraceScope trace(work.request.trace_id);
    if (!child || !child->running()) {
      auto started = Child::start({.command = options.command, .memory_bytes = options.memory_bytes});
      if (!started.ok()) {
        log.error("no judge can be started", {{"why", started.status().text()}});
        return {unavailable("starting a judge: " + started.status().message()), {}, false};
      }
      child = *std::move(started);
      // A child that dies before it has read anything cannot have died of a journal.
      if (auto hello = read_answer(*child, kMaxVerdictAnswerBytes, Deadline::in_ms(kStartMs, &stop));
          !hello.ok()) {
        child.reset();
        if (!stop.cancelled()) log.error("no judge can be started", {{"why", hello.status().text()}});
        return {unavailable("starting a judge: " + hello.status().message()), {}, false};
      }
    }
    auto body = exchange(*child, work.request, Deadline::in_ms(options.budget_ms, &stop));
    if (body.ok()) {
      std::vector<std::string> observations;
      auto verdict = decode_answer(*body, &observations);
      return {std::move(verdict), std::move(observations), false};
    }
    child.reset();  // ends it
    if (!stop.cancelled()) {
      log.warning("a judge's child was lost", {{"why", body.status().message()}, {"ticket", work.ticket}});
      std::lock_guard lock(mutex);
      ++lost;
    }
    return {body.status(), {}, true};
  }

  JudgeOptions options;
  Log& log;
  Callback callback;
  Cancel stop;
  mutable std::mutex mutex;
  std::condition_variable wake;
  std::deque<Work> queue;
  std::uint64_t lost = 0;
  std::vector<std::thread> threads;
};

JudgePool::JudgePool(JudgeOptions options, Log& log, Callback callback)
    : state_(std::make_unique<State>(std::move(options), log, std::move(callback))) {
  for (int i = 0; i < state_->options.children; ++i)
    state_->threads.emplace_back([s = state_.get()] { s->run(); });
}

JudgePool::~JudgePool() {
  {
    std::lock_guard lock(state_->mutex);
    state_->stop.cancel();
  }
  state_->wake.notify_all();
  for (std::thread& t : state_->threads) t.join();
}

void JudgePool::submit(std::uint64_t ticket, JudgeRequest request) {
  {
    std::lock_guard lock(state_->mutex);
    state_->queue.push_back({ticket, std::move(request)});
  }
  state_->wake.notify_one();
}

std::size_t JudgePool::waiting() const {
  std::lock_guard lock(state_->mutex);
  return state_->queue.size();
}

std::uint64_t JudgePool::children_lost() const {
  std::lock_guard lock(state_->mutex);
  return state_->lost;
}

}  // namespace storesweep
