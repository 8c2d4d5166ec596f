#include "common/traffic/multipart.h"

#include <string>

namespace storesweep::traffic {
namespace {
constexpr std::size_t kMaxBoundaryBytes = 70;  // RFC 2046, 5.1.1
constexpr std::size_t kMaxHeadBytes = 4'096;

// The boundary's own line, "--" included; empty where the body does not begin with one.
std::string_view first_line(std::string_view body) {
  const std::size_t end = body.substr(0, kMaxBoundaryBytes + 4).find("\r\n");
  return body.starts_with("--") && end != std::string_view::npos && end > 2 ? body.substr(0, end) : "";
}

// The value of name="..." that is not filename="...".
std::string_view name_in(std::string_view head) {
  constexpr std::string_view kName = " name=\"";
  const std::size_t at = head.find(kName);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = head.substr(at + kName.size());
  return rest.substr(0, rest.find('"'));
}

BodyPart part_of(std::string_view text) {
  const std::size_t end = text.substr(0, kMaxHeadBytes).find("\r\n\r\n");
  if (end == std::string_view::npos) return {{}, text};
  return {name_in(text.substr(0, end)), text.substr(end + 4)};
}
}  // namespace

std::vector<BodyPart> parse_multipart(std::string_view body) {
  const std::string_view boundary = first_line(body);
  std::vector<BodyPart> parts;
  if (boundary.empty()) return parts;
  const std::string delimiter = "\r\n" + std::string(boundary);
  for (std::size_t at = boundary.size(); parts.size() < kMaxParts && body.substr(at, 2) == "\r\n";) {
    const std::string_view rest = body.substr(at);
    const std::size_t end = rest.find(delimiter);
    parts.push_back(part_of(rest.substr(0, end)));
    if (end == std::string_view::npos) break;
    at += end + delimiter.size();
  }
  return parts;
}

}  // namespace storesweep::traffic
