// What holds of every run that a judge test judges, whatever its scene is about: judged from its observation
// records it gives the same bytes, and what an observer lost never accuses and never acquits. For tests only;
// no threads.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "common/evidence/verdict_codec.h"
#include "common/judge/judge.h"
#include "common/judge/observations.h"
#include "common/rules/pack.h"

namespace storesweep {

// The journal without an observer's records: each is marked as lost.
inline Journal without(Journal j, std::string_view observer) {
  for (Record& r : j.records) {
    if (r.kind != RecordKind::kRaw || r.name != observer) continue;
    r.kind = RecordKind::kLost;
    r.data.clear();
    r.count = 1;
  }
  return j;
}

inline std::set<std::string> observers_of(const std::vector<Journal>& journals) {
  std::set<std::string> names;
  for (const Journal& j : journals) {
    for (const Record& r : j.records) {
      if (r.kind == RecordKind::kRaw) names.insert(r.name);
    }
  }
  return names;
}

// Nothing may accuse more, or be more innocent, than with all that was seen.
inline void expect_no_more_certain(Level less, Level whole, const std::string& what) {
  if (less <= Level::kSuspected) {
    EXPECT_GE(less, whole) << what << ": a lost observer raised a level";
  }
  if (less == Level::kNotFound) {
    EXPECT_EQ(whole, Level::kNotFound) << what << ": a lost observer acquitted";
  }
}

inline void expect_ablation_holds(const std::vector<Journal>& journals, const Listing& listing,
                                  const RulePack& pack, const JudgeContext& context, const Verdict& whole) {
  for (const std::string& observer : observers_of(journals)) {
    // Lost in one of the runs, and in all of them.
    for (std::size_t lost = 0; lost <= (journals.size() > 1 ? journals.size() : 0); ++lost) {
      std::vector<Journal> less = journals;
      for (std::size_t i = 0; i < less.size(); ++i) {
        if (lost == journals.size() || i == lost) less[i] = without(std::move(less[i]), observer);
      }
      const auto v = judge(less, listing, pack, context);
      ASSERT_TRUE(v.ok()) << v.status().text();
      for (std::size_t i = 0; i < whole.items.size(); ++i)
        expect_no_more_certain(v->items[i].level, whole.items[i].level,
                               whole.items[i].rule + " without " + observer);
      for (std::size_t i = 0; i < whole.rows.size(); ++i)
        expect_no_more_certain(v->rows[i].level, whole.rows[i].level,
                               "row " + std::to_string(i + 1) + " without " + observer);
    }
  }
}

inline void expect_same_when_observed(const std::vector<Journal>& journals, const Listing& listing,
                                      const RulePack& pack, const JudgeContext& context,
                                      const Verdict& whole) {
  const ReadyPhrases own(pack.phrases), none(android::Phrases{});
  for (const ReadyPhrases* read_by :
       {&own, &none}) {  // screens as they were read, and read anew from the trees
    std::vector<ObservedRun> runs;
    for (const Journal& j : journals) {
      const std::string record = encode_observations(observe_journal(j), *read_by);
      EXPECT_EQ(encode_observations(observe_journal(j), *read_by), record)
          << "the same journal, the same bytes";
      auto run = decode_observations(as_bytes(record), own);
      ASSERT_TRUE(run.ok()) << run.status().text();
      runs.push_back(std::move(*run));
    }
    const auto v = judge(std::move(runs), listing, pack, context);
    ASSERT_TRUE(v.ok()) << v.status().text();
    EXPECT_EQ(encode_verdict(*v), encode_verdict(whole));
  }
}

}  // namespace storesweep
