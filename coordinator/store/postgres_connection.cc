#include "coordinator/store/postgres_connection.h"

#include <libpq-fe.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "common/base/text.h"

namespace storesweep {
namespace {
constexpr std::int64_t kGraceMs = 5'000;  // for the server's own timeout to be told
constexpr std::int64_t kFirstPauseMs = 50, kLongestPauseMs = 1'000;
constexpr std::int64_t kLongestPauseInside = 10'000;  // ms, of a transaction
// A server that was cut off is noticed after some seconds, whatever the route says.
constexpr const char* kKeepalive[][2] = {{"keepalives_idle", "3"},
                                         {"keepalives_interval", "1"},
                                         {"keepalives_count", "4"},
                                         {"tcp_user_timeout", "8000"}};

std::string trimmed(const char* message) {
  std::string all(trim(message == nullptr ? "" : message));
  std::replace(all.begin(), all.end(), '\n', ' ');
  return clean_utf8(all.substr(0, 1'000));
}

std::string host_name() {
  std::array<char, 65> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? clean_utf8(name.data()) : "an unnamed host";
}

ErrorKind kind_of(std::string_view state) {
  if (starts_with(state, "08") || starts_with(state, "57P") || state == "25006")
    return ErrorKind::kUnavailable;
  if (starts_with(state, "40")) return ErrorKind::kUnavailable;  // rolled back; it may be made again
  if (starts_with(state, "53")) return ErrorKind::kExhausted;
  if (state == "57014" || state == "55P03" || state == "25P03") return ErrorKind::kTimeout;
  if (starts_with(state, "28") || state == "42501") return ErrorKind::kPermission;
  if (state == "3D000" || state == "3F000") return ErrorKind::kNotFound;
  if (starts_with(state, "XX00")) return ErrorKind::kCorrupt;
  return ErrorKind::kInternal;
}
}  // namespace

void PostgresClear::operator()(pg_result* r) const { PQclear(r); }

Status postgres_status(const pg_result* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const ErrorKind kind = state == nullptr ? ErrorKind::kUnavailable : kind_of(state);
  std::string message = "PostgreSQL: " + trimmed(PQresultErrorMessage(result));
  if (kind == ErrorKind::kPermission || kind == ErrorKind::kNotFound)
    message += "; docs/postgres.md says what must be there";
  return {kind, std::move(message)};
}

namespace {
using Parsed = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;
// The value of one of its words; empty: it does not stand there.
std::string word_of(const PQconninfoOption* all, std::string_view word) {
  for (; all != nullptr && all->keyword != nullptr; ++all) {
    if (all->keyword == word) return all->val == nullptr ? "" : all->val;
  }
  return "";
}
}  // namespace

Status check_postgres_connection(const std::string& connection) {
  char* wrong = nullptr;
  const Parsed all(PQconninfoParse(connection.c_str(), &wrong), PQconninfoFree);
  if (!all) {
    std::string message = trimmed(wrong);
    PQfreemem(wrong);
    return invalid(message.empty() ? "not a connection of PostgreSQL" : message);
  }
  if (!word_of(all.get(), "password").empty())
    return invalid("a password has no place here: it comes from a file or the environment");
  return ok_status();
}

bool several_hosts(const std::string& connection) {
  const Parsed all(PQconninfoParse(connection.c_str(), nullptr), PQconninfoFree);
  return (word_of(all.get(), "host") + word_of(all.get(), "hostaddr")).find(',') != std::string::npos;
}

Status PostgresConnection::open() {
  const Deadline until = Deadline::in_ms(options_.patience_ms, options_.cancel);
  for (std::int64_t pause = kFirstPauseMs;; pause = std::min(2 * pause, kLongestPauseMs)) {
    Status s = open_once();
    if (s.ok()) return s;
    close();
    if (s.kind() != ErrorKind::kUnavailable || until.passed()) return s;
    if (Status slept = sleep_ms(pause, until); slept.kind() == ErrorKind::kCancelled) return slept;
  }
}

Status PostgresConnection::open_once() {
  close();
  const std::string timeout = std::to_string(std::max<std::int64_t>(2, options_.connect_ms / 1'000));
  std::vector<const char*> keys, values;
  const auto add = [&](const char* key, const char* value) {
    keys.push_back(key);
    values.push_back(value);
  };
  add("connect_timeout", timeout.c_str());
  for (const auto& [key, value] : kKeepalive) add(key, value);
  const std::string who =
      "storesweep-coordinator, process " + std::to_string(getpid()) + " of " + host_name();
  add("fallback_application_name", who.c_str());  // the server keeps 63 bytes of it
  add("dbname", options_.connection.c_str());     // the whole of it: what it names goes before the above
  add("client_encoding", "UTF8");
  if (!options_.password.empty()) add("password", options_.password.c_str());
  add(nullptr, nullptr);
  connection_ = PQconnectdbParams(keys.data(), values.data(), 1);
  if (connection_ == nullptr) return exhausted("no memory for a connection to PostgreSQL");
  if (PQstatus(connection_) != CONNECTION_OK) {
    const bool refused =
        PQconnectionNeedsPassword(connection_) != 0 || PQconnectionUsedPassword(connection_) != 0;
    std::string message = "PostgreSQL: " + trimmed(PQerrorMessage(connection_));
    if (refused && message.find("authentication failed") != std::string::npos) return permission(message);
    if (PQconnectionNeedsPassword(connection_) != 0) return permission(message);
    return message.find(" does not exist") != std::string::npos ? not_found(message) : unavailable(message);
  }
  PQsetNoticeReceiver(connection_, &PostgresConnection::on_notice, this);
  ++generation_;
  return start_session();
}

// One session's settings. Durable commits whatever the server's default is; a transaction that its owner has
// left (it was stopped, or cut off) does not hold others up for ever. Where the server has them: plans by
// index, since statements are prepared while tables are empty and used when these are large; and it soon
// misses an owner whose host has gone, since that one's claim to lead ends with its session.
Status PostgresConnection::start_session() {
  TRY(run_script(
      "SET synchronous_commit = on; SET standard_conforming_strings = on; SET statement_timeout = " +
      std::to_string(options_.statement_ms) + "; SET idle_in_transaction_session_timeout = " +
      std::to_string(std::min(options_.statement_ms, kLongestPauseInside)) +
      "; SELECT set_config(s.name, w.value, false) FROM (VALUES ('jit', 'off'), ('idle_session_timeout', '" +
      std::to_string(options_.idle_session_ms) +
      "'), "
      "('enable_seqscan', 'off'), ('tcp_keepalives_idle', '3'), ('tcp_keepalives_interval', '1'), "
      "('tcp_keepalives_count', '4'), ('tcp_user_timeout', '8000')) AS w(name, value) JOIN "
      "pg_settings s ON s.name = w.name"));
  if (PQsetnonblocking(connection_, 1) != 0 || PQenterPipelineMode(connection_) != 1) return lost();
  return ok_status();
}

void PostgresConnection::close() {
  if (connection_ != nullptr) PQfinish(connection_);
  connection_ = nullptr;
}

Status PostgresConnection::lost() {
  std::string message = trimmed(PQerrorMessage(connection_));
  close();
  return unavailable("PostgreSQL: the connection was lost: " + message);
}

void PostgresConnection::on_notice(void* self, const pg_result* notice) {
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity != nullptr && std::string_view(severity) == "WARNING")
    static_cast<PostgresConnection*>(self)->warned_ = true;
}

bool PostgresConnection::take_warning() { return std::exchange(warned_, false); }

Status PostgresConnection::prepare(const std::string& name, const std::string& sql,
                                   std::span<const PostgresValue> values) {
  std::vector<Oid> types;
  for (const PostgresValue& v : values) types.push_back(v.type);
  if (connection_ == nullptr) return unavailable("PostgreSQL: not connected");
  return PQsendPrepare(connection_, name.c_str(), sql.c_str(), static_cast<int>(types.size()),
                       types.data()) == 1
             ? ok_status()
             : lost();
}

Status PostgresConnection::execute(const std::string& name, std::span<const PostgresValue> values) {
  std::vector<const char*> data;
  std::vector<int> sizes, formats(values.size(), 1);
  for (const PostgresValue& v : values) {
    data.push_back(v.null ? nullptr : v.bytes.data());
    sizes.push_back(static_cast<int>(v.bytes.size()));
  }
  if (connection_ == nullptr) return unavailable("PostgreSQL: not connected");
  return PQsendQueryPrepared(connection_, name.c_str(), static_cast<int>(values.size()), data.data(),
                             sizes.data(), formats.data(), 1) == 1
             ? ok_status()
             : lost();
}

Status PostgresConnection::ask() {
  if (connection_ == nullptr) return unavailable("PostgreSQL: not connected");
  return PQsendFlushRequest(connection_) == 1 && PQflush(connection_) >= 0 ? ok_status() : lost();
}

Status PostgresConnection::sync() {
  if (connection_ == nullptr) return unavailable("PostgreSQL: not connected");
  return PQpipelineSync(connection_) == 1 && PQflush(connection_) >= 0 ? ok_status() : lost();
}

void PostgresConnection::row_by_row() {
  if (connection_ != nullptr) PQsetSingleRowMode(connection_);
}

Result<PostgresResult> PostgresConnection::receive() {
  const Deadline deadline = Deadline::in_ms(options_.statement_ms + kGraceMs);
  for (;;) {
    if (connection_ == nullptr) return unavailable("PostgreSQL: not connected");
    const int unsent = PQflush(connection_);
    if (unsent < 0) return lost();
    if (PQisBusy(connection_) == 0) {
      PostgresResult result(PQgetResult(connection_));
      if (PQstatus(connection_) == CONNECTION_BAD) return lost();
      return result;
    }
    const short events = static_cast<short>(POLLIN | (unsent > 0 ? POLLOUT : 0));
    if (Status s = wait_fd(PQsocket(connection_), events, deadline); !s.ok()) {
      close();
      return unavailable("PostgreSQL: no answer within " + std::to_string(options_.statement_ms + kGraceMs) +
                         " ms");
    }
    if (PQconsumeInput(connection_) == 0) return lost();
  }
}

Status PostgresConnection::run_script(const std::string& sql) {
  if (connection_ == nullptr) return unavailable("PostgreSQL: not connected");
  const bool pipelined = PQpipelineStatus(connection_) != PQ_PIPELINE_OFF;
  if (pipelined && PQexitPipelineMode(connection_) != 1) return lost();
  if (PQsendQuery(connection_, sql.c_str()) != 1) return lost();
  Status first;
  for (;;) {
    TRY_ASSIGN(PostgresResult result, receive());
    if (!result) break;
    const ExecStatusType state = PQresultStatus(result.get());
    if (state != PGRES_COMMAND_OK && state != PGRES_TUPLES_OK && first.ok())
      first = postgres_status(result.get());
  }
  if (pipelined && PQenterPipelineMode(connection_) != 1) return lost();
  return first;
}

}  // namespace storesweep
