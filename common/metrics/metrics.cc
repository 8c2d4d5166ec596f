#include "common/metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>

namespace storesweep {
namespace {

class CounterOf final : public Counter {
 public:
  explicit CounterOf(prometheus::Counter& c) : c_(c) {}
  void add(double by) override { c_.Increment(by); }

 private:
  prometheus::Counter& c_;
};
class GaugeOf final : public Gauge {
 public:
  explicit GaugeOf(prometheus::Gauge& g) : g_(g) {}
  prometheus::Gauge* inner() { return &g_; }
  void set(double value) override { g_.Set(value); }
  void add(double by) override { g_.Increment(by); }

 private:
  prometheus::Gauge& g_;
};
class HistogramOf final : public Histogram {
 public:
  explicit HistogramOf(prometheus::Histogram& h) : h_(h) {}
  void observe(double value) override { h_.Observe(value); }

 private:
  prometheus::Histogram& h_;
};

prometheus::Labels labels_of(const MetricSpec& spec, Metrics::Labels values) {
  prometheus::Labels all;
  auto value = values.begin();
  for (const char* label : spec.labels) {
    if (label == nullptr) break;
    all.emplace(label, value == values.end() ? std::string() : std::string(*value++));
  }
  return all;
}

prometheus::Labels all_other(const MetricSpec& spec) { return labels_of(spec, {"other", "other", "other"}); }

// The series of one kind of metric, by name and labels.
template <class Of>
class Series {
 public:
  template <class Make>
  Of& find(const MetricSpec& spec, Metrics::Labels values, Make make) {
    auto& family = families_[spec.name];
    auto labels = labels_of(spec, values);
    if (family.size() >= kMaxSeries && !family.contains(labels)) labels = all_other(spec);
    auto& series = family[labels];
    if (!series) series = std::make_unique<Of>(make(labels));
    return *series;
  }

  template <class Each>
  void forget(const MetricSpec& spec, std::string_view first_label, Each each) {
    auto& family = families_[spec.name];
    for (auto at = family.begin(); at != family.end();) {
      auto label = at->first.find(spec.labels[0]);
      if (label == at->first.end() || label->second != first_label) {
        ++at;
        continue;
      }
      each(*at->second);
      at = family.erase(at);
    }
  }

 private:
  std::map<std::string_view, std::map<prometheus::Labels, std::unique_ptr<Of>>> families_;
};

prometheus::Histogram::BucketBoundaries buckets(const HistogramSpec& spec) {
  prometheus::Histogram::BucketBoundaries all;
  for (double b : spec.upper_bounds) {
    if (b > 0) all.push_back(b);
  }
  return all;
}

class PrometheusMetrics final : public Metrics {
 public:
  Counter& counter(const CounterSpec& spec, Labels labels) override {
    std::lock_guard lock(mutex_);
    return counters_.find(spec, labels, [&](const prometheus::Labels& l) {
      return CounterOf(prometheus::BuildCounter().Name(spec.name).Help(spec.help).Register(registry_).Add(l));
    });
  }
  Gauge& gauge(const GaugeSpec& spec, Labels labels) override {
    std::lock_guard lock(mutex_);
    return gauges_.find(spec, labels, [&](const prometheus::Labels& l) {
      return GaugeOf(prometheus::BuildGauge().Name(spec.name).Help(spec.help).Register(registry_).Add(l));
    });
  }
  Histogram& histogram(const HistogramSpec& spec, Labels labels) override {
    std::lock_guard lock(mutex_);
    return histograms_.find(spec, labels, [&](const prometheus::Labels& l) {
      return HistogramOf(prometheus::BuildHistogram().Name(spec.name).Help(spec.help).Register(registry_).Add(
          l, buckets(spec)));
    });
  }
  void forget(const GaugeSpec& spec, std::string_view first_label) override {
    std::lock_guard lock(mutex_);
    auto& family = prometheus::BuildGauge().Name(spec.name).Help(spec.help).Register(registry_);
    gauges_.forget(spec, first_label, [&](GaugeOf& g) { family.Remove(g.inner()); });
  }
  std::string page() const override { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

 private:
  std::mutex mutex_;  // of the series; the registry and the metrics have their own
  prometheus::Registry registry_{prometheus::Registry::InsertBehavior::Merge};
  Series<CounterOf> counters_;
  Series<GaugeOf> gauges_;
  Series<HistogramOf> histograms_;
};

}  // namespace

std::unique_ptr<Metrics> make_metrics() { return std::make_unique<PrometheusMetrics>(); }

}  // namespace storesweep
