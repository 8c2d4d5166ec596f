// The file transfer service sync: (AOSP packages/modules/adb/SYNC.TXT, file_sync_protocol.h,
// daemon/file_sync_service.cpp): STAT, LIST, SEND, RECV, QUIT, and STA2, LST2, LIS2, SND2, RCV2 where the
// shape has them. One thread; the device outlives it.
#pragma once

#include <memory>

#include "simdroid/service.h"

namespace storesweep::simdroid {

class Device;

std::unique_ptr<Service> open_sync(Device& device, std::shared_ptr<Outlet> outlet);

}  // namespace storesweep::simdroid
