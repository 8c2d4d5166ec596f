// What makes evidence stand up at the coordinator: closings, statements, lying workers, daily heads.
#include <gtest/gtest.h>

#include <filesystem>

#include "common/base/file.h"
#include "common/evidence/verdict_codec.h"
#include "coordinator/service/counting.h"
#include "coordinator/service/heads.h"
#include "coordinator/service/stating.h"
#include "tests/unit/coordinator/service/core_bench.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {

const Device kA = CoreBench::device("a"), kB = CoreBench::device("b");
const SigningKey kKey = signing_key_from_seed(sha256("coordinator"));

CoreOptions with_key() {
  CoreOptions o = CoreBench::quick();
  o.closing_key = std::make_shared<const SigningKey>(kKey);
  return o;
}

// Two apps, the first of which shows a violation that a second device repeats.
struct Swept : CoreBench {
  Swept() : CoreBench(with_key()) {
    judge = [](const JudgeAction& a) {
      const bool both = a.journals.size() == 2;
      Verdict v = guilty_of("R5.7", both ? Level::kViolation : Level::kSuspected, Missing::kConfirmation);
      if (!both) v.confirm_rules = {"R5.7"};
      return JudgedEvent{a.id, {}, a.listing.package == "guilty" ? v : clean()};
    };
    import({"guilty", "innocent"});
    sweep();
    hello("one", {kA});
    hello("two", {kB});
    for (int i = 0; i < 8; ++i) {
      for (const auto& [worker, device] : {std::pair("one", kA), std::pair("two", kB)}) {
        for (const LeaseOffer& offer : ask(worker))
          EXPECT_EQ(run(offer, device, offer.listing.package), ReportAnswer::kAcknowledged);
      }
      pass(10);
    }
  }
};

TEST(Closings, EveryAcceptedJournalIsInTheChainOnce) {
  Swept s;
  const std::vector<Closing>& chain = s.store.chain();
  ASSERT_EQ(chain.size(), s.store.runs().size());
  ASSERT_EQ(chain.size(), 3u) << "two runs and a confirmation";
  for (std::size_t i = 0; i < chain.size(); ++i) {
    EXPECT_EQ(chain[i].number, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(chain[i].before, i == 0 ? Digest{} : closing_digest(chain[i - 1]));
    EXPECT_TRUE(closing_signed(chain[i]));
    EXPECT_EQ(chain[i].key, kKey.public_key);
  }
  for (const auto& [id, run] : s.store.runs()) {
    const auto closing = s.store.closing_of(run.blobs[0].sha256);
    ASSERT_TRUE(closing.ok());
    EXPECT_EQ(closing->token, run.token);
    EXPECT_EQ(closing->job, run.job);
  }
}

TEST(Closings, AChangedFieldIsNoLongerSigned) {
  const Closing good = next_closing({}, sha256("j"), {1, 2}, JobId(3), 4, kKey);
  EXPECT_TRUE(closing_signed(good));
  const auto changed = [&](auto change) {
    Closing c = good;
    change(c);
    return closing_signed(c);
  };
  EXPECT_FALSE(changed([](Closing& c) { c.number = 2; }));
  EXPECT_FALSE(changed([](Closing& c) { c.before[0] = 1; }));
  EXPECT_FALSE(changed([](Closing& c) { c.journal[0] ^= 1; }));
  EXPECT_FALSE(changed([](Closing& c) { c.token.n = 9; }));
  EXPECT_FALSE(changed([](Closing& c) { c.token.epoch = 9; }));
  EXPECT_FALSE(changed([](Closing& c) { c.job = JobId(9); }));
  EXPECT_FALSE(changed([](Closing& c) { c.at_ms = 9; }));
  EXPECT_FALSE(changed([](Closing& c) { c.key = signing_key_from_seed(sha256("x")).public_key; }));
}

TEST(Statements, SayWhatAVerdictRestsOn) {
  Swept s;
  std::vector<Write> keep = {KeepPack{{"p1", sha256("the pack"), "the pack", 1}}};
  ASSERT_EQ(s.store.commit(s.store.current_epoch(), keep).state, CommitState::kCommitted);
  for (const auto& [job, end] : s.store.ends()) {
    if (is_extra(job)) continue;
    const StoredResult result = *s.store.result(job);
    const auto stated = state_result(s.store, job, kKey, 7);
    ASSERT_TRUE(stated.ok()) << stated.status().text();
    const Statement& st = stated->statement.statement;
    EXPECT_TRUE(statement_signed(stated->statement));
    EXPECT_EQ(st.pack, sha256("the pack"));
    EXPECT_EQ(st.listing, sha256(listing_text(result.listing)));
    EXPECT_EQ(st.verdict, sha256(verdict_text(*decode_verdict_untrusted(result.verdict))));
    const bool guilty = result.listing.package == "guilty";
    ASSERT_EQ(st.runs.size(), guilty ? 2u : 1u);
    EXPECT_EQ(stated->closings.size(), st.runs.size());
    if (guilty) {
      EXPECT_EQ(st.runs[1].base_run, st.runs[0].run);
      EXPECT_EQ(st.runs[1].rules, std::vector<std::string>{"R5.7"});
    }
  }
  EXPECT_EQ(state_result(s.store, JobId(99), kKey, 7).status().kind(), ErrorKind::kNotFound);
}

TEST(Hints, AVerdictThatTheJournalDoesNotBearIsOverruledAndCounted) {
  CoreBench bench;
  bench.judge = [](const JudgeAction& a) {
    return JudgedEvent{a.id, {}, CoreBench::guilty_of("R5.7", Level::kSuspected, Missing::kNecessity)};
  };
  bench.import({"lied", "honest", "silent"});
  bench.sweep();
  bench.hello("w", {kA});
  const Verdict truth = CoreBench::guilty_of("R5.7", Level::kSuspected, Missing::kNecessity);
  std::map<std::string, std::string> hints = {
      {"lied", encode_verdict(CoreBench::clean())}, {"honest", encode_verdict(truth)}, {"silent", ""}};
  for (int i = 0; i < 3; ++i) {
    const LeaseOffer offer = bench.ask("w").at(0);
    EXPECT_EQ(bench.fetched(offer.token, offer.listing.package), FileSetAnswer::kRun);
    bench.feed(FromWorkerEvent{"w", {Began{offer.token}}});
    Report r;
    r.token = offer.token;
    r.file_set = sha256(offer.listing.package);
    r.device = kA;
    r.depth = offer.depth;
    r.blobs = {{"journal", sha256("journal " + std::to_string(offer.token.n)), 7}};
    r.hint = hints.at(offer.listing.package);
    EXPECT_EQ(bench.report(r), ReportAnswer::kAcknowledged);
  }
  ASSERT_EQ(bench.store.ends().size(), 3u);
  for (const auto& [job, end] : bench.store.ends())
    EXPECT_EQ(bench.store.result(job)->verdict, encode_verdict(truth)) << "the journal alone decides";
  EXPECT_EQ(bench.core->counted().overruled, 1u);
  const Now now{bench.now_ms, bench.now_ms};
  EXPECT_EQ(bench.core->workers(now).at(0).overruled, 1);
  const auto metrics = make_metrics();
  Counting counting(*metrics);
  counting.look(*bench.core, bench.store, now);
  EXPECT_NE(metrics->page().find("storesweep_hints_overruled_total 1"), std::string::npos);
}

TEST(Heads, TheFirstOfADayStands) {
  testing::TemporaryFolder folder;
  const std::string heads = folder / "heads";
  EXPECT_TRUE(write_daily_head({}, heads, 0).ok());
  EXPECT_FALSE(std::filesystem::exists(heads)) << "nothing was closed";
  const Closing first = next_closing({}, sha256("a"), {1, 1}, JobId(1), 5, kKey);
  const Closing second = next_closing(first, sha256("b"), {1, 2}, JobId(2), 6, kKey);
  const std::int64_t day = 86'400'000;
  EXPECT_TRUE(write_daily_head(first, heads, 20'000 * day).ok());
  EXPECT_TRUE(write_daily_head(second, heads, 20'000 * day + day - 1).ok());
  EXPECT_TRUE(write_daily_head(second, heads, 20'001 * day).ok());
  const auto of = [&](const std::string& date) {
    return *read_file(heads + "/head-" + date + ".json", 1 << 20);
  };
  EXPECT_NE(of("2024-10-04").find(to_hex(closing_digest(first))), std::string::npos);
  EXPECT_NE(of("2024-10-05").find(to_hex(closing_digest(second))), std::string::npos);
}

}  // namespace
}  // namespace storesweep
