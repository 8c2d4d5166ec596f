// Closings and rule packs, in every store alike.
#include "tests/unit/coordinator/store/contract.h"

namespace storesweep::contract {
namespace {
std::shared_ptr<const SigningKey> key_of(const std::string& name) {
  return std::make_shared<const SigningKey>(signing_key_from_seed(sha256(name)));
}
EndJob closed(JobId job, SweepId sweep, std::int64_t n, const std::shared_ptr<const SigningKey>& key) {
  EndJob end = verdict_of(job, sweep, static_cast<std::uint64_t>(n),
                          run_of(n, job, sweep, "set " + std::to_string(n)), Level::kNotFound);
  end.close_with = key;
  return end;
}
}  // namespace

TEST_P(Contract, closings_are_one_chain_over_commits_restarts_and_keys) {
  import({listing("a"), listing("b"), listing("c"), listing("d")});
  const SweepId sweep = sweep_all();
  const auto jobs = jobs_of(sweep);
  EXPECT_EQ(store_->closing_head()->number, 0);
  commit({Box<EndJob>(closed(jobs[0], sweep, 1, key_of("old"))),
          Box<EndJob>(closed(jobs[1], sweep, 2, key_of("old")))});
  reopen();
  lead();
  commit({Box<EndJob>(closed(jobs[2], sweep, 3, key_of("new")))});
  const auto chain = store_->closings(0, 100);
  ASSERT_TRUE(chain.ok() && chain->size() == 3);
  Digest before{};
  for (std::size_t i = 0; i < 3; ++i) {
    const Closing& c = (*chain)[i];
    EXPECT_EQ(c.number, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(c.before, before) << i;
    EXPECT_EQ(c.job, jobs[i]);
    EXPECT_EQ(c.token, (TokenKey{1, i + 1}));
    EXPECT_EQ(c.at_ms, 101 + static_cast<std::int64_t>(i));
    EXPECT_EQ(c.journal, sha256("journal set " + std::to_string(i + 1)));
    EXPECT_EQ(c.key, key_of(i < 2 ? "old" : "new")->public_key);
    EXPECT_TRUE(closing_signed(c));
    before = closing_digest(c);
    EXPECT_EQ(store_->closing_of(c.journal).value_or({}), c);
  }
  EXPECT_EQ(store_->closing_head().value_or({}), chain->back());
  EXPECT_EQ(store_->closings(1, 1)->at(0).number, 2);
  EXPECT_EQ(store_->closing_of(sha256("another")).status().kind(), ErrorKind::kNotFound);
}

TEST_P(Contract, what_is_not_stored_is_not_closed) {
  import({listing("a")});
  const SweepId sweep = sweep_all();
  const JobId job = jobs_of(sweep).at(0);
  commit_one(Box<EndJob>(closed(job, sweep, 1, key_of("k"))));
  EXPECT_EQ(commit_one(Box<EndJob>(closed(job, sweep, 1, key_of("k")))).state, WriteState::kAlready);
  EXPECT_EQ(commit_one(Box<EndJob>(closed(job, sweep, 2, key_of("k")))).state, WriteState::kOtherEnd);
  EXPECT_EQ(store_->closing_head()->number, 1);
}

TEST_P(Contract, rule_packs_are_kept_once_each_and_found_by_version_and_content) {
  const KeptPack first{"1", sha256("a"), std::string("PK\0a", 4), 5}, mended{"1", sha256("b"), "b", 6};
  EXPECT_EQ(commit_one(KeepPack{first}).state, WriteState::kDone);
  EXPECT_EQ(commit_one(KeepPack{first}).state, WriteState::kAlready);
  EXPECT_EQ(commit_one(KeepPack{mended}).state, WriteState::kDone);
  reopen();
  EXPECT_EQ(store_->pack_of("1")->sha256, mended.sha256);
  EXPECT_EQ(store_->pack(first.sha256)->files, first.files);
  EXPECT_EQ(store_->pack_of("2").status().kind(), ErrorKind::kNotFound);
}

}  // namespace storesweep::contract
