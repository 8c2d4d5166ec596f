// Any bytes as a window hierarchy; what is one goes through the screen reader.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/android/describe.h"
#include "common/android/hierarchy.h"

namespace {
storesweep::android::Phrases phrases() {
  storesweep::android::Phrases out;
  for (const auto& entry : storesweep::android::phrase_lists()) out.*entry.list = {std::string(entry.name)};
  out.policy_names = {"隐私政策", "policy"};
  out.agree = {"同意", "同意并…"};
  out.refuse = {"不同意"};
  out.read_and_agree = {"已阅读并同意"};
  out.skip = {"跳过…"};
  out.permission_packages = {"permissioncontroller"};
  out.permission_groups["location"] = {"位置"};
  return out;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const storesweep::android::Phrases kPhrases = phrases();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool tree = storesweep::android::parse_hierarchy(text).ok();
  if (storesweep::android::screen_to_json(text, kPhrases).ok() != tree) std::abort();
  storesweep::android::parse_dump_output(text);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const std::string head =
      "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">";
  return {head +
              "<node text=\"隐私政策\" package=\"a\" bounds=\"[0,0][9,9]\"><node text=\"同意并继续\" "
              "clickable=\"true\" package=\"a\" "
              "bounds=\"[0,5][4,9]\"/><node content-desc=\"不同意\" package=\"a\" bounds=\"[5,5][9,9]\" "
              "/></node></hierarchy>",
          head +
              "<node class=\"android.widget.CheckBox\" checkable=\"true\" checked=\"true\" "
              "text=\"已阅读并同意《隐私政策》\" package=\"a\" "
              "bounds=\"[0,0][9,9]\"/><node text=\"&#128994;&#10;&amp;\" NAF=\"true\" package=\"b\" "
              "bounds=\"[-1,0][2,2]\"/></hierarchy>",
          head +
              "<node text=\"位置\" resource-id=\"x:id/permission_message\" package=\"permissioncontroller\" "
              "bounds=\"[0,0][9,9]\"/></hierarchy>"};
}
