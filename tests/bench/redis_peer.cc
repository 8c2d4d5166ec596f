// storesweep-bench-redis: Redis Streams as a work queue, written tightly, for bench.py: the peer. Jobs are
// entries of stream `jobs`, consumers one group, results go to stream `results`. Done and next is one trip:
// MULTI, XACK of what was done, XADD of each result, XREADGROUP of as many again, EXEC. Acknowledged entries
// stay in the stream, which is the cheaper way for Redis. One thread. Usage: storesweep-bench-redis PORT
// CONNECTIONS LEASES. Commands on standard input: fill N, run MS, first, pickup N, quit.
#include <hiredis/hiredis.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "tests/bench/peer.h"

namespace {
using namespace storesweep::bench;
constexpr std::size_t kJobBytes = 400, kResultBytes = 300;
constexpr int kFillBatch = 1000;

struct FreeContext {
  void operator()(redisContext* c) const { redisFree(c); }
};
struct FreeReply {
  void operator()(redisReply* r) const { freeReplyObject(r); }
};
using Context = std::unique_ptr<redisContext, FreeContext>;
using Reply = std::unique_ptr<redisReply, FreeReply>;

[[noreturn]] void die(const std::string& why) { throw std::runtime_error(why); }

Context connect_to(int port) {
  Context c(redisConnect("127.0.0.1", port));
  if (!c || c->err != 0) die(c ? c->errstr : "no memory");
  redisEnableKeepAlive(c.get());
  return c;
}

void append(redisContext* c, const std::vector<std::string_view>& words) {
  std::vector<const char*> data;
  std::vector<std::size_t> sizes;
  for (std::string_view w : words) {
    data.push_back(w.data());
    sizes.push_back(w.size());
  }
  if (redisAppendCommandArgv(c, static_cast<int>(words.size()), data.data(), sizes.data()) != REDIS_OK)
    die("cannot append a command");
}

Reply wait_reply(redisContext* c) {
  void* reply = nullptr;
  if (redisGetReply(c, &reply) != REDIS_OK || reply == nullptr) die(std::string("redis: ") + c->errstr);
  Reply r(static_cast<redisReply*>(reply));
  if (r->type == REDIS_REPLY_ERROR) die(std::string("redis: ") + r->str);
  return r;
}

Reply call(redisContext* c, const std::vector<std::string_view>& words) {
  append(c, words);
  return wait_reply(c);
}

// The ids in an XREADGROUP's answer.
void ids_of(const redisReply* r, std::vector<std::string>* out) {
  if (r->type != REDIS_REPLY_ARRAY || r->elements == 0) return;
  const redisReply* entries = r->element[0]->element[1];
  for (std::size_t i = 0; i < entries->elements; ++i)
    out->emplace_back(entries->element[i]->element[0]->str, entries->element[i]->element[0]->len);
}

class Consumers {
 public:
  Consumers(int port, std::size_t connections, std::string leases)
      : port_(port), leases_(std::move(leases)), epoll_(epoll_create1(0)), control_(connect_to(port)) {
    (void)control_group();
    consumers_.resize(connections);
    for (std::size_t i = 0; i < connections; ++i) {
      Consumer& c = consumers_[i];
      c.context = connect_to(port);
      c.name = "c" + std::to_string(i) + "-" + std::to_string(getpid());
      c.context->flags &= ~REDIS_BLOCK;
      epoll_event e{};
      e.events = EPOLLIN;
      e.data.u64 = i;
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, c.context->fd, &e) != 0) die("epoll_ctl");
    }
  }

  void fill(long n) {
    const std::string body(kJobBytes, 'j');
    for (long i = 0; i < n;) {
      long batch = std::min<long>(kFillBatch, n - i);
      for (long k = 0; k < batch; ++k) append(control_.get(), {"XADD", "jobs", "*", "b", body});
      for (long k = 0; k < batch; ++k) wait_reply(control_.get());
      i += batch;
    }
    std::printf("{\"filled\":%ld}\n", n);
    std::fflush(stdout);
  }

  void run(std::int64_t ms) {
    done_ = 0;
    cycle_us_.clear();
    const std::int64_t began = steady_us();
    end_us_ = began + ms * 1000;
    asking_ = true;
    std::size_t open = consumers_.size();
    for (Consumer& c : consumers_) cycle(c);
    double seconds = 0;
    epoll_event events[256];
    while (open > 0) {
      const int n = epoll_wait(epoll_, events, 256, 10);
      for (int i = 0; i < n; ++i) {
        if (!read(consumers_[events[i].data.u64])) --open;
      }
      if (asking_ && steady_us() >= end_us_) {
        seconds = static_cast<double>(steady_us() - began) / 1e6;
        asking_ = false;
      }
    }
    if (asking_) seconds = static_cast<double>(steady_us() - began) / 1e6;  // there was nothing left
    print_rate(done_, seconds, std::move(cycle_us_));
  }

  void first() {
    for (;;) {
      try {
        Context c = connect_to(port_);
        Reply r = call(c.get(), {"XREADGROUP", "GROUP", "g", "first", "COUNT", "1", "STREAMS", "jobs", ">"});
        std::vector<std::string> ids;
        ids_of(r.get(), &ids);
        if (!ids.empty()) break;
      } catch (const std::exception&) {  // not up yet, or loading
      }
      usleep(1000);
    }
    std::printf("{\"at_ns\":%lld}\n", static_cast<long long>(steady_us() * 1000));
    std::fflush(stdout);
  }

  // A consumer waits in a blocking read; another connection adds one job at a time.
  void pickup(long n) {
    Context waiter = connect_to(port_);
    const std::string body(kJobBytes, 'j');
    std::vector<std::uint32_t> us;
    for (long i = 0; i < n; ++i) {
      append(waiter.get(),
             {"XREADGROUP", "GROUP", "p", "w", "COUNT", "1", "BLOCK", "0", "STREAMS", "pickups", ">"});
      int written = 0;
      while (written == 0) redisBufferWrite(waiter.get(), &written);
      usleep(2000);
      const std::int64_t began = steady_us();
      append(control_.get(), {"XADD", "pickups", "*", "b", body});
      written = 0;
      while (written == 0) redisBufferWrite(control_.get(), &written);
      Reply r = wait_reply(waiter.get());
      us.push_back(static_cast<std::uint32_t>(steady_us() - began));
      wait_reply(control_.get());
    }
    const double seconds = 1;
    print_rate(static_cast<std::uint64_t>(n), seconds, std::move(us));
  }

 private:
  struct Consumer {
    Context context;
    std::string name;
    std::vector<std::string> held;
    std::size_t sent = 0;
    std::int64_t began_us = 0;
    int replies = 0;
  };

  int control_group() {
    for (const char* stream : {"jobs", "pickups"}) {
      append(control_.get(), {"XGROUP", "CREATE", stream, stream[0] == 'j' ? "g" : "p", "0", "MKSTREAM"});
      void* reply = nullptr;
      if (redisGetReply(control_.get(), &reply) != REDIS_OK) die(control_->errstr);
      freeReplyObject(reply);  // BUSYGROUP: it is there
    }
    return 0;
  }

  void cycle(Consumer& c) {
    static const std::string result(kResultBytes, 'r');
    redisContext* x = c.context.get();
    c.began_us = steady_us();
    c.sent = c.held.size();
    append(x, {"MULTI"});
    c.replies = 2;
    if (!c.held.empty()) {
      std::vector<std::string_view> ack{"XACK", "jobs", "g"};
      for (const std::string& id : c.held) ack.push_back(id);
      append(x, ack);
      for (const std::string& id : c.held) append(x, {"XADD", "results", "*", id, result});
      c.replies += 1 + static_cast<int>(c.held.size());
    }
    if (asking_) {
      append(x, {"XREADGROUP", "GROUP", "g", c.name, "COUNT", leases_, "STREAMS", "jobs", ">"});
      ++c.replies;
    }
    append(x, {"EXEC"});
    c.held.clear();
    int written = 0;
    while (written == 0) {
      if (redisBufferWrite(x, &written) != REDIS_OK) die(x->errstr);
    }
  }

  // False: it has nothing more to do.
  bool read(Consumer& c) {
    redisContext* x = c.context.get();
    if (redisBufferRead(x) != REDIS_OK) die(x->errstr);
    void* reply = nullptr;
    while (c.replies > 0 && redisGetReplyFromReader(x, &reply) == REDIS_OK && reply != nullptr) {
      Reply r(static_cast<redisReply*>(reply));
      if (r->type == REDIS_REPLY_ERROR) die(std::string("redis: ") + r->str);
      if (--c.replies > 0) continue;
      if (asking_) ids_of(r->element[r->elements - 1], &c.held);
      if (c.sent > 0 && asking_) {
        cycle_us_.push_back(static_cast<std::uint32_t>(steady_us() - c.began_us));
        done_ += c.sent;
      }
      if (c.held.empty()) return false;
      cycle(c);
    }
    return true;
  }

  int port_;
  std::string leases_;
  int epoll_;
  Context control_;
  std::vector<Consumer> consumers_;
  bool asking_ = false;
  std::uint64_t done_ = 0;
  std::int64_t end_us_ = 0;
  std::vector<std::uint32_t> cycle_us_;
};
}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  try {
    Consumers consumers(std::atoi(argv[1]), static_cast<std::size_t>(std::atoi(argv[2])), argv[3]);
    std::puts("{\"ready\":true}");
    std::fflush(stdout);
    for (std::string line; read_command(&line) && line != "quit";) {
      if (line.rfind("fill ", 0) == 0) consumers.fill(std::atol(line.c_str() + 5));
      if (line.rfind("run ", 0) == 0) consumers.run(std::atoll(line.c_str() + 4));
      if (line == "first") consumers.first();
      if (line.rfind("pickup ", 0) == 0) consumers.pickup(std::atol(line.c_str() + 7));
    }
  } catch (const std::exception& e) {
    std::fprintf(stderr, "storesweep-bench-redis: %s\n", e.what());
    return 1;
  }
}
