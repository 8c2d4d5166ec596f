// Damaged texts: every text of the corpus cut, thinned, shuffled and sown with noise goes through the parsers
// that it is for. Nothing crashes, nothing is invented.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "common/android/describe.h"
#include "common/android/sections.h"
#include "common/base/text.h"
#include "tests/unit/corpus.h"

namespace storesweep::android {
namespace {

using nlohmann::json;
constexpr std::size_t kPiece = 12u << 10;  // bytes taken of a text; sanitised builds are slow

json read(std::string_view kind, std::string_view text) {
  const auto out = describe_text(kind, text);
  EXPECT_TRUE(out.ok()) << out.status().text();
  return out.ok() ? json::parse(out->json) : json();
}

std::vector<std::string> pieces() {
  std::vector<std::string> out;
  for (const char* folder : {"dumpsys", "android-4.4.2/text", "logcat", "monkey", "adb"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus_path(folder))) {
      if (entry.path().extension() != ".txt") continue;
      const std::string text = corpus_text(std::filesystem::relative(entry.path(), corpus_path()).string());
      out.push_back(text.substr(0, kPiece));
      if (text.size() > 4 * kPiece) out.push_back(text.substr(text.size() / 2, kPiece));
    }
  }
  return out;
}

std::string joined(const std::vector<std::string_view>& parts) {
  std::string out;
  for (std::string_view part : parts) out.append(part).append("\n");
  return out;
}

void damage(const std::string& text, std::string_view kind, std::mt19937& random) {
  const std::size_t whole = read(kind, text)["records"].size();
  for (std::size_t i = 0; i < 50; ++i) {
    const json cut = read(kind, std::string_view(text).substr(0, text.size() * i / 50));
    EXPECT_LE(cut["records"].size(), whole + 1) << kind << " cut at " << i << "/50";
  }
  auto parts = lines(text);
  if (parts.size() < 4) return;
  for (int round = 0; round < 4; ++round) {
    auto fewer = parts;
    for (int drops = 0; drops < 3 && fewer.size() > 1; ++drops)
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(random() % fewer.size()));
    EXPECT_LE(read(kind, joined(fewer))["records"].size(), whole + 1) << kind << " with lines lost";
    auto shuffled = parts;
    std::swap(shuffled[random() % parts.size()], shuffled[random() % parts.size()]);
    read(kind, joined(shuffled));
    std::string noisy = text;
    for (int bytes = 0; bytes < 20; ++bytes) noisy[random() % noisy.size()] = static_cast<char>(random());
    read(kind, noisy);
  }
}

TEST(Mutations, DamagedCapturesCrashNothingAndInventNothing) {
  NEED_CORPUS();
  std::mt19937 random(20261129);
  std::size_t texts = 0;
  for (const std::string& text : pieces()) {
    const auto kinds = kinds_in(text);
    if (kinds.empty()) continue;
    damage(text, kinds[0], random);
    ++texts;
  }
  std::printf("%zu texts\n", texts);
  EXPECT_GT(texts, 150u);
}

TEST(Mutations, AVeryLongLineIsALine) {
  const std::string line = std::string(1u << 20, 'x');
  for (const ParserKind& kind : parser_kinds()) {
    for (const std::string& text : {line, "[" + line + "]: [" + line, "package:" + line + "=" + line,
                                    "11-23 20:27:15.444  1  2 I am_proc_start: [0," + line}) {
      const json out = read(kind.name, text);
      for (const json& unknown : out["unknown_lines"])
        EXPECT_LE(unknown["text"].get<std::string>().size(), 3 * 200u) << kind.name;
    }
  }
}

struct Broken {
  const char* kind;
  std::string whole, from, to;
};

// One line that bears evidence is made illegible: it must darken what rests on it, not vanish.
TEST(Mutations, AnIllegibleLineOfInterestIsCountedAsRelevant) {
  const std::string op =
      "Current AppOps Service state:\n  Uid u0a1:\n    Package com.a:\n      CAMERA (allow):\n        "
      "null=[\n          Access: [fg-s] 2021-01-11 16:01:05.086 (-1h5s)\n        ]\n";
  const std::string event =
      "11-23 20:27:15.444  1382  3436 I am_proc_start: [0,77,10057,com.a,service,com.a/.S]\n";
  const std::string start =
      "11-23 20:27:15.444  1382  3436 I ActivityManager: START u0 {act=a cmp=com.b/.M} from uid 9\n";
  const std::string grant =
      "Packages:\n  Package [com.a] (1):\n    User 0: installed=true\n      runtime permissions:\n   "
      "     a.B: granted=true\n";
  for (const Broken& b :
       {Broken{"appops", op, "Access:", "Zugriff:"},
        {"appops", op, "(-1h5s)", "(an hour ago)"},
        {"appops", op, "CAMERA (allow):", "Camera allow"},
        {"events", event, "[0,77,", "[0,seventy,"},
        {"log", start, "from uid 9", "from uid nine"},
        {"package", grant, "granted=true", "was granted"},
        {"services", "  * ServiceRecord{1 u0 a/.S}\n", "u0", "owner"},
        {"broadcasts", "  BroadcastRecord{1 u0 a.X} to user 0\n", "u0", "owner"},
        {"alarm", "  RTC #0: Alarm{2 type 1 com.a}\n", "}", ""},
        {"jobscheduler", "  JOB #u0a8/12: b com.a/.J\n", "u0a8/12", "twelve"},
        {"location", "  UpdateRecord[gps com.a(1 foreground) R]\n", "(1 foreground)", ""},
        {"packages", "package:com.a\n", "package:", "paket:"},
        {"exits", "ApplicationExitInfo #0:\n  timestamp=2026-01-02 pid=2\n  process=a reason=1 (EXIT_SELF)\n",
         "pid=2", "pid=two"},
        {"sensors", "Previous Registrations:\n22:05:33 - 0x00000001 pid=    1 uid=    2 package=a\n",
         "uid=", ""},
        {"processes", "  Proc # 1: fore  T/A/TOP  trm: 0 2:com.a/u0a1 (top)\n", "2:com.a/u0a1", "?"}}) {
    const json whole = read(b.kind, b.whole);
    EXPECT_EQ(whole["relevant_unknown"], 0) << b.kind << whole.dump(1);
    EXPECT_EQ(whole["records"].size(), 1u) << b.kind << whole.dump(1);
    std::string text = b.whole;
    text.replace(text.find(b.from), b.from.size(), b.to);
    const json out = read(b.kind, text);
    EXPECT_GE(out["relevant_unknown"].get<int>(), 1) << b.kind << ": " << text << out.dump(1);
  }
}

}  // namespace
}  // namespace storesweep::android
