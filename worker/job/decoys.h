// The decoys of a worker: empty apps under the names of others, made by `probes/decoys.py` (or whatever
// program the configuration names) and kept in a folder. Safe for concurrent use; what it is given outlives
// it.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/file.h"
#include "common/rules/decoys.h"
#include "worker/apk/facts.h"

namespace storesweep::job {

struct DecoyOptions {
  std::string maker;   // program: MAKER FOLDER PACKAGE... leaves FOLDER/PACKAGE.apk for each; empty: none
  std::string folder;  // where they lie
};

struct Decoy {
  std::string package;
  MappedFile file;
};
// What a run gets, and what it lacks and why.
struct DecoySet {
  std::vector<Decoy> decoys;
  std::vector<std::string> lacking;  // packages that were wanted
  std::string why;
};

class DecoyMaker {
 public:
  DecoyMaker(DecoyOptions options, const DecoyRules& rules, const std::vector<std::string>& system_packages)
      : options_(std::move(options)), rules_(rules), system_packages_(system_packages) {}

  // For this app, by what its manifest and its code name. Never an error: what cannot be made is lacking.
  DecoySet bring(const ApkFacts& facts, const std::vector<ByteView>& files, const Deadline& deadline);

 private:
  Status make(const std::vector<std::string>& packages, const Deadline& deadline);

  const DecoyOptions options_;
  const DecoyRules& rules_;
  const std::vector<std::string>& system_packages_;
  std::mutex making_;
};

}  // namespace storesweep::job
