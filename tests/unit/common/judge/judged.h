// What the judge makes of runs written by hand, one rule at a time. For tests only; no threads.
#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "tests/unit/common/judge/held.h"
#include "tests/unit/common/judge/run_script.h"

namespace storesweep {

inline Listing listing(std::string category = "实用工具") {
  Listing l;
  l.package = kTestPackage;
  l.category = std::move(category);
  return l;
}

inline Verdict judged(std::vector<Journal> journals, const Listing& l = listing(),
                      bool single_device = false) {
  auto v = judge(journals, l, test_pack(), {.single_device = single_device});
  EXPECT_TRUE(v.ok()) << v.status().text();
  for (const ItemVerdict& i : v->items) {
    for (Reason r : i.reasons) {
      EXPECT_TRUE(test_pack().item(i.rule)->reasons.contains(r))
          << i.rule << " carries " << name(r) << ", which the pack does not say";
    }
  }
  expect_same_when_observed(journals, l, test_pack(), {.single_device = single_device}, *v);
  expect_ablation_holds(journals, l, test_pack(), {.single_device = single_device}, *v);
  return *v;
}
inline Verdict judged(const RunScript& run, const Listing& l = listing()) {
  return judged(std::vector{run.journal()}, l);
}

inline const ItemVerdict& item(const Verdict& v, std::string_view rule) {
  for (const ItemVerdict& i : v.items) {
    if (i.rule == rule) return i;
  }
  throw std::out_of_range("no such item");
}
inline Level level(const Verdict& v, std::string_view rule) { return item(v, rule).level; }

// Taking any channel's records out of a run never raises a level and never makes an item `not found`.
inline void expect_less_never_accuses(const RunScript& run, const Listing& l = listing()) {
  const Verdict whole = judged(run, l);
  for (std::string_view channel :
       {record_name::kEvents, record_name::kLog, record_name::kAppOps, record_name::kOpStates,
        record_name::kHierarchy, record_name::kPackage, record_name::kAppFacts}) {
    Journal j = run.journal();
    for (Record& r : j.records) {
      if ((r.kind != RecordKind::kRaw && r.kind != RecordKind::kDocument) || r.name != channel) continue;
      r.kind = RecordKind::kLost;
      r.count = 1;
    }
    const Verdict less = judged(std::vector{j}, l);
    for (std::size_t i = 0; i < whole.items.size(); ++i) {
      EXPECT_GE(less.items[i].level, std::min(whole.items[i].level, Level::kNotTested))
          << channel << less.items[i].rule;
      if (less.items[i].level == Level::kNotFound) {
        EXPECT_EQ(whole.items[i].level, Level::kNotFound) << channel;
      }
    }
  }
}

}  // namespace storesweep
