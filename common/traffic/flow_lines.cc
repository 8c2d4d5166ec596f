#include "common/traffic/flow_lines.h"

#include <array>
#include <nlohmann/json.hpp>

#include "common/base/json_line.h"
#include "common/base/text.h"
#include "common/traffic/wrapped_text.h"

namespace storesweep::traffic {
namespace {
using Json = nlohmann::json;

constexpr std::size_t kMaxShortBytes = 1'024;  // hosts, ids, errors
constexpr std::size_t kMaxTextBytes = 64u << 10;
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::pair<std::string_view, FlowKind>, 10> kKinds = {{
    {"ready", FlowKind::kReady},
    {"open", FlowKind::kOpen},
    {"tunnel", FlowKind::kTunnel},
    {"tls", FlowKind::kTls},
    {"request", FlowKind::kRequest},
    {"message", FlowKind::kMessage},
    {"response", FlowKind::kResponse},
    {"error", FlowKind::kError},
    {"unreachable", FlowKind::kUnreachable},
    {"close", FlowKind::kClose},
}};

class Fields : public JsonLine {
 public:
  explicit Fields(const Json& json) : JsonLine(json, "the proxy") {}
  std::string text(const char* key, std::size_t max_bytes = kMaxShortBytes) {
    return JsonLine::text(key, max_bytes);
  }
  std::string bytes(const char* key) {
    std::string coded = text(key, kMaxFlowLineBytes);
    while (!coded.empty() && coded.back() == '=') coded.pop_back();
    if (coded.find_first_not_of(kBase64) != std::string::npos) return wrong(key, "is no base64"), "";
    return decode_base64(coded);
  }
  std::vector<std::pair<std::string, std::string>> headers() {
    std::vector<std::pair<std::string, std::string>> out;
    const auto at = json_.find("headers");
    if (at == json_.end()) return out;
    if (!at->is_array() || at->size() > kMaxFlowHeaders) return wrong("headers", "is no short list"), out;
    for (const Json& one : *at) {
      const bool pair = one.is_array() && one.size() == 2 && one[0].is_string() && one[1].is_string();
      if (!pair) return wrong("headers", "holds something else than names with values"), out;
      out.emplace_back(one[0].get<std::string>(), one[1].get<std::string>());
    }
    return out;
  }
};

void read_exchange(Fields& fields, FlowLine& out) {
  out.method = fields.text("method");
  out.scheme = fields.text("scheme");
  out.version = fields.text("version");
  out.path = fields.text("path", kMaxTextBytes);
  out.headers = fields.headers();
  out.body = fields.bytes("body");
  out.body_bytes = static_cast<std::uint64_t>(fields.number("body_bytes", INT64_MAX));
  const auto path_bytes = static_cast<std::size_t>(fields.number("path_bytes", INT64_MAX));
  out.cut = fields.flag("headers_cut") || out.body_bytes > out.body.size() || path_bytes > out.path.size();
  out.status = static_cast<int>(fields.number("status", 999));
  out.type = fields.text("type");
}

bool refuses(const std::string& error) {
  for (std::string_view word : {"does not trust", "unknown ca", "bad certificate", "certificate unknown"}) {
    if (error.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

Result<FlowLine> parse_flow_line(std::string_view line) {
  if (line.size() > kMaxFlowLineBytes) return corrupt("a line of the proxy is too long");
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return corrupt("a line of the proxy is no JSON object");
  Fields fields(json);
  const std::string kind = fields.text("kind");
  FlowLine out;
  bool known = false;
  for (const auto& [name, value] : kKinds) {
    if (name != kind) continue;
    out.kind = value;
    known = true;
  }
  if (!known) return corrupt("a line of the proxy is of no kind that is known");
  out.ms = fields.number("ms", INT64_MAX);
  out.from_ms = json.contains("from_ms") ? fields.number("from_ms", INT64_MAX) : out.ms;
  out.connection = fields.text("connection");
  out.flow = fields.text("flow");
  out.host = fields.text("host");
  out.port = static_cast<int>(fields.number("port", 65'535));
  out.answers = fields.flag("answers");
  out.trusted = fields.flag("trusted");
  out.error = fields.text("error");
  read_exchange(fields, out);
  TRY(fields.status());
  if (out.from_ms > out.ms) return corrupt("a line of the proxy: a request ended before it began");
  return out;
}

std::string_view unopened_name(Unopened how) {
  static constexpr std::array<std::string_view, 3> kNames = {"refused", "pinned", "failed"};
  return kNames.at(static_cast<std::size_t>(how));
}

std::optional<UnopenedConnection> FlowReader::take(const FlowLine& line) {
  if (line.kind == FlowKind::kOpen) {
    if (open_.size() < kMaxConnections) open_[line.connection] = {};
    return std::nullopt;
  }
  const auto at = open_.find(line.connection);
  if (at == open_.end()) return std::nullopt;
  Open& open = at->second;
  switch (line.kind) {
    case FlowKind::kTunnel:
    case FlowKind::kTls:
      open.host = line.host;
      open.port = line.port;
      open.error = line.error;
      open.tunnel = true;
      open.trusted = line.kind == FlowKind::kTls && line.trusted;
      open.refused = line.kind == FlowKind::kTls && !line.trusted && refuses(line.error);
      return std::nullopt;
    case FlowKind::kRequest:
    case FlowKind::kMessage:
      open.used = true;
      return std::nullopt;
    case FlowKind::kClose:
      break;
    default:
      return std::nullopt;
  }
  const Open ended = std::move(open);
  open_.erase(at);
  if (ended.used || !ended.tunnel) return std::nullopt;
  const Unopened how = ended.refused   ? Unopened::kRefused
                       : ended.trusted ? Unopened::kPinned
                                       : Unopened::kFailed;
  return UnopenedConnection{how, line.connection, ended.host, ended.error, ended.port, line.ms};
}

}  // namespace storesweep::traffic
