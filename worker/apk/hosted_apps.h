// Quick apps (.rpk) and mini programs (.wxapkg) as facts: what they declare, and the platform calls of their
// scripts as call sites. They run inside a host, so there are no components and no code of the platform's.
// Private to package.cc. Pure.
#pragma once

#include "worker/apk/budget.h"
#include "worker/apk/facts.h"

namespace storesweep::apk {

Result<ApkFacts> quick_app_facts(ByteView file, Budget& budget);
Result<ApkFacts> mini_program_facts(ByteView file, Budget& budget);

}  // namespace storesweep::apk
