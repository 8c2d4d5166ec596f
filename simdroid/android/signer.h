// Who signed an APK: enough to tell two signers apart, which is what an update asks. The signature itself is
// not checked: simulated devices install what is signed at all. Pure.
#pragma once

#include <string>
#include <string_view>

#include "simdroid/android/zip.h"

namespace storesweep::simdroid::android {

// Hex SHA-256 of the first signer's certificate, from the APK signing block (schemes 2, 3) or META-INF
// (scheme 1); empty when there is none.
std::string signer_of(std::string_view apk, const ZipDirectory& directory);

}  // namespace storesweep::simdroid::android
