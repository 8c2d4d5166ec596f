#include "coordinator/catalogue/catalogue.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/base/file.h"
#include "coordinator/catalogue/columns.h"
#include "coordinator/catalogue/csv.h"
#include "tests/unit/http_test_server.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep::catalogue {
namespace {
using storesweep::testing::TemporaryFolder;

class Catalogue : public ::testing::Test {
 protected:
  Result<Report> read(Format format, const std::string& content, const std::string& store = "shop") {
    std::ofstream(folder_ / "in", std::ios::binary) << content;
    listings_.clear();
    Options o{.format = format, .store = store, .rejects_file = folder_ / "rejects.csv"};
    auto keep = [this](Listing l) {
      listings_.push_back(std::move(l));
      return ok_status();
    };
    named_.clear();
    auto name = [this](const Listing& l) { named_.push_back(l.store + "/" + l.package); };
    return read_file(folder_ / "in", o, keep, name, Deadline::in_ms(20'000));
  }
  std::string rejects() const { return read_file_text(folder_ / "rejects.csv"); }
  static std::string read_file_text(const std::string& path) {
    return storesweep::read_file(path, 1 << 20).value_or("");
  }

  TemporaryFolder folder_;
  std::vector<Listing> listings_;
  std::vector<std::string> named_;  // by bad rows
};

TEST_F(Catalogue, csv_with_every_trick_of_rfc_4180) {
  auto r = read(Format::kCsv,
                "\xef\xbb\xbfPackage Name,label,\"version\",Downloads,permissions,unknown\r\n"
                "com.a,\"A, \"\"quoted\"\"\nname\",1.0,12,\"android.permission.CAMERA=拍照;x.y\",?\r\n"
                "\r\n"
                "com.b,乙,2.0,,,\n"
                "com.c,丙,3,7,,last");
  ASSERT_TRUE(r.ok()) << r.status().text();
  EXPECT_EQ(r->rows, 3);
  EXPECT_EQ(r->rejected, 0) << rejects();
  ASSERT_EQ(listings_.size(), 3U);
  EXPECT_EQ(listings_[0].package, "com.a");
  EXPECT_EQ(listings_[0].label, "A, \"quoted\"\nname");
  EXPECT_EQ(listings_[0].downloads, 12);
  ASSERT_EQ(listings_[0].permissions.size(), 2U);
  EXPECT_EQ(listings_[0].permissions[0].purpose, "拍照");
  EXPECT_EQ(listings_[0].store, "shop");
  EXPECT_EQ(listings_[2].version_name, "3");
  EXPECT_EQ(r->unknown_columns, std::vector<std::string>{"unknown"});
}

TEST_F(Catalogue, chinese_headers_mean_the_same) {
  auto r = read(Format::kCsv,
                "应用名称,包名,应用商店,版本号,开发者,统一社会信用代码,地区,下载量,更新日期\n"
                "甲,com.a,华为,1.2,某公司,91110000MA,北京,1000,2026/11/20\n");
  ASSERT_TRUE(r.ok()) << r.status().text();
  ASSERT_EQ(listings_.size(), 1U) << rejects();
  const Listing& l = listings_[0];
  EXPECT_EQ(l.store, "华为");
  EXPECT_EQ(l.developer, "某公司");
  EXPECT_EQ(l.credit_code, "91110000MA");
  EXPECT_EQ(l.region, "北京");
  EXPECT_EQ(l.release_date, "2026-11-20");
}

TEST_F(Catalogue, a_bad_row_goes_to_the_rejects_with_its_line_and_reason) {
  auto r = read(Format::kCsv,
                "package,downloads,apk_url,apk_sha256\n"
                "com.good,1,https://x/a.apk,\n"
                "com.bad,many,,\n"
                "com.short,1\n"
                ",1,,\n"
                "com.good,2,,\n"
                "com.url,1,javascript:x,\n"
                "com.hash,1,,abc\n"
                "com.\xff,1,,\n"
                "\"com.q\"x,1,,\n"
                "com.end,1,,\n");
  ASSERT_TRUE(r.ok()) << r.status().text();
  EXPECT_EQ(r->rows, 10);
  EXPECT_EQ(r->rejected, 8);
  ASSERT_EQ(listings_.size(), 2U);
  EXPECT_EQ(listings_[1].package, "com.end");
  std::string all = rejects();
  for (const char* line :
       {"\n3,", "\n4,\"2 fields, the header has 4\"", "\n5,package: is missing", "\n6,com.good stands twice",
        "\n7,\"apk_url:", "\n8,apk_sha256:", "\n9,package:", "\n10,text after a closing quote"}) {
    EXPECT_NE(all.find(line), std::string::npos) << line << " in " << all;
  }
}

TEST_F(Catalogue, a_quote_that_never_ends_costs_its_rows_and_not_the_rest) {
  std::string rows = "package,label\ncom.a,\"open\n";
  while (rows.size() < kMaxRowBytes + 1000) rows += "com.x,y\n";
  rows += "com.z,last\n";
  auto r = read(Format::kCsv, rows);
  ASSERT_TRUE(r.ok()) << r.status().text();
  ASSERT_FALSE(listings_.empty());
  EXPECT_EQ(listings_.back().package, "com.z");
  EXPECT_NE(rejects().find("2,longer than"), std::string::npos);
}

TEST_F(Catalogue, a_file_without_a_usable_header_is_refused_as_a_whole) {
  EXPECT_EQ(read(Format::kCsv, "").status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(read(Format::kCsv, "a,b\n1,2\n").status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(read(Format::kCsv, "package,pkg\n1,2\n").status().kind(), ErrorKind::kInvalid);
}

TEST(Csv, pieces_of_any_size_give_the_same_records) {
  const std::string text =
      "\xef\xbb\xbf"
      "a,\"b\r\nc\",\"d\"\"e\"\r\n,x,\n\"\"\n";
  std::vector<std::vector<std::string>> whole;
  for (std::size_t size :
       {std::size_t{1000}, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{5}}) {
    std::vector<std::vector<std::string>> records;
    CsvReader reader(1000, [&](const CsvRecord& r) {
      EXPECT_EQ(r.problem, "");
      records.push_back(r.fields);
      return ok_status();
    });
    for (std::size_t at = 0; at < text.size(); at += size)
      EXPECT_TRUE(reader.feed(text.substr(at, size)).ok());
    EXPECT_TRUE(reader.finish().ok());
    if (whole.empty()) whole = records;
    EXPECT_EQ(records, whole);
  }
  ASSERT_EQ(whole.size(), 2U);
  EXPECT_EQ(whole[0], (std::vector<std::string>{"a", "b\r\nc", "d\"e"}));
  EXPECT_EQ(whole[1], (std::vector<std::string>{"", "x", ""}));
}

TEST_F(Catalogue, json_lines_with_permissions_in_every_form) {
  auto r =
      read(Format::kJsonLines,
           R"({"package":"com.a","versionCode":7,"permissions":["p.A",{"name":"p.B","purpose":"for b"}]})"
           "\n"
           R"({"package":"com.b","permissions":{"p.C":"for c"},"store":"other","odd":1})"
           "\r\n\n"
           R"({"package":"com.c","label":["no"]})"
           "\nnot json\n"
           R"({"package":"com.d","permissions":"p.D=why"})");
  ASSERT_TRUE(r.ok()) << r.status().text();
  EXPECT_EQ(r->rejected, 2);
  ASSERT_EQ(listings_.size(), 3U) << rejects();
  EXPECT_EQ(listings_[0].version_code, 7);
  EXPECT_EQ(listings_[0].permissions[1].purpose, "for b");
  EXPECT_EQ(listings_[1].permissions[0].name, "p.C");
  EXPECT_EQ(listings_[1].store, "other");
  EXPECT_EQ(listings_[2].permissions[0].purpose, "why");
  EXPECT_NE(rejects().find("\n4,label:"), std::string::npos) << rejects();
  EXPECT_NE(rejects().find("\n5,not a JSON object"), std::string::npos) << rejects();
}

TEST_F(Catalogue, a_line_without_end_is_bounded) {
  auto r = read(Format::kJsonLines,
                "{\"package\":\"" + std::string(2 * kMaxRowBytes, 'x') + "\"}\n{\"package\":\"a\"}");
  ASSERT_TRUE(r.ok());
  EXPECT_EQ(r->rejected, 1);
  EXPECT_EQ(listings_.size(), 1U);
}

const std::string kPackages = R"("packages":{"org.a":{"metadata":{"added":1,"categories":["System","Tools"],
  "name":{"de":"Der","en-US":"The","zh-CN":"那"},"authorName":"Someone"},
  "versions":{"h1":{"added":1660000000000,"file":{"name":"/a_1.apk","sha256":"%A","size":10},
      "manifest":{"versionName":"1","versionCode":1,"usesPermission":[{"name":"p.OLD"}]}},
    "h2":{"added":1676634233000,"file":{"name":"/a_2.apk","sha256":"%B","size":20,"ipfsCIDv1":"x"},"src":{"name":"/s"},
      "manifest":{"nativecode":["x86"],"versionName":"2.0","versionCode":2,"usesSdk":{"minSdkVersion":21},
        "usesPermission":[{"name":"p.INTERNET"},{"name":"p.W","maxSdkVersion":18}],
        "usesPermissionSdk23":[{"name":"p.C"}],"features":[{"name":"f"}]}}}},
  "org.none":{"metadata":{"name":{"en-US":"None"}},"versions":{}}})";

std::string index_of(const std::string& before, const std::string& after) {
  std::string packages = kPackages;
  packages.replace(packages.find("%A"), 2, std::string(64, 'a'));
  packages.replace(packages.find("%B"), 2, std::string(64, 'b'));
  return "{" + before + packages + after + "}";
}
const std::string kRepo =
    R"("repo":{"name":{"en-US":"R"},"icon":{"en-US":{"name":"/i"}},"address":"https://r/repo"})";

TEST_F(Catalogue, an_fdroid_index_gives_the_newest_version_of_each_package) {
  for (const std::string& index : {index_of(kRepo + ",", ""), index_of("", "," + kRepo)}) {
    auto r = read(Format::kFdroid, index, "F-Droid");
    ASSERT_TRUE(r.ok()) << r.status().text();
    EXPECT_EQ(r->rows, 2);
    ASSERT_EQ(listings_.size(), 1U) << rejects();
    const Listing& l = listings_[0];
    EXPECT_EQ(l.package, "org.a");
    EXPECT_EQ(l.label, "那");
    EXPECT_EQ(l.developer, "Someone");
    EXPECT_EQ(l.category, "System");
    EXPECT_EQ(l.version_name, "2.0");
    EXPECT_EQ(l.version_code, 2);
    EXPECT_EQ(l.apk_url, "https://r/repo/a_2.apk");
    EXPECT_EQ(l.apk_sha256, std::string(64, 'b'));
    EXPECT_EQ(l.apk_bytes, 20);
    EXPECT_EQ(l.release_date, "2023-02-17");
    ASSERT_EQ(l.permissions.size(), 3U);
    EXPECT_EQ(l.permissions[2].name, "p.C");
    EXPECT_NE(rejects().find("2,it has no version,org.none"), std::string::npos) << rejects();
  }
}

TEST_F(Catalogue, a_broken_or_foreign_index_is_refused) {
  std::string index = index_of(kRepo + ",", "");
  EXPECT_EQ(read(Format::kFdroid, index.substr(0, index.size() / 2)).status().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(read(Format::kFdroid, "{\"apps\":[]}").status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(read(Format::kFdroid, std::string(100'000, '[')).status().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(read(Format::kFdroid, "[1]").status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(read(Format::kFdroid, "").status().kind(), ErrorKind::kCorrupt);
}

TEST_F(Catalogue, a_bad_row_tells_which_app_it_is_of_where_that_can_be_read) {
  auto csv = read(Format::kCsv,
                  "downloads,package,store\n"
                  "many,com.bad,\n"           // its app is known
                  "-1,com.bad.elsewhere,b\n"  // ... and its own store
                  "1,com.short\n"             // which field is which?
                  "2,,\n"                     // no app
                  "3,com.\"quoted,\n"         // whatever it is
                  "4,com.good,\n");
  ASSERT_TRUE(csv.ok()) << csv.status().text();
  EXPECT_EQ(named_, (std::vector<std::string>{"shop/com.bad", "b/com.bad.elsewhere"}));
  EXPECT_EQ(csv->rejected, 5) << rejects();
  EXPECT_EQ(csv->nameless, 3);
  auto json = read(Format::kJsonLines,
                   "{\"rank\":[1],\"package\":\"com.bad\",\"zz\":1}\n"
                   "{\"package\":\"com.cut\n"
                   "{\"package\":\"com.good\"}\n{\"package\":\"com.good\"}\n");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(named_, (std::vector<std::string>{"shop/com.bad", "shop/com.good"}));
  EXPECT_EQ(json->nameless, 1);
}

TEST_F(Catalogue, an_error_of_the_one_who_takes_the_listings_ends_the_reading) {
  std::ofstream(folder_ / "in") << "package\ncom.a\ncom.b\n";
  int taken = 0;
  auto r = read_file(
      folder_ / "in", {.store = "s"}, [&](const Listing&) { return ++taken, permission("another leads"); },
      [](const Listing&) {}, Deadline::in_ms(1000));
  EXPECT_EQ(r.status().kind(), ErrorKind::kPermission);
  EXPECT_EQ(taken, 1);
}

TEST_F(Catalogue, comes_from_an_address_as_from_a_file) {
  setenv("no_proxy", "*", 1);
  storesweep::testing::HttpTestServer server([&](const storesweep::testing::HttpTestRequest&,
                                                 const storesweep::testing::HttpTestServer::Send& send) {
    return send(storesweep::testing::http_answer("200 OK", "", index_of("", "")));
  });
  SystemRandom random;
  net::Client client({}, random);
  std::string url = server.url("/repo/index-v2.json");
  std::vector<Listing> got;
  auto format = format_of("", url);
  ASSERT_TRUE(format.ok());
  auto r = read_source(
      client, url, folder_ / "fetched", {.format = *format, .store = "F-Droid"},
      [&](Listing l) { return got.push_back(std::move(l)), ok_status(); }, [](const Listing&) {},
      Deadline::in_ms(5000));
  ASSERT_TRUE(r.ok()) << r.status().text();
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].apk_url, server.url("/repo/a_2.apk"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "fetched"));
}

TEST(Columns, dates_and_formats) {
  EXPECT_EQ(date_of("20261124"), "2026-11-24");
  EXPECT_EQ(date_of("2026-11-24T08:00:00Z"), "2026-11-24");
  EXPECT_FALSE(date_of("2026-13-01"));
  EXPECT_FALSE(date_of("-2026112"));
  EXPECT_FALSE(date_of("yesterday!"));
  EXPECT_EQ(*format_of("", "https://x/a.csv?b=c"), Format::kCsv);
  EXPECT_FALSE(format_of("", "x.txt").ok());
  EXPECT_FALSE(format_of("xml", "x.csv").ok());
}

}  // namespace
}  // namespace storesweep::catalogue
