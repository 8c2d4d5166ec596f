// Pages of settings as real apps lay them out: what is a switch of personalised push and what is not.
#include "common/android/settings.h"

#include <gtest/gtest.h>

#include "tests/unit/common/android/phrases_file.h"

namespace storesweep::android {
namespace {

using Kind = SettingsEntry::Kind;

const PhraseBook& test_phrases() {
  static const PhraseBook kBook(shipped_phrases());
  return kBook;
}

std::string node(const std::string& text, const std::string& kind, const std::string& bounds,
                 const std::string& flags = "", const std::string& inside = "") {
  auto flag = [&](const std::string& name, bool otherwise = false) {
    const bool on = flags.find(name) != std::string::npos || otherwise;
    return " " + name + "=\"" + (on ? "true" : "false") + "\"";
  };
  return "<node index=\"0\" text=\"" + text + "\" resource-id=\"\" class=\"android.widget." + kind +
         "\" package=\"com.example.app\" content-desc=\"\"" + flag("checkable") + flag("checked") +
         flag("clickable") + " enabled=\"" +
         (flags.find("disabled") == std::string::npos ? "true" : "false") + "\"" + flag("focusable") +
         flag("focused") + flag("scrollable") + flag("long-clickable") + flag("password") + flag("selected") +
         " bounds=\"" + bounds + "\">" + inside + "</node>";
}
std::vector<SettingsEntry> read(const std::string& nodes) {
  const auto tree =
      parse_hierarchy("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">" +
                      node("", "FrameLayout", "[0,0][1080,1920]", "", nodes) + "</hierarchy>");
  EXPECT_TRUE(tree.ok()) << tree.status().text();
  return read_settings(*tree, "com.example.app", test_phrases());
}
// A preference: the row takes the taps, name and explanation left, the switch right.
std::string row(const std::string& name, const std::string& explained, int top, bool on) {
  const std::string t = std::to_string(top), m = std::to_string(top + 60), b = std::to_string(top + 120);
  return node("", "LinearLayout", "[0," + t + "][1080," + b + "]", "clickable",
              node("", "RelativeLayout", "[40," + t + "][800," + b + "]", "",
                   node(name, "TextView", "[40," + t + "][800," + m + "]") +
                       node(explained, "TextView", "[40," + m + "][800," + b + "]")) +
                  node(on ? "开启" : "关闭", "Switch", "[900," + t + "][1040," + b + "]",
                       on ? "checkable checked" : "checkable"));
}

TEST(SettingsPage, ASwitchBearsTheNameOfItsRow) {
  const auto all = read(row("个性化推荐", "关闭后，将不再根据您的浏览推荐内容", 200, true) +
                        row("夜间模式", "个性化内容更柔和", 340, true));
  ASSERT_EQ(all.size(), 1u) << "what explains another switch makes it none";
  EXPECT_TRUE(all[0].is_switch && all[0].ticked && !all[0].closed());
  EXPECT_EQ(all[0].label, "个性化推荐");
  EXPECT_FALSE(all[0].inverse) << "关闭后 is the explanation's";
  EXPECT_EQ(all[0].bounds, (Bounds{900, 200, 1040, 320}));
}

TEST(SettingsPage, ABoxBearsItsOwnName) {
  const auto all = read(node("个性化广告", "CheckBox", "[0,200][1080,320]", "checkable clickable"));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(all[0].is_switch && all[0].closed());
}

TEST(SettingsPage, RowsWithoutAFrameAreToldApartByTheirLines) {
  const auto all = read(node("个性化推荐", "TextView", "[40,200][700,260]") +
                        node("", "Switch", "[900,200][1040,260]", "checkable checked clickable") +
                        node("仅WiFi播放", "TextView", "[40,300][700,360]") +
                        node("", "Switch", "[900,300][1040,360]", "checkable clickable"));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(all[0].is_switch && all[0].ticked);
}

TEST(SettingsPage, WordsThatEndThePushTurnTheSwitchRound) {
  for (const char* name :
       {"关闭个性化推荐", "不再接收定向推送", "Turn off personalized ads", "限制个性化广告"}) {
    const auto all = read(node(name, "CheckBox", "[0,200][1080,320]", "checkable checked clickable"));
    ASSERT_EQ(all.size(), 1u) << name;
    EXPECT_TRUE(all[0].inverse && all[0].closed()) << name;
  }
}

TEST(SettingsPage, WhatOnlySoundsLikeItIsNoSwitch) {
  for (const char* name : {"推荐", "编辑推荐", "今日推荐", "个性化主题", "个性化铃声", "推荐设置", "消息推送",
                           "为你推荐", "猜你喜欢", "不感兴趣", "Recommended", "热门推荐"}) {
    const auto all = read(node(name, "CheckBox", "[0,200][1080,320]", "checkable checked clickable"));
    for (const SettingsEntry& e : all) EXPECT_FALSE(e.is_switch) << name;
  }
}

TEST(SettingsPage, WhatLeadsOnIsKnownByItsWholeLabel) {
  const auto all = read(node("设置", "Button", "[0,200][1080,300]", "clickable") +
                        node("隐私设置 >", "Button", "[0,300][1080,400]", "clickable") +
                        node("我的", "Button", "[0,1800][300,1900]", "clickable") +
                        node("我的祖国", "Button", "[0,500][1080,600]", "clickable") +
                        node("在设置中可以修改", "TextView", "[0,600][1080,700]") +
                        node("搜索设置", "EditText", "[0,700][1080,800]", "clickable"));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].kind, Kind::kSettings);
  EXPECT_EQ(all[1].kind, Kind::kPrivacy);
  EXPECT_EQ(all[2].kind, Kind::kTab);
}

TEST(SettingsPage, CancellationAndComplaintsAreNoted) {
  const auto all = read(node("注销账号", "Button", "[0,200][1080,300]", "clickable") +
                        node("投诉电话：010-12345678", "TextView", "[0,300][1080,400]") +
                        node("Contact us", "Button", "[0,400][1080,500]", "clickable"));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].kind, Kind::kAccountEnd);
  EXPECT_EQ(all[1].kind, Kind::kComplaint);
  EXPECT_FALSE(all[1].clickable) << "a number on the page is a channel too";
  EXPECT_EQ(all[2].kind, Kind::kComplaint);
}

TEST(SettingsPage, ConditionsAreTheWordsThemselves) {
  const auto found = hard_conditions("注销须提供手持身份证照片，并邮寄至公司；邮寄费自理", test_phrases());
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0], "手持身份证");
  EXPECT_EQ(found[1], "邮寄");
  EXPECT_TRUE(hard_conditions("注销后数据不可恢复", test_phrases()).empty());
}

TEST(SettingsPage, APageOfNothingButSwitchesIsBounded) {
  std::string many;
  for (int i = 0; i < 300; ++i)
    many += node("个性化推荐", "CheckBox", "[0,200][1080,320]", "checkable clickable");
  EXPECT_LE(read(many).size(), kMaxSettingsEntries);
}

}  // namespace
}  // namespace storesweep::android
