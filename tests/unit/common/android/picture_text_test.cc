// Tesseract's rows as labels, and blind trees that get them.
#include "common/android/picture_text.h"

#include <gtest/gtest.h>

#include "common/android/blind.h"
#include "common/android/screen.h"
#include "tests/unit/common/android/phrases_file.h"

namespace storesweep::android {
namespace {

constexpr std::string_view kHead =
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
    "1\t1\t0\t0\t0\t0\t0\t0\t1080\t1920\t-1\t\n";

std::string word(int block, int line, int n, int left, int top, int width, int height, double confidence,
                 const std::string& text) {
  return "5\t1\t" + std::to_string(block) + "\t1\t" + std::to_string(line) + "\t" + std::to_string(n) + "\t" +
         std::to_string(left) + "\t" + std::to_string(top) + "\t" + std::to_string(width) + "\t" +
         std::to_string(height) + "\t" + std::to_string(confidence) + "\t" + text + "\n";
}

std::vector<PictureLabel> labels(const std::string& rows) {
  return labels_of(parse_tesseract_tsv(std::string(kHead) + rows).records);
}

const PhraseBook& book() {
  static const PhraseBook kBook(shipped_phrases());
  return kBook;
}

TEST(PictureText, RowsAreWordsAndOtherLevelsAreKnown) {
  const auto read = parse_tesseract_tsv(std::string(kHead) + "4\t1\t1\t1\t1\t0\t10\t20\t300\t40\t-1\t\r\n" +
                                        word(1, 1, 1, 10, 20, 80, 40, 96.5, "同意") +
                                        "5\t1\t1\t1\t1\t2\t100\t20\t0\t40\t90\tx\n"
                                        "5\t1\t1\t1\t1\t2\t100\t20\t30\t40\t95\t \n");
  EXPECT_TRUE(read.trusted());
  ASSERT_EQ(read.records.size(), 1u) << "an empty place and a blank are no words";
  EXPECT_EQ(read.records[0].text, "同意");
  EXPECT_EQ(read.records[0].bounds, (Bounds{10, 20, 90, 60}));
  EXPECT_DOUBLE_EQ(read.records[0].confidence, 96.5);
}

TEST(PictureText, RowsThatBreakTheFormAreCountedAndRelevant) {
  for (const char* bad :
       {"5\t1\t1\t1\t1\t1\t10\t20\t30\t40\tx\tword", "5\t1\t1\t1\t1\t1\t-10\t20\t30\t40\t90\tword",
        "5\t1\t1\t1\t1\t1\t99999999\t20\t30\t40\t90\tword", "6\t1\t1\t1\t1\t1\t1\t2\t3\t4\t90\tword",
        "5\t1\t1\t1", "Error opening data file", "5\t1\t1\t1\t1\t1\t10\t20\t30\t40\tnan\tword"}) {
    const auto read = parse_tesseract_tsv(std::string(kHead) + bad + "\n");
    EXPECT_FALSE(read.trusted()) << bad;
    EXPECT_TRUE(read.records.empty()) << bad;
  }
  EXPECT_TRUE(parse_tesseract_tsv("").trusted());
  std::string many(kHead);
  for (std::size_t i = 0; i <= kMaxPictureWords; ++i) many += word(1, 1, 1, 1, 1, 9, 9, 90, "x");
  const auto cut = parse_tesseract_tsv(many);
  EXPECT_TRUE(cut.cut);
  EXPECT_EQ(cut.records.size(), kMaxPictureWords);
}

TEST(PictureText, ChineseIsJoinedAndLatinKeepsItsBlanks) {
  const auto read =
      labels(word(1, 1, 1, 10, 20, 80, 40, 96, "请阅读") + word(1, 1, 2, 95, 20, 40, 40, 90, "并") +
             word(1, 1, 3, 140, 20, 90, 40, 90, "Privacy") + word(1, 1, 4, 245, 20, 90, 40, 90, "Policy") +
             word(1, 1, 5, 345, 20, 40, 40, 90, "。"));
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].text, "请阅读并Privacy Policy。");
  EXPECT_EQ(read[0].bounds, (Bounds{10, 20, 385, 60}));
}

TEST(PictureText, WhatStandsFarApartInALineIsTwoLabels) {
  const auto read = labels(word(1, 1, 1, 100, 900, 120, 40, 96, "不同意") +
                           word(1, 1, 2, 500, 900, 200, 40, 96, "同意并继续"));
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].text, "不同意");
  EXPECT_EQ(read[1].text, "同意并继续");
}

TEST(PictureText, LinesOfAParagraphAreOneAndButtonsBelowOneAnotherAreNot) {
  const auto read = labels(word(1, 1, 1, 100, 300, 800, 40, 96, "请您阅读并同意《用户协议》和《隐私") +
                           word(1, 2, 1, 100, 350, 300, 40, 96, "政策》后继续。") +
                           word(2, 1, 1, 100, 600, 200, 40, 96, "不同意") +
                           word(3, 1, 1, 100, 750, 300, 40, 96, "同意并继续"));
  ASSERT_EQ(read.size(), 3u);
  EXPECT_EQ(read[0].text, "请您阅读并同意《用户协议》和《隐私政策》后继续。");
  EXPECT_EQ(read[0].lines, 2);
  EXPECT_EQ(read[0].bounds, (Bounds{100, 300, 900, 390}));
  EXPECT_EQ(read[2].text, "同意并继续");
}

TEST(PictureText, DoubtfulWordsAndStrokesAreLeftOut) {
  EXPECT_TRUE(labels(word(1, 1, 1, 10, 20, 80, 40, kLeastWordConfidence - 1, "同意")).empty());
  EXPECT_TRUE(labels(word(1, 1, 1, 10, 20, 80, 40, kLeastLabelConfidence - 1, "同意")).empty());
  EXPECT_TRUE(labels(word(1, 1, 1, 10, 20, 80, 40, 96, "—_|")).empty());
  EXPECT_EQ(labels(word(1, 1, 1, 10, 20, 80, 40, 96, "×")).size(), 1u) << "a mark that closes";
}

TEST(PictureText, ARecordComesBackAsItWas) {
  PictureReading r;
  r.tool = "tesseract 5.3.0";
  r.languages = "chi_sim+eng";
  r.package = "com.example.app";
  r.screenshot = sha256("png");
  r.hierarchy = sha256("xml");
  r.tsv = std::string(kHead) + word(1, 1, 1, 10, 20, 80, 40, 96, "同意");
  const auto again = parse_picture_record(picture_record(r));
  ASSERT_TRUE(again.ok()) << again.status().text();
  EXPECT_EQ(again->tool, r.tool);
  EXPECT_EQ(again->package, r.package);
  EXPECT_EQ(again->screenshot, r.screenshot);
  EXPECT_EQ(again->hierarchy, r.hierarchy);
  EXPECT_EQ(again->tsv, r.tsv);
  r.hierarchy.reset();
  EXPECT_FALSE(parse_picture_record(picture_record(r))->hierarchy);
  for (const char* bad :
       {"", "{}", "{}\n", "[]\nx", "{\"tool\":\"t\",\"package\":\"p\",\"screenshot\":\"1\"}\n"})
    EXPECT_EQ(parse_picture_record(bad).status().kind(), ErrorKind::kCorrupt) << bad;
}

TEST(PictureText, TheToolSaysWhatItIsAndKnows) {
  EXPECT_EQ(tesseract_version("tesseract 5.3.0\n leptonica-1.82.0\n"), "tesseract 5.3.0");
  EXPECT_EQ(tesseract_version("mitmproxy 8\n"), "");
  const std::string list = "List of available languages in \"/usr/share\" (3):\nchi_sim\neng\nosd\n";
  EXPECT_TRUE(tesseract_knows(list, "chi_sim"));
  EXPECT_FALSE(tesseract_knows(list, "chi"));
}

// ---- blind trees

std::string node(const std::string& text, const std::string& kind, const std::string& bounds,
                 const std::string& id = "", const std::string& inside = "") {
  return "<node text=\"" + text + "\" class=\"" + kind + "\" resource-id=\"" + id +
         "\" package=\"com.a\" bounds=\"" + bounds + "\">" + inside + "</node>";
}
Hierarchy tree(const std::string& nodes) {
  const auto out = parse_hierarchy("<hierarchy rotation=\"0\">" + nodes + "</hierarchy>");
  EXPECT_TRUE(out.ok()) << out.status().text();
  return out.ok() ? *out : Hierarchy();
}
std::optional<BlindSpot> spot(const Hierarchy& t) { return blind_spot(t, "com.a", read_labels(t, "com.a")); }

TEST(Blind, SurfacesAndWindowsWithoutWordsAreAndOthersAreNot) {
  const std::string whole = "[0,0][1080,1920]", frame = "android.widget.FrameLayout";
  for (const char* kind : {"android.webkit.WebView", "android.view.SurfaceView", "io.flutter.FlutterView",
                           "android.opengl.GLSurfaceView", "android.view.View"}) {
    const auto t = tree(node("", frame, whole, "", node("", kind, whole)));
    ASSERT_TRUE(spot(t)) << kind;
    EXPECT_EQ(spot(t)->bounds, (Bounds{0, 0, 1080, 1920}));
    EXPECT_EQ(spot(t)->node, 1) << "the innermost of the largest";
    EXPECT_EQ(read_screen(t, book()).kind, ScreenKind::kBlind);
  }
  const auto titled = tree(
      node("", frame, whole, "",
           node("慢生活", "t", "[0,0][300,80]") + node("", "android.webkit.WebView", "[0,100][1080,1920]")));
  ASSERT_TRUE(spot(titled));
  EXPECT_EQ(spot(titled)->bounds, (Bounds{0, 100, 1080, 1920}));
  EXPECT_FALSE(spot(tree(node("", frame, whole, "", node("今日推荐", "t", "[0,0][900,900]")))));
  EXPECT_FALSE(spot(tree(node(
      "", frame, whole, "", node("", "android.webkit.WebView", whole, "", node("同意", "b", "[0,0][9,9]"))))))
      << "a web page that the tree sees into";
  EXPECT_FALSE(spot(
      tree(node("", frame, whole, "",
                node("标题", "t", "[0,0][9,9]") + node("", "android.webkit.WebView", "[0,0][1080,300]")))))
      << "a banner in a page with words";
}

PictureLabel label(const std::string& text, const Bounds& at) { return {text, at, 95, 1}; }

TEST(Blind, WhatWasReadGoesBelowTheSpotAndNowhereElse) {
  const auto t = tree(
      node("", "f", "[0,0][1080,1920]", "",
           node("慢生活", "t", "[0,70][300,150]") + node("", "android.webkit.WebView", "[0,60][1080,1800]") +
               node("", "android.view.View", "[0,0][1080,63]", "android:id/statusBarBackground") +
               node("", "f", "[0,1800][1080,1920]", "", node("", "v", "[0,1800][9,1920]"))));
  const auto at = spot(t);
  ASSERT_TRUE(at);
  const auto merged =
      with_labels(t, *at,
                  {label("9:41", {10, 10, 80, 50}), label("慢生活", {20, 80, 280, 140}),
                   label("欢迎阅读《隐私政策》", {100, 400, 900, 440}),
                   label("同意并继续", {500, 900, 800, 940}), label("首页", {500, 1850, 600, 1890})});
  ASSERT_EQ(merged.nodes.size(), t.nodes.size() + 2) << "not the bar's, the title's, nor what lies below";
  EXPECT_EQ(merged.nodes[3].text, "欢迎阅读《隐私政策》");
  EXPECT_EQ(merged.nodes[4].text, "同意并继续");
  EXPECT_TRUE(from_picture(merged.nodes[4]));
  EXPECT_EQ(merged.nodes[4].parent, 2);
  EXPECT_EQ(merged.nodes[5].resource_id, "android:id/statusBarBackground");
  EXPECT_EQ(merged.nodes[5].parent, 0);
  EXPECT_EQ(merged.nodes[7].parent, 6) << "who stands behind moved with its parent";
}

TEST(Blind, ADrawnConsentDialogIsOneWithItsButtons) {
  const std::vector<PictureLabel> labels = {
      label("用户协议与隐私政策", {100, 300, 700, 350}),
      {"欢迎使用！请您阅读并同意《用户协议》和《隐私政策》后开始使用我们的服务。",
       {100, 400, 900, 500},
       95,
       2},
      label("不同意", {150, 900, 300, 940}),
      label("同意并继续", {600, 900, 850, 940})};
  const auto blind = tree(node("", "io.flutter.FlutterView", "[0,0][1080,1920]"));
  for (const Hierarchy& t : {with_labels(blind, *spot(blind), labels), tree_of("com.a", labels)}) {
    const Screen s = read_screen(t, book());
    EXPECT_EQ(s.kind, ScreenKind::kConsent) << s.why;
    EXPECT_EQ(s.package, "com.a");
    ASSERT_TRUE(s.find(Role::kAgree));
    EXPECT_EQ(s.find(Role::kAgree)->bounds, (Bounds{600, 900, 850, 940}));
    ASSERT_TRUE(s.find(Role::kRefuse));
    EXPECT_EQ(s.find(Role::kRefuse)->bounds, (Bounds{150, 900, 300, 940}));
  }
}

}  // namespace
}  // namespace storesweep::android
