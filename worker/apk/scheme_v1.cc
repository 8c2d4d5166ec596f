// JAR signing as Android takes it (AOSP apksig, V1SchemeVerifier, which mimics StrictJarVerifier).
#include <algorithm>
#include <array>
#include <set>

#include "common/base/text.h"
#include "worker/apk/jar_block.h"
#include "worker/apk/jar_manifest.h"
#include "worker/apk/scheme.h"

namespace storesweep::apk {
namespace {
using enum SignatureProblemKind;
constexpr std::string_view kMetaInf = "META-INF/", kManifestName = "META-INF/MANIFEST.MF";

struct JarSigner {
  const ZipEntry* block;
  const ZipEntry* file;
  int number = 0;
  Signer facts;
  Bytes file_bytes;  // what the sections look into
  std::optional<JarManifest> sections;
  bool covers(std::string_view name) const { return sections && sections->find(name) != nullptr; }
};

class V1Verifier {
 public:
  V1Verifier(const ZipArchive& zip, const SchemeContext& context, bool needed, SignatureFacts& facts)
      : zip_(zip), context_(context), facts_(facts), problems_(facts.problems, Scheme::kV1, needed) {}

  void find_signers();
  bool has_signers() const { return !signers_.empty(); }
  Status verify_blocks();    // .RSA against .SF
  Status verify_sections();  // .SF against MANIFEST.MF
  Status verify_entries();   // MANIFEST.MF against the members
  bool read_manifest();
  void report_unprotected();
  bool failed() const { return problems_.errors() > 0; }
  Problems& problems() { return problems_; }
  void hand_over();

 private:
  std::optional<Bytes> bytes_of(const ZipEntry& entry, std::size_t max_bytes);
  void check_stripped(const JarSigner& signer);
  bool manifest_digest_holds(const JarSigner& signer, bool by_signtool);
  void check_main_section(const JarSigner& signer);
  void check_section(const JarSigner& signer, const JarSection& section, const std::string& name,
                     bool by_signtool);
  bool verify_signer_sections(JarSigner& signer);  // false: the platform ignores the signer
  bool same_signers(const ZipEntry& entry);
  Status verify_entry(const ZipEntry& entry);
  bool differs(const NamedDigest& expected, std::string_view bytes) const {
    return digest_of(expected.kind, as_bytes(bytes)) != expected.value;
  }

  const ZipArchive& zip_;
  const SchemeContext& context_;
  SignatureFacts& facts_;
  Problems problems_;
  std::vector<JarSigner> signers_;
  Bytes manifest_bytes_;
  JarManifest manifest_;
  std::optional<std::vector<int>> entry_signers_;  // numbers of those that signed the first member
};

std::optional<Bytes> V1Verifier::bytes_of(const ZipEntry& entry, std::size_t max_bytes) {
  auto bytes = zip_.read(entry.as_jar_entry(), max_bytes);
  if (!bytes.ok()) {
    problems_.error(kMalformed, bytes.status().message());
    return std::nullopt;
  }
  return std::move(bytes).value();
}

void V1Verifier::find_signers() {
  for (const ZipEntry& entry : zip_.entries()) {
    if (!starts_with(entry.name, kMetaInf)) continue;
    if (!ends_with(entry.name, ".RSA") && !ends_with(entry.name, ".DSA") && !ends_with(entry.name, ".EC"))
      continue;
    std::string file = std::string(entry.name.substr(0, entry.name.rfind('.'))) + ".SF";
    const ZipEntry* found = zip_.find(file);
    if (!found) {
      problems_.warning(kNoSignatureFile, std::string(entry.name));
      continue;
    }
    JarSigner signer{&entry, found, static_cast<int>(signers_.size()) + 1, {}, {}, {}};
    signer.facts.name = entry.name;
    if (signers_.size() < kMaxSigners + 1) signers_.push_back(std::move(signer));
  }
}

bool V1Verifier::read_manifest() {
  if (zip_.problems().has(ZipProblemKind::kDuplicateName)) return problems_.error(kDuplicateEntry);
  const ZipEntry* entry = zip_.find(kManifestName);
  if (!entry) return problems_.error(kNoManifest);
  std::optional<Bytes> text = bytes_of(*entry, kMaxJarManifestBytes);
  if (!text) return false;
  manifest_bytes_ = std::move(*text);
  std::optional<JarManifest> parsed = JarManifest::parse(as_text(manifest_bytes_));
  if (!parsed) return problems_.error(kMalformed, std::string(kManifestName));
  manifest_ = std::move(*parsed);
  if (manifest_.nameless()) return problems_.error(kMalformed, "MANIFEST.MF has a section without name");
  if (const std::string* twice = manifest_.duplicate()) {
    return problems_.error(kMalformed, "MANIFEST.MF has two sections " + *twice);
  }
  bool all = true;
  for (const std::string& name : manifest_.names()) {
    if (!zip_.find(name)) all = problems_.error(kEntryMissing, name);
  }
  return all;
}

Status V1Verifier::verify_blocks() {
  if (signers_.empty()) problems_.error(kNoSigners);
  if (signers_.size() > kMaxSigners) problems_.error(kTooManySigners);
  for (JarSigner& s : signers_) {
    if (signers_.size() > kMaxSigners) break;
    TRY(context_.budget.spend(s.block->bytes + s.file->bytes));
    std::optional<Bytes> block = bytes_of(*s.block, kMaxJarBlockBytes);
    std::optional<Bytes> file = bytes_of(*s.file, kMaxJarManifestBytes);
    if (!block || !file) continue;
    s.file_bytes = std::move(*file);
    verify_jar_block(*block, s.file_bytes, context_.manifest.min_sdk, s.number, s.facts, problems_);
  }
  return ok_status();
}

// The .SF says with which other schemes the package was signed: where one is not there, it was taken away.
void V1Verifier::check_stripped(const JarSigner& signer) {
  const std::string ids = signer.sections->main().attribute("X-Android-APK-Signed").value_or("");
  for (std::string_view text : split(ids, ',')) {
    std::optional<int> id = parse_int<int>(trim(text));
    bool gone = (id == 2 && facts_.state(Scheme::kV2) == SchemeState::kAbsent) ||
                (id == 3 && facts_.state(Scheme::kV3) == SchemeState::kAbsent);
    if (!gone) continue;
    facts_.stripped = true;
    problems_.error(kStripped, "v" + std::to_string(*id), signer.number);
  }
}

bool V1Verifier::manifest_digest_holds(const JarSigner& signer, bool by_signtool) {
  std::vector<NamedDigest> expected = digests_to_verify(
      signer.sections->main(), by_signtool ? "-Digest" : "-Digest-Manifest", context_.manifest.min_sdk);
  bool holds = !expected.empty();
  for (const NamedDigest& d : expected) {
    if (!differs(d, as_text(manifest_bytes_))) continue;
    problems_.warning(kDigestMismatch, "MANIFEST.MF as a whole", signer.number);
    holds = false;
  }
  return holds;
}

void V1Verifier::check_main_section(const JarSigner& signer) {
  for (const NamedDigest& d : digests_to_verify(signer.sections->main(), "-Digest-Manifest-Main-Attributes",
                                                context_.manifest.min_sdk)) {
    if (differs(d, manifest_.main().bytes))
      problems_.error(kDigestMismatch, "MANIFEST.MF's head", signer.number);
  }
}

void V1Verifier::check_section(const JarSigner& signer, const JarSection& section, const std::string& name,
                               bool by_signtool) {
  const JarSection* in_manifest = manifest_.find(name);
  std::vector<NamedDigest> expected = digests_to_verify(section, "-Digest", context_.manifest.min_sdk);
  if (!in_manifest || expected.empty()) {
    problems_.error(kEntryNotSigned, name, signer.number);
    return;
  }
  std::string_view bytes = in_manifest->bytes;
  if (by_signtool && ends_with(bytes, "\n\n")) bytes.remove_suffix(1);
  for (const NamedDigest& d : expected) {
    if (differs(d, bytes)) problems_.error(kDigestMismatch, "MANIFEST.MF's section " + name, signer.number);
  }
}

bool V1Verifier::verify_signer_sections(JarSigner& signer) {
  const JarSection& main = signer.sections->main();
  if (!main.attribute("Signature-Version")) {
    problems_.warning(kMalformed, signer.facts.name + ": no Signature-Version, so it is ignored",
                      signer.number);
    return false;
  }
  const int before = problems_.errors();
  check_stripped(signer);
  if (problems_.errors() > before) return true;
  const bool by_signtool = main.attribute("Created-By").value_or("").find("signtool") != std::string::npos;
  const bool whole = manifest_digest_holds(signer, by_signtool);
  if (!by_signtool) check_main_section(signer);
  if (problems_.errors() > before) return true;
  if (signer.sections->nameless() || signer.sections->duplicate()) {
    problems_.warning(kMalformed,
                      signer.facts.name + ": sections without or with the same name, so it is ignored",
                      signer.number);
    return false;
  }
  for (std::size_t i = 0; !whole && i < signer.sections->sections().size(); ++i) {
    const std::string& name = signer.sections->names()[i];
    if (!manifest_.find(name)) {
      problems_.warning(kEntryNotSigned, name + ": not in the manifest, so the signer is ignored",
                        signer.number);
      return false;
    }
    check_section(signer, signer.sections->sections()[i], name, by_signtool);
  }
  return true;
}

Status V1Verifier::verify_sections() {
  std::vector<JarSigner> remaining;
  for (JarSigner& s : signers_) {
    TRY(context_.budget.spend(s.file_bytes.size() + manifest_bytes_.size()));
    s.sections = JarManifest::parse(as_text(s.file_bytes));
    if (!s.sections) {
      problems_.error(kMalformed, s.facts.name, s.number);
    } else if (verify_signer_sections(s)) {
      remaining.push_back(std::move(s));
    }
  }
  signers_ = std::move(remaining);
  if (signers_.empty()) problems_.error(kNoSigners, "none that is not ignored");
  return ok_status();
}

// All members must be signed by the same signers; the platform asks for no more.
bool V1Verifier::same_signers(const ZipEntry& entry) {
  std::vector<int> by;
  for (const JarSigner& s : signers_) {
    if (s.covers(entry.name)) by.push_back(s.number);
  }
  if (by.empty()) return problems_.error(kEntryNotSigned, std::string(entry.name));
  if (!entry_signers_) entry_signers_ = by;
  if (*entry_signers_ == by) return true;
  facts_.mixed = true;
  return problems_.error(kEntrySignersDiffer, std::string(entry.name));
}

Status V1Verifier::verify_entry(const ZipEntry& entry) {
  const JarSection* section = manifest_.find(entry.name);
  if (!section) {
    problems_.error(kEntryNotSigned, std::string(entry.name));
    return ok_status();
  }
  if (!same_signers(entry)) return ok_status();
  std::vector<NamedDigest> expected = digests_to_verify(*section, "-Digest", context_.manifest.min_sdk);
  if (expected.empty()) {
    problems_.error(kEntryNotSigned, std::string(entry.name));
    return ok_status();
  }
  std::vector<Digester> digesters;
  for (const NamedDigest& d : expected) digesters.emplace_back(d.kind);
  Status read = zip_.stream(entry.as_jar_entry(), context_.budget, [&](ByteView piece) {
    for (Digester& d : digesters) d.add(piece);
    return ok_status();
  });
  if (!read.ok() && read.kind() != ErrorKind::kCorrupt) return read;
  if (!read.ok()) problems_.error(kMalformed, read.message());
  for (std::size_t i = 0; read.ok() && i < expected.size(); ++i) {
    if (digesters[i].finish() != expected[i].value) problems_.error(kDigestMismatch, std::string(entry.name));
  }
  return ok_status();
}

Status V1Verifier::verify_entries() {
  std::vector<const ZipEntry*> in_order;
  for (const ZipEntry& e : zip_.entries()) {
    if (!starts_with(e.name, kMetaInf) && !ends_with(e.name, "/")) in_order.push_back(&e);
  }
  std::ranges::sort(in_order, {}, [](const ZipEntry* e) { return e->header_at; });
  for (const ZipEntry* e : in_order) TRY(verify_entry(*e));
  if (!entry_signers_) problems_.error(kEntryNotSigned, "no member is signed");
  for (ZipProblemKind kind : {ZipProblemKind::kNameNotUtf8, ZipProblemKind::kNameHasNul}) {
    if (zip_.problems().has(kind)) problems_.error(kEntryNotSigned, "a member without a proper name");
  }
  return ok_status();
}

void V1Verifier::report_unprotected() {
  std::set<std::string_view> of_signatures = {kManifestName};
  for (const JarSigner& s : signers_) of_signatures.insert({s.block->name, s.file->name});
  for (const ZipEntry& e : zip_.entries()) {
    if (starts_with(e.name, kMetaInf) && !ends_with(e.name, "/") && !of_signatures.contains(e.name)) {
      problems_.warning(kEntryUnprotected, std::string(e.name));
    }
  }
}

void V1Verifier::hand_over() {
  for (const JarSigner& s : signers_) {
    bool used = !entry_signers_ || std::ranges::find(*entry_signers_, s.number) != entry_signers_->end();
    if (used) facts_.signers.push_back(s.facts);
  }
}
}  // namespace

Status verify_v1(const ZipArchive& zip, const SchemeContext& context, bool needed, SignatureFacts& facts) {
  V1Verifier verifier(zip, context, needed, facts);
  verifier.find_signers();
  if (!needed && !verifier.has_signers()) return ok_status();
  SchemeState& state = facts.states[static_cast<std::size_t>(Scheme::kV1)];
  if (verifier.has_signers()) state = needed ? SchemeState::kFailed : SchemeState::kNotNeeded;
  if (needed && !verifier.read_manifest()) {
    if (verifier.has_signers()) TRY(verifier.verify_blocks());  // who signed is a fact all the same
    verifier.hand_over();
    return ok_status();
  }
  TRY(verifier.verify_blocks());
  if (needed && !verifier.failed()) TRY(verifier.verify_sections());
  if (needed && !verifier.failed()) TRY(verifier.verify_entries());
  if (needed && !verifier.failed()) {
    verifier.report_unprotected();
    state = SchemeState::kVerified;
  }
  verifier.hand_over();
  return ok_status();
}

}  // namespace storesweep::apk
