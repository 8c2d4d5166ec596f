// The screens of tests/data/screens/scenes.yaml and what a person would say of them: precision and recall of
// the kinds that decide consent, and every button.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <sstream>

#include "common/android/screen.h"
#include "common/base/text.h"
#include "tests/unit/common/android/phrases_file.h"

namespace storesweep::android {
namespace {

std::string class_of(const std::string& name) {
  static const std::map<std::string, std::string> kShort = {
      {"Frame", "android.widget.FrameLayout"},
      {"Linear", "android.widget.LinearLayout"},
      {"Text", "android.widget.TextView"},
      {"Button", "android.widget.Button"},
      {"Image", "android.widget.ImageView"},
      {"Check", "android.widget.CheckBox"},
      {"Radio", "android.widget.RadioButton"},
      {"Switch", "android.widget.Switch"},
      {"Edit", "android.widget.EditText"},
      {"View", "android.view.View"},
      {"Web", "android.webkit.WebView"},
      {"Scroll", "android.widget.ScrollView"},
      {"Recycler", "androidx.recyclerview.widget.RecyclerView"}};
  const auto found = kShort.find(name);
  return found == kShort.end() ? name : found->second;
}

// What stands behind `mark` up to `end` in the rest of a line; empty without it.
std::string after(const std::string& rest, const std::string& mark, char end) {
  const std::size_t at = rest.find(mark);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + mark.size(), stop = rest.find(end, begin);
  return rest.substr(begin, stop == std::string::npos ? stop : stop - begin);
}

std::string flag(const char* name, const std::string& flags, char letter) {
  return std::string(" ") + name + "=\"" + (flags.find(letter) == std::string::npos ? "false" : "true") +
         "\"";
}

// "Text c 10,20,30,40 "words" d"description" #id": one node's start tag.
std::string start_tag(std::string_view line, std::string& package) {
  std::istringstream in{std::string(line)};
  std::string name, word, flags, bounds;
  in >> name;
  while (in >> word && word.find(',') == std::string::npos) flags += word;
  bounds = word;
  std::string rest;
  std::getline(in, rest);
  std::replace(bounds.begin(), bounds.end(), ',', ' ');
  std::istringstream numbers(bounds);
  int left = 0, top = 0, right = 0, bottom = 0;
  numbers >> left >> top >> right >> bottom;
  if (const std::string own = after(rest, " @", ' '); !own.empty()) package = own;
  std::string out = "<node text=\"" + after(rest, " \"", '"') + "\" resource-id=\"" + after(rest, " #", ' ') +
                    "\" class=\"" + class_of(name) + "\" package=\"" + package + "\" content-desc=\"" +
                    after(rest, " d\"", '"') + "\"";
  out += flag("checkable", flags, 'k') + flag("checked", flags, 'x') + flag("clickable", flags, 'c') +
         flag("selected", flags, 's');
  out += std::string(" enabled=\"") + (flags.find('-') == std::string::npos ? "true" : "false") + "\"";
  return out + " bounds=\"[" + std::to_string(left) + "," + std::to_string(top) + "][" +
         std::to_string(right) + "," + std::to_string(bottom) + "]\">";
}

std::string hierarchy_of(const std::string& screen) {
  std::string out = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">";
  std::string package = "com.example.app";
  std::size_t open = 0;
  for (std::string_view line : lines(screen)) {
    const std::size_t depth = line.find_first_not_of(' ') / 2;
    for (; open > depth; --open) out += "</node>";
    if (depth == 0) package = "com.example.app";
    out += start_tag(line.substr(depth * 2), package);
    ++open;
  }
  for (; open > 0; --open) out += "</node>";
  return out + "</hierarchy>";
}

std::vector<std::string> labels(const Screen& screen, std::string_view role) {
  std::vector<std::string> out;
  for (const Element& e : screen.elements) {
    const std::string_view own = role_name(e.role);
    if (own == role || (role == "allow" && starts_with(own, "allow"))) out.push_back(e.label);
  }
  return out;
}

void expect_labels(const Screen& screen, const YAML::Node& scene) {
  for (const auto& [key, role] : {std::pair{"agree", "agree"},
                                  {"weak", "weak_agree"},
                                  {"refuse", "refuse"},
                                  {"close", "close"},
                                  {"skip", "skip"},
                                  {"allow", "allow"},
                                  {"deny", "deny"}}) {
    if (!scene[key]) continue;
    const auto want = scene[key].as<std::string>();
    const auto found = labels(screen, role);
    EXPECT_EQ(std::count(found.begin(), found.end(), want) > 0, !want.empty()) << key << " " << want;
    if (want.empty()) {
      EXPECT_TRUE(found.empty()) << found[0];
    }
  }
}

void expect_rest(const Screen& screen, const YAML::Node& scene) {
  constexpr std::string_view kMarks[] = {"no", "yes", "unknown"};
  if (scene["box"]) {
    const Element* box = screen.find(Role::kCheckBox);
    ASSERT_NE(box, nullptr) << "no check box";
    EXPECT_EQ(kMarks[static_cast<std::size_t>(box->checked)], scene["box"].as<std::string>());
  }
  if (scene["links"]) {
    EXPECT_EQ(labels(screen, "policy_link").size(), scene["links"].as<std::size_t>());
  }
  std::size_t i = 0;
  for (const auto& group : scene["groups"]) {
    ASSERT_GT(screen.permission_groups.size(), i);
    EXPECT_EQ(screen.permission_groups[i++], group.as<std::string>());
  }
}

// A person's finger is as good at one place as at another: the element lies inside the window and has an
// area.
void expect_bounds(const Screen& screen) {
  for (const Element& e : screen.elements)
    EXPECT_FALSE(e.bounds.empty()) << role_name(e.role) << " " << e.label;
}

struct Tally {
  int wanted = 0, said = 0, right = 0;
};

TEST(Scenes, EachScreenIsWhatAPersonWouldSayOfIt) {
  const PhraseBook book(shipped_phrases());
  std::map<std::string, Tally> tallies;
  int count = 0;
  for (const auto& scene : YAML::LoadFile(source_path("tests/data/screens/scenes.yaml"))) {
    const auto name = scene["name"].as<std::string>(), want = scene["kind"].as<std::string>();
    SCOPED_TRACE(name);
    const auto tree = parse_hierarchy(hierarchy_of(scene["screen"].as<std::string>()));
    ASSERT_TRUE(tree.ok()) << tree.status().text();
    const Screen screen = read_screen(*tree, book);
    const std::string said(screen_kind_name(screen.kind));
    EXPECT_EQ(said, want) << screen.why;
    ++tallies[want].wanted;
    ++tallies[said].said;
    if (said == want) ++tallies[want].right;
    expect_labels(screen, scene);
    expect_rest(screen, scene);
    expect_bounds(screen);
    ++count;
  }
  std::printf("%-16s %6s %5s %6s\n", "kind", "wanted", "said", "right");
  for (const auto& [kind, t] : tallies)
    std::printf("%-16s %6d %5d %6d\n", kind.c_str(), t.wanted, t.said, t.right);
  EXPECT_GE(count, 90);
  for (const char* kind : {"consent", "consent_again", "permission"}) {
    const Tally& t = tallies[kind];
    EXPECT_EQ(t.right, t.said) << kind << ": something else was taken for it";
    EXPECT_EQ(t.right, t.wanted) << kind << ": one was not seen";
  }
}

TEST(Scenes, ABrokenHierarchyIsAnErrorAndNeverAScreenWithoutDialog) {
  const std::string whole = hierarchy_of("Frame 0,0,1080,2400\n  Button c 10,10,200,100 \"同意\"\n");
  ASSERT_TRUE(parse_hierarchy(whole).ok());
  for (std::size_t end = 0; end + 1 < whole.size(); ++end)
    EXPECT_FALSE(parse_hierarchy(std::string_view(whole).substr(0, end)).ok()) << end;
}

}  // namespace
}  // namespace storesweep::android
