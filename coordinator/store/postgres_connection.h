// One connection to PostgreSQL by libpq, always in pipeline mode: what is sent goes out together, answers
// come back in the order of sending. Every wait has a deadline. An error of the connection closes it. One
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/status.h"

struct pg_conn;
struct pg_result;

namespace storesweep {

struct PostgresOptions {
  // As libpq takes it ("host=a,b dbname=storesweep" or postgresql://...), without a password. Several hosts:
  // the one that takes writes is found by target_session_attrs=read-write.
  std::string connection;
  std::string password;  // empty: PGPASSWORD or libpq's own password file
  std::int64_t statement_ms = 60'000;
  std::int64_t connect_ms = 3'000;    // a host, in whole seconds, at least 2
  std::int64_t patience_ms = 30'000;  // how long a call tries to have a lost connection again
  bool may_forget = false;            // lead on a server that may lose what it has acknowledged
  std::int64_t idle_session_ms =
      0;                           // the server ends a session that says nothing for so long; 0: it does not
  const Cancel* cancel = nullptr;  // gives up the waiting for a server that is away
};

struct PostgresClear {
  void operator()(pg_result* r) const;
};
using PostgresResult = std::unique_ptr<pg_result, PostgresClear>;

// A value as PostgreSQL's binary format has it, and the number of its type (0: the server knows).
struct PostgresValue {
  unsigned type = 0;
  std::string bytes;
  bool null = true;
};

class PostgresConnection {
 public:
  explicit PostgresConnection(const PostgresOptions& options) : options_(options) {}
  ~PostgresConnection() { close(); }
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  // Again and again until patience_ms is over. kUnavailable: no host takes writes now.
  Status open();
  void close();
  bool is_open() const { return connection_ != nullptr; }
  // Rises with each open(): what was prepared before is gone.
  std::int64_t generation() const { return generation_; }

  // ---- to be sent; the answers come by receive()
  Status prepare(const std::string& name, const std::string& sql, std::span<const PostgresValue> values);
  Status execute(const std::string& name, std::span<const PostgresValue> values);
  Status ask();   // for the answers so far
  Status sync();  // ... and for an end to the skipping after an error

  // The next result of the statement whose turn it is; null: that was all. The caller knows what is due.
  Result<PostgresResult> receive();
  // One row a result, of the statement whose turn it is now.
  void row_by_row();
  // The server has warned since the last call: what it says of a commit that no standby has confirmed.
  bool take_warning();

  // Several statements without values. Outside of a pipeline's statements, which must all be done.
  Status run_script(const std::string& sql);

 private:
  Status open_once();
  Status start_session();
  Status lost();
  static void on_notice(void* self, const pg_result* notice);

  PostgresOptions options_;
  pg_conn* connection_ = nullptr;
  std::int64_t generation_ = 0;
  bool warned_ = false;
};

// What is wrong with PostgresOptions::connection; a password has no place there.
Status check_postgres_connection(const std::string& connection);
bool several_hosts(const std::string& connection);

// What went wrong, of a result that is an error.
Status postgres_status(const pg_result* result);

}  // namespace storesweep
