// storesweep-coordinator: serves workers and people until SIGTERM. With --check-config it only reads its
// configuration; `gc` removes old evidence while no coordinator runs; `migrate` brings the store to the
// newest form; `copy` takes a store from SQLite to PostgreSQL; `backup` and `restore` are a store of SQLite
// and its evidence; `audit verify` reads what was done; `doctor` looks at the set-up; `keygen` makes its key
// pair.
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include <CLI/CLI.hpp>

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/evidence/container.h"
#include "common/metrics/metrics.h"
#include "common/net/client.h"
#include "common/rules/pack.h"
#include "common/rules/pack_files.h"
#include "common/rules/probes.h"
#include "common/rules/sdks.h"
#include "common/rules/workdays.h"
#include "coordinator/audit/verify.h"
#include "coordinator/auditing.h"
#include "coordinator/backup.h"
#include "coordinator/config.h"
#include "coordinator/doctor.h"
#include "coordinator/enrolment.h"
#include "coordinator/http/api_handler.h"
#include "coordinator/http/server.h"
#include "coordinator/link/link.h"
#include "coordinator/schedule/scheduler.h"
#include "coordinator/service/garbage.h"
#include "coordinator/service/service.h"
#include "coordinator/stores.h"

namespace {
using namespace storesweep;

Cancel* stop_on_signal = nullptr;  // for the handler alone
void on_signal(int) { stop_on_signal->cancel(); }
volatile std::sig_atomic_t hung_up = 0;
void on_hangup(int) { hung_up = 1; }

int fail(const Status& status) {
  std::fprintf(stderr, "storesweep-coordinator: %s\n", status.text().c_str());
  return status.kind() == ErrorKind::kInvalid ? 2 : 1;
}

std::string beside_us(const char* program) {
  std::error_code error;
  auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? program : (self.parent_path() / program).string();
}

std::string folder_of(const std::string& path) {
  std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

// Between link and service. The link may speak before the service is there and after it has gone: what comes
// then is dropped, workers say it again.
class Sink final : public LinkSink {
 public:
  void on_messages(std::vector<FromWorkerEvent> messages) override {
    std::lock_guard lock(mutex_);
    if (service_) service_->on_messages(std::move(messages));
  }
  void on_inbox_drained(std::int64_t steady_ms) override {
    std::lock_guard lock(mutex_);
    if (service_) service_->on_inbox_drained(steady_ms);
  }
  // Returns when no call into the one before is under way.
  void set(Service* service) {
    std::lock_guard lock(mutex_);
    service_ = service;
  }

 private:
  std::mutex mutex_;
  Service* service_ = nullptr;
};

struct House {
  explicit House(const CoordinatorConfig& c)
      : config(c), log("coordinator", c.log_level, c.log_format), metrics(make_metrics()) {}
  const CoordinatorConfig& config;
  SystemClock clock;
  SystemRandom random;
  Log log;
  std::unique_ptr<Metrics> metrics;
  std::unique_ptr<net::Client> client;
  std::unique_ptr<Store> store;
  std::unique_ptr<BlobStore> blobs;
};

Status open_house(House& h) {
  const CoordinatorConfig& c = h.config;
  net::Options net;
  net.file_folders = c.catalogues.folders;
  h.client = std::make_unique<net::Client>(net, h.random);
  TRY(make_folders(c.catalogues.rejects));
  TRY_ASSIGN(h.store, open_store(c, h.random));
  TRY_ASSIGN(h.blobs, open_blobs(c, h.clock, h.random));
  return ok_status();
}

// Made where there is none yet. Coordinators that share their evidence sign with one key, and none may make
// its own.
Result<SigningKey> evidence_key(const std::string& path, bool shared, Random& random, Log& log) {
  auto text = read_file(path, 1'024);
  if (!text.ok() && text.status().kind() == ErrorKind::kNotFound && shared) {
    return not_found(path +
                     ": coordinators that share their evidence share this key; make it once by `openssl "
                     "rand -hex 32`");
  }
  if (!text.ok() && text.status().kind() == ErrorKind::kNotFound) {
    std::array<std::uint8_t, 32> made{};
    random.fill(made);
    TRY(make_folders(folder_of(path)));
    TRY(write_file_durably(path, to_hex(made) + "\n", 0600));
    log.info("made a signing key for evidence", {{"file", path}});
    text = to_hex(made);
  }
  if (!text.ok()) return text.status();
  const auto seed = digest_from_hex(trim(*text));
  if (!seed) return invalid(path + ": 64 hexadecimal digits expected");
  return signing_key_from_seed(*seed);
}

std::string judge_program(const CoordinatorConfig& c) {
  return c.judging.program.empty() ? beside_us("storesweep-judge") : c.judging.program;
}

Result<ControlOptions> control_options(const CoordinatorConfig& c) {
  ControlOptions o;
  if (c.controls.folder.empty()) return o;
  auto probes = load_probes(c.controls.folder);
  if (!probes.ok()) return probes.status().within("controls.folder");
  o.probes = std::move(*probes);
  o.address = c.controls.address;
  o.one_in = c.controls.one_in;
  std::error_code error;
  if (o.address.empty()) o.address = "file://" + std::filesystem::absolute(c.controls.folder, error).string();
  return o;
}

Result<ServiceOptions> service_options(const CoordinatorConfig& c) {
  // Read here too, so that a bad pack is told before anything starts.
  auto loaded = load_rule_pack(c.judging.rules);
  if (!loaded.ok()) return loaded.status().within("judging.rules");
  const RulePack& pack = *loaded;
  ServiceOptions o;
  o.core.lease_ms = c.leases.lease_ms;
  o.core.drift_ms = c.leases.drift_ms;
  o.core.ask_hold_ms = c.leases.lease_ms / 4;
  const std::int64_t attempts[] = {c.leases.app_attempts, c.leases.device_attempts,
                                   c.leases.infrastructure_attempts, c.leases.evasion_attempts,
                                   c.leases.journal_attempts};
  for (std::size_t i = 0; i < kFailureKinds; ++i) o.core.attempts[i] = static_cast<std::int32_t>(attempts[i]);
  o.core.retry_ms = c.leases.retry_ms;
  o.core.reuse_ms = c.leases.reuse_ms;
  o.core.no_device_ms = c.leases.no_device_ms;
  o.core.pack_version = pack.version;
  TRY_ASSIGN(o.core.controls, control_options(c));
  auto sdks = load_sdks(c.judging.rules);
  if (!sdks.ok()) return sdks.status().within("judging.rules");
  o.core.sdks = std::make_shared<const SdkCatalogue>(std::move(*sdks));
  for (const RuleItem& item : pack.items) o.rules.push_back(item.id);
  auto workdays = Workdays::load(c.judging.rules);
  if (!workdays.ok()) return workdays.status().within("judging.rules");
  o.workdays = std::move(*workdays);
  TRY_ASSIGN(const PackFiles files, read_pack_files(c.judging.rules));
  TRY_ASSIGN(o.pack_files, pack_members(files));
  o.heads = c.evidence.heads;
  o.retention = c.retention;
  o.observations = c.judging.observations;
  o.rejudging_children = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  std::string base = c.public_url;
  if (base.empty()) {
    const bool v6 = c.http.address.find(':') != std::string::npos;
    base = (c.http.tls_certificate.empty() ? "http://" : "https://") +
           (v6 ? "[" + c.http.address + "]" : c.http.address) + ":" + std::to_string(c.http.port);
  }
  o.core.evidence_base = base + "/blobs";
  o.judge.command = {judge_program(c), c.judging.rules};
  o.judge.children = static_cast<int>(c.judging.children);
  o.judge.budget_ms = c.judging.budget_ms;
  o.judge.memory_bytes = static_cast<std::uint64_t>(c.judging.memory_bytes);
  o.folder = c.catalogues.rejects;
  o.disks = {c.blobs.disk()};
  if (!c.store.sqlite.empty()) o.disks.push_back(folder_of(c.store.sqlite));
  o.disk_low_bytes = static_cast<std::uint64_t>(c.blobs.low_water_bytes);
  o.disk_fine_bytes = static_cast<std::uint64_t>(c.blobs.high_water_bytes);
  return o;
}

// A file that somebody must make first.
Status missing(const char* key, const Status& why, const std::string& command) {
  if (why.kind() != ErrorKind::kNotFound) return why.within(key);
  return not_found(std::string(key) + ": " + why.message() + "; `" + command + "` makes what belongs there");
}

// Every connection is an open file. Where they can use them all up, store and evidence cannot be opened any
// more.
Status allow_files(std::size_t connections) {
  constexpr rlim_t kOthers = 512;  // store, blobs, judges, workers' connections
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return errno_status("open files", errno);
  const rlim_t wanted = connections + kOthers;
  if (files.rlim_cur < wanted) files.rlim_cur = std::min(wanted, files.rlim_max);
  if (files.rlim_cur < wanted) {
    return exhausted("http.max_connections: " + std::to_string(connections) + " connections need " +
                     std::to_string(wanted) + " open files, and `ulimit -Hn` allows " +
                     std::to_string(files.rlim_max));
  }
  return setrlimit(RLIMIT_NOFILE, &files) == 0 ? ok_status() : errno_status("open files", errno);
}

constexpr std::int64_t kLookAtFilesMs = 2'000;
constexpr std::int64_t kDayMs = 86'400'000;

// logrotate has moved the audit log away, or the certificate is another one.
void look_at_files(AuditLog* audit, http::Server& server, Log& log) {
  const bool asked = std::exchange(hung_up, 0) != 0;
  if (Status s = server.reload_tls(asked); !s.ok())
    log.error("the certificate stays as it was", {{"why", s.text()}});
  if (!audit || !asked) return;
  if (Status s = audit->reopen(); !s.ok())
    log.error("the audit log cannot be opened anew", {{"why", s.text()}});
}

Result<std::unique_ptr<AuditLog>> open_audit(const CoordinatorConfig& config, const Clock& clock, Log& log) {
  if (config.audit_file.empty()) return std::unique_ptr<AuditLog>();
  auto audit = AuditLog::open(config.audit_file, clock, log);
  if (!audit.ok()) return audit.status().within("audit.file");
  return audit;
}

Status serve(CoordinatorConfig config) {
  Cancel stop;
  config.store.postgres.cancel = &stop;
  House h(config);
  TRY_ASSIGN(ServiceOptions options, service_options(config));
  CoordinatorEndpoint endpoint;
  endpoint.listen = config.link.listen;
  auto keys = read_key_pair(config.link.key_file);
  if (!keys.ok()) return missing("link.key_file", keys.status(), "storesweep-coordinator keygen FILE");
  Enrolment enrolment({config.link.workers_file, keys->public_key, config.link.addresses}, h.clock, h.random,
                      h.log);
  auto workers = enrolment.read();
  if (!workers.ok()) {
    return missing("link.workers_file", workers.status(), "storesweep-worker keygen NAME --folder FOLDER");
  }
  endpoint.keys = std::move(*keys);
  endpoint.authorised = std::move(*workers);
  TRY(allow_files(config.http.max_connections));
  TRY(open_house(h));
  auto signing = evidence_key(config.evidence.key_file, config.blobs.shared, h.random, h.log);
  if (!signing.ok()) return signing.status().within("evidence.key_file");
  options.core.closing_key = std::make_shared<const SigningKey>(*signing);
  if (!config.evidence.heads.empty()) TRY(make_folders(config.evidence.heads));

  TRY_ASSIGN(const auto audit, open_audit(config, h.clock, h.log));
  Auditing auditing(audit.get());
  TRY(auditing.started(config, endpoint.authorised));
  options.on_lead = [&auditing](std::uint64_t epoch, const std::string& why) { auditing.leads(epoch, why); };
  std::optional<http::Recorder> recorder;
  if (audit) recorder.emplace(*audit, h.clock);

  stop_on_signal = &stop;
  std::signal(SIGHUP, on_hangup);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);

  Sink sink;
  TRY_ASSIGN(auto link, start_coordinator_link(endpoint, sink, h.clock, *h.metrics, h.log));
  enrolment.on_change([&](const AuthorisedWorkers& now) {
    auditing.workers(now);
    link->authorise(now);
  });
  {
    Service service(
        std::move(options), {*h.store, *h.blobs, *h.client, h.clock, h.random, *h.metrics, h.log},
        [&link](const std::string& worker, std::span<const ToWorker> turn) { link->send(worker, turn); });
    http::ApiHandler handler(service, http::AccessList(config.tokens), recorder ? &*recorder : nullptr,
                             &enrolment);
    TRY_ASSIGN(auto server, http::Server::start(config.http, handler, *h.metrics, h.log));
    sink.set(&service);
    Scheduler scheduler(config.timetable, service, h.clock, h.log);
    scheduler.start();
    h.log.info("serving", {{"workers", link->address()},
                           {"http", config.http.address + ":" + std::to_string(server->port())},
                           {"store", store_name(config)},
                           {"evidence", blobs_name(config)}});
    while (!stop.cancelled()) {
      (void)wait_fd(stop.fd(), POLLIN, Deadline::in_ms(kLookAtFilesMs));
      look_at_files(audit.get(), *server, h.log);
      enrolment.look();
    }
    h.log.info("stopping");
    server->stop();
    sink.set(nullptr);
    enrolment.on_change({});
  }  // the service's threads end here, before the link that they send by
  auditing.stopped();
  h.log.info("stopped");
  return ok_status();
}

// Evidence of finished sweeps older than that goes; verdicts stay. Refused while a coordinator holds the blob
// folder.
Status collect(const CoordinatorConfig& config, const RetentionWish& asked) {
  TRY_ASSIGN(const RetentionAges ages, ages_of(asked, config.retention));
  House h(config);
  TRY(open_house(h));
  TRY_ASSIGN(Lead lead, h.store->take_lead(h.random.next_u64()));
  TRY_ASSIGN(const std::int64_t gone, collect_garbage(*h.store, *h.blobs, lead.epoch, h.clock.wall_ms(), ages,
                                                      Deadline::in_ms(3'600'000)));
  std::printf(
      "%lld blobs were removed; of runs older than %lld days (%lld where they accuse) nothing but the "
      "verdict "
      "is left, unless it is held\n",
      static_cast<long long>(gone), static_cast<long long>(ages.others_ms / kDayMs),
      static_cast<long long>(ages.accusing_ms / kDayMs));
  return ok_status();
}

constexpr std::int64_t kLongestCopyMs = 24LL * 3'600'000;

Status take_backup(const CoordinatorConfig& config, const std::string& to, Random& random) {
  TRY_ASSIGN(const BackupReport r, back_up(config, to, random, Deadline::in_ms(kLongestCopyMs)));
  std::printf(
      "%s/store.db holds the store as it stood when this began, checked; of the %lld blobs that it names "
      "%lld "
      "(%.1f MiB) are new in %s/blobs\n",
      to.c_str(), static_cast<long long>(r.named), static_cast<long long>(r.copied),
      static_cast<double>(r.copied_bytes) / (1 << 20), to.c_str());
  return ok_status();
}

Status bring_back(const CoordinatorConfig& config, const std::string& from, bool without_missing,
                  Random& random) {
  TRY_ASSIGN(const RestoreReport r,
             restore(config, from, without_missing, random, Deadline::in_ms(kLongestCopyMs)));
  std::printf("%s: the store, checked, and %lld blobs, each checked against its name\n",
              config.store.sqlite.c_str(), static_cast<long long>(r.blobs));
  if (r.missing > 0)
    std::printf("%lld blobs are missing or broken: that evidence is lost\n",
                static_cast<long long>(r.missing));
  return ok_status();
}

int look(const CoordinatorConfig& config) {
  const Checkup found = look_at(config, judge_program(config), Deadline::in_ms(120'000));
  std::printf("%s", found.text().c_str());
  return found.sound() ? 0 : 1;
}

Status keygen(const std::string& path) {
  TRY(make_folders(folder_of(path)));
  TRY_ASSIGN(KeyPair keys, make_key_pair());
  TRY(write_key_pair(path, keys));
  std::printf("%s\n",
              keys.public_key.c_str());  // what a worker's configuration names as coordinator.public_key
  return ok_status();
}

Status print(const Result<std::string>& text) {
  TRY(text.status());
  std::printf("%s", text->c_str());
  return ok_status();
}
}  // namespace

int main(int argc, char** argv) {
  CLI::App app("storesweep-coordinator: hands out tests to workers and keeps their verdicts");
  std::string config_file, key_file, from, to;
  bool check_only = false;
  app.fallthrough();  // its options may stand behind a subcommand too
  RetentionWish ages;
  app.add_option("--config", config_file, "YAML file (docs/coordinator.yaml explains every key)");
  app.add_flag("--check-config", check_only, "only read the configuration, and tell every error");
  CLI::App* gc =
      app.add_subcommand("gc", "remove evidence of finished sweeps by age, while no coordinator runs");
  const auto days = [gc](const char* name, std::optional<std::int64_t>& age, const char* what) {
    gc->add_option_function<std::int64_t>(
          name, [&age](std::int64_t n) { age = n * kDayMs; }, what)
        ->check(CLI::Range(0, 36500));
  };
  days("--older-than", ages.others_ms, "days; otherwise what `retention` says");
  days("--accusing-older-than", ages.accusing_ms, "of what verdicts that accuse somebody rest on");
  CLI::App* keys = app.add_subcommand("keygen", "make the coordinator's key pair; prints its public key");
  keys->add_option("file", key_file, "where it goes")->required();
  CLI::App* migrate =
      app.add_subcommand("migrate", "bring the store to the newest form; several may at once");
  CLI::App* copy =
      app.add_subcommand("copy", "take a store from SQLite to PostgreSQL, into an empty database");
  copy->add_option("--from", from, "sqlite:FILE; who still leads on it can write no more")->required();
  copy->add_option("--to", to, "postgres:CONNECTION, without a password (PGPASSWORD, or libpq's file)")
      ->required();
  CLI::App* doctor =
      app.add_subcommand("doctor", "what is wrong with this set-up, and what to do; changes nothing");
  std::string backup_folder;
  bool without_missing = false;
  CLI::App* backup = app.add_subcommand(
      "backup", "store (SQLite) and evidence into a folder, while it runs; again: what is new");
  backup->add_option("--to", backup_folder, "the folder")->required();
  CLI::App* bring =
      app.add_subcommand("restore", "store and evidence back from such a folder, where there is none");
  bring->add_option("--from", backup_folder, "the folder")->required();
  bring->add_flag("--without-missing", without_missing, "though evidence is missing or broken in it");
  std::vector<std::string> audit_files;
  CLI::App* audit = app.add_subcommand("audit", "the audit log")->require_subcommand(1);
  audit->add_subcommand("verify", "whether a line was taken out, changed or put in, and where")
      ->add_option("file", audit_files, "the oldest first, where there are several")
      ->required();
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  if (keys->parsed()) {
    Status s = keygen(key_file);
    return s.ok() ? 0 : fail(s);
  }
  if (audit->parsed()) {
    Status s = print(verify_audit(audit_files));
    return s.ok() ? 0 : fail(s);
  }
  SystemRandom random;
  if (copy->parsed()) {
    Status s = print(copy_store(from, to, random));
    return s.ok() ? 0 : fail(s);
  }
  if (config_file.empty())
    return fail(invalid("--config FILE is missing; docs/coordinator.yaml is an example"));
  auto config = read_coordinator_config(config_file);
  if (!config.ok()) return fail(config.status());
  if (check_only) {
    std::printf("%s: all right\n", config_file.c_str());
    return 0;
  }
  if (doctor->parsed()) return look(*config);
  Status s = gc->parsed()        ? collect(*config, ages)
             : migrate->parsed() ? print(migrate_store(*config, random))
             : backup->parsed()  ? take_backup(*config, backup_folder, random)
             : bring->parsed()   ? bring_back(*config, backup_folder, without_missing, random)
                                 : serve(*config);
  return s.ok() ? 0 : fail(s);
}
