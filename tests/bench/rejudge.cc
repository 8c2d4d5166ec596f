// How fast stored runs are judged again, on journals of a megabyte with 40 screens that this program makes:
// from raw text in one thread, and from observation records by judging children: under the pack they were
// parsed with, under one with a phrase more, and under it when the phrases before are not known any more.
// Prints one JSON object.
//
// usage: storesweep-bench-rejudge RULES JUDGE FOLDER SCREENS CHILDREN SECONDS
//   RULES the pack's folder, JUDGE storesweep-judge, FOLDER scratch, SCREENS a folder of hierarchies
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <mutex>

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/evidence/names.h"
#include "common/judge/observations.h"
#include "common/rules/pack_files.h"
#include "coordinator/judging/observed.h"
#include "coordinator/judging/pool.h"

namespace storesweep {
namespace {
namespace fs = std::filesystem;
constexpr int kScreens = 40, kJournals = 24;
constexpr std::size_t kJournalBytes = 1'000'000;
constexpr std::size_t kMaxXml = 1 << 20;

double seconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

std::vector<std::string> screens_in(const std::string& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
    if (entry.path().extension() == ".xml") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> out;
  for (const fs::path& path : paths) {
    if (auto xml = read_file(path.string(), kMaxXml); xml.ok()) out.push_back(std::move(*xml));
  }
  return out;
}

std::string stamp(std::int64_t ms) {
  char out[32];
  std::snprintf(out, sizeof out, "07-24 %02d:%02d:%02d.%03d", static_cast<int>(ms / 3'600'000),
                static_cast<int>(ms / 60'000 % 60), static_cast<int>(ms / 1000 % 60),
                static_cast<int>(ms % 1000));
  return out;
}

// A line of the log as a busy device writes them: one in some is about the app.
std::string log_line(std::int64_t ms, std::size_t n) {
  static const char* const kNoise[] = {
      "D/WifiStateMachine( 1500): L2Connected CMD_RSSI_POLL source 1 screen on rssi -58 linkspeed 72",
      "I/ActivityManager: Slow operation: 61ms so far, now at startProcess: done updating battery stats",
      "W/InputReader: Device has associated, but no associated display id.",
      "D/SurfaceFlinger: duplicate layer name: changing com.example.other/.Main to .Main#1"};
  if (n % 40 == 7)
    return stamp(ms) + "  1000  1500  1520 I ActivityManager: Start proc " + std::to_string(4000 + n) +
           ":com.example.app/u0a101 for service com.example.app/.S" + std::to_string(n % 5) + "\n";
  return stamp(ms) + "  1000  1500  1520 I " + (kNoise[n % 4] + 2) + "\n";
}

std::string event_line(std::int64_t ms, std::size_t n) {
  return stamp(ms) + "  1000  1500  1520 I am_proc_start: [0," + std::to_string(5000 + n) +
         ",10101,com.example.app,service,com.example.app/.S" + std::to_string(n % 5) + "]\n";
}

Journal journal(std::uint64_t number, const std::vector<std::string>& screens) {
  Journal j;
  j.header.package = "com.example.app";
  j.header.device = "bench";
  j.header.device_kind = {"phone", 28};
  j.header.device_start_ms = 1'595'548'800'000;
  j.header.token = {1, number};
  std::int64_t at_ms = 1'000;
  auto add = [&](RecordKind kind, std::string_view name, Phase phase, std::string data) {
    Record r;
    r.sequence = j.records.size() + 1;
    r.device_ms = r.host_ms = at_ms;
    r.phase = phase;
    r.kind = kind;
    r.name = name;
    r.data = std::move(data);
    j.records.push_back(std::move(r));
  };
  std::size_t bytes = 0, line = 0;
  for (const auto& xml : screens) bytes += xml.size();
  const std::size_t trees = bytes / std::max<std::size_t>(screens.size(), 1) * kScreens;
  const std::size_t text = kJournalBytes > trees ? (kJournalBytes - trees) / kScreens : 1'000;
  for (int i = 0; i < kScreens; ++i) {
    const Phase phase = static_cast<Phase>(1 + i / 10);
    if (i % 10 == 0) add(RecordKind::kMarker, record_name::kBegin, phase, "");
    add(RecordKind::kAction, record_name::kTap, phase, "{\"target\":\"OK\"}");
    std::string log, events;
    while (log.size() + events.size() < text) {
      log += log_line(at_ms += 3, ++line);
      if (line % 12 == 0) events += event_line(at_ms, line);
    }
    add(RecordKind::kRaw, record_name::kLog, phase, log);
    add(RecordKind::kRaw, record_name::kEvents, phase, events);
    add(RecordKind::kRaw, record_name::kHierarchy, phase,
        screens[(number + static_cast<std::size_t>(i)) % screens.size()]);
    if (i % 10 == 9) add(RecordKind::kMarker, record_name::kEnd, phase, "");
  }
  return j;
}

struct Stored {
  std::vector<std::string> bytes;
  std::vector<Digest> digests;
  std::size_t sum = 0;
};

Result<Stored> store(const std::string& folder, const std::vector<std::string>& screens) {
  Stored out;
  const SigningKey key = signing_key_from_seed(sha256("bench"));
  for (int i = 0; i < kJournals; ++i) {
    Journal j = journal(static_cast<std::uint64_t>(i), screens);
    j.header.worker_key = key.public_key;
    const std::string path = folder + "/journal";
    TRY_ASSIGN(JournalWriter writer, JournalWriter::create(path, j.header));
    for (const Record& r : j.records) TRY(writer.append(r));
    TRY_ASSIGN(const SealedJournal sealed, writer.seal({true, "", 1}, key));
    TRY_ASSIGN(std::string bytes, read_file(path, kMaxJournalBytes));
    out.sum += bytes.size();
    out.bytes.push_back(std::move(bytes));
    out.digests.push_back(sealed.sha256);
  }
  return out;
}

Listing app() {
  Listing l;
  l.package = "com.example.app";
  l.category = "实用工具";
  return l;
}

// Raw text to verdict, one thread: what another parser costs.
Result<double> raw_mb_per_s(const Stored& stored, const RulePack& pack, double seconds) {
  std::size_t bytes = 0;
  const auto began = std::chrono::steady_clock::now();
  for (std::size_t i = 0; seconds_since(began) < seconds; i = (i + 1) % stored.bytes.size()) {
    TRY_ASSIGN(const Journal j, read_journal_untrusted(as_bytes(stored.bytes[i])));
    TRY(judge(std::span(&j, 1), app(), pack, {}).status());
    bytes += stored.bytes[i].size();
  }
  return static_cast<double>(bytes) / 1e6 / seconds_since(began);
}

// Records on disk to verdicts, by children as the coordinator has them.
Result<double> runs_per_s(const std::string& judge, const std::string& rules, const std::string& folder,
                          const Stored& stored, int children, double seconds) {
  Log log("bench", LogLevel::kError, Log::Format::kText);
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t done = 0, under_way = 0;
  Status failed;
  JudgeOptions options{{judge, rules, folder}, children, 60'000, 0};
  JudgePool pool(options, log, [&](std::uint64_t, const JudgeAnswer& answer) {
    std::lock_guard lock(mutex);
    if (!answer.verdict.ok()) failed = answer.verdict.status();
    ++done;
    --under_way;
    changed.notify_one();
  });
  const auto request = [&](std::size_t i) {
    JudgeRequest r;
    r.journals = {observed_reference(stored.digests[i % stored.digests.size()])};
    r.listing = app();
    return r;
  };
  const auto run = [&](double for_s) {
    const auto began = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex);
    done = 0;
    for (std::size_t i = 0; seconds_since(began) < for_s && failed.ok(); ++i) {
      changed.wait(lock, [&] { return under_way < static_cast<std::size_t>(children) * 8; });
      ++under_way;
      lock.unlock();
      pool.submit(i, request(i));
      lock.lock();
    }
    changed.wait(lock, [&] { return under_way == 0; });
    return static_cast<double>(done) / seconds_since(began);
  };
  run(0.5);  // the children load their pack
  const double rate = run(seconds);
  return failed.ok() ? Result<double>(rate) : Result<double>(failed);
}

// The pack with one agreeing word more.
Status one_phrase_more(const std::string& rules, const std::string& to) {
  TRY_ASSIGN(PackFiles files, read_pack_files(rules));
  std::string& yaml = files["phrases.yaml"];
  const std::size_t at = yaml.find("  agree:");
  const std::size_t list = at == std::string::npos ? at : yaml.find("- ", at);
  if (list == std::string::npos) return invalid("phrases.yaml: no list of `agree`");
  const std::size_t line = yaml.rfind('\n', list) + 1;
  yaml.insert(line, yaml.substr(line, list - line) + "- 好的同意啦\n");
  return write_pack_files(files, to);
}

Status bench(char** argv) {
  const std::string rules = argv[1], judge = argv[2], folder = argv[3];
  const int children = std::max(1, parse_int<int>(argv[5]).value_or(2));
  const double seconds = std::max(1, parse_int<int>(argv[6]).value_or(5));
  TRY(make_folders(folder));
  TRY_ASSIGN(const RulePack pack, load_rule_pack(rules));
  const std::vector<std::string> screens = screens_in(argv[4]);
  if (screens.empty()) return not_found(std::string(argv[4]) + ": no hierarchies there");
  TRY_ASSIGN(const Stored stored, store(folder, screens));
  const ReadyPhrases phrases(pack.phrases);
  TRY(write_phrases(folder + "/observations", phrases));
  std::size_t record_bytes = 0;
  for (std::size_t i = 0; i < stored.bytes.size(); ++i) {
    TRY_ASSIGN(const Journal j, read_journal_untrusted(as_bytes(stored.bytes[i])));
    const std::string record = encode_observations(observe_journal(j), phrases);
    record_bytes += record.size();
    TRY(write_observed(folder + "/observations", stored.digests[i], record));
  }
  TRY(one_phrase_more(rules, folder + "/rules"));
  TRY_ASSIGN(const double raw, raw_mb_per_s(stored, pack, seconds));
  const std::string observations = folder + "/observations";
  TRY_ASSIGN(const double same, runs_per_s(judge, rules, observations, stored, children, seconds));
  TRY_ASSIGN(const double more,
             runs_per_s(judge, folder + "/rules", observations, stored, children, seconds));
  fs::remove(observed_folder(observations) + "/" + to_hex(phrases.digest) + ".phrases");
  TRY_ASSIGN(const double anew,
             runs_per_s(judge, folder + "/rules", observations, stored, children, seconds));
  std::printf(
      "{\"journal_bytes\": %zu, \"record_bytes\": %zu, \"children\": %d, \"raw_mb_per_s_a_core\": %.1f, "
      "\"runs_per_s_same_phrases\": %.0f, \"runs_per_s_one_phrase_more\": %.0f, \"runs_per_s_read_anew\": "
      "%.0f}\n",
      stored.sum / stored.bytes.size(), record_bytes / stored.bytes.size(), children, raw, same, more, anew);
  return ok_status();
}
}  // namespace
}  // namespace storesweep

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: storesweep-bench-rejudge RULES JUDGE FOLDER SCREENS CHILDREN SECONDS\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  const storesweep::Status s = storesweep::bench(argv);
  if (!s.ok()) std::fprintf(stderr, "storesweep-bench-rejudge: %s\n", s.text().c_str());
  return s.ok() ? 0 : 1;
}
