// Any bytes as a configuration, asked for a value of each kind; the tree it is read from; an
// authorised-workers file; amounts with units.
#include <cstdint>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/config/tree.h"
#include "common/config/units.h"
#include "common/transport/keys.h"

namespace {

// Every value ends within the tree, behind itself, and its text lies in the tree's.
void expect_sound(const storesweep::ParsedTree& tree) {
  if (tree.values.empty()) __builtin_trap();
  for (std::size_t i = 0; i < tree.values.size(); ++i) {
    const storesweep::ConfigValue& value = tree.values[i];
    if (value.end <= i || value.end > tree.values.size()) __builtin_trap();
    if (std::size_t{value.text_at} + value.text_bytes > tree.text.size()) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep;
  const std::string text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(parse_authorised(text, "workers.txt").ok());
  if (auto amount = parse_quantity("a_bytes", text); amount && text.empty()) __builtin_trap();
  if (auto tree = parse_tree("c.yaml", text); tree.ok()) expect_sound(*tree);
  auto document = ConfigDocument::from_text("c.yaml", text);
  if (!document.ok()) return 0;
  ConfigMap root = document->root();
  static_cast<void>(root.string("name", ""));
  static_cast<void>(root.integer("wait_ms", 1, {0, 1000}));
  static_cast<void>(root.number("rate", 1, 0, 10));
  static_cast<void>(root.boolean("flag", false));
  static_cast<void>(root.strings("list"));
  static_cast<void>(root.integers("numbers"));
  static_cast<void>(root.string_map("env"));
  static_cast<void>(root.path("file", ""));
  for (ConfigMap& map : root.maps("maps")) static_cast<void>(map.integer("n_bytes", 0));
  for (auto& [name, map] : root.named_maps("named")) static_cast<void>(map.required_string(name));
  static_cast<void>(root.map("section").secret("token"));
  const Status finished = document->finish();
  if (!finished.ok() && finished.message().empty()) __builtin_trap();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {
      "name: a\nwait_ms: 30 s\nrate: 0.5\nflag: true\nlist: [a, b]\nnumbers: [1, 2]\nenv: {A: b}\nfile: x\n"
      "maps: [{n_bytes: 8 MiB}]\nnamed: {x: {x: y}}\nsection: {token: {file: /nosuch}}\n",
      "&a {b: *a}\n", "w-1 0123456789012345678901234567890123456789\n"};
}
