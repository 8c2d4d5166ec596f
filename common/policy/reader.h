// The parts of reading a policy; only common/policy itself includes this. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/policy/policy.h"

namespace storesweep::policy {

struct Sentence {
  Span where;
  std::string normal;
};

// Kinds and SDKs, block by block.
void read_statements(const Document& document, const Book& book, Policy& out);
// Everything else: what is told once somewhere.
void read_topics(const Document& document, const Book& book, Policy& out);
// Its title, and somebody who is spoken to.
bool recognise(const Document& document, const Book& book);
// Who operates it, and the dates it bears.
void read_imprint(const Document& document, const Book& book, Policy& out);

// The name of a company in a sentence; empty: none.
std::string company_in(std::string_view sentence);
// The first http(s) address in a text; empty: none.
std::string address_in(std::string_view text);

// One table, or a run of "label: value" lines that reads like one.
class TableReader {
 public:
  TableReader(const Document& document, const Book& book, Policy& out);
  // `sdk_list`, `children`: what the headings above say.
  void row(const Block& block, bool children);
  // A line of a list; false when it is no label of a column.
  bool label(const Block& block, bool sdk_list, bool children);
  void end_labels() { labels_ = {}; }

 private:
  struct Cell {
    std::vector<std::uint16_t> kinds;
    std::vector<std::uint16_t> denied;
  };
  struct Labels {
    std::optional<std::size_t> row;  // of out_.sdks
  };
  bool header(const Block& block);
  Column column(std::string_view cell) const;
  const Cell& read_cell(Span cell);
  void fill(SdkRow& row, Column column, Span cell);
  std::string_view text(Span cell) const;
  std::string_view unlabelled(std::string_view cell, Column of) const;
  bool denied(const Block& block) const;
  void declare(Span where, Span cell, bool of_sdk, bool children, const std::optional<Frequency>& frequency);

  const Document& document_;
  const Book& book_;
  Policy& out_;
  std::uint32_t table_ = 0;
  bool any_table_ = false;
  std::vector<Column> columns_;  // of the table; empty: its header says nothing known
  std::map<std::uint32_t, Cell> cells_;
  Labels labels_;
};

}  // namespace storesweep::policy
