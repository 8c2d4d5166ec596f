#include "coordinator/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "common/base/text.h"

namespace storesweep {
namespace {

Result<CoordinatorConfig> read(const std::string& yaml) {
  const std::string path = testing::TempDir() + "/coordinator_config_test.yaml";
  std::ofstream(path) << yaml;
  return read_coordinator_config(path);
}

TEST(CoordinatorConfig, TheExampleInTheManualIsTheDefaults) {
  const char* source = std::getenv("STORESWEEP_SOURCE");
  ASSERT_NE(source, nullptr);
  const auto example = read_coordinator_config(std::string(source) + "/docs/coordinator.yaml");
  ASSERT_TRUE(example.ok()) << example.status().message();
  const auto defaults = read("");
  ASSERT_TRUE(defaults.ok()) << defaults.status().message();
  EXPECT_EQ(example->leases.lease_ms, defaults->leases.lease_ms);
  EXPECT_EQ(example->leases.reuse_ms, defaults->leases.reuse_ms);
  EXPECT_EQ(example->leases.infrastructure_attempts, defaults->leases.infrastructure_attempts);
  EXPECT_EQ(example->blobs.low_water_bytes, defaults->blobs.low_water_bytes);
  EXPECT_EQ(example->blobs.high_water_bytes, defaults->blobs.high_water_bytes);
  EXPECT_EQ(example->judging.memory_bytes, defaults->judging.memory_bytes);
  EXPECT_EQ(example->judging.program, defaults->judging.program);
  EXPECT_EQ(example->http.port, defaults->http.port);
  EXPECT_EQ(example->http.max_bodies_bytes, defaults->http.max_bodies_bytes);
  EXPECT_EQ(example->http.header_ms, defaults->http.header_ms);
  EXPECT_EQ(example->link.listen, defaults->link.listen);
}

TEST(CoordinatorConfig, RefusesToListenToTheWorldWithoutTokens) {
  const auto c = read("http:\n  listen: 0.0.0.0:8080\n");
  ASSERT_FALSE(c.ok());
  EXPECT_NE(c.status().message().find(":2:11: http.listen: without `tokens`"), std::string::npos)
      << c.status().message();
  EXPECT_TRUE(read("http:\n  listen: '[::1]:8080'\n").ok());
}

TEST(CoordinatorConfig, TellsEveryErrorAtOnce) {
  const auto c = read(
      "leases: {lease_ms: 4 s, drift_ms: 3 s}\nhttp:\n  listen: nowhere\n  tokens:\n    - {name: a, sha256: "
      "12}\n"
      "blobs: {low_water_byte: 1}\n");
  ASSERT_FALSE(c.ok());
  for (const char* wanted : {"drift_ms: must be at most a quarter", "listen: wanted ADDRESS:PORT",
                             "sha256: wanted", "did you mean `low_water_bytes`"}) {
    EXPECT_NE(c.status().message().find(wanted), std::string::npos) << c.status().message();
  }
}

TEST(CoordinatorConfig, SendsNoControlsUnlessItHasAFolderOfProbes) {
  EXPECT_TRUE(read("")->controls.folder.empty());
  EXPECT_EQ(read("controls: {folder: /srv/probes, one_in: 50}\n")->controls.one_in, 50);
  for (const char* wrong :
       {"controls: {folder: /p, one_in: 0}\n", "controls: {folder: /p, address: ftp://x}\n",
        "controls:\n  address: https://x/probes\n"}) {
    const auto c = read(wrong);
    ASSERT_FALSE(c.ok()) << wrong;
    EXPECT_NE(c.status().message().find("controls."), std::string::npos) << c.status().message();
  }
}

TEST(CoordinatorConfig, HasOneStoreAndNoPasswordInIt) {
  EXPECT_TRUE(ends_with(read("")->store.sqlite, "/data/storesweep.db"));
  setenv("STORESWEEP_TEST_SECRET", "s3cret", 1);
  const auto c = read(
      "store:\n  postgres: {connection: 'host=a,b dbname=s', password: '${STORESWEEP_TEST_SECRET}', "
      "patience_ms: 1 min}\n");
  ASSERT_TRUE(c.ok()) << c.status().message();
  EXPECT_TRUE(c->store.sqlite.empty());
  EXPECT_EQ(c->store.postgres.connection, "host=a,b dbname=s");
  EXPECT_EQ(c->store.postgres.password, "s3cret");
  EXPECT_EQ(c->store.postgres.patience_ms, 60'000);
  EXPECT_FALSE(c->blobs.shared);
  EXPECT_TRUE(read("store: {postgres: {connection: 'host=a'}}\nblobs: {shared: true}\n")->blobs.shared);
  const std::pair<const char*, const char*> wrong[] = {
      {"store:\n  postgres: {connection: 'host=a password=p'}\n",
       ":2:26: store.postgres.connection: a password"},
      {"store:\n  postgres: {connection: 'postgresql://u:p@h/d'}\n", "connection: a password has no place"},
      {"store:\n  postgres: {connection: 'hots=a'}\n", "hots"},
      {"store:\n  postgres: {connection: 'host=a', password: plain}\n", ":2:46: store.postgres.password"},
      {"store: {sqlite: x, postgres: {connection: 'host=a'}}\n", "sqlite: either this or `postgres`"},
      {"store: {postgres: {}}\n", "connection"},
      {"blobs: {shared: true}\n", "blobs.shared: only coordinators on `store.postgres`"},
      {"store: {postgres: {connection: 'host=a', connect_ms: 1}}\n", "connect_ms"}};
  for (const auto& [yaml, message] : wrong) {
    const auto refused = read(yaml);
    ASSERT_FALSE(refused.ok()) << yaml;
    EXPECT_NE(refused.status().message().find(message), std::string::npos) << refused.status().message();
  }
}

TEST(CoordinatorConfig, ReadsATimetableAndTellsWhatIsWrongInIt) {
  const auto c = read(
      "timetable:\n  zone: Europe/Berlin\n  quiet: {from: '08:00', until: '19:30'}\n  sweeps:\n"
      "    - {name: nightly, at: '20:00', days: [mon, fri], selection: top, top: 100, depth: lab,\n"
      "       import: [{source: 'https://a.example/x.csv', store: a, format: csv}]}\n");
  ASSERT_TRUE(c.ok()) << c.status().message();
  ASSERT_EQ(c->timetable.sweeps.size(), 1u);
  const DailySweep& daily = c->timetable.sweeps[0];
  EXPECT_EQ(daily.at_minute, 20 * 60);
  EXPECT_EQ(daily.days, (std::set<int>{1, 5}));
  EXPECT_EQ(daily.sweep.selection.top, 100);
  EXPECT_EQ(daily.sweep.depth, Depth::kLab);
  ASSERT_EQ(daily.imports.size(), 1u);
  EXPECT_EQ(daily.imports[0].store, "a");
  const std::pair<const char*, const char*> wrong[] = {
      {"timetable: {zone: Asia/Atlantis}\n", ":1:19: timetable.zone: `Asia/Atlantis`: no such time zone"},
      {"timetable: {sweeps: [{name: a, at: '25:00'}]}\n", "at: wanted a time of the day"},
      {"timetable: {sweeps: [{name: a, at: '22:00', days: [monday]}]}\n", "days: `monday`"},
      {"timetable: {sweeps: [{name: a, at: '22:00'}, {name: a, at: '23:00'}]}\n", "`a` stands here twice"},
      {"timetable: {sweeps: [{name: a, at: '22:00', selection: top}]}\n", "top: wanted at least 1"},
      {"timetable: {quiet: {from: '08:00', until: '08:00'}}\n", "until: the quiet hours would have no end"},
      {"timetable: {quiet: {from: '20:00', until: '08:00'}, sweeps: [{name: a, at: '22:00'}]}\n",
       "at: lies in the quiet hours"}};
  for (const auto& [yaml, message] : wrong) {
    const auto refused = read(yaml);
    ASSERT_FALSE(refused.ok()) << yaml;
    EXPECT_NE(refused.status().message().find(message), std::string::npos) << refused.status().message();
  }
}

TEST(CoordinatorConfig, ReadsTokens) {
  const auto c = read("http: {listen: '0.0.0.0:1', tokens: [{name: a, access: full, sha256: " +
                      to_hex(sha256("secret")) + "}]}\n");
  ASSERT_TRUE(c.ok()) << c.status().message();
  const http::AccessList list(c->tokens);
  http::Caller caller;
  EXPECT_TRUE(list.check("Bearer secret", http::Access::kAdmin, caller).ok());
  EXPECT_EQ(caller.name, "a");
  EXPECT_FALSE(list.check("Bearer other", http::Access::kViewer, caller).ok());
}

TEST(CoordinatorConfig, WantsCertificateAndKeyTogether) {
  EXPECT_TRUE(read("http: {tls: {certificate: c.pem, key: k.pem}}\n").ok());
  EXPECT_NE(read("http: {tls: {certificate: c.pem}}\n").status().message().find("belong together"),
            std::string::npos);
}

TEST(CoordinatorConfig, KnowsWhereWorkersThatEnrolFindItsLink) {
  const auto addresses = [](const std::string& link) {
    const auto c = read("link: {" + link + "}\n");
    return c.ok() ? c->link.addresses : std::vector<std::string>{c.status().message()};
  };
  using Addresses = std::vector<std::string>;
  EXPECT_EQ(addresses("listen: 'tcp://127.0.0.1:7'"), Addresses{"tcp://127.0.0.1:7"});
  EXPECT_EQ(addresses("listen: 'tcp://0.0.0.0:7'"), Addresses()) << "which is nowhere";
  EXPECT_EQ(addresses("listen: 'tcp://0.0.0.0:7', addresses: ['tcp://c:7']"), Addresses{"tcp://c:7"});
  EXPECT_NE(addresses("addresses: [c]").at(0).find("wanted tcp://HOST:PORT"), std::string::npos);
}

TEST(CoordinatorConfig, NamesTheAuditLogAfterItsMachine) {
  char host[256] = {};
  ASSERT_EQ(::gethostname(host, sizeof host - 1), 0);
  const auto c = read("audit: {file: '/a/{host}.jsonl'}\n");
  ASSERT_TRUE(c.ok()) << c.status().message();
  EXPECT_EQ(c->audit_file, "/a/" + std::string(host) + ".jsonl");
  EXPECT_EQ(read("log: {level: info}\n")->audit_file, "") << "it is not kept unless it is asked for";
}

TEST(CoordinatorConfig, TakesRolesAndWhatWasThereBeforeThem) {
  const auto role = [](const std::string& fields) {
    const auto c = read("http: {tokens: [{name: a, " + fields + "sha256: " + to_hex(sha256("s")) + "}]}\n");
    return c.ok() ? std::string(http::name(c->tokens[0].role)) : c.status().message();
  };
  EXPECT_EQ(role("role: officer, "), "officer");
  EXPECT_EQ(role("role: operator, "), "operator");
  EXPECT_EQ(role("access: read, "), "viewer");
  EXPECT_EQ(role("access: full, "), "admin");
  EXPECT_EQ(role(""), "viewer") << "who is given nothing may look";
  EXPECT_NE(role("role: admin, access: full, ").find("either this or `role`"), std::string::npos);
  EXPECT_NE(role("role: boss, ").find("viewer"), std::string::npos) << "a wrong one is told the right ones";
}

TEST(CoordinatorConfig, EvidenceLiesInAFolderOrInABucket) {
  EXPECT_FALSE(read("")->blobs.s3);
  setenv("STORESWEEP_TEST_ACCESS", "AK", 1);
  setenv("STORESWEEP_TEST_SECRET", "s3cret", 1);
  const std::string keys = "access_key: '${STORESWEEP_TEST_ACCESS}', secret_key: '${STORESWEEP_TEST_SECRET}'";
  const auto bucket = [&](const std::string& more) {
    return read("blobs:\n  s3: {endpoint: 'https://s3.example:9000', bucket: evidence, " + keys + more +
                "}\n");
  };
  const auto c = bucket(", prefix: a/b, style: host, region: eu-west-1, spool_bytes: 2 GiB");
  ASSERT_TRUE(c.ok()) << c.status().message();
  const S3StoreOptions& o = *c->blobs.s3;
  EXPECT_EQ(o.bucket.endpoint, "https://s3.example:9000");
  EXPECT_EQ(o.bucket.prefix, "a/b");
  EXPECT_EQ(o.bucket.region, "eu-west-1");
  EXPECT_TRUE(o.bucket.host_style);
  EXPECT_EQ(o.bucket.keys.secret_key, "s3cret");
  EXPECT_EQ(o.spool_bytes, std::uint64_t{2} << 30);
  EXPECT_TRUE(ends_with(c->blobs.disk(), "/data/spool"));
  EXPECT_FALSE(c->blobs.shared);
  EXPECT_TRUE(
      read("store: {postgres: {connection: 'host=a'}}\nblobs: {s3: {endpoint: 'http://h', bucket: b, " +
           keys + "}}\n")
          ->blobs.shared)
      << "coordinators of one store have one bucket";
  for (const auto& [more, wanted] : {std::pair(", prefix: /a", "blobs.s3.prefix: wanted"),
                                     {", prefix: 'a b'", "blobs.s3.prefix: wanted"},
                                     {", style: dns", "style"},
                                     {", spool_bytes: 1 MiB", "spool_bytes"},
                                     {", retention: 1", "retention"}}) {
    const auto wrong = bucket(more);
    ASSERT_FALSE(wrong.ok()) << more;
    EXPECT_NE(wrong.status().message().find(wanted), std::string::npos) << wrong.status().message();
  }
  const auto all = read("blobs: {folder: x, s3: {endpoint: 'ftp://h', bucket: 'a/b', access_key: plain}}\n");
  ASSERT_FALSE(all.ok());
  for (const char* wanted : {"blobs.folder: either this or `s3`", "endpoint: wanted http://",
                             "bucket: wanted letters", "access_key", "secret_key: missing"})
    EXPECT_NE(all.status().message().find(wanted), std::string::npos)
        << wanted << ": " << all.status().message();
  EXPECT_EQ(all.status().message().find("plain"), std::string::npos) << "a secret is not repeated";
}

}  // namespace
}  // namespace storesweep
