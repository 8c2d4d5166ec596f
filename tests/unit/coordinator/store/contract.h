// What every store must do alike: one fixture for MemoryStore, SqliteStore and those to come, and small
// makers of records. A store under test is made by a Maker, and can be opened again where it is durable.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "coordinator/store/store.h"

namespace storesweep::contract {

struct Maker {
  std::string name;
  std::function<std::unique_ptr<Store>(const std::string& folder)> open;
  bool durable = false;
};
const std::vector<Maker>& makers();

Listing listing(const std::string& package, const std::string& store = "shop", std::int64_t downloads = 0);
RunRecord run_of(std::int64_t id, JobId job, SweepId sweep, const std::string& file_set);
Judged judged_of(JobId job, SweepId sweep, Level level, std::vector<RunId> runs);
EndJob verdict_of(JobId job, SweepId sweep, std::uint64_t n, std::optional<RunRecord> run, Level level);

}  // namespace storesweep::contract
