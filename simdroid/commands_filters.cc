#include <algorithm>
#include <memory>
#include <regex>
#include <string>

#include "common/base/text.h"
#include "simdroid/commands.h"
#include "simdroid/device.h"

namespace storesweep::simdroid {
namespace {
// Reads all of its input, then prints what a function makes of it.
class FilterJob final : public Job {
 public:
  using Filter = std::function<int(std::string_view text, const Sink& out)>;
  FilterJob(Invocation& in, Filter filter) : in_(in), filter_(std::move(filter)) {}
  void input(std::string_view bytes) override { text_.append(bytes); }
  void input_end() override {
    if (std::exchange(ended_, true)) return;
    in_.finish(filter_(text_, in_.out));
  }

 private:
  Invocation in_;
  Filter filter_;
  std::string text_;
  bool ended_ = false;
};

// The named files one after the other, or standard input when there are none.
Started filtered(Invocation& in, const std::vector<std::string>& files, FilterJob::Filter filter) {
  if (files.empty()) return std::make_unique<FilterJob>(in, std::move(filter));
  int code = 0;
  std::string text;
  for (const std::string& path : files) {
    const Node* node = in.device.files().find(path);
    if (!node || node->is_folder() || !in.device.files().may_read(path, in.uid)) {
      const char* why = !node               ? "No such file or directory"
                        : node->is_folder() ? "Is a directory"
                                            : "Permission denied";
      in.err(in.args[0] + ": " + path + ": " + why + "\n");
      code = 1;
    } else if (node->content) {
      text += *node->content;
    }
  }
  const int filter_code = filter(text, in.out);
  return std::max(code, filter_code);
}

class CatJob final : public Job {
 public:
  explicit CatJob(Invocation& in) : in_(in) {}
  void input(std::string_view bytes) override { in_.out(bytes); }
  void input_end() override { in_.finish(0); }

 private:
  Invocation in_;
};

std::vector<std::string> operands(const Invocation& in) {
  std::vector<std::string> out;
  for (std::size_t i = 1; i < in.args.size(); ++i) {
    if (in.args[i].empty() || in.args[i][0] != '-') out.push_back(in.args[i]);
  }
  return out;
}

// -n N, -nN and -N of head and tail.
std::size_t count_of(const Invocation& in, std::vector<std::string>& files) {
  std::size_t count = 10;
  for (std::size_t i = 1; i < in.args.size(); ++i) {
    const std::string& a = in.args[i];
    if (a == "-n" && i + 1 < in.args.size()) {
      count = parse_int<std::size_t>(in.args[++i]).value_or(10);
    } else if (starts_with(a, "-n")) {
      count = parse_int<std::size_t>(a.substr(2)).value_or(10);
    } else if (a.size() > 1 && a[0] == '-') {
      count = parse_int<std::size_t>(a.substr(1)).value_or(10);
    } else {
      files.push_back(a);
    }
  }
  return count;
}

struct GrepOptions {
  bool inverted = false;
  bool counts = false;
  bool quiet = false;
  bool fixed = false;
  bool ignore_case = false;
  bool only = false;
  std::string pattern;
  std::vector<std::string> files;
};

GrepOptions grep_options(const Invocation& in) {
  GrepOptions o;
  bool pattern_given = false;
  for (std::size_t i = 1; i < in.args.size(); ++i) {
    const std::string& a = in.args[i];
    if (a == "-e" && i + 1 < in.args.size()) {
      o.pattern = in.args[++i];
      pattern_given = true;
    } else if (a.size() > 1 && a[0] == '-') {
      for (char c : a.substr(1)) {
        o.inverted |= c == 'v';
        o.counts |= c == 'c';
        o.quiet |= c == 'q';
        o.fixed |= c == 'F';
        o.ignore_case |= c == 'i';
        o.only |= c == 'o';
      }
    } else if (!pattern_given) {
      o.pattern = a;
      pattern_given = true;
    } else {
      o.files.push_back(a);
    }
  }
  return o;
}
}  // namespace

Started run_cat(Invocation& in) {
  const std::vector<std::string> files = operands(in);
  if (files.empty()) return std::make_unique<CatJob>(in);
  for (const std::string& path : files) {
    if (const std::string text = in.device.proc_file(path); !text.empty()) {
      in.out(text);
      return 0;
    }
  }
  return filtered(in, files, [](std::string_view text, const Sink& out) {
    out(text);
    return 0;
  });
}

Started run_grep(Invocation& in) {
  const GrepOptions o = grep_options(in);
  std::regex expression;
  try {
    auto flags = std::regex::extended;
    if (o.ignore_case) flags |= std::regex::icase;
    if (!o.fixed) expression = std::regex(o.pattern, flags);
  } catch (const std::regex_error&) {
    in.err("grep: bad REGEX '" + o.pattern + "'\n");
    return 2;
  }
  return filtered(in, o.files, [o, expression](std::string_view text, const Sink& out) {
    int hits = 0;
    for (std::string_view line : lines(text)) {
      std::match_results<std::string_view::const_iterator> match;
      const bool hit = o.fixed ? line.find(o.pattern) != std::string_view::npos
                               : std::regex_search(line.begin(), line.end(), match, expression);
      if (hit == o.inverted) continue;
      ++hits;
      if (o.counts || o.quiet) continue;
      out((o.only && !o.fixed ? match.str(0) : std::string(line)) + "\n");
    }
    if (o.counts) out(std::to_string(hits) + "\n");
    return hits > 0 ? 0 : 1;
  });
}

Started run_head(Invocation& in) {
  std::vector<std::string> files;
  const std::size_t count = count_of(in, files);
  return filtered(in, files, [count](std::string_view text, const Sink& out) {
    std::size_t n = 0;
    for (std::string_view line : lines(text)) {
      if (n++ == count) break;
      out(std::string(line) + "\n");
    }
    return 0;
  });
}

Started run_tail(Invocation& in) {
  std::vector<std::string> files;
  const std::size_t count = count_of(in, files);
  return filtered(in, files, [count](std::string_view text, const Sink& out) {
    const std::vector<std::string_view> all = lines(text);
    for (std::size_t i = all.size() > count ? all.size() - count : 0; i < all.size(); ++i) {
      out(std::string(all[i]) + "\n");
    }
    return 0;
  });
}

Started run_wc(Invocation& in) {
  const bool bytes = in.args.size() > 1 && in.args[1] == "-c";
  const bool just_lines = in.args.size() > 1 && in.args[1] == "-l";
  return filtered(in, operands(in), [=](std::string_view text, const Sink& out) {
    const auto line_count = std::count(text.begin(), text.end(), '\n');
    if (bytes) {
      out(std::to_string(text.size()) + "\n");
    } else if (just_lines) {
      out(std::to_string(line_count) + "\n");
    } else {
      out(std::to_string(line_count) + " " + std::to_string(words(text).size()) + " " +
          std::to_string(text.size()) + "\n");
    }
    return 0;
  });
}

Started run_sort(Invocation& in) {
  return filtered(in, operands(in), [](std::string_view text, const Sink& out) {
    std::vector<std::string_view> all = lines(text);
    std::sort(all.begin(), all.end());
    for (std::string_view line : all) out(std::string(line) + "\n");
    return 0;
  });
}

Started run_tr(Invocation& in) {
  const std::vector<std::string> args(in.args.begin() + 1, in.args.end());
  if (args.size() < 2) return 1;
  const bool removes = args[0] == "-d";
  const std::string from = removes ? args[1] : args[0];
  return filtered(in, {}, [=](std::string_view text, const Sink& out) {
    std::string result;
    const std::string what = from == "\\r" ? "\r" : from == "\\n" ? "\n" : from;
    for (char c : text) {
      const auto at = what.find(c);
      if (at == std::string::npos) {
        result += c;
      } else if (!removes) {
        result += args[1][std::min(at, args[1].size() - 1)];
      }
    }
    out(result);
    return 0;
  });
}

}  // namespace storesweep::simdroid
