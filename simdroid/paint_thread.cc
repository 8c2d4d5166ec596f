#include "simdroid/paint_thread.h"

#include <utility>

namespace storesweep::simdroid {

PaintThread::PaintThread(bool beside) {
  if (beside) thread_ = std::thread([this] { run(); });
}

PaintThread::~PaintThread() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::future<std::string> PaintThread::picture(Display display, PictureFormat format, int api) {
  Order order{std::move(display), format, api, {}};
  std::future<std::string> picture = order.done.get_future();
  if (!thread_.joinable()) {
    paint(std::move(order));
    return picture;
  }
  {
    std::lock_guard lock(mutex_);
    orders_.push_back(std::move(order));
  }
  changed_.notify_one();
  return picture;
}

void PaintThread::paint(Order order) {
  order.done.set_value(order.format == PictureFormat::kPng ? painter_.png(order.display)
                                                           : painter_.raw(order.display, order.api));
}

void PaintThread::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !orders_.empty(); });
    if (stopping_) return;
    Order order = std::move(orders_.front());
    orders_.pop_front();
    lock.unlock();
    paint(std::move(order));
    lock.lock();
  }
}

}  // namespace storesweep::simdroid
