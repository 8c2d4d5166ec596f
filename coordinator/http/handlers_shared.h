// What the handlers' sources share. Private to this room: it brings in nlohmann's header.
#pragma once

#include <nlohmann/json.hpp>

#include <set>

#include "common/report/json_reader.h"
#include "common/report/verdict_json.h"
#include "coordinator/http/api_json.h"
#include "coordinator/http/handlers.h"

namespace storesweep::http {

using Json = nlohmann::ordered_json;

// {"rows": [...], "next": "..."}
template <class T, class F>
Response page_response(const Page<T>& page, F one) {
  Json rows = Json::array();
  for (const T& row : page.rows) rows.push_back(one(row));
  return json_response({{"rows", rows}, {"next", page.next}});
}
template <class T>
Response list_response(const std::vector<T>& all) {
  Json rows = Json::array();
  for (const T& row : all) rows.push_back(to_json(row));
  return json_response({{"rows", rows}});
}

// A parameter that is a number from 0 on, or the default where it is not given.
Result<std::int64_t> number_or(const std::string& name, const std::string& text, std::int64_t otherwise);
// The body as a JSON object whose every field is one of `fields`.
Result<Json> body_of(const Call& call, const std::set<std::string>& fields);

// In whose name an act stands. Whoever has a token speaks in the token's name alone: kPermission.
Result<std::string> speaker(const Caller& caller, const std::string& named);

}  // namespace storesweep::http
