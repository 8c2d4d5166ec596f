#include "coordinator/service/shell.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/model/trace.h"

namespace storesweep {
namespace {
constexpr std::size_t kMaxEvents = 10'000;
// Sequences go on rising over a restart, so that a client that comes back misses nothing; less than 2^53.
constexpr std::int64_t kEventsPerMs = 1'000;
constexpr std::size_t kMaxHeard = 100'000;
constexpr std::int64_t kHeadLookMs = 60'000;

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}
std::string json_of(const Happened& h) {
  return "{\"sweep\":" + std::to_string(h.sweep.value) + ",\"job\":" + std::to_string(h.job.value) +
         ",\"text\":" + quoted(h.text) + "}";
}
}  // namespace

Service::Shell::Shell(const ServiceOptions& options, ServiceParts parts, Send send)
    : options_(options),
      parts_(parts),
      send_(std::move(send)),
      next_event_(parts.clock.wall_ms() * kEventsPerMs) {
  if (!options_.judge.command.empty()) {
    pool_ = std::make_unique<JudgePool>(
        options_.judge, parts_.log,
        [this](std::uint64_t ticket, JudgeAnswer a) { judged(ticket, std::move(a)); });
  }
  commit_thread_ = std::thread([this] { commit_loop(); });
  evidence_thread_ = std::thread([this] { evidence_loop(); });
  if (parts_.blobs.is_far()) look_thread_ = std::thread([this] { look_at_evidence(); });
  service_thread_ = std::thread([this] { serve(); });
}

Service::Shell::~Shell() {
  stopping_ = true;
  stop_.cancel();
  for (auto [mutex, changed] : {std::pair(&inbox_mutex_, &inbox_changed_),
                                {&commit_mutex_, &commit_changed_},
                                {&evidence_mutex_, &evidence_changed_},
                                {&event_mutex_, &event_changed_}}) {
    std::lock_guard lock(*mutex);
    changed->notify_all();
  }
  service_thread_.join();
  commit_thread_.join();
  evidence_thread_.join();
  if (look_thread_.joinable()) look_thread_.join();
  pool_.reset();
}

void Service::Shell::push(CoreEvent event) {
  std::vector<CoreEvent> one;
  one.push_back(std::move(event));
  push(std::move(one));
}

// Where something lies in the inbox already the service thread has been woken for it.
void Service::Shell::push(std::vector<CoreEvent> events) {
  bool first = false;
  {
    std::lock_guard lock(inbox_mutex_);
    first = inbox_.empty();
    std::move(events.begin(), events.end(), std::back_inserter(inbox_));
  }
  if (first) inbox_changed_.notify_one();
}

void Service::Shell::drained(std::int64_t steady_ms) {
  std::lock_guard lock(inbox_mutex_);
  inbox_drained_ms_ = steady_ms;
}

bool Service::Shell::genuine(const Token& token) const {
  std::lock_guard lock(secret_mutex_);
  // Before the first lead nothing can be said: who asks further hears so.
  return secret_.empty() || equal_secret(token_mac(secret_, token), token.mac);
}

// ---- the service thread

void Service::Shell::serve() {
  while (!stopping_) {
    if (lead()) lead_until_lost();
    answer_without_lead();
  }
  lost("it stops");
}

// Messages are lost, questions get an answer.
void Service::Shell::answer_without_lead() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(options_.lead_again_ms);
  while (!stopping_ && std::chrono::steady_clock::now() < until) {
    std::vector<Item> items;
    {
      std::unique_lock lock(inbox_mutex_);
      inbox_changed_.wait_until(lock, until, [this] { return stopping_ || !inbox_.empty(); });
      items.swap(inbox_);
    }
    for (Item& item : items) {
      if (auto* q = std::get_if<Question>(&item)) q->ask(nullptr);
      auto* event = std::get_if<CoreEvent>(&item);
      auto* spoke = event ? std::get_if<FromWorkerEvent>(event) : nullptr;
      if (spoke && heard_.size() < kMaxHeard) heard_.insert(std::move(spoke->worker));
    }
  }
}

bool Service::Shell::lead() {
  auto lead = parts_.store.take_lead(parts_.random.next_u64());
  auto loaded = lead.ok() ? parts_.store.load() : Result<Loaded>(lead.status());
  if (loaded.status().kind() == ErrorKind::kExists) return stand_by(loaded.status().message()), false;
  standing_by_ = false;
  if (!loaded.ok()) {
    parts_.log.error("cannot lead", {{"why", loaded.status().text()}});
    return false;
  }
  if (Status kept = keep_pack(lead->epoch); !kept.ok()) {
    parts_.log.error("cannot lead", {{"why", kept.text()}});
    return false;
  }
  {
    std::lock_guard lock(secret_mutex_);
    secret_ = lead->secret;
  }
  epoch_ = lead->epoch;
  parts_.log.info("leads", {{"epoch", static_cast<unsigned long>(lead->epoch)},
                            {"sweeps", static_cast<unsigned long>(loaded->sweeps.size())}});
  if (options_.on_lead) options_.on_lead(epoch_, "");
  counting_.leads(lead->epoch);
  calibrations_.forget();
  reads_.clear();
  new_commits_.clear();
  answers_.clear();
  said_.clear();
  drained_ms_ = now().steady_ms;
  core_ = std::make_unique<Core>(options_.core, std::move(*lead), std::move(*loaded), now());
  if (!leasing_stopped_why_.empty()) answers_.push_back(StopLeasing{leasing_stopped_why_});
  for (const std::string& worker : std::exchange(heard_, {})) said_.push_back({worker, WhoAreYou{epoch_}});
  return true;
}

// Once for each time that another leads.
void Service::Shell::stand_by(const std::string& why) {
  if (!standing_by_.exchange(true)) parts_.log.info("stands by", {{"why", why}});
}

void Service::Shell::lead_until_lost() {
  while (core_ && !stopping_) {
    std::vector<Item> items;
    std::int64_t drained = 0;
    {
      std::unique_lock lock(inbox_mutex_);
      std::int64_t wait_ms = std::max<std::int64_t>(core_->next_tick_ms() - now().steady_ms, 0);
      inbox_changed_.wait_for(lock, std::chrono::milliseconds(wait_ms),
                              [this] { return !inbox_.empty() || stopping_; });
      items.swap(inbox_);
      drained = inbox_drained_ms_;
    }
    handle(std::move(items));
    hand_to_committer();
    drained_ms_ = std::max(drained_ms_, drained);
    while (core_ && (!answers_.empty() || !reads_.empty())) {
      for (Action& a : std::exchange(reads_, {})) read(a);
      carry_out(core_->on(std::exchange(answers_, {}), now()));
    }
    say();
    if (!core_) return;
    hand_to_committer();
    look_at_disk();
    look_at_day();
    if (now().steady_ms >= core_->next_tick_ms()) {
      carry_out(core_->on(Tick{drained_ms_}, now()));
      if (core_) counting_.look(*core_, parts_.store, now());
      say();
      hand_to_committer();
    }
  }
}

// What lies between two questions is one turn of the core.
void Service::Shell::handle(std::vector<Item> items) {
  std::vector<CoreEvent> turn;
  turn.reserve(items.size());
  auto hear = [&] {
    if (core_ && !turn.empty()) carry_out(core_->on(std::exchange(turn, {}), now()));
  };
  for (Item& item : items) {
    if (auto* event = std::get_if<CoreEvent>(&item)) {
      turn.push_back(std::move(*event));
    } else {
      hear();
      std::get<Question>(item).ask(core_.get());
    }
  }
  hear();
}

// All that this batch has to say to a worker is one turn, in the order in which it was said.
void Service::Shell::say() {
  std::unordered_map<std::string_view, std::size_t> at;
  std::vector<std::pair<std::string_view, std::vector<ToWorker>>> turns;
  for (SendAction& s : said_) {
    auto [found, first] = at.emplace(s.worker, turns.size());
    if (first) turns.emplace_back(s.worker, std::vector<ToWorker>());
    turns[found->second].second.push_back(std::move(s.message));
  }
  for (const auto& [worker, turn] : turns) send_(std::string(worker), turn);
  said_.clear();
}

std::string Service::Shell::why_low() const {
  return "the disk has less than " + std::to_string(options_.disk_low_bytes >> 20) +
         " MiB free (blobs.low_water_bytes): make room, for instance by `storesweep gc`; at " +
         std::to_string(options_.disk_fine_bytes >> 20) + " MiB it goes on by itself";
}

void Service::Shell::look_at_disk() {
  if (now().steady_ms < next_disk_look_ms_) return;
  next_disk_look_ms_ = now().steady_ms + options_.disk_look_ms;
  std::uint64_t free = UINT64_MAX;
  for (const std::string& folder : options_.disks) {
    struct statvfs fs {};
    if (statvfs(folder.c_str(), &fs) == 0) free = std::min(free, std::uint64_t{fs.f_bavail} * fs.f_frsize);
  }
  const bool low = free < (disk_low_ ? options_.disk_fine_bytes : options_.disk_low_bytes);
  if (free != UINT64_MAX) counting_.disk(free, low);
  if (low != disk_low_) {
    parts_.log.warning(low ? "disk low: nothing is leased" : "disk fine again: leasing goes on",
                       {{"free_bytes", static_cast<unsigned long>(free)}});
  }
  disk_low_ = low;
  std::string why = low ? why_low() : "";
  if (why.empty()) why = evidence_trouble();
  if (why == leasing_stopped_why_) return;
  leasing_stopped_why_ = why;
  answers_.push_back(StopLeasing{std::move(why)});
}

// Whoever reads the verdicts of this pack later finds the pack too.
// A version names one pack for good, or nobody could say later what a verdict was judged by.
Status Service::Shell::keep_pack(std::uint64_t epoch) {
  if (options_.pack_files.empty()) return ok_status();
  const std::string& version = options_.core.pack_version;
  const Digest own = sha256(options_.pack_files);
  const auto known = parts_.store.pack_of(version);
  if (!known.ok() && known.status().kind() != ErrorKind::kNotFound) return known.status();
  if (known.ok() && known->sha256 != own) {
    return invalid("another rule pack of version " + version +
                   " was judged with before: raise `version` in its pack.yaml");
  }
  const std::vector<Write> writes = {KeepPack{{version, own, options_.pack_files, now().wall_ms}}};
  const CommitResult kept = parts_.store.commit(epoch, writes);
  return kept.state == CommitState::kCommitted ? ok_status() : unavailable(kept.message);
}

// The evidence thread writes it: the disk may stall.
void Service::Shell::look_at_day() {
  if (options_.heads.empty() || now().steady_ms < next_head_ms_) return;
  next_head_ms_ = now().steady_ms + kHeadLookMs;
  std::lock_guard lock(evidence_mutex_);
  head_wanted_ = true;
  evidence_changed_.notify_one();
}

void Service::Shell::lost(const std::string& why) {
  if (core_ && !stopping_) parts_.log.warning("does not lead any more", {{"why", why}});
  if (core_ && options_.on_lead) options_.on_lead(0, why);
  core_.reset();
  epoch_ = 0;
  counting_.leads(0);
  std::lock_guard lock(ticket_mutex_);
  for (auto& [ticket, promise] : tickets_)
    promise.set_value(unavailable("the coordinator lost its lead: ask again"));
  tickets_.clear();
}

void Service::Shell::carry_out(std::vector<Action> actions) {
  for (Action& a : actions) carry_out(a);
}

void Service::Shell::carry_out(Action& action) {
  if (auto* s = std::get_if<SendAction>(&action)) {
    counting_.said(s->message);
    log_leases(*s);
    said_.push_back(std::move(*s));
  } else if (auto* c = std::get_if<CommitAction>(&action)) {
    new_commits_.push_back(std::move(*c));
  } else if (auto* b = std::get_if<CheckBlobs>(&action)) {
    std::lock_guard lock(evidence_mutex_);
    checks_.push_back(std::move(*b));
    evidence_changed_.notify_one();
  } else if (auto* j = std::get_if<Box<JudgeAction>>(&action)) {
    std::lock_guard lock(evidence_mutex_);
    judgings_.push_back(std::move(**j));
    evidence_changed_.notify_one();
  } else if (auto* r = std::get_if<Reply>(&action)) {
    std::lock_guard lock(ticket_mutex_);
    auto t = tickets_.find(r->ticket);
    if (t == tickets_.end()) return;
    t->second.set_value(r->status.ok() ? Result<std::int64_t>(r->id) : Result<std::int64_t>(r->status));
    tickets_.erase(t);
  } else if (auto* h = std::get_if<Happened>(&action)) {
    tell(std::move(*h));
  } else if (auto* d = std::get_if<StepDown>(&action)) {
    lost(d->why);
  } else {
    reads_.push_back(std::move(action));
  }
}

// All that one batch of the inbox gave, at once.
void Service::Shell::hand_to_committer() {
  if (new_commits_.empty() || !core_) return new_commits_.clear();
  std::lock_guard lock(commit_mutex_);
  if (commits_epoch_ != core_->epoch()) commits_.clear();
  commits_epoch_ = core_->epoch();
  std::move(new_commits_.begin(), new_commits_.end(), std::back_inserter(commits_));
  new_commits_.clear();
  commit_changed_.notify_one();
}

void Service::Shell::read(Action& action) {
  Store& store = parts_.store;
  if (auto* e = std::get_if<ReadEpoch>(&action)) {
    answers_.push_back(EpochRead{e->id, store.epoch()});
  } else if (auto* j = std::get_if<ReadJobs>(&action)) {
    answers_.push_back(JobsRead{j->id, store.jobs(j->jobs)});
  } else if (auto* u = std::get_if<ReadRuns>(&action)) {
    read_runs(*u);
  } else if (auto* x = std::get_if<ReadResult>(&action)) {
    answers_.push_back(ResultRead{x->id, store.result(x->job)});
  } else if (auto* s = std::get_if<ReadSweep>(&action)) {
    answers_.push_back(SweepRead{s->id, store.sweep(s->sweep)});
  } else if (auto* t = std::get_if<ReadTrail>(&action)) {
    answers_.push_back(TrailRead{t->id, store.trail_of(t->device)});
  } else if (auto* r = std::get_if<ReadResting>(&action)) {
    answers_.push_back(RestingRead{r->id, store.resting_on(r->device, r->since, r->from)});
  }
}

void Service::Shell::read_runs(const ReadRuns& what) {
  if (!what.run) {
    answers_.push_back(RunsRead{what.id, what.confirming ? parts_.store.runs_confirming(what.confirming)
                                                         : parts_.store.runs_of(what.file_set)});
    return;
  }
  auto run = parts_.store.run(what.run);
  if (run.ok()) {
    answers_.push_back(RunsRead{what.id, std::vector<RunRecord>{std::move(*run)}});
  } else if (run.status().kind() == ErrorKind::kNotFound) {
    answers_.push_back(RunsRead{what.id, std::vector<RunRecord>{}});
  } else {
    answers_.push_back(RunsRead{what.id, run.status()});
  }
}

// ---- commands and events

Result<std::int64_t> Service::Shell::command(decltype(Command::what) what, const Deadline& deadline) {
  if (epoch() == 0) return does_not_lead();
  std::future<Result<std::int64_t>> answer;
  std::uint64_t ticket = 0;
  {
    std::lock_guard lock(ticket_mutex_);
    ticket = ++next_ticket_;
    answer = tickets_[ticket].get_future();
  }
  push(Command{ticket, std::move(what)});
  if (answer.wait_for(std::chrono::milliseconds(deadline.left_ms())) != std::future_status::ready) {
    std::lock_guard lock(ticket_mutex_);
    if (tickets_.erase(ticket) != 0) return timed_out("the service is busy: ask again with the same key");
  }
  return answer.get();
}

// What becomes of one app, under the trace of its listing's job. Of a second run and a retest the worker
// knows its own job alone: run_trace_id leads to its lines.
void Service::Shell::log_leases(const SendAction& said) {
  const auto* grant = std::get_if<Grant>(&said.message);
  if (!grant || !core_ || !parts_.log.writes(LogLevel::kInfo)) return;
  for (const LeaseOffer& o : grant->leases) {
    const JobId app = core_->app_of(o.token.job);
    const TraceScope trace(trace_id(app));
    parts_.log.info("leased", {{"worker", said.worker},
                               {"package", o.listing.package},
                               {"sweep", o.sweep.value},
                               {"job", o.token.job.value},
                               {"kind", name(o.kind)},
                               {"run_trace_id", trace_id(o.token.job)}});
  }
}

// Tens of thousands a second, where nobody asked for more than warnings.
void Service::Shell::log_event(const Happened& what) {
  const bool trouble = what.kind == "trouble";
  const LogLevel level = trouble ? LogLevel::kWarning : LogLevel::kInfo;
  if (!parts_.log.writes(level)) return;
  if (what.job) {
    const TraceScope trace(trace_id(what.app));
    parts_.log.write(level, what.kind,
                     {{"what", what.text}, {"sweep", what.sweep.value}, {"job", what.job.value}});
  } else if (trouble) {
    parts_.log.warning("trouble", {{"what", what.text}});
  }
}

void Service::Shell::tell(Happened what) {
  log_event(what);
  std::lock_guard lock(event_mutex_);
  ++next_event_;
  events_.push_back(std::move(what));
  if (events_.size() > kMaxEvents) events_.pop_front();
  if (listeners_ > 0) event_changed_.notify_all();
}

Result<std::vector<Event>> Service::Shell::events(std::int64_t after, SweepId sweep,
                                                  const Deadline& deadline) {
  std::unique_lock lock(event_mutex_);
  // Sequences stand without gaps: from the first that was not looked at yet.
  std::int64_t seen = after;
  auto found = [&] {
    std::vector<Event> out;
    const std::int64_t oldest = next_event_ + 1 - static_cast<std::int64_t>(events_.size());
    if (after != 0 && after + 1 < oldest && seen == after) {
      out.push_back({oldest - 1, "missed", "{\"text\":\"events before this one are no longer kept\"}"});
    }
    for (auto i = static_cast<std::size_t>(std::max(seen + 1 - oldest, std::int64_t{0}));
         i < events_.size() && out.size() < kMaxPageRows; ++i) {
      const Happened& e = events_[i];
      seen = oldest + static_cast<std::int64_t>(i);
      if (!sweep || e.sweep == sweep || !e.sweep) out.push_back({seen, e.kind, json_of(e)});
    }
    return out;
  };
  std::vector<Event> out = found();
  ++listeners_;
  while (out.empty() && !stopping_ && !deadline.passed() &&
         !(deadline.cancel && deadline.cancel->cancelled())) {
    event_changed_.wait_for(lock, std::chrono::milliseconds(std::min<std::int64_t>(deadline.left_ms(), 200)));
    out = found();
  }
  --listeners_;
  return out;
}

}  // namespace storesweep
