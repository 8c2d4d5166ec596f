// A PostgreSQL server for tests: the real one, in a folder of its own, on a socket there, as a user who is
// not root (it refuses root). Ends with the test program, however that ends. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/base/child.h"

namespace storesweep::testing {

class PostgresServer {
 public:
  // Null: PostgreSQL is not installed. Where nothing is durable (fsync = off) it is faster and may forget.
  static std::unique_ptr<PostgresServer> start(bool durable = true);
  ~PostgresServer();
  // Of the whole test program, started at its first use; not durable.
  static PostgresServer* shared();

  // libpq's connection string: each name has tables of its own.
  std::string connection(const std::string& name);
  std::string socket() const;  // the path of its socket
  // A statement as the server's own superuser; false: it failed.
  bool run(const std::string& sql);
  void kill();   // SIGKILL to all of it, as a power cut
  void stop();   // at once, connections closed by the server (SIGINT)
  bool again();  // after kill() or stop()

 private:
  PostgresServer(std::string binaries, std::string folder, bool durable);
  bool launch();
  std::vector<std::string> as_owner(std::vector<std::string> command) const;

  const std::string binaries_, folder_;
  const bool durable_;
  std::optional<Child> server_;
};

// At the head of a test that cannot do without; the program says so when it skips.
#define NEED_POSTGRES()                                         \
  if (storesweep::testing::PostgresServer::shared() == nullptr) \
  GTEST_SKIP() << "PostgreSQL is not installed (Debian: postgresql)"

}  // namespace storesweep::testing
