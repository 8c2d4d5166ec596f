// Every text of the corpus through every parser and the screen reader: nothing there may crash or hang one.
// Where a file is what a parser was written for, what it made of it is printed, and no relevant line may be
// unknown to it.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <regex>
#include <set>

#include "common/android/describe.h"
#include "common/base/text.h"
#include "tests/unit/common/android/phrases_file.h"
#include "tests/unit/corpus.h"

namespace storesweep::android {
namespace {

// What is made of the kinds of MANIFEST.tsv: "text" is fed to every parser here; else who reads it, or why
// nobody does.
const std::map<std::string, std::string> kKinds = {
    {"adb output", "text"},
    {"bugreport excerpt (inline fixture)", "text"},
    {"command output (inline fixture)", "text"},
    {"dumpsys", "text"},
    {"dumpsys/log excerpt", "text"},
    {"log", "text"},
    {"logcat crash", "text"},
    {"logcat threadtime", "text"},
    {"monkey output", "text"},
    {"uiautomator xml", "text"},
    {"apk", "tests/unit/worker/apk/corpus_test.cc"},
    {"aab", "tests/unit/worker/apk/corpus_test.cc: a zip whose manifest is no binary XML"},
    {"ground truth", "tests/unit/worker/apk/corpus_test.cc"},
    {"bugreport(zip)", "its sections are there as text"},
    {"dex", "no DEX parser yet"},
    {"holiday json", "working days belong to cases, which come later"},
    {"reference", "rules of others, for comparison"},
    {"reference json", "permission maps of others, for comparison"},
    {"reference txt", "permission maps of others, for comparison"},
    {"rule json", "rules of others, for comparison"},
    {"rule jsonl", "rules of others, for comparison"},
    {"sqlite", "rules of others, for comparison"},
    {"schema", "of the holiday files"},
};

// Which parser a file was made for, by its name.
struct Own {
  const char* pattern;
  const char* kind;
};
const std::vector<Own> kOwn = {
    {"logcat[_-]events", "events"},
    {"logcat[_-](system|main|long)|logcat/", "log"},
    {"sunmi-notes/(23|24|34|40|43|45|48)_", "log"},
    {"appops\\.txt", "appops"},
    {"dumpsys-package|android09-emulator/package\\.txt|swisscom|tekartik|apk-utils_02|general-commands_0[23]",
     "package"},
    {"getprop", "getprop"},
    {"pm-list-packages", "packages"},
    {"pm-list-features", "features"},
    {"pm-path", "path"},
    {"activity[_-]processes|app_processes", "processes"},
    {"/ps(-t)?\\.txt|process-commands", "ps"},
    {"activity[_-]activities|window[.-]|apk-utils_01", "activities"},
    {"activity[_-]recents", "recents"},
    {"activity[_-]services|dumpsys_services", "services"},
    {"activity[_-]broadcasts", "broadcasts"},
    {"/(dumpsys-)?netstats(-detail)?\\.txt|sunmi-notes/(03|30|31)_", "netstats"},
    {"usagestats", "usagestats"},
    {"location\\.txt", "location"},
    {"notification", "notification"},
    {"alarm", "alarm"},
    {"jobscheduler", "jobscheduler"},
    {"dumpsys-battery\\.txt", "battery"},
    {"dumpsys-power", "power"},
    {"text/install|install_output", "install"},
    {"pm-dump|bugreport", "package"},
    {"am-start", "start"},
    {"monkey", "monkey"},
};

std::string own_kind(const std::string& file) {
  for (const Own& own : kOwn)
    if (std::regex_search(file, std::regex(own.pattern))) return own.kind;
  return "";
}

std::string manifest_kind(std::string_view line) { return std::string(split(line, '\t').at(1)); }

std::vector<std::string> texts() {
  std::vector<std::string> out;
  const std::string manifest = corpus_text("MANIFEST.tsv");
  bool heading = true;
  for (std::string_view line : lines(manifest)) {
    if (!std::exchange(heading, false) && kKinds.at(manifest_kind(line)) == "text")
      out.emplace_back(split(line, '\t')[0]);
  }
  const std::filesystem::path root = corpus_path();
  for (const auto& file : std::filesystem::recursive_directory_iterator(root / "android-4.4.2")) {
    const std::string extension = file.path().extension();
    if (extension == ".txt" || extension == ".xml" || extension == ".cli" || extension == ".out") {
      out.push_back(std::filesystem::relative(file.path(), root));
    }
  }
  return out;
}

long number_in(const std::string& json, const std::string& key) {
  const std::size_t at = json.find("\"" + key + "\": ");
  return at == std::string::npos ? -1 : std::strtol(json.c_str() + at + key.size() + 4, nullptr, 10);
}
std::size_t count_records(const std::string& json) {
  std::size_t count = 0;
  for (std::size_t at = json.find("\"records\""); at != std::string::npos; at = json.find("\n    {", at + 1))
    ++count;
  return count == 0 ? 0 : count - 1;
}

TEST(Corpus, EveryKindOfFileIsReadOrItIsSaidWhyNot) {
  NEED_CORPUS();
  std::set<std::string> there;
  const std::string manifest = corpus_text("MANIFEST.tsv");
  for (std::string_view line : lines(manifest)) {
    if (!starts_with(line, "path\t")) there.insert(manifest_kind(line));
  }
  for (const std::string& kind : there) EXPECT_TRUE(kKinds.contains(kind)) << kind;
  for (const auto& [kind, what] : kKinds)
    EXPECT_TRUE(there.contains(kind)) << kind << ": no such file any more";
}

TEST(Corpus, NoTextCrashesOrStallsAnyParser) {
  NEED_CORPUS();
  const Phrases phrases = shipped_phrases();
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  for (const std::string& file : texts()) {
    const std::string text = corpus_text(file);
    ++files;
    bytes += text.size();
    const std::string own = own_kind(file);
    for (const ParserKind& kind : parser_kinds()) {
      const auto begin = std::chrono::steady_clock::now();
      const auto out = describe_text(kind.name, text);
      ASSERT_TRUE(out.ok()) << file;
      const std::string* json = &out->json;
      EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20))
          << file << " " << kind.name;
      if (kind.name != own) continue;
      const long unknown = number_in(*json, "unknown_count"), relevant = number_in(*json, "relevant_unknown");
      std::printf("%-60s %-12s %6zu records, %5ld of %6ld lines unknown, %ld relevant\n", file.c_str(),
                  own.c_str(), count_records(*json), unknown, number_in(*json, "lines"), relevant);
      // Where the device said that it could not answer, nothing is concluded anyway.
      if (json->find("\"device_error\"") != std::string::npos) continue;
      EXPECT_LE(relevant, 0) << file << "\n" << json->substr(json->find("\"unknown_lines\""), 2000);
    }
    static_cast<void>(screen_to_json(text, phrases).ok());
  }
  std::printf("%zu files, %llu bytes, %zu parsers\n", files, static_cast<unsigned long long>(bytes),
              parser_kinds().size());
  EXPECT_GT(files, 200u);
}

}  // namespace
}  // namespace storesweep::android
