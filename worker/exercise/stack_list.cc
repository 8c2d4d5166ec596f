#include "worker/exercise/stack_list.h"

#include "common/android/dump.h"
#include "common/base/text.h"

namespace storesweep::exercise {

std::vector<StackTask> stacks_of(std::string_view text, std::string_view package) {
  std::vector<StackTask> out;
  int stack = -1;
  for (std::string_view line : lines(text)) {
    line = trim(line);
    std::string_view rest = line;
    if (android::take(rest, "Stack id=") || android::take(rest, "RootTask id=")) {
      stack = parse_int<int>(rest.substr(0, rest.find(' '))).value_or(-1);
      continue;
    }
    if (!android::take(rest, "taskId=")) continue;
    const std::size_t colon = rest.find(": ");
    if (colon == std::string_view::npos || stack < 0) continue;
    const auto task = parse_int<int>(rest.substr(0, colon));
    rest.remove_prefix(colon + 2);
    if (task && android::package_of(rest.substr(0, rest.find(' '))) == package) out.push_back({stack, *task});
  }
  return out;
}

}  // namespace storesweep::exercise
