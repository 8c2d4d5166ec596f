#include "worker/apk/pkcs7.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace storesweep::apk {
namespace {
constexpr std::uint8_t kInteger = 0x02, kOctets = 0x04, kOid = 0x06, kSequence = 0x30, kSet = 0x31,
                       kContext0 = 0xa0, kContext1 = 0xa1, kContext0Plain = 0x80;
constexpr std::string_view kSignedData = "1.2.840.113549.1.7.2";

// The content up to its end mark (two zeros), or nothing.
std::optional<std::size_t> indefinite_length(ByteView rest, int depth) {
  const std::size_t all = rest.size();
  while (rest.size() >= 2) {
    if (rest[0] == 0 && rest[1] == 0) return all - rest.size();
    if (!take_ber(rest, depth + 1)) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<BerElement> take_tag(ByteView& rest, std::uint8_t tag) {
  ByteView before = rest;
  std::optional<BerElement> element = take_ber(rest);
  if (element && element->tag == tag) return element;
  rest = before;
  return std::nullopt;
}

// AlgorithmIdentifier: its object identifier.
std::optional<std::string> take_algorithm(ByteView& rest) {
  std::optional<BerElement> sequence = take_tag(rest, kSequence);
  if (!sequence) return std::nullopt;
  ByteView inner = sequence->content;
  std::optional<BerElement> oid = take_tag(inner, kOid);
  if (!oid) return std::nullopt;
  return oid_text(oid->content);
}

bool take_signer_id(ByteView& rest, SignerInfo& out) {
  if (auto key_id = take_tag(rest, kContext0Plain)) {
    out.key_id = key_id->content;
    return true;
  }
  std::optional<BerElement> pair = take_tag(rest, kSequence);
  if (!pair) return false;
  ByteView inner = pair->content;
  std::optional<BerElement> issuer = take_tag(inner, kSequence), serial = take_tag(inner, kInteger);
  if (!issuer || !serial) return false;
  out.issuer = issuer->whole;
  out.serial = serial->whole;
  return true;
}

std::optional<SignerInfo> parse_signer(ByteView rest) {
  SignerInfo out;
  if (!take_tag(rest, kInteger) || !take_signer_id(rest, out)) return std::nullopt;
  std::optional<std::string> digest = take_algorithm(rest);
  out.signed_attributes = take_tag(rest, kContext0);
  std::optional<std::string> algorithm = take_algorithm(rest);
  std::optional<BerElement> signature = take_tag(rest, kOctets);
  if (!digest || !algorithm || !signature) return std::nullopt;
  out.digest_oid = std::move(*digest);
  out.signature_oid = std::move(*algorithm);
  out.signature = signature->content;
  return out;
}

bool parse_certificates(ByteView rest, SignedData& out) {
  while (!rest.empty()) {
    std::optional<BerElement> element = take_ber(rest);
    if (!element || out.certificates.size() >= kMaxCertificates) return false;
    std::optional<X509Certificate> certificate = X509Certificate::parse(element->whole);
    if (!certificate) return false;
    out.certificates.push_back(std::move(*certificate));
  }
  return true;
}

bool parse_signers(ByteView rest, SignedData& out) {
  while (!rest.empty()) {
    std::optional<BerElement> element = take_tag(rest, kSequence);
    if (!element || out.signers.size() >= kMaxSignerInfos) return false;
    std::optional<SignerInfo> signer = parse_signer(element->content);
    if (!signer) return false;
    out.signers.push_back(std::move(*signer));
  }
  return true;
}
}  // namespace

std::optional<BerElement> take_ber(ByteView& rest, int depth) {
  if (depth > kMaxBerDepth || rest.size() < 2) return std::nullopt;
  BerElement out;
  out.tag = rest[0];
  if ((out.tag & 0x1f) == 0x1f) return std::nullopt;  // tag numbers of several bytes: not in PKCS #7
  std::size_t head = 2;
  std::uint64_t length = rest[1];
  if (length == 0x80) {
    if ((out.tag & 0x20) == 0) return std::nullopt;
    std::optional<std::size_t> n = indefinite_length(rest.subspan(head), depth);
    if (!n) return std::nullopt;
    out.content = rest.subspan(head, *n);
    out.whole = rest.first(head + *n + 2);
    rest = rest.subspan(out.whole.size());
    return out;
  }
  if (length > 0x80) {
    std::size_t bytes = length & 0x7f;
    if (bytes > 4 || rest.size() < head + bytes) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < bytes; ++i) length = length << 8 | rest[head + i];
    head += bytes;
  }
  if (length > rest.size() - head) return std::nullopt;
  out.content = rest.subspan(head, static_cast<std::size_t>(length));
  out.whole = rest.first(head + static_cast<std::size_t>(length));
  rest = rest.subspan(out.whole.size());
  return out;
}

std::string oid_text(ByteView content) {
  std::string out;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < content.size() && out.size() < 128; ++i) {
    number = (number & (~std::uint64_t{0} >> 8)) << 7 | (content[i] & 0x7f);
    if ((content[i] & 0x80) != 0) continue;
    if (out.empty()) {
      std::uint64_t first = std::min<std::uint64_t>(number / 40, 2);
      out = std::to_string(first) + "." + std::to_string(number - first * 40);
    } else {
      out += "." + std::to_string(number);
    }
    number = 0;
  }
  return out;
}

std::optional<SignedData> parse_signed_data(ByteView block) {
  std::optional<BerElement> outer = take_tag(block, kSequence);
  ByteView info = outer ? outer->content : ByteView();
  std::optional<BerElement> type = take_tag(info, kOid), explicit0 = take_tag(info, kContext0);
  if (!type || !explicit0 || oid_text(type->content) != kSignedData) return std::nullopt;
  ByteView inner = explicit0->content;
  std::optional<BerElement> sequence = take_tag(inner, kSequence);
  ByteView rest = sequence ? sequence->content : ByteView();
  if (!take_tag(rest, kInteger) || !take_tag(rest, kSet)) return std::nullopt;
  SignedData out;
  std::optional<BerElement> content = take_tag(rest, kSequence);
  ByteView content_info = content ? content->content : ByteView();
  std::optional<BerElement> content_type = take_tag(content_info, kOid);
  if (!content_type) return std::nullopt;
  out.content_type = oid_text(content_type->content);
  std::optional<BerElement> certificates = take_tag(rest, kContext0);
  take_tag(rest, kContext1);  // revocation lists
  std::optional<BerElement> signers = take_tag(rest, kSet);
  if (!signers || !parse_signers(signers->content, out)) return std::nullopt;
  if (certificates && !parse_certificates(certificates->content, out)) return std::nullopt;
  return out;
}

const X509Certificate* find_certificate(const SignedData& data, const SignerInfo& signer) {
  const unsigned char* issuer_at = signer.issuer.data();
  const unsigned char* serial_at = signer.serial.data();
  std::unique_ptr<X509_NAME, void (*)(X509_NAME*)> issuer(
      signer.issuer.empty() ? nullptr
                            : d2i_X509_NAME(nullptr, &issuer_at, static_cast<long>(signer.issuer.size())),
      X509_NAME_free);
  std::unique_ptr<ASN1_INTEGER, void (*)(ASN1_INTEGER*)> serial(
      signer.serial.empty() ? nullptr
                            : d2i_ASN1_INTEGER(nullptr, &serial_at, static_cast<long>(signer.serial.size())),
      ASN1_INTEGER_free);
  ERR_clear_error();
  for (const X509Certificate& c : data.certificates) {
    if (issuer && serial && X509_NAME_cmp(X509_get_issuer_name(c.x509()), issuer.get()) == 0 &&
        ASN1_INTEGER_cmp(X509_get0_serialNumber(c.x509()), serial.get()) == 0) {
      return &c;
    }
    const ASN1_OCTET_STRING* id = signer.key_id.empty() ? nullptr : X509_get0_subject_key_id(c.x509());
    if (id && std::ranges::equal(signer.key_id, ByteView(ASN1_STRING_get0_data(id),
                                                         static_cast<std::size_t>(ASN1_STRING_length(id))))) {
      return &c;
    }
  }
  return nullptr;
}

AttributeState signed_attribute(const BerElement& attributes, const std::string& oid, BerElement& value) {
  AttributeState state = AttributeState::kAbsent;
  ByteView rest = attributes.content;
  while (!rest.empty()) {
    std::optional<BerElement> attribute = take_tag(rest, kSequence);
    ByteView inner = attribute ? attribute->content : ByteView();
    std::optional<BerElement> type = take_tag(inner, kOid), values = take_tag(inner, kSet);
    if (!type || !values) return AttributeState::kBad;
    if (oid_text(type->content) != oid) continue;
    ByteView set = values->content;
    if (set.empty()) continue;
    std::optional<BerElement> only = take_ber(set);
    if (!only || !set.empty() || state != AttributeState::kAbsent) return AttributeState::kBad;
    value = *only;
    state = AttributeState::kFound;
  }
  return state;
}

}  // namespace storesweep::apk
