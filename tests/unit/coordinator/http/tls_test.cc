#include "coordinator/http/tls.h"

#include <gtest/gtest.h>

#include "common/base/file.h"
#include "coordinator/http/api_handler.h"
#include "coordinator/http/server.h"
#include "tests/unit/coordinator/http/fake_service.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep::http {
namespace {

TEST(Tls, SaysWhichFileIsNone) {
  testing::TemporaryFolder folder;
  const std::string certificate = folder / "c.pem", key = folder / "k.pem";
  TlsFiles files(certificate, key);
  EXPECT_NE(files.load().status().message().find("http.tls.certificate: " + certificate), std::string::npos);
  EXPECT_FALSE(files.changed()) << "what is still missing has been looked at";
  ASSERT_TRUE(write_file_durably(certificate, "none").ok());
  EXPECT_TRUE(files.changed());
  const auto loaded = files.load();
  EXPECT_EQ(loaded.status().kind(), ErrorKind::kInvalid);
  EXPECT_FALSE(files.changed()) << "it is told once";
  EXPECT_FALSE(TlsFiles("", "").given());
}

TEST(Tls, ThatCannotBeIsNoServer) {
  testing::TemporaryFolder folder;
  FakeService service;
  ApiHandler handler(service, AccessList({}));
  const auto metrics = make_metrics();
  Log log("tls_test", LogLevel::kError, Log::Format::kText);
  ServerOptions options;
  options.tls_certificate = folder / "c.pem";
  options.tls_key = folder / "k.pem";
  const auto server = Server::start(options, handler, *metrics, log);
  ASSERT_FALSE(server.ok()) << "never plain where TLS was asked for";
  EXPECT_NE(server.status().message().find("http.tls.certificate"), std::string::npos);
}

}  // namespace
}  // namespace storesweep::http
