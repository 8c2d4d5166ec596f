#include "common/judge/traffic_seen.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/evidence/names.h"
#include "common/traffic/search.h"

namespace storesweep {
namespace {
constexpr std::size_t kMaxConnections = 100'000;
constexpr std::size_t kMaxRequestLine = 200, kAround = 60, kMaxMarked = 200;  // bytes of an excerpt's parts

// Digests are told apart: whether one is still the person's data is for a person.
bool is_digest(std::string_view encoding) {
  return starts_with(encoding, "md5") || starts_with(encoding, "sha1") || starts_with(encoding, "sha256");
}

// An app that writes our marks itself marks nothing; what is no text is shown as dots.
std::string readable(std::string_view text) {
  std::string out = clean_utf8(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = c == '\n' || c == '\r' ? ' ' : '.';
  }
  for (std::string_view mark : {kMarkBegin, kMarkEnd}) {
    for (std::size_t at = out.find(mark); at != std::string::npos; at = out.find(mark, at))
      out.replace(at, mark.size(), "|");
  }
  return out;
}

std::string excerpt_of(std::string_view head, std::string_view bytes, const traffic::Sighting& s,
                       const std::string& form) {
  std::string out = readable(head.substr(0, std::min(head.find('\n'), kMaxRequestLine)));
  if (!s.layers.empty()) {
    out += " |";
    for (const traffic::Layer& layer : s.layers) out += " " + std::string(wrapping_name(layer.wrapping));
    return out + ": " + std::string(kMarkBegin) + form + std::string(kMarkEnd);
  }
  const std::size_t at = std::min<std::size_t>(s.hit.offset, bytes.size());
  const std::size_t end = std::min<std::size_t>(at + s.hit.length, bytes.size());
  const std::size_t from = at - std::min(at, kAround);
  return out + " | " + readable(bytes.substr(from, at - from)) + std::string(kMarkBegin) +
         readable(bytes.substr(at, std::min(end - at, kMaxMarked))) + std::string(kMarkEnd) +
         readable(bytes.substr(end, kAround));
}

// The request's line and headers as text: a header's name stands before its value as a field's does.
std::string head_of(const traffic::FlowLine& line) {
  std::string out = line.method.empty() ? "" : line.method + " ";
  out += (line.scheme.empty() ? "" : line.scheme + "://") + line.host + line.path + "\n";
  for (const auto& [name, value] : line.headers) out += name + ": " + value + "\n";
  return out;
}

}  // namespace

void TrafficReader::attest(const Record& r) {
  const auto json = nlohmann::json::parse(r.data, nullptr, false);
  if (r.name == record_name::kProxyGap) ++seen_.gaps;
  if (!json.is_object()) return;
  if (r.name == record_name::kProxy) {
    seen_.proxied = true;
    seen_.trusted = json.contains("trusted") && json["trusted"] == true;
  }
  if (r.name != record_name::kCanaries || matcher_ || !json.contains("seed") || !json.contains("planted"))
    return;
  const auto seed =
      json["seed"].is_string() ? parse_int<std::uint64_t>(json["seed"].get<std::string>()) : std::nullopt;
  if (!seed || !json["planted"].is_array()) return;
  seen_.seed = *seed;
  for (const auto& name : json["planted"]) {
    if (name.is_string()) seen_.planted.insert(name.get<std::string>());
  }
  auto canaries = traffic::canaries_of(*seed);
  std::erase_if(canaries, [&](const traffic::Canary& c) { return !seen_.planted.contains(c.name); });
  matcher_ = std::make_unique<traffic::CanaryMatcher>(std::move(canaries));
}

void TrafficReader::sockets(const Record& r) {
  const std::size_t end = r.data.find('\n');
  if (end == std::string::npos) return;
  const auto uid = owners_.take(std::string_view(r.data).substr(end + 1));
  if (uid && uids_.size() < kMaxConnections) uids_[r.data.substr(0, end)] = *uid;
}

int TrafficReader::uid_of(const std::string& connection) const {
  const auto at = uids_.find(connection);
  return at == uids_.end() ? -1 : at->second;
}

bool TrafficReader::line(const Record& r) {
  const auto line = traffic::parse_flow_line(r.data);
  if (!line.ok()) return false;
  if (const auto ended = flows_.take(*line)) {
    if (seen_.unopened.size() >= kMaxUnopened) {
      ++left_out_;
      return true;
    }
    UnopenedSeen& seen = seen_.unopened.emplace_back();
    static_cast<Moment&>(seen) = moment_of(r);
    seen.how = ended->how;
    seen.host = clean_utf8(ended->host);
    seen.uid = uid_of(ended->connection);
    seen.excerpt = readable(std::string(unopened_name(ended->how)) + " " + ended->host + ": " + ended->error);
  }
  using Kind = traffic::FlowKind;
  if (line->kind == Kind::kRequest || line->kind == Kind::kMessage) search(r, *line);
  return true;
}

void TrafficReader::search(const Record& r, const traffic::FlowLine& line) {
  ++seen_.requests;
  if (line.cut) ++seen_.unread;
  if (!matcher_) return;
  const std::string head = head_of(line);
  std::map<std::string, LeftSeen> found;  // by canary
  look(r, line, head, head, found);
  look(r, line, head, line.body, found);
  for (auto& [name, seen] : found) {
    if (seen_.left.size() < kMaxLeft) {
      seen_.left.push_back(std::move(seen));
    } else {
      ++left_out_;
    }
  }
}

void TrafficReader::look(const Record& r, const traffic::FlowLine& line, std::string_view head,
                         std::string_view bytes, std::map<std::string, LeftSeen>& found) {
  const auto sightings = traffic::find_canaries(*matcher_, as_bytes(bytes));
  if (!sightings.unread.empty() || sightings.cut) ++seen_.unread;
  for (const traffic::Sighting& s : sightings.seen) {
    const traffic::Canary& canary = matcher_->canaries()[s.hit.canary];
    const traffic::Form& form = matcher_->forms(s.hit.canary)[s.hit.form];
    const bool hashed = is_digest(form.encoding);
    const auto before = found.find(canary.name);
    if (before != found.end() && (hashed || !before->second.hashed)) continue;
    LeftSeen& seen = found[canary.name];
    static_cast<Moment&>(seen) = moment_of(r);
    seen.canary = canary.name;
    seen.kind = canary.kind;
    seen.form = form.name();
    seen.host = readable(line.host);
    seen.port = line.port;
    seen.uid = uid_of(line.connection);
    seen.hashed = hashed;
    seen.excerpt = excerpt_of(head, bytes, s, readable(form.bytes));
  }
}

}  // namespace storesweep
