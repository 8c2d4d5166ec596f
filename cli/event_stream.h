// Server-sent events out of pieces as they arrive. Pure; one thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace storesweep::cli {

struct StreamEvent {
  std::string id, kind, data;
};

class EventParser {
 public:
  static constexpr std::size_t kMaxEventBytes = 1u << 20;
  // Calls `event` for each that is whole. False: an event is larger than the bound.
  bool feed(std::string_view piece, const std::function<void(const StreamEvent&)>& event);

 private:
  void line(std::string_view line, const std::function<void(const StreamEvent&)>& event);
  std::string rest_;
  StreamEvent now_;
};

}  // namespace storesweep::cli
