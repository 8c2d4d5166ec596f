// The report of one finding for the developer who is accused of it: what, by which clause, who, when, what
// was on the screen, how to see it again with adb, what would make it pass, what people said of it, and
// beside it what the retest saw. One HTML file like report.h's, with its rules. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/model/finding_act.h"
#include "common/report/report.h"
#include "common/report/reproduce.h"

namespace storesweep {

struct FindingPage {
  std::string id;
  ReportApp app;  // its verdict has this one finding alone
  std::vector<AdbStep> steps;
  FindingStanding standing;
  std::vector<FindingAct> history;
  std::string repeats;  // the earlier version with the same rule; empty: none is known
  // What the last retest saw, where there was one that ran: findings of the same rule alone.
  std::optional<ReportApp> retest;
  std::string retest_apk;
  std::int64_t written_wall_ms = 0;
};

std::string finding_html(const FindingPage& page, const Catalogue& catalogue, const RulePack& pack,
                         Language first);

}  // namespace storesweep
