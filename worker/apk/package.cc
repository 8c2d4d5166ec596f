#include "worker/apk/package.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "worker/apk/container.h"
#include "worker/apk/hosted_apps.h"
#include "worker/apk/leads.h"
#include "worker/apk/open_package.h"
#include "worker/apk/package_code.h"
#include "worker/apk/refusals.h"

namespace storesweep {
namespace {
using apk::Budget;
using apk::Container;
using apk::ContainerKind;
using apk::ContainerMember;
using apk::MemberRole;

constexpr std::size_t kMaxInnerBytes = 48u << 20;  // of packages that lie deflated in another, together

void problem(ApkFacts& facts, std::string where, std::string what) {
  if (facts.problems.size() < kMaxProblems) facts.problems.push_back({std::move(where), std::move(what)});
}

void add_zip_problems(const apk::PackageMember& m, Budget& budget, ApkFacts& facts) {
  auto tell = [&](const apk::ZipProblems& problems) {
    for (const apk::ZipProblem& p : problems.list) {
      std::string what = "zip: " + std::string(apk::zip_problem_name(p.kind));
      if (p.refused.from != 0) {
        what += fmt::format(", refused by Android API {} to {}", p.refused.from, p.refused.to);
      }
      problem(facts, m.where(p.member), std::move(what));
    }
  };
  tell(m.zip->problems());
  if (auto more = m.zip->check_members(budget); more.ok()) tell(*more);
}

// What the manifests say, and whether anything speaks against installing it.
struct Declared {
  ApkFacts facts;                   // with the base's signature where a set's signers were compared
  std::vector<FactProblem> of_set;  // that the comparison found
  Status compared;                  // of the budget
};

Result<Declared> read_declared(apk::OpenPackage& package, Budget& budget) {
  TRY_ASSIGN(ApkFacts facts, apk::declared_facts(package));
  const auto own = static_cast<std::ptrdiff_t>(facts.problems.size());
  Status compared = apk::find_refusals(package, budget, facts);
  std::vector<FactProblem> of_set(facts.problems.begin() + own, facts.problems.end());
  facts.problems.resize(static_cast<std::size_t>(own));
  return Declared{std::move(facts), std::move(of_set), std::move(compared)};
}

Result<ApkFacts> read_rest(const apk::OpenPackage& package, Declared declared, const FactsOptions& options,
                           Budget& budget) {
  TRY(declared.compared);
  ApkFacts facts = std::move(declared.facts);
  for (const apk::PackageMember& m : package.members) add_zip_problems(m, budget, facts);
  const apk::PackageMember& base = package.members[0];
  if (base.layout == apk::Layout::kApk && !facts.signature_checked) {
    TRY_ASSIGN(facts.signature, apk::verify_member(base, base, facts, budget));
    facts.signature_checked = true;
  }
  for (FactProblem& p : declared.of_set) problem(facts, std::move(p.where), std::move(p.what));
  if (options.knowledge && options.knowledge->sources && options.knowledge->sdks) {
    TRY_ASSIGN(facts.code, apk::read_code(package, facts, options, budget));
  }
  return facts;
}

Result<ApkFacts> read_open(apk::OpenPackage package, const FactsOptions& options, Budget& budget) {
  TRY_ASSIGN(Declared declared, read_declared(package, budget));
  return read_rest(package, std::move(declared), options, budget);
}

// The APKs that lie in a bundle: where they are stored they are read there, else inflated within a bound.
struct InnerPackages {
  std::vector<Bytes> inflated;
  std::vector<ByteView> views;
  std::vector<FactProblem> problems;
};

Result<InnerPackages> inner_packages(ByteView file, const Container& container) {
  TRY_ASSIGN(apk::ZipArchive zip, apk::ZipArchive::open(file));
  bool has_base =
      std::ranges::any_of(container.members, [](const auto& m) { return m.role == MemberRole::kBase; });
  InnerPackages out;
  std::size_t left = kMaxInnerBytes;
  for (const ContainerMember& m : container.members) {
    bool wanted = has_base ? m.role == MemberRole::kBase || m.role == MemberRole::kSplit
                           : m.role == MemberRole::kStandalone && out.views.empty();
    if (!wanted) continue;
    if (!m.entry.deflated()) {
      TRY_ASSIGN(ByteView view, zip.raw(m.entry));
      out.views.push_back(view);
      continue;
    }
    auto bytes = zip.read(m.entry, left);
    if (!bytes.ok() && m.role != MemberRole::kSplit) return bytes.status();
    if (!bytes.ok()) {
      out.problems.push_back({m.name, bytes.status().message()});
      continue;
    }
    left -= bytes->size();
    out.inflated.push_back(std::move(bytes).value());
    out.views.push_back(out.inflated.back());
  }
  if (out.views.empty()) return corrupt("no APK in it that is whole by itself");
  return out;
}

Result<ApkFacts> read_bundle_of_apks(ByteView file, const Container& container, const FactsOptions& options,
                                     Budget& budget) {
  TRY_ASSIGN(InnerPackages inner, inner_packages(file, container));
  TRY_ASSIGN(apk::OpenPackage package, apk::open_apks(inner.views));
  TRY_ASSIGN(ApkFacts facts, read_open(std::move(package), options, budget));
  for (FactProblem& p : inner.problems) problem(facts, std::move(p.where), std::move(p.what));
  return facts;
}

Result<ApkFacts> read_bare(ByteView file, const FactsOptions& options, Budget& budget) {
  ApkFacts facts;
  if (options.knowledge && options.knowledge->sources && options.knowledge->sdks) {
    TRY_ASSIGN(facts.code, apk::read_bare_code(file, options, budget));
  }
  return facts;
}

Result<ApkFacts> read_one(ByteView file, const Container& container, const FactsOptions& options,
                          Budget& budget) {
  switch (container.kind) {
    case ContainerKind::kApk: {
      TRY_ASSIGN(apk::OpenPackage package, apk::open_apks(std::span(&file, 1)));
      return read_open(std::move(package), options, budget);
    }
    case ContainerKind::kSplitSet:
    case ContainerKind::kApks:
    case ContainerKind::kXapk:
    case ContainerKind::kApkm:
      return read_bundle_of_apks(file, container, options, budget);
    case ContainerKind::kAab: {
      TRY_ASSIGN(apk::OpenPackage package, apk::open_bundle(file));
      return read_open(std::move(package), options, budget);
    }
    case ContainerKind::kAar: {
      TRY_ASSIGN(apk::OpenPackage package, apk::open_library(file));
      return read_open(std::move(package), options, budget);
    }
    case ContainerKind::kRpk:
      return apk::quick_app_facts(file, budget);
    case ContainerKind::kWxapkg:
      return apk::mini_program_facts(file, budget);
    case ContainerKind::kJar:
    case ContainerKind::kDex:
      return read_bare(file, options, budget);
    default:
      return unsupported(std::string(apk::container_kind_name(container.kind)) +
                         " packages are not read here");
  }
}
}  // namespace

Digest file_set_digest(std::span<const ByteView> files) {
  std::vector<Digest> digests;
  for (ByteView one : files) digests.push_back(sha256(one));
  std::ranges::sort(digests);
  Sha256 all;
  for (const Digest& d : digests) all.add(d);
  return all.finish();
}

struct PackageReader::State {
  explicit State(const FactsOptions& o) : options(o), budget(apk::kMaxWorkBytes, o.deadline) {}
  FactsOptions options;
  Budget budget;
  apk::OpenPackage package;
  Declared declared;
};
PackageReader::PackageReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
PackageReader::PackageReader(PackageReader&&) noexcept = default;
PackageReader::~PackageReader() = default;

Result<PackageReader> PackageReader::open(std::span<const ByteView> apks, const FactsOptions& options) {
  auto state = std::make_unique<State>(options);
  TRY_ASSIGN(state->package, apk::open_apks(apks));
  TRY_ASSIGN(state->declared, read_declared(state->package, state->budget));
  if (options.file_set) state->declared.facts.file_set = *options.file_set;
  return PackageReader(std::move(state));
}

ApkFacts PackageReader::declared() const {
  ApkFacts facts = state_->declared.facts;
  facts.signature = {};
  facts.signature_checked = false;
  for (const FactProblem& p : state_->declared.of_set) problem(facts, p.where, p.what);
  if (const Status& s = state_->declared.compared; !s.ok())
    problem(facts, "", "whether it can be installed was not looked at: " + s.message());
  return facts;
}

Result<ApkFacts> PackageReader::whole() && {
  TRY_ASSIGN(ApkFacts facts,
             read_rest(state_->package, std::move(state_->declared), state_->options, state_->budget));
  if (state_->package.members.size() > 1) facts.format = apk::container_kind_name(ContainerKind::kSplitSet);
  facts.leads = find_leads(facts);
  return facts;
}

Result<ApkFacts> read_package_facts(std::span<const ByteView> files, const FactsOptions& options) {
  Budget budget(apk::kMaxWorkBytes, options.deadline);
  ApkFacts facts;
  if (files.size() == 1) {
    TRY_ASSIGN(const Container container, apk::read_container(files[0]));
    TRY_ASSIGN(facts, read_one(files[0], container, options, budget));
    facts.format = apk::container_kind_name(container.kind);
    for (const std::string& note : container.notes) problem(facts, "", note);
  } else {
    TRY_ASSIGN(PackageReader reader, PackageReader::open(files, options));
    TRY_ASSIGN(facts, std::move(reader).whole());
  }
  facts.file_set = options.file_set ? *options.file_set : file_set_digest(files);
  facts.leads = find_leads(facts);
  return facts;
}

}  // namespace storesweep
