// The key check of ADB (AOSP packages/modules/adb/daemon/auth.cpp, client/auth.cpp, libcrypto_utils
// android_pubkey.cpp): the device sends a token of 20 bytes, the host signs it by RSA PKCS #1 v1.5 with
// SHA-1, or offers its public key for a person to accept. Pure apart from OpenSSL.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep::simdroid {

constexpr std::size_t kTokenBytes = 20;

struct AuthPolicy {
  bool required = false;                // ro.adb.secure
  bool accept_new_keys = true;          // a person who taps "allow" at once
  std::vector<std::string> known_keys;  // lines as in adb_keys: base64 of the key, a blank, a name
};

// Whether `signature` is that of `token` by the private half of the key in `line` (adb_keys form).
bool signed_by(std::string_view line, std::string_view token, std::string_view signature);

}  // namespace storesweep::simdroid
