// The words of pm: install outcomes, sessions and paths.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "worker/adb/install_output.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep::adb;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  InstallOutcome outcome = parse_install_output(text);
  if (outcome.success != (outcome.blame == InstallBlame::kNobody)) std::abort();
  parse_install_session(text);
  parse_pm_path(text);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {"Success\n",
          "Failure [INSTALL_FAILED_OLDER_SDK: Requires newer sdk [base]]\n",
          "Failure - not installed for 0",
          "Success: created install session [12]\n",
          "package:/data/app/a==/base.apk\n",
          "Error: Unknown option: -g\n"};
}
