#include "common/report/verdict_json.h"

#include <nlohmann/json.hpp>

namespace storesweep {
namespace {
using Json = nlohmann::ordered_json;

template <class E>
Json names(const std::vector<E>& values) {
  Json all = Json::array();
  for (E v : values) all.push_back(name(v));
  return all;
}

Json row_json(const RowVerdict& row) {
  return {{"task", row.task},
          {"level", name(row.level)},
          {"items", row.items},
          {"items_judged", row.items_judged},
          {"reasons", names(row.reasons)}};
}

Json item_json(const ItemVerdict& item) {
  return {{"rule", item.rule}, {"level", name(item.level)}, {"reasons", names(item.reasons)}};
}

Json coverage_json(const Coverage& c) {
  Json phases = Json::object();
  for (std::size_t i = 0; i < c.phase_run.size(); ++i) {
    phases[std::string(name(static_cast<Phase>(i)))] = {{"run", c.phase_run[i]},
                                                        {"device_ms", c.phase_device_ms[i]}};
  }
  return {{"phases", phases},
          {"screens", c.screens},
          {"lines_unknown", c.lines_unknown},
          {"records_lost", c.records_lost},
          {"observers", c.observers}};
}

template <class T, class F>
Json all_of(const T& values, F one) {
  Json all = Json::array();
  for (const auto& v : values) all.push_back(one(v));
  return all;
}

Json evidence_json(const EvidenceRef& e) {
  return {{"journal", to_hex(e.journal)}, {"record", e.record}, {"excerpt", e.excerpt}};
}

Json look_ups_json(const LookUps& l) {
  Json places = all_of(l.places, [](const PlaceFound& p) {
    return Json{{"sought", name(p.sought)},
                {"label", p.label},
                {"taps", p.taps},
                {"evidence", evidence_json(p.evidence)}};
  });
  return {{"walked", l.walked},
          {"pages", l.pages},
          {"login_wall", l.login_wall},
          {"places", places},
          {"conditions", l.conditions}};
}
}  // namespace

Json finding_json(const Finding& f) {
  Json values = Json::object();
  for (const auto& [key, value] : f.values) values[key] = value;
  Json evidence = all_of(f.evidence, evidence_json);
  return {{"rule", f.rule},
          {"clause", f.clause},
          {"edition", f.edition},
          {"level", name(f.level)},
          {"phase", name(f.phase)},
          {"device_ms", f.device_ms},
          {"what", f.what},
          {"values", values},
          {"missing", names(f.missing)},
          {"evidence", evidence},
          {"last_action", f.last_action}};
}

Json verdict_json(const Verdict& v) {
  return {{"simulated", v.simulated},
          {"pack_version", v.pack_version},
          {"judge_version", v.judge_version},
          {"clock_rate_permille", v.clock_rate_permille},
          {"subject", name(v.subject)},
          {"device_kind", {{"class", v.device_kind.device_class}, {"api", v.device_kind.api}}},
          {"depth", name(v.depth)},
          {"runs", v.runs},
          {"rows", all_of(v.rows, row_json)},
          {"items", all_of(v.items, item_json)},
          {"findings", all_of(v.findings, finding_json)},
          {"confirm_rules", v.confirm_rules},
          {"coverage", coverage_json(v.coverage)},
          {"validity",
           {{"exercised", v.validity.exercised},
            {"hindrances", names(v.validity.hindrances)},
            {"other_class_wanted", v.validity.other_class_wanted}}},
          {"look_ups", look_ups_json(v.look_ups)}};
}

Json listing_json(const Listing& l) {
  Json permissions = all_of(l.permissions, [](const DeclaredPermission& p) {
    return Json{{"name", p.name}, {"purpose", p.purpose}};
  });
  return {{"id", l.id.value},
          {"tenant", l.tenant.value},
          {"subject", name(l.subject)},
          {"place", name(l.place)},
          {"store", l.store},
          {"package", l.package},
          {"version_name", l.version_name},
          {"version_code", l.version_code},
          {"label", l.label},
          {"developer", l.developer},
          {"credit_code", l.credit_code},
          {"filing_number", l.filing_number},
          {"region", l.region},
          {"category", l.category},
          {"category_source", l.category_source},
          {"rank", l.rank},
          {"downloads", l.downloads},
          {"release_date", l.release_date},
          {"permissions", permissions},
          {"policy_url", l.policy_url},
          {"apk_url", l.apk_url},
          {"apk_sha256", l.apk_sha256},
          {"apk_bytes", l.apk_bytes},
          {"page", l.page}};
}

Json figures_json(const RunFigures& f) {
  Json phases = Json::object();
  for (std::size_t i = 0; i < f.phase_ms.size(); ++i) {
    phases[std::string(name(static_cast<Phase>(i)))] = f.phase_ms[i];
  }
  return {{"phase_ms", phases},
          {"commands", f.commands},
          {"bytes_from_device", f.bytes_from_device},
          {"bytes_to_device", f.bytes_to_device},
          {"events", f.events},
          {"events_lost", f.events_lost},
          {"crashes", f.crashes},
          {"anrs", f.anrs},
          {"screens", f.screens},
          {"fetch_ms", f.fetch_ms},
          {"device_ms", f.device_ms}};
}

Json blob_json(const BlobRef& b) {
  return {{"name", b.name}, {"sha256", to_hex(b.sha256)}, {"bytes", b.bytes}};
}

std::string dump_json(const Json& json, bool indented) {
  return json.dump(indented ? 2 : -1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace storesweep
