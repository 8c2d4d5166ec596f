// Templates are held to captures: the values found in a capture give the capture's bytes back.
#include "simdroid/print/template.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <map>

#include "common/base/text.h"
#include "shapes.h"
#include "tests/unit/corpus.h"

namespace storesweep::simdroid {
namespace {
constexpr std::string_view kCorpus = "corpus:";

// The text of a capture, its lines' ends as on the device (a pty made CRLF of them); "ARCHIVE!ENTRY" is
// unpacked.
const std::string& capture(const std::string& name) {
  static std::map<std::string, std::string> texts;
  if (auto it = texts.find(name); it != texts.end()) return it->second;
  std::string text;
  if (const auto mark = name.find('!'); mark != std::string::npos) {
    const std::string command =
        "python3 -c 'import sys,zipfile; "
        "sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' '" +
        corpus_path(name.substr(0, mark)) + "' '" + name.substr(mark + 1) + "'";
    FILE* pipe = popen(command.c_str(), "r");
    std::array<char, 65536> buffer{};
    for (std::size_t n = 0; pipe && (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
      text.append(buffer.data(), n);
    if (pipe) pclose(pipe);
  } else {
    text = corpus_text(name);
  }
  std::erase(text, '\r');
  return texts.emplace(name, std::move(text)).first->second;
}

// Whether the block's text with some values stands somewhere in the capture, at a line's begin, and those
// values give the same bytes. A hole never spans lines.
bool found_in(const TextTemplate& block, std::size_t block_lines, const std::string& text) {
  const std::vector<std::string_view> all = lines(text);
  for (std::size_t i = 0; i + block_lines <= all.size(); ++i) {
    const char* begin = all[i].data();
    const std::string_view last = all[i + block_lines - 1];
    const char* end = std::min(last.data() + last.size() + 1, text.data() + text.size());
    const std::string_view with_end(begin, static_cast<std::size_t>(end - begin));
    auto values = block.match(with_end);
    if (!values) continue;
    bool one_line_each = true;
    for (const auto& [name, value] : *values)
      one_line_each = one_line_each && value.find('\n') == std::string::npos;
    if (!one_line_each) continue;
    EXPECT_EQ(block.fill(*values), with_end);
    return true;
  }
  return false;
}

// A log block's message in the lines of that tag.
bool found_in_log(const std::string& body, const std::string& text) {
  const auto end = body.find('\n');
  const std::vector<std::string_view> head = words(std::string_view(body).substr(0, end));
  auto message = TextTemplate::parse(std::string_view(body).substr(end + 1));
  if (head.size() != 3 || !message.ok()) return false;
  const std::string tag =
      std::string(head[1]) + " " + (starts_with(head[2], "{") ? "" : std::string(head[2]));
  for (std::string_view line : lines(text)) {
    const auto at = line.find(" " + tag);
    const auto colon = at == std::string_view::npos ? at : line.find(": ", at + tag.size());
    if (colon == std::string_view::npos) continue;
    const std::string words_of_it = std::string(line.substr(colon + 2)) + "\n";
    if (auto values = message.value().match(words_of_it)) {
      EXPECT_EQ(message.value().fill(*values), words_of_it);
      return true;
    }
  }
  return false;
}

// The bodies as written, for their line counts: a template does not give its text away.
std::map<std::string, std::string> bodies(int api) {
  std::map<std::string, std::string> out;
  const std::string folder = std::string(SIMDROID_SHAPES) + "/" + std::to_string(api);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".tmpl") continue;
    std::ifstream in(entry.path());
    std::string line, name;
    while (std::getline(in, line)) {
      if (starts_with(line, "== ")) {
        name = trim(line.substr(
            3, line.find(" <- ") == std::string::npos ? std::string::npos : line.find(" <- ") - 3));
        out[name].clear();
      } else if (!name.empty()) {
        out[name] += line + "\n";
      }
    }
  }
  return out;
}

class EveryTemplate : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Templates, EveryTemplate, ::testing::Values(19, 28, 33));

TEST_P(EveryTemplate, NamesItsSource) {
  const Templates& t = shape_of(GetParam()).templates;
  for (const std::string& name : t.names()) {
    const std::string& source = t.find(name)->source();
    EXPECT_TRUE(starts_with(source, kCorpus) || starts_with(source, "AOSP android-") ||
                starts_with(source, "simdroid"))
        << name << ": " << source;
  }
}

TEST_P(EveryTemplate, ThatComesFromACaptureGivesTheCapturesBytesBack) {
  NEED_CORPUS();
  const Templates& t = shape_of(GetParam()).templates;
  const auto texts = bodies(GetParam());
  int held = 0;
  for (const std::string& name : t.names()) {
    const TextTemplate& block = *t.find(name);
    if (!starts_with(block.source(), kCorpus)) continue;
    const std::string& text = capture(block.source().substr(kCorpus.size()));
    ASSERT_FALSE(text.empty()) << block.source();
    const std::string& body = texts.at(name);
    const bool log = starts_with(name, "event.") || starts_with(name, "log.");
    EXPECT_TRUE(
        log ? found_in_log(body, text)
            : found_in(block, static_cast<std::size_t>(std::count(body.begin(), body.end(), '\n')), text))
        << name << " is nowhere in " << block.source();
    ++held;
  }
  std::cout << "API " << GetParam() << ": " << held << " of " << t.names().size()
            << " blocks held to captures\n";
}

TEST(Templates, AnErrorNamesFileAndLine) {
  Templates t;
  EXPECT_EQ(t.add_file("a.tmpl", "no\n").message(),
            "a.tmpl: line 1: a template file begins with \"# \" and what it is");
  EXPECT_EQ(t.add_file("a.tmpl", "# x\ntext\n").message(),
            "a.tmpl: line 2: text before the first \"== block\"");
  EXPECT_EQ(t.add_file("a.tmpl", "# x\n\n== one\n").message(), "a.tmpl: line 3: block one names no source");
  EXPECT_EQ(t.add_file("a.tmpl", "# x\n== one <- AOSP x\n{open\n").message(),
            "a.tmpl: line 2: block one: a hole without its closing brace");
  EXPECT_TRUE(t.add_file("a.tmpl", "# x\n== one <- AOSP x\na {b} {{c}\n== two\nz\n").ok());
  EXPECT_EQ(t.fill("one", {{"b", "B"}}), "a B {c}\n");
  EXPECT_EQ(t.find("two")->source(), "AOSP x") << "the source of the block before";
}

TEST(Templates, AnUnknownGrammarAltersExactlyItsBlock) {
  Templates healthy = shape_of(28).templates;
  Templates ill = healthy;
  ill.alter("event.proc_start");
  for (const std::string& name : healthy.names()) {
    EXPECT_EQ(ill.fill(name) == healthy.fill(name), name != "event.proc_start") << name;
  }
}
}  // namespace
}  // namespace storesweep::simdroid
