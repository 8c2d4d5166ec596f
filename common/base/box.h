// A value on the heap that behaves as a value: one owner's own, copied with it. It keeps a large and rare
// alternative from making every other one of its variant as large. Empty only after it was moved from.
#pragma once

#include <memory>
#include <utility>

namespace storesweep {

template <class T>
class Box {
 public:
  Box(T value) : value_(std::make_unique<T>(std::move(value))) {}  // NOLINT: as the value itself
  Box(const Box& o) : value_(std::make_unique<T>(*o)) {}
  Box(Box&&) noexcept = default;
  Box& operator=(const Box& o) {
    value_ = std::make_unique<T>(*o);
    return *this;
  }
  Box& operator=(Box&&) noexcept = default;
  ~Box() = default;
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace storesweep
