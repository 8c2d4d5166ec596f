// storesweep-bench-load: scripted workers against a coordinator, for bench.py. Commands on standard input:
//   run MS      done and next for so long: a rate
//   first       waits until the coordinator listens, connects anew and asks: when a lease came (steady clock)
//   pickup N PORT JOB   orders retests of JOB over HTTP, one at a time: how long until a lease for it came
//   quit
// Between commands the workers stay connected and send heartbeats.
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include <CLI/CLI.hpp>

#include "common/base/text.h"
#include "tests/bench/peer.h"
#include "tests/bench/players.h"

namespace {
using namespace storesweep;
constexpr std::int64_t kGreetMs = 120'000;

int fail(const Status& status) {
  std::fprintf(stderr, "storesweep-bench-load: %s\n", status.text().c_str());
  return 1;
}

bool command_waits() {
  pollfd p{STDIN_FILENO, POLLIN, 0};
  return ::poll(&p, 1, 0) > 0;
}

void print_moment(std::int64_t at_ns) {
  std::printf("{\"at_ns\":%lld}\n", static_cast<long long>(at_ns));
  std::fflush(stdout);
}

// Both from the moment at which the coordinator's port opens, as any new worker would find it.
Status first(std::unique_ptr<bench::Players>& players, const bench::PlayersOptions& options, Random& random) {
  players.reset();
  const int port = std::atoi(options.coordinator.substr(options.coordinator.rfind(':') + 1).c_str());
  for (Deadline end = Deadline::in_ms(kGreetMs); !bench::listens(port);) {
    if (end.passed()) return timed_out("nobody listens");
    ::usleep(1000);
  }
  TRY_ASSIGN(players, bench::Players::start(options, random));
  TRY(players->greet(Deadline::in_ms(kGreetMs)));
  TRY_ASSIGN(std::int64_t at_ns, players->first_lease(Deadline::in_ms(kGreetMs)));
  print_moment(at_ns);
  return ok_status();
}

// Orders come from a thread of their own, the players go on meanwhile.
Status pickup(bench::Players& players, int times, const std::string& url, const std::string& job) {
  std::atomic<std::int64_t> came_us{0};
  std::atomic<bool> over{false};
  std::vector<std::uint32_t> us;
  Status failed;
  players.on_lease = [&](const LeaseOffer& offer) {
    if (offer.kind == JobKind::kRetest) came_us = bench::now_us();
  };
  std::thread orders([&] {
    bench::HttpConnection http;
    for (int i = 0; i < times && failed.ok(); ++i) {
      came_us = 0;
      const std::int64_t began_us = bench::now_us();
      failed = http.send("POST", url, "{\"job\":" + job + "}", "application/json");
      while (came_us == 0 && bench::now_us() - began_us < 20'000'000) ::usleep(50);
      us.push_back(static_cast<std::uint32_t>((came_us == 0 ? bench::now_us() : came_us.load()) - began_us));
      ::usleep(static_cast<useconds_t>(3'000 + 7'919 * i % 20'000));
    }
    over = true;
  });
  Status s;
  while (!over && s.ok()) s = players.take_for(20);
  orders.join();
  players.on_lease = nullptr;
  TRY(s);
  TRY(failed);
  const std::size_t n = us.size();
  bench::print_rate(n, 1, std::move(us));
  return ok_status();
}

Status serve(std::unique_ptr<bench::Players> players, const bench::PlayersOptions& options, Random& random) {
  std::setvbuf(stdin, nullptr, _IONBF, 0);  // poll() sees what is left
  for (std::string line;;) {
    while (!command_waits()) TRY(players->idle(20));
    if (!bench::read_command(&line) || line == "quit") return ok_status();
    const std::vector<std::string_view> said = words(line);
    if (said[0] == "run" && said.size() == 2) {
      bench::Outcome o = players->run(std::atoll(line.c_str() + 4));
      bench::print_rate(o.done, o.seconds, std::move(o.cycle_us), o.stalled);
    } else if (line == "first") {
      TRY(first(players, options, random));
    } else if (said[0] == "pickup" && said.size() == 4) {
      const std::string url = "http://127.0.0.1:" + std::string(said[2]) + "/api/v1/retests";
      TRY(pickup(*players, std::atoi(line.c_str() + 7), url, std::string(said[3])));
    } else {
      return invalid("no command `" + line + "`");
    }
  }
}
}  // namespace

int main(int argc, char** argv) {
  bench::PlayersOptions options;
  CLI::App app{"Scripted workers against a coordinator, for ./dev bench"};
  app.add_option("--coordinator", options.coordinator)->required();
  app.add_option("--coordinator-key", options.coordinator_key)->required();
  app.add_option("--keys", options.key_folder)->required();
  app.add_option("--prefix", options.prefix)->required();
  app.add_option("--first", options.first);
  app.add_option("--workers", options.workers);
  app.add_option("--leases", options.leases);
  app.add_option("--journal-bytes", options.journal_bytes, "put and report a journal of this size (0: fail)");
  app.add_option("--folder", options.folder, "for journals on their way");
  CLI11_PARSE(app, argc, argv);
  SystemRandom random;
  auto players = bench::Players::start(options, random);
  if (!players.ok()) return fail(players.status());
  if (Status s = (*players)->greet(Deadline::in_ms(kGreetMs)); !s.ok()) return fail(s);
  std::printf("{\"ready\":true}\n");
  std::fflush(stdout);
  Status s = serve(std::move(players).value(), options, random);
  return s.ok() ? 0 : fail(s);
}
