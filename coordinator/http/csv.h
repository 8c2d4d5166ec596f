// CSV for spreadsheets (RFC 4180, with a byte order mark, or Chinese is garbled in them). Names of apps come
// from outside: a cell that a spreadsheet would run as a formula gets an apostrophe in front. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/service/api.h"

namespace storesweep::http {

std::string csv_cell(std::string_view text);
std::string csv_line(const std::vector<std::string>& cells);
// group, task, rule, level, count, simulated
std::string summary_csv(const std::vector<SummaryRow>& rows, bool simulated);
// sdk, name, company, kind, version, listings, simulated; version: "unknown" where packages do not tell,
// "rest" of all that have no row. A last line without an SDK: the listings of which nothing is known.
std::string sdks_csv(const SdkReport& report, bool simulated);
// The six columns of the ministry's announcements: 序号, 应用名称, 应用开发者, 应用来源, 应用版本, 所涉问题.
std::string announcement_csv(const std::vector<AnnouncementRow>& rows);

}  // namespace storesweep::http
