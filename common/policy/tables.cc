// Rows of tables and label lists: which SDK, whose, what it takes, what for.
#include <algorithm>

#include "common/base/text.h"
#include "common/policy/reader.h"

namespace storesweep::policy {
namespace {

constexpr std::size_t kMaxHeaderBytes = 80;
constexpr std::size_t kMaxLabelBytes = 48;

std::string bounded(std::string_view s) { return clean_utf8(trim(s).substr(0, kMaxNameBytes)); }

bool is(const std::vector<Column>& columns, Column c) {
  return std::ranges::find(columns, c) != columns.end();
}

// The text behind "label:", and where it begins; npos: no label.
std::size_t label_end(std::string_view line, std::size_t& colon_bytes) {
  const std::size_t wide = line.find("："), narrow = line.find(':');
  colon_bytes = wide < narrow ? 3 : 1;
  const std::size_t at = std::min(wide, narrow);
  return at > kMaxLabelBytes ? std::string_view::npos : at;
}

void add(std::vector<std::string>& list, const std::string& one) {
  if (std::ranges::find(list, one) == list.end()) list.push_back(one);
}

}  // namespace

std::string address_in(std::string_view s) {
  const std::size_t at = s.find("http");
  if (at == std::string_view::npos) return {};
  std::size_t end = at;
  while (end < s.size() && s[end] > ' ' && static_cast<unsigned char>(s[end]) < 0x80 && s[end] != ')' &&
         s[end] != '"' && s[end] != '<')
    ++end;
  return std::string(s.substr(at, std::min(end - at, kMaxNameBytes)));
}

TableReader::TableReader(const Document& document, const Book& book, Policy& out)
    : document_(document), book_(book), out_(out) {}

std::string_view TableReader::text(Span cell) const {
  return cell.of(document_.text).substr(0, kMaxCellBytes);
}

Column TableReader::column(std::string_view cell) const {
  if (cell.size() > kMaxHeaderBytes) return Column::kNone;
  std::string name = normal(cell);
  name.resize(std::min(name.find('(', 1), name.size()));
  const bool chinese = std::ranges::any_of(name, [](char c) { return (c & 0x80) != 0; });
  const std::vector<Hit> hits = book_.column.find(name);
  if (chinese)
    return hits.empty() ? Column::kNone : static_cast<Column>(hits.back().tag);  // its noun comes last
  const WordIndex::Entry* best = book_.column.longest(name);
  return best ? static_cast<Column>(best->tag) : Column::kNone;
}

// The first row names the columns, where at least two of them are known and one says what is taken.
bool TableReader::header(const Block& block) {
  if (any_table_ && block.table == table_) return false;
  any_table_ = true;
  table_ = block.table;
  cells_.clear();
  columns_.clear();
  std::vector<Column> columns;
  for (Span c : block.cells) columns.push_back(column(text(c)));
  const auto known = columns.size() - static_cast<std::size_t>(std::ranges::count(columns, Column::kNone));
  if (known >= 2) columns_ = std::move(columns);
  return !columns_.empty();
}

const TableReader::Cell& TableReader::read_cell(Span span) {
  auto [at, fresh] = cells_.try_emplace(span.begin);
  if (!fresh) return at->second;
  const Lead taken{true, Said::kDeclared, true};
  for (Span s :
       sentences(document_.text, {span.begin, span.begin + static_cast<std::uint32_t>(text(span).size())})) {
    for (const KindSaid& k : read_sentence(normal(s.of(document_.text)), book_, taken).kinds) {
      auto& list = k.said == Said::kDeclared ? at->second.kinds : at->second.denied;
      if (std::ranges::find(list, k.kind) == list.end()) list.push_back(k.kind);
    }
  }
  return at->second;
}

void TableReader::fill(SdkRow& row, Column column, Span cell) {
  const std::string value = bounded(unlabelled(text(cell), column));
  if (column == Column::kSdk && row.name.empty()) row.name = value;
  if (column == Column::kCompany && row.company.empty()) row.company = value;
  if (column == Column::kPurpose && row.purpose.empty()) row.purpose = value;
  if (column == Column::kFrequency && row.frequency.empty()) row.frequency = value;
  if (column == Column::kLink && row.link.empty()) {
    row.link = address_in(text(cell));
    if (row.link.empty()) row.link = value;
  }
  if (column != Column::kKinds && column != Column::kPermission) return;
  for (std::uint16_t k : read_cell(cell).kinds) add(row.kinds, book_.kinds[k].id);
}

// "Company: Foo Ltd." in the column of companies.
std::string_view TableReader::unlabelled(std::string_view cell, Column of) const {
  std::size_t colon_bytes = 0;
  const std::size_t end = label_end(cell, colon_bytes);
  if (end == std::string_view::npos || column(cell.substr(0, end)) != of) return cell;
  return cell.substr(end + colon_bytes);
}

// Some cell says that it is not done.
bool TableReader::denied(const Block& block) const {
  return std::ranges::any_of(block.cells, [&](Span c) {
    return std::ranges::any_of(book_.sentence.find(normal(text(c))), [](const Hit& h) {
      return h.begin == 0 && h.tag == static_cast<std::uint16_t>(Role::kDeny);
    });
  });
}

void TableReader::declare(Span where, Span cell, bool of_sdk, bool children,
                          const std::optional<Frequency>& frequency) {
  for (std::uint16_t k : read_cell(cell).kinds) {
    if (out_.statements.size() >= kMaxStatements) return;
    out_.statements.push_back({book_.kinds[k].id, children ? Said::kMentioned : Said::kDeclared, where,
                               of_sdk, false, false, frequency});
  }
}

void TableReader::row(const Block& block, bool children) {
  end_labels();
  if (header(block) || columns_.empty()) return;
  const bool nothing = denied(block);
  const bool of_sdk = is(columns_, Column::kSdk);
  SdkRow sdk;
  sdk.where = block.span;
  std::optional<Frequency> frequency;
  for (std::size_t i = 0; i < block.cells.size() && i < columns_.size(); ++i) {
    if (columns_[i] == Column::kFrequency) frequency = read_frequency(normal(text(block.cells[i])));
  }
  for (std::size_t i = 0; i < block.cells.size() && i < columns_.size(); ++i) {
    const bool taken = columns_[i] == Column::kKinds || columns_[i] == Column::kPermission;
    if (taken && nothing) continue;
    if (of_sdk) fill(sdk, columns_[i], block.cells[i]);
    if (taken) declare(block.span, block.cells[i], of_sdk, children, frequency);
  }
  if (of_sdk && !sdk.name.empty() && out_.sdks.size() < kMaxSdkRows) out_.sdks.push_back(std::move(sdk));
}

bool TableReader::label(const Block& block, bool sdk_list, bool children) {
  const std::string_view line = block.span.of(document_.text);
  std::size_t colon_bytes = 0;
  const std::size_t end = label_end(line, colon_bytes);
  if (end == std::string_view::npos) return false;
  const std::string name = normal(line.substr(0, end));
  const WordIndex::Entry* best = book_.column.longest(name);
  const bool whole = best && best->word.size() * 2 > name.size();  // little beside it
  const Column column = whole ? static_cast<Column>(best->tag) : Column::kNone;
  if (column == Column::kNone || (!labels_.row && column != Column::kSdk)) return false;
  if (column == Column::kSdk && !sdk_list && name.find("sdk") == std::string::npos) return false;
  const Span value{block.span.begin + static_cast<std::uint32_t>(end + colon_bytes), block.span.end};
  if (column == Column::kSdk) {
    if (out_.sdks.size() >= kMaxSdkRows) return false;
    labels_.row = out_.sdks.size();
    out_.sdks.push_back({});
  }
  SdkRow& sdk = out_.sdks[*labels_.row];
  fill(sdk, column, value);
  sdk.where = column == Column::kSdk ? block.span : Span{sdk.where.begin, block.span.end};
  if (column == Column::kKinds || column == Column::kPermission)
    declare(block.span, value, true, children, std::nullopt);
  return true;
}

}  // namespace storesweep::policy
