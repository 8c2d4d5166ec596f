// Which evidence goes and which is held, in every store alike.
#include <algorithm>

#include "tests/unit/coordinator/store/contract.h"

namespace storesweep::contract {
namespace {
constexpr std::int64_t kLate = 1'000'000, kEver = 0;
// Names of the runs whose journals are among them; other blobs are shared by all.
std::string journals(const Result<std::vector<Digest>>& gone) {
  std::string out;
  for (const char* name : {"x", "y", "z"}) {
    const Digest journal = sha256(std::string("journal ") + name);
    if (gone.ok() && std::count(gone->begin(), gone->end(), journal) > 0) out += name;
  }
  return gone.ok() ? out : gone.status().text();
}
}  // namespace

TEST_P(Contract, what_accuses_is_kept_longer_even_when_it_was_taken_back) {
  import({listing("a"), listing("b"), listing("c")});
  const SweepId s = sweep_all();
  const std::vector<JobId> j = jobs_of(s);
  commit({verdict_of(j[0], s, 1, run_of(1, j[0], s, "x"), Level::kViolation),
          verdict_of(j[1], s, 2, run_of(2, j[1], s, "y"), Level::kSuspected),
          verdict_of(j[2], s, 3, run_of(3, j[2], s, "z"), Level::kNotFound),
          SetSweep{s, SweepState::kDone, 5}});
  EXPECT_EQ(journals(store_->expire_evidence(epoch_, {kLate, kEver})), "z");
  EXPECT_TRUE(store_->expire_evidence(epoch_, {kLate, kEver})->empty());
  Attach again{verdict_of(j[1], s, 2, std::nullopt, Level::kNotFound).judged.value()};
  again.judged.runs = {RunId{2}};
  commit({again});
  EXPECT_TRUE(store_->expire_evidence(epoch_, {kLate, kEver})->empty())
      << "why it was taken back must stay clear";
  EXPECT_EQ(journals(store_->expire_evidence(epoch_, {kLate, kLate})), "xy");
}

TEST_P(Contract, what_accuses_never_goes_before_the_rest) {
  import({listing("a")});
  const SweepId s = sweep_all();
  const JobId j = jobs_of(s)[0];
  commit({verdict_of(j, s, 1, run_of(1, j, s, "x"), Level::kViolation), SetSweep{s, SweepState::kDone, 5}});
  EXPECT_TRUE(store_->expire_evidence(epoch_, {kEver, kLate})->empty());
}

TEST_P(Contract, what_is_held_stays_until_it_is_released) {
  import({listing("a"), listing("b")});
  const SweepId s = sweep_all();
  const std::vector<JobId> j = jobs_of(s);
  commit({verdict_of(j[0], s, 1, run_of(1, j[0], s, "x"), Level::kNotFound),
          verdict_of(j[1], s, 2, run_of(2, j[1], s, "y"), Level::kNotFound),
          SetSweep{s, SweepState::kDone, 5}});
  const HoldAct hold{0, j[0], true, "王警官", "案件 1", 77};
  const auto kept = store_->put_hold(epoch_, hold);
  ASSERT_TRUE(kept.ok()) << kept.status().text();
  EXPECT_GT(kept->id, 0);
  EXPECT_EQ(store_->put_hold(epoch_, hold).status().kind(), ErrorKind::kExists);
  EXPECT_EQ(store_->put_hold(epoch_ + 1, hold).status().kind(), ErrorKind::kPermission);
  reopen();
  EXPECT_EQ(journals(store_->expire_evidence(epoch_, {kLate, kLate})), "y");
  const Digest x = sha256("journal x");
  EXPECT_TRUE(store_->unnamed({&x, 1})->empty());
  const auto holds = store_->holds({});
  ASSERT_TRUE(holds.ok() && holds->rows.size() == 1) << holds.status().text();
  EXPECT_EQ(holds->rows[0].job, j[0]);
  EXPECT_EQ(holds->rows[0].officer, "王警官");
  EXPECT_EQ(holds->rows[0].reason, "案件 1");
  EXPECT_EQ(holds->rows[0].at_ms, 77);
  EXPECT_EQ(store_->put_hold(epoch_, {0, j[1], true, "o", "r", 78}).status().kind(), ErrorKind::kNotFound)
      << "its evidence is gone already";
  EXPECT_EQ(store_->put_hold(epoch_, {0, JobId{999'999}, true, "o", "r", 78}).status().kind(),
            ErrorKind::kNotFound);
  EXPECT_EQ(store_->put_hold(epoch_, {0, j[1], false, "o", "r", 78}).status().kind(), ErrorKind::kExists);
  ASSERT_TRUE(store_->put_hold(epoch_, {0, j[0], false, "王警官", "已结案", 79}).ok());
  EXPECT_TRUE(store_->holds({})->rows.empty());
  EXPECT_EQ(journals(store_->expire_evidence(epoch_, {kLate, kLate})), "x");
}

TEST_P(Contract, holds_come_in_pages) {
  import({listing("a"), listing("b"), listing("c")});
  const SweepId s = sweep_all();
  const std::vector<JobId> j = jobs_of(s);
  std::uint64_t n = 0;
  for (JobId job : j) {
    ++n;
    commit_one(verdict_of(job, s, n, run_of(static_cast<std::int64_t>(n), job, s, std::to_string(n)),
                          Level::kNotFound));
    ASSERT_TRUE(store_->put_hold(epoch_, {0, job, true, "o", "r", 1}).ok());
  }
  const auto first = store_->holds({"", 2});
  ASSERT_TRUE(first.ok() && first->rows.size() == 2 && !first->next.empty());
  const auto rest = store_->holds({first->next, 2});
  ASSERT_TRUE(rest.ok() && rest->rows.size() == 1 && rest->next.empty());
  EXPECT_EQ(rest->rows[0].job, j[2]);
}

TEST_P(Contract, a_hold_covers_the_confirmation_too) {
  import({listing("a")});
  const SweepId s = sweep_all();
  const JobId j = jobs_of(s)[0];
  EndJob first = verdict_of(j, s, 1, run_of(1, j, s, "x"), Level::kNotFound);
  ExtraJob order;
  order.job = JobId{kFirstExtraJob};
  order.kind = JobKind::kConfirmation;
  order.parent = j;
  order.sweep = s;
  order.base_run = RunId{1};
  first.order = order;
  commit_one(first);
  EndJob second = verdict_of(order.job, s, 2, run_of(2, order.job, s, "y"), Level::kNotFound);
  second.judged->job = j;
  second.judged->runs = {RunId{1}};  // the second run said nothing: it is named by its own end alone
  commit({second, SetSweep{s, SweepState::kDone, 5}});
  ASSERT_TRUE(store_->put_hold(epoch_, {0, j, true, "o", "r", 1}).ok());
  EXPECT_TRUE(store_->expire_evidence(epoch_, {kLate, kLate})->empty());
  ASSERT_TRUE(store_->put_hold(epoch_, {0, j, false, "o", "r", 1}).ok());
  EXPECT_EQ(journals(store_->expire_evidence(epoch_, {kLate, kLate})), "xy");
}

}  // namespace storesweep::contract
