#include "common/wire/wire.h"

#include <gtest/gtest.h>

#include "tests/unit/common/wire/any_message.h"

namespace storesweep {
namespace {

TEST(Wire, EveryMessageOfAWorkerComesBackAsItWas) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    const FromWorker message = AnyMessage(seed).from_worker();
    Result<std::string> bytes = encode(message);
    ASSERT_TRUE(bytes.ok()) << bytes.status().text();
    Result<FromWorker> back = decode_from_worker_untrusted(as_bytes(*bytes));
    ASSERT_TRUE(back.ok()) << "seed " << seed << ": " << back.status().text();
    ASSERT_EQ(*back, message) << "seed " << seed;
  }
}

TEST(Wire, EveryMessageToAWorkerComesBackAsItWas) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    const ToWorker message = AnyMessage(seed).to_worker();
    Result<std::string> bytes = encode(message);
    ASSERT_TRUE(bytes.ok()) << bytes.status().text();
    Result<ToWorker> back = decode_to_worker_untrusted(as_bytes(*bytes));
    ASSERT_TRUE(back.ok()) << "seed " << seed << ": " << back.status().text();
    ASSERT_EQ(*back, message) << "seed " << seed;
  }
}

TEST(Wire, BytesAtAnOddAddressAreRead) {
  const std::string bytes = encode(FromWorker(AnyMessage(7).report())).value_or("");
  for (std::size_t shift = 1; shift < 8; ++shift) {
    const std::string moved = std::string(shift, 'x') + bytes;
    EXPECT_TRUE(decode_from_worker_untrusted(as_bytes(moved).subspan(shift)).ok());
  }
}

TEST(Wire, Malicious_CutOffAnywhereIsRefused) {
  const std::string bytes = encode(FromWorker(AnyMessage(7).report())).value_or("");
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_FALSE(decode_from_worker_untrusted(as_bytes(bytes).first(n)).ok()) << n;
  }
}

Status status_of(const FromWorker& message) {
  return decode_from_worker_untrusted(as_bytes(encode(message).value_or(""))).status();
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

TEST(Wire, AMessageTooLargeIsNotEvenEncoded) {
  Hello hello;
  hello.worker = std::string(kMaxMessageBytes, 'a');
  EXPECT_EQ(encode(FromWorker(hello)).status().kind(), ErrorKind::kExhausted);
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
  EXPECT_TRUE(encode(ToWorker(grant)).ok());
}

}  // namespace
}  // namespace storesweep
