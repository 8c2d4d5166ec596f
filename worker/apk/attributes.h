// The platform's attributes that manifests use, by their public resource ids (AOSP
// core/res/res/values/public-final.xml). Text manifests know them by name: attribute_named. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace storesweep::apk {

// name, id
#define STORESWEEP_MANIFEST_ATTRIBUTES(X)      \
  X(label, 0x01010001)                         \
  X(icon, 0x01010002)                          \
  X(name, 0x01010003)                          \
  X(permission, 0x01010006)                    \
  X(readPermission, 0x01010007)                \
  X(writePermission, 0x01010008)               \
  X(protectionLevel, 0x01010009)               \
  X(permissionGroup, 0x0101000a)               \
  X(sharedUserId, 0x0101000b)                  \
  X(enabled, 0x0101000e)                       \
  X(debuggable, 0x0101000f)                    \
  X(exported, 0x01010010)                      \
  X(process, 0x01010011)                       \
  X(taskAffinity, 0x01010012)                  \
  X(excludeFromRecents, 0x01010017)            \
  X(authorities, 0x01010018)                   \
  X(grantUriPermissions, 0x0101001b)           \
  X(priority, 0x0101001c)                      \
  X(targetPackage, 0x01010021)                 \
  X(value, 0x01010024)                         \
  X(resource, 0x01010025)                      \
  X(mimeType, 0x01010026)                      \
  X(scheme, 0x01010027)                        \
  X(host, 0x01010028)                          \
  X(port, 0x01010029)                          \
  X(path, 0x0101002a)                          \
  X(pathPrefix, 0x0101002b)                    \
  X(pathPattern, 0x0101002c)                   \
  X(theme, 0x01010000)                         \
  X(drawable, 0x01010199)                      \
  X(targetActivity, 0x01010202)                \
  X(minSdkVersion, 0x0101020c)                 \
  X(versionCode, 0x0101021b)                   \
  X(versionName, 0x0101021c)                   \
  X(targetSdkVersion, 0x01010270)              \
  X(maxSdkVersion, 0x01010271)                 \
  X(testOnly, 0x01010272)                      \
  X(backupAgent, 0x0101027f)                   \
  X(allowBackup, 0x01010280)                   \
  X(glEsVersion, 0x01010281)                   \
  X(required, 0x0101028e)                      \
  X(installLocation, 0x010102b7)               \
  X(isolatedProcess, 0x010103a9)               \
  X(singleUser, 0x010103bf)                    \
  X(extractNativeLibs, 0x010104ea)             \
  X(fullBackupContent, 0x010104eb)             \
  X(usesCleartextTraffic, 0x010104ec)          \
  X(autoVerify, 0x010104ee)                    \
  X(directBootAware, 0x01010505)               \
  X(externalService, 0x0101050e)               \
  X(version, 0x01010519)                       \
  X(networkSecurityConfig, 0x01010527)         \
  X(roundIcon, 0x0101052c)                     \
  X(visibleToInstantApps, 0x01010531)          \
  X(splitName, 0x01010549)                     \
  X(targetSandboxVersion, 0x0101054c)          \
  X(isFeatureSplit, 0x0101055b)                \
  X(compileSdkVersion, 0x01010572)             \
  X(versionCodeMajor, 0x01010576)              \
  X(appComponentFactory, 0x0101057a)           \
  X(isSplitRequired, 0x01010591)               \
  X(foregroundServiceType, 0x01010599)         \
  X(requestLegacyExternalStorage, 0x01010603)  \
  X(preserveLegacyExternalStorage, 0x01010614) \
  X(mimeGroup, 0x01010615)                     \
  X(pathSuffix, 0x0101061e)                    \
  X(pathAdvancedPattern, 0x01010620)           \
  X(dataExtractionRules, 0x0101063e)           \
  X(usesPermissionFlags, 0x01010644)

namespace attr {
#define STORESWEEP_ATTRIBUTE(name, id) inline constexpr std::uint32_t name = id;
STORESWEEP_MANIFEST_ATTRIBUTES(STORESWEEP_ATTRIBUTE)
#undef STORESWEEP_ATTRIBUTE
}  // namespace attr

// 0: none of those above.
std::uint32_t attribute_named(std::string_view name);

}  // namespace storesweep::apk
