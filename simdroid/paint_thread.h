// Pictures of screens, painted beside the thread that serves all devices: one takes tens of milliseconds,
// which at a clock sixty times as fast as life are seconds for every other device. Asked from that one
// thread; a picture that nobody waits for any more is painted all the same.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "simdroid/print/picture.h"

namespace storesweep::simdroid {

enum class PictureFormat { kPng, kRaw };

class PaintThread {
 public:
  // `beside`: in a thread of its own; else at once, for a single device under test.
  explicit PaintThread(bool beside);
  ~PaintThread();
  PaintThread(const PaintThread&) = delete;
  PaintThread& operator=(const PaintThread&) = delete;

  std::future<std::string> picture(Display display, PictureFormat format, int api);

 private:
  struct Order {
    Display display;
    PictureFormat format = PictureFormat::kPng;
    int api = 0;
    std::promise<std::string> done;
  };
  void paint(Order order);
  void run();

  Painter painter_;  // of the thread, where there is one
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Order> orders_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace storesweep::simdroid
