#include "worker/apk/refusals.h"

#include <algorithm>
#include <set>

#include "worker/apk/attributes.h"

namespace storesweep::apk {
namespace {
std::string name_of(const PackageMember& m) { return m.split.empty() ? "base" : m.split; }

void refuse(ApkFacts& facts, std::string where, std::string what) {
  if (facts.refusals.size() < kMaxProblems) facts.refusals.push_back({std::move(where), std::move(what)});
}

// "zip: bad-offset, overlap": what the releases stumble over.
std::string reasons_of(const ZipProblems& problems) {
  std::set<std::string_view> names;
  for (const ZipProblem& p : problems.list) {
    if (p.refused.to >= kOldestTestedApi) names.insert(zip_problem_name(p.kind));
  }
  std::string out;
  for (std::string_view name : names) out += (out.empty() ? "zip: " : ", ") + std::string(name);
  return out;
}

// The releases that take all members' archives; the member after which none is left is told.
Status check_archives(const OpenPackage& package, Budget& budget, ApkFacts& facts) {
  ApiRange taken{std::max(kOldestTestedApi, facts.min_sdk), kNewestApi};
  for (const PackageMember& m : package.members) {
    TRY_ASSIGN(const ZipProblems problems, m.zip->check_members(budget));
    if (taken.none()) return ok_status();  // of a minimum beyond what we know, or told already
    taken.from = std::max(taken.from, problems.installable.from);
    taken.to = std::min(taken.to, problems.installable.to);
    if (taken.none()) refuse(facts, name_of(m), reasons_of(problems));
  }
  return ok_status();
}

std::set<Digest> digests_of(const std::vector<Certificate>& certificates) {
  std::set<Digest> out;
  for (const Certificate& c : certificates) out.insert(c.sha256);
  return out;
}

// Who signed it in any scheme. Releases go by different ones: only where two files have nobody in common does
// none take them together.
std::set<Digest> anybody(const SignatureFacts& facts) {
  std::set<Digest> out;
  for (const Signer& s : facts.signers) {
    if (s.scheme != Scheme::kSourceStamp && !s.chain.empty()) out.insert(s.chain[0].sha256);
  }
  return out;
}

void compare_signers(const PackageMember& split, const SignatureFacts& base, const SignatureFacts& own,
                     ApkFacts& facts) {
  if (digests_of(base.identity) == digests_of(own.identity)) return;
  const std::set<Digest> theirs = anybody(base), its = anybody(own);
  const bool common = std::ranges::any_of(its, [&](const Digest& d) { return theirs.contains(d); });
  if (!common) return refuse(facts, name_of(split), "signed by another than the base");
  if (facts.problems.size() < kMaxProblems)
    facts.problems.push_back({name_of(split), "signed by the base's signer, but in other schemes"});
}

Status check_signers(const OpenPackage& package, Budget& budget, ApkFacts& facts) {
  if (package.members.size() < 2) return ok_status();
  const PackageMember& base = package.members[0];
  if (!facts.signature_checked) {
    TRY_ASSIGN(facts.signature, verify_member(base, base, facts, budget));
    facts.signature_checked = true;
  }
  for (std::size_t i = 1; i < package.members.size(); ++i) {
    TRY_ASSIGN(const SignatureFacts own, verify_member(package.members[i], base, facts, budget));
    compare_signers(package.members[i], facts.signature, own, facts);
  }
  return ok_status();
}
}  // namespace

Result<SignatureFacts> verify_member(const PackageMember& member, const PackageMember& base,
                                     const ApkFacts& facts, Budget& budget) {
  SigningContext context;
  context.min_sdk = facts.min_sdk;
  context.target_sdk = facts.target_sdk;
  const XmlDocument& manifest = base.document;
  const auto* sandbox = manifest.attribute(manifest.elements()[0], attr::targetSandboxVersion);
  if (sandbox && is_int(sandbox->value))
    context.target_sandbox_version = static_cast<int>(sandbox->value.data);
  return verify_signatures(member.file, *member.zip, context, budget);
}

Status find_refusals(const OpenPackage& package, Budget& budget, ApkFacts& facts) {
  if (package.members[0].layout != Layout::kApk) return ok_status();
  TRY(check_archives(package, budget, facts));
  return check_signers(package, budget, facts);
}

}  // namespace storesweep::apk
