// What apksigner says of every APK of the corpus (its *.truth.txt) against what we say: accepted or not, by
// which schemes, signed by whom.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "common/base/text.h"
#include "tests/unit/corpus.h"
#include "worker/apk/binary_xml.h"
#include "worker/apk/facts.h"
#include "worker/apk/signature.h"

namespace storesweep {
namespace {
using Json = nlohmann::json;
using namespace apk;
namespace fs = std::filesystem;

struct Truth {
  bool accepted = false;
  std::map<std::string, bool> schemes;
  std::set<std::string> certificates;
};

std::optional<Truth> truth_of(const fs::path& path) {
  std::ifstream in(path.string() + ".truth.txt", std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  std::size_t at = text.find("== summary json");
  if (at == std::string::npos) return std::nullopt;
  Json json = Json::parse(text.substr(text.find('{', at)), nullptr, false);
  if (!json.is_object() || !json.contains("apksigner_rc")) return std::nullopt;
  Truth out;
  out.accepted = json["apksigner_rc"] == 0;
  for (const auto& [name, value] : json["schemes"].items()) out.schemes[name] = value == "true";
  for (const auto& c : json["cert_sha256"]) out.certificates.insert(c.get<std::string>());
  return out;
}

// What apksigner takes from the manifest.
SigningContext context_of(ByteView file, const ZipArchive& zip) {
  SigningContext out;
  auto facts = read_apk_facts(file);
  const ZipEntry* entry = zip.find("AndroidManifest.xml");
  auto xml = entry ? zip.read(*entry, kMaxManifestBytes) : Result<Bytes>(not_found(""));
  if (!facts.ok() || !xml.ok()) return out;
  out.min_sdk = facts->min_sdk;
  out.target_sdk = facts->target_sdk;
  auto document = parse_binary_xml(*xml);
  const XmlAttribute* sandbox = document->attribute(document->elements().at(0), 0x0101054c);
  if (sandbox) out.target_sandbox_version = static_cast<int>(sandbox->value.data);
  return out;
}

std::string text_of(const SignatureFacts& facts) {
  std::string out = facts.verified ? "accepted" : "refused";
  for (const SignatureProblem& p : facts.problems) {
    if (!p.error) continue;
    out += ", " + std::string(scheme_name(p.scheme)) + " " + std::string(signature_problem_name(p.kind));
    if (!p.detail.empty()) out += " (" + p.detail + ")";
  }
  return out;
}

// What differs from the truth, or "".
std::string difference(const SignatureFacts& facts, const Truth& truth) {
  if (facts.verified != truth.accepted) return "accepted or not";
  if (!facts.verified) return "";
  for (Scheme s : {Scheme::kV1, Scheme::kV2, Scheme::kV3}) {
    std::string name(scheme_name(s));
    if (truth.schemes.at(name) != (facts.state(s) == SchemeState::kVerified)) return name;
  }
  std::set<std::string> ours;
  for (const Certificate& c : facts.identity) ours.insert(to_hex(c.sha256));
  return ours == truth.certificates ? "" : "signers";
}

// Where we differ from apksigner 31.0.2, and who is right. What is not here must agree.
const std::map<std::string, std::string> kKnown = {
    {"apkInspector/minimal_def_mod.apk",
     "we: apksigner inflates the manifest, whose method is 30208; since Android 9 the platform takes it as "
     "stored "
     "(ApkAssets), and its v2 signature holds"},
};

TEST(SignatureCorpus, WhatApksignerAcceptsAndRefusesWeAcceptAndRefuse) {
  NEED_CORPUS();
  int agree = 0, accepted = 0, differ = 0;
  for (const auto& entry : fs::recursive_directory_iterator(corpus_path("apk"))) {
    std::optional<Truth> truth = truth_of(entry.path());
    if (entry.path().extension() != ".apk" || !truth) continue;
    std::string name =
        entry.path().parent_path().filename().string() + "/" + entry.path().filename().string();
    std::ifstream in(entry.path(), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    auto zip = ZipArchive::open(as_bytes(bytes));
    SignatureFacts facts;
    if (zip.ok()) {
      Budget budget;
      auto verified = verify_signatures(as_bytes(bytes), *zip, context_of(as_bytes(bytes), *zip), budget);
      ASSERT_TRUE(verified.ok()) << name << verified.status().text();
      facts = *verified;
    }
    std::string what = difference(facts, *truth);
    (what.empty() ? agree : differ) += 1;
    accepted += facts.verified;
    auto known = kKnown.find(name);
    EXPECT_EQ(what.empty(), known == kKnown.end()) << name << ": " << what << ": " << text_of(facts);
    if (!what.empty()) {
      std::printf("%s: %s; %s; right: %s\n", name.c_str(), what.c_str(), text_of(facts).c_str(),
                  known != kKnown.end() ? known->second.c_str() : "?");
    }
  }
  std::printf("apksigner: agree %d (%d accepted), differ %d\n", agree, accepted, differ);
  EXPECT_GT(agree, 130);
}
}  // namespace
}  // namespace storesweep
