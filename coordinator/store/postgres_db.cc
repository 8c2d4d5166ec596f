#include "coordinator/store/postgres_db.h"

#include <libpq-fe.h>

#include <cstdlib>

#include "coordinator/store/postgres_values.h"

namespace storesweep {
namespace {
constexpr std::int64_t kMarksKept = 1'000;
constexpr std::int64_t kClaimAgainMs = 200;
constexpr const char* kBegin = "BEGIN";
constexpr const char* kBeginReading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr const char* kLock = "SELECT epoch FROM lead FOR UPDATE";
// The claim is a lock of the session, on these tables: the server lets it go when it misses the session.
constexpr const char* kClaim = "SELECT pg_try_advisory_lock(1937010546, 'lead'::regclass::oid::int4)::int";
constexpr const char* kHolder =
    "SELECT a.application_name || coalesce(' (' || host(a.client_addr) || ')', ''), a.pid FROM pg_locks l "
    "JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.classid = 1937010546 AND "
    "l.objid = 'lead'::regclass::oid AND l.granted AND a.datname = current_database()";
constexpr const char* kMark = "INSERT INTO committed VALUES ($1, $2)";
constexpr const char* kForgetMarks = "DELETE FROM committed WHERE session = $1 AND n <= $2";
constexpr const char* kMarked = "SELECT 1 FROM committed WHERE session = $1 AND n = $2";
// A standby's confirmation is waited for as long as we wait, for a server that gives up on it says COMMIT.
constexpr const char* kNoTimeout = "SET LOCAL statement_timeout = 0";
constexpr const char* kCommit = "COMMIT";
constexpr const char* kRollback = "ROLLBACK";
}  // namespace

PostgresDb::PostgresDb(const PostgresOptions& options, Mode mode, std::int64_t session)
    : connection_(options), mode_(mode), session_(session) {}
PostgresDb::~PostgresDb() = default;

Statement* PostgresDb::prepared(const char* sql) {
  if (told_) told_(sql);
  return statement(sql);
}

PostgresStatement* PostgresDb::statement(const char* sql) {
  auto& s = statements_[sql];
  if (!s) s = std::make_unique<PostgresStatement>(*this, "s" + std::to_string(statements_.size()), sql);
  return s.get();
}

// ---- transactions

Status PostgresDb::begin() {
  TRY(start(mode_ == Mode::kWriter ? kBegin : kBeginReading));
  if (mode_ == Mode::kWriter) {
    const bool has =
        !claims_ || has_claim();  // of a new session; without it the epoch keeps two from writing
    if (!has && only_with_claim_ && error_.ok()) {
      rollback();
      return error_ = exists("another coordinator leads on this database");
    }
    lock_ = statement(kLock);
    lock_->send();
  }
  return error_;
}

Status PostgresDb::start(const char* begin) {
  error_ = ok_status();
  lost_ = aborted_ = false;
  lock_ = nullptr;
  if (!connection_.is_open()) {
    due_.clear();
    for (auto& [sql, s] : statements_) s->state_ = PostgresStatement::State::kIdle, s->kept_.clear();
    if (Status s = connection_.open(); !s.ok()) {
      lost_ = true;
      return error_ = s;
    }
  }
  statement(begin)->run();
  return error_;
}

bool PostgresDb::has_claim() {
  if (claimed_in_ == connection_.generation()) return true;
  Query q(statement(kClaim));
  if (!q.next() || q.integer(0) == 0) return false;
  claimed_in_ = connection_.generation();
  return true;
}

Status PostgresDb::claim(const Deadline& until) {
  claims_ = true;
  for (;;) {
    claimed_in_ = 0;  // whoever had it asks again: the session may have ended unnoticed
    TRY_ASSIGN(const std::string holder, other_with_claim());
    if (holder.empty()) return ok_status();
    if (sleep_ms(kClaimAgainMs, until).ok()) continue;
    return exists("another coordinator leads on this database: " + holder);
  }
}

Result<std::string> PostgresDb::other_with_claim() {
  TRY(start(kBegin));
  std::string holder;
  if (!has_claim() && error_.ok()) {
    Query q(statement(kHolder));
    holder = q.next() ? q.text(0) + ", whose session on the server is " + std::to_string(q.integer(1))
                      : "one that has just gone";
  }
  rollback();
  TRY(error_);
  return holder;
}

std::uint64_t PostgresDb::lock_epoch() {
  if (lock_ == nullptr) return Db::lock_epoch();
  const std::uint64_t epoch = lock_->step() ? static_cast<std::uint64_t>(lock_->integer(0)) : 0;
  lock_->reset();
  lock_ = nullptr;
  return epoch_ = epoch;
}

Status PostgresDb::end() {
  if (lock_ != nullptr) lock_epoch();
  if (!error_.ok()) {
    rollback();
    return error_;
  }
  if (mode_ == Mode::kWriter) return commit();
  statement(kCommit)->run();  // its answer is read by the next transaction
  if (Status s = connection_.sync(); s.ok()) due_.push_back({Due::Kind::kSynced});
  return error_;
}

// With COMMIT goes what was not sent yet: after an error in that the server skips it.
Status PostgresDb::commit() {
  PostgresStatement* mark = statement(kMark);
  mark->bind(1, session_);
  mark->bind(2, ++commits_);
  mark->run();
  if (commits_ % kMarksKept == 0) {
    PostgresStatement* forget = statement(kForgetMarks);
    forget->bind(1, session_);
    forget->bind(2, commits_ - 1);
    forget->run();
  }
  statement(kNoTimeout)->run();
  connection_.take_warning();
  statement(kCommit)->run();
  if (Status s = connection_.sync(); !s.ok()) return resolve(s);
  due_.push_back({Due::Kind::kSynced});
  committed_ = false;
  drain();
  if (!connection_.is_open()) return resolve(error_);
  if (error_.ok() && !committed_) note(internal("PostgreSQL: the transaction was rolled back"));
  if (!error_.ok()) rollback();
  if (connection_.take_warning()) note(timed_out("PostgreSQL: committed, but perhaps not on a standby"));
  return error_;
}

// The connection went while COMMIT was under way. That transaction held the lock of `lead`: who has it now
// sees what became of it. Under another epoch the mark may have been cleared away.
Status PostgresDb::resolve(const Status& cause) {
  const Status why = cause;  // begin() clears error_, which it may be
  const std::int64_t n = commits_;
  const std::uint64_t before = epoch_;
  bool doubt = connection_.take_warning();
  (void)begin();
  const bool same_epoch = lock_epoch() == before;
  PostgresStatement* marked = statement(kMarked);
  marked->bind(1, session_);
  marked->bind(2, n);
  const bool written = marked->step();
  marked->reset();
  doubt = doubt || !error_.ok() || (!written && !same_epoch);
  if (doubt) {
    rollback();
    lost_ = false;
    return error_ = timed_out("whether a commit was written is not known: " + why.message());
  }
  lost_ = !written;
  rollback();
  return error_ = written ? ok_status() : unavailable("not committed: " + why.message());
}

void PostgresDb::rollback() {
  const Status before = error_;
  const bool was_lost = lost_;
  reset_pipeline();
  if (connection_.is_open()) {
    error_ = ok_status();
    statement(kRollback)->run();
    reset_pipeline();
  }
  error_ = before;
  lost_ = was_lost;
}

// To a point at which the server listens again.
void PostgresDb::reset_pipeline() {
  if (!connection_.is_open()) return;
  if (!connection_.sync().ok()) return;
  due_.push_back({Due::Kind::kSynced});
  drain();
}

Status PostgresDb::run_script(const std::string& sql) {
  drain();
  TRY(error_);
  return connection_.run_script(sql);
}

std::int64_t PostgresDb::changed() {
  drain();
  return changed_;
}

// ---- the pipeline

void PostgresDb::note(Status status) {
  // Before COMMIT nothing is written; of what comes after resolve() decides. Another server may be the one
  // now.
  const bool gone = status.kind() == ErrorKind::kUnavailable;
  if (error_.ok()) lost_ = gone;
  if (gone) connection_.close(), due_.clear();
  fail(std::move(status));
}

void PostgresDb::send(PostgresStatement& s) {
  if (!error_.ok()) return;
  keep_rows_of_others(&s);
  Status sent;
  if (s.prepared_in_ != connection_.generation()) {
    sent = connection_.prepare(s.name_, s.sql_, s.values_);
    if (sent.ok()) due_.push_back({Due::Kind::kPrepared, &s});
    s.prepared_in_ = connection_.generation();
  }
  if (sent.ok()) sent = connection_.execute(s.name_, s.values_);
  if (!sent.ok()) return note(std::move(sent));
  due_.push_back({Due::Kind::kExecuted, &s, &s});
  s.state_ = PostgresStatement::State::kSent;
  s.begun_ = false;
  s.kept_.clear();
}

// Who is in the middle of its rows keeps the rest, since answers come in the order of sending.
void PostgresDb::keep_rows_of_others(const PostgresStatement* s) {
  if (due_.empty()) return;
  PostgresStatement* first = due_.front().rows_for;
  if (first == nullptr || first == s || !first->begun_) return;
  while (!due_.empty() && due_.front().rows_for == first && take(due_.front())) {
  }
  if (!due_.empty() && due_.front().rows_for == first) due_.pop_front();
}

bool PostgresDb::take(const Due& due) {
  PostgresStatement* s = due.rows_for;
  if (due.kind == Due::Kind::kExecuted && s != nullptr && !s->begun_) {
    connection_.row_by_row();
    s->begun_ = true;
  }
  auto received = connection_.receive();
  if (!received.ok()) {
    note(received.status());
    return false;
  }
  const PostgresResult& result = *received;
  if (!result) {
    if (s != nullptr && s->state_ == PostgresStatement::State::kSent)
      s->state_ = PostgresStatement::State::kAtEnd;
    return false;
  }
  switch (PQresultStatus(result.get())) {
    case PGRES_SINGLE_TUPLE:
      if (s != nullptr) s->kept_.push_back(std::move(*received));
      return true;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK: {
      const char* n = PQcmdTuples(result.get());
      if (due.kind == Due::Kind::kExecuted) changed_ = std::atoll(n);
      committed_ = std::string_view(PQcmdStatus(received->get())) == "COMMIT";
      return true;
    }
    case PGRES_PIPELINE_SYNC:
      aborted_ = false;
      return false;
    case PGRES_PIPELINE_ABORTED:  // skipped, after an error
      if (due.kind == Due::Kind::kPrepared) due.of->prepared_in_ = 0;
      return true;
    default:
      if (due.kind == Due::Kind::kPrepared) due.of->prepared_in_ = 0;
      aborted_ = true;
      note(postgres_status(result.get()));
      return connection_.is_open();
  }
}

// To the end of all that was sent. Nobody's rows are lost.
void PostgresDb::drain() {
  if (due_.empty()) return;
  if (!aborted_ && due_.back().kind != Due::Kind::kSynced) {
    if (Status s = connection_.ask(); !s.ok()) return note(std::move(s));
  }
  while (!due_.empty()) {
    if (aborted_ && due_.back().kind != Due::Kind::kSynced) {  // else nothing more comes
      if (Status s = connection_.sync(); !s.ok()) return note(std::move(s));
      due_.push_back({Due::Kind::kSynced});
    }
    const Due due = due_.front();
    while (take(due)) {
    }
    if (!due_.empty()) due_.pop_front();
  }
}

bool PostgresDb::pull(PostgresStatement& s) {
  if (!s.kept_.empty()) {
    s.row_ = std::move(s.kept_.front());
    s.kept_.pop_front();
    return true;
  }
  if (s.state_ != PostgresStatement::State::kSent || !error_.ok()) return false;
  if (!s.begun_) {
    if (Status asked = connection_.ask(); !asked.ok()) return note(std::move(asked)), false;
  }
  while (!due_.empty() && error_.ok()) {
    const Due due = due_.front();
    const bool more = take(due);
    if (!more && !due_.empty()) due_.pop_front();
    if (due.rows_for == &s) {
      if (!s.kept_.empty()) return pull(s);
      if (!more) return false;
    }
  }
  return false;
}

// ---- statements

namespace {
// What is ours alone in the SQL that all databases share: values are $1, $2, ... here, and no order of joins
// can be asked for.
std::string translated(std::string_view sql) {
  static constexpr std::string_view kCross = "CROSS JOIN";
  std::string out;
  int next = 0;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql.substr(i, kCross.size()) == kCross) {
      out += "JOIN";
      i += kCross.size() - 1;
    } else if (sql[i] != '?') {
      out += sql[i];
    } else {
      out += '$';
      if (i + 1 == sql.size() || sql[i + 1] < '0' || sql[i + 1] > '9') out += std::to_string(++next);
    }
  }
  return out;
}
}  // namespace

PostgresStatement::PostgresStatement(PostgresDb& db, std::string name, const char* sql)
    : db_(db), name_(std::move(name)), sql_(translated(sql)) {}

PostgresValue& PostgresStatement::value(int at) {
  const auto n = static_cast<std::size_t>(at);
  if (values_.size() < n) values_.resize(n);
  return values_[n - 1];
}

void PostgresStatement::bind(int at, std::int64_t v) { value(at) = postgres::integer(v); }
void PostgresStatement::bind_text(int at, std::string_view text, bool) { value(at) = postgres::text(text); }
void PostgresStatement::bind_blob(int at, std::string_view bytes) { value(at) = postgres::bytes(bytes); }
void PostgresStatement::bind_null(int at) { value(at).null = true; }
void PostgresStatement::bind_array(int at, PostgresValue array) { value(at) = std::move(array); }

std::string_view PostgresStatement::view(int column) const {
  return {PQgetvalue(row_.get(), 0, column), static_cast<std::size_t>(PQgetlength(row_.get(), 0, column))};
}
std::int64_t PostgresStatement::integer(int column) const { return postgres::integer_in(view(column)); }
bool PostgresStatement::is_null(int column) const { return PQgetisnull(row_.get(), 0, column) != 0; }

void PostgresStatement::send() { db_.send(*this); }

bool PostgresStatement::step() {
  if (state_ == State::kIdle) send();
  return db_.pull(*this);
}

void PostgresStatement::run() {
  send();
  reset();
}

void PostgresStatement::reset() {
  for (PostgresDb::Due& due : db_.due_) {
    if (due.rows_for == this) due.rows_for = nullptr;
  }
  state_ = State::kIdle;
  kept_.clear();
  row_.reset();
  for (PostgresValue& v : values_) v.null = true, v.bytes.clear();
}

}  // namespace storesweep
