#include "worker/job/fetcher.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "common/base/random.h"
#include "common/rules/sdks.h"
#include "common/rules/sources.h"
#include "tests/unit/http_test_server.h"
#include "tests/unit/temporary_folder.h"
#include "tests/unit/worker/apk/apk_builder.h"
#include "tests/unit/worker/apk/apk_signer.h"
#include "tests/unit/worker/apk/code_builder.h"

#include "worker/job/old_versions.h"

namespace storesweep::job {
namespace {
using apk_test::manifest;
using apk_test::small_apk;
using apk_test::zip_of;
using storesweep::testing::http_answer;
using storesweep::testing::HttpTestRequest;
using storesweep::testing::HttpTestServer;
using storesweep::testing::TemporaryFolder;
using Send = HttpTestServer::Send;

class FetcherTest : public ::testing::Test {
 protected:
  FetcherTest() {
    setenv("no_proxy", "*", 1);
    cache_ = *Cache::open(folder_ / "cache", 1 << 20);
  }
  FetchedApp fetch(const std::string& address, const std::string& hash = "", std::int64_t ms = 20'000) {
    Listing listing;
    listing.package = "com.example";
    listing.apk_url = address;
    listing.apk_sha256 = hash;
    listing.apk_bytes = 1;  // a catalogue that lags behind
    Fetcher fetcher(client_, *cache_, {.max_apk_bytes = 100'000});
    return fetcher.fetch(listing, Deadline::in_ms(ms));
  }
  static JobFailure failure(const FetchedApp& app) {
    const auto* f = std::get_if<JobFailure>(&app);
    return f ? *f : JobFailure{FailureKind::kEvasion, FailureReason::kOther, "none"};
  }
  net::Options options() {
    net::Options o;
    o.backoff_ms = 5;
    o.max_backoff_ms = 20;
    o.stall_ms = 300;
    o.file_folders = {folder_ / "apks"};
    return o;
  }
  std::string file(const std::string& name, const std::string& content) {
    EXPECT_TRUE(make_folders(folder_ / "apks").ok());
    EXPECT_TRUE(write_file_durably(folder_ / ("apks/" + name), content).ok());
    return folder_ / ("apks/" + name);
  }

  TemporaryFolder folder_;
  SystemRandom random_;
  std::unique_ptr<Cache> cache_;
  net::Client client_{options(), random_};
};

TEST_F(FetcherTest, brings_an_apk_with_its_facts_and_needs) {
  const std::string apk = small_apk();
  HttpTestServer server(
      [&](const HttpTestRequest&, const Send& send) { return send(http_answer("200 OK", "", apk)); });
  const FetchedApp app = fetch(server.url("/a.apk"), to_hex(sha256(apk)));
  const auto* files = std::get_if<AppFiles>(&app);
  ASSERT_TRUE(files) << failure(app).detail;
  EXPECT_EQ(files->facts.package, "com.example");
  EXPECT_EQ(files->facts.needs.min_api, 19);
  ASSERT_EQ(files->files.size(), 1u);
  EXPECT_EQ(as_text(files->files[0].bytes()), apk);
}

TEST_F(FetcherTest, a_known_hash_in_the_cache_asks_nobody) {
  const std::string apk = small_apk();
  HttpTestServer server(
      [&](const HttpTestRequest&, const Send& send) { return send(http_answer("200 OK", "", apk)); });
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(std::holds_alternative<AppFiles>(fetch(server.url("/a.apk"), to_hex(sha256(apk)))));
  }
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(FetcherTest, an_unchanged_address_is_asked_and_not_fetched_again) {
  std::string apk = small_apk(), tag = "\"1\"";
  int whole = 0;
  HttpTestServer server([&](const HttpTestRequest& r, const Send& send) {
    if (r.header("if-none-match:") == tag)
      return send("HTTP/1.1 304 Not Modified\r\nETag: " + tag + "\r\n\r\n");
    ++whole;
    return send(http_answer("200 OK", "ETag: " + tag + "\r\n", apk));
  });
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(std::holds_alternative<AppFiles>(fetch(server.url("/a.apk"))));
  EXPECT_EQ(whole, 1);
  EXPECT_EQ(server.requests(), 3);
  tag = "\"2\"";
  apk = zip_of({{"AndroidManifest.xml", manifest()}});
  const FetchedApp app = fetch(server.url("/a.apk"));
  ASSERT_TRUE(std::holds_alternative<AppFiles>(app));
  EXPECT_EQ(as_text(std::get<AppFiles>(app).files[0].bytes()), apk);
  EXPECT_EQ(whole, 2);
}

TEST_F(FetcherTest, what_broke_off_is_resumed) {
  const std::string apk = small_apk();
  std::string range;
  HttpTestServer server([&](const HttpTestRequest& r, const Send& send) {
    const std::string head = "ETag: \"1\"\r\nAccept-Ranges: bytes\r\n";
    if (r.header("range:").empty()) {
      const std::string all = http_answer("200 OK", head, apk);
      send(all.substr(0, all.size() - 100));
      return false;
    }
    range = r.header("range:");
    const std::size_t from = std::stoul(range.substr(6));
    return send(http_answer("206 Partial Content",
                            head + "Content-Range: bytes " + std::to_string(from) + "-" +
                                std::to_string(apk.size() - 1) + "/" + std::to_string(apk.size()) + "\r\n",
                            apk.substr(from)));
  });
  EXPECT_TRUE(std::holds_alternative<AppFiles>(fetch(server.url("/a.apk"))));
  EXPECT_EQ(range, "bytes=" + std::to_string(apk.size() - 100) + "-");
}

TEST_F(FetcherTest, other_bytes_than_the_listing_promised_are_the_apps_fault) {
  const std::string apk = small_apk();
  HttpTestServer server(
      [&](const HttpTestRequest&, const Send& send) { return send(http_answer("200 OK", "", apk)); });
  const JobFailure f = failure(fetch(server.url("/a.apk"), to_hex(sha256("something else"))));
  EXPECT_EQ(f.kind, FailureKind::kApp);
  EXPECT_EQ(f.reason, FailureReason::kHash);
  EXPECT_EQ(cache_->bytes(), 0u);
}

TEST_F(FetcherTest, a_dead_address_is_the_apps_fault_and_a_dead_server_is_not) {
  HttpTestServer server(
      [&](const HttpTestRequest&, const Send& send) { return send(http_answer("404 Not Found", "", "")); });
  JobFailure f = failure(fetch(server.url("/a.apk")));
  EXPECT_EQ(f.kind, FailureKind::kApp);
  EXPECT_EQ(f.reason, FailureReason::kFetch);
  f = failure(fetch("http://127.0.0.1:1/a.apk"));
  EXPECT_EQ(f.kind, FailureKind::kInfrastructure);
  EXPECT_EQ(f.reason, FailureReason::kFetch);
}

TEST_F(FetcherTest, a_file_beyond_the_bound_is_refused) {
  HttpTestServer server([&](const HttpTestRequest&, const Send& send) {
    return send(http_answer("200 OK", "", std::string(100'001, 'x')));
  });
  EXPECT_EQ(failure(fetch(server.url("/a.apk"))).kind, FailureKind::kApp);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "cache/incoming"));
}

TEST_F(FetcherTest, a_silent_server_is_given_up_at_the_deadline) {
  HttpTestServer server([&](const HttpTestRequest&, const Send& send) {
    while (!server.stopping() && send("")) ::usleep(1000);
    return false;
  });
  const JobFailure f = failure(fetch(server.url("/a.apk"), "", 100));
  EXPECT_EQ(f.kind, FailureKind::kInfrastructure);
}

TEST_F(FetcherTest, a_file_of_this_machine_comes_by_path_or_by_address_from_allowed_folders_only) {
  const std::string path = file("a b.apk", small_apk());
  EXPECT_TRUE(std::holds_alternative<AppFiles>(fetch(file_url(path))));
  EXPECT_TRUE(std::holds_alternative<AppFiles>(fetch(file("a.apk", small_apk()))));
  const JobFailure f = failure(fetch("file:///etc/passwd"));
  EXPECT_EQ(f.kind, FailureKind::kInfrastructure);  // this worker may not, another may
  EXPECT_EQ(failure(fetch(folder_ / "apks/none.apk")).kind, FailureKind::kApp);
}

TEST_F(FetcherTest, several_addresses_are_one_set) {
  const std::string base = small_apk();
  const std::string split =
      zip_of({{"AndroidManifest.xml", manifest("com.example", "config.x86")}, {"lib/x86/liby.so", "elf"}});
  const FetchedApp app = fetch(file("base.apk", base) + " " + file("split.apk", split));
  const auto* files = std::get_if<AppFiles>(&app);
  ASSERT_TRUE(files) << failure(app).detail;
  EXPECT_EQ(files->files.size(), 2u);
  EXPECT_EQ(files->facts.splits, std::vector<std::string>{"config.x86"});
}

TEST_F(FetcherTest, a_file_that_cannot_be_read_is_a_fact_about_its_bytes) {
  const FetchedApp app = fetch(file("x.apk", "not a zip"));
  ASSERT_TRUE(std::holds_alternative<AppFiles>(app)) << failure(app).detail;
  EXPECT_NE(std::get<AppFiles>(app).refused.find("cannot be read"), std::string::npos);
  EXPECT_NE(std::get<AppFiles>(app).facts.file_set, Digest{});
  EXPECT_TRUE(std::get<AppFiles>(fetch(file("y.apk", small_apk()))).refused.empty());
}

TEST_F(FetcherTest, a_file_of_another_app_is_the_apps_fault) {
  const JobFailure other = failure(fetch(file("other.apk", small_apk("com.other"))));
  EXPECT_EQ(other.kind, FailureKind::kApp);
  EXPECT_NE(other.detail.find("com.other"), std::string::npos);
  EXPECT_EQ(failure(fetch("")).kind, FailureKind::kApp);
}

// ---- earlier versions
std::string signed_apk(const apk_test::TestKey& key, std::uint32_t version) {
  const std::string zip = zip_of({{"AndroidManifest.xml", manifest("com.example", "", true, version)}});
  return apk_test::with_block(
      zip, {{0x7109871a, apk_test::prefixed(apk_test::signer(key, apk_test::digest_of_zip(zip)))}});
}

TEST_F(FetcherTest, the_nearest_earlier_version_by_the_same_signer_is_remembered) {
  const std::string rules = std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules";
  const SourceCatalogue sources = load_sources(rules).value();
  const SdkCatalogue sdks = load_sdks(rules).value();
  const apk_test::TestKey ours("ours"), other("other");
  const Deadline soon = Deadline::in_ms(20'000);
  const auto brought = [&](Fetcher& fetcher, const apk_test::TestKey& key, std::uint32_t version) {
    Listing listing;
    listing.package = "com.example";
    listing.apk_url = file(std::to_string(version) + ".apk", signed_apk(key, version));
    return std::get<AppFiles>(fetcher.fetch(listing, soon));
  };
  {
    Fetcher fetcher(client_, *cache_, {}, {&sources, &sdks});
    for (const std::uint32_t version : {3u, 5u, 4u, 9u}) brought(fetcher, ours, version);
    const AppFiles seventh = brought(fetcher, other, 7);
    ASSERT_EQ(seventh.signer.size(), 1u);
    EXPECT_EQ(fetcher.older_than(seventh, soon), nullptr) << "those before it are another's";
  }
  // Another life of the worker: the cache is what remembers.
  Fetcher fetcher(client_, *cache_, {}, {&sources, &sdks});
  const auto older = fetcher.older_than(brought(fetcher, ours, 9), soon);
  ASSERT_NE(older, nullptr);
  EXPECT_EQ(older->facts.version_code, 5) << "and not the stranger's seventh";
  ASSERT_EQ(older->files.size(), 1u);
  EXPECT_EQ(sha256(as_text(older->files[0].bytes())), older->files[0].sha256);
  EXPECT_EQ(fetcher.older_than(brought(fetcher, ours, 3), soon), nullptr) << "there is none before it";
}

TEST(OldVersions, only_whole_lines_count_and_the_highest_are_kept) {
  const NotedVersion one{1, {sha256("a"), sha256("b")}}, two{2, {sha256("c")}};
  EXPECT_EQ(parse_versions(versions_text({two, one})), (std::vector{two, one}));
  EXPECT_TRUE(parse_versions("2 nonsense\n3\n\nx " + to_hex(sha256("a")) + "\n").empty());
  EXPECT_EQ(with_version({two}, one), (std::vector{two, one}));
  EXPECT_EQ(with_version({two, one}, two), (std::vector{two, one})) << "the same files once";
  std::vector<NotedVersion> many;
  for (std::int64_t code = 1; code < 40; ++code) many = with_version(many, {code, {sha256("x")}});
  EXPECT_EQ(many.size(), kMaxVersionsNoted);
  EXPECT_EQ(many.front().code, 39);
}

TEST_F(FetcherTest, what_was_fetched_is_looked_through_for_sdks_and_what_nobody_knows_is_not_none) {
  const std::string rules = std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules";
  const SourceCatalogue sources = load_sources(rules).value();
  const SdkCatalogue sdks = load_sdks(rules).value();
  const std::string apk = zip_of({{"AndroidManifest.xml", manifest()},
                                  {"classes.dex", code_test::dex_of({})},
                                  {"lib/x86/libjcore280.so", "elf"}});
  Listing listing;
  listing.package = "com.example";
  listing.apk_url = file("sdks.apk", apk);
  auto fetched = [&](const FactsKnowledge& knowledge) {
    Fetcher fetcher(client_, *cache_, {.max_apk_bytes = 100'000}, knowledge);
    const FetchedApp app = fetcher.fetch(listing, Deadline::in_ms(20'000));
    EXPECT_TRUE(std::holds_alternative<AppFiles>(app)) << failure(app).detail;
    const auto again = fetcher.again(std::get<AppFiles>(app).facts.file_set);
    EXPECT_TRUE(again && again->sdks == std::get<AppFiles>(app).sdks) << "kept with the facts";
    return std::get<AppFiles>(app);
  };
  const AppFiles looked = fetched({&sources, &sdks});
  EXPECT_EQ(looked.sdks.catalogue, sdks.version);
  EXPECT_EQ(looked.sdks.in, (std::vector<SdkInRun>{{"jcore", ""}}));
  EXPECT_TRUE(looked.app_facts.sdks);
  EXPECT_TRUE(looked.app_facts.native_code);
  const AppFiles ignorant = fetched({});
  EXPECT_FALSE(ignorant.sdks.looked());
  EXPECT_FALSE(ignorant.app_facts.sdks);
  EXPECT_EQ(ignorant.app_facts.package, "com.example");
}

TEST_F(FetcherTest, a_damaged_copy_is_fetched_again) {
  const std::string apk = small_apk();
  HttpTestServer server([&](const HttpTestRequest& r, const Send& send) {
    if (!r.header("if-none-match:").empty()) return send("HTTP/1.1 304 Not Modified\r\n\r\n");
    return send(http_answer("200 OK", "ETag: \"1\"\r\n", apk));
  });
  EXPECT_TRUE(std::holds_alternative<AppFiles>(fetch(server.url("/a.apk"))));
  ASSERT_TRUE(write_file_durably(folder_ / ("cache/objects/" + to_hex(sha256(apk))), "damaged").ok());
  const FetchedApp app = fetch(server.url("/a.apk"));
  ASSERT_TRUE(std::holds_alternative<AppFiles>(app)) << failure(app).detail;
  EXPECT_EQ(as_text(std::get<AppFiles>(app).files[0].bytes()), apk);
}

}  // namespace
}  // namespace storesweep::job
