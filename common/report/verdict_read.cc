// JSON back to verdicts and listings.
#include "common/report/json_reader.h"
#include "common/report/verdict_json.h"

namespace storesweep {
namespace {
using Json = nlohmann::ordered_json;

template <class E>
std::vector<E> read_names(JsonReader& in, const char* key, std::optional<E> (*named)(std::string_view)) {
  std::vector<E> all;
  in.each(key, kMaxVerdictItems, [&](const Json& item, const std::string& path) {
    const auto e = item.is_string() ? named(item.get_ref<const std::string&>()) : std::nullopt;
    if (!e) return invalid(path + " is no known name");
    all.push_back(*e);
    return ok_status();
  });
  return all;
}

Result<EvidenceRef> read_evidence(const Json& json, const std::string& path) {
  JsonReader in(json, path);
  const auto journal = digest_from_hex(in.text("journal"));
  if (!journal) in.fail("journal", "wanted a SHA-256 in hex");
  EvidenceRef ref{journal.value_or(Digest{}), static_cast<std::uint64_t>(in.integer("record")),
                  in.text("excerpt")};
  TRY(in.status());
  return ref;
}

Result<Finding> read_finding(const Json& json, const std::string& path) {
  JsonReader in(json, path);
  Finding f;
  f.rule = in.text("rule");
  f.clause = in.text("clause");
  f.edition = in.text("edition");
  f.level = in.one_of("level", f.level, level_named);
  f.phase = in.one_of("phase", f.phase, phase_named);
  f.device_ms = in.integer("device_ms");
  f.what = in.text("what");
  if (const Json* values = in.object("values")) {
    for (const auto& [key, value] : values->items()) {
      if (!value.is_string()) in.fail("values." + key, "wanted text");
      if (in.status().ok()) f.values.emplace_back(key, value.get<std::string>());
    }
  }
  f.missing = read_names<Missing>(in, "missing", missing_named);
  in.each("evidence", kMaxVerdictItems, [&](const Json& item, const std::string& below) {
    TRY_ASSIGN(EvidenceRef ref, read_evidence(item, below));
    f.evidence.push_back(std::move(ref));
    return ok_status();
  });
  f.last_action = in.text("last_action");
  TRY(in.status());
  return f;
}

Status read_row(const Json& json, const std::string& path, Verdict& verdict) {
  JsonReader in(json, path);
  RowVerdict row;
  row.task = static_cast<int>(in.integer("task"));
  row.level = in.one_of("level", row.level, level_named);
  row.items = static_cast<int>(in.integer("items"));
  row.items_judged = static_cast<int>(in.integer("items_judged"));
  row.reasons = read_names<Reason>(in, "reasons", reason_named);
  if (row.task < 1 || row.task > kTaskCount) in.fail("task", "wanted 1 to 10");
  TRY(in.status());
  verdict.rows[static_cast<std::size_t>(row.task - 1)] = row;
  return ok_status();
}

Status read_look_ups(const Json& json, LookUps& out) {
  JsonReader in(json, "look_ups.");
  out.walked = in.boolean("walked");
  out.pages = in.integer("pages");
  out.login_wall = in.boolean("login_wall");
  in.each("places", kMaxVerdictItems, [&](const Json& item, const std::string& path) {
    JsonReader p(item, path);
    PlaceFound place{p.one_of("sought", Sought::kPushSwitch, sought_named),
                     p.text("label"),
                     static_cast<int>(p.integer("taps")),
                     {}};
    if (const Json* evidence = p.object("evidence")) {
      TRY_ASSIGN(place.evidence, read_evidence(*evidence, path + "evidence."));
    }
    out.places.push_back(std::move(place));
    return p.status();
  });
  out.conditions = in.texts("conditions", kMaxVerdictItems);
  return in.status();
}

Status read_coverage(const Json& json, Coverage& coverage) {
  JsonReader in(json, "coverage.");
  coverage.screens = in.integer("screens");
  coverage.lines_unknown = in.integer("lines_unknown");
  coverage.records_lost = in.integer("records_lost");
  coverage.observers = in.texts("observers", kMaxVerdictItems);
  if (const Json* phases = in.object("phases")) {
    for (std::size_t i = 0; i < coverage.phase_run.size(); ++i) {
      const auto at = phases->find(std::string(name(static_cast<Phase>(i))));
      if (at == phases->end()) continue;
      JsonReader phase(*at, "coverage.phases.");
      coverage.phase_run[i] = phase.boolean("run");
      coverage.phase_device_ms[i] = phase.integer("device_ms");
      TRY(phase.status());
    }
  }
  return in.status();
}
}  // namespace

Result<Json> parse_json(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::exception& e) {
    return corrupt("not JSON: " + std::string(e.what()));
  }
}

Result<Verdict> verdict_from_json(const Json& json) {
  JsonReader in(json);
  Verdict v;
  v.simulated = in.boolean("simulated");
  v.pack_version = in.text("pack_version");
  v.judge_version = in.text("judge_version");
  v.clock_rate_permille = in.integer("clock_rate_permille", 1000);
  v.subject = in.one_of("subject", v.subject, [](auto t) { return named_in<SubjectKind>(t, 5); });
  if (const Json* kind = in.object("device_kind")) {
    JsonReader k(*kind, "device_kind.");
    v.device_kind = {k.text("class"), static_cast<int>(k.integer("api"))};
    TRY(k.status());
  }
  v.depth = in.one_of("depth", v.depth, [](auto t) { return named_in<Depth>(t, 2); });
  v.runs = static_cast<int>(in.integer("runs", 1));
  in.each("rows", kTaskCount,
          [&](const Json& row, const std::string& path) { return read_row(row, path, v); });
  in.each("items", kMaxVerdictItems, [&](const Json& item, const std::string& path) {
    JsonReader i(item, path);
    v.items.push_back({i.text("rule"), i.one_of("level", Level::kNotTested, level_named),
                       read_names<Reason>(i, "reasons", reason_named)});
    return i.status();
  });
  in.each("findings", kMaxVerdictItems, [&](const Json& item, const std::string& path) {
    TRY_ASSIGN(Finding finding, read_finding(item, path));
    v.findings.push_back(std::move(finding));
    return ok_status();
  });
  v.confirm_rules = in.texts("confirm_rules", kMaxVerdictItems);
  if (const Json* validity = in.object("validity")) {
    JsonReader of(*validity, "validity.");
    v.validity.exercised = of.boolean("exercised");
    v.validity.hindrances = read_names<Hindrance>(of, "hindrances", hindrance_named);
    v.validity.other_class_wanted = of.boolean("other_class_wanted");
    TRY(of.status());
  }
  if (const Json* look_ups = in.object("look_ups")) TRY(read_look_ups(*look_ups, v.look_ups));
  if (const Json* coverage = in.object("coverage")) TRY(read_coverage(*coverage, v.coverage));
  TRY(in.status());
  // What is left out must not read as a real device's, or as a row that somebody looked at.
  if (!json.contains("simulated")) return invalid("simulated: missing");
  for (std::size_t i = 0; i < kTaskCount; ++i) {
    if (v.rows[i].task == 0) return invalid("rows: the one of task " + std::to_string(i + 1) + " is missing");
  }
  return v;
}

Result<Listing> listing_from_json(const Json& json) {
  JsonReader in(json);
  Listing l;
  l.id = ListingId(in.integer("id"));
  l.tenant = TenantId(in.integer("tenant", 1));
  l.subject = in.one_of("subject", l.subject, [](auto t) { return named_in<SubjectKind>(t, 5); });
  l.place = in.one_of("place", l.place, [](auto t) { return named_in<PlaceKind>(t, 3); });
  l.store = in.text("store");
  l.package = in.text("package");
  l.version_name = in.text("version_name");
  l.version_code = in.integer("version_code");
  l.label = in.text("label");
  l.developer = in.text("developer");
  l.credit_code = in.text("credit_code");
  l.filing_number = in.text("filing_number");
  l.region = in.text("region");
  l.category = in.text("category");
  l.category_source = in.text("category_source");
  l.rank = in.integer("rank");
  l.downloads = in.integer("downloads");
  l.release_date = in.text("release_date");
  in.each("permissions", kMaxVerdictItems, [&](const Json& item, const std::string& path) {
    JsonReader p(item, path);
    l.permissions.push_back({p.text("name"), p.text("purpose")});
    return p.status();
  });
  l.policy_url = in.text("policy_url");
  l.apk_url = in.text("apk_url");
  l.apk_sha256 = in.text("apk_sha256");
  l.apk_bytes = in.integer("apk_bytes");
  l.page = in.text("page");
  TRY(in.status());
  return l;
}

}  // namespace storesweep
