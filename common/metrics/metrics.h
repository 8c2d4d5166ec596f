// Counting. A shell is handed a Metrics by main, fetches its counters once, and counts; pure rooms return
// values instead. Names and labels stand in names.h; the values of the labels are given in the order of their
// names.
//
//   Counter& granted = metrics.counter(metric::kLeasesGranted, {"sweep"});
//   granted.add();
//
// All of it is safe for concurrent use; what counter(), gauge() and histogram() return lives as long as the
// Metrics.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "common/metrics/names.h"

namespace storesweep {

// Series of one metric. Values beyond it share the series whose labels all say "other".
inline constexpr std::size_t kMaxSeries = 2000;

class Counter {
 public:
  virtual void add(double by = 1) = 0;  // never negative

 protected:
  ~Counter() = default;
};
class Gauge {
 public:
  virtual void set(double value) = 0;
  virtual void add(double by) = 0;

 protected:
  ~Gauge() = default;
};
class Histogram {
 public:
  virtual void observe(double value) = 0;

 protected:
  ~Histogram() = default;
};

class Metrics {
 public:
  using Labels = std::initializer_list<std::string_view>;
  virtual ~Metrics() = default;
  virtual Counter& counter(const CounterSpec& spec, Labels labels = {}) = 0;
  virtual Gauge& gauge(const GaugeSpec& spec, Labels labels = {}) = 0;
  // The series whose first label has this value are shown no more; references to them are void.
  virtual void forget(const GaugeSpec& spec, std::string_view first_label) = 0;
  virtual Histogram& histogram(const HistogramSpec& spec, Labels labels = {}) = 0;
  // All of it in Prometheus' text format 0.0.4.
  virtual std::string page() const = 0;
};

std::unique_ptr<Metrics> make_metrics();

}  // namespace storesweep
