// What a device prints of itself (properties, features, its time), a note of its clock in its own settings,
// and a baseline file that somebody changed.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "worker/device/baseline_file.h"
#include "worker/device/device_clock.h"
#include "worker/device/identity.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep::device;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto facts = facts_of(text, text);
  if (facts.ok() && (facts->serialno.empty() || facts->api <= 0)) std::abort();
  auto time = parse_device_time(text);
  if (time.ok() && time->up_ms < 0) std::abort();
  if (auto note = parse_clock_note(text)) {
    auto again = parse_clock_note(clock_note_text(*note));
    if (!again || again->offset_ms != note->offset_ms || again->boot != note->boot) std::abort();
  }
  auto baseline = decode_baseline(text, "b");
  if (baseline.ok() && *baseline && !compare(**baseline, **baseline).empty()) std::abort();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace storesweep::device;
  return {"[ro.serialno]: [A]\n[ro.build.version.sdk]: [28]\nfeature:android.hardware.camera\n",
          "1606119069\n123.45 67.8\n", clock_note_text({"b-1", -5, "1"}),
          encode_baseline(
              {.packages = {"a"}, .settings = {{"global/x", "1"}}, .settings_seen = true, .files = {}}, "b")};
}
