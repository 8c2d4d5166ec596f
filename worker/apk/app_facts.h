// What of a package's facts the rules need: for the journal, and for the comparison with a store's page.
// Pure.
#pragma once

#include "common/model/app_facts.h"
#include "worker/apk/facts.h"

namespace storesweep {

AppFacts app_facts_of(const ApkFacts& facts);

}  // namespace storesweep
