// What the coordinator signs of a result when its evidence is handed on: which listing was judged, by which
// rule pack, from which runs, and what came of it; and the JSON of closing entries and of such statements.
// The texts of listing, verdict and statement have one form each, since digests are taken of them. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/model/closing.h"
#include "common/model/listing.h"
#include "common/model/verdict.h"

namespace storesweep {

nlohmann::ordered_json closing_json(const Closing& closing);
// kInvalid, naming the field; whether it is signed is not looked at.
Result<Closing> closing_from_json(const nlohmann::ordered_json& json);

// The text of a JSON value as it stands in bundles.
std::string bundle_text(const nlohmann::ordered_json& json);
std::string listing_text(const Listing& listing);
std::string verdict_text(const Verdict& verdict);

struct Statement {
  struct Run {  // that the verdict rests on, in the order in which they were added
    RunId run, base_run;
    std::vector<std::string> rules;  // of its order; empty: all
    Digest journal{};
  };
  JobId job;
  SweepId sweep;
  std::int64_t judgement = 0;   // which of the job's
  Digest listing{}, verdict{};  // SHA-256 of their texts
  std::string pack_version, judge_version;
  Digest pack{};  // SHA-256 of the pack's files as a container
  std::vector<Run> runs;
  std::int64_t at_ms = 0;  // when it was stated
};
struct SignedStatement {
  Statement statement;
  std::array<std::uint8_t, 32> key{};
  std::array<std::uint8_t, 64> signature{};
};

SignedStatement sign_statement(Statement statement, const SigningKey& key);
bool statement_signed(const SignedStatement& statement);
nlohmann::ordered_json statement_json(const SignedStatement& statement);
Result<SignedStatement> statement_from_json(const nlohmann::ordered_json& json);

}  // namespace storesweep
