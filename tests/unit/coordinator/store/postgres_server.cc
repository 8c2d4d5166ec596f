#include "tests/unit/coordinator/store/postgres_server.h"

#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

namespace storesweep::testing {
namespace {
namespace fs = std::filesystem;
constexpr std::int64_t kStartMs = 60'000;

// Debian keeps them beside PATH.
std::string find_binaries() {
  std::error_code error;
  for (int version = 20; version >= 13; --version) {
    std::string folder = "/usr/lib/postgresql/" + std::to_string(version) + "/bin";
    if (fs::exists(folder + "/initdb", error) && fs::exists(folder + "/postgres", error)) return folder;
  }
  return "";
}

const passwd* owner() {
  const passwd* user = getpwnam("postgres");
  return user != nullptr ? user : getpwnam("nobody");
}

bool succeeds(const std::vector<std::string>& command) {
  ChildOptions o;
  o.command = command;
  auto done = run_child(o, "", 1 << 20, Deadline::in_ms(kStartMs));
  if (done.ok() && done->exit_code == 0) return true;
  std::fprintf(stderr, "%s: %s\n", command.back().c_str(),
               done.ok() ? done->out.c_str() : done.status().text().c_str());
  return false;
}
}  // namespace

PostgresServer::PostgresServer(std::string binaries, std::string folder, bool durable)
    : binaries_(std::move(binaries)), folder_(std::move(folder)), durable_(durable) {}

PostgresServer::~PostgresServer() {
  stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::vector<std::string> PostgresServer::as_owner(std::vector<std::string> command) const {
  if (geteuid() != 0) return command;
  const passwd* user = owner();
  std::vector<std::string> all = {"setpriv", "--reuid=" + std::to_string(user->pw_uid),
                                  "--regid=" + std::to_string(user->pw_gid), "--clear-groups",
                                  "--pdeathsig=KILL"};
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

std::unique_ptr<PostgresServer> PostgresServer::start(bool durable) {
  const std::string binaries = find_binaries();
  if (binaries.empty()) return nullptr;
  std::string folder = fs::temp_directory_path() / "storesweep-pg-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) std::abort();
  if (geteuid() == 0 && chown(folder.c_str(), owner()->pw_uid, owner()->pw_gid) != 0) std::abort();
  std::unique_ptr<PostgresServer> server(new PostgresServer(binaries, folder, durable));
  if (!succeeds(server->as_owner({binaries + "/initdb", "-D", folder + "/data", "-U", "test", "--auth=trust",
                                  "--encoding=UTF8", "--locale=C", "--no-sync"})) ||
      !server->launch()) {
    std::fprintf(stderr, "PostgreSQL is here and does not start\n");
    std::abort();
  }
  return server;
}

bool PostgresServer::launch() {
  ChildOptions o;
  o.command = as_owner({binaries_ + "/postgres", "-D", folder_ + "/data", "-k", folder_, "-c",
                        "listen_addresses=", "-c", "max_connections=60", "-c", "shared_buffers=32MB", "-c",
                        "restart_after_crash=off", "-c", durable_ ? "fsync=on" : "fsync=off"});
  o.stderr_file = folder_ + "/log";
  auto started = Child::start(o);
  if (!started.ok()) return false;
  server_.emplace(std::move(*started));
  const std::string connection = "host=" + folder_ + " user=test dbname=postgres";
  for (const Deadline until = Deadline::in_ms(kStartMs); !until.passed() && server_->running();) {
    PGconn* c = PQconnectdb(connection.c_str());
    const bool up = PQstatus(c) == CONNECTION_OK;
    PQfinish(c);
    if (up) return true;
    usleep(20'000);
  }
  return false;
}

PostgresServer* PostgresServer::shared() {
  static const std::unique_ptr<PostgresServer> kServer = start(false);
  return kServer.get();
}

std::string PostgresServer::connection(const std::string& name) {
  run("CREATE SCHEMA IF NOT EXISTS " + name);
  return "host=" + folder_ + " user=test dbname=postgres options='-csearch_path=" + name + "'";
}

std::string PostgresServer::socket() const { return folder_ + "/.s.PGSQL.5432"; }

bool PostgresServer::run(const std::string& sql) {
  PGconn* c = PQconnectdb(("host=" + folder_ + " user=test dbname=postgres").c_str());
  PGresult* r = PQexec(c, ("SET client_min_messages = error; " + sql).c_str());
  const bool ok = PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
  PQclear(r);
  PQfinish(c);
  return ok;
}

// Its helpers notice at once that it has gone, and end.
void PostgresServer::kill() {
  if (!server_) return;
  server_->signal(SIGKILL);
  (void)server_->wait(Deadline::in_ms(kStartMs));
  server_.reset();
}

void PostgresServer::stop() {
  if (!server_) return;
  server_->signal(SIGINT);
  (void)server_->wait(Deadline::in_ms(kStartMs));
  server_.reset();
}

bool PostgresServer::again() {
  // After a kill the shared memory of the one before may be in use for another moment.
  for (int i = 0; i < 50; ++i) {
    if (launch()) return true;
    usleep(100'000);
  }
  return false;
}

}  // namespace storesweep::testing
