#include "coordinator/catalogue/csv.h"

namespace storesweep::catalogue {
namespace {
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
}

Status CsvReader::feed(std::string_view piece) {
  if (!begun_) {
    bom_ += piece;
    if (bom_.size() < kByteOrderMark.size()) return ok_status();
    begun_ = true;
    std::string first = std::move(bom_);
    bool marked = std::string_view(first).substr(0, 3) == kByteOrderMark;
    return feed(std::string_view(first).substr(marked ? 3 : 0));
  }
  for (char c : piece) TRY(put(c));
  return ok_status();
}

Status CsvReader::finish() {
  if (!begun_) {
    begun_ = true;
    std::string first = std::move(bom_);
    TRY(feed(first));
  }
  if (state_ == State::kQuoted) complain("a quoted field does not end");
  return text_.empty() ? ok_status() : end_record();
}

void CsvReader::complain(std::string_view why) {
  if (record_.problem.empty()) record_.problem = why;
}

void CsvReader::end_field() {
  record_.fields.push_back(std::move(field_));
  field_.clear();
}

Status CsvReader::end_record() {
  end_field();
  state_ = State::kFieldStart;
  record_.text = text_;
  bool blank = record_.fields.size() == 1 && record_.fields[0].empty() && record_.problem.empty();
  Status s = blank ? ok_status() : on_record_(record_);
  record_ = CsvRecord{};
  text_.clear();
  return s;
}

Status CsvReader::put(char c) {
  if (text_.empty()) record_.line = line_;
  if (c == '\n') ++line_;
  if (text_.size() >= max_record_bytes_) {
    // An open quote may have swallowed what follows: the next line break ends it.
    complain("longer than " + std::to_string(max_record_bytes_) + " bytes");
    return c == '\n' ? end_record() : ok_status();
  }
  if (c == '\n' && state_ != State::kQuoted) {
    if (!field_.empty() && field_.back() == '\r' && state_ == State::kPlain) field_.pop_back();
    return end_record();
  }
  text_.push_back(c);
  switch (state_) {
    case State::kFieldStart:
    case State::kPlain:
      if (c == ',') {
        end_field();
        state_ = State::kFieldStart;
      } else if (c == '"' && state_ == State::kFieldStart) {
        state_ = State::kQuoted;
      } else {
        if (c == '"') complain("a quote inside an unquoted field");
        field_.push_back(c);
        state_ = State::kPlain;
      }
      return ok_status();
    case State::kQuoted:
      if (c == '"') {
        state_ = State::kQuoteInQuoted;
      } else {
        field_.push_back(c);
      }
      return ok_status();
    case State::kQuoteInQuoted:
      if (c == '"') {
        field_.push_back(c);
        state_ = State::kQuoted;
      } else if (c == ',') {
        end_field();
        state_ = State::kFieldStart;
      } else if (c != '\r') {
        complain("text after a closing quote");
        state_ = State::kPlain;
      }
      return ok_status();
  }
  return ok_status();
}

std::string csv_field(std::string_view value) {
  if (value.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(value);
  std::string out = "\"";
  for (char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace storesweep::catalogue
