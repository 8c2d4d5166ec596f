// What we read of every dex file of the corpus against what dexdump prints of it.
#include <gtest/gtest.h>

#include "common/base/child.h"
#include "common/base/text.h"
#include "tests/unit/temporary_folder.h"
#include "tests/unit/worker/apk/dex_corpus.h"
#include "worker/apk/call_sites.h"
#include "worker/apk/dex.h"
#include "worker/apk/dex_code.h"

namespace storesweep {
namespace {
using apk::DexFile;

// "Lcom/foo/Bar;.name:(I)V" -> "method@0123" -> how often it is called there.
using Calls = std::map<std::string, std::map<std::string, int>>;

std::string quoted(std::string_view line) {
  const std::size_t first = line.find('\''), last = line.rfind('\'');
  return std::string(line.substr(first + 1, last - first - 1));
}

Calls calls_of_dexdump(const std::string& text) {
  Calls out;
  std::string owner, name, type;
  for (std::string_view line : lines(text)) {
    if (const auto at = line.find(": (in "); at != std::string_view::npos) {
      owner = line.substr(at + 6, line.rfind(')') - at - 6);
    } else if (starts_with(line, "      name          : ")) {
      name = quoted(line);
    } else if (starts_with(line, "      type          : ")) {
      type = quoted(line);
    } else if (const auto op = line.find(": invoke-");
               op != std::string_view::npos && line.size() > 48 && line[47] == '|') {
      const auto reference = line.rfind("// ");
      std::string_view called = line.substr(reference + 3);
      out[owner + "." + name + ":" + type][std::string(called.substr(0, called.find(',')))] += 1;
    }
  }
  return out;
}

Calls calls_of_ours(const DexFile& dex) {
  Calls out;
  for (std::uint32_t i = 0; i < dex.class_count(); ++i) {
    apk::DexClassData data(dex, dex.class_def(i));
    while (const auto method = data.next_method()) {
      const auto code = dex.code(method->code_at);
      if (!code) continue;
      const apk::DexMethodId id = dex.method(method->index);
      const std::string caller = std::string(dex.type(id.type)) + "." + std::string(dex.string(id.name)) +
                                 ":" + dex.signature(id.proto);
      const apk::DexUnits units(code->instructions);
      for (std::size_t at = 0; at < units.size(); at = apk::dex_next(units, at)) {
        const apk::DexIndex index = apk::kDexOps[units[at] & 0xff].index;
        const bool custom = index == apk::DexIndex::kCallSite;
        if (index != apk::DexIndex::kMethod && !custom) continue;
        char called[32];
        std::snprintf(called, sizeof called, "%s@%04x", custom ? "call_site" : "method", units.at(at + 1));
        out[caller][called] += 1;
      }
    }
    EXPECT_TRUE(data.ok());
  }
  return out;
}

TEST(DexCorpus, EveryCallIsTheOneThatDexdumpShowsMethodByMethod) {
  NEED_CORPUS();
  storesweep::testing::TemporaryFolder folder;
  int same = 0, refused = 0, calls = 0, methods = 0;
  for (const CorpusDex& file : corpus_dexes()) {
    ASSERT_TRUE(write_file_durably(folder / "one.dex", file.bytes).ok());
    auto dump = run_child({.command = {"dexdump", "-d", folder / "one.dex"}, .stderr_file = folder / "err"},
                          "", 1u << 30, Deadline::in_ms(120'000));
    ASSERT_TRUE(dump.ok()) << dump.status().text();
    auto dexes = DexFile::parse(as_bytes(file.bytes));
    if (dump->exit_code != 0) {
      ++refused;
      std::printf("%s: dexdump refuses it; we: %s\n", file.name.c_str(),
                  dexes.ok() ? "read" : dexes.status().text().c_str());
      EXPECT_FALSE(dexes.ok() && dexes->at(0).checksum_holds()) << file.name;
      continue;
    }
    ASSERT_TRUE(dexes.ok()) << file.name << ": " << dexes.status().text();
    ASSERT_EQ(dexes->size(), 1u);
    EXPECT_TRUE(dexes->at(0).checksum_holds()) << file.name;
    const Calls ours = calls_of_ours(dexes->at(0)), theirs = calls_of_dexdump(dump->out);
    EXPECT_EQ(ours.size(), theirs.size()) << file.name;
    EXPECT_TRUE(ours == theirs) << file.name;
    same += ours == theirs;
    methods += static_cast<int>(ours.size());
    for (const auto& [caller, called] : ours) {
      for (const auto& [method, n] : called) calls += n;
    }
  }
  std::printf("%d dex files agree with dexdump, %d it refuses; %d calls in %d methods\n", same, refused,
              calls, methods);
  EXPECT_GT(same, 40);
}

// Every method of the catalogue that dexdump shows called by its own name is found as often, and no other.
TEST(DexCorpus, EveryCallOfASourceIsFoundAsOftenAsDexdumpShowsIt) {
  NEED_CORPUS();
  const auto sources = load_sources(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
  ASSERT_TRUE(sources.ok());
  const apk::CallSiteScanner scanner(*sources);
  std::map<std::string, int> wanted, found;  // "Lcom/foo/Bar;.name" -> calls
  for (const Source& s : sources->sources) {
    for (const auto* list : {&s.methods, &s.weak_methods}) {
      for (const SourceMember& m : *list) wanted[m.owner + "." + m.name] = 0;
    }
  }
  storesweep::testing::TemporaryFolder folder;
  int inherited = 0;
  for (const CorpusDex& file : corpus_dexes()) {
    auto dexes = DexFile::parse(as_bytes(file.bytes));
    if (!dexes.ok()) continue;
    ASSERT_TRUE(write_file_durably(folder / "one.dex", file.bytes).ok());
    auto dump =
        run_child({.command = {"dexdump", "-d", folder / "one.dex"}}, "", 1u << 30, Deadline::in_ms(120'000));
    ASSERT_TRUE(dump.ok() && dump->exit_code == 0);
    for (std::string_view line : lines(dump->out)) {
      const auto op = line.find(": invoke-"), arguments = line.find("}, L");
      if (op == std::string_view::npos || arguments == std::string_view::npos) continue;
      std::string called(line.substr(arguments + 4, line.find(":(", arguments) - arguments - 4));
      std::ranges::replace(called, '/', '.');
      called.erase(called.find(';'), 1);
      if (const auto at = wanted.find(called); at != wanted.end()) ++at->second;
    }
    for (const apk::CallSite& site : scanner.scan(dexes->at(0)).call_sites) {
      if (site.how != apk::CallHow::kCall) continue;
      found[site.target.substr(0, site.target.find('('))] += static_cast<int>(site.count);
    }
  }
  int calls = 0;
  for (const auto& [name, n] : wanted) {
    calls += n;
    EXPECT_GE(found[name], n) << name;
    inherited += found[name] - n;
  }
  std::printf("%d calls by their own name, %d more by way of subclasses\n", calls, inherited);
  EXPECT_GT(calls, 100);
}

}  // namespace
}  // namespace storesweep
