#include "simdroid/shell_parser.h"

#include <cctype>

#include "common/base/text.h"

namespace storesweep::simdroid {
namespace {
bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool ends_word(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == ';' || c == '&' || c == '|' || c == '<' || c == '>' ||
         c == '(' || c == ')';
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Script> run() {
    Script script;
    Connector connector = Connector::kAlways;
    for (;;) {
      skip_space(true);
      if (at_end()) break;
      Pipeline pipeline;
      pipeline.connector = connector;
      TRY(pipeline_into(pipeline));
      if (pipeline.commands.empty()) return unexpected();
      script.push_back(std::move(pipeline));
      TRY_ASSIGN(connector, separator());
    }
    if (connector != Connector::kAlways) return invalid("syntax error: unexpected end of file");
    return script;
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  char peek(std::size_t n = 0) const { return at_ + n < text_.size() ? text_[at_ + n] : '\0'; }
  Status unexpected() const {
    return invalid(at_end() ? std::string("syntax error: unexpected end of file")
                            : std::string("syntax error: '") + text_[at_] + "' unexpected");
  }
  void skip_space(bool newlines) {
    for (; !at_end(); ++at_) {
      if (peek() == '\\' && peek(1) == '\n') {
        ++at_;
      } else if (peek() == '#') {
        while (!at_end() && peek(1) != '\n' && at_ + 1 < text_.size()) ++at_;
      } else if (peek() != ' ' && peek() != '\t' && peek() != '\r' && !(newlines && peek() == '\n')) {
        return;
      }
    }
  }

  // What stands between two pipelines; says when the next one runs.
  Result<Connector> separator() {
    skip_space(false);
    if (at_end()) return Connector::kAlways;
    const char c = peek();
    const bool twice = peek(1) == c;
    if ((c == '&' || c == '|') && twice) {
      at_ += 2;
      return c == '&' ? Connector::kAnd : Connector::kOr;
    }
    if (c == ';' || c == '\n' || c == '&') {
      ++at_;
      return Connector::kAlways;
    }
    return unexpected();
  }

  Status pipeline_into(Pipeline& pipeline) {
    if (peek() == '!' && (peek(1) == ' ' || peek(1) == '\t')) {
      pipeline.negated = true;
      ++at_;
    }
    for (;;) {
      SimpleCommand command;
      TRY(command_into(command));
      if (command.words.empty() && command.redirects.empty()) return unexpected();
      pipeline.commands.push_back(std::move(command));
      if (peek() != '|' || peek(1) == '|') return ok_status();
      ++at_;
      skip_space(true);
    }
  }

  Status command_into(SimpleCommand& command) {
    for (;;) {
      skip_space(false);
      if (at_end()) return ok_status();
      const char c = peek();
      const bool numbered = (c == '0' || c == '1' || c == '2') && (peek(1) == '>' || peek(1) == '<');
      if (c == '>' || c == '<' || numbered) {
        TRY(redirect_into(command));
      } else if (c == '(' || c == ')') {
        return unexpected();
      } else if (ends_word(c)) {
        return ok_status();
      } else {
        Word word;
        TRY(word_into(word));
        command.words.push_back(std::move(word));
      }
    }
  }

  Status redirect_into(SimpleCommand& command) {
    Redirect redirect;
    int from = -1;
    if (peek() != '>' && peek() != '<') from = text_[at_++] - '0';
    const bool input = peek() == '<';
    ++at_;
    redirect.from = from >= 0 ? from : input ? 0 : 1;
    if (!input && peek() == '>') {
      redirect.append = true;
      ++at_;
    }
    if (peek() == '&' && (peek(1) == '1' || peek(1) == '2')) {
      redirect.to_descriptor = peek(1) - '0';
      at_ += 2;
    } else {
      skip_space(false);
      if (at_end() || ends_word(peek())) return unexpected();
      TRY(word_into(redirect.file));
    }
    command.redirects.push_back(std::move(redirect));
    return ok_status();
  }

  Status word_into(Word& word) {
    std::string plain;
    auto flush = [&](bool quoted) {
      if (!plain.empty()) word.push_back({std::exchange(plain, {}), false, quoted});
    };
    while (!at_end() && !ends_word(peek())) {
      const char c = peek();
      if (c == '\'') {
        flush(false);
        const auto end = text_.find('\'', at_ + 1);
        if (end == std::string_view::npos) return invalid("no closing quote");
        word.push_back({std::string(text_.substr(at_ + 1, end - at_ - 1)), false, true});
        at_ = end + 1;
      } else if (c == '"') {
        flush(false);
        TRY(double_quoted_into(word));
      } else if (c == '\\' && at_ + 1 < text_.size()) {
        flush(false);
        word.push_back({std::string(1, peek(1)), false, true});
        at_ += 2;
      } else if (c == '$' && variable_follows()) {
        flush(false);
        word.push_back({variable(), true, false});
      } else {
        plain += c;
        ++at_;
      }
    }
    flush(false);
    return ok_status();
  }

  Status double_quoted_into(Word& word) {
    std::string plain;
    bool any = false;
    for (++at_; !at_end() && peek() != '"';) {
      if (peek() == '\\' && std::string_view("\"\\$`").find(peek(1)) != std::string_view::npos &&
          peek(1) != '\0') {
        plain += peek(1);
        at_ += 2;
      } else if (peek() == '$' && variable_follows()) {
        if (!plain.empty()) word.push_back({std::exchange(plain, {}), false, true});
        word.push_back({variable(), true, true});
        any = true;
      } else {
        plain += text_[at_++];
      }
    }
    if (at_end()) return invalid("no closing quote");
    ++at_;
    if (!plain.empty() || !any) word.push_back({std::move(plain), false, true});
    return ok_status();
  }

  bool variable_follows() const {
    const char n = peek(1);
    return n == '?' || n == '$' || n == '{' || is_name(n);
  }
  std::string variable() {
    ++at_;
    if (peek() == '?' || peek() == '$') return std::string(1, text_[at_++]);
    const bool braces = peek() == '{';
    if (braces) ++at_;
    const std::size_t begin = at_;
    while (is_name(peek())) ++at_;
    std::string name(text_.substr(begin, at_ - begin));
    if (braces && peek() == '}') ++at_;
    return name;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};
}  // namespace

Result<Script> parse_shell(std::string_view text) {
  if (text.size() > kMaxScriptBytes) return exhausted("command line of more than 65536 bytes");
  return Parser(text).run();
}

std::vector<ExpandedWord> expand(const std::vector<Word>& command_words, const VariableLookup& lookup) {
  std::vector<ExpandedWord> out;
  for (const Word& word : command_words) {
    ExpandedWord current;
    bool present = false;
    for (const WordPiece& piece : word) {
      const std::string text = piece.variable ? lookup(piece.text) : piece.text;
      if (piece.variable && !piece.quoted) {
        const std::vector<std::string_view> parts = words(text);
        for (std::size_t i = 0; i < parts.size(); ++i) {
          if (i > 0) out.push_back(std::exchange(current, {}));
          current.text += parts[i];
          present = true;
        }
        continue;
      }
      present = true;
      current.text += text;
      current.pattern |= !piece.quoted && text.find_first_of("*?") != std::string::npos;
    }
    if (present) out.push_back(std::move(current));
  }
  return out;
}

}  // namespace storesweep::simdroid
