// A simulated device without sockets, on a clock that the test moves: commands go in, what they print comes
// out. One thread.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/random.h"
#include "simdroid/device.h"
#include "simdroid/shell_run.h"

namespace storesweep::simdroid {

inline DeviceShape test_shape(int api) {
  auto shape = load_shape(SIMDROID_SHAPES, api);
  EXPECT_TRUE(shape.ok()) << shape.status().text();
  return std::move(shape).value();
}

struct Said {
  std::string out;
  std::string err;
  int code = -1;  // -1: still running when the time was over
};

class BenchDevice {
 public:
  explicit BenchDevice(int api) : shape_(test_shape(api)) {
    DeviceOptions options;
    options.wall_start_ms = 1'600'000'000'000;
    device_ = std::make_unique<Device>(shape_, options, clock_, random_);
  }
  Device& operator*() { return *device_; }
  Device* operator->() { return device_.get(); }

  // Runs a command line, giving it `input` and at most `wait_ms` of the device's time.
  Said run(const std::string& text, const std::string& input = "", std::int64_t wait_ms = 10'000) {
    Said said;
    ShellRun::Output output{[&](std::string_view b) { said.out += b; },
                            [&](std::string_view b) { said.err += b; }, [&](int code) { said.code = code; }};
    auto run = std::make_shared<ShellRun>(*device_, device_->shell_uid(), false, output);
    run->start(text);
    if (!input.empty()) run->input(input);
    run->input_end();
    for (std::int64_t waited = 0; said.code < 0 && waited <= wait_ms; waited += 10) {
      device_->timers().run_due();
      if (said.code < 0) clock_.advance_ms(10);
    }
    return said;
  }
  std::string out(const std::string& text) { return run(text).out; }
  // Lets the device's time go by, in small steps.
  void wait_ms(std::int64_t ms) {
    for (std::int64_t waited = 0; waited < ms; waited += 50) {
      clock_.advance_ms(50);
      device_->timers().run_due();
    }
  }

 private:
  FakeClock clock_;
  SeededRandom random_{7};
  DeviceShape shape_;
  std::unique_ptr<Device> device_;
};

}  // namespace storesweep::simdroid
