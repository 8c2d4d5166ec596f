#include "common/traffic/har.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "common/base/clock.h"
#include "common/base/text.h"
#include "common/traffic/flow_lines.h"

namespace storesweep::traffic {
namespace {
using Json = nlohmann::ordered_json;

constexpr std::string_view kCodes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    unsigned word = 0;
    for (std::size_t k = 0; k < 3; ++k)
      word = (word << 8u) | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += k <= n ? kCodes[(word >> (18 - 6 * k)) & 63u] : '=';
  }
  return out;
}

bool lower_is(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

std::string header(const FlowLine& line, std::string_view name) {
  for (const auto& [key, value] : line.headers) {
    if (lower_is(key, name)) return value;
  }
  return {};
}

std::string url_of(const FlowLine& r) {
  const bool usual = (r.scheme == "https" && r.port == 443) || (r.scheme == "http" && r.port == 80);
  return clean_utf8(r.scheme + "://" + r.host + (usual || r.port == 0 ? "" : ":" + std::to_string(r.port)) +
                    r.path);
}

// As they stand in the address, not decoded.
Json query_of(const FlowLine& r) {
  Json out = Json::array();
  const std::size_t mark = r.path.find('?');
  if (mark == std::string::npos) return out;
  const std::string_view query = std::string_view(r.path).substr(mark + 1);
  for (std::string_view part : split(query.substr(0, query.find('#')), '&')) {
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    out.push_back({{"name", clean_utf8(part.substr(0, equals))},
                   {"value", equals == std::string_view::npos ? "" : clean_utf8(part.substr(equals + 1))}});
  }
  return out;
}

Json cookies_of(const FlowLine& r) {
  Json out = Json::array();
  const std::string cookies = header(r, "cookie");
  for (std::string_view part : split(cookies, ';')) {
    part = trim(part);
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    out.push_back(
        {{"name", clean_utf8(part.substr(0, equals))}, {"value", clean_utf8(part.substr(equals + 1))}});
  }
  return out;
}

Json request_of(const FlowLine& r) {
  Json headers = Json::array();
  for (const auto& [name, value] : r.headers)
    headers.push_back({{"name", clean_utf8(name)}, {"value", clean_utf8(value)}});
  Json out = {{"method", clean_utf8(r.method)},
              {"url", url_of(r)},
              {"httpVersion", clean_utf8(r.version.empty() ? "unknown" : r.version)},
              {"cookies", cookies_of(r)},
              {"headers", std::move(headers)},
              {"queryString", query_of(r)},
              {"headersSize", -1},
              {"bodySize", r.body_bytes}};
  if (r.body_bytes > 0) {
    const bool text = valid_utf8(r.body);
    Json body = {{"mimeType", clean_utf8(header(r, "content-type"))},
                 {"text", text ? r.body : base64(r.body)}};
    if (!text) body["_encoding"] = "base64";
    out["postData"] = std::move(body);
  }
  if (r.cut) out["comment"] = "of path, headers or body something was left out";
  return out;
}

// What is not known of an answer says so by the values that the format gives it.
Json response_of(const FlowLine* r, std::string_view error) {
  Json out = {{"status", r ? r->status : 0},
              {"statusText", ""},
              {"httpVersion", "unknown"},
              {"cookies", Json::array()},
              {"headers", Json::array()},
              {"content", {{"size", r ? r->body_bytes : 0}, {"mimeType", r ? clean_utf8(r->type) : ""}}},
              {"redirectURL", ""},
              {"headersSize", -1},
              {"bodySize", r ? static_cast<std::int64_t>(r->body_bytes) : -1}};
  if (!r) out["comment"] = error.empty() ? "no answer was seen" : "no answer: " + clean_utf8(error);
  return out;
}

struct Exchange {
  FlowLine request;
  std::int64_t wall_ms = 0;  // of the request's line
  std::optional<FlowLine> response;
  std::string error;
};

Json entry_of(const Exchange& e) {
  const std::int64_t sent_ms = e.request.ms - e.request.from_ms;
  const std::int64_t wait_ms = e.response ? std::max<std::int64_t>(0, e.response->ms - e.request.ms) : 0;
  return {{"startedDateTime", format_time(e.wall_ms - sent_ms)},
          {"time", sent_ms + wait_ms},
          {"request", request_of(e.request)},
          {"response", response_of(e.response ? &*e.response : nullptr, e.error)},
          {"cache", Json::object()},
          {"timings", {{"send", sent_ms}, {"wait", wait_ms}, {"receive", 0}}},
          {"connection", clean_utf8(e.request.connection)}};
}

struct Left {
  std::size_t broken = 0, unopened = 0, messages = 0, beyond = 0;
  std::string comment() const {
    std::string out = "answers are recorded by status, type and length";
    const auto add = [&](std::size_t n, const char* what) {
      if (n > 0) out += "; " + std::to_string(n) + what;
    };
    add(unopened, " connections never came to a request");
    add(messages, " messages of other protocols are not shown");
    add(broken, " lines of the proxy could not be read");
    add(beyond, " exchanges found no room");
    return out;
  }
};

class Joiner {
 public:
  void take(const TimedFlowLine& timed) {
    auto line = parse_flow_line(timed.line);
    if (!line.ok()) {
      ++left_.broken;
      return;
    }
    if (connections_.take(*line)) ++left_.unopened;
    if (line->kind == FlowKind::kMessage) ++left_.messages;
    if (line->kind == FlowKind::kRequest) {
      if (exchanges_.size() >= kMaxHarEntries) {
        ++left_.beyond;
        return;
      }
      by_flow_[line->flow] = exchanges_.size();
      exchanges_.push_back({std::move(*line), timed.wall_ms, {}, {}});
      return;
    }
    const auto at = by_flow_.find(line->flow);
    if (at == by_flow_.end()) return;
    Exchange& e = exchanges_[at->second];
    if (line->kind == FlowKind::kError) e.error = line->error;
    if (line->kind == FlowKind::kResponse && !e.response) e.response = std::move(*line);
  }

  std::string finish(std::string_view package, std::string_view creator) {
    if (exchanges_.empty()) return {};
    const Json page = {{"startedDateTime", format_time(exchanges_.front().wall_ms)},
                       {"id", "run"},
                       {"title", clean_utf8(package)},
                       {"pageTimings", Json::object()}};
    std::string entries;
    for (const Exchange& e : exchanges_) {
      Json entry = entry_of(e);
      entry["pageref"] = "run";
      const std::string text = entry.dump();
      if (entries.size() + text.size() > kMaxHarBytes) {
        ++left_.beyond;
        continue;
      }
      entries += (entries.empty() ? "\n" : ",\n") + text;
    }
    const Json maker = {{"name", "storesweep"}, {"version", clean_utf8(creator)}};
    return "{\"log\": {\"version\": \"1.2\", \"creator\": " + maker.dump() + ", \"pages\": [" + page.dump() +
           "], \"comment\": " + Json(left_.comment()).dump() + ", \"entries\": [" + entries + "\n]}}\n";
  }

 private:
  FlowReader connections_;
  std::vector<Exchange> exchanges_;
  std::map<std::string, std::size_t, std::less<>> by_flow_;
  Left left_;
};

}  // namespace

std::string har_of(std::span<const TimedFlowLine> lines, std::string_view package, std::string_view creator) {
  Joiner joiner;
  for (const TimedFlowLine& line : lines) joiner.take(line);
  return joiner.finish(package, creator);
}

}  // namespace storesweep::traffic
