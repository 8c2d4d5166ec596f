// Where tests find the corpus of real captures: STORESWEEP_CORPUS, else ../shared/corpus beside the sources.
// A test that needs it starts with NEED_CORPUS() and is skipped, saying so, where the folder is missing. For
// tests.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace storesweep {

inline std::string corpus_path(const std::string& file = "") {
  const char* own = std::getenv("STORESWEEP_CORPUS");
  const char* source = std::getenv("STORESWEEP_SOURCE");
  return (own ? own : std::string(source ? source : ".") + "/../shared/corpus") + "/" + file;
}

inline std::string corpus_text(const std::string& file) {
  std::ifstream in(corpus_path(file), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The streams of a recorded dialogue are kept as base64 in JSON Lines.
inline std::string decode64(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0, have = 0;
  for (char c : text) {
    const std::size_t value = digits.find(c);
    if (value == std::string::npos) break;
    bits = bits << 6 | static_cast<unsigned>(value);
    if ((have += 6) >= 8) out += static_cast<char>(bits >> (have -= 8) & 0xff);
  }
  return out;
}

#define NEED_CORPUS()                                      \
  if (!std::filesystem::exists(storesweep::corpus_path())) \
  GTEST_SKIP() << "no corpus at " << storesweep::corpus_path()

}  // namespace storesweep
