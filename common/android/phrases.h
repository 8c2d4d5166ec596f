// The words by which the screen reader knows buttons, titles and links. They are data (rules/phrases.yaml,
// loaded elsewhere): nothing of them is built in. Phrases is what a file says; PhraseBook is the same made
// ready to match. Matching ignores width (full, half), blanks, case and the style of quotation marks and
// brackets. A "…" in a phrase stands for any text; a phrase matches a whole label, or, where a list is said
// to be "within", any part of a text. Pure values; a PhraseBook may be shared between threads once it is
// made.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/android/pattern_index.h"
#include "common/base/status.h"

namespace storesweep::android {

using PhraseList = std::vector<std::string>;

struct Phrases {
  PhraseList policy_names;    // within: what a consent text calls the rules: 隐私政策, Privacy Policy
  PhraseList consent_texts;   // within: what else marks a consent text: 请您充分阅读
  PhraseList second_try;      // within: 需要您同意…才能
  PhraseList agree;           // labels
  PhraseList weak_agree;      // labels that are no consent by themselves: 我知道了
  PhraseList refuse;          // labels
  PhraseList read_and_agree;  // within: the label beside a consent check box: 已阅读并同意
  PhraseList close;           // labels: 关闭, ×
  PhraseList skip;            // labels: 跳过
  PhraseList allow_always;    // labels of the system's permission dialog, as all the following
  PhraseList allow_foreground;
  PhraseList allow_once;
  PhraseList allow;
  PhraseList deny;
  PhraseList deny_forever;
  PhraseList do_not_ask;      // label of the check box up to Android 10
  PhraseList rationale;       // within: an app's own words about a permission: 需要获取您的…权限
  PhraseList begging;         // within: 请在设置中打开
  PhraseList open_settings;   // labels: 去设置
  PhraseList login;           // labels: 登录, 一键登录
  PhraseList login_fields;    // within: of an input field: 手机号, 验证码
  PhraseList advert;          // within: 广告, 点击查看详情
  PhraseList crash;           // within: of the system's dialog: 屡次停止运行
  PhraseList not_responding;  // within: 没有响应
  PhraseList close_app;       // labels: 关闭应用
  PhraseList wait;            // labels: 等待
  PhraseList marked;          // within: of a picture that plays a check box: 已选中
  PhraseList unmarked;        // within: 未选中
  PhraseList permission_packages;  // packages (or their ends) that draw the permission dialog
  PhraseList launcher_packages;    // packages, or parts of one, of home screens
  // Of an app's settings (settings.h).
  PhraseList settings_tabs;    // labels: 我的
  PhraseList settings_pages;   // labels: 设置
  PhraseList privacy_pages;    // labels: 隐私设置
  PhraseList account_pages;    // labels: 账号与安全
  PhraseList help_pages;       // labels: 关于我们
  PhraseList push_pages;       // labels of pages that may have such a switch: 推荐管理
  PhraseList push_switches;    // within: 个性化推荐
  PhraseList push_off;         // within: what ends it when it is ticked: 关闭
  PhraseList switch_confirm;   // labels of the dialog that a switch opens: 确认关闭
  PhraseList account_end;      // labels: 注销账号
  PhraseList complaint;        // labels: 投诉, 客服
  PhraseList hard_conditions;  // within: 手持身份证
  std::map<std::string, PhraseList>
      permission_groups;  // within: of the dialog's message, by group ("location")
};

// Every list by its name in the file, so that a loader needs no copy of the names.
struct PhraseListName {
  std::string_view name;
  PhraseList Phrases::*list;
};
const std::vector<PhraseListName>& phrase_lists();

// Nothing missing or empty: each list has a phrase, each phrase has text besides "…".
Status check_phrases(const Phrases& phrases);

// One width, no blanks, lower case, one style of quotation marks; what phrases and labels are compared in.
std::string normalise(std::string_view text);
// A normalised label without what a countdown adds: "同意(5s)", "同意5" and "5s同意" are "同意".
std::string without_countdown(std::string_view normalised);
// A normalised label without arrows, colons and full stops around it, nor the word "button" that an
// accessibility text adds: "同意并继续>", "同意按钮".
std::string without_ornaments(std::string_view normalised);
// "同意agree" as "同意" and "agree": a label that says the same twice.
std::vector<std::string> language_parts(std::string_view normalised);

class PhraseBook {
 public:
  explicit PhraseBook(const Phrases& phrases);
  PhraseBook(const PhraseBook&) = delete;  // the index points into it
  PhraseBook& operator=(const PhraseBook&) = delete;

  // The whole normalised text is one of the phrases.
  bool is(PhraseList Phrases::*list, std::string_view normalised) const;
  // The first place in the normalised text, from `from` on, that one of the phrases covers.
  std::optional<Span> find(PhraseList Phrases::*list, std::string_view normalised,
                           std::size_t from = 0) const;
  bool in(PhraseList Phrases::*list, std::string_view normalised) const {
    return find(list, normalised).has_value();
  }
  // Which lists have a phrase somewhere in the text: for a long text that is asked about many.
  class Mentions {
   public:
    bool of(PhraseList Phrases::*list) const;

   private:
    friend class PhraseBook;
    std::vector<bool> lists_;
  };
  Mentions mentions(std::string_view normalised) const;
  // The groups whose words a permission dialog's message holds, the longest phrase first.
  std::vector<std::string> groups_in(std::string_view normalised) const;
  // The lists as they came, for package names.
  const Phrases& raw() const { return phrases_; }

 private:
  Phrases phrases_;
  std::vector<std::vector<Pattern>> lists_;  // in the order of phrase_lists()
  std::vector<std::string> group_names_;
  std::vector<std::vector<Pattern>> groups_;
  std::unordered_map<std::string, std::vector<bool>> labels_;  // a phrase without "…": the lists it is of
  PatternIndex index_, group_index_;
};

}  // namespace storesweep::android
