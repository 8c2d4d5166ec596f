// The services shell:, shell,v2[,raw|,pty,...]:, exec: and abb: (AOSP
// packages/modules/adb/daemon/shell_service.cpp, shell_protocol.h). One thread; the device outlives them.
#pragma once

#include <memory>
#include <string_view>

#include "simdroid/service.h"

namespace storesweep::simdroid {

class Device;

// Null when the name is none of theirs or this generation of adbd does not have it.
std::unique_ptr<Service> open_shell(Device& device, std::string_view name, std::shared_ptr<Outlet> outlet);

}  // namespace storesweep::simdroid
