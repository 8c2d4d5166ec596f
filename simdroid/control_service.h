// The services that change adbd itself: root:, unroot:, remount:, reboot:[INTO] (AOSP
// packages/modules/adb/daemon/restart_service.cpp, services.cpp). One thread; the device outlives them.
#pragma once

#include <memory>
#include <string_view>

#include "simdroid/service.h"

namespace storesweep::simdroid {

class Device;

// Null when the name is none of theirs.
std::unique_ptr<Service> open_control(Device& device, std::string_view name, std::shared_ptr<Outlet> outlet);

}  // namespace storesweep::simdroid
