// Under other phrases only those screens are read anew that can read otherwise. Held against reading all of
// them, on every hierarchy of the corpus and on screens of these tests, for changes drawn at random, most of
// them made of what stands on the screens.
#include "common/judge/phrase_change.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "common/base/file.h"
#include "common/judge/observations.h"
#include "tests/unit/common/judge/judged.h"
#include "tests/unit/corpus.h"

namespace storesweep {
namespace {
using android::PhraseList, android::Phrases;

std::string told(const ScreenSeen& s) {
  std::string out = std::string(android::screen_kind_name(s.screen.kind)) + "|" + s.screen.package + "|" +
                    s.screen.text + "|" + s.screen.message + "|" + s.screen.why + "|" + s.excerpt +
                    (s.other_ways ? "|ways" : "|") + std::to_string(s.device_ms);
  for (const auto& group : s.screen.permission_groups) out += "|g " + group;
  for (const auto& input : s.inputs) out += "|i " + input;
  for (const auto& entry : s.settings)
    out += "|s " + entry.label + std::to_string(static_cast<int>(entry.kind)) + (entry.inverse ? "!" : "");
  for (const auto& condition : s.conditions) out += "|c " + condition;
  for (const android::Element& e : s.screen.elements)
    out += "|" + std::string(android::role_name(e.role)) + " " + e.label + std::to_string(e.bounds.left) +
           "," + std::to_string(e.bounds.top) + " " + std::to_string(static_cast<int>(e.checked)) + " " +
           std::to_string(e.span) + " " + std::to_string(e.node);
  return out;
}

std::vector<std::string> told(const ObservedRun& run) {
  std::vector<std::string> out;
  for (const auto* list : {&run.timeline.screens, &run.timeline.pictures}) {
    for (const ScreenSeen& s : *list) out.push_back(told(s));
  }
  return out;
}

Observations all_screens() {
  RunScript run;
  run.package().begin(Phase::kP1, 2);
  run.consent(5, RunScript::button("不同意", 1300) + RunScript::button("同意并继续", 1100));
  run.permission_dialog(6).page(7);
  std::int64_t at_s = 8;
  std::vector<std::filesystem::path> paths;
  if (std::filesystem::exists(corpus_path("ui"))) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus_path("ui"))) {
      if (entry.path().extension() == ".xml") paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths)
    run.raw(record_name::kHierarchy, ++at_s, read_file(path.string(), 1 << 20).value_or(""));
  run.end(Phase::kP1, at_s + 1).begin(Phase::kP12, at_s + 2);
  at_s += 2;
  for (const char* label : {"设置", "个性化推荐", "注销账号"}) run.page(++at_s, label);
  run.end(Phase::kP12, ++at_s);
  return observe_journal(run.journal());
}

class Changes {
 public:
  Changes(std::uint32_t seed, const Observations& seen) : chance_(seed) {
    for (const TreeSeen& t : seen.trees) {
      for (const android::Node& n : t.tree.nodes) {
        if (!n.text.empty()) words_.push_back(n.text.substr(0, 60));
      }
    }
  }
  Phrases changed(Phrases p) {
    for (std::size_t edits = below(4) + 1; edits > 0; --edits) {
      const auto& names = android::phrase_lists();
      edit(below(10) == 0 ? p.permission_groups.begin()->second : p.*names[below(names.size())].list);
    }
    return p;
  }

 private:
  std::size_t below(std::size_t n) { return chance_() % n; }
  // Whole, or a piece of some characters: what labels are cut to.
  std::string word() {
    std::string w = words_[below(words_.size())];
    for (std::size_t cut = below(4); cut > 0; --cut) {
      std::size_t at = w.size() / 2;
      while (at > 0 && (static_cast<unsigned char>(w[at]) & 0xC0) == 0x80) --at;
      if (at > 0) w = below(2) == 0 ? w.substr(0, at) : w.substr(at);
    }
    return android::normalise(w).empty() ? "空" : w;
  }
  void edit(PhraseList& list) {
    switch (below(5)) {
      case 0:
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(below(list.size())));
        if (list.empty()) list.push_back(word());
        break;
      case 1:
        std::swap(list.front(), list[below(list.size())]);
        break;
      case 2:
        list.insert(list.begin() + static_cast<std::ptrdiff_t>(below(list.size() + 1)),
                    word() + "…" + word());
        break;
      default:
        list.insert(list.begin() + static_cast<std::ptrdiff_t>(below(list.size() + 1)), word());
    }
  }
  std::mt19937 chance_;
  std::vector<std::string> words_;
};

TEST(PhraseChange, ReadsWhatReadingEveryScreenWouldRead) {
  const Observations seen = all_screens();
  const Phrases before = test_pack().phrases;
  const std::string record = encode_observations(seen, ReadyPhrases(before));
  Changes changes(1, seen);
  int differed = 0;
  for (int i = 0; i < 600; ++i) {
    const Phrases after = changes.changed(before);
    const PhraseChange change(before, after);
    const ReadyPhrases ready(after);
    const auto whole = decode_observations(as_bytes(record), ready);
    const auto part = decode_observations(as_bytes(record), ready, [&](const Digest& read_by) {
      EXPECT_EQ(read_by, ReadyPhrases(before).digest);
      return &change;
    });
    ASSERT_TRUE(whole.ok() && part.ok());
    ASSERT_EQ(told(*part), told(*whole)) << "change " << i;
    differed += told(*whole) != told(*decode_observations(as_bytes(record), ReadyPhrases(before)));
  }
  EXPECT_GT(differed, 20) << "most changes changed nothing: the test shows little";
}

TEST(PhraseChange, TouchesOnlyWhatHoldsEveryCharacterOfAPhraseThatCameOrWent) {
  const Phrases before = test_pack().phrases;
  Phrases after = before;
  after.agree.push_back("好的，同意啦");
  const android::Characters consent(android::characters_in("同意并继续")),
      agreed(android::characters_in("意同啦的好,"));
  EXPECT_FALSE(PhraseChange(before, before).touches(agreed));
  EXPECT_FALSE(PhraseChange(before, after).touches(consent));
  EXPECT_TRUE(PhraseChange(before, after).touches(agreed));
  EXPECT_TRUE(PhraseChange(after, before).touches(agreed)) << "what went counts as well";
  after = before;
  after.launcher_packages.push_back("com.example.home");
  EXPECT_TRUE(PhraseChange(before, after).touches({})) << "packages are looked for elsewhere";
  after = before;
  std::swap(after.agree.front(), after.agree.back());
  EXPECT_TRUE(PhraseChange(before, after).touches({})) << "of two at one place the first counts";
}

TEST(PhraseChange, PhrasesComeBackFromTheirBytes) {
  const Phrases phrases = test_pack().phrases;
  const std::string bytes = encode_phrases(phrases);
  const auto back = decode_phrases(as_bytes(bytes));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(encode_phrases(*back), bytes);
  for (std::size_t i = 0; i < bytes.size(); i += 7)
    EXPECT_FALSE(decode_phrases(as_bytes(std::string_view(bytes).substr(0, i))).ok()) << i;
}

}  // namespace
}  // namespace storesweep
