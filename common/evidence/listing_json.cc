#include "common/evidence/listing_json.h"

#include <nlohmann/json.hpp>

#include "common/base/text.h"

namespace storesweep {
namespace {
using nlohmann::json;

template <class E>
E enum_of(const json& j, const char* key, E last) {
  int v = j.value(key, 0);
  return v < 0 || v > static_cast<int>(last) ? E{} : static_cast<E>(v);
}
}  // namespace

std::string listing_to_json(const Listing& l) {
  json permissions = json::array();
  for (const DeclaredPermission& p : l.permissions)
    permissions.push_back({{"name", p.name}, {"purpose", p.purpose}});
  json j = {{"id", l.id.value},
            {"tenant", l.tenant.value},
            {"subject", static_cast<int>(l.subject)},
            {"place", static_cast<int>(l.place)},
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
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<Listing> listing_from_json_untrusted(std::string_view text) {
  try {
    json j = json::parse(text);
    Listing l;
    l.id = ListingId(j.value("id", std::int64_t{0}));
    l.tenant = TenantId(j.value("tenant", std::int64_t{1}));
    l.subject = enum_of(j, "subject", SubjectKind::kStore);
    l.place = enum_of(j, "place", PlaceKind::kPreset);
    const std::pair<const char*, std::string*> texts[] = {{"store", &l.store},
                                                          {"package", &l.package},
                                                          {"version_name", &l.version_name},
                                                          {"label", &l.label},
                                                          {"developer", &l.developer},
                                                          {"credit_code", &l.credit_code},
                                                          {"filing_number", &l.filing_number},
                                                          {"region", &l.region},
                                                          {"category", &l.category},
                                                          {"category_source", &l.category_source},
                                                          {"release_date", &l.release_date},
                                                          {"policy_url", &l.policy_url},
                                                          {"apk_url", &l.apk_url},
                                                          {"apk_sha256", &l.apk_sha256},
                                                          {"page", &l.page}};
    for (const auto& [key, to] : texts) *to = j.value(key, std::string());
    l.version_code = j.value("version_code", std::int64_t{0});
    l.rank = j.value("rank", std::int64_t{0});
    l.downloads = j.value("downloads", std::int64_t{0});
    l.apk_bytes = j.value("apk_bytes", std::int64_t{0});
    for (const json& p : j.value("permissions", json::array())) {
      l.permissions.push_back({p.value("name", std::string()), p.value("purpose", std::string())});
    }
    return l;
  } catch (const json::exception& e) {
    return corrupt(std::string("listing: ") + e.what());
  }
}

}  // namespace storesweep
