#include "common/wire/wire.h"

#include <gtest/gtest.h>

#include "tests/unit/common/wire/any_message.h"

namespace storesweep {
namespace {

TEST(Wire, EveryTurnOfAWorkerComesBackAsItWas) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    const std::vector<FromWorker> turn = AnyMessage(seed).from_worker_turn();
    Result<std::string> bytes = encode(turn);
    ASSERT_TRUE(bytes.ok()) << bytes.status().text();
    Result<std::vector<FromWorker>> back = decode_from_worker_untrusted(as_bytes(*bytes));
    ASSERT_TRUE(back.ok()) << "seed " << seed << ": " << back.status().text();
    ASSERT_EQ(*back, turn) << "seed " << seed;
  }
}

TEST(Wire, EveryTurnToAWorkerComesBackAsItWas) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    const std::vector<ToWorker> turn = AnyMessage(seed).to_worker_turn();
    Result<std::string> bytes = encode(turn);
    ASSERT_TRUE(bytes.ok()) << bytes.status().text();
    Result<std::vector<ToWorker>> back = decode_to_worker_untrusted(as_bytes(*bytes));
    ASSERT_TRUE(back.ok()) << "seed " << seed << ": " << back.status().text();
    ASSERT_EQ(*back, turn) << "seed " << seed;
  }
}

TEST(Wire, AMessageForItselfComesBackAsItWas) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const FromWorker message = AnyMessage(seed).from_worker();
    Result<FromWorker> back = decode_one_untrusted(as_bytes(encode_one(message).value_or("")));
    ASSERT_TRUE(back.ok()) << "seed " << seed << ": " << back.status().text();
    ASSERT_EQ(*back, message) << "seed " << seed;
  }
}

std::string alone(const FromWorker& message) { return encode({&message, 1}).value_or(""); }

TEST(Wire, Malicious_ATurnHasOneMessageAtLeastAndAtMost256) {
  EXPECT_EQ(decode_from_worker_untrusted(as_bytes(encode(std::span<const FromWorker>()).value_or("")))
                .status()
                .text(),
            "corrupt: a turn without a message");
  std::vector<FromWorker> turn(kMaxTurnMessages, Bye{1});
  EXPECT_TRUE(decode_from_worker_untrusted(as_bytes(encode(turn).value_or(""))).ok());
  turn.emplace_back(Bye{1});
  EXPECT_EQ(encode(turn).status().text(), "exhausted: a turn of 257 messages, at most 256");
}

TEST(Wire, WhatIsTooMuchForOneTurnGoesInSeveral) {
  std::vector<FromWorker> said;
  for (std::uint64_t n = 0; n < kMaxTurnMessages + 50; ++n) {
    Report r = AnyMessage(n + 1).report();
    r.sequence = n;
    r.hint.assign(n % 10 == 0 ? kMaxHintBytes : 10, 'h');
    said.emplace_back(std::move(r));
  }
  Result<std::vector<std::string>> turns = encode_all(said);
  ASSERT_TRUE(turns.ok()) << turns.status().text();
  EXPECT_GT(turns->size(), 2u);
  std::vector<FromWorker> heard;
  for (const std::string& bytes : *turns) {
    EXPECT_LE(bytes.size(), kMaxMessageBytes);
    Result<std::vector<FromWorker>> turn = decode_from_worker_untrusted(as_bytes(bytes));
    ASSERT_TRUE(turn.ok()) << turn.status().text();
    heard.insert(heard.end(), turn->begin(), turn->end());
  }
  EXPECT_TRUE(heard == said);
}

TEST(Wire, BytesAtAnOddAddressAreRead) {
  const std::string bytes = alone(FromWorker(AnyMessage(7).report()));
  for (std::size_t shift = 1; shift < 8; ++shift) {
    const std::string moved = std::string(shift, 'x') + bytes;
    EXPECT_TRUE(decode_from_worker_untrusted(as_bytes(moved).subspan(shift)).ok());
  }
}

TEST(Wire, Malicious_CutOffAnywhereIsRefused) {
  const std::string bytes = alone(FromWorker(AnyMessage(7).report()));
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_FALSE(decode_from_worker_untrusted(as_bytes(bytes).first(n)).ok()) << n;
  }
}

Status status_of(const FromWorker& message) {
  return decode_from_worker_untrusted(as_bytes(alone(message))).status();
}

TEST(Wire, Malicious_TooLongAListIsRefusedByName) {
  Heartbeat heartbeat;
  heartbeat.running.resize(kMaxListEntries + 1);
  EXPECT_EQ(status_of(heartbeat).text(), "corrupt: heartbeat.running: 1025 entries, at most 1024");
  heartbeat.running.resize(kMaxListEntries);
  EXPECT_TRUE(status_of(heartbeat).ok());
}

TEST(Wire, Malicious_TooLongATextIsRefusedByName) {
  EXPECT_EQ(status_of(Ask{1, 1, 1, {std::string(kMaxTextBytes + 1, 'a')}}).text(),
            "corrupt: ask.freeDevices: 8193 bytes, at most 8192");
}

TEST(Wire, Malicious_AnUnknownEnumerantIsRefusedByName) {
  Failure failure;
  failure.reason = static_cast<FailureReason>(11);
  EXPECT_EQ(status_of(failure).text(), "corrupt: failure.reason: unknown number 11");
}

TEST(Wire, Malicious_ABlobNameThatLeavesItsFolderIsRefused) {
  for (const char* name : {"../../etc/passwd", "a/b", ".hidden", "", "a\\b", "a b", "a\n"}) {
    Report report = AnyMessage(1).report();
    report.blobs[0].name = name;
    EXPECT_FALSE(status_of(report).ok()) << name;
  }
}

TEST(Wire, Malicious_AReportWithoutAJournalIsRefused) {
  Report report = AnyMessage(1).report();
  report.blobs.clear();
  EXPECT_EQ(status_of(report).text(), "corrupt: report.blobs: none, not even the journal");
}

TEST(Wire, Malicious_NegativeFiguresAreRefused) {
  Report report = AnyMessage(1).report();
  report.figures.bytes_to_device = -1;
  EXPECT_EQ(status_of(report).text(), "corrupt: figures.bytesToDevice: out of range");
}

TEST(Wire, Malicious_AFloodOfSdksIsRefusedByName) {
  Report report = AnyMessage(1).report();
  report.sdks = {"1", std::vector<SdkInRun>(kMaxSdksOfRun + 1, SdkInRun{"jpush", "1"}), 0};
  EXPECT_EQ(status_of(report).text(), "corrupt: sdks.in: 513 entries, at most 512");
  report.sdks = {"1", {{std::string(kMaxSdkIdBytes + 1, 'a'), ""}}, 0};
  EXPECT_EQ(status_of(report).text(), "corrupt: sdks.id: 101 bytes, at most 100");
  report.sdks = {"1", {{"jpush", std::string(kMaxSdkVersionBytes + 1, '1')}}, 0};
  EXPECT_EQ(status_of(report).text(), "corrupt: sdks.version: 65 bytes, at most 64");
}

TEST(Wire, AMessageTooLargeIsNotEvenEncoded) {
  Hello hello;
  hello.worker = std::string(kMaxMessageBytes, 'a');
  const std::vector<FromWorker> turn{hello, Bye{1}};
  EXPECT_EQ(encode(turn).status().kind(), ErrorKind::kExhausted);
  EXPECT_EQ(encode_all(turn).status().kind(), ErrorKind::kExhausted);
}

TEST(Wire, TheLargestHelloAndGrantFit) {
  Hello hello;
  hello.spooled.resize(kMaxHelloSpooled);
  for (Spooled& s : hello.spooled) s.file_set.fill(1), s.token.worker = std::string(64, 'w');
  hello.running.resize(kMaxListEntries);
  EXPECT_TRUE(status_of(hello).ok());
  Grant grant;
  grant.leases.resize(kMaxLeasesPerWorker);
  for (LeaseOffer& offer : grant.leases) {
    offer.listing.permissions.resize(150, {std::string(60, 'p'), std::string(200, 'w')});
  }
  EXPECT_TRUE(encode(std::vector<ToWorker>{grant}).ok());
}

}  // namespace
}  // namespace storesweep
