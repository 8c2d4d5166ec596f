// Which devices there are, which of them may be used, and what has to be done to them next. Pure: events and
// the time in, actions out; no sockets, no clock. One device is one slot, whatever serials it appears under:
// the key of a slot is its identity (ro.serialno). One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/model/job.h"
#include "worker/adb/protocol.h"
#include "worker/device/device.h"

namespace storesweep::device {

struct PoolRules {
  std::string worker;  // our own name
  std::map<std::string, std::string>
      owners;                           // identity -> worker; those not named belong to whoever sees them
  std::set<std::string> serials;        // look at these only; empty: at all
  std::vector<std::string> remotes;     // "host:port" to keep dialled
  std::int64_t retry_ms = 2'000;        // after a device that could not be identified; doubles
  std::int64_t quarantine_ms = 60'000;  // the first; doubles
  std::int64_t quarantine_max_ms = 3'600'000;
  std::int64_t probe_ms = 30'000;   // a free device is asked whether it lives
  std::int64_t offline_ms = 5'000;  // a remote device may be offline before it is dialled anew
};

enum class SlotState {
  kPreparing,  // the baseline is taken, or the last app cleaned away
  kFree,
  kLeased,
  kQuarantined,  // until_ms, then prepared again
  kAbsent,       // not connected
  kForeign,      // another worker's
};
inline constexpr SlotState kSlotStates[] = {SlotState::kPreparing,   SlotState::kFree,   SlotState::kLeased,
                                            SlotState::kQuarantined, SlotState::kAbsent, SlotState::kForeign};
std::string_view name(SlotState state);

struct Slot {
  Facts facts;
  SlotState state = SlotState::kAbsent;
  std::string serial;  // the way to it; empty: none now
  std::uint64_t transport_id = 0;
  bool fit = false;  // it was seen to be clean, and nothing was held against it since: free, leased, or being
                     // prepared after a lease
  std::string reason;         // why it is quarantined, absent or foreign
  int failures = 0;           // in a row
  std::int64_t until_ms = 0;  // quarantined: when it may try again; free: when it is probed
  std::uint64_t work = 0;     // number of the last kPrepare or kProbe; answers to older ones do not count
};

struct PoolAction {
  enum class Kind {
    kIdentify,  // open serial/transport_id, tell identified() or not_identified()
    kPrepare,   // claim, baseline or clean, attest; tell prepared()
    kProbe,     // ask whether it lives; tell prepared()
    kRoute,     // the leased device of this identity is now at serial/transport_id
    kReconnect  // dial serial anew
  };
  Kind kind = Kind::kIdentify;
  std::string serial;
  std::uint64_t transport_id = 0;
  std::string identity;
  std::uint64_t work = 0;
};
using PoolActions = std::vector<PoolAction>;

enum class Returned { kFine, kSuspect };  // how a lease ended for the device

class PoolMachine {
 public:
  explicit PoolMachine(PoolRules rules) : rules_(std::move(rules)) {}

  // The server's list, each time it changes. After a server's end: an empty one.
  PoolActions listed(const adb::DeviceList& list, std::int64_t now_ms);
  PoolActions identified(const std::string& serial, std::uint64_t transport_id, const Facts& facts,
                         std::int64_t now_ms);
  PoolActions not_identified(const std::string& serial, std::uint64_t transport_id, const std::string& reason,
                             std::int64_t now_ms);
  // Ok: it is free (again). An error puts it in quarantine.
  PoolActions prepared(const std::string& identity, std::uint64_t work, const Status& status,
                       std::int64_t now_ms);
  PoolActions tick(std::int64_t now_ms);

  // Takes a free device: with what the app needs, of the kind where one is asked for, and not that one. The
  // one that has the fewest failures first.
  std::optional<std::string> lease(const Needs& needs, const std::optional<DeviceKind>& kind,
                                   const std::string& not_on, std::int64_t now_ms);
  // Takes this one, when it is free.
  bool lease_this(const std::string& identity);
  PoolActions give_back(const std::string& identity, Returned how, const std::string& reason,
                        std::int64_t now_ms);

  const std::map<std::string, Slot>& slots() const { return slots_; }

 private:
  struct Seen {  // a serial of the server's list
    std::uint64_t transport_id = 0;
    bool usable = false;
    std::string identity;  // empty: not known yet
    int tries = 0;
    std::int64_t retry_ms = -1;   // when to identify again; -1: not due
    std::int64_t offline_ms = 0;  // since when it is not usable
  };

  void see(const adb::DeviceEntry& entry, std::int64_t now_ms, PoolActions& out);
  void lost(const std::string& serial, const std::string& reason, std::int64_t now_ms, PoolActions& out);
  void attach(const std::string& identity, Slot& slot, const std::string& serial, std::uint64_t transport_id,
              PoolActions& out);
  void prepare(const std::string& identity, Slot& slot, PoolAction::Kind kind, PoolActions& out);
  static void absent(Slot& slot);
  void quarantine(Slot& slot, const std::string& reason, std::int64_t now_ms);
  void dial_remotes(std::int64_t now_ms, PoolActions& out);

  PoolRules rules_;
  std::map<std::string, Seen> seen_;
  std::map<std::string, Slot> slots_;
  std::map<std::string, std::int64_t> dialled_ms_;  // remote -> when last
  std::uint64_t last_work_ = 0;
};

}  // namespace storesweep::device
