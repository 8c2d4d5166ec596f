#include "coordinator/store/db.h"

namespace storesweep {

std::uint64_t Db::lock_epoch() {
  Query q(*this, "SELECT epoch FROM lead");
  return q.next() ? static_cast<std::uint64_t>(q.integer(0)) : 0;
}

}  // namespace storesweep
