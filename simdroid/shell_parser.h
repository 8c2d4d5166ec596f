// The little of the shell language that people type through adb: words with quotes, $ variables and `$(...)`
// left alone, `;` `&&` `||` `|` `&`, redirections, `#` comments. Loops and conditions are told to be syntax
// errors. Pure. The words come out with their variables filled by the caller's look-up.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep::simdroid {

// A piece of a word: literal text (quoted or not) or a variable's name.
struct WordPiece {
  std::string text;
  bool variable = false;
  bool quoted = false;
};
using Word = std::vector<WordPiece>;

struct Redirect {
  int from = 1;            // 0, 1 or 2
  int to_descriptor = -1;  // `2>&1`; else the target is a file
  bool append = false;
  Word file;
};

struct SimpleCommand {
  std::vector<Word> words;
  std::vector<Redirect> redirects;
};

enum class Connector { kAlways, kAnd, kOr };  // when this pipeline runs, given how the one before ended

struct Pipeline {
  Connector connector = Connector::kAlways;
  bool negated = false;
  std::vector<SimpleCommand> commands;
};
using Script = std::vector<Pipeline>;

constexpr std::size_t kMaxScriptBytes = 64 * 1024;

Result<Script> parse_shell(std::string_view text);

// The words of a command line with variables filled; an unquoted variable is split at blanks. `patterns` says
// of each word whether it has unquoted * or ?.
struct ExpandedWord {
  std::string text;
  bool pattern = false;
};
using VariableLookup = std::function<std::string(const std::string& name)>;
std::vector<ExpandedWord> expand(const std::vector<Word>& words, const VariableLookup& lookup);

}  // namespace storesweep::simdroid
