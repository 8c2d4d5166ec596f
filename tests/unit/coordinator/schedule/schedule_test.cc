// When a timetable's sweeps begin and rest, and that each begins once.
#include <gtest/gtest.h>

#include "coordinator/schedule/scheduler.h"
#include "tests/unit/coordinator/http/fake_service.h"

namespace storesweep {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
// 2026-11-30 is a Monday.
std::int64_t utc(int day, int hour, int minute = 0, std::int64_t first_of_month_ms = 1'793'491'200'000) {
  return first_of_month_ms + ((day - 1) * 24 + hour) * kHourMs + minute * 60'000;
}

Timetable table(const std::string& zone = "Asia/Shanghai") {
  Timetable t;
  t.zone = zone;
  t.late_ms = 6 * kHourMs;
  t.sweeps.push_back({.name = "nightly", .at_minute = 22 * 60, .days = {}, .imports = {}, .sweep = {}});
  return t;
}

TEST(Timetable, KnowsTheLastAndTheNextTimeInTheZoneOfTheLaboratory) {
  const Timetable t = table();
  const auto last = last_of(t, t.sweeps[0], utc(30, 14)), next = next_of(t, t.sweeps[0], utc(30, 14));
  EXPECT_EQ(last->at_ms, utc(30, 14)) << "22:00 in Shanghai is 14:00 UTC";
  EXPECT_EQ(last->date, "2026-11-30");
  EXPECT_EQ(next->date, "2026-12-01");
  EXPECT_EQ(last_of(t, t.sweeps[0], utc(30, 13, 59))->date, "2026-11-29");
}

TEST(Timetable, KeepsToItsDays) {
  Timetable t = table();
  t.sweeps[0].days = {5};  // Friday
  EXPECT_EQ(last_of(t, t.sweeps[0], utc(30, 20))->date, "2026-11-27");
  EXPECT_EQ(next_of(t, t.sweeps[0], utc(30, 20))->date, "2026-12-04");
}

// Europe/Berlin: on 2026-10-25 the clock goes from 03:00 back to 02:00, on 2026-03-29 from 02:00 to 03:00.
TEST(Timetable, ATimeThatADayHasTwiceOrNeverComesOnce) {
  Timetable t = table("Europe/Berlin");
  t.sweeps[0].at_minute = 2 * 60 + 30;
  const std::int64_t october_ms = 1'790'812'800'000, march_ms = 1'772'323'200'000;
  EXPECT_EQ(last_of(t, t.sweeps[0], utc(25, 12, 0, october_ms))->at_ms, utc(25, 0, 30, october_ms));
  EXPECT_EQ(next_of(t, t.sweeps[0], utc(25, 0, 30, october_ms))->date, "2026-10-26");
  EXPECT_EQ(last_of(t, t.sweeps[0], utc(29, 12, 0, march_ms))->at_ms, utc(29, 1, 0, march_ms));
}

TEST(Timetable, TellsTimesOfTheDayAndZonesFromOtherWords) {
  EXPECT_EQ(minute_of("22:05"), 22 * 60 + 5);
  EXPECT_EQ(minute_of("0:00"), 0);
  for (const char* wrong : {"24:00", "12:60", "12", "12:5", "noon", "-1:00", "12:000", ""})
    EXPECT_FALSE(minute_of(wrong)) << wrong;
  EXPECT_EQ(time_text(22 * 60 + 5), "22:05");
  EXPECT_TRUE(check_zone("Asia/Shanghai").ok());
  EXPECT_FALSE(check_zone("Asia/Atlantis").ok());
}

TEST(Timetable, QuietHoursMaySpanMidnight) {
  Timetable t = table();
  t.quiet = QuietHours{8 * 60, 20 * 60};
  EXPECT_TRUE(quiet_at(t, utc(30, 0)).quiet) << "08:00 in Shanghai";
  EXPECT_FALSE(quiet_at(t, utc(30, 12)).quiet) << "20:00";
  EXPECT_EQ(quiet_at(t, utc(30, 12)).since_ms, utc(30, 0));
  t.quiet = QuietHours{20 * 60, 8 * 60};
  EXPECT_TRUE(quiet_at(t, utc(30, 23)).quiet);
  EXPECT_FALSE(quiet_at(t, utc(30, 0)).quiet);
  EXPECT_TRUE(inside(*t.quiet, 0));
  EXPECT_FALSE(inside(*t.quiet, 8 * 60));
}

SweepStatus sweep(std::int64_t id, const std::string& name, SweepState state, std::int64_t created_ms) {
  SweepStatus s;
  s.id = SweepId(id);
  s.name = name;
  s.state = state;
  s.created_ms = created_ms;
  return s;
}

TEST(Timetable, QuietHoursTouchItsOwnSweepsAlone) {
  const Timetable t = table();
  const std::vector<SweepStatus> sweeps = {sweep(1, "nightly 2026-11-29", SweepState::kRunning, 50),
                                           sweep(2, "nightly again", SweepState::kRunning, 50),
                                           sweep(3, "by hand", SweepState::kRunning, 50),
                                           sweep(4, "nightly 2026-11-28", SweepState::kDone, 50),
                                           sweep(5, "nightly 2026-11-27", SweepState::kPaused, 50),
                                           sweep(6, "nightly 2026-11-30", SweepState::kPaused, 150)};
  using Changes = std::vector<std::pair<SweepId, SweepAction>>;
  EXPECT_EQ(changes_for(t, {true, 100}, sweeps), (Changes{{SweepId(1), SweepAction::kPause}}));
  EXPECT_EQ(changes_for(t, {false, 100}, sweeps), (Changes{{SweepId(5), SweepAction::kResume}}))
      << "what began after them was laid to rest by somebody";
}

class SetClock final : public Clock {
 public:
  std::int64_t now_ms = 0;
  std::int64_t steady_ms() const override { return now_ms; }
  std::int64_t wall_ms() const override { return now_ms; }
};

class Sweeping final : public FakeService {
 public:
  std::vector<SweepRequest> begun;
  std::vector<ImportRequest> imported;
  std::vector<std::pair<SweepId, SweepAction>> changed;
  std::vector<SweepStatus> there;
  Status start, importing;
  Result<ImportReport> import_catalogue(const ImportRequest& r, const Deadline&) override {
    imported.push_back(r);
    if (!importing.ok()) return importing;
    return ImportReport{};
  }
  Result<SweepStatus> start_sweep(const SweepRequest& r, const Deadline&) override {
    begun.push_back(r);
    if (!start.ok()) return start;
    return SweepStatus{};
  }
  Result<SweepStatus> change_sweep(SweepId id, SweepAction action, std::optional<std::uint32_t>,
                                   const Deadline&) override {
    changed.emplace_back(id, action);
    return SweepStatus{};
  }
  Result<Page<SweepStatus>> sweeps(const PageRequest& from, const Deadline&) override {
    if (from.cursor.empty()) return Page<SweepStatus>{{}, "more"};
    return Page<SweepStatus>{there, ""};
  }
};

class Scheduling : public ::testing::Test {
 protected:
  Timetable table_ = table();
  Sweeping service_;
  SetClock clock_;
  Log log_{"test", LogLevel::kError, Log::Format::kText};
};

TEST_F(Scheduling, ASweepBeginsOnceADayUnderItsOwnKey) {
  table_.sweeps[0].sweep.selection.kind = Selection::Kind::kChanged;
  Scheduler s(table_, service_, clock_, log_);
  clock_.now_ms = utc(30, 14);
  s.look();
  clock_.now_ms += kHourMs;
  s.look();
  ASSERT_EQ(service_.begun.size(), 1u);
  EXPECT_EQ(service_.begun[0].name, "nightly 2026-11-30");
  EXPECT_EQ(service_.begun[0].selection.kind, Selection::Kind::kChanged);
  clock_.now_ms += 24 * kHourMs;
  s.look();
  ASSERT_EQ(service_.begun.size(), 2u);
  EXPECT_NE(service_.begun[1].idempotency_key, service_.begun[0].idempotency_key);
  Scheduler again(table_, service_, clock_, log_);  // a restart, or another leader
  again.look();
  EXPECT_EQ(service_.begun[2].idempotency_key, service_.begun[1].idempotency_key);
}

TEST_F(Scheduling, ItBeginsLateButNotADayLate) {
  Scheduler s(table_, service_, clock_, log_);
  service_.lead = unavailable("another leads");
  clock_.now_ms = utc(30, 14);
  s.look();
  EXPECT_TRUE(service_.begun.empty()) << "whoever leads begins it";
  service_.lead = ok_status();
  clock_.now_ms = utc(30, 20, 1);
  s.look();
  EXPECT_TRUE(service_.begun.empty()) << "six hours late";
  clock_.now_ms = utc(30, 19, 59);
  s.look();
  EXPECT_EQ(service_.begun.size(), 1u);
}

TEST_F(Scheduling, WhatCannotBeginIsTriedAgainAndACatalogueThatFailsKeepsNobodyBack) {
  table_.sweeps[0].imports = {{.source = "https://a.example/x.csv"}, {.source = "https://b.example/x.csv"}};
  Scheduler s(table_, service_, clock_, log_);
  service_.importing = unavailable("no answer");
  service_.start = unavailable("the store is away");
  clock_.now_ms = utc(30, 14);
  s.look();
  service_.start = ok_status();
  s.look();
  s.look();
  EXPECT_EQ(service_.begun.size(), 2u);
  ASSERT_EQ(service_.imported.size(), 4u);
  EXPECT_EQ(service_.imported[0].idempotency_key, service_.imported[2].idempotency_key);
  EXPECT_NE(service_.imported[0].idempotency_key, service_.imported[1].idempotency_key);
}

TEST_F(Scheduling, QuietHoursAreKeptWhenTheyBeginAndWhenTheyEnd) {
  table_.quiet = QuietHours{8 * 60, 20 * 60};
  service_.there = {sweep(1, "nightly 2026-11-29", SweepState::kRunning, 0)};
  Scheduler s(table_, service_, clock_, log_);
  clock_.now_ms = utc(29, 23);
  s.look();
  EXPECT_TRUE(service_.changed.empty());
  clock_.now_ms = utc(30, 1);
  s.look();
  s.look();
  using Changes = std::vector<std::pair<SweepId, SweepAction>>;
  EXPECT_EQ(service_.changed, (Changes{{SweepId(1), SweepAction::kPause}}))
      << "once: a person may let it go on";
  service_.there[0].state = SweepState::kPaused;
  clock_.now_ms = utc(30, 12, 5);
  s.look();
  EXPECT_EQ(service_.changed.back(), (std::pair{SweepId(1), SweepAction::kResume}));
}

TEST_F(Scheduling, TheThreadLooksAndEndsSoon) {
  clock_.now_ms = utc(30, 14);
  {
    Scheduler s(table_, service_, clock_, log_);
    s.start();
  }
  EXPECT_LE(service_.begun.size(), 1u);
}

}  // namespace
}  // namespace storesweep
