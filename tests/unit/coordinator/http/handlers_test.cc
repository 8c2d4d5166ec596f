#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/report/verdict_json.h"
#include "coordinator/http/api_handler.h"
#include "coordinator/http/csv.h"
#include "coordinator/http/routes.h"
#include "tests/unit/coordinator/http/fake_service.h"
#include "tests/unit/temporary_folder.h"

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
  ApiHandler handler(
      service, AccessList({{"eye", Access::kViewer, sha256("r")}, {"hand", Access::kAdmin, sha256("f")}}));
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

TEST(Roles, ReadAndNoneOfThePeersDoesTheOthersWork) {
  const auto may = [](Access role) {
    std::string all;
    for (Access needed :
         {Access::kOpen, Access::kViewer, Access::kOperator, Access::kOfficer, Access::kAdmin}) {
      if (includes(role, needed)) all += std::string(name(needed)) + " ";
    }
    return all;
  };
  EXPECT_EQ(may(Access::kOpen), "open ");
  EXPECT_EQ(may(Access::kViewer), "open viewer ");
  EXPECT_EQ(may(Access::kOperator), "open viewer operator ");
  EXPECT_EQ(may(Access::kOfficer), "open viewer officer ");
  EXPECT_EQ(may(Access::kAdmin), "open viewer operator officer admin ");
}

TEST(Roles, AreNamedInARefusal) {
  const AccessList list({{"王芳", Access::kOfficer, sha256("o")}});
  Caller caller;
  const Status s = list.check("Bearer o", Access::kOperator, caller);
  EXPECT_EQ(s.message(),
            "the token `王芳` has the role officer: this needs the role operator or one that includes it");
  EXPECT_EQ(caller.name, "王芳") << "whoever is refused is known all the same";
  EXPECT_FALSE(list.check("Bearer x", Access::kViewer, caller).ok());
  EXPECT_EQ(caller.name, "");
}

TEST(Findings, AreSpokenOfInTheTokensNameAlone) {
  FakeService service;
  ApiHandler handler(service, AccessList({{"王芳", Access::kOfficer, sha256("o")}}));
  const auto say = [&](const std::string& body) {
    Request r;
    r.head.method = "POST";
    r.head.path = "/api/v1/findings/17.0123456789/confirm";
    r.head.headers = {{"authorization", "Bearer o"}, {"content-type", "application/json"}};
    r.body = body;
    const Admission a = handler.admit(r.head);
    r.caller = a.caller;
    return a.refusal ? *a.refusal : handler.handle(r, Deadline::in_ms(1000));
  };
  EXPECT_EQ(say(R"({"reason":"seen"})").status, 200);
  EXPECT_EQ(service.finding_order.officer, "王芳");
  EXPECT_EQ(say(R"({"officer":"王芳","reason":"seen"})").status, 200);
  service.finding_order = {};
  const Response other = say(R"({"officer":"Li","reason":"seen"})");
  EXPECT_EQ(other.status, 403);
  EXPECT_NE(other.body.find("cannot speak as `Li`"), std::string::npos) << other.body;
  EXPECT_EQ(service.finding_order.officer, "") << "the service was never asked";
}

struct Recorded {
  testing::TemporaryFolder folder;
  FakeClock clock;
  Log log{"http_test", LogLevel::kError, Log::Format::kText};
  const std::string file = folder / "audit.jsonl";
  std::unique_ptr<AuditLog> audit = *AuditLog::open(file, clock, log);
  Recorder recorder{*audit, clock};
  FakeService service;
  FakeRegister workers;
  ApiHandler handler{service,
                     AccessList({{"chief", Access::kAdmin, sha256("a")},
                                 {"night", Access::kOperator, sha256("o")},
                                 {"eye", Access::kViewer, sha256("v")}}),
                     &recorder, &workers};

  int ask(const std::string& method, const std::string& path, const std::string& token,
          const std::string& body = "", const std::string& type = "application/json") {
    Request r;
    r.head.method = method;
    r.head.path = path;
    r.head.remote = "192.0.2.1";
    r.head.headers = {{"authorization", "Bearer " + token}, {"content-type", type}};
    r.body = body;
    const Admission a = handler.admit(r.head);
    r.caller = a.caller;
    if (a.refusal && a.on_record) handler.refused(r.head, a, a.refusal->status);
    return a.refusal ? a.refusal->status : handler.handle(r, Deadline::in_ms(1000)).status;
  }
  // Without number, hash and time.
  std::vector<std::string> lines_there() {
    const std::string text = read_file(file, 1 << 20).value_or("");
    std::vector<std::string> out;
    for (std::string_view line : lines(text)) out.emplace_back(line.substr(line.find("\"event\"")));
    return out;
  }
};

TEST(Recording, WritesWhatChangesSomethingAndWhatWasRefused) {
  Recorded api;
  EXPECT_EQ(api.ask("GET", "/api/v1/sweeps", "v"), 200);
  EXPECT_EQ(api.ask("PUT", "/blobs/a.b/journal", "", "x"), 204);
  EXPECT_TRUE(api.lines_there().empty()) << "who only reads leaves nothing, and evidence has its own chain";
  EXPECT_EQ(api.ask("POST", "/api/v1/sweeps", "o", R"({"name":"n"})"), 201);
  EXPECT_EQ(api.ask("POST", "/api/v1/sweeps", "o", R"({"shards":0})"), 400);
  EXPECT_EQ(api.ask("POST", "/api/v1/sweeps/3/pause", "v"), 403);
  EXPECT_EQ(api.ask("GET", "/api/v1/sweeps", "guess"), 401);
  EXPECT_EQ(api.ask("POST", "/api/v1/gc", "o", "{}", "text/plain"), 415);
  EXPECT_EQ(api.ask("GET", "/api/v1/nothing", "o"), 404);
  const auto all = api.lines_there();
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0],
            R"("event":"request","who":"night","role":"operator","remote":"192.0.2.1","method":"POST",)"
            R"("route":"/api/v1/sweeps","named":{"name":"n","body_sha256":")" +
                to_hex(sha256(R"({"name":"n"})")) + R"(","made":"3"},"status":201,"outcome":"ok"})");
  EXPECT_NE(all[1].find(R"("status":400,"outcome":"invalid")"), std::string::npos) << all[1];
  EXPECT_EQ(all[2], R"("event":"refused","who":"eye","role":"viewer","remote":"192.0.2.1","method":"POST",)"
                    R"("route":"/api/v1/sweeps/{sweep}/pause","named":{"sweep":"3"},"status":403,)"
                    R"("outcome":"permission"})");
  EXPECT_EQ(all[3], R"("event":"refused","remote":"192.0.2.1","method":"GET","route":"/api/v1/sweeps",)"
                    R"("status":401,"outcome":"permission"})");
  EXPECT_NE(all[4].find(R"("status":415,"outcome":"refused")"), std::string::npos) << all[4];
  EXPECT_EQ(read_file(api.file, 1 << 20).value_or("guess").find("guess"), std::string::npos) << "no token";
}

TEST(Recording, CountsTheGuessesOfAStrangerBeyondItsBound) {
  Recorded api;
  const auto more = static_cast<int>(kMaxRefusalsPerMinute) + 7;
  for (int i = 0; i < more; ++i) EXPECT_EQ(api.ask("GET", "/api/v1/sweeps", "guess"), 401);
  EXPECT_EQ(api.lines_there().size(), static_cast<std::size_t>(kMaxRefusalsPerMinute));
  EXPECT_EQ(api.ask("POST", "/api/v1/sweeps/3/pause", "o"), 200) << "others are recorded all the while";
  api.clock.advance_ms(60'000);
  EXPECT_EQ(api.ask("GET", "/api/v1/sweeps", "guess"), 401);
  const auto all = api.lines_there();
  EXPECT_EQ(all[all.size() - 2], R"("event":"refused","named":{"not_written_one_by_one":"7"}})");
  EXPECT_NE(all.back().find("\"status\":401"), std::string::npos);
}

TEST(Recording, ChangesNothingThatCannotBeRecorded) {
  Recorded api;
  ASSERT_EQ(::rename(api.file.c_str(), (api.file + ".1").c_str()), 0);
  ASSERT_EQ(::mkdir(api.file.c_str(), 0700), 0) << "nothing can be written under that name now";
  EXPECT_EQ(api.ask("POST", "/api/v1/sweeps/3/pause", "o"), 500) << "the first is done, and says so";
  const std::size_t asked = api.service.asked.size();
  EXPECT_EQ(api.ask("POST", "/api/v1/sweeps/3/pause", "o"), 503);
  EXPECT_EQ(api.service.asked.size(), asked);
  EXPECT_EQ(api.ask("GET", "/api/v1/sweeps", "v"), 200);
  ASSERT_EQ(::rmdir(api.file.c_str()), 0);
  EXPECT_EQ(api.ask("POST", "/api/v1/sweeps/3/pause", "o"), 200);
  EXPECT_NE(api.lines_there().front().find(R"("not_written","named":{"entries":"2"})"), std::string::npos)
      << api.lines_there().front();
}

TEST(Recording, KeepsSecretsOfAddressesOut) {
  EXPECT_EQ(without_secrets("https://me:pw@host/a?key=s"), "https://host/a");
  EXPECT_EQ(without_secrets("https://host/a@b"), "https://host/a@b");
  EXPECT_EQ(without_secrets("/srv/catalogue.csv?"), "/srv/catalogue.csv?");
}

TEST(Enrolment, IsAskedForByAdminsAndDoneByWhoeverHasTheToken) {
  Recorded api;
  EXPECT_EQ(api.ask("POST", "/api/v1/enrolments", "o", R"({"name":"w9"})"), 403) << "an operator may not";
  EXPECT_EQ(api.ask("POST", "/api/v1/enrolments", "a", R"({"name":"w9"})"), 201);
  EXPECT_EQ(api.workers.asked.back(), "invite w9 900000") << "a quarter of an hour";
  EXPECT_EQ(api.ask("POST", "/api/v1/enrol", "", R"({"token":"w9.5ca1ab1e","public_key":"k"})"), 200);
  EXPECT_EQ(api.workers.asked.back(), "enrol w9.5ca1ab1e k 192.0.2.1");
  EXPECT_EQ(api.ask("POST", "/api/v1/enrol", "", R"({"token":"x","public_key":"k"})"), 403);
  EXPECT_EQ(api.ask("POST", "/api/v1/workers/w9/revoke", "o"), 403);
  EXPECT_EQ(api.ask("POST", "/api/v1/workers/w9/revoke", "a"), 200);
  const auto all = api.lines_there();
  ASSERT_EQ(all.size(), 6u) << "each is on record";
  EXPECT_NE(all[1].find(R"("who":"chief","role":"admin")"), std::string::npos) << all[1];
  EXPECT_NE(all[2].find(R"("named":{"public_key":"k",)"), std::string::npos) << all[2];
  EXPECT_NE(all[5].find(R"("named":{"worker":"w9"})"), std::string::npos) << all[5];
  EXPECT_EQ(read_file(api.file, 1 << 20).value_or("5ca1ab1e").find("5ca1ab1e"), std::string::npos)
      << "a token is a secret";
  api.service.lead = unavailable("another leads");
  EXPECT_EQ(api.ask("POST", "/api/v1/enrol", "", R"({"token":"w9.5ca1ab1e","public_key":"k"})"), 503);
}

TEST(Enrolment, ThatIsGuessedAtFillsNoDisk) {
  Recorded api;
  const int more = static_cast<int>(kMaxRefusalsPerMinute) + 5;
  for (int i = 0; i < more; ++i)
    EXPECT_EQ(api.ask("POST", "/api/v1/enrol", "", R"({"token":"often","public_key":"k"})"), 429);
  EXPECT_EQ(api.lines_there().size(), static_cast<std::size_t>(kMaxRefusalsPerMinute));
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
