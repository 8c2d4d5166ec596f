// Controls in the simulated world: devices that go blind, people who free them, and what must hold of it all.
#include "tests/sim/coordinator.h"
#include "tests/sim/worker.h"

namespace storesweep::sim {

bool World::blind(const std::string& device) const {
  auto from = blind_from_ms.find(device);
  return from != blind_from_ms.end() && now_ms_ >= from->second;
}

bool World::long_free(const std::string& device) const {
  auto freed = freed_ms.find(device);
  return quarantined.count(device) == 0 && (freed == freed_ms.end() || now_ms_ >= freed->second + 2'000);
}

// In some seeds controls go out, and now and then a device goes blind; it sees again when it is reset.
void World::plan_controls() {
  controls = random_.chance(0.5);
  if (!controls) return;
  App probe;
  probe.package = kProbe;
  probe.file_set = sha256(probe.package);
  probe.violates = true;
  apps_[probe.package] = probe;
  for (const auto& w : workers_) {
    for (const Device& d : w->devices()) {
      const auto from = static_cast<std::int64_t>(random_.below(8'000));
      if (random_.chance(0.3)) blind_from_ms[d.identity] = from;
    }
  }
  for (std::int64_t ms = 5'000; ms < kFaultsMs + kPatienceMs; ms += 5'000)
    after(ms, [this] { free_devices(); });
}

void World::free_devices() {
  const Core* core = coordinators_.back()->core();
  if (!core || replaying_) return;
  const std::map<std::string, DeviceAct> all = core->quarantined();
  for (const auto& one : all) coordinators_.back()->command({3, FreeDevice{one.first, "reset"}});
}

// Invariants 15 and 16, of what stands in the end.
void World::check_controls() {
  for (const Voiding& v : store.voidings()) {
    if (!store.ends().count(v.retest)) violated("16: what is void was not run again");
  }
  for (const auto& [token, c] : store.all_controls()) {
    result.controls += c.end != ControlEnd::kOpen;
    result.quarantined += c.end == ControlEnd::kBad;
    for (const auto& [listing, words] : last_word) {
      for (const RuleOutcome& r : c.rules) {
        auto word = words.find(r.rule);
        if (!r.bad() || word == words.end() || !word->second) continue;
        const RunRecord run = *store.run(word->second);
        const bool base_doubted = run.base_run && run.base_run > r.since && run.base_run <= c.run &&
                                  store.run(run.base_run)->device.identity == c.device;
        const bool doubted = run.device.identity == c.device && run.id > r.since && run.id <= c.run;
        if (doubted || base_doubted)
          violated("15: the verdict of " + std::to_string(listing.value) + " still rests on what " +
                   c.device + " saw of " + r.rule + " before it failed a control");
      }
    }
  }
  result.voided = static_cast<std::int64_t>(store.voidings().size());
}

// A control is no run of its job, and what a quarantined device did is believed no more.
void SimCoordinator::check_run(const RunRecord& run) {
  if (world_.store.all_controls().count(run.token)) world_.violated("14: a control counted as a run");
  if (world_.quarantined.count(run.device.identity))
    world_.violated("15: a run of the quarantined device " + run.device.identity + " was believed");
}

void SimCoordinator::note_control(const Write& write) {
  if (auto* c = std::get_if<Box<EndControl>>(&write)) {
    world_.trace("control " + std::to_string((*c)->control.job.value) + " on " + (*c)->control.device + ": " +
                 std::string(name((*c)->control.end)));
    if ((*c)->act) world_.quarantined.insert((*c)->act->device);
  }
  if (auto* a = std::get_if<ActOnDevice>(&write)) {
    world_.trace(a->act.device + " is freed");
    world_.quarantined.erase(a->act.device);
    world_.freed_ms[a->act.device] = world_.now();
    world_.blind_from_ms.erase(a->act.device);
  }
  if (auto* v = std::get_if<Box<VoidRules>>(&write)) {
    const Voiding& what = (*v)->voiding;
    world_.trace("void of " + std::to_string(what.job.value) + ", again as " +
                 std::to_string(what.retest.value));
    for (const VoidedRule& r : what.rules) world_.last_word[what.job][r.rule] = {};
  }
}

}  // namespace storesweep::sim
