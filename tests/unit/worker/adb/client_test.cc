#include "worker/adb/client.h"

#include <gtest/gtest.h>

#include "tests/unit/worker/adb/fake_server.h"
#include "worker/adb/install.h"
#include "worker/adb/server.h"
#include "worker/adb/shell.h"
#include "worker/adb/sync.h"

namespace storesweep::adb {
namespace {

using namespace std::string_literals;

const Target kTarget{.serial = "127.0.0.1:6001", .transport_id = 7};
Deadline soon(const Cancel* cancel = nullptr) { return Deadline::in_ms(20'000, cancel); }

// A server whose devices all answer a service in the same way; host:version is answered too.
FakeServer::Script device(const std::function<void(Peer&, const std::string& service)>& answer) {
  return [answer](Peer& peer, int) {
    auto first = peer.request();
    if (!first) return;
    if (*first == "host:version") {
      peer.send("OKAY");
      peer.frame("0029");
      return;
    }
    peer.send("OKAY");
    if (auto service = peer.request()) answer(peer, *service);
  };
}

std::string packet(char id, std::string_view data) {
  std::string out(1, id);
  put_little(out, data.size(), 4);
  return out.append(data);
}

TEST(AdbClient, HostAnswersComeWholeHoweverTheyAreCut) {
  FakeServer server([](Peer& peer, int) {
    peer.request();
    for (char c : "OKAY00040029"s) peer.send({&c, 1});
  });
  Client client(server.address());
  EXPECT_EQ(client.version(soon()).value(), 41);
  EXPECT_EQ(client.counters().commands, 1u);
  EXPECT_EQ(client.counters().bytes_in, 12u);
  EXPECT_EQ(client.counters().bytes_out, 16u);
}

TEST(AdbClient, AServerThatIsNotThereIsUnavailable) {
  ServerAddress address;
  {
    FakeServer server([](Peer&, int) {});
    address = server.address();
  }
  Client client(address);
  Status s = client.version(soon()).status();
  EXPECT_EQ(s.kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(blame_of(s), Blame::kServer);
}

TEST(AdbClient, AServerThatClosesBeforeItAnswersIsUnavailable) {
  FakeServer server([](Peer& peer, int) {
    peer.request();
    peer.send("OKAY00");
  });
  Client client(server.address());
  EXPECT_EQ(client.version(soon()).status().kind(), ErrorKind::kUnavailable);
}

TEST(AdbClient, SilenceEndsAtTheDeadline) {
  FakeServer server([](Peer& peer, int) { peer.read(1000); });
  Client client(server.address());
  Status s = client.version(Deadline::in_ms(50)).status();
  EXPECT_EQ(s.kind(), ErrorKind::kTimeout);
  EXPECT_EQ(blame_of(s), Blame::kDevice);
}

TEST(AdbClient, GarbageIsCorrupt) {
  FakeServer server([](Peer& peer, int) {
    peer.request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
  });
  Client client(server.address());
  EXPECT_EQ(client.version(soon()).status().kind(), ErrorKind::kCorrupt);
}

TEST(AdbClient, ACancelledCallClosesItsSocketAtOnce) {
  std::atomic<bool> closed{false};
  FakeServer server(device([&](Peer& peer, const std::string&) {
    peer.send("OKAY");
    closed = peer.read(1000).size() < 1000;  // until the client closes
  }));
  Client client(server.address());
  Cancel cancel;
  std::thread giving_up([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    cancel.cancel();
  });
  Status s = shell(client, kTarget, "sleep 100", {}, soon(&cancel)).status();
  giving_up.join();
  EXPECT_EQ(s.kind(), ErrorKind::kCancelled);
  EXPECT_EQ(blame_of(s), Blame::kNobody);
  for (int i = 0; i < 1000 && !closed; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_TRUE(closed);
}

TEST(AdbClient, AFloodThatNeverEndsStillEndsAtTheDeadline) {
  FakeServer server(device([](Peer& peer, const std::string&) {
    peer.send("OKAY");
    const std::string flood = packet(1, std::string(60'000, 'x'));
    for (int i = 0; i < 100'000 && !peer.closed_within(0); ++i) peer.send(flood);
  }));
  Client client(server.address());
  ShellOptions bounded;
  bounded.max_bytes = 10'000'000;
  Status s = shell(client, kTarget, "cat /dev/zero", bounded, soon()).status();
  EXPECT_EQ(s.kind(), ErrorKind::kExhausted);
  s = shell(client, kTarget, "cat /dev/zero", {.max_bytes = ~std::size_t{0}}, Deadline::in_ms(100)).status();
  EXPECT_EQ(s.kind(), ErrorKind::kTimeout);
}

TEST(AdbClient, AnIdThatTheServerForgotIsTriedAgainBySerial) {
  std::mutex mutex;
  std::vector<std::string> asked;
  FakeServer server([&](Peer& peer, int) {
    std::string transport = *peer.request();
    {
      std::lock_guard lock(mutex);
      asked.push_back(transport);
    }
    if (transport == "host:transport-id:7") return peer.fail("no device with transport id '7'");
    peer.send("OKAY");
    peer.request();
    peer.send("OKAY" + packet(3, "\0"s));
  });
  Client client(server.address());
  EXPECT_EQ(shell(client, kTarget, "true", {}, soon()).value().exit_code, 0);
  EXPECT_EQ(asked, (std::vector<std::string>{"host:transport-id:7", "host:transport:127.0.0.1:6001"}));
}

TEST(AdbClient, ADeviceThatIsOfflineGoneOrNotAuthorizedIsBlamed) {
  for (std::string words :
       {"device offline", "device 'x' not found", "device unauthorized.\nThis adb server's..."}) {
    FakeServer server([&](Peer& peer, int) {
      peer.request();
      peer.fail(words);
    });
    Client client(server.address());
    Status s = shell(client, kTarget, "true", {}, soon()).status();
    EXPECT_EQ(s.kind(), ErrorKind::kNotFound) << words;
    EXPECT_EQ(blame_of(s), Blame::kDevice);
    EXPECT_NE(s.message().find(words.substr(0, 10)), std::string::npos) << s.message();
  }
}

TEST(AdbClient, AServiceThatTheDeviceRefusesIsUnsupported) {
  FakeServer server(device([](Peer& peer, const std::string&) { peer.fail("closed"); }));
  Client client(server.address());
  Status s = exec(client, kTarget, "echo hi", "", 1000, soon()).status();
  EXPECT_EQ(s.kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(blame_of(s), Blame::kRequest);
  // But a shell that is refused is a failing device.
  EXPECT_EQ(shell(client, kTarget, "true", {}, soon()).status().kind(), ErrorKind::kNotFound);
}

TEST(AdbShell, SeparatesOutputErrorAndExitCode) {
  FakeServer server(device([](Peer& peer, const std::string& service) {
    EXPECT_EQ(service, "shell,v2,raw:cat; false");
    peer.send("OKAY");
    const std::string input = peer.read(5 + 5 + 5);
    EXPECT_EQ(input, packet(0, "input") + packet(4, ""));
    peer.send(packet(1, "out") + packet(2, "bad\n") + packet(1, "put\n") + packet(3, "\xff"));
  }));
  Client client(server.address());
  auto result = shell(client, kTarget, "cat; false", {.input = "input"}, soon());
  ASSERT_TRUE(result.ok()) << result.status().text();
  EXPECT_EQ(result->out, "output\n");
  EXPECT_EQ(result->err, "bad\n");
  EXPECT_EQ(result->exit_code, 255);
}

TEST(AdbShell, AnAnswerWithoutAnExitCodeIsAFailureOfTheDevice) {
  FakeServer server(device([](Peer& peer, const std::string&) { peer.send("OKAY" + packet(1, "half")); }));
  Client client(server.address());
  Status s = shell(client, kTarget, "dumpsys", {}, soon()).status();
  EXPECT_EQ(s.kind(), ErrorKind::kNotFound) << s.text();
}

TEST(AdbShell, AServerKilledInTheMiddleIsNotTheDevicesFault) {
  std::atomic<bool> reached{false};
  FakeServer server(device([&](Peer& peer, const std::string&) {
    peer.send("OKAY" + packet(1, "half"));
    reached = true;
    peer.read(1000);
  }));
  Client client(server.address());
  std::thread killer([&] {
    while (!reached) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    server.stop();
  });
  Status s = shell(client, kTarget, "dumpsys", {}, soon()).status();
  killer.join();
  EXPECT_EQ(s.kind(), ErrorKind::kUnavailable) << s.text();
}

TEST(AdbShell, AnOldDeviceTellsItsExitCodeToo) {
  FakeServer server(device([](Peer& peer, const std::string& service) {
    const std::string mark =
        service.substr(service.find("exit-"), service.find("$?") - service.find("exit-"));
    EXPECT_EQ(service.substr(0, 12), "shell:false;");
    peer.send("OKAYtext\r\n" + mark + "1\r\n");
  }));
  Client client(server.address());
  auto result = shell(client, kTarget, "false", {.v2 = false}, soon());
  ASSERT_TRUE(result.ok()) << result.status().text();
  EXPECT_EQ(result->out, "text\n");
  EXPECT_EQ(result->exit_code, 1);
}

TEST(AdbShell, AnOldDeviceThatDiedIsNotTakenForAShortAnswer) {
  FakeServer server(device([](Peer& peer, const std::string&) { peer.send("OKAYpackage:a\r\n"); }));
  Client client(server.address());
  EXPECT_EQ(shell(client, kTarget, "pm list packages", {.v2 = false}, soon()).status().kind(),
            ErrorKind::kNotFound);
}

TEST(AdbExec, TwoSidesThatBothWriteDoNotWaitForEachOther) {
  const std::string big(3'000'000, 'b');
  FakeServer server(device([&](Peer& peer, const std::string&) {
    peer.send("OKAY");
    peer.send(big);  // reads only after it has written
    EXPECT_EQ(peer.read(big.size()).size(), big.size());
  }));
  Client client(server.address());
  auto out = exec(client, kTarget, "cat", big, 10'000'000, soon());
  ASSERT_TRUE(out.ok()) << out.status().text();
  EXPECT_EQ(out->size(), big.size());
}

TEST(AdbLines, ComeOneByOneAndTellNothingNewFromTheEnd) {
  FakeServer server(device([](Peer& peer, const std::string&) {
    peer.send("OKAY" + packet(1, "one\r\ntw") + packet(1, "o\n\nlast"));
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    peer.send(packet(3, "\0"s));
  }));
  Client client(server.address());
  auto stream = LineStream::start(client, kTarget, "logcat", true, soon());
  ASSERT_TRUE(stream.ok());
  EXPECT_EQ(stream->next(soon()).value(), "one");
  EXPECT_EQ(stream->next(soon()).value(), "two");
  EXPECT_EQ(stream->next(soon()).value(), "");
  EXPECT_EQ(stream->next(Deadline::in_ms(20)).status().kind(), ErrorKind::kTimeout);
  EXPECT_EQ(stream->next(soon()).value(), "last");
  EXPECT_EQ(stream->next(soon()).value(), std::nullopt);
  EXPECT_EQ(stream->exit_code(), 0);
}

TEST(AdbLines, ALineWithoutEndComesInBoundedPieces) {
  FakeServer server(device([](Peer& peer, const std::string&) {
    for (int i = 0; i < 40; ++i) peer.send((i == 0 ? "OKAY" : "") + std::string(5000, 'x'));
  }));
  Client client(server.address());
  auto stream = LineStream::start(client, kTarget, "logcat", false, soon());
  ASSERT_TRUE(stream.ok());
  std::size_t total = 0;
  for (auto line = stream->next(soon()).value(); line; line = stream->next(soon()).value()) {
    EXPECT_LE(line->size(), kLineMaxBytes);
    total += line->size();
  }
  EXPECT_EQ(total, 200'000u);
}

TEST(AdbLines, AStreamThatBreaksOffIsNoEnd) {
  FakeServer server(device([](Peer& peer, const std::string&) { peer.send("OKAY" + packet(1, "one\n")); }));
  Client client(server.address());
  auto stream = LineStream::start(client, kTarget, "logcat", true, soon());
  EXPECT_EQ(stream->next(soon()).value(), "one");
  EXPECT_EQ(stream->next(soon()).status().kind(), ErrorKind::kNotFound);
}

TEST(AdbTracker, GivesEachListAndEndsWithTheServer) {
  FakeServer server([](Peer& peer, int) {
    EXPECT_EQ(*peer.request(), "host:track-devices-l");
    peer.send("OKAY");
    peer.frame("");
    peer.frame("a device transport_id:1\n");
  });
  Client client(server.address());
  auto tracker = DeviceTracker::start(client, soon());
  ASSERT_TRUE(tracker.ok());
  EXPECT_TRUE(tracker->next(soon()).value().devices.empty());
  EXPECT_EQ(tracker->next(soon()).value().devices.at(0).transport_id, 1u);
  EXPECT_EQ(tracker->next(soon()).status().kind(), ErrorKind::kUnavailable);
}

TEST(AdbSync, APushStopsWhenTheDeviceRefuses) {
  std::atomic<std::size_t> got{0};
  FakeServer server(device([&](Peer& peer, const std::string&) {
    peer.send("OKAY");
    got = peer.read(100'000).size();
    peer.send("FAIL\x17\0\0\0No space left on device"s);
    while (!peer.closed_within(0)) got += peer.read(65'536).size();
  }));
  Client client(server.address());
  auto sync = SyncSession::open(client, kTarget, true, soon());
  ASSERT_TRUE(sync.ok());
  std::string content;
  content.resize(64'000'000, 'c');
  Status s = sync->push("/data/local/tmp/x", as_bytes(content), 0644, 0, soon());
  EXPECT_EQ(s.kind(), ErrorKind::kExhausted) << s.text();
  EXPECT_LT(got, content.size());
}

TEST(AdbSync, APathWithACommaCannotBePushed) {
  FakeServer server(device([](Peer& peer, const std::string&) { peer.send("OKAY"); }));
  Client client(server.address());
  auto sync = SyncSession::open(client, kTarget, true, soon());
  EXPECT_EQ(sync->push("/a,b", {}, 0644, 0, soon()).kind(), ErrorKind::kInvalid);
}

TEST(AdbSync, APullLargerThanItsBoundEnds) {
  FakeServer server(device([](Peer& peer, const std::string&) {
    peer.send("OKAY");
    for (int i = 0; i < 100; ++i)
      peer.send(
          "DATA\x0a\0\0\0"
          "0123456789"s);
    peer.closed_within(20'000);
  }));
  Client client(server.address());
  auto sync = SyncSession::open(client, kTarget, true, soon());
  EXPECT_EQ(sync->pull_all("/x", 64, soon()).status().kind(), ErrorKind::kExhausted);
}

TEST(AdbInstall, StreamsTheFileAndReadsTheWords) {
  FakeServer server(device([](Peer& peer, const std::string& service) {
    EXPECT_EQ(service, "exec:cmd package install -r -t -g -S 70000");
    peer.send("OKAY");
    EXPECT_EQ(peer.read(70'000).size(), 70'000u);
    peer.send("Failure [INSTALL_FAILED_OLDER_SDK: Requires newer sdk version #34]\n");
  }));
  Client client(server.address());
  const std::string apk(70'000, 'a');
  auto outcome = install(client, kTarget, {"cmd", "shell_v2"}, {{"base.apk", as_bytes(apk)}},
                         {.grant_permissions = true}, soon());
  ASSERT_TRUE(outcome.ok()) << outcome.status().text();
  EXPECT_EQ(outcome->blame, InstallBlame::kNeeds);
}

TEST(AdbInstall, ADeviceThatDiesInTheMiddleSaysNothingAndIsBlamed) {
  FakeServer server(device([](Peer& peer, const std::string&) {
    peer.send("OKAY");
    peer.read(1000);
  }));
  Client client(server.address());
  const std::string apk(5'000'000, 'a');
  Status s =
      install(client, kTarget, {"cmd", "shell_v2"}, {{"base.apk", as_bytes(apk)}}, {}, soon()).status();
  EXPECT_EQ(blame_of(s), Blame::kDevice) << s.text();
}

TEST(AdbInstall, SplitsGoInOneSessionAndAFailedOneIsAbandoned) {
  std::mutex mutex;
  std::vector<std::string> services;
  FakeServer server(device([&](Peer& peer, const std::string& service) {
    {
      std::lock_guard lock(mutex);
      services.push_back(service);
    }
    peer.send("OKAY");
    if (service.find("install-create") != std::string::npos)
      peer.send("Success: created install session [12]\n");
    if (service.find("base.apk") != std::string::npos) peer.send("Success: streamed 3 bytes\n");
    if (service.find("split.apk") != std::string::npos)
      peer.send("Failure [INSTALL_FAILED_INVALID_APK: x]\n");
    if (service.find("abandon") != std::string::npos) peer.send(packet(1, "Success\n") + packet(3, "\0"s));
  }));
  Client client(server.address());
  auto outcome = install(client, kTarget, {"cmd", "shell_v2"},
                         {{"base.apk", as_bytes("abc")}, {"split.apk", as_bytes("de")}}, {}, soon());
  ASSERT_TRUE(outcome.ok()) << outcome.status().text();
  EXPECT_EQ(outcome->reason, "INSTALL_FAILED_INVALID_APK");
  EXPECT_EQ(services, (std::vector<std::string>{"exec:cmd package install-create -r -t -S 5",
                                                "exec:cmd package install-write -S 3 12 base.apk -",
                                                "exec:cmd package install-write -S 2 12 split.apk -",
                                                "shell,v2,raw:cmd package install-abandon 12"}));
}

TEST(AdbReconnect, DisconnectsADeviceThatStaysOffline) {
  std::atomic<int> disconnects{0};
  FakeServer server([&](Peer& peer, int) {
    std::string service = *peer.request();
    if (service.find("get-state") != std::string::npos && disconnects == 0)
      return peer.fail("device offline");
    peer.send("OKAY");
    if (service.find("host:connect") == 0) peer.frame("connected to x:1");
    if (service.find("host:disconnect") == 0) {
      ++disconnects;
      peer.frame("disconnected x:1");
    }
    if (service.find("get-state") != std::string::npos) peer.frame("device");
  });
  Client client(server.address());
  Status s = reconnect(client, "x:1", soon(), 300);
  EXPECT_TRUE(s.ok()) << s.text();
  EXPECT_EQ(disconnects, 1);
}

}  // namespace
}  // namespace storesweep::adb
