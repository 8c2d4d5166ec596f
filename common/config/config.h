// Typed reading of a YAML file. Reading a key declares it: a program asks for what it knows, with the default
// beside it, and in the end finish() gives *every* error at once, each as file:line:column, and refuses keys
// that nobody asked for, naming the nearest known one. Values of a key that was wrong are the default, so
// that reading goes on.
//
//   TRY_ASSIGN(auto document, ConfigDocument::from_file("coordinator.yaml"));
//   ConfigMap http = document.root().map("http");
//   config.listen = http.string("listen", "127.0.0.1:8080");
//   config.idle_ms = http.integer("idle_ms", 30'000, {1'000, 600'000});   // accepts 30000, 30 s, 5 min
//   TRY(document.finish());
//
// A document and its maps share state: one thread, and maps must not outlive the document's finish().
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/status.h"

namespace storesweep {

inline constexpr std::size_t kMaxConfigBytes = 4u << 20;
inline constexpr std::size_t kMaxConfigErrors = 100;  // beyond this, only their number is told
inline constexpr std::size_t kMaxConfigDepth = 32;
inline constexpr std::size_t kMaxSecretBytes = 64u << 10;

struct IntRange {
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

class ConfigMap {
 public:
  // Text. An absent key gives the default; `required_` ones are an error when absent or empty.
  std::string string(std::string_view key, std::string_view otherwise);
  std::string required_string(std::string_view key);
  // A whole number. A key that ends in _ms also takes `30 s`, `5 min`, `2 h`, `7 d`; one that ends in _bytes
  // also takes `64 KiB`, `8 MiB`, `2 GiB`, `1 TiB`.
  std::int64_t integer(std::string_view key, std::int64_t otherwise, IntRange range = {});
  std::int64_t required_integer(std::string_view key, IntRange range = {});
  double number(std::string_view key, double otherwise, double least, double most);
  bool boolean(std::string_view key, bool otherwise);  // true, false
  std::vector<std::string> strings(std::string_view key);
  std::vector<std::int64_t> integers(std::string_view key, IntRange range = {});
  // A map of text to text, in the order of the file. Its keys are free.
  std::vector<std::pair<std::string, std::string>> string_map(std::string_view key);
  // A path; a relative one starts at the folder of the file that names it.
  std::string path(std::string_view key, std::string_view otherwise);
  // A secret stands elsewhere: `file: PATH` (its first line) or `${NAME}` of the environment. Written out it
  // is refused.
  std::optional<std::string> secret(std::string_view key);

  // One of the names; the message of a wrong one lists them.
  template <class E>
  E one_of(std::string_view key, E otherwise, std::initializer_list<std::pair<std::string_view, E>> choices) {
    std::vector<std::string_view> names;
    for (const auto& [n, value] : choices) names.push_back(n);
    const std::optional<std::size_t> at = choice(key, names);
    return at ? (choices.begin() + *at)->second : otherwise;
  }

  bool has(std::string_view key);  // present, and not null; declares the key
  // A section; an absent one reads as empty, so that its defaults hold.
  ConfigMap map(std::string_view key);
  std::vector<ConfigMap> maps(std::string_view key);  // a list of sections
  // A map of sections with free names, in the order of the file.
  std::vector<std::pair<std::string, ConfigMap>> named_maps(std::string_view key);
  // The keys that stand here and were not asked for yet, in the order of the file; declares them all.
  std::vector<std::string> keys();

  // Notes an error of the caller's own at the key's place (or at the map's, when the key is absent or empty).
  void error(std::string_view key, const std::string& message);
  std::string place(std::string_view key) const;  // "coordinator.yaml:12:3"

 private:
  friend class ConfigDocument;
  struct Node;
  explicit ConfigMap(std::shared_ptr<Node> node) : node_(std::move(node)) {}
  std::optional<std::size_t> choice(std::string_view key, const std::vector<std::string_view>& names);
  std::shared_ptr<Node> node_;
};

class ConfigDocument {
 public:
  // kInvalid with file:line:column when it is not YAML, is too large or is no map.
  static Result<ConfigDocument> from_file(const std::string& path);
  static Result<ConfigDocument> from_text(const std::string& name, const std::string& text);

  ConfigMap root();
  // Refuses what nobody asked for; kInvalid with every error, one a line, in the order of the file.
  Status finish();

 private:
  struct State;
  friend class ConfigMap;
  explicit ConfigDocument(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

// The name nearest to `wanted` by edit distance, if it is near enough to be meant. Pure.
std::optional<std::string> nearest_name(std::string_view wanted, const std::vector<std::string>& names);

}  // namespace storesweep
