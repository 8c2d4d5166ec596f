// A page of an app's settings as somebody reads it who looks for one thing: what leads on (tabs, settings,
// privacy), the switches of personalised push and how they stand, where an account is ended and where one
// complains. Made from the window tree and the phrases. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/android/hierarchy.h"
#include "common/android/phrases.h"

namespace storesweep::android {

struct SettingsEntry {
  // In the order in which one who looks for the switch goes there.
  enum class Kind {
    kPush,        // personalised recommendation, advertising or push: a switch, or the page that has one
    kPrivacy,     // 隐私设置
    kSettings,    // 设置
    kTab,         // 我的
    kAccount,     // 账号与安全
    kHelp,        // 关于, 帮助与反馈
    kAccountEnd,  // 注销账号: only ever noted
    kComplaint,   // 投诉, 客服: only ever noted
    kConfirm,     // of the dialog that a switch may open: 确认关闭
  };
  Kind kind = Kind::kPush;
  std::string label;
  Bounds bounds;
  bool clickable = false, enabled = true;
  bool is_switch = false;  // kPush: there is something to tick
  bool ticked = false;
  bool inverse = false;  // kPush: its words say that it ends the push: 关闭个性化推荐

  // Of a switch: the push is off.
  bool closed() const { return ticked == inverse; }
};

inline constexpr std::size_t kMaxSettingsEntries = 100;

// Of the package's windows, in document order; of a switch and its label one entry.
std::vector<SettingsEntry> read_settings(const Hierarchy& tree, std::string_view package,
                                         const PhraseBook& phrases);

// Words on the screen that make it hard to end an account: 手持身份证, 邮寄. Each once, as it was found.
std::vector<std::string> hard_conditions(std::string_view screen_text, const PhraseBook& phrases);

}  // namespace storesweep::android
