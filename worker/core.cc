#include "worker/core.h"

#include <algorithm>

namespace storesweep::worker {
namespace {
bool fits(const Device& device, const job::WantDevice& want) {
  return satisfies(device, want.needs) && device.identity != want.not_on_device &&
         (!want.on_kind || *want.on_kind == device.kind) &&
         std::find(want.avoid.begin(), want.avoid.end(), device.identity) == want.avoid.end();
}
template <class... F>
struct Overload : F... {
  using F::operator()...;
};
template <class... F>
Overload(F...) -> Overload<F...>;  // clang 14 does not make it by itself
}  // namespace

Core::Core(CoreOptions options, std::vector<Outcome> spooled)
    : options_(std::move(options)), session_(options_.session, std::move(spooled)) {}

std::vector<Effect> Core::on(const CoreEvent& event, std::int64_t now) {
  now_ = now;
  std::visit([this](const auto& e) { handle(e); }, event);
  settle();
  if (!said_.empty()) effect(Send{std::exchange(said_, {})});
  for (RunJob& run : runs_) effect(std::move(run));  // last: Began goes out first
  runs_.clear();
  return std::exchange(effects_, {});
}

std::int64_t Core::next_due() const {
  std::int64_t due = session_.next_due();
  for (const auto& [k, job] : jobs_) due = std::min(due, job.stages.next_due());
  return due;
}

// Session and stages answer each other until both are quiet.
void Core::settle() {
  for (;;) {
    give_devices();
    tell_devices();
    if (session_events_.empty()) return;
    const link::SessionEvent event = std::move(session_events_.front());
    session_events_.pop_front();
    for (link::SessionAction& action : session_.on(event, now_)) {
      std::visit([this](auto& a) { carry(a); }, action);
    }
  }
}

// ---- events

void Core::handle(const DevicesSeen& e) {
  devices_ = e.fit;
  devices_changed_ = true;
}
void Core::handle(const JobEvent& e) {
  if (const auto* fetched = std::get_if<job::FetchDone>(&e.event)) {
    if (auto at = jobs_.find(key(e.token)); at != jobs_.end()) at->second.file_set = fetched->file_set;
  }
  to_job(e.token, e.event);
}
void Core::handle(const EntryBroken& e) {
  if (!session_.holds_entry(e.token)) return;  // answered meanwhile, and gone
  Failure failure;
  failure.token = e.token;
  failure.detail = e.why;
  effect(ReplaceEntry{std::move(failure), e.why});
}
void Core::handle(const link::Tick& e) {
  to_all_jobs(job::StageTick{});
  feed(e);
}

void Core::to_job(const Token& token, const job::StageEvent& event) {
  auto at = jobs_.find(key(token));
  if (at == jobs_.end()) return;
  for (job::StageAction& action : at->second.stages.on(event, now_)) carry(at->second, action);
  if (at->second.stages.over()) jobs_.erase(at);
}
void Core::to_all_jobs(const job::StageEvent& event) {
  std::vector<Token> tokens;
  for (const auto& [k, job] : jobs_) tokens.push_back(job.stages.offer().token);
  for (const Token& token : tokens) to_job(token, event);
}

// ---- what the session wants

void Core::carry(link::StartLease& a) {
  const Token token = a.offer.token;
  jobs_.emplace(key(token), Job{job::JobStages(std::move(a.offer), options_.stages), {}, {}});
  to_job(token, job::LeaseTaken{});
}
void Core::carry(link::FileSetAnswered& a) { to_job(a.token, job::RunAnswered{a.answer}); }
void Core::carry(link::AbandonLease& a) { to_job(a.token, job::GiveUp{}); }

// ---- what a lease's stages want

void Core::carry(Job& job, job::StageAction& action) {
  const LeaseOffer& offer = job.stages.offer();
  std::visit(Overload{[&](job::StartFetch&) { effect(FetchJob{offer}); },
                      [&](job::CancelFetch&) { effect(CancelJob{offer.token}); },
                      [&](job::AskToRun& a) { feed(link::FileSetKnown{std::move(a.question)}); },
                      [&](job::WantDevice& a) { job.wants = std::move(a); },
                      [&](job::NoteStart&) { effect(NoteJob{offer.token}); },
                      [&](job::SayBegan&) { feed(link::RunBegins{offer.token}); },
                      [&](job::StartRun& a) {
                        runs_.push_back({offer, std::move(a.device), job.file_set});
                      },
                      [&](job::CancelRun&) { effect(CancelJob{offer.token}); },
                      [&](job::FreeDevice& a) {
                        held_.erase(a.identity);
                        devices_changed_ = true;
                        if (a.suspect) effect(SuspectDevice{a.identity});
                      },
                      [&](job::KeepOutcome& a) {
                        effect(KeepJob{std::move(a.outcome), offer.evidence_address});
                      },
                      [&](job::ShowStage& a) {
                        feed(link::StageReached{offer.token, a.stage});
                      },
                      [&](job::JobOver& a) {
                        if (!a.outcome) effect(ForgetJob{offer.token});
                        feed(link::LeaseOver{offer.token, std::move(a.outcome)});
                      }},
             action);
}

// ---- devices

void Core::give_devices() {
  std::vector<std::pair<Token, job::StageEvent>> events;
  for (auto& [k, job] : jobs_) {
    if (!job.wants) continue;
    const Device* free = nullptr;
    bool any = false;
    for (const Device& device : devices_) {
      if (!fits(device, *job.wants)) continue;
      any = true;
      if (!held_.contains(device.identity) && free == nullptr) free = &device;
    }
    if (any && free == nullptr) continue;  // one that fits is busy
    job.wants.reset();
    if (free == nullptr) {
      events.emplace_back(job.stages.offer().token, job::NoDeviceFits{});
    } else {
      held_[free->identity] = k;
      devices_changed_ = true;
      events.emplace_back(job.stages.offer().token, job::DeviceGiven{*free});
    }
  }
  for (auto& [token, event] : events) to_job(token, event);
}

void Core::tell_devices() {
  if (!std::exchange(devices_changed_, false)) return;
  link::DevicesChanged e;
  e.all = devices_;
  for (const Device& device : devices_) {
    if (!held_.contains(device.identity)) e.free_devices.push_back(device.identity);
  }
  feed(e);
}

}  // namespace storesweep::worker
