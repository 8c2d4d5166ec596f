#include "common/bundle/layout.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/model/amend.h"
#include "common/report/report.h"
#include "common/report/verdict_json.h"

namespace storesweep::layout {
namespace {
using Json = nlohmann::ordered_json;

Json evidence_json(const OpenedResult& opened, const EvidenceRef& ref, const Finding& f) {
  Json out = {{"journal", to_hex(ref.journal)}, {"record", ref.record}, {"excerpt", ref.excerpt}};
  Json screens = Json::array();
  for (std::size_t i = 0; i < opened.journals.size(); ++i) {
    const Journal& j = opened.journals[i];
    if (j.sha256 != ref.journal) continue;
    const std::int64_t at_ms = record_device_ms(j, ref.record);
    out["run"] = i + 1;
    out["device_ms"] = at_ms;
    for (const ScreenshotRef& s : screenshots_around(j, f.phase, at_ms)) screens.push_back(to_hex(s.sha256));
    break;
  }
  out["screenshots"] = std::move(screens);
  return out;
}

Json both(const std::string& zh, const std::string& en) { return {{"zh", zh}, {"en", en}}; }

Json finding_data(const OpenedResult& opened, const Finding& f) {
  const Catalogue& text = *opened.catalogue;
  const int task = task_of_rule(f.rule);
  const RuleItem* item = opened.pack->item(f.rule);
  Json out = finding_json(f);
  out["task"] = task;
  out["task_name"] = both(text.task(Language::kChinese, task), text.task(Language::kEnglish, task));
  out["statement"] = item ? both(item->zh, item->en) : both("", "");
  out["sentence"] = both(text.sentence(Language::kChinese, f), text.sentence(Language::kEnglish, f));
  Json evidence = Json::array();
  for (const EvidenceRef& ref : f.evidence) evidence.push_back(evidence_json(opened, ref, f));
  out["evidence"] = std::move(evidence);
  return out;
}
}  // namespace

std::string result_folder(JobId job) { return "results/" + std::to_string(job.value) + "/"; }
std::string journal_name(JobId job, std::size_t run) {
  return result_folder(job) + "run-" + std::to_string(run + 1) + "/run.journal";
}
std::string pack_folder(const Digest& pack) { return "packs/" + to_hex(pack) + "/"; }
std::string blob_name(const Digest& blob, std::string_view bytes) {
  return "blobs/" + to_hex(blob) + (starts_with(bytes, "\x89PNG") ? ".png" : ".bin");
}

std::string findings_text(const OpenedResult& opened) {
  const BundleResult& r = *opened.result;
  Json findings = Json::array();
  for (const Finding& f : r.verdict.findings) findings.push_back(finding_data(opened, f));
  return bundle_text({{"format", "storesweep findings 1"},
                      {"simulated", r.verdict.simulated},
                      {"job", r.statement.statement.job.value},
                      {"store", r.listing.store},
                      {"package", r.listing.package},
                      {"label", r.listing.label},
                      {"version_name", r.listing.version_name},
                      {"developer", r.listing.developer},
                      {"pack_version", r.verdict.pack_version},
                      {"findings", std::move(findings)}});
}

std::string readme_text(const Catalogue& catalogue) {
  return catalogue.text(Language::kChinese, "bundle", "readme") + "\n\n" +
         catalogue.text(Language::kEnglish, "bundle", "readme") + "\n";
}

std::string manifest_text(const Members& members, bool simulated) {
  Json all = Json::array();
  for (const auto& [name, bytes] : members) {
    all.push_back({{"name", name}, {"bytes", bytes.size()}, {"sha256", to_hex(sha256(bytes))}});
  }
  return bundle_text(
      {{"format", "storesweep bundle 1"}, {"simulated", simulated}, {"members", std::move(all)}});
}

}  // namespace storesweep::layout
