// A device made to send through a proxy of this host, and to have what can be recognised: its settings, the
// way to the proxy, our certificate in its store, canaries. Each undone as well as can be. Functions on a
// Device, one at a time per device.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "worker/device/device.h"

namespace storesweep::observe {

// "c8750f0d.0": the name under which Android looks for a certificate; kInvalid for what is none.
Result<std::string> ca_file_name(std::string_view pem);

// Puts the certificate into the system's store and reads it back. An error says why it is not there.
Status trust_ca(device::Device& device, std::string_view pem, const Deadline& deadline);
void forget_ca(device::Device& device, std::string_view pem, const Deadline& deadline);

// Connections to that port of the device reach the same port of this host, and apps are told to use it.
// Attested: the setting is read back.
Status set_proxy(device::Device& device, int port, const Deadline& deadline);
void unset_proxy(device::Device& device, int port, const Deadline& deadline);

struct Planting {
  std::vector<std::string> planted;            // names of canaries
  std::map<std::string, std::string> lacking;  // name -> why
  std::map<std::string, std::string> before;   // of settings that were changed: "secure/android_id" -> value
};
// The canaries of this seed, as far as this device lets them be planted.
Result<Planting> plant(device::Device& device, std::uint64_t seed, const Deadline& deadline);
void unplant(device::Device& device, const Planting& planting, const Deadline& deadline);

}  // namespace storesweep::observe
