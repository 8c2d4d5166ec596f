#include "common/config/config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "common/base/file.h"
#include "common/config/tree.h"
#include "common/config/units.h"

namespace storesweep {
namespace {

ConfigDocument document(const std::string& text) {
  auto d = ConfigDocument::from_text("a.yaml", text);
  EXPECT_TRUE(d.ok()) << d.status().message();
  return std::move(d).value();
}

TEST(Config, ReadsEveryKindOfValue) {
  auto d = document(
      "name: x\nport: 80\nwait_ms: 5 min\ncache_bytes: 8 GiB\nratio: 0.25\non: true\n"
      "list: [a, b]\nnumbers: [1, 2]\nlabels: {b: '1', a: '2'}\ndepth: lab\n"
      "section:\n  inner: y\nmany:\n  - id: 1\n  - id: 2\nnamed:\n  z: {v: 1}\n  a: {v: 2}\n");
  ConfigMap r = d.root();
  EXPECT_EQ(r.string("name", ""), "x");
  EXPECT_EQ(r.integer("port", 0, {1, 65535}), 80);
  EXPECT_EQ(r.integer("wait_ms", 0), 300'000);
  EXPECT_EQ(r.integer("cache_bytes", 0), 8ll << 30);
  EXPECT_EQ(r.number("ratio", 0, 0, 1), 0.25);
  EXPECT_TRUE(r.boolean("on", false));
  EXPECT_EQ(r.strings("list"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(r.integers("numbers"), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(r.string_map("labels").front().first, "b") << "the order of the file";
  EXPECT_EQ((r.one_of<int>("depth", 0, {{"triage", 1}, {"lab", 2}})), 2);
  EXPECT_EQ(r.map("section").string("inner", ""), "y");
  EXPECT_EQ(r.maps("many").at(1).integer("id", 0), 2);
  EXPECT_EQ(r.maps("many").at(0).integer("id", 0), 1);
  EXPECT_EQ(r.named_maps("named").at(0).first, "z");
  r.map("named").map("z").integer("v", 0);
  r.map("named").map("a").integer("v", 0);
  EXPECT_EQ(d.finish().message(), "");
}

TEST(Config, AbsentKeysAndSectionsGiveTheDefaults) {
  auto d = document("");
  EXPECT_EQ(d.root().string("name", "anon"), "anon");
  EXPECT_EQ(d.root().map("http").map("deep").integer("port", 8080), 8080);
  EXPECT_TRUE(d.root().maps("none").empty());
  EXPECT_FALSE(d.root().has("name"));
  EXPECT_TRUE(d.finish().ok());
}

TEST(Config, TellsEveryErrorAtOnceWithItsPlaceInTheOrderOfTheFile) {
  auto d = document("port: 99999\nhttp:\n  idle_ms: 5 parsecs\n  on: yes\nlist: 3\ndepth: deep\n");
  ConfigMap r = d.root();
  ConfigMap http = r.map("http");
  EXPECT_FALSE(http.boolean("on", false));
  EXPECT_EQ(http.integer("idle_ms", 7), 7) << "a wrong value reads as the default";
  r.integer("port", 1, {1, 65535});
  r.strings("list");
  r.one_of<int>("depth", 0, {{"triage", 1}, {"lab", 2}});
  r.required_string("name");
  EXPECT_EQ(d.finish().message(),
            "a.yaml:1:1: name: must be given\n"
            "a.yaml:1:7: port: `99999` is out of range: 1 to 65535\n"
            "a.yaml:3:12: http.idle_ms: `5 parsecs` is not milliseconds, or a number with s, min, h or d\n"
            "a.yaml:4:7: http.on: `yes` is neither true nor false\n"
            "a.yaml:5:7: list: wanted a list\n"
            "a.yaml:6:8: depth: `deep` is none of: triage, lab");
}

TEST(Config, RefusesUnknownKeysWithTheNearestKnownName) {
  auto d = document("htpp:\n  port: 1\nzzzzzz: 1\n");
  d.root().map("http").integer("port", 1);
  EXPECT_EQ(d.finish().message(),
            "a.yaml:1:1: htpp: unknown key; did you mean `http`?\na.yaml:3:1: zzzzzz: unknown key");
}

TEST(Config, RefusesAKeyThatStandsTwice) {
  auto d = document("a: 1\nb: 2\na: 3\n");
  d.root().integer("a", 0);
  d.root().integer("b", 0);
  EXPECT_EQ(d.finish().message(), "a.yaml:3:1: a: stands here twice");
}

TEST(Config, RefusesASectionThatIsNoSectionAndReadsItAsEmpty) {
  auto d = document("http: 3\n");
  EXPECT_EQ(d.root().map("http").integer("port", 5), 5);
  EXPECT_EQ(d.finish().message(), "a.yaml:1:7: http: wanted a section of `key: value` lines");
}

TEST(Config, SaysWhereTheTextIsNoYaml) {
  auto d = ConfigDocument::from_text("b.yaml", "a: 1\nb: [1, 2\nc: }\n");
  ASSERT_FALSE(d.ok());
  EXPECT_EQ(d.status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(d.status().message().rfind("b.yaml:", 0), 0u) << d.status().message();
  EXPECT_FALSE(ConfigDocument::from_text("b.yaml", "- 1\n").ok()) << "a list at the top";
}

TEST(Config, HoldsItsBoundsAgainstDeepAndUnfoldingFiles) {
  EXPECT_FALSE(ConfigDocument::from_text("c.yaml", std::string(200, '[') + std::string(200, ']')).ok());
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j ? "," : "") + ("*a" + std::to_string(i - 1));
    bomb += "]\n";
  }
  EXPECT_FALSE(ConfigDocument::from_text("c.yaml", bomb).ok());
  EXPECT_FALSE(ConfigDocument::from_text("c.yaml", "a: &x [*x]\n").ok()) << "a node that holds itself";
  EXPECT_EQ(ConfigDocument::from_text("c.yaml", std::string(kMaxConfigBytes + 1, '#')).status().kind(),
            ErrorKind::kExhausted);
}

TEST(Config, AnAliasStandsForWhatItsAnchorHolds) {
  auto d = document("a: &x {b: [1, 2], c: z}\nd: *x\nmany: [*x, *x]\n");
  for (ConfigMap m : {d.root().map("a"), d.root().map("d"), d.root().maps("many").at(1)}) {
    EXPECT_EQ(m.integers("b"), (std::vector<std::int64_t>{1, 2}));
    EXPECT_EQ(m.string("c", ""), "z");
    EXPECT_EQ(m.place("b"), "a.yaml:1:11");
  }
  d.root().maps("many").at(0).string("b", "");
  EXPECT_EQ(d.finish().message(),
            "a.yaml:1:11: many[0].b: wanted text\na.yaml:1:19: many[0].c: unknown key; did you mean `b`?");
}

TEST(Config, TakesSecretsFromAFileOrTheEnvironmentAndRefusesThemWrittenOut) {
  const std::string folder = testing::TempDir();
  std::ofstream(folder + "/config_test_token") << "s3cret\nsecond line\n";
  std::ofstream(folder + "/config_test.yaml")
      << "a: {file: config_test_token}\nb: ${CONFIG_TEST_B}\nc: hunter2\nd: {file: /no/such}\ne: "
         "${CONFIG_TEST_ABSENT}\n";
  setenv("CONFIG_TEST_B", "from environment", 1);
  auto d = ConfigDocument::from_file(folder + "/config_test.yaml");
  ASSERT_TRUE(d.ok());
  ConfigMap r = d->root();
  EXPECT_EQ(r.secret("a"), "s3cret") << "relative to the file that names it; the first line";
  EXPECT_EQ(r.secret("b"), "from environment");
  EXPECT_EQ(r.secret("c"), std::nullopt);
  EXPECT_EQ(r.secret("d"), std::nullopt);
  EXPECT_EQ(r.secret("e"), std::nullopt);
  EXPECT_EQ(r.secret("f"), std::nullopt);
  const std::string errors = d->finish().message();
  EXPECT_EQ(errors.find("hunter2"), std::string::npos) << "an error never shows a secret";
  EXPECT_NE(errors.find("c: a secret does not stand here"), std::string::npos) << errors;
  EXPECT_NE(errors.find("d: cannot read the secret"), std::string::npos) << errors;
  EXPECT_NE(errors.find("e: the environment has no `CONFIG_TEST_ABSENT`"), std::string::npos) << errors;
}

TEST(Config, PathsStartAtTheFolderOfTheirFile) {
  auto d = ConfigDocument::from_text("/etc/storesweep/c.yaml", "a: x/../y\nb: /z\n");
  ASSERT_TRUE(d.ok());
  EXPECT_EQ(d->root().path("a", ""), "/etc/storesweep/y");
  EXPECT_EQ(d->root().path("b", ""), "/z");
  EXPECT_EQ(d->root().path("c", "data"), "/etc/storesweep/data");
  EXPECT_EQ(d->root().path("d", ""), "");
}

TEST(Config, CallersNoteTheirOwnErrorsAtThePlaceOfTheKey) {
  auto d = document("x: 1\nhttp:\n  port: 2\n");
  ConfigMap http = d.root().map("http");
  d.root().integer("x", 0);
  http.integer("port", 0);
  EXPECT_EQ(http.place("port"), "a.yaml:3:9");
  http.error("port", "is taken");
  http.error("", "needs a token");
  EXPECT_EQ(d.finish().message(), "a.yaml:3:3: http: needs a token\na.yaml:3:9: http.port: is taken");
}

TEST(Config, StopsListingErrorsAtItsBound) {
  std::string many;
  for (int i = 0; i < 200; ++i) many += "k" + std::to_string(i) + ": 1\n";
  auto d = document(many);
  EXPECT_NE(d.finish().message().find("\nand 100 more"), std::string::npos);
}

// -- trees that the build made

std::map<std::string, std::string> rule_files() {
  std::map<std::string, std::string> all;
  const std::string folder = std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    auto text = read_file(entry.path(), kMaxConfigBytes);
    EXPECT_TRUE(text.ok());
    all[entry.path().filename()] = std::move(text).value();
  }
  return all;
}

TEST(KnownTrees, AreWhatEveryFileOfTheRulePackParsesTo) {
  const auto files = rule_files();
  EXPECT_EQ(kKnownTrees.size(), files.size());
  for (const auto& [name, text] : files) {
    const auto parsed = parse_tree(name, text);
    ASSERT_TRUE(parsed.ok()) << parsed.status().message();
    const auto known = std::ranges::find(kKnownTrees, sha256(text), &KnownTree::yaml_sha256);
    ASSERT_NE(known, kKnownTrees.end()) << name;
    EXPECT_EQ(known->yaml_bytes, text.size());
    EXPECT_TRUE(std::ranges::equal(known->tree.values, parsed->values)) << name;
    EXPECT_EQ(known->tree.text, parsed->text) << name;
  }
}

TEST(KnownTrees, TellErrorsWithTheirPlacesAndGiveWayToAChangedFile) {
  std::string text = rule_files().at("workdays.yaml");
  const auto unasked = [](const std::string& yaml) { return document(yaml).finish().message(); };
  const std::size_t key = text.find("\nyears:") + 1;
  const std::string place =
      "a.yaml:" +
      std::to_string(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(key), '\n') + 1) +
      ":1: ";
  EXPECT_EQ(unasked(text), place + "years: unknown key");
  text[key] = 'Y';
  EXPECT_EQ(unasked(text), place + "Years: unknown key");
}

TEST(Quantity, RefusesOverflowForeignUnitsAndEmptyText) {
  EXPECT_EQ(parse_quantity("x_ms", "10 s"), 10'000);
  EXPECT_EQ(parse_quantity("x_ms", "-1"), -1);
  EXPECT_EQ(parse_quantity("x_bytes", "1TiB"), std::int64_t{1} << 40);
  EXPECT_EQ(parse_quantity("x_ms", "10 MiB"), std::nullopt);
  EXPECT_EQ(parse_quantity("x", "10 s"), std::nullopt);
  EXPECT_EQ(parse_quantity("x_ms", ""), std::nullopt);
  EXPECT_EQ(parse_quantity("x_ms", "s"), std::nullopt);
  EXPECT_EQ(parse_quantity("x_ms", "1 2"), std::nullopt);
  EXPECT_EQ(parse_quantity("x_bytes", "9223372036854775807 KiB"), std::nullopt);
}

}  // namespace
}  // namespace storesweep
