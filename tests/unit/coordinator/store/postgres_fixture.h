// A PostgresStore for the tests beside this: tables of its own on the test program's server, filled with
// listings, a sweep and verdicts.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/base/hash.h"
#include "coordinator/store/postgres_store.h"
#include "tests/unit/coordinator/store/contract.h"
#include "tests/unit/coordinator/store/postgres_server.h"

namespace storesweep::testing {

struct Filled {
  std::uint64_t epoch = 0;
  SweepId sweep;
};
// Listings and a sweep over them.
Filled fill(Store& store, int n);
std::vector<Write> verdicts(SweepId sweep, std::int64_t first, std::int64_t n);

class PostgresStoreTest : public ::testing::Test {
 protected:
  void SetUp() override;
  // Null after an error, which is told.
  std::unique_ptr<PostgresStore> open();

  TemporaryFolder folder_;
  PostgresServer* server_ = nullptr;
  std::string name_;  // of the tables' schema
  PostgresOptions options_;
};

}  // namespace storesweep::testing
