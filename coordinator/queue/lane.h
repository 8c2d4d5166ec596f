// Jobs that have no place in a sweep's order any more: what came back, retests, confirmations. First come,
// first served within what a device can serve: jobs are kept by what they wish of a device, so that a
// thousand jobs that wait for a rare device cost a taker one look. Values; one thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/model/lease.h"

namespace storesweep {

// What a job wishes of the device that runs it.
struct Wish {
  Needs needs;
  std::string not_on_device;          // an identity; empty: any
  std::optional<DeviceKind> on_kind;  // empty: any
  std::vector<std::string> avoid{};  // identities where it has just failed, while others can serve it; sorted
};
bool serves(const Device& device, const Wish& wish);
// Equal for equal wishes.
std::string wish_key(const Wish& wish);

class Lane {
 public:
  // value: the entry's number in this lane.
  std::uint64_t push(JobId job, const Wish& wish);
  // The oldest job that one of the devices serves and that is `current` (others have ended, or wait
  // elsewhere, and are forgotten). `device` becomes the index of the device. Zero: none.
  JobId take(const std::vector<const Device*>& devices,
             const std::function<bool(JobId, std::uint64_t)>& current, std::size_t* device);
  bool empty() const { return kinds_.empty(); }

  struct Kind {
    Wish wish;
    std::deque<std::pair<std::uint64_t, JobId>> jobs;  // by order of arrival
    std::int64_t unserved_since_ms = -1;               // the keeper's: since when no device serves it
  };
  std::map<std::string, Kind>& kinds() { return kinds_; }

 private:
  std::map<std::string, Kind> kinds_;
  std::uint64_t arrivals_ = 0;
};

}  // namespace storesweep
