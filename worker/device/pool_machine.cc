#include "worker/device/pool_machine.h"

#include <algorithm>

namespace storesweep::device {

namespace {
using Kind = PoolAction::Kind;

std::int64_t doubled(std::int64_t first_ms, int times, std::int64_t most_ms) {
  for (int i = 0; i < times && first_ms < most_ms; ++i) first_ms *= 2;
  return std::min(first_ms, most_ms);
}
}  // namespace

std::string_view name(SlotState state) {
  switch (state) {
    case SlotState::kPreparing:
      return "preparing";
    case SlotState::kFree:
      return "free";
    case SlotState::kLeased:
      return "leased";
    case SlotState::kQuarantined:
      return "quarantined";
    case SlotState::kForeign:
      return "foreign";
    case SlotState::kAbsent:
      break;
  }
  return "absent";
}

PoolActions PoolMachine::listed(const adb::DeviceList& list, std::int64_t now_ms) {
  PoolActions out;
  std::set<std::string> there;
  for (const adb::DeviceEntry& entry : list.devices) {
    if (!rules_.serials.empty() && !rules_.serials.contains(entry.serial)) continue;
    there.insert(entry.serial);
    see(entry, now_ms, out);
  }
  for (auto it = seen_.begin(); it != seen_.end();) {
    if (there.contains(it->first)) {
      ++it;
      continue;
    }
    const std::string serial = it->first;
    it = seen_.erase(it);
    lost(serial, "disconnected", now_ms, out);
  }
  dial_remotes(now_ms, out);
  return out;
}

void PoolMachine::see(const adb::DeviceEntry& entry, std::int64_t now_ms, PoolActions& out) {
  Seen& seen = seen_[entry.serial];
  const bool same = seen.transport_id == entry.transport_id && seen.usable == entry.usable();
  if (same && (seen.usable || seen.offline_ms != 0)) return;
  const bool was_usable = seen.usable;
  seen = Seen{
      .transport_id = entry.transport_id, .usable = entry.usable(), .identity = "", .offline_ms = now_ms};
  if (was_usable) lost(entry.serial, entry.usable() ? "reconnected" : entry.state, now_ms, out);
  if (seen.usable) {
    out.push_back({.kind = Kind::kIdentify, .serial = entry.serial, .transport_id = entry.transport_id});
  }
}

// The way to a device is gone. Another serial of the same device serves as well, once it has been looked at.
void PoolMachine::lost(const std::string& serial, const std::string& reason, std::int64_t, PoolActions& out) {
  for (auto& [identity, slot] : slots_) {
    if (slot.serial != serial) continue;
    slot.serial.clear();
    slot.transport_id = 0;
    for (const auto& [other, seen] : seen_) {
      if (other == serial || !seen.usable || seen.identity != identity) continue;
      out.push_back({.kind = Kind::kIdentify, .serial = other, .transport_id = seen.transport_id});
    }
    slot.reason = reason;
    // A leased one may be rebooting: whoever holds it decides. A quarantined one keeps its sentence.
    if (slot.state == SlotState::kFree || slot.state == SlotState::kPreparing) absent(slot);
  }
}

PoolActions PoolMachine::identified(const std::string& serial, std::uint64_t transport_id, const Facts& facts,
                                    std::int64_t) {
  PoolActions out;
  auto it = seen_.find(serial);
  if (it == seen_.end() || it->second.transport_id != transport_id || !it->second.usable) return out;
  it->second.identity = facts.serialno;
  it->second.tries = 0;
  it->second.retry_ms = -1;
  Slot& slot = slots_[facts.serialno];
  slot.facts = facts;
  if (auto owner = rules_.owners.find(facts.serialno);
      owner != rules_.owners.end() && owner->second != rules_.worker) {
    slot.state = SlotState::kForeign;
    slot.fit = false;
    slot.reason = "belongs to " + owner->second;
    return out;
  }
  if (slot.serial.empty()) attach(facts.serialno, slot, serial, transport_id, out);
  return out;
}

void PoolMachine::attach(const std::string& identity, Slot& slot, const std::string& serial,
                         std::uint64_t transport_id, PoolActions& out) {
  slot.serial = serial;
  slot.transport_id = transport_id;
  if (slot.state == SlotState::kLeased) {
    out.push_back({.kind = Kind::kRoute,
                   .serial = serial,
                   .transport_id = transport_id,
                   .identity = identity,
                   .work = 0});
  } else if (slot.state != SlotState::kQuarantined) {
    prepare(identity, slot, Kind::kPrepare, out);
  }
}

void PoolMachine::prepare(const std::string& identity, Slot& slot, Kind kind, PoolActions& out) {
  slot.state = SlotState::kPreparing;
  slot.work = ++last_work_;
  out.push_back({.kind = kind,
                 .serial = slot.serial,
                 .transport_id = slot.transport_id,
                 .identity = identity,
                 .work = slot.work});
}

PoolActions PoolMachine::not_identified(const std::string& serial, std::uint64_t transport_id,
                                        const std::string&, std::int64_t now_ms) {
  auto it = seen_.find(serial);
  if (it != seen_.end() && it->second.transport_id == transport_id && it->second.usable) {
    it->second.retry_ms = now_ms + doubled(rules_.retry_ms, it->second.tries++, rules_.quarantine_ms);
  }
  return {};
}

PoolActions PoolMachine::prepared(const std::string& identity, std::uint64_t work, const Status& status,
                                  std::int64_t now_ms) {
  auto it = slots_.find(identity);
  if (it == slots_.end() || it->second.work != work || it->second.state != SlotState::kPreparing) return {};
  Slot& slot = it->second;
  if (status.ok()) {
    slot.state = SlotState::kFree;
    slot.fit = true;
    slot.failures = 0;
    slot.reason.clear();
    slot.until_ms = now_ms + rules_.probe_ms;
  } else {
    quarantine(slot, status.text(), now_ms);
  }
  return {};
}

void PoolMachine::quarantine(Slot& slot, const std::string& reason, std::int64_t now_ms) {
  slot.state = SlotState::kQuarantined;
  slot.fit = false;
  slot.reason = reason;
  slot.until_ms = now_ms + doubled(rules_.quarantine_ms, slot.failures++, rules_.quarantine_max_ms);
}

void PoolMachine::absent(Slot& slot) {
  slot.state = SlotState::kAbsent;
  slot.fit = false;
}

PoolActions PoolMachine::tick(std::int64_t now_ms) {
  PoolActions out;
  for (auto& [serial, seen] : seen_) {
    if (!seen.usable || seen.retry_ms < 0 || seen.retry_ms > now_ms) continue;
    seen.retry_ms = -1;
    out.push_back({.kind = Kind::kIdentify, .serial = serial, .transport_id = seen.transport_id});
  }
  for (auto& [identity, slot] : slots_) {
    if (slot.until_ms > now_ms) continue;
    if (slot.state == SlotState::kFree) prepare(identity, slot, Kind::kProbe, out);
    if (slot.state != SlotState::kQuarantined) continue;
    if (slot.serial.empty()) {
      absent(slot);
    } else {
      prepare(identity, slot, Kind::kPrepare, out);
    }
  }
  dial_remotes(now_ms, out);
  return out;
}

// Those that are not in the server's list, and those that stay offline in it.
void PoolMachine::dial_remotes(std::int64_t now_ms, PoolActions& out) {
  for (const std::string& remote : rules_.remotes) {
    auto seen = seen_.find(remote);
    const bool offline = seen != seen_.end() && !seen->second.usable;
    if (seen != seen_.end() && !offline) continue;
    if (offline && now_ms < seen->second.offline_ms + rules_.offline_ms) continue;
    auto [last, first_time] = dialled_ms_.try_emplace(remote, now_ms);
    if (!first_time && now_ms < last->second + rules_.offline_ms) continue;
    last->second = now_ms;
    out.push_back({.kind = Kind::kReconnect, .serial = remote});
  }
}

std::optional<std::string> PoolMachine::lease(const Needs& needs, const std::optional<DeviceKind>& kind,
                                              const std::string& not_on, std::int64_t) {
  auto best = slots_.end();
  for (auto it = slots_.begin(); it != slots_.end(); ++it) {
    const storesweep::Device model = model_of(it->second.facts);
    if (it->second.state != SlotState::kFree || it->first == not_on) continue;
    if ((kind && model.kind != *kind) || !satisfies(model, needs)) continue;
    if (best == slots_.end() || it->second.failures < best->second.failures) best = it;
  }
  if (best == slots_.end()) return std::nullopt;
  best->second.state = SlotState::kLeased;
  return best->first;
}

bool PoolMachine::lease_this(const std::string& identity) {
  auto it = slots_.find(identity);
  if (it == slots_.end() || it->second.state != SlotState::kFree) return false;
  it->second.state = SlotState::kLeased;
  return true;
}

PoolActions PoolMachine::give_back(const std::string& identity, Returned how, const std::string& reason,
                                   std::int64_t now_ms) {
  PoolActions out;
  auto it = slots_.find(identity);
  if (it == slots_.end() || it->second.state != SlotState::kLeased) return out;
  Slot& slot = it->second;
  if (how == Returned::kSuspect) {
    quarantine(slot, reason, now_ms);
  } else if (slot.serial.empty()) {
    absent(slot);
  } else {
    prepare(identity, slot, PoolAction::Kind::kPrepare, out);
  }
  return out;
}

}  // namespace storesweep::device
