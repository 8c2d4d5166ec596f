#include "coordinator/service/service.h"

#include <malloc.h>

#include <algorithm>
#include <filesystem>

#include "common/base/hash.h"
#include "common/evidence/verdict_codec.h"
#include "common/model/shown_name.h"
#include "common/report/announcement.h"
#include "common/rules/sdks.h"
#include "coordinator/catalogue/catalogue.h"
#include "coordinator/service/aggregates.h"
#include "coordinator/service/findings.h"
#include "coordinator/service/rejudging.h"
#include "coordinator/service/shell.h"
#include "coordinator/service/stating.h"

namespace storesweep {
namespace {
constexpr std::size_t kImportRows = 2'000;  // a transaction
constexpr std::size_t kMaxUnreadable =
    10'000;  // bad rows whose apps are kept: a file worse than that is none
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

ResultRow row_of(StoredResult&& s) {
  ResultRow r;
  r.job = s.job;
  r.sweep = s.sweep;
  r.listing = std::move(s.listing);
  r.end = s.end;
  r.end_reason = std::move(s.end_reason);
  r.ended_ms = s.ended_ms;
  auto verdict = decode_verdict_untrusted(s.verdict);
  r.verdict = verdict.ok() ? std::move(*verdict) : buried_verdict();
  if (s.run) {
    r.figures = s.run->figures;
    r.blobs = s.run->blobs;
    r.worker = s.run->worker;
    r.device = s.run->device.identity;
    r.evidence.push_back({s.run->id, r.worker, r.device, s.run->at_ms, r.blobs});
  }
  r.voidings = std::move(s.voidings);
  for (RunRecord& run : s.more_runs) {
    r.evidence.push_back({run.id, run.worker, run.device.identity, run.at_ms, std::move(run.blobs)});
  }
  return r;
}

// What is wrong is told of the file as it was named, and where that is looked for.
Status unread_source(const std::string& source, const Status& why) {
  if (source.find("://") == std::string::npos) {
    return why.kind() == ErrorKind::kNotFound
               ? not_found(why.message() + " (a path is one of the coordinator's machine)")
               : why;
  }
  const bool named = why.message().rfind(source, 0) == 0;
  return named ? why : why.within(source);
}

ImportReport with_counts(ImportReport r, const ImportCounts& c) {
  r.added = c.added;
  r.changed = c.changed;
  r.unchanged = c.unchanged;
  r.gone = c.gone;
  r.rejected = c.rejected;
  r.nameless = c.nameless;
  r.rows = c.added + c.changed + c.unchanged + c.rejected;
  return r;
}

SweepStatus status_of(const SweepCounts& c) {
  SweepStatus s;
  s.id = c.sweep.id;
  s.name = c.sweep.name;
  s.state = c.sweep.state;
  s.depth = c.sweep.depth;
  s.campaign = c.sweep.campaign;
  s.created_ms = c.sweep.created_ms;
  s.ended_ms = c.sweep.ended_ms;
  s.total = c.sweep.total;
  s.ended = c.ended;
  for (const auto& [how, n] : c.ended) s.ended_total += n;
  s.confirmations_open = c.confirmations_open;
  s.simulated = c.simulated;
  std::uint32_t n = 0;
  const bool over = s.state == SweepState::kDone || s.state == SweepState::kCancelled;
  for (const ShardRecord& shard : c.sweep.shards) {
    s.shards.push_back({n++, shard.count, over ? shard.count : 0, 0, shard.paused});
  }
  return s;
}

void add_live(SweepStatus& s, const Core::SweepLive& live, const std::string& stopped_why) {
  s.shards = live.shards;
  s.leased = live.leased;
  s.waiting = live.waiting;
  s.rate_per_s = live.rate_per_s;
  s.stopped_why = stopped_why;
  if (live.rate_per_s > 0) {
    s.left_ms =
        static_cast<std::int64_t>(static_cast<double>(s.total - s.ended_total) * 1000 / live.rate_per_s);
  }
}

// Why nothing of a running sweep goes out though there is work; empty: it does, or will.
std::string nobody_there(const std::vector<WorkerStatus>& workers) {
  const auto serves = [](const WorkerStatus& w) { return w.connected && !w.draining && w.devices > 0; };
  if (std::any_of(workers.begin(), workers.end(), serves)) return "";
  const auto is_there = [](const WorkerStatus& w) { return w.connected; };
  return std::any_of(workers.begin(), workers.end(), is_there)
             ? "no worker has a device to offer, or all are draining or quarantined; `storesweep workers` "
               "and `storesweep "
               "devices` "
               "say more"
             : "no worker is connected: start storesweep-worker; `storesweep workers` shows those that were "
               "here";
}
}  // namespace

Service::Service(ServiceOptions options, ServiceParts parts,
                 std::function<void(const std::string&, std::span<const ToWorker>)> send)
    : options_(std::move(options)), parts_(parts) {
  shell_ = std::make_unique<Shell>(options_, parts_, std::move(send));
  rejudging_ = std::make_unique<Rejudging>(
      RejudgingOptions{options_.judge, options_.rejudging_children, options_.observations, options_.folder,
                       [this] { return shell_->calibrations().dark(); }},
      parts_.store, parts_.blobs, parts_.log, [this](AttachJudgements attach, const Deadline& deadline) {
        return shell_->command(std::move(attach), deadline);
      });
}
Service::~Service() = default;

void Service::on_messages(std::vector<FromWorkerEvent> messages) {
  std::vector<CoreEvent> events(std::make_move_iterator(messages.begin()),
                                std::make_move_iterator(messages.end()));
  shell_->push(std::move(events));
}
void Service::on_inbox_drained(std::int64_t steady_ms) { shell_->drained(steady_ms); }

Result<ImportReport> Service::import_catalogue(const ImportRequest& r, const Deadline& deadline) {
  const std::uint64_t epoch = shell_->epoch();
  if (epoch == 0) return does_not_lead();
  {  // two at once would each take the other's listings for gone
    std::lock_guard lock(import_mutex_);
    if (!importing_.insert(r.store).second) {
      return exists("a catalogue of " + (r.store.empty() ? "several stores" : r.store) +
                    " is being imported: wait for its end");
    }
  }
  auto id = parts_.store.begin_import(epoch, r.store, r.idempotency_key, shell_->now().wall_ms);
  Result<ImportReport> out = id.status();
  if (id.ok()) {
    out = import_into(*id, r, deadline);
  } else if (id.status().kind() == ErrorKind::kExists) {  // the same answer as then
    ImportReport then;
    then.id = std::atoll(id.status().message().c_str());
    then.store = r.store;
    auto counts = parts_.store.import_counts(then.id);
    out = counts.ok() ? Result<ImportReport>(with_counts(std::move(then), *counts)) : counts.status();
  }
  malloc_trim(0);  // each thread that answers requests would keep what an import took
  std::lock_guard lock(import_mutex_);
  importing_.erase(r.store);
  return out;
}

Result<ImportReport> Service::import_into(std::int64_t id, const ImportRequest& r, const Deadline& deadline) {
  const Now start = shell_->now();
  const std::uint64_t epoch = shell_->epoch();
  catalogue::Options o;
  TRY_ASSIGN(o.format, catalogue::format_of(r.format, r.source));
  o.store = r.store;
  o.tenant = r.tenant;
  o.rejects_file = options_.folder + "/rejects-" + std::to_string(id) + ".csv";
  std::vector<Listing> rows, unreadable;
  auto flush = [&]() -> Status {
    if (rows.empty()) return ok_status();
    auto counts = parts_.store.import_rows(epoch, id, rows);
    rows.clear();
    return counts.status();
  };
  std::int64_t forgotten = 0;  // too many bad rows to know them all
  auto named = [&](const Listing& l) {
    if (unreadable.size() == kMaxUnreadable) {
      ++forgotten;
      return;
    }
    Listing key;
    key.tenant = l.tenant;
    key.place = l.place;
    key.store = l.store;
    key.package = l.package;
    unreadable.push_back(std::move(key));
  };
  auto read = catalogue::read_source(
      parts_.client, r.source, options_.folder + "/catalogue-" + std::to_string(id) + ".tmp", o,
      [&](Listing l) -> Status {
        rows.push_back(std::move(l));
        return rows.size() < kImportRows ? ok_status() : flush();
      },
      named, deadline);
  if (!read.ok()) return unread_source(r.source, read.status());
  TRY(flush());
  if (!unreadable.empty()) TRY(parts_.store.keep_listed(epoch, id, unreadable));
  TRY_ASSIGN(ImportCounts all,
             parts_.store.finish_import(epoch, id, {read->rejected, read->nameless + forgotten},
                                        shell_->now().wall_ms));
  ImportReport out;
  out.id = id;
  out.store = r.store;
  if (read->rejected > 0) out.rejects_file = std::filesystem::absolute(o.rejects_file).string();
  out.took_ms = shell_->now().steady_ms - start.steady_ms;
  out.unknown_columns = read->unknown_columns;
  return with_counts(std::move(out), all);
}

Result<SweepStatus> Service::start_sweep(const SweepRequest& r, const Deadline& deadline) {
  CreateSweep w;
  w.name = r.name;
  w.selection = r.selection;
  w.depth = r.depth;
  w.shards = r.shards;
  w.campaign = r.campaign;
  w.origin = r.origin;
  w.idempotency_key = r.idempotency_key;
  TRY_ASSIGN(std::int64_t id, shell_->command(StartSweep{std::move(w)}, deadline));
  return sweep(SweepId{id}, deadline);
}

Result<SweepStatus> Service::change_sweep(SweepId id, SweepAction action, std::optional<std::uint32_t> shard,
                                          const Deadline& deadline) {
  auto done = shell_->command(ChangeSweep{id, action, shard}, deadline);
  if (done.ok()) return sweep(id, deadline);
  TRY_ASSIGN(const SweepStatus now, sweep(id, deadline));  // there may be none
  const bool over = now.state == SweepState::kDone || now.state == SweepState::kCancelled;
  if (done.status().kind() != ErrorKind::kNotFound || !over) return done.status();
  return exists("sweep " + std::to_string(id.value) + " is " + std::string(name(now.state)) +
                ": there is nothing left to change");
}

Result<SweepStatus> Service::sweep(SweepId id, const Deadline& deadline) {
  TRY_ASSIGN(SweepCounts counts, parts_.store.sweep(id));
  SweepStatus s = status_of(counts);
  using Live = std::pair<std::optional<Core::SweepLive>, std::string>;
  auto live = shell_->on_core<Live>(
      [this, id, running = s.state == SweepState::kRunning](Core& core) {
        std::string why = core.stopped_why();
        if (why.empty() && running) why = nobody_there(core.workers(shell_->now()));
        return Live(core.sweep_live(id, shell_->now()), std::move(why));
      },
      deadline);
  if (live.ok() && live->first) add_live(s, *live->first, live->second);
  return s;
}

Result<Page<SweepStatus>> Service::sweeps(const PageRequest& page, const Deadline& deadline) {
  TRY_ASSIGN(Page<SweepCounts> found, parts_.store.sweeps(page));
  Page<SweepStatus> out;
  out.next = found.next;
  for (const SweepCounts& c : found.rows) {
    bool over = c.sweep.state == SweepState::kDone || c.sweep.state == SweepState::kCancelled;
    auto live = over ? Result<SweepStatus>(status_of(c)) : sweep(c.sweep.id, deadline);
    out.rows.push_back(live.ok() ? std::move(*live) : status_of(c));
  }
  return out;
}

Result<CampaignStatus> Service::create_campaign(const CampaignRequest& r, const Deadline& deadline) {
  CreateCampaign w;
  w.campaign = {{}, r.name, r.target_apps, r.end_date};
  w.idempotency_key = r.idempotency_key;
  TRY_ASSIGN(std::int64_t id, shell_->command(StartCampaign{std::move(w)}, deadline));
  return campaign(CampaignId{id}, deadline);
}

Result<CampaignStatus> Service::campaign(CampaignId id, const Deadline&) {
  const std::int64_t now_ms = shell_->now().wall_ms;
  TRY_ASSIGN(CampaignCounts c, parts_.store.campaign(id, now_ms - kDayMs));
  CampaignStatus s;
  s.id = c.campaign.id;
  s.name = c.campaign.name;
  s.target_apps = c.campaign.target_apps;
  s.end_date = c.campaign.end_date;
  s.covered_apps = c.covered_apps;
  s.left_apps = std::max<std::int64_t>(s.target_apps - s.covered_apps, 0);
  s.apps_per_day = static_cast<double>(c.covered_since);
  s.sweeps = c.sweeps;
  if (s.left_apps == 0 || s.apps_per_day > 0) {
    double days = s.left_apps == 0 ? 0 : static_cast<double>(s.left_apps) / s.apps_per_day;
    s.forecast_date =
        format_time(now_ms + static_cast<std::int64_t>(days * static_cast<double>(kDayMs))).substr(0, 10);
  }
  return s;
}

Result<Page<ChangeRow>> Service::changes(const ChangeQuery& query, const PageRequest& page, const Deadline&) {
  return parts_.store.changes(query, page);
}

Result<Page<Listing>> Service::listings(const std::string& store, const PageRequest& page, const Deadline&) {
  return parts_.store.listings(store, page);
}

Result<Page<ResultRow>> Service::results(const ResultQuery& query, const PageRequest& page, const Deadline&) {
  TRY_ASSIGN(Page<StoredResult> found, parts_.store.results(query, page));
  Page<ResultRow> out;
  out.next = found.next;
  for (StoredResult& s : found.rows) out.rows.push_back(row_of(std::move(s)));
  return out;
}

Result<ResultRow> Service::result(JobId job, const Deadline&) {
  TRY_ASSIGN(StoredResult found, parts_.store.result(job));
  return row_of(std::move(found));
}

Result<std::vector<SummaryRow>> Service::summary(const SummaryQuery& query, const Deadline&) {
  TRY_ASSIGN(std::vector<SummaryRow> rows, parts_.store.summary(query));
  TRY(correct_summary(parts_.store, query, rows));
  return rows;
}

Result<std::vector<FiguresRow>> Service::figures(SweepId sweep, const Deadline&) {
  return parts_.store.figures(sweep);
}

Result<SdkReport> Service::sdks(SweepId sweep, const Deadline&) {
  SdkReport out;
  TRY_ASSIGN(out.summary, parts_.store.sdks(sweep));
  const SdkCatalogue* catalogue = options_.core.sdks.get();
  for (SdkCount& count : std::exchange(out.summary.rows, {})) {
    SdkRow row{std::move(count), "", "", ""};
    const auto at = catalogue ? catalogue->find(row.count.id) : std::nullopt;
    if (at) {
      const Sdk& sdk = catalogue->sdks[*at];
      row.name = sdk.name, row.company = sdk.company, row.kind = sdk.kind;
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

Result<std::vector<AnnouncementRow>> Service::announcement(SweepId sweep, const Deadline&) {
  ResultQuery query;
  query.sweep = sweep;
  PageRequest page{"", kMaxPageRows};
  TRY_ASSIGN(const Catalogue catalogue, Catalogue::embedded());
  TRY_ASSIGN(const auto said, standings_of_sweep(parts_.store, sweep));
  std::vector<AnnouncementRow> out;
  do {
    TRY_ASSIGN(Page<StoredResult> found, parts_.store.results(query, page));
    for (StoredResult& s : found.rows) {
      ResultRow r = row_of(std::move(s));
      if (const auto of_it = said.find(r.job); of_it != said.end())
        r.verdict = with_people(std::move(r.verdict), of_it->second);
      std::string what = announced_problems(catalogue, r.verdict);
      if (what.empty()) continue;
      out.push_back({static_cast<std::int64_t>(out.size()) + 1,
                     shown_name(r.listing.label, r.listing.package), r.listing.developer, r.listing.store,
                     r.listing.version_name, what});
    }
    page.cursor = found.next;
  } while (!page.cursor.empty());
  return out;
}

Result<JobId> Service::retest(const RetestRequest& asked, const Deadline& deadline) {
  RetestRequest request = asked;
  if (!request.finding.empty()) TRY(complete(request, deadline));
  for (const std::string& rule : request.rules) {
    if (options_.rules.empty() || std::count(options_.rules.begin(), options_.rules.end(), rule) != 0)
      continue;
    return invalid("rules: the rule pack has no `" + rule + "`; its rules are called like " +
                   options_.rules[0]);
  }
  TRY_ASSIGN(std::int64_t id, shell_->command(StartRetest{request}, deadline));
  return JobId{id};
}

Result<std::vector<WorkerStatus>> Service::workers(const Deadline& deadline) {
  return shell_->on_core<std::vector<WorkerStatus>>(
      [this](Core& core) { return core.workers(shell_->now()); }, deadline);
}

Result<std::vector<DeviceStatus>> Service::devices(const Deadline& deadline) {
  return shell_->on_core<std::vector<DeviceStatus>>([](Core& core) { return core.devices(); }, deadline);
}

Status Service::drain(const std::string& worker, bool draining, const Deadline& deadline) {
  return shell_->command(DrainWorker{worker, draining}, deadline).status();
}

Status Service::free_device(const std::string& device, const std::string& why, const Deadline& deadline) {
  return shell_->command(FreeDevice{device, why}, deadline).status();
}

Result<Page<ControlRecord>> Service::controls(const PageRequest& page, const Deadline&) {
  return parts_.store.controls(page);
}

Result<std::vector<Event>> Service::events(std::int64_t after, SweepId sweep, const Deadline& deadline) {
  if (shell_->epoch() == 0) return does_not_lead();
  return shell_->events(after, sweep, deadline);
}

Result<Closing> Service::closing_head(const Deadline&) { return parts_.store.closing_head(); }

Result<std::vector<Closing>> Service::closings(std::int64_t after, std::size_t rows, const Deadline&) {
  return parts_.store.closings(after, rows);
}

Result<StatedResult> Service::statement(JobId job, const Deadline&) {
  if (!options_.core.closing_key) return unsupported("this coordinator has no key to sign with");
  return state_result(parts_.store, job, *options_.core.closing_key, shell_->now().wall_ms);
}

Result<std::string> Service::pack(const Digest& sha256, const Deadline&) {
  TRY_ASSIGN(KeptPack kept, parts_.store.pack(sha256));
  return std::move(kept.files);
}

Status Service::put_pack(const Digest& sha256, const std::string& files, const Deadline&) {
  return rejudging_->put_pack(sha256, files);
}

Result<RejudgeReport> Service::rejudge(const RejudgeRequest& request, const PageRequest& page,
                                       const Deadline& deadline) {
  return rejudging_->page(request, page, shell_->now().wall_ms, deadline);
}

Result<Calibration> Service::calibrate(const Calibration& calibration, const Deadline&) {
  if (shell_->epoch() == 0) return does_not_lead();
  return shell_->calibrations().put(shell_->epoch(), calibration);
}

Result<Page<Calibration>> Service::calibrations(const PageRequest& page, const Deadline&) {
  return shell_->calibrations().page(page);
}

Status Service::healthy() {
  if (shell_->epoch() == 0 && !shell_->stands_by()) return does_not_lead();
  return parts_.store.epoch().status();
}

Status Service::leading() {
  if (shell_->epoch() == 0) return does_not_lead();
  return healthy();
}

std::string Service::metrics_page() { return parts_.metrics.page(); }

}  // namespace storesweep
