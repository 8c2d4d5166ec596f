// Everything about a package of any kind (container.h): manifest, resources, signatures, code, SDKs, leads.
// The thorough counterpart of read_apk_facts. Hostile input: a budget of work and time for each; what cannot
// be read within it is told in ApkFacts::problems or CodeSummary::gaps. Pure; safe for concurrent use.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "common/base/cancel.h"
#include "worker/apk/facts.h"

namespace storesweep {

struct SourceCatalogue;
struct SdkCatalogue;

// What code is looked through for; what is null is not looked for. Must outlive the reading.
struct FactsKnowledge {
  const SourceCatalogue* sources = nullptr;
  const SdkCatalogue* sdks = nullptr;
};

// Does work(0) to work(n - 1), in any order and on as many threads as the caller likes to give; returns when
// all are done.
using Together = std::function<void(std::size_t n, const std::function<void(std::size_t)>& work)>;

struct FactsOptions {
  const FactsKnowledge* knowledge = nullptr;
  Deadline deadline = Deadline::in_ms(apk::kMaxFileMs);
  std::optional<Digest> file_set;  // where the caller has hashed the files already
  Together together;               // for dex files side by side; empty: one after the other
};

// One file, or the base and the splits of one app. Errors as read_apk_facts has them; kTimeout, kCancelled
// and kExhausted by the budget.
Result<ApkFacts> read_package_facts(std::span<const ByteView> files, const FactsOptions& options);

// The APKs of one app in two steps, for who may run out of time: what they declare, then all the rest.
class PackageReader {
 public:
  // Errors as read_apk_facts has them. The bytes must outlive the reader.
  static Result<PackageReader> open(std::span<const ByteView> apks, const FactsOptions& options);
  PackageReader(PackageReader&&) noexcept;
  ~PackageReader();
  // As read_apk_facts has them; file_set is that of the options.
  ApkFacts declared() const;
  // As read_package_facts has them; what open() did is not done again. Once.
  Result<ApkFacts> whole() &&;

 private:
  struct State;
  explicit PackageReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// As ApkFacts::file_set.
Digest file_set_digest(std::span<const ByteView> files);

}  // namespace storesweep
