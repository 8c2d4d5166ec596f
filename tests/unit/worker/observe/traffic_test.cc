// A run's proxy as a program that prints what a test says: what of it stands in the journal, and how its
// absence and its end are told.
#include "worker/observe/traffic.h"

#include <gtest/gtest.h>

#include <atomic>

#include "common/evidence/names.h"
#include "tests/unit/temporary_folder.h"
#include "tests/unit/worker/observe/proxied_phone.h"
#include "tests/unit/worker/observe/recorder_in.h"

namespace storesweep::observe {
namespace {

constexpr const char* kOpen = R"(echo '{"kind":"open","ms":1,"connection":"c1"}'; read released;)";
constexpr const char* kRequest =
    R"(echo '{"kind":"request","ms":20,"from_ms":10,"connection":"'"$released"'","host":"h","port":443}';)";
constexpr const char* kSocket =
    "   0: 0100007F:9C41 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 10101        0 30001 1\n";

// As FakeClock, for two threads.
class SharedClock final : public Clock {
 public:
  std::int64_t steady_ms() const override { return now_ms_; }
  std::int64_t wall_ms() const override { return 1'600'000'000'000 + now_ms_; }
  void advance_ms(std::int64_t ms) { now_ms_ += ms; }

 private:
  std::atomic<std::int64_t> now_ms_{0};
};

class TrafficTest : public ::testing::Test {
 protected:
  TrafficTest() {
    recorder_ = recorder_in(folder_.path(), key_, clock_);
    phone_.own_facts.api = 25;
  }
  // A program that says that it listens, does this, and then waits to be ended.
  ProxyKit kit(const std::string& does, const std::string& at_last = "exec sleep 60") {
    const std::string program = folder_ / "proxy.sh", ca = folder_ / "ca.pem";
    EXPECT_TRUE(write_file_durably(ca, test_ca()).ok());
    const std::string text =
        "#!/bin/sh\nfor a; do case \"$a\" in confdir=*) dir=\"${a#confdir=}\";; esac; done\ncp " + ca +
        " \"$dir/mitmproxy-ca-cert.pem\"\necho '{\"kind\":\"ready\",\"ms\":1,\"port\":8080}'\n" + does +
        "\n" + at_last + "\n";
    EXPECT_TRUE(write_file_durably(program, text, 0755).ok());
    return ProxyKit({program, folder_ / "proxy"});
  }
  // The journal of a run that began, waited until this record was there (or for a while), and ended.
  Journal run(ProxyKit&& kit, std::string_view awaited = "") {
    {
      Traffic traffic({phone_, *recorder_, clock_, package_}, kit);
      EXPECT_TRUE(traffic.begin(1, Deadline::in_ms(20'000)).ok());
      during_ = phone_.settings;
      for (int i = 0; i < 500 && !awaited.empty() && !written(awaited); ++i)
        static_cast<void>(sleep_ms(10, Deadline::in_ms(1'000)));
      traffic.end(Deadline::in_ms(20'000));
    }
    EXPECT_TRUE(recorder_->seal(true, "", key_).ok());
    return *read_journal_untrusted(as_bytes(file()));
  }
  std::string file() { return *read_file(folder_.path() + "/journal", 1u << 26); }
  bool written(std::string_view text) { return file().find(text) != std::string::npos; }
  static const Record* find(const Journal& j, RecordKind kind, std::string_view name,
                            std::string_view with = "") {
    for (const Record& r : j.records) {
      if (r.kind == kind && r.name == name && r.data.find(with) != std::string::npos) return &r;
    }
    return nullptr;
  }

  storesweep::testing::TemporaryFolder folder_;
  SigningKey key_ = signing_key_from_seed({7});
  SharedClock clock_;
  ProxiedPhone phone_;
  std::string package_ = "com.example.app";
  std::map<std::string, std::string> during_;
  std::unique_ptr<Recorder> recorder_;
};

TEST_F(TrafficTest, EachLineStandsInTheJournalWithItsTimeAndTheOwnerOfItsConnection) {
  phone_.sockets = std::string(kSocket) + "   1: 0100007F:1F90 0100007F:9C41 01 0:0 00:0 0 0 0 1 1\n";
  const Journal j = run(kit(std::string(kOpen) + kRequest), "\"c1\",\"host\"");
  const Record* request = find(j, RecordKind::kRaw, record_name::kTraffic, "\"request\"");
  ASSERT_TRUE(request) << "the connection was let go, by its id";
  EXPECT_LE(request->device_ms, 10);
  EXPECT_GE(request->device_ms + request->took_ms, 20) << "the whole stretch in which it was sent";
  const Record* sockets = find(j, RecordKind::kRaw, record_name::kSockets);
  ASSERT_TRUE(sockets);
  EXPECT_EQ(sockets->data, std::string("c1\n") + kSocket) << "the sockets to the proxy, and no others";
  EXPECT_TRUE(find(j, RecordKind::kAttest, record_name::kProxy, "\"trusted\":true"));
  EXPECT_TRUE(find(j, RecordKind::kAttest, record_name::kCanaries, "\"planted\":[\"android_id\"]"));
}

TEST_F(TrafficTest, TheDeviceIsAsItWasAfterwards) {
  phone_.settings["secure/android_id"] = "feedfacefeedface";
  run(kit(""));
  EXPECT_EQ(during_["global/http_proxy"], "127.0.0.1:8080");
  EXPECT_NE(during_["secure/android_id"], "feedfacefeedface");
  EXPECT_EQ(phone_.settings, (std::map<std::string, std::string>{{"secure/android_id", "feedfacefeedface"}}));
  EXPECT_TRUE(phone_.contents.empty() && phone_.reversed.empty());
}

TEST_F(TrafficTest, AProxyThatCannotBeStartedIsTypedAndNoError) {
  const Journal j = run(ProxyKit({"/nonexistent/mitmdump", folder_ / "proxy"}));
  const Record* failed = find(j, RecordKind::kFailed, record_name::kTraffic);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->reason, "NO_PROXY");
  EXPECT_EQ(phone_.settings.count("global/http_proxy"), 0u) << "no device was sent through nothing";
}

TEST_F(TrafficTest, AProxyThatEndsDuringTheRunIsTyped) {
  const Journal j = run(kit(std::string(kOpen) + kRequest, "exit 1"), "ended during the run");
  const Record* failed = find(j, RecordKind::kFailed, record_name::kTraffic);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->reason, "HOOK_DEAD");
  EXPECT_TRUE(find(j, RecordKind::kRaw, record_name::kTraffic, "\"request\"")) << "what it had seen is kept";
}

TEST_F(TrafficTest, WhatIsNoLineOfOursIsNotBelieved) {
  const Journal j = run(kit("echo Traceback"), "no JSON");
  const Record* failed = find(j, RecordKind::kFailed, record_name::kTraffic);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->reason, "GRAMMAR");
}

TEST_F(TrafficTest, AWayThatTheDeviceForgotIsMadeAnewAndSaid) {
  ProxyKit shared = kit("");
  Traffic traffic({phone_, *recorder_, clock_, package_}, shared);
  ASSERT_TRUE(traffic.begin(1, Deadline::in_ms(20'000)).ok());
  clock_.advance_ms(2'000);
  static_cast<void>(sleep_ms(500, Deadline::in_ms(1'000)));
  EXPECT_FALSE(written("lost its way"));
  ASSERT_TRUE(phone_.end_reverse(8080, Deadline::in_ms(1'000)).ok());  // it was rebooted
  clock_.advance_ms(2'000);
  for (int i = 0; i < 500 && !written("lost its way"); ++i)
    static_cast<void>(sleep_ms(10, Deadline::in_ms(1'000)));
  EXPECT_TRUE(written("lost its way"));
  EXPECT_EQ(phone_.reverse(8080, Deadline::in_ms(1'000)).kind(), ErrorKind::kExists);
  traffic.end(Deadline::in_ms(20'000));
}

TEST_F(TrafficTest, AStoreThatCannotBeWrittenLeavesTheProxyAndIsSaid) {
  phone_.locked = true;
  const Journal j = run(kit(""));
  EXPECT_TRUE(find(j, RecordKind::kAttest, record_name::kProxy, "\"trusted\":false"));
}

}  // namespace
}  // namespace storesweep::observe
