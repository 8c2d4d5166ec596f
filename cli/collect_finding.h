// The report of one finding out of the coordinator's answers: its evidence, the actions that led to it, and
// what the retest saw. Evidence that is gone is said to be so. One thread.
#pragma once

#include <string>

#include "cli/verbs.h"
#include "common/report/finding_page.h"

namespace storesweep::cli {

Result<FindingPage> collect_finding(Session& session, const std::string& id);

}  // namespace storesweep::cli
