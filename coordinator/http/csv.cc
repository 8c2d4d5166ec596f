#include "coordinator/http/csv.h"

#include "common/base/text.h"

namespace storesweep::http {
namespace {
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
}

std::string csv_cell(std::string_view text) {
  std::string cell = clean_utf8(text);
  if (!cell.empty() && std::string_view("=+-@\t\r").find(cell[0]) != std::string_view::npos)
    cell.insert(0, "'");
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (char c : cell) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) line += (line.empty() ? "" : ",") + csv_cell(cell);
  return line + "\r\n";
}

std::string summary_csv(const std::vector<SummaryRow>& rows, bool simulated) {
  std::string all = std::string(kByteOrderMark) + "group,task,rule,level,count,simulated\r\n";
  for (const SummaryRow& r : rows) {
    all += csv_cell(r.group) + "," + std::to_string(r.task) + "," + csv_cell(r.rule) + "," +
           std::string(name(r.level)) + "," + std::to_string(r.count) + (simulated ? ",true" : ",false") +
           "\r\n";
  }
  return all;
}

std::string sdks_csv(const SdkReport& report, bool simulated) {
  const char* const mark = simulated ? "true" : "false";
  std::string all = std::string(kByteOrderMark) + "sdk,name,company,kind,version,listings,simulated\r\n";
  for (const SdkRow& r : report.rows) {
    const std::string version = r.count.rest ? "rest" : r.count.version.empty() ? "unknown" : r.count.version;
    all += csv_line({r.count.id, r.name, r.company, r.kind, version, std::to_string(r.count.listings), mark});
  }
  return all + csv_line({"(not looked)", "", "", "", "", std::to_string(report.summary.not_looked), mark});
}

std::string announcement_csv(const std::vector<AnnouncementRow>& rows) {
  std::string all = std::string(kByteOrderMark) + "序号,应用名称,应用开发者,应用来源,应用版本,所涉问题\r\n";
  for (const AnnouncementRow& r : rows) {
    all += csv_line({std::to_string(r.number), r.app, r.developer, r.source, r.version, r.problems});
  }
  return all;
}

}  // namespace storesweep::http
