// Every dex file of the corpus: those that stand by themselves and those in its APKs, each content once. For
// tests.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "common/base/hash.h"
#include "common/base/text.h"
#include "tests/unit/corpus.h"
#include "worker/apk/zip.h"

namespace storesweep {

struct CorpusDex {
  std::string name;  // androguard/x.apk classes.dex
  std::string bytes;
};

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<CorpusDex> corpus_dexes() {
  std::map<Digest, CorpusDex> found;
  auto add = [&](const std::string& name, std::string bytes) {
    const Digest digest = sha256(bytes);
    found.emplace(digest, CorpusDex{name, std::move(bytes)});
  };
  for (const auto& e : std::filesystem::recursive_directory_iterator(corpus_path("apk"))) {
    const std::string extension = e.path().extension();
    const std::string name = e.path().parent_path().filename().string() + "/" + e.path().filename().string();
    if (extension == ".dex") add(name, file_text(e.path()));
    if (extension != ".apk") continue;
    const std::string file = file_text(e.path());
    const auto zip = apk::ZipArchive::open(as_bytes(file));
    if (!zip.ok()) continue;
    for (const apk::ZipEntry& member : zip->entries()) {
      if (!ends_with(member.name, ".dex")) continue;
      auto bytes = zip->read(member, 64u << 20);
      if (bytes.ok()) add(name + " " + std::string(member.name), std::string(as_text(*bytes)));
    }
  }
  std::vector<CorpusDex> out;
  for (auto& [digest, dex] : found) out.push_back(std::move(dex));
  std::ranges::sort(out, {}, &CorpusDex::name);
  return out;
}

}  // namespace storesweep
