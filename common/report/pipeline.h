// One app's verdict for a company's own pipeline: what of it is new against an earlier verdict, how the check
// ends by it, and the two forms that other tools read: SARIF 2.1.0 and JUnit's XML. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/model/listing.h"
#include "common/model/verdict.h"
#include "common/report/catalogue.h"
#include "common/rules/pack.h"

namespace storesweep {

enum class Newness { kNew, kRaised, kKnown };  // raised: it was there, at a lesser level

struct CheckReport {
  Listing listing;
  Verdict verdict;
  std::vector<Newness> newness;       // of each finding, against a baseline; empty: there is none
  Level fail_on = Level::kViolation;  // findings of this level or worse fail the check
  std::vector<std::string> require;   // rules that must have been tested
  std::string file;                   // name of the package that was tested
  std::string file_sha256;            // hex
};

// Of each finding of `now`, in its order.
std::vector<Newness> compared(const Verdict& now, const Verdict& baseline);
// Why `baseline` cannot be compared with this; kInvalid.
Status comparable(const Listing& now, const Listing& baseline);
// Whether the finding is one that this check is about: all without a baseline, else what is new or raised.
bool is_news(const CheckReport& report, std::size_t finding);
// Required rules that were not tested, in their order.
std::vector<std::string> untested_required(const CheckReport& report);
// Whether anything at all was judged.
bool tested(const Verdict& verdict);

enum class CheckEnd { kClean = 0, kFindings = 1, kUntested = 2 };
// A finding at the level outweighs a rule that was not tested.
CheckEnd end_of(const CheckReport& report);

// A violation is `fail` and an error; what is suspected is `review`, for SARIF says that a person must look;
// what was not tested is a notification of the invocation, so that silence is never taken for clean.
std::string sarif_text(const CheckReport& report, const RulePack& pack, const Catalogue& catalogue,
                       Language language);
// One suite a task, one case a rule. Findings at the level are failures, a required rule that was not tested
// is an error; other findings, and whatever else was not tested, are skipped with the reason.
std::string junit_text(const CheckReport& report, const RulePack& pack, const Catalogue& catalogue,
                       Language language);

}  // namespace storesweep
