#include "coordinator/audit/chain.h"

#include <nlohmann/json.hpp>

#include "common/base/clock.h"
#include "common/base/text.h"

namespace storesweep {
namespace {
using Json = nlohmann::ordered_json;

std::string cut(const std::string& text) {
  if (text.size() <= kMaxAuditTextBytes) return clean_utf8(text);
  return clean_utf8(text.substr(0, kMaxAuditTextBytes)) + "... (" + std::to_string(text.size()) + " bytes)";
}

void put(Json& line, const char* key, const std::string& text) {
  if (!text.empty()) line[key] = cut(text);
}

Json named_json(const AuditEntry& entry) {
  Json named = Json::object();
  for (const auto& [key, value] : entry.named) {
    if (named.size() < kMaxAuditNamed) named[cut(key)] = cut(value);
  }
  return named;
}
}  // namespace

std::string audit_line(const AuditEntry& entry, std::int64_t wall_ms, AuditHead& head) {
  Json line = {{"n", head.n + 1}, {"previous", to_hex(head.hash)}, {"time", format_time(wall_ms)}};
  put(line, "event", entry.event);
  put(line, "who", entry.who);
  put(line, "role", entry.role);
  put(line, "remote", entry.remote);
  put(line, "method", entry.method);
  put(line, "route", entry.route);
  if (!entry.named.empty()) line["named"] = named_json(entry);
  if (entry.status != 0) line["status"] = entry.status;
  put(line, "outcome", entry.outcome);
  put(line, "trace_id", entry.trace_id);
  std::string text = line.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kMaxAuditLineBytes) {  // control characters, each of which takes six
    line["named"] = {{"left_out", std::to_string(text.size()) + " bytes"}};
    text = line.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  head = {head.n + 1, sha256(text)};
  return text;
}

Result<AuditLink> audit_link_untrusted(std::string_view line) {
  if (line.size() > kMaxAuditLineBytes) return corrupt("longer than a line of an audit log can be");
  const Json json = Json::parse(line, nullptr, false);
  const auto text = [&](const char* key) {
    const auto at = json.find(key);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  if (!json.is_object()) return corrupt("no line of an audit log");
  const auto n = json.find("n");
  const auto previous = digest_from_hex(text("previous"));
  if (n == json.end() || !n->is_number_unsigned() || !previous || text("event").empty()) {
    return corrupt(
        "no line of an audit log: its number, the hash of the line before it or its event is missing");
  }
  return AuditLink{n->get<std::uint64_t>(), *previous, sha256(line)};
}

Status follows(const AuditHead& head, const AuditLink& next) {
  const std::string is = "line " + std::to_string(next.n);
  if (next.n == 0) return corrupt("a line has number 0");
  if (next.n != head.n + 1) {
    return corrupt(is + " stands behind line " + std::to_string(head.n) + ": lines were taken out or moved");
  }
  if (next.previous == head.hash) return ok_status();
  return corrupt(is +
                 " follows another line than the one that stands before it: that one was changed, or put in");
}

}  // namespace storesweep
