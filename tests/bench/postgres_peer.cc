// storesweep-bench-postgres: PostgreSQL with SKIP LOCKED as a work queue, written tightly, for bench.py: the
// peer. Bodies lie in a table that never changes, the queue is a narrow one. Done and next is one prepared
// statement, which is one transaction and one trip: delete what was done, insert the results, take as many
// again. One thread. Usage: storesweep-bench-postgres CONNINFO CONNECTIONS LEASES. Commands: fill N, run MS,
// first, quit.
#include <libpq-fe.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "tests/bench/peer.h"

namespace {
using namespace storesweep::bench;

// A taken job moves to a table of its own: with a flag instead, a taker can keep the lock of a row that it
// found taken, and two of them deadlock.
constexpr const char* kSchema =
    "SET client_min_messages = warning;"
    "CREATE TABLE IF NOT EXISTS job (id bigserial PRIMARY KEY, body text NOT NULL);"
    "CREATE TABLE IF NOT EXISTS queue (id bigint PRIMARY KEY);"
    "CREATE TABLE IF NOT EXISTS leased (id bigint PRIMARY KEY);"
    "CREATE TABLE IF NOT EXISTS result (job bigint NOT NULL, body text NOT NULL);";
constexpr const char* kCycle =
    "WITH done AS (DELETE FROM leased WHERE id = ANY ($1::bigint[])),"
    " kept AS (INSERT INTO result SELECT unnest($1::bigint[]), repeat('r', 300)),"
    " free AS (SELECT id FROM queue ORDER BY id LIMIT $2::int FOR UPDATE SKIP LOCKED),"
    " mine AS (DELETE FROM queue USING free WHERE queue.id = free.id RETURNING queue.id),"
    " held AS (INSERT INTO leased SELECT id FROM mine)"
    " SELECT job.id, job.body FROM mine JOIN job ON job.id = mine.id";

[[noreturn]] void die(const std::string& why) { throw std::runtime_error(why); }

struct Finish {
  void operator()(PGconn* c) const { PQfinish(c); }
};
using Connection = std::unique_ptr<PGconn, Finish>;

Connection connect_to(const std::string& info) {
  Connection c(PQconnectdb(info.c_str()));
  if (PQstatus(c.get()) != CONNECTION_OK) die(PQerrorMessage(c.get()));
  return c;
}
void exec(PGconn* c, const std::string& sql) {
  PGresult* r = PQexec(c, sql.c_str());
  const ExecStatusType status = PQresultStatus(r);
  PQclear(r);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) die(PQerrorMessage(c));
}

class Consumers {
 public:
  Consumers(std::string info, std::size_t connections, std::string leases)
      : info_(std::move(info)),
        leases_(std::move(leases)),
        epoll_(epoll_create1(0)),
        control_(connect_to(info_)) {
    exec(control_.get(), kSchema);
    consumers_.resize(connections);
    for (std::size_t i = 0; i < connections; ++i) {
      Consumer& c = consumers_[i];
      c.connection = connect_to(info_);
      PGresult* r = PQprepare(c.connection.get(), "cycle", kCycle, 2, nullptr);
      if (PQresultStatus(r) != PGRES_COMMAND_OK) die(PQerrorMessage(c.connection.get()));
      PQclear(r);
      PQsetnonblocking(c.connection.get(), 1);
      epoll_event e{};
      e.events = EPOLLIN;
      e.data.u64 = i;
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, PQsocket(c.connection.get()), &e) != 0) die("epoll_ctl");
    }
  }

  void fill(const std::string& n) {
    exec(control_.get(),
         "WITH j AS (INSERT INTO job (body) SELECT repeat('j', 400) FROM generate_series(1, " + n +
             ") RETURNING id) INSERT INTO queue (id) SELECT id FROM j");
    exec(control_.get(), "VACUUM ANALYZE queue");
    exec(control_.get(), "CHECKPOINT");
    std::printf("{\"filled\":%s}\n", n.c_str());
    std::fflush(stdout);
  }

  void run(std::int64_t ms) {
    done_ = 0;
    cycle_us_.clear();
    const std::int64_t began = steady_us();
    const std::int64_t end_us = began + ms * 1000;
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
      if (asking_ && steady_us() >= end_us) {
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
        Connection c = connect_to(info_);
        PGresult* r = PQexec(
            c.get(),
            "DELETE FROM queue USING (SELECT id FROM queue ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) f "
            "WHERE queue.id = f.id RETURNING queue.id");
        const int rows = PQntuples(r);
        PQclear(r);
        if (rows > 0) break;
      } catch (const std::exception&) {  // not up yet
      }
      usleep(1000);
    }
    std::printf("{\"at_ns\":%lld}\n", static_cast<long long>(steady_us() * 1000));
    std::fflush(stdout);
  }

 private:
  struct Consumer {
    Connection connection;
    std::string held = "{}";  // an array's text
    std::size_t n = 0, sent = 0;
    std::int64_t began_us = 0;
  };

  void cycle(Consumer& c) {
    c.began_us = steady_us();
    c.sent = c.n;
    const char* values[] = {c.held.c_str(), asking_ ? leases_.c_str() : "0"};
    if (PQsendQueryPrepared(c.connection.get(), "cycle", 2, values, nullptr, nullptr, 0) != 1)
      die(PQerrorMessage(c.connection.get()));
    while (PQflush(c.connection.get()) == 1) {
    }
  }

  // False: it has nothing more to do.
  bool read(Consumer& c) {
    PGconn* x = c.connection.get();
    if (PQconsumeInput(x) != 1) die(PQerrorMessage(x));
    while (PQisBusy(x) == 0) {
      PGresult* r = PQgetResult(x);
      if (r == nullptr) return finish(c);
      if (PQresultStatus(r) != PGRES_TUPLES_OK) die(PQerrorMessage(x));
      c.n = static_cast<std::size_t>(PQntuples(r));
      c.held = "{";
      for (int i = 0; i < PQntuples(r); ++i) {
        if (i > 0) c.held += ',';
        c.held += PQgetvalue(r, i, 0);
      }
      c.held += '}';
      PQclear(r);
    }
    return true;
  }

  bool finish(Consumer& c) {
    if (c.sent > 0 && asking_) {
      cycle_us_.push_back(static_cast<std::uint32_t>(steady_us() - c.began_us));
      done_ += c.sent;
    }
    if (c.n == 0) return false;
    cycle(c);
    return true;
  }

  std::string info_, leases_;
  int epoll_;
  Connection control_;
  std::vector<Consumer> consumers_;
  bool asking_ = false;
  std::uint64_t done_ = 0;
  std::vector<std::uint32_t> cycle_us_;
};
}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  try {
    Consumers consumers(argv[1], static_cast<std::size_t>(std::atoi(argv[2])), argv[3]);
    std::puts("{\"ready\":true}");
    std::fflush(stdout);
    for (std::string line; read_command(&line) && line != "quit";) {
      if (line.rfind("fill ", 0) == 0) consumers.fill(line.substr(5));
      if (line.rfind("run ", 0) == 0) consumers.run(std::atoll(line.c_str() + 4));
      if (line == "first") consumers.first();
    }
  } catch (const std::exception& e) {
    std::fprintf(stderr, "storesweep-bench-postgres: %s\n", e.what());
    return 1;
  }
}
