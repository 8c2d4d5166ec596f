// Which signatures an APK carries: JAR signature files and the ids in its signing block (AOSP APK Signature
// Scheme v2). Whether they hold is not asked here. Pure.
#pragma once

#include "worker/apk/facts.h"
#include "worker/apk/zip.h"

namespace storesweep::apk {

SigningPresence signing_presence(ByteView file, const ZipArchive& zip);

}  // namespace storesweep::apk
