// storesweep-bench-device: commands on a device through the stock adb server, by our own client and by the
// adb command line (one process a command, spawned and waited for), for bench.py. Usage:
// storesweep-bench-device PORT SERIAL. Commands on standard input, each with a count: `ours echo N`, `ours
// dump N`, `ours push N`, `adb echo N`, ...
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "common/base/file.h"
#include "common/base/text.h"
#include "tests/bench/peer.h"
#include "worker/adb/client.h"
#include "worker/adb/shell.h"
#include "worker/adb/sync.h"

extern char** environ;

namespace {
using namespace storesweep;
constexpr std::int64_t kCallMs = 20'000;
constexpr const char* kOnDevice = "/data/local/tmp/bench.bin";

// A dump of about 20 KB; it is made on the device beforehand.
constexpr const char* kDump = "cat /data/local/tmp/dump.txt";
constexpr std::size_t kDumpBytes = 20'000, kPushBytes = 30'000;

Status ours(adb::Client& client, const adb::Target& target, const std::string& what,
            const std::string& content) {
  const Deadline deadline = Deadline::in_ms(kCallMs);
  if (what == "push") {
    TRY_ASSIGN(auto sync, adb::SyncSession::open(client, target, true, deadline));
    TRY(sync.push(kOnDevice, as_bytes(content), 0644, 1'700'000'000, deadline));
    return sync.quit(deadline);
  }
  TRY_ASSIGN(auto result, adb::shell(client, target, what == "echo" ? "echo hello" : kDump, {}, deadline));
  const std::size_t wanted = what == "echo" ? 6 : kDumpBytes;
  return result.out.size() == wanted ? ok_status()
                                     : corrupt("an answer of " + std::to_string(result.out.size()));
}

Status command_line(const std::string& port, const std::string& serial, const std::string& what,
                    const std::string& file) {
  std::vector<std::string> said{"adb", "-P", port, "-s", serial};
  if (what == "push") {
    for (const std::string& s : {std::string("push"), file, std::string(kOnDevice)}) said.push_back(s);
  } else {
    said.push_back("shell");
    said.push_back(what == "echo" ? "echo hello" : kDump);
  }
  std::vector<char*> argv;
  for (std::string& s : said) argv.push_back(s.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", 0, 0);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", 1, 0);
  posix_spawn_file_actions_addopen(&files, 2, "/dev/null", 1, 0);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, "adb", &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  int status = 0;
  if (error != 0 || waitpid(pid, &status, 0) != pid || status != 0)
    return internal("adb " + what + " failed");
  return ok_status();
}

Status measure(int times, const std::function<Status()>& call) {
  std::vector<std::uint32_t> us;
  const std::int64_t began = bench::steady_us();
  for (int i = 0; i < times; ++i) {
    const std::int64_t one = bench::steady_us();
    TRY(call());
    us.push_back(static_cast<std::uint32_t>(bench::steady_us() - one));
  }
  const double seconds = static_cast<double>(bench::steady_us() - began) / 1e6;
  bench::print_rate(static_cast<std::uint64_t>(times), seconds, std::move(us));
  return ok_status();
}

Status serve(const std::string& port, const std::string& serial) {
  adb::Client client({"127.0.0.1", static_cast<std::uint16_t>(std::atoi(port.c_str()))});
  adb::Target target{serial, 0};
  TRY_ASSIGN(adb::DeviceList list, client.devices(Deadline::in_ms(kCallMs)));
  for (const auto& device : list.devices) {
    if (device.serial == serial) target.transport_id = device.transport_id;
  }
  const std::string content(kPushBytes, 'p'), file = "/tmp/storesweep-bench-" + std::to_string(getpid());
  TRY(write_file_durably(file, content));
  {
    const Deadline deadline = Deadline::in_ms(kCallMs);
    TRY_ASSIGN(auto sync, adb::SyncSession::open(client, target, true, deadline));
    TRY(sync.push("/data/local/tmp/dump.txt", as_bytes(std::string(kDumpBytes, 'd')), 0644, 1'700'000'000,
                  deadline));
    TRY(sync.quit(deadline));
  }
  std::puts("{\"ready\":true}");
  std::fflush(stdout);
  Status s;
  for (std::string line; s.ok() && bench::read_command(&line) && line != "quit";) {
    const auto said = words(line);
    if (said.size() != 3) return invalid("no command `" + line + "`");
    const std::string what(said[1]);
    s = measure(std::atoi(std::string(said[2]).c_str()), [&] {
      return said[0] == "ours" ? ours(client, target, what, content) : command_line(port, serial, what, file);
    });
  }
  ::unlink(file.c_str());
  return s;
}
}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Status s = serve(argv[1], argv[2]);
  if (s.ok()) return 0;
  std::fprintf(stderr, "storesweep-bench-device: %s\n", s.text().c_str());
  return 1;
}
