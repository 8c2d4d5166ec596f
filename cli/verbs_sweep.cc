// import, sweep start|list|show|watch|pause|resume|cancel, campaign create|status, status
#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/json_fields.h"
#include "cli/verbs.h"
#include "common/base/file.h"
#include "common/base/text.h"

namespace storesweep::cli {
namespace {
constexpr std::size_t kMaxListBytes = 16u << 20;

struct ImportArguments {
  std::string source, format, store, key;
};
void add_import(CLI::App& app, Program& program) {
  auto a = std::make_shared<ImportArguments>();
  CLI::App* verb = app.add_subcommand("import", "import a catalogue: CSV, JSON Lines or an F-Droid index");
  verb->add_option("source", a->source, "a file (on the coordinator's machine) or an http(s) address")
      ->required();
  verb->add_option("--format", a->format, "csv, jsonl or fdroid; told by the name when it is left out");
  verb->add_option("--store", a->store, "the store of rows that name none");
  verb->add_option("--idempotency-key", a->key, "the same key again changes nothing");
  verb->callback([a, &program] {
    program.verb = [a](Session& s) -> Result<int> {
      const bool is_address = a->source.find("://") != std::string::npos;
      const std::string source = is_address ? a->source : std::filesystem::absolute(a->source).string();
      TRY_ASSIGN(
          const Json report,
          s.client.post("/api/v1/catalogues",
                        {{"source", source}, {"format", a->format}, {"store", a->store}}, a->key, s.slow()));
      return show(s, report, [&] { return render_import(s.style, report); });
    };
  });
}

void add_changes(CLI::App& app, Program& program) {
  struct Arguments {
    std::string store, kind, cursor;
    std::int64_t import = 0, rows = 100;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("changes", "what catalogues brought new, changed and no longer");
  verb->add_option("--store", a->store, "only of this store");
  verb->add_option("--import", a->import, "only what this import found")->check(CLI::Range(1, 1'000'000'000));
  verb->add_option("--kind", a->kind, "only these")->check(CLI::IsMember({"added", "changed", "gone"}));
  verb->add_option("--rows", a->rows, "of one page")->check(CLI::Range(1, 1000));
  verb->add_option("--cursor", a->cursor, "from the end of the page before");
  verb->callback([a, &program] {
    program.verb = [a](Session& s) -> Result<int> {
      TRY_ASSIGN(const Json page, s.client.get("/api/v1/changes",
                                               {{"store", a->store},
                                                {"import", a->import == 0 ? "" : std::to_string(a->import)},
                                                {"kind", a->kind},
                                                {"cursor", a->cursor},
                                                {"rows", std::to_string(a->rows)}},
                                               s.quick()));
      const std::string next = text_of(page, "next");
      return show(s, page, [&] {
        return render_changes(s.style, page) +
               (next.empty() ? "" : s.style.text("more", {{"next", next}}) + "\n");
      });
    };
  });
}

struct StartArguments {
  std::string name, store, list_file, depth = "triage", key;
  std::int64_t top = 0, shards = 16, campaign = 0;
  bool changed = false, watch = false;
};
Result<Json> selection_of(const StartArguments& a) {
  Json selection = {{"kind", "all"}};
  if (!a.store.empty()) selection = {{"kind", "store"}, {"store", a.store}};
  if (a.changed) selection["kind"] = "changed";
  if (a.top > 0) {
    selection["kind"] = "top";
    selection["top"] = a.top;
  }
  if (!a.list_file.empty()) {
    auto file = read_file(a.list_file, kMaxListBytes);
    if (!file.ok()) return file.status().within("--list");
    const std::string& text = *file;
    Json packages = Json::array();
    for (std::string_view line : lines(text)) {
      if (const auto package = trim(line); !package.empty() && package[0] != '#') packages.push_back(package);
    }
    if (packages.empty())
      return invalid("--list: " + a.list_file + " names no package: one a line is wanted");
    selection["kind"] = "list";
    selection["packages"] = std::move(packages);
  }
  return selection;
}

void add_sweep_start(CLI::App& sweep, Program& program) {
  auto a = std::make_shared<StartArguments>();
  CLI::App* verb = sweep.add_subcommand("start", "start a sweep over all listings, or a selection");
  verb->add_option("--name", a->name, "for people");
  verb->add_option("--store", a->store, "only this store");
  CLI::Option* changed =
      verb->add_flag("--changed", a->changed, "only what is new or changed since the last sweep");
  CLI::Option* top =
      verb->add_option("--top", a->top, "only the first N by downloads")->check(CLI::Range(1, 1'000'000'000));
  CLI::Option* list = verb->add_option("--list", a->list_file, "only the packages of this file, one a line");
  changed->excludes(top)->excludes(list);
  top->excludes(list);
  verb->add_option("--depth", a->depth, "triage or lab")->check(CLI::IsMember({"triage", "lab"}));
  verb->add_option("--shards", a->shards)->check(CLI::Range(1, 1024));
  verb->add_option("--campaign", a->campaign, "its campaign's id");
  verb->add_option("--idempotency-key", a->key, "the same key again starts nothing new");
  verb->add_flag("--watch", a->watch, "then follow it to its end");
  verb->callback([a, &program] {
    program.verb = [a](Session& s) -> Result<int> {
      TRY_ASSIGN(const Json selection, selection_of(*a));
      Json body = {{"name", a->name}, {"selection", selection}, {"depth", a->depth}, {"shards", a->shards}};
      if (a->campaign != 0) body["campaign"] = a->campaign;
      TRY_ASSIGN(const Json started, s.client.post("/api/v1/sweeps", body, a->key, s.slow()));
      if (!a->watch) return show(s, started, [&] { return render_sweep_line(s.style, started); });
      return watch_sweep(s, int_of(started, "id"));
    };
  });
}

void add_sweep_action(CLI::App& sweep, Program& program, const std::string& action, const std::string& help) {
  struct Arguments {
    std::int64_t sweep = 0, shard = -1;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = sweep.add_subcommand(action, help);
  verb->add_option("sweep", a->sweep, "its id")->required();
  if (action != "cancel")
    verb->add_option("--shard", a->shard, "only this shard")->check(CLI::Range(0, 1023));
  verb->callback([a, action, &program] {
    program.verb = [a, action](Session& s) -> Result<int> {
      std::string path = "/api/v1/sweeps/" + std::to_string(a->sweep);
      if (a->shard >= 0) path += "/shards/" + std::to_string(a->shard);
      TRY_ASSIGN(const Json now, s.client.post(path + "/" + action, Json::object(), "", s.quick()));
      return show(s, now, [&] { return render_sweep_line(s.style, now); });
    };
  });
}

void add_sweep_views(CLI::App& sweep, Program& program) {
  auto id = std::make_shared<std::int64_t>(0);
  CLI::App* watch = sweep.add_subcommand("watch", "follow a sweep to its end");
  watch->add_option("sweep", *id, "its id")->required();
  watch->callback([id, &program] { program.verb = [id](Session& s) { return watch_sweep(s, *id); }; });

  CLI::App* one = sweep.add_subcommand("show", "a sweep with its shards");
  one->add_option("sweep", *id, "its id")->required();
  one->callback([id, &program] {
    program.verb = [id](Session& s) -> Result<int> {
      TRY_ASSIGN(const Json now, s.client.get("/api/v1/sweeps/" + std::to_string(*id), {}, s.quick()));
      return show(s, now, [&] { return render_sweep(s.style, now); });
    };
  });
}

// `sweep list` and `status` say the same.
Result<int> show_sweeps(Session& s) {
  TRY_ASSIGN(const Json page, s.client.get("/api/v1/sweeps", {{"rows", "50"}}, s.quick()));
  return show(s, page, [&] { return render_sweeps(s.style, page); });
}

void add_campaign(CLI::App& app, Program& program) {
  struct Arguments {
    std::string name, end_date, key;
    std::int64_t target = 0, id = 0;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* campaign = app.add_subcommand("campaign", "a target over several sweeps");
  campaign->require_subcommand(1);
  CLI::App* create = campaign->add_subcommand("create", "name a target: so many apps by a date");
  create->add_option("name", a->name)->required();
  create->add_option("--apps", a->target, "distinct apps to cover")
      ->required()
      ->check(CLI::Range(1, 1'000'000'000));
  create->add_option("--end", a->end_date, "YYYY-MM-DD")->required();
  create->add_option("--idempotency-key", a->key, "the same key again creates nothing new");
  create->callback([a, &program] {
    program.verb = [a](Session& s) -> Result<int> {
      const Json body = {{"name", a->name}, {"target_apps", a->target}, {"end_date", a->end_date}};
      TRY_ASSIGN(const Json c, s.client.post("/api/v1/campaigns", body, a->key, s.quick()));
      return show(s, c, [&] { return render_campaign(s.style, c); });
    };
  });
  CLI::App* status = campaign->add_subcommand("status", "what is covered, what is left, when it will end");
  status->add_option("campaign", a->id, "its id")->required();
  status->callback([a, &program] {
    program.verb = [a](Session& s) -> Result<int> {
      TRY_ASSIGN(const Json c, s.client.get("/api/v1/campaigns/" + std::to_string(a->id), {}, s.quick()));
      return show(s, c, [&] { return render_campaign(s.style, c); });
    };
  });
}
}  // namespace

void add_sweep_verbs(CLI::App& app, Program& program) {
  add_import(app, program);
  add_changes(app, program);
  CLI::App* sweep = app.add_subcommand("sweep", "start, follow, pause, resume and cancel sweeps");
  sweep->require_subcommand(1);
  add_sweep_start(*sweep, program);
  add_sweep_views(*sweep, program);
  add_sweep_action(*sweep, program, "pause", "hand out no more of it; what runs ends");
  add_sweep_action(*sweep, program, "resume", "go on with it");
  add_sweep_action(*sweep, program, "cancel", "end all of it that has not ended, for ever");
  sweep->add_subcommand("list", "all sweeps, newest first")->callback([&program] {
    program.verb = show_sweeps;
  });
  add_campaign(app, program);
  app.add_subcommand("status", "all sweeps at a glance")->callback([&program] {
    program.verb = show_sweeps;
  });
}

}  // namespace storesweep::cli
