// workers, devices, drain, free, controls, events
#include <CLI/CLI.hpp>

#include <cstdio>
#include <map>
#include <memory>
#include <optional>

#include "cli/event_stream.h"
#include "cli/json_fields.h"
#include "cli/verbs.h"
#include "common/base/text.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {
namespace {
constexpr std::int64_t kForeverMs = std::int64_t{1} << 50;
constexpr std::int64_t kReconnectMs = 1'000;

Result<int> show_workers(Session& s) {
  TRY_ASSIGN(const Json all, s.client.get("/api/v1/workers", {}, s.quick()));
  return show(s, all, [&] { return render_workers(s.style, all); });
}

Result<int> show_devices(Session& s) {
  TRY_ASSIGN(const Json all, s.client.get("/api/v1/devices", {}, s.quick()));
  return show(s, all, [&] { return render_devices(s.style, all); });
}

// Follows events for ever, going on after the last one when the coordinator comes back.
Result<int> follow_events(Session& s, std::int64_t sweep) {
  std::string last;
  bool told = false;
  while (true) {
    EventParser parser;
    const auto print = [&](const StreamEvent& e) {
      last = e.id;
      told = false;
      const std::string text = s.json ? e.data + "\n" : render_event(s.style, e.kind, e.data);
      std::fwrite(text.data(), 1, text.size(), stdout);
      std::fflush(stdout);
    };
    const Status status = s.client.follow(
        "/api/v1/events", {{"after", last}, {"sweep", sweep == 0 ? "" : std::to_string(sweep)}},
        [&](std::string_view piece) { return parser.feed(piece, print); },
        Deadline::in_ms(kForeverMs, &s.cancel));
    if (!status.ok() && status.kind() != ErrorKind::kUnavailable) return status;
    if (!status.ok() && !told) {
      told = true;
      std::fprintf(stderr, "%s\n",
                   s.style.text("waiting_for_coordinator", {{"why", status.message()}}).c_str());
    }
    TRY(sleep_ms(kReconnectMs, Deadline::in_ms(2 * kReconnectMs, &s.cancel)));
  }
}

// 15m, 900s, 2h
std::int64_t duration_ms(const std::string& text) {
  const std::map<char, std::int64_t> units = {{'s', 1'000}, {'m', 60'000}, {'h', 3'600'000}};
  const auto unit = text.empty() ? units.end() : units.find(text.back());
  const auto number =
      unit == units.end() ? std::nullopt : parse_int<std::int32_t>(text.substr(0, text.size() - 1));
  return number && *number > 0 ? *number * unit->second : 0;
}

void add_enrol(CLI::App& workers, Program& program) {
  struct Arguments {
    std::string name, ttl = "15m";
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = workers.add_subcommand("enrol", "a token by which a new worker brings its key, once");
  verb->add_option("--name", a->name, "of the worker")->required();
  verb->add_option("--ttl", a->ttl, "for so long it is good: 15m (otherwise), 2h, up to 24h")
      ->check([](const std::string& text) {
        return duration_ms(text) > 0 ? std::string()
                                     : "`" + text + "`: wanted a number with s, m or h behind it";
      });
  verb->callback([a, &program] {
    program.verb = [a](Session& s) -> Result<int> {
      TRY_ASSIGN(const Json answer,
                 s.client.post("/api/v1/enrolments", {{"name", a->name}, {"ttl_ms", duration_ms(a->ttl)}}, "",
                               s.quick()));
      // The token alone goes to standard output: it is to be put into a file.
      if (!s.json) {
        std::fprintf(
            stderr, "%s\n",
            s.style.text("invited", {{"worker", a->name}, {"expires", text_of(answer, "expires")}}).c_str());
      }
      return show(s, answer, [&] { return text_of(answer, "token") + "\n"; });
    };
  });
}

void add_revoke(CLI::App& workers, Program& program) {
  auto worker = std::make_shared<std::string>();
  CLI::App* verb =
      workers.add_subcommand("revoke", "strike a worker from the list: nobody hears it any more");
  verb->add_option("worker", *worker, "its name")->required();
  verb->callback([worker, &program] {
    program.verb = [worker](Session& s) -> Result<int> {
      const std::string path = "/api/v1/workers/" + percent_encoded(*worker) + "/revoke";
      TRY_ASSIGN(const Json answer, s.client.post(path, Json::object(), "", s.quick()));
      return show(s, answer, [&] { return s.style.text("revoked", {{"worker", *worker}}) + "\n"; });
    };
  });
}

void add_drain(CLI::App& app, Program& program) {
  struct Arguments {
    std::string worker;
    bool undo = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("drain", "let a worker finish what it has and take nothing new");
  verb->add_option("worker", a->worker, "its name")->required();
  verb->add_flag("--undo", a->undo, "let it take jobs again");
  verb->callback([a, &program] {
    program.verb = [a](Session& s) -> Result<int> {
      const std::string path =
          "/api/v1/workers/" + percent_encoded(a->worker) + (a->undo ? "/undrain" : "/drain");
      TRY_ASSIGN(const Json answer, s.client.post(path, Json::object(), "", s.quick()));
      const char* told = a->undo ? "undrained" : "drained";
      return show(s, answer, [&] { return s.style.text(told, {{"worker", a->worker}}) + "\n"; });
    };
  });
}

void add_free(CLI::App& app, Program& program) {
  struct Arguments {
    std::string device, why;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("free", "give a quarantined device jobs again, now that it was reset");
  verb->add_option("device", a->device, "its identity, as `devices` shows it")->required();
  verb->add_option("--why", a->why, "how it was reset: it is kept with its trail")->required();
  verb->callback([a, &program] {
    program.verb = [a](Session& s) -> Result<int> {
      const std::string path = "/api/v1/devices/" + percent_encoded(a->device) + "/free";
      TRY_ASSIGN(const Json answer, s.client.post(path, {{"why", a->why}}, "", s.quick()));
      return show(s, answer, [&] { return s.style.text("freed", {{"device", a->device}}) + "\n"; });
    };
  });
}

void add_controls(CLI::App& app, Program& program) {
  app.add_subcommand("controls", "probe apps that went out among the jobs of sweeps, and how devices did")
      ->callback([&program] {
        program.verb = [](Session& s) -> Result<int> {
          TRY_ASSIGN(const Json page, s.client.get("/api/v1/controls", {}, s.quick()));
          return show(s, page, [&] { return render_controls(s.style, page); });
        };
      });
}
}  // namespace

void add_fleet_verbs(CLI::App& app, Program& program) {
  CLI::App* workers = app.add_subcommand("workers", "the workers and what they do; who may be one");
  workers->require_subcommand(0, 1);
  add_enrol(*workers, program);
  add_revoke(*workers, program);
  workers->callback([workers, &program] {
    if (workers->get_subcommands().empty()) program.verb = show_workers;
  });
  app.add_subcommand("devices", "the devices and what runs on them")->callback([&program] {
    program.verb = show_devices;
  });
  add_drain(app, program);
  add_free(app, program);
  add_controls(app, program);
  auto sweep = std::make_shared<std::int64_t>(0);
  CLI::App* events = app.add_subcommand("events", "what happens, as it happens");
  events->add_option("--sweep", *sweep, "only of this sweep");
  events->callback(
      [sweep, &program] { program.verb = [sweep](Session& s) { return follow_events(s, *sweep); }; });
}

}  // namespace storesweep::cli
