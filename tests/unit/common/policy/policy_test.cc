// What single sentences, lists and tables of a policy say, and what they do not.
#include "common/policy/policy.h"

#include <algorithm>
#include <chrono>

#include "tests/unit/common/policy/truth.h"

namespace storesweep::policy {
namespace {

const std::string kZh = "示例隐私政策\n我们重视您的隐私，请您阅读本政策。\n\n";
const std::string kEn = "Example Privacy Policy\nWe respect your privacy. This policy tells you how.\n\n";

std::string declared(const Policy& p) {
  std::set<std::string> kinds;
  for (const Statement& s : p.statements) {
    if (s.said == Said::kDeclared) kinds.insert(s.kind);
  }
  std::string out;
  for (const std::string& k : kinds) out += (out.empty() ? "" : " ") + k;
  return out;
}
std::string zh(const std::string& text) { return declared(read(kZh + text)); }
std::string en(const std::string& text) { return declared(read(kEn + text)); }

TEST(Policy, ADenialDeclaresNothing) {
  EXPECT_EQ(zh("我们会收集您的通讯录。"), "contacts");
  EXPECT_EQ(zh("我们不会收集您的通讯录。"), "");
  EXPECT_EQ(zh("我们不会收集、存储您的通讯录、短信。"), "");
  EXPECT_EQ(zh("我们收集位置信息，但不会收集通讯录。"), "location");
  EXPECT_EQ(zh("我们不会收集通讯录，但会收集位置信息。"), "location");
  EXPECT_EQ(zh("通讯录：我们不读取。"), "");
  EXPECT_EQ(zh("对于您的日历，我们从不访问。"), "");
  EXPECT_EQ(zh("未经您同意，我们不会读取您的通讯录。"), "");
  EXPECT_EQ(en("We collect your contacts."), "contacts");
  EXPECT_EQ(en("We do not collect, store, or share your contacts."), "");
  EXPECT_EQ(en("We never read your SMS messages, and we don't access your calendar."), "");
  EXPECT_EQ(en("We do not collect your contacts, but we do collect your location."), "location");
  EXPECT_EQ(en("Neither your contacts nor your call log is ever collected."), "");
}
TEST(Policy, ADenialThatIsNoneDeclares) {
  EXPECT_EQ(zh("我们收集的信息包括但不限于IMEI、MAC地址。"), "imei mac");
  EXPECT_EQ(zh("我们会收集您的不可变更的IMEI。"), "imei");
  EXPECT_EQ(en("We collect data including, but not limited to, your IMEI."), "imei");
}
TEST(Policy, AConditionStillDeclares) {
  EXPECT_EQ(zh("如您授权，我们会获取您的位置信息。"), "location");
  EXPECT_EQ(en("If you allow it, we read your contacts."), "contacts");
}
TEST(Policy, RefusingIsNoCollecting) {
  EXPECT_EQ(zh("您可以在系统设置中关闭位置权限。"), "");
  EXPECT_EQ(zh("您可以拒绝我们获取您的通讯录。"), "");
  EXPECT_EQ(zh("您有权删除您的通讯录、位置信息。"), "");
  EXPECT_EQ(en("You can revoke access to your location at any time."), "");
  EXPECT_EQ(en("You may delete your contacts."), "");
}
TEST(Policy, WhatItIsForIsNotTaken) {
  EXPECT_EQ(zh("为了向您展示位置附近的商家，我们会收集您的IP地址。"), "ip");
  EXPECT_EQ(zh("我们收集您的IMEI，用于保护您的通讯录、短信不被盗取。"), "imei");
  EXPECT_EQ(en("To show places near your location, we collect your IP address."), "ip");
}
TEST(Policy, DefinitionsDeclareNothing) {
  EXPECT_EQ(zh("个人信息是指与自然人有关的各种信息，包括手机号码、位置信息、人脸。"), "");
  EXPECT_EQ(zh("个人敏感信息包括指纹、通讯录、行踪轨迹。"), "");
  EXPECT_EQ(zh("我们收集的个人信息包括：位置信息、通讯录。"), "contacts location");
  EXPECT_EQ(en("\"Personal data\" means any data about you, such as location or contacts."), "");
}
TEST(Policy, OthersDoingsAreNotItsOwn) {
  EXPECT_EQ(zh("黑客可能获取您的位置信息。其他用户可能会记录您的语音。"), "");
  EXPECT_EQ(en("Hackers may obtain your location. Law enforcement may request your call log."), "");
}
TEST(Policy, ChildrensSectionsDeclareNothing) {
  EXPECT_EQ(zh("一、儿童信息保护\n如果我们发现收集了儿童的人脸、指纹，会删除。\n二、我们收集的信息\n我们会收"
               "集您的IP地址。"),
            "ip");
  EXPECT_EQ(en("## Children\nIf we learn that we collected a child's location, we delete it.\n## Data we "
               "collect\nWe collect "
               "your IP address."),
            "ip");
}
TEST(Policy, HeadingsDeclareNothing) {
  EXPECT_EQ(zh("一、位置信息\n二、收集通讯录\n"), "");
  EXPECT_EQ(en("# Location\n# Contacts\n"), "");
}
TEST(Policy, AListSaysWhatItsLeadInSays) {
  EXPECT_EQ(zh("我们会收集以下信息：\n- 通讯录\n- 位置信息\n"), "contacts location");
  EXPECT_EQ(zh("我们不会收集以下信息：\n- 通讯录\n- 位置信息\n"), "");
  EXPECT_EQ(zh("我们不会收集以下信息：\n- 通讯录\n\n我们会收集IP地址。\n"), "ip");
  EXPECT_EQ(en("We collect:\n* contacts\n* precise location\n"), "contacts location");
  EXPECT_EQ(en("What we do not collect\n* contacts\n* location\n"), "");
}
TEST(Policy, LookAlikesAreNoKinds) {
  EXPECT_EQ(zh("我们会向您发送短信验证码。"), "");
  EXPECT_EQ(zh("我们会收集设备指纹。"), "");
  EXPECT_EQ(zh("我们的服务器的存储位置在北京。"), "");
  EXPECT_EQ(en("We collect device fingerprints for ten calendar days."),
            "fingerprint");  // the plural is not known
  EXPECT_EQ(en("We collect your device fingerprint for ten calendar days. Contact us."), "");
  EXPECT_EQ(en("We collect descriptions of machines."), "") << "ip of description, mac of machines";
}
TEST(Policy, WiderWordsStandForWhatTheyCover) {
  const Policy p = read(kZh + "我们会收集您的设备标识符。我们不会读取您的通讯录。");
  EXPECT_EQ(declared(p), "device_id");
  EXPECT_TRUE(p.declares("imei") && p.mentions("imei") && p.declares("serial"));
  EXPECT_FALSE(p.declares("contacts") || p.declares("location") || p.mentions("location"));
  EXPECT_TRUE(p.mentions("contacts")) << "what it denies, it mentions";
}
TEST(Policy, TheBackgroundBelongsToTheKindBesideIt) {
  const auto background = [](const std::string& text, const char* kind) {
    return read(kZh + text).tells_background(kind);
  };
  EXPECT_TRUE(background("我们会在后台收集您的位置信息。", "location"));
  EXPECT_TRUE(background("我们会收集您的位置信息。应用退到后台时也会持续收集。", "location"));
  EXPECT_FALSE(background("我们会收集您的位置信息，不会在后台收集。", "location"));
  EXPECT_FALSE(background("我们会收集您的位置信息。我们会在后台收集步数。", "location"));
  EXPECT_FALSE(background("我们会收集位置信息，并保存在后台服务器。", "location"));
  EXPECT_FALSE(background("我们不会在后台收集您的位置信息。", "location"));
}
TEST(Policy, SentencesAreWhereTheySay) {
  const Policy p = read(kZh + "您好。我们会每30秒收集您的位置信息。再见。");
  ASSERT_EQ(p.statements.size(), 1u);
  EXPECT_EQ(p.statements[0].where.of(p.text), "我们会每30秒收集您的位置信息。");
  ASSERT_TRUE(p.statements[0].frequency.has_value());
  EXPECT_EQ(*p.statements[0].frequency, (Frequency{"每30秒", 30'000}));
}
TEST(Policy, Frequencies) {
  const auto ms = [](std::string_view s) {
    const auto f = read_frequency(normal(s));
    return f ? f->period_ms : -1;
  };
  EXPECT_EQ(ms("每隔 5 分钟一次"), 300'000);
  EXPECT_EQ(ms("每半小时收集"), 1'800'000);
  EXPECT_EQ(ms("每天一次"), 86'400'000);
  EXPECT_EQ(ms("每三秒"), 3'000);
  EXPECT_EQ(ms("every 10 seconds"), 10'000);
  EXPECT_EQ(ms("once a day"), 86'400'000);
  EXPECT_EQ(ms("实时收集"), 0);
  EXPECT_EQ(ms("我们收集"), -1);
  EXPECT_EQ(ms("每99999999999999999999秒"), -1);
  EXPECT_EQ(ms("whatever secondhand"), -1);
}
TEST(Policy, ATableOfSdks) {
  const Policy p = read(kZh +
                        "| SDK名称 | 公司名称 | 收集的信息 | 使用目的 | 隐私政策 |\n|--|--|--|--|--|\n"
                        "| 甲SDK | 甲有限公司 | IMEI、位置信息 | 统计 | https://a.example/p |\n| 乙SDK | "
                        "乙有限公司 | 不涉及 | 支付 | 无 |\n");
  ASSERT_EQ(p.sdks.size(), 2u);
  EXPECT_EQ(p.sdks[0].name, "甲SDK");
  EXPECT_EQ(p.sdks[0].company, "甲有限公司");
  EXPECT_EQ(p.sdks[0].kinds, (std::vector<std::string>{"imei", "location"}));
  EXPECT_EQ(p.sdks[0].purpose, "统计");
  EXPECT_EQ(p.sdks[0].link, "https://a.example/p");
  EXPECT_TRUE(p.sdks[1].kinds.empty());
}
TEST(Policy, ATableOfSomethingElseDeclaresNothing) {
  EXPECT_EQ(zh("| 会员等级 | 价格 | 权益 |\n|--|--|--|\n| 黄金 | 10元 | 读取位置、通讯录备份 |\n"), "");
}
TEST(Policy, HtmlIsReadAsItComes) {
  const std::string head = "<html><h1>示例隐私政策</h1><p>我们重视您的隐私。本政策说明如何处理。</p>";
  EXPECT_EQ(declared(read(head + "<p>我们会收集您的&#x4F4D;&#32622;信息&amp;IMEI。")), "imei location")
      << "no end tags";
  EXPECT_EQ(declared(read(head + "<script>我们会收集您的通讯录</script><!-- 我们会收集短信 --><p>完")), "");
  EXPECT_EQ(declared(read(head + "<ul><li>我们会收集：<li>通讯录<li>日历</ul>")), "calendar contacts");
  EXPECT_EQ(declared(read(head + "<p>我们会收集<b>IM</b><i>EI</i>。</p>")), "imei") << "marks within a word";
  const Policy p = read(head +
                        "<table><tr><th>SDK名称<th>公司<th>收集信息<tr><td>甲<td "
                        "rowspan=2>丙公司<td>IMEI<tr><td>乙<td>MAC</table>");
  ASSERT_EQ(p.sdks.size(), 2u);
  EXPECT_EQ(p.sdks[1].company, "丙公司") << "a cell that reaches down";
  EXPECT_EQ(p.sdks[1].kinds, std::vector<std::string>{"mac"});
}
TEST(Policy, PushAndStartsAreToldOrDenied) {
  Policy p = read(
      kZh +
      "我们会在首页进行个性化推荐。您可以在“设置-隐私”中关闭。本应用会开机自启动，但不会关联启动其他应用。");
  EXPECT_TRUE(p.push.told && p.push_scenes.told && p.push_closing.told && p.self_start.told);
  EXPECT_TRUE(p.associated_start.denied && !p.associated_start.told);
  p = read(kZh + "我们会为您提供个性化广告。");
  EXPECT_TRUE(p.push.told && !p.push_closing.told && !p.push_scenes.told);
  p = read(kEn + "We do not show personalised ads. The app does not start automatically.");
  EXPECT_TRUE(!p.push.told && p.push.denied && !p.self_start.told && p.self_start.denied);
}
TEST(Policy, WhatIsNoPolicyDeclaresNothing) {
  const Policy news =
      read("某应用隐私政策被通报\n该应用收集位置信息、通讯录。记者发现，它还会在后台读取剪贴板。");
  EXPECT_FALSE(news.recognised);
  EXPECT_TRUE(news.statements.empty());
  EXPECT_FALSE(read("我们会收集您的位置信息。").recognised) << "a sentence is no policy";
  EXPECT_FALSE(read("").recognised);
}

// ---- bounds

TEST(PolicyBounds, TooLargeAndNoTextAreRefused) {
  EXPECT_FALSE(read_policy_untrusted(std::string(kMaxDocumentBytes + 1, 'a'), book()).ok());
  EXPECT_FALSE(read_policy_untrusted(std::string(1000, '\xFF'), book()).ok()) << "GBK, or a picture";
  EXPECT_FALSE(read_policy_untrusted(std::string(600'000, '\n') + std::string(), book())
                   .value_or(Policy{})
                   .recognised);
}
TEST(PolicyBounds, StatementsAndRowsAreBounded) {
  std::string text = kZh;
  for (int i = 0; i < 40'000; ++i) text += "我们会收集IMEI。\n";
  EXPECT_EQ(read(text).statements.size(), kMaxStatements);
  text = kZh + "| SDK名称 | 公司 | 收集的信息 |\n";
  for (int i = 0; i < 5'000; ++i) text += "| 甲SDK | 甲公司 | IMEI |\n";
  EXPECT_EQ(read(text).sdks.size(), kMaxSdkRows);
}

double seconds_of(const std::string& text) {
  const auto begin = std::chrono::steady_clock::now();
  (void)read_policy_untrusted(text, book());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}
std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += piece;
  return out;
}

// Eight times the text may take eight times the time, and a margin; quadratic would be sixty-four.
TEST(PolicyBounds, TimeGrowsWithTheTextWhateverItIs) {
  const std::string html = "<html><h1>隐私政策</h1><p>我们和您。本政策</p>";
  const std::pair<std::string, std::string> cases[] = {
      {kZh, "我们会收集您的位置信息，每30秒一次；不会读取通讯录、短信。"},
      {kEn, "We collect your location. "},
      {kEn, "We collect your location, and "},
      {html, "<a"},
      {html, "<a >"},
      {html, "<!--"},
      {html, "&"},
      {html, "&#"},
      {html, "<td rowspan=400 colspan=40>IMEI"},
      {html, "<tr><td>"},
      {html, "<script"},
      {html, "<script>"},
      {kZh, "（"},
      {kZh, "a."},
      {kZh, ". "},
      {kZh, "、"},
      {kZh, "|"},
      {kZh, "一、"},
      {kZh, "个性化推荐。"},
      {kZh, "每"},
      {kZh, "保存IMEI"},
      {kZh, "IMEI被收集"},
      {kZh, "您可以上传IMEI我们无法访问"},
      {kZh, "：\n"}};
  for (const auto& [head, piece] : cases) {
    const double small = seconds_of(head + repeated(piece, 20'000)),
                 large = seconds_of(head + repeated(piece, 160'000));
    EXPECT_LT(large, 24 * small + 0.25) << piece << ": " << small << " s, then " << large << " s";
  }
}

}  // namespace
}  // namespace storesweep::policy
