// Proof of rotation (AOSP apksig, V3SigningCertificateLineage; the platform's verifyProofOfRotationStruct).
#include <algorithm>

#include "worker/apk/scheme.h"

namespace storesweep::apk {
namespace {
constexpr std::uint32_t kVersion = 1;

struct Node {
  ByteView signed_data, certificate, signature;
  std::uint32_t signed_algorithm = 0, flags = 0, algorithm = 0;
};

std::optional<Node> read_node(ByteReader& r) {
  std::optional<ByteView> bytes = take_prefixed(r);
  ByteReader node(bytes.value_or(ByteView()));
  std::optional<ByteView> signed_data = take_prefixed(node);
  Node out;
  out.flags = node.u32();
  out.algorithm = node.u32();
  std::optional<ByteView> signature = take_prefixed(node);
  if (!bytes || !signed_data || !signature) return std::nullopt;
  ByteReader data(*signed_data);
  std::optional<ByteView> certificate = take_prefixed(data);
  out.signed_algorithm = data.u32();
  if (!certificate || !data.ok()) return std::nullopt;
  out.signed_data = *signed_data;
  out.certificate = *certificate;
  out.signature = *signature;
  return out;
}

// The certificate before, with the algorithm that it named, signs the one after.
bool signed_by(const Node& node, const X509Certificate& before, std::uint32_t algorithm_id) {
  const BlockAlgorithm* algorithm = block_algorithm(algorithm_id);
  return algorithm && node.signed_algorithm == algorithm_id && key_type(before.key()) == algorithm->key &&
         verify_signature(before.key(), algorithm->digest, algorithm->pss, {node.signed_data},
                          node.signature);
}
}  // namespace

std::optional<Lineage> read_lineage(ByteView bytes) {
  ByteReader r(bytes);
  if (r.u32() != kVersion) return std::nullopt;
  Lineage out;
  std::optional<X509Certificate> before;
  std::uint32_t algorithm = 0;
  while (r.left() > 0) {
    std::optional<Node> node = read_node(r);
    if (!node || out.steps.size() >= kMaxLineage) return std::nullopt;
    std::optional<X509Certificate> certificate = X509Certificate::parse(node->certificate);
    if (!certificate || (before && !signed_by(*node, *before, algorithm))) return std::nullopt;
    Bytes der(node->certificate.begin(), node->certificate.end());
    if (std::ranges::find(out.certificates, der) != out.certificates.end()) return std::nullopt;
    out.steps.push_back({certificate->facts(), node->flags});
    out.certificates.push_back(std::move(der));
    before = std::move(certificate);
    algorithm = node->algorithm;
  }
  if (out.steps.empty()) return std::nullopt;
  return out;
}

}  // namespace storesweep::apk
