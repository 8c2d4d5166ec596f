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

#define NEED_CORPUS()                                      \
  if (!std::filesystem::exists(storesweep::corpus_path())) \
  GTEST_SKIP() << "no corpus at " << storesweep::corpus_path()

}  // namespace storesweep
