// Our client against the recorded answers of a real adb server and device (Android 4.4.2): it must find what
// the adb command line printed (the .cli files). Where ours differ, the test says why.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "tests/unit/corpus.h"
#include "tests/unit/worker/adb/fake_server.h"
#include "worker/adb/install.h"
#include "worker/adb/shell.h"
#include "worker/adb/sync.h"

namespace storesweep::adb {
namespace {

const Target kDevice{.serial = "127.0.0.1:5655"};
Deadline soon() { return Deadline::in_ms(20'000); }

std::string cut_request(std::string& bytes) {
  const auto length = parse_int<std::size_t>(std::string_view(bytes).substr(0, 4), 16).value_or(0);
  std::string request = bytes.substr(4, length);
  bytes.erase(0, 4 + length);
  return request;
}

// What the recorded client asked, without the quotes that adb puts around words and the "</dev/null" that it
// puts behind its own rm (adb_install.cpp, delete_device_file); ours has none.
std::string plain(std::string service) {
  std::erase(service, '\'');
  constexpr std::string_view kNoInput = " </dev/null";
  if (ends_with(service, kNoInput)) service.resize(service.size() - kNoInput.size());
  return service;
}

struct Recorded {
  std::string service;  // "host:version", "shell:false", "sync:"
  std::string sent;     // behind the service
  std::string answer;   // from OKAY or FAIL on
};

class Replay {
 public:
  explicit Replay(const std::string& dialogue) {
    const std::string all = corpus_text("android-4.4.2/wire/" + dialogue + ".server.streams.jsonl");
    for (std::string_view line : lines(all)) {
      const auto j = nlohmann::json::parse(line);
      std::string sent = decode64(j["c2s"].get<std::string>()),
                  answer = decode64(j["s2c"].get<std::string>());
      if (sent.size() < 4 || answer.size() < 4) continue;  // cut captures
      // One capture begins behind its transport's OKAY.
      std::string service = starts_with(sent, "STAT") ? "sync:" : cut_request(sent);
      if (starts_with(service, "host:tport:") && starts_with(answer, "OKAY") && answer.size() > 12) {
        answer.erase(
            0, 12);  // the transport's OKAY and its number: our `host:transport:` is answered without one
        service = cut_request(sent);
      }
      recorded_.push_back({plain(service), sent, answer});
    }
    server_ = std::make_unique<FakeServer>([this](Peer& peer, int) { serve(peer); });
    client_ = std::make_unique<Client>(server_->address());
  }
  Client& client() { return *client_; }

  // The bytes that the recorded client sent to this device path.
  std::string sent_file(const std::string& path) {
    for (const Recorded& r : recorded_) {
      const std::size_t at = r.sent.find("SEND");
      if (r.service != "sync:" || at == std::string::npos ||
          r.sent.find(path + ",33188") == std::string::npos)
        continue;
      ByteReader reader(as_bytes(r.sent));
      reader.seek(r.sent.find(path + ",33188") + path.size() + 6);
      std::string content;
      while (as_text(reader.take(4)) == "DATA") content += as_text(reader.take(reader.u32()));
      return content;
    }
    return "";
  }

 private:
  void serve(Peer& peer) {
    auto request = peer.request();
    if (!request) return;
    if (starts_with(*request, "host:transport:")) {
      const std::string serial = request->substr(15);
      // Some captures end behind the transport's OKAY: only a refusal is an answer by itself.
      const Recorded* r = find("host:tport:serial:" + serial);
      if (r && starts_with(r->answer, "FAIL")) return peer.send(r->answer);
      peer.send("OKAY");
      request = peer.request();
      if (!request) return;
    }
    if (*request == "sync:") return serve_sync(peer);
    // Our old shell asks for the exit code, which the recorded client did not: it is answered with 0.
    std::string asked = plain(*request), mark;
    if (const std::size_t at = asked.find("; echo exit-"); at != std::string::npos) {
      mark = asked.substr(at + 7, asked.size() - at - 9) + "0\r\n";
      asked.resize(at);
    }
    const Recorded* r = find(asked);
    EXPECT_TRUE(r) << "not recorded: " << asked;
    if (r) peer.send(r->answer + mark);
  }

  // The first that was not used yet, else the last.
  const Recorded* find(const std::string& service, const std::string& part = "") {
    std::lock_guard lock(mutex_);
    Recorded* last = nullptr;
    for (std::size_t i = 0; i < recorded_.size(); ++i) {
      if (recorded_[i].service != service || recorded_[i].sent.find(part) == std::string::npos) continue;
      last = &recorded_[i];
      if (used_.insert(i).second) break;
    }
    return last;
  }

  // Each of our sync requests gets the part of the recorded answer that belongs to it.
  void serve_sync(Peer& peer) {
    peer.send("OKAY");
    std::map<const Recorded*, std::size_t> sends;  // a session may push several files
    for (;;) {
      const std::string id = peer.read(4);
      ByteReader length(as_bytes(id.empty() ? id : length_ = peer.read(4)));
      if (id.empty() || id == "QUIT") return;
      const std::string path = peer.read(length.u32());
      if (id == "SEND") take_data(peer);
      const Recorded* r = find("sync:", id + length_ + path);
      EXPECT_TRUE(r) << "not recorded: " << id << " " << path;
      if (!r) return;
      std::string rest = r->answer.substr(4);
      if (id != "STAT" && starts_with(rest, "STAT")) rest.erase(0, 16);
      if (id == "STAT") rest.resize(16);
      if (id == "SEND") rest.erase(0, std::min(rest.size(), 8 * sends[r]++));
      if (id == "RECV" && starts_with(rest, "DENT")) rest.erase(0, rest.find("DATA"));
      peer.send(rest);
      if (id == "SEND" && rest.empty()) return;
    }
  }
  static void take_data(Peer& peer) {
    for (std::string id = peer.read(4); id == "DATA"; id = peer.read(4)) {
      const std::string n = peer.read(4);
      peer.read(ByteReader(as_bytes(n)).u32());
    }
    peer.read(4);  // DONE's time
  }

  std::string length_;
  std::mutex mutex_;
  std::set<std::size_t> used_;
  std::vector<Recorded> recorded_;
  std::unique_ptr<FakeServer> server_;
  std::unique_ptr<Client> client_;
};

// What the command line printed for each `$ ...` line, by that line.
std::map<std::string, std::vector<std::string>> printed(const std::string& dialogue) {
  std::map<std::string, std::vector<std::string>> out;
  std::string command, text;
  const std::string all = corpus_text("android-4.4.2/wire/" + dialogue + ".cli");
  for (std::string_view line : lines(all)) {
    if (starts_with(line, "$ ")) {
      command = line.substr(2);
      text.clear();
    } else if (starts_with(line, "[rc=")) {
      out[command].push_back(text);
    } else {
      text += std::string(line) + "\n";
    }
  }
  return out;
}

std::string old_shell(Client& client, const std::string& command) {
  auto result = shell(client, kDevice, command, {.v2 = false}, soon());
  EXPECT_TRUE(result.ok()) << result.status().text();
  return result.ok() ? result->out : "";
}

TEST(AdbReplay, ConnectAndTheHostsAnswers) {
  NEED_CORPUS();
  Replay replay("01-connect");
  Client& client = replay.client();
  EXPECT_EQ(client.version(soon()).value_or(0), 41);
  EXPECT_TRUE(client.connect("127.0.0.1:5655", soon()).ok());
  auto devices = client.devices(soon());
  ASSERT_TRUE(devices.ok());
  ASSERT_EQ(devices->devices.size(), 1u);
  EXPECT_EQ(devices->devices[0].model, "Standard_PC__i440FX___PIIX__1996_");
  EXPECT_EQ(devices->devices[0].transport_id, 2u);
  EXPECT_EQ(client.state(kDevice, soon()).value_or(""), "device");
  EXPECT_EQ(client.features(kDevice, soon()).value_or({"x"}), Features{});
  EXPECT_TRUE(client.host_features(soon())->contains("shell_v2"));
  EXPECT_EQ(old_shell(client, "echo hello"), "hello\n");
  EXPECT_TRUE(client.disconnect("127.0.0.1:5655", soon()).ok());
}

TEST(AdbReplay, ShellsPrintWhatTheCommandLinePrinted) {
  NEED_CORPUS();
  for (const std::string dialogue : {"02-shell-long", "03-shell-exit", "17-auth-accepted"}) {
    Replay replay(dialogue);
    for (const auto& [command, texts] : printed(dialogue)) {
      // The capture of this one is not in the streams.
      if (!starts_with(command, "a shell ") || command.find("echo err") != std::string::npos) continue;
      EXPECT_EQ(old_shell(replay.client(), command.substr(8)), texts[0]) << command;
    }
  }
}

TEST(AdbReplay, FilesGoThereAndComeBack) {
  NEED_CORPUS();
  Replay replay("04-push-pull-200k");
  const std::string path = "/data/local/tmp/file200k.bin";
  const std::string content = replay.sent_file(path);
  ASSERT_EQ(content.size(), 204'800u);
  auto sync = SyncSession::open(replay.client(), kDevice, false, soon());
  ASSERT_TRUE(sync.ok());
  EXPECT_FALSE(sync->stat(path, soon())->exists());
  EXPECT_TRUE(sync->push(path, as_bytes(content), 0644, 0, soon()).ok());
  EXPECT_EQ(sync->stat(path, soon())->size, 204'800u);
  EXPECT_EQ(sync->pull_all(path, 1'000'000, soon()).value_or(""), content);
}

TEST(AdbReplay, FoldersAreListedAsTheCommandLineListedThem) {
  NEED_CORPUS();
  Replay replay("05-ls-stat");
  auto sync = SyncSession::open(replay.client(), kDevice, false, soon());
  for (const auto& [command, texts] : printed("05-ls-stat")) {
    if (ends_with(command, " /system")) continue;  // its capture ends behind the transport's OKAY
    auto entries = sync->list(command.substr(5), soon());
    ASSERT_TRUE(entries.ok()) << command << entries.status().text();
    std::string text;
    for (const FolderEntry& e : *entries) {
      char line[300];
      snprintf(line, sizeof line, "%08x %08x %08x %s\n", e.info.mode, static_cast<unsigned>(e.info.size),
               static_cast<unsigned>(e.info.mtime_s), e.name.c_str());
      text += line;
    }
    std::string expected;  // we leave "." and ".." out: nobody asks for them
    for (std::string_view line : lines(texts[0])) {
      if (!ends_with(line, " .") && !ends_with(line, " ..")) expected += std::string(line) + "\n";
    }
    EXPECT_EQ(text, expected) << command;
  }
}

TEST(AdbReplay, FilesThatTheDeviceRefusesAreTyped) {
  NEED_CORPUS();
  Replay replay("06-sync-errors");
  const std::string big(204'800, 'b');
  auto with = [&](auto call) {
    auto sync = SyncSession::open(replay.client(), kDevice, false, soon());
    return call(*sync);
  };
  auto push = [&](const char* path) {
    return with([&](SyncSession& s) { return s.push(path, as_bytes(big), 0644, 0, soon()); });
  };
  auto pull = [&](const char* path) {
    return with([&](SyncSession& s) { return s.pull_all(path, 1'000'000, soon()); });
  };
  EXPECT_FALSE(with([&](SyncSession& s) { return s.stat("/nosuch", soon()); })->exists());
  EXPECT_EQ(push("/system/nope.bin").kind(), ErrorKind::kPermission);
  Status missing = push("/nosuchdir/x");
  EXPECT_EQ(missing.kind(), ErrorKind::kInvalid);
  EXPECT_NE(missing.message().find("No such file or directory"), std::string::npos);
  EXPECT_TRUE(push("/data/local/tmp/small.txt").ok());
  EXPECT_EQ(pull("/proc/version").value_or("").size(), 159u);
  EXPECT_EQ(pull("/data/system/packages.xml").status().kind(), ErrorKind::kPermission);
}

TEST(AdbReplay, AStreamThatEndsInTheMiddleOfAPushIsTheDevices) {
  NEED_CORPUS();
  Replay replay("07-push-tree");
  const std::string tree = "/data/local/tmp/tree9";
  {
    auto sync = SyncSession::open(replay.client(), kDevice, false, soon());
    EXPECT_TRUE(sync->push(tree + "/a.txt", as_bytes("1\n"), 0644, 0, soon()).ok());
    Status cut = sync->push(tree + "/sub/b.txt", as_bytes("22\n"), 0644, 0, soon());
    EXPECT_EQ(blame_of(cut), Blame::kDevice) << cut.text();  // adb: "couldn't read from device"
  }
  auto sync = SyncSession::open(replay.client(), kDevice, false, soon());
  EXPECT_EQ(sync->pull_all(tree + "/a.txt", 100, soon()).value_or(""), "1\n");
  EXPECT_EQ(old_shell(replay.client(), "ls -lR " + tree),
            printed("07-push-tree").at("a shell ls -lR " + tree)[0]);
}

TEST(AdbReplay, LinesComeAsTheyCame) {
  NEED_CORPUS();
  Replay shells("11-two-shells");
  auto lines_of = [&](Replay& replay, const std::string& command) {
    std::string all;
    auto stream = LineStream::start(replay.client(), kDevice, command, false, soon());
    EXPECT_TRUE(stream.ok());
    for (auto line = stream->next(soon()); line.ok() && *line; line = stream->next(soon()))
      all += **line + "\n";
    return all;
  };
  EXPECT_EQ(lines_of(shells, "for i in 1 2 3; do echo B$i; sleep 1; done"), "B1\nB2\nB3\n");
  Replay log("13-logcat-d");
  for (const auto& [command, texts] : printed("13-logcat-d")) {
    // The command line's own `logcat` asks for more than it prints.
    const std::string asked = command == "a logcat -d -v brief -t 100"
                                  ? "export ANDROID_LOG_TAGS=\"''\"; exec logcat '-d' '-v' 'brief' '-t' '100'"
                                  : command.substr(8);
    EXPECT_EQ(lines_of(log, asked), texts[0]) << command;
  }
}

TEST(AdbReplay, InstallsAndTheirFailuresReadAsPrinted) {
  NEED_CORPUS();
  const std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>> dialogues = {
      {"08-install", {{"ContactManager.apk", "nobody"}, {"ContactManager.apk", "leftover"}}},
      {"09-install-failures", {{"truncated.apk", "app"}, {"garbage.apk", "app"}, {"empty.apk", "app"}}}};
  for (const auto& [dialogue, installs] : dialogues) {
    Replay replay(dialogue);
    for (const auto& [file, blame] : installs) {
      const std::string content = replay.sent_file("/data/local/tmp/" + file);
      auto outcome = install(replay.client(), kDevice, {}, {{file, as_bytes(content)}},
                             {.replace = false, .allow_test = false}, soon());
      ASSERT_TRUE(outcome.ok()) << outcome.status().text();
      EXPECT_EQ(install_blame_name(outcome->blame), blame) << dialogue << " " << file;
    }
  }
  Replay replay("08-install");
  const std::string package = "com.example.android.contactmanager";
  EXPECT_EQ(package_paths(replay.client(), kDevice, {}, package, soon()).value_or({}),
            (std::vector<std::string>{"/data/app/com.example.android.contactmanager-2.apk"}));
  EXPECT_TRUE(uninstall(replay.client(), kDevice, {}, package, soon())->success);
  EXPECT_FALSE(uninstall(replay.client(), kDevice, {}, package, soon())->success);
  EXPECT_TRUE(package_paths(replay.client(), kDevice, {}, package, soon())->empty());
}

TEST(AdbReplay, WhatTheDeviceCannotDoIsSaid) {
  NEED_CORPUS();
  Replay replay("10-failing-services");
  EXPECT_EQ(exec(replay.client(), kDevice, "echo 'hi'", "", 1000, soon()).status().kind(),
            ErrorKind::kUnsupported);
  EXPECT_EQ(replay.client().features({.serial = "nosuch:1"}, soon()).status().kind(), ErrorKind::kNotFound);
}

TEST(AdbReplay, EveryRecordedDialogueIsUsed) {
  NEED_CORPUS();
  const std::set<std::string> used = {
      "01-connect",          "02-shell-long",       "03-shell-exit",        "04-push-pull-200k",
      "05-ls-stat",          "06-sync-errors",      "07-push-tree",         "08-install",
      "09-install-failures", "10-failing-services", "11-two-shells",        "12-screencap",
      "13-logcat-d",         "14-track-devices",    "16-auth-unauthorized", "17-auth-accepted"};
  std::set<std::string> there;
  for (const auto& file : std::filesystem::directory_iterator(corpus_path("android-4.4.2/wire"))) {
    const std::string name = file.path().filename();
    if (ends_with(name, ".server.streams.jsonl")) there.insert(name.substr(0, name.size() - 21));
  }
  EXPECT_EQ(there, used);  // 15 has no server: it spoke to the device itself
}

TEST(AdbReplay, APictureThroughTheTerminalIsUndoneExactly) {
  NEED_CORPUS();
  Replay replay("12-screencap");
  auto result =
      shell(replay.client(), kDevice, "screencap -p", {.v2 = false, .old_exit_code = false}, soon());
  ASSERT_TRUE(result.ok()) << result.status().text();
  EXPECT_EQ(result->out, corpus_text("android-4.4.2/wire/12-screencap.true.png"));
}

TEST(AdbReplay, EachListOfTheTrackerIsSeen) {
  NEED_CORPUS();
  Replay replay("14-track-devices");
  auto tracker = DeviceTracker::start(replay.client(), soon());
  ASSERT_TRUE(tracker.ok());
  std::vector<std::string> states;
  for (auto list = tracker->next(soon()); list.ok(); list = tracker->next(soon())) {
    states.push_back(list->devices.empty() ? "-" : list->devices[0].state);
    EXPECT_EQ(list->unknown_lines, 0u);
  }
  ASSERT_GT(states.size(), 8u);
  states.resize(8);
  EXPECT_EQ(states, (std::vector<std::string>{"-", "offline", "device", "-", "offline", "device", "offline",
                                              "offline"}));
}

TEST(AdbReplay, AnUnauthorizedDeviceIsOneThatCannotBeUsed) {
  NEED_CORPUS();
  Replay replay("16-auth-unauthorized");
  EXPECT_EQ(replay.client().connect("127.0.0.1:5655", soon()).kind(), ErrorKind::kNotFound);
  EXPECT_EQ(replay.client().devices(soon())->devices.at(0).state, "unauthorized");
  EXPECT_EQ(replay.client().features(kDevice, soon()).status().kind(), ErrorKind::kNotFound);
}

}  // namespace
}  // namespace storesweep::adb
