#include "worker/job/fetcher.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/rules/sdks.h"
#include "worker/apk/app_facts.h"
#include "worker/job/old_versions.h"

namespace storesweep::job {
namespace {
constexpr std::size_t kMaxKnown = 1'000;  // file sets whose facts are kept in memory

JobFailure because(FailureKind kind, FailureReason reason, std::string detail) {
  return {kind, reason, std::move(detail)};
}

bool of_this_machine(const std::string& address) { return starts_with(address, "file:"); }

// What a failed fetch says: of the app (its address is dead, its bytes are not those that the listing
// promised) or of us.
JobFailure fetch_failure(const std::string& address, const Status& error) {
  // A folder that this worker may not serve is its own configuration.
  const bool forbidden_here = of_this_machine(address) && error.kind() == ErrorKind::kPermission;
  if (net::fault_of_address(error) && !forbidden_here) {
    const bool hash = error.kind() == ErrorKind::kCorrupt;
    return because(FailureKind::kApp, hash ? FailureReason::kHash : FailureReason::kFetch, error.message());
  }
  switch (error.kind()) {
    case ErrorKind::kExhausted:
      return because(FailureKind::kInfrastructure, FailureReason::kDiskFull, error.message());
    case ErrorKind::kTimeout:
      return because(FailureKind::kInfrastructure, FailureReason::kTimeout, error.message());
    case ErrorKind::kCancelled:
      return because(FailureKind::kInfrastructure, FailureReason::kCancelled, "cancelled");
    default:
      return because(FailureKind::kInfrastructure, FailureReason::kFetch, error.message());
  }
}

Digest set_digest(const std::vector<CachedFile>& files) {
  std::vector<Digest> members;
  for (const CachedFile& file : files) members.push_back(file.sha256);
  std::sort(members.begin(), members.end());
  Sha256 hash;
  for (const Digest& member : members) hash.add(member);
  return hash.finish();
}

// The hashes that the catalogue knows, one an address; none when they are not as many.
std::vector<std::optional<Digest>> known_hashes(const Listing& listing, std::size_t count) {
  std::vector<std::optional<Digest>> out;
  for (std::string_view word : words(listing.apk_sha256)) out.push_back(digest_from_hex(word));
  if (out.size() != count) out.assign(count, std::nullopt);
  return out;
}

std::vector<ByteView> views_of(const AppFiles& app) {
  std::vector<ByteView> bytes;
  for (const CachedFile& file : app.files) bytes.push_back(file.bytes());
  return bytes;
}

SdkList sdk_list(const std::vector<SdkUse>& uses, const std::string& catalogue) {
  SdkList out{catalogue, {}, 0};
  for (const SdkUse& use : uses) {
    if (out.in.size() < kMaxSdksOfRun && use.id.size() <= kMaxSdkIdBytes) {
      out.in.push_back({use.id, use.version});
    } else {
      ++out.left_out;
    }
  }
  return out;
}

std::string refused_text(const ApkFacts& facts) {
  if (facts.refusals.empty()) return "";
  const FactProblem& first = facts.refusals.front();
  return "no Android installs it: " + clean_utf8(first.where) + ": " + clean_utf8(first.what);
}

// Of our time, not of the file.
bool cut_short(const Status& status) {
  return status.kind() == ErrorKind::kTimeout || status.kind() == ErrorKind::kCancelled;
}
}  // namespace

bool updates(const AppFiles& older, const AppFiles& newer) {
  return older.facts.package == newer.facts.package && older.facts.version_code < newer.facts.version_code &&
         !older.signer.empty() && older.signer == newer.signer;
}

std::vector<std::string> addresses_of(const std::string& apk_url) {
  std::vector<std::string> out;
  for (std::string_view word : words(apk_url)) {
    out.push_back(starts_with(word, "/") ? file_url(std::string(word)) : std::string(word));
  }
  return out;
}

std::string file_url(const std::string& absolute_path) {
  static constexpr std::string_view kPlain = "/-._~+@,=";
  std::string out = "file://";
  for (const char c : absolute_path) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       kPlain.find(c) != std::string_view::npos;
    if (plain) {
      out.push_back(c);
    } else {
      out += "%" + to_hex(as_bytes(std::string_view(&c, 1)));
    }
  }
  return out;
}

FetchedApp Fetcher::fetch(const Listing& listing, const Deadline& deadline) {
  const std::vector<std::string> addresses = addresses_of(listing.apk_url);
  if (addresses.empty() || addresses.size() > kMaxApksInSet) {
    return because(FailureKind::kApp, FailureReason::kFetch,
                   addresses.empty() ? "the listing has no address of its APK" : "too many addresses");
  }
  const auto hashes = known_hashes(listing, addresses.size());
  AppFiles app;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    Result<CachedFile> file = bring(addresses[i], hashes[i], deadline);
    if (!file.ok()) return fetch_failure(addresses[i], file.status());
    app.files.push_back(std::move(*file));
  }
  app.facts.file_set = set_digest(app.files);
  if (listing.subject == SubjectKind::kQuickApp) {
    app.facts.package = listing.package;
    app.facts.needs.quick_app_runtime = true;
  } else if (auto known = again(app.facts.file_set); known && !known->facts.needs.quick_app_runtime) {
    app = std::move(*known);
  } else if (const Status read = read_package(app, deadline); !read.ok()) {
    return fetch_failure(addresses.front(), read);
  }
  remember(app);
  // What was found in one app must never be said of another.
  if (app.refused.empty() && !listing.package.empty() && app.facts.package != listing.package) {
    return because(FailureKind::kApp, FailureReason::kOther,
                   "the listing is of " + listing.package + ", the file at its address is " +
                       clean_utf8(app.facts.package));
  }
  return app;
}

Status Fetcher::read_package(AppFiles& app, const Deadline& deadline) const {
  FactsOptions options;
  options.knowledge = &knowledge_;
  options.file_set = app.facts.file_set;
  options.deadline = deadline.at_most_ms(apk::kMaxFileMs);
  Result<PackageReader> reader = PackageReader::open(views_of(app), options);
  if (reader.ok()) {
    app.facts = reader->declared();
    app.refused = refused_text(app.facts);
  } else if (cut_short(reader.status())) {
    return reader.status();
  } else {
    app.refused = "the APK cannot be read: " + reader.status().message();
  }
  app.app_facts = app_facts_of(app.facts);
  if (app.refused.empty() && knowledge_.sdks) read_code(app, std::move(*reader));
  return ok_status();
}

// All that the package's declarations do not say. Only what is small of it is kept: its call sites would make
// every journal longer.
void Fetcher::read_code(AppFiles& app, PackageReader reader) const {
  const Result<ApkFacts> whole = std::move(reader).whole();
  if (!whole.ok()) return;
  for (const apk::Certificate& c : whole->signature.identity) app.signer.push_back(c.sha256);
  if (!whole->code.looked_at) return;
  app.app_facts = app_facts_of(*whole);
  app.sdks = sdk_list(whole->code.sdks, knowledge_.sdks->version);
}

void Fetcher::remember(const AppFiles& app) {
  std::lock_guard lock(mutex_);
  if (known_.size() >= kMaxKnown) known_.clear();
  Known known{app, {}};
  known.app.files.clear();
  known.app.older.reset();
  known.app.decoys.reset();
  for (const CachedFile& file : app.files) known.members.push_back(file.sha256);
  if (app.refused.empty()) note_version(cache_, app.facts, known.members);
  known_[app.facts.file_set] = std::move(known);
}

std::shared_ptr<const AppFiles> Fetcher::older_than(const AppFiles& app, const Deadline& deadline) {
  for (const NotedVersion& noted : versions_before(cache_, app.facts)) {
    auto older = std::make_shared<AppFiles>();
    for (const Digest& member : noted.members) {
      auto file = cache_.find(member);
      if (!file) break;
      older->files.push_back(std::move(*file));
    }
    if (older->files.size() != noted.members.size()) continue;
    older->facts.file_set = set_digest(older->files);
    const bool read = read_package(*older, deadline).ok() && older->refused.empty();
    if (read && updates(*older, app)) return older;
  }
  return nullptr;
}

std::optional<AppFiles> Fetcher::again(const Digest& file_set) {
  Known known;
  {
    std::lock_guard lock(mutex_);
    auto at = known_.find(file_set);
    if (at == known_.end()) return std::nullopt;
    known = at->second;
  }
  AppFiles app = std::move(known.app);
  for (const Digest& member : known.members) {
    auto file = cache_.find(member);
    if (!file) return std::nullopt;
    app.files.push_back(std::move(*file));
  }
  return app;
}

Result<CachedFile> Fetcher::bring(const std::string& address, const std::optional<Digest>& known,
                                  const Deadline& deadline) {
  if (known) {
    if (auto file = cache_.find(*known)) return std::move(*file);
  }
  std::optional<CachedFile> copy;  // held, so that it stays while we ask
  std::string validator;
  if (auto note = cache_.noted(address); note && (!known || note->sha256 == *known)) {
    copy = cache_.find(note->sha256);
    validator = note->validator;
  }
  // A size that the catalogue names is not held against the file: catalogues lag behind, hashes do not.
  net::FetchBounds bounds;
  bounds.max_bytes = std::min(limits_.max_apk_bytes, cache_.max_bytes());
  bounds.sha256 = known;
  if (copy) bounds.validator = validator;
  const std::string path = cache_.incoming();
  TRY_ASSIGN(net::FetchResult fetched, client_.fetch(address, path, bounds, deadline));
  if (fetched.unchanged && copy) return std::move(*copy);
  TRY_ASSIGN(CachedFile file, cache_.take(path, fetched.sha256, fetched.bytes));
  if (!fetched.validator.empty()) cache_.note(address, {fetched.sha256, fetched.validator});
  return file;
}

}  // namespace storesweep::job
