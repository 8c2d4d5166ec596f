// The trace id of a job, by which all programs name one app's test in their logs without telling each other:
// `printf 'storesweep job 17' | sha256sum | cut -c1-32`. Pure.
#pragma once

#include <string>

#include "common/base/hash.h"
#include "common/base/trace.h"
#include "common/model/ids.h"

namespace storesweep {

inline std::string trace_id(JobId job) {
  return to_hex(sha256("storesweep job " + std::to_string(job.value))).substr(0, kTraceIdChars);
}

}  // namespace storesweep
