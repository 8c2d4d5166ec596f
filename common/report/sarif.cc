// SARIF 2.1.0 (OASIS): rules from the pack, results from findings, notifications for what was not tested.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

#include "common/base/text.h"
#include "common/report/finding_id.h"
#include "common/report/pipeline.h"
#include "common/report/uri.h"
#include "common/report/verdict_json.h"

namespace storesweep {
namespace {
using Json = nlohmann::ordered_json;

class Sarif {
 public:
  Sarif(const CheckReport& report, const RulePack& pack, const Catalogue& catalogue, Language language)
      : report_(report), pack_(pack), catalogue_(catalogue), language_(language) {
    for (const ItemVerdict& item : report.verdict.items) index_.emplace(item.rule, index_.size());
  }

  Json log() const {
    return {{"$schema",
             "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"},
            {"version", "2.1.0"},
            {"runs", Json::array({run()})}};
  }

 private:
  Json run() const {
    Json all = {{"tool", {{"driver", driver()}}}};
    all["automationDetails"] = {{"id", "storesweep/" + clean_utf8(report_.listing.package) + "/" +
                                           std::string(name(report_.verdict.depth))}};
    all["language"] = language_ == Language::kChinese ? "zh-CN" : "en-US";
    all["invocations"] = Json::array({invocation()});
    all["artifacts"] = Json::array({artifact()});
    all["results"] = results();
    const Verdict& v = report_.verdict;
    all["properties"] = {{"simulated", v.simulated},
                         {"packVersion", v.pack_version},
                         {"judgeVersion", v.judge_version},
                         {"deviceKind", text(v.device_kind)},
                         {"runs", v.runs}};
    if (v.simulated) all["properties"]["warning"] = say("simulated_long");
    return all;
  }

  Json driver() const {
    Json rules = Json::array();
    for (const ItemVerdict& item : report_.verdict.items) rules.push_back(rule(item));
    return {{"name", "storesweep"}, {"version", report_.verdict.judge_version}, {"rules", rules}};
  }

  Json rule(const ItemVerdict& item) const {
    Json out = {{"id", item.rule}};
    const RuleItem* known = pack_.item(item.rule);
    if (!known) return out;
    out["shortDescription"] = message(language_ == Language::kChinese ? known->zh : known->en);
    out["fullDescription"] = message(known->zh + " / " + known->en);
    const auto& editions = pack_.task(known->task).editions;
    out["properties"] = {{"task", known->task},
                         {"taskLabel", catalogue_.task(language_, known->task)},
                         {"clause", known->clause},
                         {"edition", editions.empty() ? "" : editions.back().name}};
    return out;
  }

  Json invocation() const {
    Json notes = Json::array();
    const std::vector<std::string> lacking = untested_required(report_);
    for (const ItemVerdict& item : report_.verdict.items) {
      if (item.level != Level::kNotTested) continue;
      const bool required = std::find(lacking.begin(), lacking.end(), item.rule) != lacking.end();
      std::string why;
      for (const Reason reason : item.reasons)
        why += (why.empty() ? "" : "; ") + catalogue_.reason(language_, reason);
      notes.push_back(
          {{"level", required ? "error" : "note"},
           {"message", message(item.rule + ": " + catalogue_.level(language_, item.level) + ": " + why)},
           {"associatedRule", {{"id", item.rule}, {"index", index_.at(item.rule)}}}});
    }
    return {{"executionSuccessful", tested(report_.verdict) && lacking.empty()},
            {"exitCode", static_cast<int>(end_of(report_))},
            {"toolExecutionNotifications", notes}};
  }

  Json artifact() const {
    Json out = {{"location", {{"uri", percent_encoded(report_.file)}}},
                {"roles", Json::array({"analysisTarget"})}};
    if (!report_.file_sha256.empty()) out["hashes"] = {{"sha-256", report_.file_sha256}};
    return out;
  }

  Json results() const {
    Json all = Json::array();
    const std::vector<std::string> keys = finding_keys(report_.verdict.findings);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (is_news(report_, i)) all.push_back(result(i, keys[i]));
    }
    return all;
  }

  Json result(std::size_t index, const std::string& key) const {
    const Finding& f = report_.verdict.findings[index];
    const bool violation = f.level == Level::kViolation;
    Json out = {{"ruleId", f.rule}};
    if (const auto at = index_.find(f.rule); at != index_.end()) out["ruleIndex"] = at->second;
    out["kind"] = violation ? "fail" : "review";
    out["level"] = violation ? "error" : "none";  // of what is no failure SARIF wants none
    out["message"] = message(sentence(f));
    out["locations"] = Json::array({location()});
    out["partialFingerprints"] = {{"storesweepFinding/v1", key}};
    if (!report_.newness.empty())
      out["baselineState"] = report_.newness[index] == Newness::kNew ? "new" : "updated";
    out["properties"] = finding_json(f);
    out["properties"]["simulated"] = report_.verdict.simulated;
    return out;
  }

  std::string sentence(const Finding& f) const {
    std::string out = catalogue_.level(language_, f.level) + ": " + catalogue_.sentence(language_, f);
    for (const Missing m : f.missing)
      out += "; " + say("missing", {{"what", catalogue_.missing(language_, m)}});
    return report_.verdict.simulated ? "[" + say("simulated") + "] " + out : out;
  }

  Json location() const {
    return {
        {"physicalLocation", {{"artifactLocation", {{"uri", percent_encoded(report_.file)}, {"index", 0}}}}},
        {"logicalLocations",
         Json::array({{{"fullyQualifiedName", clean_utf8(report_.listing.package)}, {"kind", "module"}}})}};
  }

  std::string say(std::string_view key, const Catalogue::Values& values = {}) const {
    return catalogue_.text(language_, "cli", key, values);
  }
  static Json message(const std::string& text) { return {{"text", clean_utf8(text)}}; }

  const CheckReport& report_;
  const RulePack& pack_;
  const Catalogue& catalogue_;
  const Language language_;
  std::map<std::string, std::size_t> index_;  // of rules, in the driver's list
};
}  // namespace

std::string sarif_text(const CheckReport& report, const RulePack& pack, const Catalogue& catalogue,
                       Language language) {
  return dump_json(Sarif(report, pack, catalogue, language).log(), true) + "\n";
}

}  // namespace storesweep
