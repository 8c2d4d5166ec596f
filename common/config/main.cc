// storesweep-config-trees OUT FILE...: writes the YAML files as trees (tree.h) in a C++ source. The build
// runs it.
#include <cstdio>
#include <string>

#include "common/base/file.h"
#include "common/config/config.h"
#include "common/config/tree.h"

using namespace storesweep;

namespace {
std::string number(std::uint64_t n) { return std::to_string(n) + ","; }

// Octal, as three digits end by themselves whatever follows.
std::string literal(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    char octal[5];
    const auto byte = static_cast<std::uint8_t>(c);
    const bool plain = byte >= ' ' && byte < 0x7f && c != '"' && c != '\\' && c != '?';
    std::snprintf(octal, sizeof octal, "\\%03o", byte);
    out += plain ? std::string(1, c) : octal;
  }
  return out + "\"";
}

// The source's part for one file: its values, and its line of the list.
Result<std::pair<std::string, std::string>> parts(const std::string& file, std::size_t n) {
  TRY_ASSIGN(const std::string yaml, read_file(file, kMaxConfigBytes));
  TRY_ASSIGN(const ParsedTree tree, parse_tree(file, yaml));
  const std::string values = "kValues" + std::to_string(n);
  std::string body = "constexpr ConfigValue " + values + "[] = {";
  for (const ConfigValue& v : tree.values) {
    body += "\n{" + number(v.end) + number(v.text_at) + number(v.text_bytes) + "{" + number(v.place.line) +
            number(v.place.column) + "},ConfigValue::Kind{" + std::to_string(static_cast<int>(v.kind)) +
            "}},";
  }
  std::string entry = "{" + number(yaml.size()) + "{";
  for (const std::uint8_t byte : sha256(yaml)) entry += number(byte);
  entry += "},{" + values + ",{" + literal(tree.text) + "," + std::to_string(tree.text.size()) + "}}},\n";
  return std::pair(body + "};\n", entry);
}

Status write(const std::string& out, std::span<char* const> files) {
  std::string bodies, entries;
  for (std::size_t i = 0; i < files.size(); ++i) {
    TRY_ASSIGN(const auto both, parts(files[i], i));
    bodies += both.first;
    entries += both.second;
  }
  return write_file_durably(
      out, "#include \"common/config/tree.h\"\nnamespace storesweep {\nnamespace {\n" + bodies +
               "constexpr KnownTree kTrees[] = {\n" + entries +
               "};\n}\nconstinit const std::span<const KnownTree> kKnownTrees = kTrees;\n}\n");
}
}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const Status status = write(argv[1], {argv + 2, static_cast<std::size_t>(argc) - 2});
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.message().c_str());
  return status.ok() ? 0 : 1;
}
