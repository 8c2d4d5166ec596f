// The ids of the house. Zero means none.
#pragma once

#include "common/base/ids.h"

namespace storesweep {

using TenantId = StrongId<struct TenantTag>;      // a province, an agency; 1 is the default one
using ListingId = StrongId<struct ListingTag>;    // one revision of one listing; never changes its content
using CampaignId = StrongId<struct CampaignTag>;  // a target over several sweeps
using SweepId = StrongId<struct SweepTag>;
using JobId =
    StrongId<struct JobTag>;  // the jobs of a sweep are one range of ids, in the order they are handed out
using RunId = StrongId<struct RunTag>;  // one complete run of one file set on one device

}  // namespace storesweep
