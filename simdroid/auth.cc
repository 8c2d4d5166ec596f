#include "simdroid/auth.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <memory>

#include "common/base/bytes.h"
#include "common/base/freed.h"
#include "common/base/text.h"

namespace storesweep::simdroid {
namespace {
constexpr std::size_t kModulusBytes = 256;

using Bn = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;

Bytes from_base64(std::string_view text) {
  Bytes out(text.size() / 4 * 3 + 3);
  const int n = EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                static_cast<int>(text.size()));
  if (n < 0) return {};
  out.resize(static_cast<std::size_t>(n));
  return out;
}

// RSAPublicKey of android_pubkey.cpp: words, n0inv, modulus (little endian), rr, exponent.
Key key_of(std::string_view line) {
  Bytes blob = from_base64(line.substr(0, line.find_first_of(" \0\n")));
  ByteReader reader(blob);
  if (reader.u32() != kModulusBytes / 4) return nullptr;
  reader.skip(4);
  ByteView modulus = reader.take(kModulusBytes);
  reader.skip(kModulusBytes);
  const std::uint32_t exponent = reader.u32();
  if (!reader.ok()) return nullptr;
  Bn n(BN_lebin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr));
  Bn e(BN_new());
  BN_set_word(e.get(), exponent);
  Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) <= 0 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) <= 0) {
    return nullptr;
  }
  return Key(key);
}
}  // namespace

bool signed_by(std::string_view line, std::string_view token, std::string_view signature) {
  Key key = key_of(trim(line));
  if (!key) return false;
  KeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  if (EVP_PKEY_verify_init(context.get()) <= 0 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) <= 0 ||
      EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha1()) <= 0) {
    return false;
  }
  ByteView s = as_bytes(signature);
  ByteView t = as_bytes(token);
  return EVP_PKEY_verify(context.get(), s.data(), s.size(), t.data(), t.size()) == 1;
}

}  // namespace storesweep::simdroid
