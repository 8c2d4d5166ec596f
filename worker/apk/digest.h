// Digests of the kinds that signatures of packages use, through OpenSSL. A Digester may be used again and
// again, which is what makes many small digests cheap. One thread each.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "common/base/bytes.h"

namespace storesweep::apk {

enum class DigestKind : std::uint8_t { kMd5, kSha1, kSha224, kSha256, kSha384, kSha512 };
inline constexpr int kDigestKinds = 6;
std::string_view digest_name(DigestKind kind);  // "SHA-256"

class Digester {
 public:
  explicit Digester(DigestKind kind);
  ~Digester();
  Digester(Digester&&) noexcept;
  Digester(const Digester&) = delete;
  void add(ByteView bytes);
  Bytes finish();                       // and begins anew
  void finish_into(std::uint8_t* out);  // room for the whole digest

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Bytes digest_of(DigestKind kind, ByteView bytes);
// Standard base64 (RFC 4648) with its padding; nothing for anything else.
std::optional<Bytes> from_base64(std::string_view text);

}  // namespace storesweep::apk
