// gc, hold, release, holds: what becomes of old evidence.
#include <CLI/CLI.hpp>

#include <memory>

#include "cli/json_fields.h"
#include "cli/verbs.h"

namespace storesweep::cli {
namespace {
void add_gc(CLI::App& app, Program& program) {
  auto body = std::make_shared<Json>(Json::object());
  CLI::App* verb = app.add_subcommand(
      "gc", "delete the evidence of old finished sweeps; verdicts, and what is held, stay");
  const auto days = [&](const char* name, const char* key, const char* what) {
    verb->add_option_function<std::int64_t>(
            name, [body, key](std::int64_t n) { (*body)[key] = n; }, what)
        ->check(CLI::Range(0, 36'500));
  };
  days("--older-than", "older_than_days", "days; otherwise what the coordinator's `retention` says");
  days("--accusing-older-than", "accusing_older_than_days",
       "of what verdicts rest on that say violation or suspected");
  verb->callback([body, &program] {
    program.verb = [body](Session& s) -> Result<int> {
      TRY_ASSIGN(const Json answer, s.client.post("/api/v1/gc", *body, "", s.slow()));
      return show(s, answer, [&] {
        return s.style.text("blobs_deleted", {{"count", std::to_string(int_of(answer, "blobs_deleted"))}}) +
               "\n";
      });
    };
  });
}

void add_hold(CLI::App& app, Program& program, const char* what, const char* told, const char* about) {
  struct Arguments {
    std::int64_t job = 0;
    std::string officer, reason;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(what, about);
  verb->add_option("job", a->job, "the result, as `results` shows it")
      ->required()
      ->check(CLI::PositiveNumber);
  verb->add_option("--as", a->officer,
                   "the officer's name (or STORESWEEP_OFFICER); with a token it is the token's")
      ->envname("STORESWEEP_OFFICER");
  verb->add_option("--reason", a->reason, "such as the case; is kept with it")->required();
  verb->callback([a, what, told, &program] {
    program.verb = [a, what, told](Session& s) -> Result<int> {
      const std::string job = std::to_string(a->job);
      Json body = {{"reason", a->reason}};
      if (!a->officer.empty()) body["officer"] = a->officer;
      TRY_ASSIGN(const Json act, s.client.post("/api/v1/results/" + job + "/" + what, body, "", s.quick()));
      return show(s, act, [&] { return s.style.text(told, {{"job", job}}) + "\n"; });
    };
  });
}

std::string hold_list(const Session& s, const Json& page) {
  std::string out;
  for (const Json& row : page.at("rows")) {
    out += s.style.text("hold_line", {{"job", std::to_string(int_of(row, "job"))},
                                      {"officer", text_of(row, "officer")},
                                      {"at", text_of(row, "at")},
                                      {"reason", text_of(row, "reason")}}) +
           "\n";
  }
  const std::string next = text_of(page, "next");
  if (!next.empty()) out += s.style.text("more", {{"next", next}}) + "\n";
  return out.empty() ? s.style.text("holds_none", {}) + "\n" : out;
}

void add_holds(CLI::App& app, Program& program) {
  auto cursor = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("holds", "results whose evidence is held, since when, by whom and why");
  verb->add_option("--cursor", *cursor, "from the end of the page before");
  verb->callback([cursor, &program] {
    program.verb = [cursor](Session& s) -> Result<int> {
      TRY_ASSIGN(const Json page, s.client.get("/api/v1/holds", {{"cursor", *cursor}}, s.quick()));
      return show(s, page, [&] { return hold_list(s, page); });
    };
  });
}
}  // namespace

void add_retention_verbs(CLI::App& app, Program& program) {
  add_gc(app, program);
  add_hold(app, program, "hold", "held", "keep the evidence of a result for as long as a case needs it");
  add_hold(app, program, "release", "released", "end such a hold: the evidence goes when it is old enough");
  add_holds(app, program);
}

}  // namespace storesweep::cli
