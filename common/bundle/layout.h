// How a bundle's members are called, and those of them that follow from the others: the manifest, the
// timelines for people, the findings as data. Private to this room.
#pragma once

#include "common/bundle/bundle.h"
#include "common/report/catalogue.h"
#include "common/rules/pack.h"

namespace storesweep::layout {

inline constexpr const char* kManifest = "manifest.json";
inline constexpr const char* kReadme = "README.txt";

std::string result_folder(JobId job);                               // results/17/
std::string journal_name(JobId job, std::size_t run);               // results/17/run-1/run.journal
std::string pack_folder(const Digest& pack);                        // packs/HEX/
std::string blob_name(const Digest& blob, std::string_view bytes);  // blobs/HEX.png

// A result whose journals were read and whose pack was loaded.
struct OpenedResult {
  const BundleResult* result = nullptr;
  std::vector<Journal> journals;
  const RulePack* pack = nullptr;
  const Catalogue* catalogue = nullptr;
};

// What can be read of one run: its timeline in both languages, its raw text by channel.
void add_run(const OpenedResult& opened, std::size_t run, Members& out);
// findings.json (schemas/bundle-findings.schema.json).
std::string findings_text(const OpenedResult& opened);
std::string readme_text(const Catalogue& catalogue);
// Of all members but itself.
std::string manifest_text(const Members& members, bool simulated);

}  // namespace storesweep::layout
