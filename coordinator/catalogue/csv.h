// CSV as RFC 4180 describes it, in pieces of any size: quoted fields with commas, quotes and line breaks,
// CRLF or LF, a byte order mark. A record that breaks the rules or its bound is told as bad, and reading goes
// on at the next line. Pure; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep::catalogue {

struct CsvRecord {
  std::int64_t line = 0;            // where it begins, from 1
  std::vector<std::string> fields;  // unquoted
  std::string_view text;            // as it stands in the file, possibly cut
  std::string problem;              // empty: it is well formed
};

class CsvReader {
 public:
  // An error from on_record is returned by feed() and finish(). Empty lines are no records.
  using OnRecord = std::function<Status(const CsvRecord&)>;
  CsvReader(std::size_t max_record_bytes, OnRecord on_record)
      : max_record_bytes_(max_record_bytes), on_record_(std::move(on_record)) {}

  Status feed(std::string_view piece);
  Status finish();

 private:
  enum class State { kFieldStart, kPlain, kQuoted, kQuoteInQuoted };

  Status put(char c);
  Status end_record();
  void end_field();
  void complain(std::string_view why);

  const std::size_t max_record_bytes_;
  OnRecord on_record_;
  State state_ = State::kFieldStart;
  std::int64_t line_ = 1;
  std::string bom_;  // first bytes, until it is known whether they are a byte order mark
  bool begun_ = false;
  std::string field_;
  std::string text_;
  CsvRecord record_;
};

// A field as CSV writes it: quoted where it must be.
std::string csv_field(std::string_view value);

}  // namespace storesweep::catalogue
