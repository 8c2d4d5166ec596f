// Rows of a CSV file: the header says which column is what.
#include <optional>

#include "coordinator/catalogue/columns.h"
#include "coordinator/catalogue/csv.h"
#include "coordinator/catalogue/reader.h"

namespace storesweep::catalogue {
namespace {
class CsvRows {
 public:
  explicit CsvRows(Rows& rows) : rows_(rows) {}

  Status on_record(const CsvRecord& record) {
    if (columns_.empty()) return read_header(record);
    if (!record.problem.empty()) return rows_.reject(record.line, record.problem, record.text);
    if (record.fields.size() != columns_.size()) {
      return rows_.reject(
          record.line,
          std::to_string(record.fields.size()) + " fields, the header has " + std::to_string(columns_.size()),
          record.text);
    }
    Listing listing = rows_.blank();
    Status all;  // a bad field does not hide which app the row is of
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!columns_[i]) continue;
      Status s = set_field(listing, *columns_[i], record.fields[i]);
      if (all.ok()) all = std::move(s);
    }
    if (!all.ok()) return rows_.reject(record.line, all.message(), record.text, &listing);
    return rows_.take(std::move(listing), record.line, record.text);
  }
  bool has_header() const { return !columns_.empty(); }

 private:
  Status read_header(const CsvRecord& record) {
    std::string where = "line " + std::to_string(record.line) + ": ";
    if (!record.problem.empty()) return invalid(where + "the header: " + record.problem);
    bool package = false;
    for (const std::string& field : record.fields) {
      auto column = column_named(field);
      for (const auto& other : columns_) {
        if (column && other == column)
          return invalid(where + "two columns for " + std::string(name(*column)));
      }
      package |= column == Column::kPackage;
      if (!column) rows_.unknown_column(field);
      columns_.push_back(column);
    }
    if (!package) return invalid(where + "the header names no column \"package\" (see docs/catalogue.md)");
    return ok_status();
  }

  Rows& rows_;
  std::vector<std::optional<Column>> columns_;
};
}  // namespace

Status read_csv(const std::string& path, Rows& rows, const Deadline& deadline) {
  CsvRows csv_rows(rows);
  CsvReader reader(kMaxRowBytes, [&](const CsvRecord& record) { return csv_rows.on_record(record); });
  TRY(each_piece(path, deadline, [&](std::string_view piece) { return reader.feed(piece); }));
  TRY(reader.finish().within(path));
  return csv_rows.has_header() ? ok_status()
                               : invalid(path + ": it is empty: the first line must name the columns");
}

}  // namespace storesweep::catalogue
