// Calibrations, in every store alike.
#include "tests/unit/coordinator/store/contract.h"

namespace storesweep::contract {

TEST_P(Contract, the_last_calibration_of_a_class_stands_over_a_restart) {
  const DeviceClass one{"build/1", {"phone", 28}, "1.0"}, other{"build/1", {"phone", 28}, "1.1"};
  EXPECT_TRUE(store_->calibrations({})->rows.empty());
  EXPECT_EQ(store_->calibration(one).status().kind(), ErrorKind::kNotFound);
  ASSERT_TRUE(store_->put_calibration(epoch_, {0, one, 1, "first"}).ok());
  ASSERT_TRUE(store_->put_calibration(epoch_, {0, other, 2, "of other tools"}).ok());
  ASSERT_TRUE(store_->put_calibration(epoch_, {0, one, 3, "second"}).ok());
  reopen();
  const auto first = store_->calibrations({"", 1});
  ASSERT_TRUE(first.ok() && first->rows.size() == 1 && !first->next.empty());
  EXPECT_EQ(first->rows[0].where, one);
  EXPECT_EQ(first->rows[0].json, "second");
  EXPECT_EQ(first->rows[0].at_ms, 3);
  const auto second = store_->calibrations({first->next, 1});
  ASSERT_TRUE(second.ok() && second->rows.size() == 1 && second->next.empty());
  EXPECT_EQ(second->rows[0].where, other);
  EXPECT_EQ(store_->calibration(other)->json, "of other tools");
  EXPECT_EQ(store_->put_calibration(epoch_ + 1, {0, one, 4, "third"}).kind(), ErrorKind::kPermission);
}

}  // namespace storesweep::contract
