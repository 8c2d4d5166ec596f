// finding list|show|confirm|withdraw|overrule|notice|report
#include <CLI/CLI.hpp>

#include <cstdlib>
#include <memory>

#include "cli/collect_finding.h"
#include "cli/json_fields.h"
#include "cli/screen_text.h"
#include "cli/verbs.h"
#include "common/base/file.h"

namespace storesweep::cli {
namespace {
std::string path_of(const std::string& id) { return "/api/v1/findings/" + percent_encoded(id); }

void add_list(CLI::App& finding, Program& program) {
  struct Arguments {
    std::int64_t sweep = 0, rows = 100;
    std::string store, package, rule, level, state, cursor;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = finding.add_subcommand("list", "findings with what people said of them, one a line");
  verb->add_option("--sweep", a->sweep, "of this sweep");
  verb->add_option("--store", a->store);
  verb->add_option("--package", a->package);
  verb->add_option("--rule", a->rule, "R5.7");
  verb->add_option("--level", a->level, "the machine's")->check(CLI::IsMember({"violation", "suspected"}));
  verb->add_option("--state", a->state)
      ->check(CLI::IsMember({"open", "confirmed", "withdrawn", "overruled"}));
  verb->add_option("--rows", a->rows, "results looked at for a page")->check(CLI::Range(1, 1000));
  verb->add_option("--cursor", a->cursor, "from the end of the page before");
  verb->callback([a, &program] {
    program.verb = [a](Session& s) -> Result<int> {
      TRY_ASSIGN(const Json page, s.client.get("/api/v1/findings",
                                               {{"sweep", a->sweep > 0 ? std::to_string(a->sweep) : ""},
                                                {"store", a->store},
                                                {"package", a->package},
                                                {"rule", a->rule},
                                                {"level", a->level},
                                                {"state", a->state},
                                                {"cursor", a->cursor},
                                                {"rows", std::to_string(a->rows)}},
                                               s.quick()));
      return show(s, page, [&] {
        const std::string next = text_of(page, "next");
        return render_finding_list(s.style, page) +
               (next.empty() ? "" : s.style.text("more", {{"next", next}}) + "\n");
      });
    };
  });
}

void add_show(CLI::App& finding, Program& program) {
  auto id = std::make_shared<std::string>();
  CLI::App* verb = finding.add_subcommand("show", "a finding, its history, and its retest beside it");
  verb->add_option("id", *id, "as `finding list` shows it")->required();
  verb->callback([id, &program] {
    program.verb = [id](Session& s) -> Result<int> {
      TRY_ASSIGN(const Json found, s.client.get(path_of(*id), {}, s.quick()));
      return show(s, found, [&] { return render_finding(s.style, found); });
    };
  });
}

// What an officer says: the name is kept with it.
void add_say(CLI::App& finding, Program& program, const char* what, const char* about) {
  struct Arguments {
    std::string id, officer, reason, level, date, key;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = finding.add_subcommand(what, about);
  verb->add_option("id", a->id, "as `finding list` shows it")->required();
  verb->add_option("--as", a->officer,
                   "the officer's name (or STORESWEEP_OFFICER); with a token it is the token's")
      ->envname("STORESWEEP_OFFICER");
  const bool notice = std::string(what) == "notice";
  auto* reason = verb->add_option("--reason", a->reason, "is kept with the finding");
  if (!notice) reason->required();
  if (notice) verb->add_option("--date", a->date, "of the notice, YYYY-MM-DD in Beijing (otherwise today)");
  if (std::string(what) == "overrule") {
    verb->add_option("--level", a->level, "in place of the machine's")
        ->check(CLI::IsMember({"violation", "suspected", "not_found"}))
        ->required();
  }
  verb->add_option("--idempotency-key", a->key, "the same key again adds nothing new");
  verb->callback([a, what, &program] {
    program.verb = [a, what](Session& s) -> Result<int> {
      Json body = {{"reason", a->reason}};
      if (!a->officer.empty()) body["officer"] = a->officer;
      if (!a->level.empty()) body["level"] = a->level;
      if (!a->date.empty()) body["date"] = a->date;
      TRY_ASSIGN(const Json said, s.client.post(path_of(a->id) + "/" + what, body, a->key, s.quick()));
      return show(s, said, [&] { return render_finding(s.style, said); });
    };
  });
}

void add_page(CLI::App& finding, Program& program) {
  struct Arguments {
    std::string id, out, rules;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* verb =
      finding.add_subcommand("report",
                             "one HTML file for the developer: what, who, when, how to see it "
                             "again with adb, what would make it pass, and the retest beside it");
  verb->add_option("id", a->id, "as `finding list` shows it")->required();
  verb->add_option("--out", a->out, "the file (otherwise finding-ID.html)");
  verb->add_option("--rules", a->rules, "folder of the rule pack (the statements of the rules)");
  verb->callback([a, &program] {
    program.verb = [a](Session& s) -> Result<int> {
      auto pack = load_rule_pack(rules_folder(a->rules));
      if (!pack.ok()) return pack.status().within("--rules");
      TRY_ASSIGN(const FindingPage page, collect_finding(s, a->id));
      const std::string html = finding_html(page, s.style.catalogue, *pack, s.style.language);
      const std::string file = a->out.empty() ? "finding-" + a->id + ".html" : a->out;
      TRY(write_file_durably(file, html));
      return show(s, {{"file", file}, {"bytes", html.size()}}, [&] {
        return s.style.text("saved", {{"file", file},
                                      {"bytes", with_commas(static_cast<std::int64_t>(html.size()))}}) +
               "\n";
      });
    };
  });
}
}  // namespace

void add_finding_verbs(CLI::App& app, Program& program) {
  CLI::App* finding = app.add_subcommand("finding", "findings, and what people say of them");
  finding->require_subcommand(1);
  add_list(*finding, program);
  add_show(*finding, program);
  add_say(*finding, program, "confirm", "stand behind a finding");
  add_say(*finding, program, "withdraw",
          "take a finding back: it is announced no more; the machine's verdict stays");
  add_say(*finding, program, "overrule", "give a finding another level, in place of the machine's");
  add_say(*finding, program, "notice", "notice was given: five working days run from the day after");
  add_page(*finding, program);
}

}  // namespace storesweep::cli
