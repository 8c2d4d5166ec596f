// A signature block of JAR signing (META-INF/*.RSA, .DSA, .EC) against its signature file. Internal to the
// room.
#pragma once

#include "worker/apk/scheme.h"

namespace storesweep::apk {

// Verifies the first signer that holds (before Android 7 only the first of all is tried) and fills its chain
// and algorithms (AOSP apksig, V1SchemeVerifier, verifySigBlockAgainstSigFile).
bool verify_jar_block(ByteView block, ByteView signature_file, int min_sdk, int number, Signer& facts,
                      Problems& problems);

// Signature algorithms by object identifiers, as v1 and v4 (old) blocks name them; nothing for unknown ones.
struct JarAlgorithm {
  DigestKind digest, signed_digest;  // of the attribute messageDigest; of the signature itself
  KeyType key;
  int min_sdk;  // every release from it on knows the pair
};
std::optional<JarAlgorithm> jar_algorithm(std::string_view digest_oid, std::string_view signature_oid);

}  // namespace storesweep::apk
