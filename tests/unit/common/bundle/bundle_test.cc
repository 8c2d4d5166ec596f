// A bundle proves itself, and nothing in it can be changed: not a byte of the file, not a member that is
// packed anew, not the whole under other keys.
#include "common/bundle/bundle.h"

#include <gtest/gtest.h>

#include "common/base/file.h"
#include "common/rules/pack_files.h"
#include "tests/unit/common/judge/judged.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {

SigningKey key_of(const std::string& name) { return signing_key_from_seed(sha256(name)); }

// The journal as a worker would have written it.
std::string sealed(Journal j, const SigningKey& key) {
  testing::TemporaryFolder folder;
  j.header.worker_key = key.public_key;
  auto writer = JournalWriter::create(folder / "j", j.header);
  for (const Record& r : j.records) EXPECT_TRUE(writer->append(r).ok());
  EXPECT_TRUE(writer->seal({true, "", 1}, key).ok());
  return *read_file(folder / "j", 1 << 20);
}

// The few files that the loader needs: every byte of a bundle is looked at below.
std::string small_pack() {
  PackFiles all = *read_pack_files(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
  return *pack_members({{"pack.yaml", all["pack.yaml"]},
                        {"phrases.yaml", all["phrases.yaml"]},
                        {"statutes.yaml", all["statutes.yaml"]}});
}

struct Keys {
  SigningKey worker = key_of("worker"), coordinator = key_of("coordinator");
  TrustedKeys trusted() const { return {{{worker.public_key, "w"}}, {{coordinator.public_key, "c"}}}; }
};

// As the proxy of the first run told it, with what was masked.
constexpr std::string_view kRequestLine =
    R"({"kind": "request", "ms": 9000, "connection": "c1", "flow": "f1", "from_ms": 8999, "method": "GET", "scheme": "https", "host": "a.example", "port": 443, "path": "/?token=******", "path_bytes": 14, "version": "HTTP/1.1", "headers": [["Host", "a.example"]], "headers_cut": false, "body": "", "body_bytes": 0, "body_sha256": "2c"})";

// Two runs that both show one positive button, judged together.
BundleParts parts_of(const Keys& keys = {}) {
  const std::string picture = "\x89PNG a picture";
  BundleParts parts;
  BundleResult r;
  std::vector<Journal> journals;
  Closing last;
  r.statement.statement.job = JobId(17);
  for (std::uint64_t i = 0; i < 2; ++i) {
    RunScript run;
    run.device("DEVICE" + std::to_string(i)).first_launch(RunScript::button("我知道了", 1100));
    if (i == 0) run.raw(record_name::kTraffic, 73, std::string(kRequestLine));
    Journal j = run.journal();
    j.header.token = {1, 5 + i};
    j.header.job = JobId(17);
    Record shot;
    shot.kind = RecordKind::kBlob;
    shot.name = record_name::kScreenshot;
    shot.sha256 = sha256(picture);
    shot.bytes = picture.size();
    j.records.push_back(shot);
    r.journals.push_back(sealed(j, keys.worker));
    journals.push_back(*read_journal_untrusted(as_bytes(r.journals.back())));
    last = next_closing(last, journals.back().sha256, j.header.token, j.header.job, 1'780'000'000'000,
                        keys.coordinator);
    r.closings.push_back(last);
    r.statement.statement.runs.push_back(
        {RunId(static_cast<std::int64_t>(i) + 1), RunId(static_cast<std::int64_t>(i)),
         i == 0 ? std::vector<std::string>{} : std::vector<std::string>{"R1.7"}, journals.back().sha256});
  }
  r.listing = listing();
  r.listing.label = "示例";
  parts.blobs[sha256(picture)] = picture;
  const std::string pack = small_pack();
  parts.packs[sha256(pack)] = pack;
  r.verdict = *judge(journals, r.listing, test_pack(), {});
  EXPECT_EQ(level(r.verdict, "R1.7"), Level::kViolation);
  Statement& s = r.statement.statement;
  s.listing = sha256(listing_text(r.listing));
  s.verdict = sha256(verdict_text(r.verdict));
  s.pack = sha256(pack);
  s.pack_version = r.verdict.pack_version;
  s.judge_version = r.verdict.judge_version;
  r.statement = sign_statement(s, keys.coordinator);
  parts.results.push_back(std::move(r));
  return parts;
}

const std::string& bundle() {
  static const std::string kBundle = *make_bundle(parts_of());
  return kBundle;
}
Status verified(const std::string& file, const TrustedKeys& trusted = Keys().trusted()) {
  return verify_bundle_untrusted(as_bytes(file), trusted).status();
}

TEST(Bundle, HoldsAndSaysWhatItProves) {
  const auto made = make_bundle(parts_of());
  ASSERT_TRUE(made.ok()) << made.status().text();
  const auto v = verify_bundle_untrusted(as_bytes(*made), Keys().trusted());
  ASSERT_TRUE(v.ok()) << v.status().text();
  ASSERT_EQ(v->results.size(), 1u);
  EXPECT_EQ(v->results[0].job, JobId(17));
  EXPECT_EQ(v->results[0].workers, (std::vector<std::string>{"w", "w"}));
  EXPECT_EQ(v->results[0].closings.at(1).number, 2);
  EXPECT_EQ(level(v->results[0].verdict, "R1.7"), Level::kViolation);
  EXPECT_EQ(*make_bundle(parts_of()), *made) << "the same parts, the same bytes";
}

TEST(Bundle, CanBeReadByPeople) {
  const auto members = unpack_members_untrusted(as_bytes(bundle()));
  const std::string& zh = members->at("results/17/run-1/timeline.zh.txt");
  EXPECT_NE(zh.find(">>> R1.7"), std::string::npos) << zh.substr(0, 2000);
  EXPECT_NE(zh.find("DEVICE0"), std::string::npos);
  EXPECT_NE(members->at("results/17/findings.json").find("\"sentence\""), std::string::npos);
  EXPECT_TRUE(members->contains("results/17/run-2/hierarchy/0000006.xml"));
  EXPECT_NE(members->at("results/17/run-1/traffic.har").find("https://a.example/?token=******"),
            std::string::npos);
  EXPECT_FALSE(members->contains("results/17/run-2/traffic.har")) << "nothing passed a proxy there";
  EXPECT_TRUE(members->contains("blobs/" + to_hex(sha256("\x89PNG a picture")) + ".png"));
  EXPECT_TRUE(members->contains("README.txt"));
}

// Each member's first bytes, last bytes and header, the whole directory, and a step through the rest.
TEST(Bundle, AnyChangedByteIsRefused) {
  const std::string& file = bundle();
  const std::size_t directory = file.rfind("PK\x03\x04", std::string::npos);
  std::size_t tried = 0;
  for (std::size_t i = 0; i < file.size(); ++i) {
    const bool near_header = file.compare(i, 4, "PK\x03\x04") == 0;
    if (!near_header && i < directory && i % 97 != 0 &&
        !(i > 128 && file.rfind("PK\x03\x04", i) + 128 > i && i % 5 == 0))
      continue;
    if (i > directory && i % 3 != 0) continue;
    ++tried;
    std::string changed = file;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    ASSERT_EQ(verified(changed).kind(), ErrorKind::kCorrupt) << "byte " << i;
  }
  EXPECT_GT(tried, 1'000u);
}

// Packed anew with the right check sums, and with a manifest that fits.
TEST(Bundle, AMemberChangedConsistentlyIsNamed) {
  const Members members = *unpack_members_untrusted(as_bytes(bundle()));
  for (const auto& [name, bytes] : members) {
    for (const bool in_manifest : {false, true}) {
      Members changed = members;
      std::string& other = changed[name];
      if (name == "manifest.json" && in_manifest) continue;
      other.insert(other.size() / 2, "X");
      if (in_manifest) {
        std::string& manifest = changed["manifest.json"];
        const std::string was = "\"sha256\": \"" + to_hex(sha256(bytes)),
                          now = "\"sha256\": \"" + to_hex(sha256(other));
        manifest.replace(manifest.find(was, manifest.find("\"" + name + "\"")), was.size(), now);
      }
      const Status s = verified(*pack_members(changed));
      EXPECT_FALSE(s.ok()) << name;
      const std::string part =
          name.substr(0, name.rfind('.')).substr(0, name.starts_with("packs/") ? 60 : 200);
      const bool said = s.message().find(part) != std::string::npos ||
                        s.message().find("statement") != std::string::npos ||
                        (name == "manifest.json" && s.message().find(" is missing") != std::string::npos);
      EXPECT_TRUE(said) << name << " (in manifest " << in_manifest << "): " << s.text();
    }
    Members less = members;
    less.erase(name);
    EXPECT_FALSE(verified(*pack_members(less)).ok()) << name;
  }
  Members more = members;
  more["extra.txt"] = "also true";
  EXPECT_NE(verified(*pack_members(more)).message().find("extra.txt"), std::string::npos);
}

TEST(Bundle, RebuiltUnderOtherKeysIsRefused) {
  Keys others{key_of("another worker"), key_of("another coordinator")};
  const std::string rebuilt = *make_bundle(parts_of(others));
  EXPECT_TRUE(verified(rebuilt, others.trusted()).ok()) << "it is consistent in itself";
  EXPECT_EQ(verified(rebuilt).kind(), ErrorKind::kPermission);
  Keys half{key_of("another worker"), key_of("coordinator")};
  EXPECT_EQ(verified(*make_bundle(parts_of(half))).kind(), ErrorKind::kPermission);
  EXPECT_EQ(verified(bundle(), {}).kind(), ErrorKind::kPermission);
  EXPECT_EQ(verified(bundle(), {Keys().trusted().coordinators, Keys().trusted().workers}).kind(),
            ErrorKind::kPermission)
      << "a worker's key is not a coordinator's";
}

// What an insider with the coordinator's key could state is still held against the journals.
TEST(Bundle, AVerdictThatTheJournalsDoNotBearIsNeverPacked) {
  BundleParts parts = parts_of();
  BundleResult& r = parts.results[0];
  for (ItemVerdict& item : r.verdict.items) {
    if (item.rule == "R1.7") item.level = Level::kNotFound;
  }
  r.statement.statement.verdict = sha256(verdict_text(r.verdict));
  r.statement = sign_statement(r.statement.statement, Keys().coordinator);
  const auto made = make_bundle(parts);
  ASSERT_FALSE(made.ok());
  EXPECT_NE(made.status().message().find("R1.7 not_found -> violation"), std::string::npos)
      << made.status().text();
}

TEST(Bundle, AFindingThatNamesNoRecordIsRefused) {
  BundleParts parts = parts_of();
  BundleResult& r = parts.results[0];
  r.verdict.findings.at(0).evidence.at(0).record = 999;
  r.statement.statement.verdict = sha256(verdict_text(r.verdict));
  r.statement = sign_statement(r.statement.statement, Keys().coordinator);
  EXPECT_NE(make_bundle(parts).status().message().find("record 999"), std::string::npos);
}

TEST(Bundle, AClosingOfAnotherPlaceIsRefused) {
  BundleParts parts = parts_of();
  Closing& second = parts.results[0].closings.at(1);
  second.before = sha256("another chain");
  sign_closing(second, Keys().coordinator);
  EXPECT_NE(make_bundle(parts).status().message().find("does not fit entry 1"), std::string::npos);
  parts = parts_of();
  parts.results[0].closings.at(1).at_ms += 1;
  EXPECT_NE(make_bundle(parts).status().message().find("signature"), std::string::npos);
}

TEST(Trust, NamesTheWrongLine) {
  const std::string hex = to_hex(key_of("k").public_key);
  const auto keys = parse_trust("# ours\nworker " + hex + " w1  # rack 3\n\ncoordinator " + hex + "\n");
  ASSERT_TRUE(keys.ok()) << keys.status().text();
  EXPECT_EQ(keys->workers.at(key_of("k").public_key), "w1");
  EXPECT_EQ(keys->coordinators.size(), 1u);
  EXPECT_NE(parse_trust("worker " + hex + "\nfriend " + hex).status().message().find("line 2"),
            std::string::npos);
  EXPECT_FALSE(parse_trust("worker 12").ok());
}

}  // namespace
}  // namespace storesweep
