#include "common/android/hierarchy.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/corpus.h"

namespace storesweep::android {
namespace {

std::string wrapped(const std::string& nodes) {
  return "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"1\">" + nodes +
         "</hierarchy>";
}

TEST(Hierarchy, ReadsSeveralRootsEntitiesNafAndHint) {
  const auto tree = parse_hierarchy(wrapped(
      "<node NAF=\"true\" index=\"0\" text=\"a&#128994;b&#10;c &amp; d\" bounds=\"[0,63][1080,1794]\" "
      "clickable=\"true\">"
      "<node text=\"null\" hint='x' checkable=\"true\" checked=\"true\" bounds=\"[-5,0][10,20]\" /></node>\n"
      "<node text=\"&#55357;&#56832;\" bounds=\"[0,0][0,0]\" password=\"true\" enabled=\"false\"/>"));
  ASSERT_TRUE(tree.ok()) << tree.status().text();
  ASSERT_EQ(tree->nodes.size(), 3u);
  EXPECT_EQ(tree->rotation, 1);
  EXPECT_EQ(tree->nodes[0].text,
            "a\xF0\x9F\x9F\xA2"
            "b\nc & d");
  EXPECT_TRUE(tree->nodes[0].not_accessible);
  EXPECT_EQ(tree->nodes[0].bounds, (Bounds{0, 63, 1080, 1794}));
  EXPECT_EQ(tree->nodes[1].parent, 0);
  EXPECT_EQ(tree->nodes[1].hint, "x");
  EXPECT_EQ(tree->nodes[1].text, "null");
  EXPECT_TRUE(tree->nodes[1].checked);
  EXPECT_EQ(tree->clickable_ancestor(1), 0);
  EXPECT_EQ(tree->nodes[2].parent, -1);
  EXPECT_EQ(tree->nodes[2].text, "\xF0\x9F\x98\x80");
  EXPECT_FALSE(tree->nodes[2].enabled);
}

TEST(Hierarchy, NamesTheOffsetOfAFault) {
  for (const char* bad : {"", "<hierarchy", "<hierarchy rotation=\"0\"><node text=\"a></hierarchy>",
                          "<hierarchy rotation=\"0\"><node text=\"&nosuch;\"/></hierarchy>", "<html/>",
                          "<hierarchy rotation=\"0\"><node bounds=\"0,0\"/></hierarchy>",
                          "<hierarchy rotation=\"0\"></hierarchy>junk", "<hierarchyx><node/></hierarchyx>",
                          "<displaysx/>", "<hierarchy rotation=\"0\"><node>"}) {
    const auto tree = parse_hierarchy(bad);
    ASSERT_FALSE(tree.ok()) << bad;
    EXPECT_EQ(tree.status().kind(), ErrorKind::kCorrupt);
    EXPECT_NE(tree.status().message().find("byte "), std::string::npos);
  }
}

TEST(Hierarchy, ChatterInFrontAllWindowsAndAppiumsNamesAreRead) {
  const std::string tree = wrapped("<node text='a' package='p' bounds='[0,0][9,9]'/>");
  EXPECT_EQ(parse_hierarchy("* daemon started successfully\r\nUI hierchary dumped to: /dev/tty\n" + tree)
                ->nodes.size(),
            1u);
  const auto windows = parse_hierarchy(
      "<displays><display id=\"0\"><window index=\"0\" title=\"x\" bounds=\"[0,0][9,9]\"><hierarchy "
      "rotation=\"0\"><node "
      "text=\"a\" bounds=\"[0,0][9,9]\"><node text=\"b\"/></node></hierarchy></window></display></displays>");
  ASSERT_TRUE(windows.ok()) << windows.status().text();
  ASSERT_EQ(windows->nodes.size(), 2u);
  EXPECT_EQ(windows->nodes[0].parent, -1);
  EXPECT_EQ(windows->nodes[1].parent, 0);
  EXPECT_EQ(windows->nodes[1].depth, 1);
  const auto appium = parse_hierarchy(
      "<hierarchy index=\"0\" class=\"hierarchy\" rotation=\"0\"><android.widget.Button text=\"OK\" "
      "displayed=\"false\" "
      "bounds=\"[0,0][9,9]\"/><android.view.View bounds=\"[0,0][9,9]\"></android.view.View></hierarchy>");
  ASSERT_TRUE(appium.ok()) << appium.status().text();
  EXPECT_EQ(appium->nodes[0].class_name, "android.widget.Button");
  EXPECT_FALSE(appium->nodes[0].visible);
  EXPECT_FALSE(parse_hierarchy("<hierarchy><a></b></hierarchy>").ok());
}

TEST(Hierarchy, WhatTheToolSaidInsteadIsExplained) {
  for (const auto& [said, meant] :
       {std::pair{"ERROR: could not get idle state.\n", "NOT_IDLE"},
        {"ERROR: null root node returned by UiTestAutomationBridge.\n", "no root node"},
        {"UI hierchary dumped to: /sdcard/window_dump.xml\n", "pull the file"},
        {"Killed\n", "accessibility service"},
        {"error: device offline\n", "device offline"}}) {
    const auto tree = parse_hierarchy(said);
    ASSERT_FALSE(tree.ok());
    EXPECT_NE(tree.status().message().find(meant), std::string::npos) << tree.status().message();
  }
}

TEST(Hierarchy, DepthAndNodesAreBounded) {
  std::string deep, wide;
  for (std::size_t i = 0; i <= kMaxDepth; ++i) deep += "<node text=\"\">";
  for (std::size_t i = 0; i <= kMaxNodes; ++i) wide += "<node text=\"\"/>";
  EXPECT_EQ(parse_hierarchy(wrapped(deep)).status().kind(), ErrorKind::kExhausted);
  EXPECT_EQ(parse_hierarchy(wrapped(wide)).status().kind(), ErrorKind::kExhausted);
}

TEST(Hierarchy, TheToolsOwnWords) {
  EXPECT_EQ(parse_dump_output("UI hierchary dumped to: /sdcard/window_dump.xml\r\n"), DumpOutcome::kWritten);
  EXPECT_EQ(parse_dump_output("ERROR: could not get idle state.\n"), DumpOutcome::kNotIdle);
  EXPECT_EQ(parse_dump_output("ERROR: null root node returned by UiTestAutomationBridge.\n"),
            DumpOutcome::kNoRoot);
  EXPECT_EQ(parse_dump_output("Killed \n"), DumpOutcome::kKilled);
  EXPECT_EQ(parse_dump_output("/system/bin/sh: uiautomator: not found"), DumpOutcome::kUnknown);
  EXPECT_TRUE(parse_hierarchy(wrapped("") + "UI hierchary dumped to: /dev/tty\n").ok());
}

TEST(HierarchyCorpus, EveryCapturedTreeIsReadWithItsNodes) {
  NEED_CORPUS();
  const std::pair<const char*, std::size_t> known[] = {{"ui/chatbox_webview_0.xml", 8},
                                                       {"ui/douyin_following.xml", 102},
                                                       {"ui/emulator_systemui_0.xml", 49},
                                                       {"ui/phoneagent_zh.xml", 85},
                                                       {"ui/quicksettings_zh.xml", 104}};
  for (const auto& [file, nodes] : known) {
    const auto tree = parse_hierarchy(corpus_text(file));
    ASSERT_TRUE(tree.ok()) << file << tree.status().text();
    EXPECT_EQ(tree->nodes.size(), nodes) << file;
  }
  int trees = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus_path("android-4.4.2/ui"))) {
    const std::string file = "android-4.4.2/ui/" + entry.path().filename().string();
    if (entry.path().extension() == ".out") {
      EXPECT_EQ(parse_dump_output(corpus_text(file)), DumpOutcome::kWritten);
    }
    if (entry.path().extension() != ".xml") continue;
    EXPECT_TRUE(parse_hierarchy(corpus_text(file)).ok()) << file;
    ++trees;
  }
  EXPECT_EQ(trees, 10);
}

}  // namespace
}  // namespace storesweep::android
