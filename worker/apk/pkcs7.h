// PKCS #7 SignedData (RFC 2315, CMS RFC 5652) as META-INF/*.RSA holds it, with every part as it is encoded:
// what is signed must not be encoded anew (AOSP StrictJarVerifier; apksig, V1SchemeVerifier). BER, indefinite
// lengths too. Hostile input, bounded. Views into the block. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "worker/apk/certificate.h"

namespace storesweep::apk {

inline constexpr int kMaxBerDepth = 32;
inline constexpr std::size_t kMaxSignerInfos = 16;

// One element; contents only of what has a definite end or, with an indefinite length, its end mark.
struct BerElement {
  std::uint8_t tag = 0;  // class, form and number: 0x30 is SEQUENCE
  ByteView whole, content;
};
// Takes an element from the front of rest.
std::optional<BerElement> take_ber(ByteView& rest, int depth = 0);
// "1.2.840.113549.1.1.11"
std::string oid_text(ByteView content);

struct SignerInfo {
  ByteView issuer, serial, key_id;  // who it is by: DER of both, or the subject key identifier
  std::string digest_oid, signature_oid;
  std::optional<BerElement> signed_attributes;  // [0] IMPLICIT
  ByteView signature;
};

struct SignedData {
  std::string content_type;
  std::vector<X509Certificate> certificates;
  std::vector<SignerInfo> signers;
};
std::optional<SignedData> parse_signed_data(ByteView block);

// The certificate that a signer names, or null.
const X509Certificate* find_certificate(const SignedData& data, const SignerInfo& signer);
// The only value of a signed attribute: its element. absent: there is none; bad: twice, or several values.
enum class AttributeState : std::uint8_t { kFound, kAbsent, kBad };
AttributeState signed_attribute(const BerElement& attributes, const std::string& oid, BerElement& value);

}  // namespace storesweep::apk
