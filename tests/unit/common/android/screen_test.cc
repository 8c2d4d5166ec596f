#include "common/android/screen.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/unit/common/android/phrases_file.h"
#include "tests/unit/corpus.h"

namespace storesweep::android {
namespace {

std::string bounds_text(const Bounds& b) {
  return "[" + std::to_string(b.left) + "," + std::to_string(b.top) + "][" + std::to_string(b.right) + "," +
         std::to_string(b.bottom) + "]";
}

std::string element_text(const Element& e) {
  return std::string(role_name(e.role)) + " \"" + e.label + "\" " + bounds_text(e.bounds) +
         (e.span >= 0 ? " span" : "");
}

std::string screen_text(const Screen& s) {
  std::string out = std::string(screen_kind_name(s.kind)) + " (" + s.why + ")";
  for (const Element& e : s.elements) out += "\n  " + element_text(e);
  return out;
}

bool fits(const Element& e, const YAML::Node& want) {
  constexpr std::string_view kMarks[] = {"no", "yes", "unknown"};
  return role_name(e.role) == want["role"].as<std::string>() && e.label == want["label"].as<std::string>() &&
         bounds_text(e.bounds) == want["bounds"].as<std::string>() &&
         (e.span >= 0) == want["span"].as<bool>(false) && e.enabled == want["enabled"].as<bool>(true) &&
         (e.span >= 0 || e.clickable == want["clickable"].as<bool>(true)) &&
         (!want["checked"] ||
          kMarks[static_cast<std::size_t>(e.checked)] == want["checked"].as<std::string>());
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

const PhraseBook& book() {
  static const PhraseBook kBook(shipped_phrases());
  return kBook;
}

Screen screen_of(const std::string& xml) {
  const auto tree = parse_hierarchy(xml);
  EXPECT_TRUE(tree.ok()) << tree.status().text();
  return tree.ok() ? read_screen(*tree, book()) : Screen();
}

void expect_screen(const Screen& screen, const YAML::Node& want) {
  EXPECT_EQ(screen_kind_name(screen.kind), want["kind"].as<std::string>()) << screen_text(screen);
  for (const auto& element : want["elements"]) {
    const bool found = std::any_of(screen.elements.begin(), screen.elements.end(),
                                   [&](const Element& e) { return fits(e, element); });
    EXPECT_TRUE(found) << "missing " << element << "\nin " << screen_text(screen);
  }
  for (const auto& role : want["absent"]) {
    for (const Element& e : screen.elements)
      EXPECT_NE(role_name(e.role), role.as<std::string>()) << element_text(e);
  }
  std::size_t i = 0;
  for (const auto& group : want["groups"]) {
    ASSERT_GT(screen.permission_groups.size(), i) << "no permission group";
    EXPECT_EQ(screen.permission_groups[i++], group.as<std::string>());
  }
}

TEST(ScreenReader, SaysOfEachMadeScreenWhatAPersonWouldSay) {
  int screens = 0;
  for (const auto& entry : std::filesystem::directory_iterator(source_path("tests/data/screens"))) {
    if (entry.path().extension() != ".xml") continue;
    SCOPED_TRACE(entry.path().stem().string());
    std::filesystem::path answer = entry.path();
    answer.replace_extension(".yaml");
    expect_screen(screen_of(read_file(entry.path())), YAML::LoadFile(answer.string()));
    ++screens;
  }
  EXPECT_GE(screens, 40);
}

TEST(ScreenReader, TheShippedPhrasesAreComplete) {
  Phrases phrases = shipped_phrases();
  EXPECT_TRUE(check_phrases(phrases).ok()) << check_phrases(phrases).message();
  phrases.agree.push_back("…");
  EXPECT_FALSE(check_phrases(phrases).ok());
  EXPECT_FALSE(check_phrases(Phrases()).ok());
}

TEST(ScreenReader, WithoutPhrasesNothingIsBuiltIn) {
  const auto tree = parse_hierarchy(read_file(source_path("tests/data/screens/consent_native_alert.xml")));
  ASSERT_TRUE(tree.ok());
  const Screen screen = read_screen(*tree, PhraseBook(Phrases()));
  EXPECT_EQ(screen.kind, ScreenKind::kOrdinary);
  EXPECT_TRUE(screen.elements.empty());
}

TEST(PhraseBook, NormalisesWidthBlanksCaseAndQuotes) {
  EXPECT_EQ(normalise("　同\u00A0意 （５Ｓ）"), "同意(5s)");
  EXPECT_EQ(normalise("「隱私」"), "\"隱私\"");
  EXPECT_EQ(normalise("Don’t Allow"), "don'tallow");
  EXPECT_EQ(without_countdown("同意(5s)"), "同意");
  EXPECT_EQ(without_countdown("跳过3"), "跳过");
  EXPECT_EQ(without_countdown("3"), "3");
  EXPECT_EQ(without_countdown("同意"), "同意");
}

TEST(PhraseBook, AGapStandsForAnyTextAndNegationsAreNoAgreement) {
  EXPECT_TRUE(book().is(&Phrases::agree, normalise("同意并进入首页")));
  EXPECT_FALSE(book().is(&Phrases::agree, normalise("不同意并退出")));
  EXPECT_FALSE(book().is(&Phrases::agree, normalise("同意率统计")));
  EXPECT_TRUE(book().in(&Phrases::second_try, normalise("需要您同意 隐私政策 才能继续")));
  EXPECT_FALSE(book().in(&Phrases::second_try, normalise("才能同意，需要您")));
}

TEST(ScreenCorpus, RealScreensAreNotTakenForConsentDialogs) {
  NEED_CORPUS();
  const std::pair<const char*, const char*> known[] = {
      {"android-4.4.2/ui/launcher.xml", "launcher"},
      {"android-4.4.2/ui/keyguard.xml", "keyguard"},
      {"android-4.4.2/ui/apidemos-dialog.xml", "ordinary"},
      {"android-4.4.2/ui/apidemos-list.xml", "ordinary"},
      {"android-4.4.2/ui/contactmanager-form.xml", "ordinary"},
      {"android-4.4.2/ui/selendroid-home.xml", "ordinary"},
      {"android-4.4.2/ui/backup-restore-dialog.xml", "system_dialog"},
      {"ui/chatbox_webview_0.xml", "blind"},
      {"ui/douyin_following.xml", "ordinary"},
      {"ui/quicksettings_zh.xml", "ordinary"},
      {"ui/phoneagent_zh.xml", "ordinary"}};
  for (const auto& [file, kind] : known) {
    const Screen screen = screen_of(corpus_text(file));
    EXPECT_EQ(screen_kind_name(screen.kind), kind) << file << ": " << screen_text(screen);
  }
}

}  // namespace
}  // namespace storesweep::android
