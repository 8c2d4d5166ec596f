#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/report/verdict_json.h"
#include "coordinator/http/api_handler.h"
#include "coordinator/http/csv.h"
#include "coordinator/http/routes.h"
#include "tests/unit/coordinator/http/fake_service.h"

namespace storesweep::http {
namespace {

struct Api {
  FakeService service;
  ApiHandler handler{service, AccessList({})};

  Response ask(const std::string& method, const std::string& target, const std::string& body = "",
               std::map<std::string, std::string> headers = {}) {
    Request r;
    r.head.method = method;
    r.head.headers = std::move(headers);
    r.head.headers.emplace("content-type", "application/json");
    r.body = body;
    if (Status s = parse_target(target, r.head); !s.ok()) return error_response(s);
    Admission a = handler.admit(r.head);
    return a.refusal ? *a.refusal : handler.handle(r, Deadline::in_ms(1000));
  }
};

TEST(Handlers, StartASweepWithItsSelectionAndKey) {
  Api api;
  const Response r =
      api.ask("POST", "/api/v1/sweeps",
              R"({"name":"n","selection":{"kind":"top","top":50,"store":"s"},"depth":"lab","shards":4})",
              {{"idempotency-key", "k1"}});
  EXPECT_EQ(r.status, 201) << r.body;
  EXPECT_EQ(api.service.sweep_request.selection.kind, Selection::Kind::kTop);
  EXPECT_EQ(api.service.sweep_request.selection.top, 50);
  EXPECT_EQ(api.service.sweep_request.depth, Depth::kLab);
  EXPECT_EQ(api.service.sweep_request.shards, 4u);
  EXPECT_EQ(api.service.sweep_request.idempotency_key, "k1");
  EXPECT_NE(r.body.find("\"simulated\":true"), std::string::npos);
}

TEST(Handlers, RefuseAWrongFieldByItsName) {
  Api api;
  const auto message = [&](const std::string& body) { return api.ask("POST", "/api/v1/sweeps", body).body; };
  EXPECT_NE(message(R"({"selektion":{}})").find("`selektion` is no field"), std::string::npos);
  EXPECT_NE(message(R"({"shards":0})").find("shards: wanted 1 to"), std::string::npos);
  EXPECT_NE(message(R"({"selection":{"kind":"top"}})").find("selection.top: wanted at least 1"),
            std::string::npos);
  EXPECT_NE(message(R"({"depth":3})").find("depth: is no known name"), std::string::npos);
  EXPECT_NE(message("[1]").find("must be a JSON object"), std::string::npos);
  EXPECT_NE(message("{").find("not JSON"), std::string::npos);
  EXPECT_EQ(api.ask("POST", "/api/v1/sweeps", "{}", {{"idempotency-key", "a b"}}).status, 400);
}

TEST(Handlers, PassActionsOnSweepsAndShards) {
  Api api;
  EXPECT_EQ(api.ask("POST", "/api/v1/sweeps/3/pause").status, 200);
  EXPECT_EQ(api.ask("POST", "/api/v1/sweeps/3/shards/7/resume").status, 200);
  EXPECT_EQ(api.ask("POST", "/api/v1/sweeps/3/cancel").status, 200);
  EXPECT_EQ(api.service.asked, (std::vector<std::string>{"change 3 0 -", "change 3 1 7", "change 3 2 -"}));
  EXPECT_EQ(api.ask("POST", "/api/v1/sweeps/x/pause").status, 404) << "an id is a number";
  EXPECT_EQ(api.ask("POST", "/api/v1/sweeps/3/shards/5000/pause").status, 404);
}

TEST(Handlers, FilterResultsAndPageThem) {
  Api api;
  const Response r =
      api.ask("GET", "/api/v1/sweeps/3/results?level=suspected&rule=R5.7&store=%E5%BA%94&rows=7&cursor=c");
  EXPECT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(api.service.query.level, Level::kSuspected);
  EXPECT_EQ(api.service.query.rule, "R5.7");
  EXPECT_EQ(api.service.query.store, "应");
  EXPECT_EQ(api.service.page.rows, 7u);
  EXPECT_EQ(api.service.page.cursor, "c");
  EXPECT_EQ(api.ask("GET", "/api/v1/sweeps/3/results?rows=0").status, 400);
  EXPECT_EQ(api.ask("GET", "/api/v1/sweeps/3/results?rows=1001").status, 400);
  EXPECT_EQ(api.ask("GET", "/api/v1/sweeps/3/results?level=bad").status, 400);
  EXPECT_EQ(api.ask("GET", "/api/v1/sweeps/3/results?levle=x").status, 400)
      << "an unknown parameter is refused";
}

TEST(Handlers, GiveErrorsWithTheirKindAndStatus) {
  Api api;
  const Response r = api.ask("GET", "/api/v1/sweeps/404");
  EXPECT_EQ(r.status, 404);
  EXPECT_EQ(
      r.body,
      R"({"error":{"kind":"not_found","message":"there is no sweep 404; `storesweep sweep list` has them all"}})");
  EXPECT_EQ(api.ask("GET", "/api/v1/nothing").status, 404);
  EXPECT_EQ(api.ask("DELETE", "/api/v1/sweeps").status, 405);
  EXPECT_EQ(api.ask("GET", "/leaderz").status, 200);
  api.service.lead = unavailable("another leads");
  EXPECT_EQ(api.ask("GET", "/leaderz").status, 503);
  EXPECT_EQ(api.ask("GET", "/readyz").status, 200);
  EXPECT_EQ(api.ask("GET", "/api/v1/events").status, 503);
  api.service.health = unavailable("the store does not answer");
  EXPECT_EQ(api.ask("GET", "/readyz").status, 503);
  EXPECT_EQ(api.ask("GET", "/healthz").status, 200);
}

TEST(Handlers, TakeBlobsUnderTheirAddressAndServeThemAsDownloads) {
  Api api;
  EXPECT_EQ(api.ask("PUT", "/blobs/a.b/screen%201.png", "xyz").status, 204);
  EXPECT_EQ(api.service.asked.back(), "blob a.b screen 1.png xyz");
  EXPECT_EQ(api.ask("PUT", "/blobs/stranger/x", "y").status, 403);
  const Response r = api.ask("GET", "/api/v1/blobs/" + to_hex(sha256("journal")));
  EXPECT_EQ(r.body, "journal");
  EXPECT_EQ(r.content_type, "application/octet-stream") << "a hostile app wrote it: never shown as a page";
  EXPECT_EQ(api.ask("GET", "/api/v1/blobs/zz").status, 400);
}

TEST(Handlers, OrderRetestsDrainAndCollectGarbage) {
  Api api;
  EXPECT_EQ(api.ask("POST", "/api/v1/retests", R"({"job":17,"rules":["R5.7"],"origin":"complaint"})").status,
            201);
  EXPECT_EQ(api.service.retest_request.origin, Origin::kComplaint);
  EXPECT_EQ(api.ask("POST", "/api/v1/retests", "{}").status, 400);
  EXPECT_EQ(api.ask("POST", "/api/v1/workers/w%201/drain").status, 200);
  EXPECT_EQ(api.service.asked.back(), "drain w 1");
  EXPECT_EQ(api.ask("POST", "/api/v1/workers/w%201/undrain").status, 200);
  EXPECT_EQ(api.service.asked.back(), "undrain w 1");
  EXPECT_EQ(api.ask("POST", "/api/v1/devices/d1/free").status, 400);
  EXPECT_EQ(api.ask("POST", "/api/v1/devices/d1/free", R"({"why":""})").status, 400);
  EXPECT_EQ(api.ask("POST", "/api/v1/devices/d1/free", R"({"why":"flashed"})").status, 200);
  EXPECT_EQ(api.service.asked.back(), "free d1: flashed");
  EXPECT_EQ(api.ask("POST", "/api/v1/gc", R"({"older_than_days":2})").status, 200);
  EXPECT_EQ(api.service.asked.back(), "gc 172800000 -1");
  EXPECT_EQ(api.ask("POST", "/api/v1/gc", R"({"accusing_older_than_days":3})").status, 200);
  EXPECT_EQ(api.service.asked.back(), "gc -1 259200000");
  EXPECT_EQ(api.ask("POST", "/api/v1/gc", R"({"older_than_days":-1})").status, 400);
  EXPECT_EQ(api.ask("POST", "/api/v1/results/17/hold", R"({"officer":"王","reason":"案件 1"})").status, 200);
  EXPECT_EQ(api.service.asked.back(), "hold 17 by 王: 案件 1");
  EXPECT_EQ(api.ask("POST", "/api/v1/results/17/release", R"({"officer":"王","reason":"结案"})").status, 200);
  EXPECT_EQ(api.service.asked.back(), "hold 17 ended by 王: 结案");
  EXPECT_EQ(api.ask("POST", "/api/v1/results/99/hold", R"({"officer":"王","reason":"案件 1"})").status, 404);
  EXPECT_EQ(api.ask("POST", "/api/v1/results/17/hold", R"({"officer":"王"})").status, 400);
  EXPECT_EQ(api.ask("GET", "/api/v1/holds", "").status, 200);
}

TEST(Handlers, NeedJsonOnEveryPostSoThatNoForeignPageCanSendOne) {
  Api api;
  EXPECT_EQ(api.ask("POST", "/api/v1/sweeps/3/cancel", "", {{"content-type", "text/plain"}}).status, 415);
  EXPECT_TRUE(api.service.asked.empty());
}

TEST(AccessTokens, TellUnknownFromInsufficient) {
  FakeService service;
  ApiHandler handler(service,
                     AccessList({{"eye", Access::kRead, sha256("r")}, {"hand", Access::kFull, sha256("f")}}));
  const auto status = [&](const std::string& method, const std::string& path,
                          const std::string& authorization) {
    RequestHead head;
    head.method = method;
    head.path = path;
    head.headers = {{"authorization", authorization}, {"content-type", "application/json"}};
    const Admission a = handler.admit(head);
    return a.refusal ? a.refusal->status : 200;
  };
  EXPECT_EQ(status("GET", "/api/v1/sweeps", ""), 401);
  EXPECT_EQ(status("GET", "/api/v1/sweeps", "Bearer x"), 401);
  EXPECT_EQ(status("GET", "/api/v1/sweeps", "Basic r"), 401);
  EXPECT_EQ(status("GET", "/api/v1/sweeps", "bearer r"), 200);
  EXPECT_EQ(status("POST", "/api/v1/sweeps", "Bearer r"), 403);
  EXPECT_EQ(status("POST", "/api/v1/sweeps", "Bearer f"), 200);
  EXPECT_EQ(status("GET", "/metrics", ""), 401);
  EXPECT_EQ(status("GET", "/healthz", ""), 200);
  EXPECT_EQ(status("PUT", "/blobs/a/b", ""), 200) << "the address is its own secret";
}

TEST(Target, DecodesTheQueryAndRefusesBrokenEscapes) {
  RequestHead head;
  EXPECT_TRUE(parse_target("/a?x=1+2%2B&y&x=3", head).ok());
  EXPECT_EQ(head.query.at("x"), "1 2+");
  EXPECT_EQ(head.query.at("y"), "");
  EXPECT_FALSE(parse_target("/a?x=%zz", head).ok());
  EXPECT_FALSE(parse_target("/a?x=%0", head).ok());
  EXPECT_FALSE(parse_target("/a?x=%00", head).ok());
  EXPECT_FALSE(parse_target("/a?x=%ff", head).ok()) << "no UTF-8";
  EXPECT_FALSE(parse_target("*", head).ok());
  std::string many = "/a?";
  for (int i = 0; i < 40; ++i) many += "x&";
  EXPECT_FALSE(parse_target(many, head).ok());
}

TEST(Csv, HasTheSixColumnsAndNoFormulas) {
  Api api;
  const Response r = api.ask("GET", "/api/v1/sweeps/3/announcement.csv");
  EXPECT_EQ(r.body,
            "\xEF\xBB\xBF序号,应用名称,应用开发者,应用来源,应用版本,所涉问题\r\n"
            "1,\"'=HYPERLINK(\"\"x\"\")\",示例公司,应用宝,1.2.3,违规收集个人信息\r\n");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("@x"), "'@x");
  EXPECT_NE(
      api.ask("GET", "/api/v1/sweeps/3/sdks.csv")
          .body.find("\r\njpush,极光推送,极光,push,'=4.1,3,true\r\njpush,极光推送,极光,push,rest,1,true\r\n"
                     "(not looked),,,,,2,true\r\n"),
      std::string::npos);
  EXPECT_NE(api.ask("GET", "/api/v1/sweeps/3/summary.csv?by=store").body.find("应用宝,5,,suspected,3,true"),
            std::string::npos);
}

}  // namespace
}  // namespace storesweep::http
