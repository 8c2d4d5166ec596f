// What the coordinator signs of a result (common/report/statement.h), from what its store says. Reads the
// store; no thread rule.
#pragma once

#include "coordinator/service/api.h"
#include "coordinator/store/store.h"

namespace storesweep {

// kNotFound: there is no such result, its verdict rests on no run, or a journal of it was never closed.
Result<StatedResult> state_result(Store& store, JobId job, const SigningKey& key, std::int64_t wall_ms);

}  // namespace storesweep
