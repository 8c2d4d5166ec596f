// Received bytes that no message has been made of yet. Whatever pieces a socket delivers go in; the take_...
// functions of the protocol files cut whole messages off the front. One thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace storesweep::adb {

class Inbox {
 public:
  void feed(std::string_view bytes) { bytes_.append(bytes); }
  std::string_view view() const { return std::string_view(bytes_).substr(at_); }
  std::size_t size() const { return bytes_.size() - at_; }
  bool empty() const { return size() == 0; }
  // Drops the first n bytes; n <= size().
  void drop(std::size_t n) {
    at_ += n;
    if (at_ == bytes_.size()) {
      bytes_.clear();
      at_ = 0;
    } else if (at_ > kCompactBytes && at_ > bytes_.size() / 2) {
      bytes_.erase(0, at_);
      at_ = 0;
    }
  }
  std::string take_all() {
    std::string all(view());
    drop(size());
    return all;
  }

 private:
  static constexpr std::size_t kCompactBytes = 64 * 1024;
  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace storesweep::adb
