#include "worker/apk/quick_app.h"

#include <algorithm>

#include "common/base/text.h"
#include "worker/apk/bounded_json.h"
#include "worker/apk/scheme.h"
#include "worker/apk/signing_block.h"

namespace storesweep::apk {
namespace {
using Json = nlohmann::json;
using enum SignatureProblemKind;
constexpr std::size_t kMaxListItems = 2'000, kMaxShownBytes = 256, kMaxScriptBytes = 16u << 20;
constexpr std::uint32_t kSignerBlock = 0x01000101, kFilesBlock = 0x01000201;

std::string shown(const Json& value) {
  if (value.is_string()) return clean_utf8(value.get<std::string>().substr(0, kMaxShownBytes));
  return value.is_number_integer() ? value.dump() : "";
}
std::string shown(const Json& json, const char* key) {
  auto value = json.find(key);
  return value == json.end() ? "" : shown(*value);
}

// A list of objects, or of plain texts: one text of each.
void read_list(const Json& json, const char* list, const char* key, std::vector<std::string>& out) {
  auto items = json.find(list);
  if (items == json.end() || !items->is_array()) return;
  for (const Json& item : *items) {
    std::string text = item.is_object() ? shown(item, key) : shown(item);
    if (!text.empty() && out.size() < kMaxListItems) out.push_back(std::move(text));
  }
}

void read_manifest(const Json& json, QuickApp& out) {
  out.package = shown(json, "package");
  out.name = shown(json, "name");
  out.version_name = shown(json, "versionName");
  out.version_code = parse_int<std::int64_t>(shown(json, "versionCode")).value_or(0);
  out.min_platform = parse_int<int>(shown(json, "minPlatformVersion")).value_or(0);
  read_list(json, "features", "name", out.features);
  read_list(json, "permissions", "origin", out.permissions);
  read_list(json, "subpackages", "name", out.subpackages);
  auto router = json.find("router");
  if (router == json.end() || !router->is_object()) return;
  auto pages = router->find("pages");
  if (pages == router->end() || !pages->is_object()) return;
  for (const auto& [path, page] : pages->items()) {
    if (out.pages.size() < kMaxListItems) out.pages.push_back(clean_utf8(path.substr(0, kMaxShownBytes)));
  }
}

// $app_require$("@app-module/system.device")
void find_modules(std::string_view script, const std::string& file,
                  std::map<std::string, PlatformCall>& modules) {
  constexpr std::string_view kMark = "@app-module/";
  for (std::size_t at = script.find(kMark); at != std::string_view::npos; at = script.find(kMark, at + 1)) {
    std::string_view rest = script.substr(at + kMark.size(), 64);
    std::string_view name = rest.substr(0, rest.find_first_of("\"'\\`"));
    if (name.empty() || name.size() == rest.size() || !valid_utf8(name)) continue;
    if (modules.size() >= kMaxMiniCalls && !modules.contains(std::string(name))) continue;
    PlatformCall& call = modules[std::string(name)];
    call.count += 1;
    if (call.files.size() < kMaxMiniFilesOfACall && (call.files.empty() || call.files.back() != file)) {
      call.files.push_back(file);
    }
  }
}

// Each section is one chunk, however long (hap-toolkit, packager: processChunk, signChunk).
Bytes content_digest(const SignedSections& sections) {
  Digester top(DigestKind::kSha256);
  auto head = [](Digester& d, std::uint8_t mark, std::size_t n) {
    std::string bytes(1, static_cast<char>(mark));
    put_little(bytes, n, 4);
    d.add(as_bytes(bytes));
  };
  head(top, 0x5a, 3);
  for (ByteView section : {sections.members, sections.directory, ByteView(sections.end)}) {
    Digester one(DigestKind::kSha256);
    head(one, 0xa5, section.size());
    one.add(section);
    top.add(one.finish());
  }
  return top.finish();
}

Status verify_block(ByteView file, const ZipArchive& zip, Budget& budget, QuickApp& out) {
  std::optional<SigningBlock> block = find_signing_block(file, zip, kRpkBlockMagic);
  const SigningBlock::Pair* pair = block ? block->find(kSignerBlock) : nullptr;
  if (!pair) return ok_status();
  SignatureFacts& facts = out.signature;
  out.file_digests = block->find(kFilesBlock) != nullptr;
  for (const SigningBlock::Pair& p : block->pairs) facts.block_ids.push_back(p.id);
  SchemeState& state = facts.states[static_cast<std::size_t>(Scheme::kV2)];
  state = SchemeState::kFailed;
  Problems problems(facts.problems, Scheme::kV2, true);
  ByteReader value(pair->value);
  ByteReader r(take_prefixed(value).value_or(ByteView()));
  BlockSigner signer;
  std::optional<ByteView> bytes = take_prefixed(r);
  if (!bytes) {
    problems.error(kNoSigners);
    return ok_status();
  }
  bool holds = read_block_signer(*bytes, false, kNewestApi, 1, signer, problems);
  TRY(budget.spend(file.size()));
  Bytes actual = content_digest(signed_sections(file, zip, *block));
  for (const BlockSigner::ContentDigest& d : signer.digests) {
    if (!std::ranges::equal(d.digest, actual)) holds = problems.error(kDigestMismatch, "", 1);
  }
  if (holds && signer.digests.empty()) holds = problems.error(kNoSignatures, "no digest", 1);
  if (holds) state = SchemeState::kVerified;
  facts.verified = holds;
  if (holds) facts.identity = {signer.facts.chain[0]};
  facts.signers.push_back(std::move(signer.facts));
  return ok_status();
}
}  // namespace

Result<QuickApp> read_quick_app(ByteView file, const ZipArchive& zip, Budget& budget) {
  QuickApp out;
  if (const ZipEntry* manifest = zip.find("manifest.json")) {
    TRY_ASSIGN(Bytes text, zip.read(*manifest, kMaxJsonBytes));
    std::optional<Json> json = parse_bounded_json(as_text(text));
    if (!json || !json->is_object()) return corrupt("rpk: manifest.json cannot be read");
    read_manifest(*json, out);
  } else {
    out.notes.emplace_back("no manifest.json: a part of a quick app");
  }
  for (const ZipEntry& e : zip.entries()) {
    if (!ends_with(e.name, ".js")) continue;
    TRY(budget.spend(e.bytes));
    auto script = zip.read(e, kMaxScriptBytes);
    std::string name = clean_utf8(e.name.substr(0, kMaxShownBytes));
    if (script.ok()) find_modules(as_text(*script), name, out.modules);
    if (!script.ok() && out.notes.size() < kMaxListItems) out.notes.push_back(script.status().message());
  }
  TRY(verify_block(file, zip, budget, out));
  return out;
}

}  // namespace storesweep::apk
