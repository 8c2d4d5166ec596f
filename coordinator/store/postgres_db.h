// One PostgreSQL session as a Db. Statements whose rows nobody looks at wait for the next one whose rows
// somebody does, so that a transaction costs few round trips. A writer's transaction locks the row of `lead`
// first: one writer at a time, whatever its epoch. It leaves a mark in `committed`, so that a commit whose
// answer was lost with the connection is resolved by reading, behind the lock that it held.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>

#include "coordinator/store/db.h"
#include "coordinator/store/postgres_connection.h"

namespace storesweep {

class PostgresDb;

class PostgresStatement final : public Statement {
 public:
  PostgresStatement(PostgresDb& db, std::string name, const char* sql);

  void bind(int at, std::int64_t v) override;
  void bind_text(int at, std::string_view text, bool still) override;
  void bind_blob(int at, std::string_view bytes) override;
  void bind_null(int at) override;
  void bind_array(int at, PostgresValue array);
  void send();  // now; its rows are taken later
  bool step() override;
  void run() override;
  void reset() override;
  std::int64_t integer(int column) const override;
  std::string_view view(int column) const override;
  bool is_null(int column) const override;

 private:
  friend class PostgresDb;
  enum class State { kIdle, kSent, kAtEnd };
  PostgresValue& value(int at);

  PostgresDb& db_;
  const std::string name_, sql_;
  std::int64_t prepared_in_ = 0;  // the connection's generation
  std::vector<PostgresValue> values_;
  State state_ = State::kIdle;
  bool begun_ = false;               // some of its results were received
  std::deque<PostgresResult> kept_;  // rows received before somebody asked for them
  PostgresResult row_;
};

class PostgresDb final : public Db {
 public:
  enum class Mode { kWriter, kReader };
  // session: a number that no other connection has.
  PostgresDb(const PostgresOptions& options, Mode mode, std::int64_t session);
  ~PostgresDb() override;
  Status open() { return connection_.open(); }
  // This session, and each that takes its place, is to be the only one that leads on these tables. Waits for
  // another's to end: that of a coordinator that was killed lasts until the server has missed it. kExists:
  // another leads; the message says which.
  Status claim(const Deadline& until);
  // Whether a transaction fails (kExists) in a session that has not got the claim.
  void only_with_claim(bool on) { only_with_claim_ = on; }

  Status begin() override;
  Status end() override;
  void rollback() override;
  bool lost() const override { return lost_; }
  std::uint64_t lock_epoch() override;
  std::int64_t changed() override;
  Statement* prepared(const char* sql) override;
  // The same for who knows what it does: before_statement is not called.
  PostgresStatement* statement(const char* sql);
  // Is told each statement that is about to be used; null: nobody is.
  void before_statement(std::function<void(const char* sql)> told) { told_ = std::move(told); }
  // Several statements without values, outside of a transaction and of the error that sticks.
  Status run_script(const std::string& sql);

 private:
  friend class PostgresStatement;
  struct Due {
    enum class Kind { kPrepared, kExecuted, kSynced } kind;
    PostgresStatement* of = nullptr;
    PostgresStatement* rows_for = nullptr;  // null: nobody wants them
  };
  Status start(const char* begin);         // a transaction, on a new connection where the last was lost
  bool has_claim();                        // ... in one; tries to have it
  Result<std::string> other_with_claim();  // empty: we have it
  void send(PostgresStatement& s);
  bool pull(PostgresStatement& s);  // its next row
  bool take(const Due& due);        // the next result that is due; false: it is done with
  void drain();
  void keep_rows_of_others(const PostgresStatement* s);
  void note(Status status);
  Status commit();
  Status resolve(const Status& cause);
  void reset_pipeline();

  PostgresConnection connection_;
  const Mode mode_;
  const std::int64_t session_;
  std::int64_t commits_ = 0;  // the number of the last one
  std::uint64_t epoch_ = 0;   // under which the transaction at work writes
  std::unordered_map<const char*, std::unique_ptr<PostgresStatement>> statements_;
  std::deque<Due> due_;
  std::function<void(const char*)> told_;
  std::int64_t changed_ = 0;
  PostgresStatement* lock_ = nullptr;  // of the transaction at work, until it was read
  bool committed_ = false;             // that was what the server has answered last
  bool aborted_ = false;               // the server skips until the next sync
  bool lost_ = false;
  bool claims_ = false, only_with_claim_ = false;
  std::int64_t claimed_in_ = 0;  // the connection's generation
};

}  // namespace storesweep
