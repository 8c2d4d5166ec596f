#include "common/metrics/metrics.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

namespace storesweep {
namespace {

TEST(Metrics, ShowsNamesHelpLabelsAndValues) {
  auto metrics = make_metrics();
  metrics->counter(metric::kLeasesGranted, {"sweep"}).add();
  metrics->counter(metric::kLeasesGranted, {"sweep"}).add(2);
  metrics->gauge(metric::kLeasesLive).set(7);
  metrics->histogram(metric::kCommitSeconds).observe(0.003);
  const std::string page = metrics->page();
  EXPECT_NE(page.find("# HELP storesweep_leases_granted_total Leases granted"), std::string::npos) << page;
  EXPECT_NE(page.find("# TYPE storesweep_leases_granted_total counter"), std::string::npos);
  EXPECT_NE(page.find("storesweep_leases_granted_total{kind=\"sweep\"} 3"), std::string::npos);
  EXPECT_NE(page.find("storesweep_leases 7"), std::string::npos);
  EXPECT_NE(page.find("storesweep_commit_seconds_bucket{le=\"0.005\"} 1"), std::string::npos);
  EXPECT_NE(page.find("storesweep_commit_seconds_bucket{le=\"0.0025\"} 0"), std::string::npos);
}

TEST(Metrics, BoundsTheSeriesOfAMetricAndPutsTheRestTogether) {
  auto metrics = make_metrics();
  for (std::size_t i = 0; i < kMaxSeries + 5; ++i) {
    metrics->gauge(metric::kVerdictItems, {std::to_string(i), "R1.3", "suspected"}).add(1);
  }
  EXPECT_NE(
      metrics->page().find("storesweep_verdict_items{level=\"other\",rule=\"other\",sweep=\"other\"} 5"),
      std::string::npos);
}

TEST(Metrics, CountFromManyThreadsWithoutLosingAny) {
  auto metrics = make_metrics();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) metrics->counter(metric::kReports, {"acknowledged"}).add();
    });
  }
  for (int i = 0; i < 20; ++i) metrics->page();
  for (auto& t : threads) t.join();
  EXPECT_NE(metrics->page().find("storesweep_reports_total{answer=\"acknowledged\"} 4000"),
            std::string::npos);
}

TEST(Metrics, ForgetWhatIsOver) {
  auto metrics = make_metrics();
  metrics->gauge(metric::kVerdictRows, {"1", "5", "violation"}).set(3);
  metrics->gauge(metric::kVerdictRows, {"2", "5", "violation"}).set(4);
  metrics->forget(metric::kVerdictRows, "1");
  EXPECT_EQ(metrics->page().find("sweep=\"1\""), std::string::npos);
  EXPECT_NE(metrics->page().find("sweep=\"2\""), std::string::npos);
  metrics->gauge(metric::kVerdictRows, {"1", "5", "violation"}).set(9);
  EXPECT_NE(metrics->page().find("task=\"5\"} 9"), std::string::npos) << metrics->page();
}

// Reads names.h itself, so that a metric added tomorrow is held to the same rules.
TEST(MetricNames, AreUniqueAndEndWithTheirUnit) {
  const char* source = std::getenv("STORESWEEP_SOURCE");
  ASSERT_NE(source, nullptr);
  std::stringstream text;
  text << std::ifstream(std::string(source) + "/common/metrics/names.h").rdbuf();
  const std::string header = text.str();
  const std::regex spec(R"((Counter|Gauge|Histogram)Spec k\w+\{\s*\{\s*\"(\w+)\",\s*\"([^\"]+)\")");
  std::set<std::string> seen;
  for (std::sregex_iterator at(header.begin(), header.end(), spec), end; at != end; ++at) {
    const std::string kind = (*at)[1], name = (*at)[2], help = (*at)[3];
    EXPECT_TRUE(seen.insert(name).second) << name << " stands twice";
    EXPECT_EQ(name.rfind("storesweep_", 0), 0u) << name;
    EXPECT_EQ(kind == "Counter", name.size() > 6 && name.substr(name.size() - 6) == "_total") << name;
    EXPECT_EQ(help.back(), '.') << name;
  }
  EXPECT_GT(seen.size(), 40u);
}

}  // namespace
}  // namespace storesweep
