// What the system says of the app's processes, services, broadcasts, their ends and why, of sensors and of
// the network: dumps at the edges of the quiet phases, raw. Nothing is judged by them yet; they stand in the
// journal for people and for rules that come. One thread; see observer.h.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "worker/observe/observer.h"

namespace storesweep::observe {

struct Dump {
  std::string_view name;     // of the record
  std::string_view command;  // "{}" stands for the package
  int first_api = 1;
  std::string_view phases;  // "P7 P9": after which it is asked for
};
std::span<const Dump> dumps();

// All dumps that this phase asks for. One that the device does not know is a failed record of its name.
Status observe_dumps(const Scene& scene, Phase phase, const Deadline& deadline);

// The text says that there is no such service, or no such part of one. Sees only the text.
bool unknown_to_device(std::string_view answer);

}  // namespace storesweep::observe
