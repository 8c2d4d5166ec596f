#include "common/report/statement.h"

#include "common/base/clock.h"
#include "common/report/json_reader.h"
#include "common/report/verdict_json.h"

namespace storesweep {
namespace {
using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxRuns = 64, kMaxRules = 1'000;

template <std::size_t N>
std::array<std::uint8_t, N> bytes_in(JsonReader& in, const char* key) {
  std::array<std::uint8_t, N> out{};
  const auto bytes = from_hex(in.text(key));
  if (!bytes || bytes->size() != N) {
    in.fail(key, "wanted " + std::to_string(2 * N) + " hex digits");
  } else {
    std::copy(bytes->begin(), bytes->end(), out.begin());
  }
  return out;
}

std::int64_t time_in(JsonReader& in, const char* key) {
  const auto ms = parse_time(in.text(key));
  if (!ms) in.fail(key, "wanted a time as 2020-07-24T08:00:00.000Z");
  return ms.value_or(0);
}

Json run_json(const Statement::Run& r) {
  return {{"run", r.run.value},
          {"base_run", r.base_run.value},
          {"rules", r.rules},
          {"journal", to_hex(r.journal)}};
}

Json plain_json(const Statement& s) {
  Json runs = Json::array();
  for (const Statement::Run& r : s.runs) runs.push_back(run_json(r));
  return {{"version", 1},
          {"job", s.job.value},
          {"sweep", s.sweep.value},
          {"judgement", s.judgement},
          {"listing", to_hex(s.listing)},
          {"verdict", to_hex(s.verdict)},
          {"judge_version", s.judge_version},
          {"pack_version", s.pack_version},
          {"pack", to_hex(s.pack)},
          {"runs", std::move(runs)},
          {"stated_at", format_time(s.at_ms)}};
}

std::string signed_text(const Statement& s) {
  return "storesweep statement 1\n" + bundle_text(plain_json(s));
}

Result<Statement> plain_from_json(const Json& json) {
  JsonReader in(json, "statement.");
  Statement s;
  if (in.integer("version") != 1) in.fail("version", "this program knows version 1");
  s.job = JobId(in.integer("job"));
  s.sweep = SweepId(in.integer("sweep"));
  s.judgement = in.integer("judgement");
  s.listing = bytes_in<32>(in, "listing");
  s.verdict = bytes_in<32>(in, "verdict");
  s.judge_version = in.text("judge_version");
  s.pack_version = in.text("pack_version");
  s.pack = bytes_in<32>(in, "pack");
  in.each("runs", kMaxRuns, [&](const Json& item, const std::string& path) {
    JsonReader r(item, path);
    Statement::Run& run = s.runs.emplace_back();
    run.run = RunId(r.integer("run"));
    run.base_run = RunId(r.integer("base_run"));
    run.rules = r.texts("rules", kMaxRules);
    run.journal = bytes_in<32>(r, "journal");
    return r.status();
  });
  s.at_ms = time_in(in, "stated_at");
  TRY(in.status());
  return s;
}
}  // namespace

Json closing_json(const Closing& c) {
  return {{"number", c.number},
          {"before", to_hex(c.before)},
          {"journal", to_hex(c.journal)},
          {"token", {{"epoch", c.token.epoch}, {"n", c.token.n}}},
          {"job", c.job.value},
          {"at", format_time(c.at_ms)},
          {"key", to_hex(c.key)},
          {"signature", to_hex(c.signature)},
          {"digest", to_hex(closing_digest(c))}};
}

Result<Closing> closing_from_json(const Json& json) {
  JsonReader in(json);
  Closing c;
  c.number = in.integer("number");
  c.before = bytes_in<32>(in, "before");
  c.journal = bytes_in<32>(in, "journal");
  if (const Json* token = in.object("token")) {
    JsonReader t(*token, "token.");
    c.token = {static_cast<std::uint64_t>(t.integer("epoch")), static_cast<std::uint64_t>(t.integer("n"))};
    TRY(t.status());
  }
  c.job = JobId(in.integer("job"));
  c.at_ms = time_in(in, "at");
  c.key = bytes_in<32>(in, "key");
  c.signature = bytes_in<64>(in, "signature");
  if (bytes_in<32>(in, "digest") != closing_digest(c)) in.fail("digest", "is not that of the fields");
  TRY(in.status());
  return c;
}

std::string bundle_text(const Json& json) { return dump_json(json, true) + "\n"; }
std::string listing_text(const Listing& listing) { return bundle_text(listing_json(listing)); }
std::string verdict_text(const Verdict& verdict) { return bundle_text(verdict_json(verdict)); }

SignedStatement sign_statement(Statement statement, const SigningKey& key) {
  const Signature signature = sign_ed25519(key, as_bytes(signed_text(statement)));
  return {std::move(statement), key.public_key, signature};
}

bool statement_signed(const SignedStatement& s) {
  return verify_ed25519(s.key, as_bytes(signed_text(s.statement)), s.signature);
}

Json statement_json(const SignedStatement& s) {
  return {{"statement", plain_json(s.statement)}, {"key", to_hex(s.key)}, {"signature", to_hex(s.signature)}};
}

Result<SignedStatement> statement_from_json(const Json& json) {
  JsonReader in(json);
  SignedStatement s;
  s.key = bytes_in<32>(in, "key");
  s.signature = bytes_in<64>(in, "signature");
  const Json* plain = in.object("statement");
  if (plain == nullptr) in.fail("statement", "is missing");
  TRY(in.status());
  TRY_ASSIGN(s.statement, plain_from_json(*plain));
  return s;
}

}  // namespace storesweep
