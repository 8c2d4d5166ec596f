// Text templates: named blocks of lines with {holes}. A block filled with the values of a capture gives the
// capture's bytes; matched against text it gives the values back (which is what the tests hold the templates
// to). File form: "# ..." first, then blocks "== name <- source", each to the next "=="; where the source is
// not given it is that of the block before. A source is "corpus:FILE" for a captured text (with "!ENTRY" in a
// zip), or the file of AOSP's that prints it. A line's hole is {name}; "{{" is a brace. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep::simdroid {

using Holes = std::map<std::string, std::string, std::less<>>;

class TextTemplate {
 public:
  static Result<TextTemplate> parse(std::string_view text);
  std::string fill(const Holes& values) const;
  // The values with which fill() gives exactly `text`; nothing when none does. A hole matches as little as
  // possible.
  std::optional<Holes> match(std::string_view text) const;
  const std::string& source() const { return source_; }
  void set_source(std::string source) { source_ = std::move(source); }

 private:
  struct Piece {
    std::string literal;
    std::string hole;  // after the literal; empty at the end
  };
  bool match_from(std::size_t piece, std::string_view text, Holes& values, int& budget) const;
  std::string source_;
  std::vector<Piece> pieces_;
};

class Templates {
 public:
  // Adds the blocks of a file; a later block of the same name replaces the earlier.
  Status add_file(const std::string& name, std::string_view text);
  bool has(std::string_view name) const { return blocks_.contains(name); }
  // The block filled; an unknown block is a defect of the shape and shows as its name in angle brackets.
  std::string fill(std::string_view name, const Holes& values = {}) const;
  // The same without its last line break: a message, a label.
  std::string line(std::string_view name, const Holes& values = {}) const;
  const TextTemplate* find(std::string_view name) const;
  std::vector<std::string> names() const;
  // A fault: every later fill of that block holds junk in each line and behind it.
  void alter(const std::string& name) { altered_ = name; }
  // The blocks that were filled so far.
  const std::set<std::string, std::less<>>& filled() const { return filled_; }

 private:
  std::map<std::string, TextTemplate, std::less<>> blocks_;
  std::string altered_;
  mutable std::set<std::string, std::less<>> filled_;
};

}  // namespace storesweep::simdroid
