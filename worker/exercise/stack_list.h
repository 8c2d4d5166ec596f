// `am stack list`: which stacks hold tasks of a package. From AOSP's StackInfo (8, 9), RootTaskInfo (12, 13)
// and ActivityManager.StackInfo (10, 11): "Stack id=5 bounds=..." or "RootTask id=5 bounds=...", then
// "taskId=6: com.x/com.x.Main bounds=...". Pure; sees only strings.
#pragma once

#include <string_view>
#include <vector>

namespace storesweep::exercise {

struct StackTask {
  int stack = -1;
  int task = -1;
};
std::vector<StackTask> stacks_of(std::string_view text, std::string_view package);

}  // namespace storesweep::exercise
