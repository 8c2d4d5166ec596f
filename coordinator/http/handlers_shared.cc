#include "coordinator/http/handlers_shared.h"

#include "common/base/text.h"

namespace storesweep::http {

Response json_response(const Json& json, int status) {
  Response r;
  r.status = status;
  r.body = dump_json(json);
  return r;
}

Result<PageRequest> page_of(const Call& call) {
  PageRequest page;
  page.cursor = call.query("cursor");
  if (page.cursor.size() > kMaxNameBytes) return invalid("cursor: give back `next` of the page before");
  if (const std::string rows = call.query("rows"); !rows.empty()) {
    const auto n = parse_int<std::size_t>(rows);
    if (!n || *n < 1 || *n > kMaxPageRows) {
      return invalid("rows: wanted 1 to " + std::to_string(kMaxPageRows) + ", not `" + rows + "`");
    }
    page.rows = *n;
  }
  return page;
}

Result<std::string> idempotency_key(const Call& call) {
  const std::string key = call.request.head.header("idempotency-key");
  bool printable = key.size() <= 200;
  for (char c : key) printable = printable && c > ' ' && c < 0x7f;
  if (!printable) return invalid("Idempotency-Key: wanted at most 200 printable ASCII characters");
  return key;
}

Result<std::int64_t> number_or(const std::string& name, const std::string& text, std::int64_t otherwise) {
  if (text.empty()) return otherwise;
  const auto n = parse_int<std::int64_t>(text);
  if (!n || *n < 0) return invalid(name + ": wanted a number, not `" + text.substr(0, 80) + "`");
  return *n;
}

Result<Json> body_of(const Call& call, const std::set<std::string>& fields) {
  auto json = parse_json(call.request.body);
  if (!json.ok()) return invalid("the body is " + json.status().message());
  if (!json->is_object()) return invalid("the body must be a JSON object");
  for (const auto& [field, value] : json->items()) {
    if (fields.contains(field)) continue;
    std::string known;
    for (const std::string& f : fields) known += (known.empty() ? "" : ", ") + f;
    return invalid("`" + field.substr(0, 80) + "` is no field of this request; it knows: " + known);
  }
  return json;
}

Result<std::string> speaker(const Caller& caller, const std::string& named) {
  if (caller.name.empty() || named == caller.name) return named;
  if (named.empty()) return caller.name;
  return permission("officer: this token is that of `" + caller.name + "`, who cannot speak as `" +
                    named.substr(0, kMaxNameBytes) + "`; leave it out, or ask for a token of that name");
}

}  // namespace storesweep::http
