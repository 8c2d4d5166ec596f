// Calibrations, in every store alike.
#include "tests/unit/coordinator/store/contract.h"

namespace storesweep::contract {

TEST_P(Contract, the_last_calibration_of_a_class_stands_over_a_restart) {
  const DeviceClass one{"build/1", {"phone", 28}, "1.0"}, other{"build/1", {"phone", 28}, "1.1"};
  EXPECT_TRUE(store_->calibrations()->empty());
  ASSERT_TRUE(store_->put_calibration(epoch_, {one, 1, "first"}).ok());
  ASSERT_TRUE(store_->put_calibration(epoch_, {other, 2, "of other tools"}).ok());
  ASSERT_TRUE(store_->put_calibration(epoch_, {one, 3, "second"}).ok());
  reopen();
  const auto all = store_->calibrations();
  ASSERT_TRUE(all.ok() && all->size() == 2);
  EXPECT_EQ((*all)[0].where, one);
  EXPECT_EQ((*all)[0].json, "second");
  EXPECT_EQ((*all)[0].at_ms, 3);
  EXPECT_EQ((*all)[1].where, other);
  EXPECT_EQ(store_->put_calibration(epoch_ + 1, {one, 4, "third"}).kind(), ErrorKind::kPermission);
}

}  // namespace storesweep::contract
