// What `check` shows of a local run, in the form that was asked for. One thread.
#pragma once

#include <string>

#include "cli/verbs.h"
#include "common/report/pipeline.h"
#include "worker/local.h"

namespace storesweep::cli {

// The same shape as a result of the API, where its files lie, and how it compares with the baseline: fit to
// be the next baseline.
Json check_json(const worker::LocalResult& result, const CheckReport& report);
// For people: the verdict without what the baseline knows, and what a pipeline would stumble over.
std::string check_table(const Style& style, const Json& json, const CheckReport& report);
// report.html of this app, without what the baseline knows.
Result<std::string> check_html(const Session& session, const worker::LocalResult& result,
                               const CheckReport& report, const std::string& rules);

}  // namespace storesweep::cli
