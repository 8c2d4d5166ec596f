// Call sites as numbers over names, beside the plain lists that they stand for.
#include "worker/apk/call_site_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

#include "common/base/random.h"
#include "worker/apk/raw_hits.h"

namespace storesweep::apk {
namespace {
using Plain = std::vector<CallSite>;

std::string name(Random& random, std::size_t of) { return "n" + std::to_string(random.below(of)); }

Plain some(Random& random, std::size_t n, std::size_t names) {
  Plain out;
  for (std::size_t i = 0; i < n; ++i) {
    CallSite s;
    s.source = static_cast<std::uint32_t>(random.below(3));
    s.how = static_cast<CallHow>(random.below(2));
    s.weak = random.chance(0.5);
    s.target = name(random, 4);
    s.caller_class = name(random, names);
    s.caller_method = name(random, names);
    s.caller_descriptor = name(random, 3);
    s.count = static_cast<std::uint32_t>(1 + random.below(5));
    out.push_back(s);
  }
  return out;
}

// As a scan hands them over: names as they come, and as often as they come.
CallSites compact(const Plain& plain) {
  std::vector<CallTarget> targets;
  std::vector<std::string> names;
  std::vector<CallSites::Row> rows;
  const auto number = [&](const std::string& s) {
    names.push_back(s);
    return static_cast<std::uint32_t>(names.size() - 1);
  };
  for (const CallSite& s : plain) {
    targets.push_back(s);
    rows.push_back({static_cast<std::uint32_t>(targets.size() - 1), number(s.caller_class),
                    number(s.caller_method), number(s.caller_descriptor), s.count});
  }
  return {targets, names, rows};
}

Plain joined(const Plain& plain) {
  std::map<CallSite, std::uint32_t> counts;
  for (CallSite s : plain) {
    const std::uint32_t count = std::exchange(s.count, 0);
    counts[s] += count;
  }
  Plain out;
  for (const auto& [site, count] : counts) {
    out.push_back(site);
    out.back().count = count;
  }
  return out;
}

Plain plain(const CallSites& sites) {
  Plain out;
  for (const CallSite& s : sites) out.push_back(s);
  return out;
}
Plain both(Plain a, const Plain& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(CallSites, AreSortedAndEachOnlyOnce) {
  SeededRandom random(1);
  EXPECT_EQ(compact({}).size(), 0U);
  for (std::size_t n = 1; n < 300; n += 7) {
    const Plain all = some(random, n, 5);
    EXPECT_EQ(plain(compact(all)), joined(all));
  }
}

TEST(CallSites, OfTwoFilesAreJoined) {
  SeededRandom random(2);
  for (std::size_t n = 0; n < 200; n += 11) {
    const Plain a = some(random, n, 6), b = some(random, 100, 6);
    CallSites sites = compact(a);
    EXPECT_TRUE(sites.add(compact(b)));
    EXPECT_EQ(plain(sites), joined(both(a, b)));
    EXPECT_TRUE(std::ranges::is_sorted(sites.names()));
    EXPECT_EQ(std::ranges::adjacent_find(sites.names()), sites.names().end());
  }
}

TEST(CallSites, AreNoMoreThanAreKeptAndNamesOfOthersGo) {
  SeededRandom random(3);
  const Plain a = some(random, 20'000, 1'000), b = some(random, 20'000, 1'000);
  CallSites sites = compact(a);
  EXPECT_FALSE(sites.add(compact(b)));
  Plain wanted = joined(both(a, b));
  ASSERT_GT(wanted.size(), kMaxCallSites);
  wanted.resize(kMaxCallSites);
  EXPECT_EQ(plain(sites), wanted);
  std::vector<bool> used(sites.names().size());
  for (const CallSites::Row& r : sites.rows())
    used[r.caller_class] = used[r.method] = used[r.descriptor] = true;
  EXPECT_EQ(std::ranges::count(used, false), 0);
}

// -- before they have names

RawHit hit(std::uint32_t source) { return {source, CallHow::kCall, false, kNoIndex, source}; }

TEST(RawHits, AreCountedByCallerAndComeInTheirOrder) {
  RawHits hits;
  for (const std::uint32_t source : {5, 1, 5}) hits.note(hit(source));
  EXPECT_TRUE(hits.end_caller(7));
  EXPECT_TRUE(hits.end_caller(8)) << "hits nothing";
  hits.note(hit(1));
  EXPECT_TRUE(hits.end_caller(3));
  hits.note(hit(5));
  EXPECT_TRUE(hits.end_caller(7)) << "a method that two classes define";
  const std::vector<RawHit> kinds = hits.hits();
  std::vector<std::array<std::uint32_t, 3>> found;
  for (const RawHits::Count& c : std::move(hits).first(10))
    found.push_back({c.caller, kinds[c.hit].source, c.count});
  EXPECT_EQ(found, (std::vector<std::array<std::uint32_t, 3>>{{3, 1, 1}, {7, 1, 1}, {7, 5, 3}}));
}

TEST(RawHits, OfTooManyKindsTheFirstAreKeptAndThatIsTold) {
  RawHits hits;
  for (std::uint32_t i = 0; i < kMaxHitKinds; ++i) hits.note(hit(i));
  EXPECT_TRUE(hits.end_caller(1));
  hits.note(hit(3));
  EXPECT_TRUE(hits.end_caller(2));
  EXPECT_EQ(hits.number_of(hit(kMaxHitKinds)), kNoIndex);
  hits.note(hit(kMaxHitKinds));
  hits.note(hit(3));
  EXPECT_FALSE(hits.end_caller(3));
  EXPECT_EQ(std::move(hits).first(kMaxRawHits).size(), kMaxHitKinds + 2);
}

TEST(RawHits, WhatCannotBeAmongTheFirstIsNotKept) {
  RawHits all, few;
  few.drop_nothing();
  SeededRandom random(4);
  // In order first, then some from anywhere.
  for (std::uint32_t i = 0; i < 60'000; ++i) {
    const std::uint32_t caller = i < 40'000 ? 1'000 + i : static_cast<std::uint32_t>(random.below(70'000));
    const std::uint32_t source = static_cast<std::uint32_t>(random.below(4));
    for (RawHits* hits : {&all, &few}) {
      hits->note(hit(source));
      EXPECT_TRUE(hits->end_caller(caller));
    }
  }
  const std::vector<RawHit> kinds = all.hits(), other_kinds = few.hits();
  const auto wanted = std::move(all).first(kMaxCallSites + 1),
             found = std::move(few).first(kMaxCallSites + 1);
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(found[i].caller, wanted[i].caller) << i;
    ASSERT_EQ(other_kinds[found[i].hit], kinds[wanted[i].hit]) << i;
    ASSERT_EQ(found[i].count, wanted[i].count) << i;
  }
}

}  // namespace
}  // namespace storesweep::apk
