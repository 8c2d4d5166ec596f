// What announcements say of an app: the labels of the tasks that it has problems with (rules.md 8), in the
// ministry's own words. Pure.
#pragma once

#include <string>

#include "common/report/catalogue.h"

namespace storesweep {

// "违规收集个人信息；APP强制、频繁、过度索取权限（疑似）"; empty: no problem. What rests on simulated devices
// begins with 【模拟设备】, for a list is copied and its heading is not.
std::string announced_problems(const Catalogue& catalogue, const Verdict& verdict);

}  // namespace storesweep
