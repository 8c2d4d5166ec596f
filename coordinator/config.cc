#include "coordinator/config.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <set>

#include "common/base/text.h"
#include "common/config/config.h"
#include "common/model/finding_act.h"
#include "coordinator/timetable_config.h"

namespace storesweep {
namespace {
constexpr std::int64_t kKiB = 1 << 10, kMiB = 1 << 20, kGiB = 1 << 30;
constexpr std::int64_t kSecond = 1'000, kDay = 86'400'000;

void read_log(ConfigMap in, CoordinatorConfig& c) {
  c.log_level = in.one_of("level", LogLevel::kInfo,
                          {{"debug", LogLevel::kDebug},
                           {"info", LogLevel::kInfo},
                           {"warning", LogLevel::kWarning},
                           {"error", LogLevel::kError}});
  c.log_format =
      in.one_of("format", Log::Format::kText, {{"text", Log::Format::kText}, {"json", Log::Format::kJson}});
}

void read_postgres(ConfigMap in, PostgresOptions& o) {
  o.connection = in.required_string("connection");
  if (Status s = check_postgres_connection(o.connection); !s.ok()) in.error("connection", s.message());
  o.password = in.secret("password").value_or("");
  o.statement_ms = in.integer("statement_ms", o.statement_ms, {kSecond, 3'600 * kSecond});
  o.connect_ms = in.integer("connect_ms", o.connect_ms, {2 * kSecond, 600 * kSecond});
  o.patience_ms = in.integer("patience_ms", o.patience_ms, {0, 3'600 * kSecond});
  o.may_forget = in.boolean("may_forget", o.may_forget);
}

void read_store(ConfigMap in, CoordinatorConfig& c) {
  if (!in.has("postgres")) {
    c.store.sqlite = in.path("sqlite", "data/storesweep.db");
    return;
  }
  if (in.has("sqlite")) in.error("sqlite", "either this or `postgres`: a coordinator has one store");
  read_postgres(in.map("postgres"), c.store.postgres);
}

// A name as part of an address: nothing in it needs another's idea of how it is encoded.
bool plain_name(std::string_view text, std::string_view also) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || also.find(c) != std::string_view::npos;
  });
}

void read_bucket(ConfigMap& in, S3Options& o) {
  o.endpoint = in.required_string("endpoint");
  const std::size_t host = o.endpoint.find("://") + 3;
  const bool known = starts_with(o.endpoint, "http://") || starts_with(o.endpoint, "https://");
  if (!o.endpoint.empty() &&
      (!known || host == o.endpoint.size() || !plain_name(o.endpoint.substr(host), "-.:[]")))
    in.error("endpoint", "wanted http://HOST[:PORT] or https://HOST[:PORT], without a path");
  o.bucket = in.required_string("bucket");
  if (!plain_name(o.bucket, "-.")) in.error("bucket", "wanted letters, digits, '-' and '.'");
  o.region = in.string("region", o.region);
  if (o.region.empty() || !plain_name(o.region, "-_")) in.error("region", "wanted letters, digits, '-'");
  o.prefix = in.string("prefix", "");
  if (!plain_name(o.prefix, "-._/") || starts_with(o.prefix, "/") || ends_with(o.prefix, "/"))
    in.error("prefix", "wanted letters, digits, '-', '_', '.' and '/', without '/' at its ends");
  o.host_style = in.one_of("style", false, {{"path", false}, {"host", true}});
  o.ca_file = in.path("ca_file", "");
  const auto key = [&in](const char* name) {
    if (!in.has(name)) in.error(name, "missing: `file: PATH` or ${NAME} of the environment");
    const auto value = in.secret(name);
    if (value && value->empty()) in.error(name, "is empty");
    return value.value_or("");
  };
  o.keys.access_key = key("access_key");
  o.keys.secret_key = key("secret_key");
  o.keys.session_token = in.secret("session_token").value_or("");
}

S3StoreOptions read_s3(ConfigMap in) {
  S3StoreOptions o;
  read_bucket(in, o.bucket);
  o.spool = in.path("spool", "data/spool");
  const std::int64_t bytes = in.integer("spool_bytes", kGiB, {128 * kMiB, 1024 * kGiB});
  o.spool_bytes = static_cast<std::uint64_t>(bytes);
  o.parallel = static_cast<int>(in.integer("parallel", o.parallel, {1, 64}));
  return o;
}

void read_blobs(ConfigMap in, CoordinatorConfig& c) {
  c.blobs.shared = in.boolean("shared", false);
  if (in.has("s3")) {
    if (in.has("folder")) in.error("folder", "either this or `s3`: evidence lies in one place");
    c.blobs.s3 = read_s3(in.map("s3"));
    // Whoever has the same store has the same bucket.
    c.blobs.shared |= c.store.sqlite.empty();
  } else {
    c.blobs.folder = in.path("folder", "data/blobs");
  }
  if (c.blobs.shared && !c.store.sqlite.empty())
    in.error("shared", "only coordinators on `store.postgres` share their blobs");
  c.blobs.low_water_bytes = in.integer("low_water_bytes", 2 * kGiB, {0, 1024 * 1024 * kGiB});
  c.blobs.high_water_bytes = in.integer("high_water_bytes", 3 * kGiB, {0, 1024 * 1024 * kGiB});
  if (c.blobs.high_water_bytes < c.blobs.low_water_bytes) {
    in.error("high_water_bytes", "must not be below low_water_bytes");
  }
}

void read_retention(ConfigMap in, CoordinatorConfig& c) {
  RetentionWish& r = c.retention;
  if (in.has("others_ms")) r.others_ms = in.integer("others_ms", 0, {0, 36'500 * kDay});
  if (in.has("accusing_ms")) r.accusing_ms = in.integer("accusing_ms", 0, {0, 36'500 * kDay});
  if (r.accusing_ms && r.others_ms && *r.accusing_ms < *r.others_ms)
    in.error("accusing_ms", "must not be less than others_ms");
}

void read_evidence(ConfigMap in, CoordinatorConfig& c) {
  c.evidence.key_file = in.path("key_file", "data/evidence.key");
  c.evidence.heads = in.path("heads", "data/heads");
}

void read_link(ConfigMap in, CoordinatorConfig& c) {
  c.link.listen = in.string("listen", "tcp://127.0.0.1:7070");
  c.link.key_file = in.path("key_file", "data/coordinator.key");
  c.link.workers_file = in.path("workers_file", "data/workers.txt");
  if (!starts_with(c.link.listen, "tcp://")) in.error("listen", "wanted tcp://ADDRESS:PORT");
  c.link.addresses = in.strings("addresses");
  for (const std::string& address : c.link.addresses) {
    if (!starts_with(address, "tcp://")) in.error("addresses", "`" + address + "`: wanted tcp://HOST:PORT");
  }
  const bool anywhere = c.link.listen.find("//0.0.0.0:") != std::string::npos ||
                        c.link.listen.find("//*:") != std::string::npos ||
                        c.link.listen.find("//[::]:") != std::string::npos;
  if (c.link.addresses.empty() && !anywhere) c.link.addresses = {c.link.listen};
}

void read_leases(ConfigMap in, CoordinatorConfig& c) {
  c.leases.lease_ms = in.integer("lease_ms", 60 * kSecond, {kSecond, kDay});
  c.leases.drift_ms = in.integer("drift_ms", 2 * kSecond, {0, kDay});
  c.leases.retry_ms = in.integer("retry_ms", 15 * kSecond, {1, kDay});
  c.leases.reuse_ms = in.integer("reuse_ms", 30 * kDay, {0, 3650 * kDay});
  c.leases.no_device_ms = in.integer("no_device_ms", 60 * kSecond, {0, kDay});
  ConfigMap attempts = in.map("attempts");
  c.leases.app_attempts = attempts.integer("app", 3, {1, 100});
  c.leases.device_attempts = attempts.integer("device", 6, {1, 100});
  c.leases.infrastructure_attempts = attempts.integer("infrastructure", 12, {1, 1000});
  c.leases.evasion_attempts = attempts.integer("evasion", 6, {1, 100});
  c.leases.journal_attempts = attempts.integer("journal", 3, {1, 100});
  if (c.leases.drift_ms * 4 > c.leases.lease_ms)
    in.error("drift_ms", "must be at most a quarter of lease_ms");
}

// Each coordinator has an audit log of its own: {host} in its name is that of the machine, or of the pod.
void read_audit(ConfigMap in, CoordinatorConfig& c) {
  c.audit_file = in.path("file", "");
  constexpr std::string_view kHost = "{host}";
  const std::size_t at = c.audit_file.find(kHost);
  if (at == std::string::npos) return;
  char host[HOST_NAME_MAX + 1] = {};
  if (::gethostname(host, HOST_NAME_MAX) != 0) in.error("file", "this machine has no name to put in");
  c.audit_file.replace(at, kHost.size(), host);
}

void read_judging(ConfigMap in, CoordinatorConfig& c) {
  c.judging.program = in.path("program", "");
  c.judging.rules = in.path("rules", "rules");
  c.judging.observations = in.path("observations", "data/observations");
  c.judging.children = in.integer("children", 2, {1, 256});
  c.judging.budget_ms = in.integer("budget_ms", 60 * kSecond, {100, kDay});
  c.judging.memory_bytes = in.integer("memory_bytes", kGiB, {64 * kMiB, 1024 * kGiB});
}

void read_catalogues(ConfigMap in, CoordinatorConfig& c) {
  c.catalogues.folders = in.strings("folders");
  c.catalogues.rejects = in.path("rejects", "data/rejects");
  for (const std::string& folder : c.catalogues.folders) {
    if (!starts_with(folder, "/")) in.error("folders", "`" + folder + "`: wanted whole paths, from / on");
  }
}

void read_controls(ConfigMap in, CoordinatorConfig& c) {
  c.controls.folder = in.path("folder", "");
  c.controls.address = in.string("address", "");
  c.controls.one_in = in.integer("one_in", 100, {1, 1'000'000});
  const std::string& address = c.controls.address;
  const bool known =
      starts_with(address, "http://") || starts_with(address, "https://") || starts_with(address, "file:///");
  if (!address.empty() && (!known || ends_with(address, "/")))
    in.error("address", "wanted http://..., https://... or file:///..., without a slash at its end");
  if (!address.empty() && c.controls.folder.empty()) in.error("address", "is of no use without `folder`");
}

// "127.0.0.1:8080", "[::1]:8080"
void read_listen(ConfigMap& in, http::ServerOptions& options) {
  const std::string listen = in.string("listen", "127.0.0.1:8080");
  const std::size_t colon = listen.rfind(':');
  const auto port =
      colon == std::string::npos ? std::nullopt : parse_int<std::uint16_t>(listen.substr(colon + 1));
  options.address = listen.substr(0, colon);
  if (starts_with(options.address, "[") && ends_with(options.address, "]")) {
    options.address = options.address.substr(1, options.address.size() - 2);
  }
  options.port = port.value_or(0);
  if (options.port == 0 || options.address.empty())
    in.error("listen", "wanted ADDRESS:PORT, not `" + listen + "`");
}

// `access: read` and `access: full` are what there was before roles.
http::Access read_role(ConfigMap& token) {
  using http::Access;
  if (!token.has("role"))
    return token.one_of("access", Access::kViewer, {{"read", Access::kViewer}, {"full", Access::kAdmin}});
  if (token.has("access")) token.error("access", "either this or `role`, which is more exact");
  return token.one_of("role", Access::kViewer,
                      {{"viewer", Access::kViewer},
                       {"operator", Access::kOperator},
                       {"officer", Access::kOfficer},
                       {"admin", Access::kAdmin}});
}

void read_tokens(ConfigMap& in, CoordinatorConfig& c) {
  std::set<std::string> names;
  for (ConfigMap& token : in.maps("tokens")) {
    http::AccessToken t;
    t.name = token.required_string("name");
    t.role = read_role(token);
    if (t.name.size() > kMaxOfficerBytes || !valid_utf8(t.name))
      token.error("name", "wanted at most " + std::to_string(kMaxOfficerBytes) + " bytes of UTF-8");
    const std::string hex = token.required_string("sha256");
    const auto digest = digest_from_hex(hex);
    if (!hex.empty() && !digest)
      token.error("sha256", "wanted the 64 hex digits that `printf %s TOKEN | sha256sum` gives");
    if (!names.insert(t.name).second) token.error("name", "`" + t.name + "` stands here twice");
    t.sha256 = digest.value_or(Digest{});
    c.tokens.push_back(std::move(t));
  }
  const bool loopback = starts_with(c.http.address, "127.") || c.http.address == "::1";
  if (c.tokens.empty() && !loopback) {
    in.error("listen", "without `tokens` it may listen on loopback alone, or anybody could order it about");
  }
}

void read_http(ConfigMap in, CoordinatorConfig& c) {
  http::ServerOptions& o = c.http;
  read_listen(in, o);
  c.public_url = in.string("public_url", "");
  if (starts_with(c.public_url, "${")) c.public_url = in.secret("public_url").value_or("");
  if (!c.public_url.empty() && !starts_with(c.public_url, "http://") &&
      !starts_with(c.public_url, "https://")) {
    in.error("public_url", "wanted http://... or https://...");
  }
  const auto size = [&](const char* key, std::size_t otherwise, std::int64_t least, std::int64_t most) {
    return static_cast<std::size_t>(in.integer(key, static_cast<std::int64_t>(otherwise), {least, most}));
  };
  o.max_connections = size("max_connections", o.max_connections, 1, 100'000);
  o.max_streams = size("max_streams", o.max_streams, 1, 1'000);
  o.max_header_bytes = size("max_header_bytes", o.max_header_bytes, kKiB, kMiB);
  o.max_bodies_bytes = size("max_bodies_bytes", o.max_bodies_bytes, kMiB, 64 * kGiB);
  o.handler_threads = size("threads", o.handler_threads, 1, 256);
  o.header_ms = in.integer("header_ms", o.header_ms, {100, kDay});
  o.body_ms = in.integer("body_ms", o.body_ms, {100, kDay});
  o.write_ms = in.integer("write_ms", o.write_ms, {100, kDay});
  o.grace_ms = in.integer("grace_ms", o.grace_ms, {0, kDay});
  ConfigMap tls = in.map("tls");
  o.tls_certificate = tls.path("certificate", "");
  o.tls_key = tls.path("key", "");
  if (o.tls_certificate.empty() != o.tls_key.empty()) tls.error("key", "certificate and key belong together");
  read_tokens(in, c);
}
}  // namespace

Result<CoordinatorConfig> read_coordinator_config(const std::string& path) {
  TRY_ASSIGN(auto document, ConfigDocument::from_file(path));
  ConfigMap root = document.root();
  CoordinatorConfig c;
  read_log(root.map("log"), c);
  read_store(root.map("store"), c);
  read_blobs(root.map("blobs"), c);
  read_retention(root.map("retention"), c);
  read_evidence(root.map("evidence"), c);
  read_link(root.map("link"), c);
  read_audit(root.map("audit"), c);
  read_leases(root.map("leases"), c);
  read_judging(root.map("judging"), c);
  read_catalogues(root.map("catalogues"), c);
  read_controls(root.map("controls"), c);
  c.timetable = read_timetable(root.map("timetable"));
  read_http(root.map("http"), c);
  TRY(document.finish());
  return c;
}

}  // namespace storesweep
