// Rows of a JSON Lines file: one object a line, whose keys are the columns' names.
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "coordinator/catalogue/columns.h"
#include "coordinator/catalogue/reader.h"

namespace storesweep::catalogue {
namespace {
using nlohmann::json;

// What a value says as text; nothing for what is no single value.
std::optional<std::string> text_of(const json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>();
  if (value.is_null()) return "";
  if (value.is_number_integer() || value.is_boolean()) return value.dump();
  return std::nullopt;
}

Status set_permissions(Listing& listing, const json& value) {
  if (value.is_object()) {  // name: purpose
    for (const auto& [name, purpose] : value.items()) {
      TRY(add_permission(listing, name, text_of(purpose).value_or("")));
    }
    return ok_status();
  }
  for (const json& one : value) {
    if (one.is_object()) {
      TRY(add_permission(listing, text_of(one.value("name", json())).value_or(""),
                         text_of(one.value("purpose", json())).value_or("")));
    } else {
      TRY(add_permission(listing, text_of(one).value_or(""), ""));
    }
  }
  return ok_status();
}

Status set_value(Listing& listing, const std::string& key, const json& value, Rows& rows) {
  const auto column = column_named(key);
  if (!column) {
    rows.unknown_column(key);
    return ok_status();
  }
  if (*column == Column::kPermissions && value.is_structured()) return set_permissions(listing, value);
  const auto text = text_of(value);
  return text ? set_field(listing, *column, *text) : invalid(key + ": neither a text nor a whole number");
}

// A bad field does not hide which app the row is of: the first problem is told, the rest is read.
Status fill(Listing& listing, const json& row, Rows& rows) {
  Status all;
  for (const auto& [key, value] : row.items()) {
    Status s = set_value(listing, key, value, rows);
    if (all.ok()) all = std::move(s);
  }
  return all;
}

Status on_line(std::string_view line, std::int64_t number, Rows& rows) {
  if (trim(line).empty()) return ok_status();
  if (line.size() > kMaxRowBytes) {
    return rows.reject(number, "longer than " + std::to_string(kMaxRowBytes) + " bytes", line);
  }
  json row = json::parse(line, nullptr, false);
  if (!row.is_object()) return rows.reject(number, "not a JSON object", line);
  Listing listing = rows.blank();
  if (Status s = fill(listing, row, rows); !s.ok()) return rows.reject(number, s.message(), line, &listing);
  return rows.take(std::move(listing), number, line);
}
}  // namespace

Status read_json_lines(const std::string& path, Rows& rows, const Deadline& deadline) {
  std::string pending;
  std::int64_t number = 0;
  auto on_piece = [&](std::string_view piece) {
    for (std::size_t end; (end = piece.find('\n')) != std::string_view::npos; piece.remove_prefix(end + 1)) {
      // Of a line that is too long only what shows that is kept.
      pending += piece.substr(0, std::min(end, kMaxRowBytes + 1 - std::min(pending.size(), kMaxRowBytes)));
      if (number == 0 && starts_with(pending, "\xef\xbb\xbf")) pending.erase(0, 3);
      TRY(on_line(pending, ++number, rows));
      pending.clear();
    }
    pending += piece.substr(0, kMaxRowBytes + 1 - std::min(pending.size(), kMaxRowBytes));
    return ok_status();
  };
  TRY(each_piece(path, deadline, on_piece));
  return pending.empty() ? ok_status() : on_line(pending, number + 1, rows).within(path);
}

}  // namespace storesweep::catalogue
