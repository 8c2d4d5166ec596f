#include "cli/event_stream.h"

namespace storesweep::cli {

bool EventParser::feed(std::string_view piece, const std::function<void(const StreamEvent&)>& event) {
  rest_ += piece;
  std::size_t start = 0;
  for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', start)) {
    std::string_view text = std::string_view(rest_).substr(start, end - start);
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    line(text, event);
    start = end + 1;
  }
  rest_.erase(0, start);
  return rest_.size() + now_.data.size() <= kMaxEventBytes;
}

void EventParser::line(std::string_view line, const std::function<void(const StreamEvent&)>& event) {
  if (line.empty()) {
    if (!now_.data.empty()) event(now_);
    now_.kind.clear();
    now_.data.clear();
    return;
  }
  const std::size_t colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (!value.empty() && value[0] == ' ') value.remove_prefix(1);
  if (field == "id") now_.id = value;
  if (field == "event") now_.kind = value;
  if (field == "data") now_.data += (now_.data.empty() ? "" : "\n") + std::string(value);
}

}  // namespace storesweep::cli
