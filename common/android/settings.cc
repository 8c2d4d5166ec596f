#include "common/android/settings.h"

#include <algorithm>
#include <array>
#include <optional>

#include "common/android/dump.h"
#include "common/android/elements.h"

namespace storesweep::android {
namespace {

using Kind = SettingsEntry::Kind;

constexpr std::size_t kMaxEntryBytes = 60;  // of a normalised label: what is longer is a text
constexpr int kMaxSwitches = 64;
constexpr std::size_t kMaxConditions = 8;
constexpr int kMostSwitchHeights = 4;  // of a row

struct KindWords {
  Kind kind;
  PhraseList Phrases::*list;
  bool within;
};
// A label is the first that fits.
constexpr std::array<KindWords, 10> kWords = {{{Kind::kPush, &Phrases::push_switches, true},
                                               {Kind::kPush, &Phrases::push_pages, false},
                                               {Kind::kPrivacy, &Phrases::privacy_pages, false},
                                               {Kind::kSettings, &Phrases::settings_pages, false},
                                               {Kind::kTab, &Phrases::settings_tabs, false},
                                               {Kind::kAccount, &Phrases::account_pages, false},
                                               {Kind::kHelp, &Phrases::help_pages, false},
                                               {Kind::kAccountEnd, &Phrases::account_end, false},
                                               {Kind::kComplaint, &Phrases::complaint, false},
                                               {Kind::kConfirm, &Phrases::switch_confirm, false}}};

class SettingsReader {
 public:
  SettingsReader(const Hierarchy& tree, std::string_view package, const PhraseBook& book)
      : tree_(tree), book_(book), labels_(read_labels(tree, package)), inside_(labels_inside(tree, labels_)) {
    boxes_inside();
  }

  std::vector<SettingsEntry> run(std::string_view package) {
    std::vector<bool> taken(tree_.nodes.size(), false);  // labels that belong to a switch
    int switches = 0;
    for (std::size_t i = 0; i < tree_.nodes.size() && switches < kMaxSwitches; ++i) {
      const Node& n = tree_.nodes[i];
      if (!n.checkable || !n.visible || n.bounds.empty() || n.package != package) continue;
      ++switches;
      take_row(static_cast<int>(i), taken);
      const Label* label = label_of(static_cast<int>(i));
      if (!label || !names_switch(*label)) continue;
      taken[static_cast<std::size_t>(label->node)] = true;
      add_switch(n, *label);
    }
    for (const Label& label : labels_) {
      if (out_.size() >= kMaxSettingsEntries) break;
      const auto kind = kind_of(label);
      const bool field = contains(node(label.node).class_name, "EditText");
      if (kind && !field && !taken[static_cast<std::size_t>(label.node)]) add(*kind, label);
    }
    return std::move(out_);
  }

 private:
  const Node& node(int i) const { return tree_.nodes[static_cast<std::size_t>(i)]; }

  std::optional<Kind> kind_of(const Label& label) const {
    const std::string plain = without_ornaments(label.text);
    if (plain.empty() || plain.size() > kMaxEntryBytes) return std::nullopt;
    for (const KindWords& w : kWords) {
      if (w.within ? book_.in(w.list, plain) : book_.is(w.list, plain)) return w.kind;
    }
    return std::nullopt;
  }

  // Only words that say personalised: a switch that is called 推荐设置 may be anything.
  bool names_switch(const Label& label) const {
    return label.text.size() <= kMaxEntryBytes && book_.in(&Phrases::push_switches, label.text);
  }

  void boxes_inside() {
    boxes_.assign(tree_.nodes.size(), 0);
    for (std::size_t i = tree_.nodes.size(); i-- > 0;) {  // children stand behind their parents
      boxes_[i] += tree_.nodes[i].checkable ? 1 : 0;
      if (tree_.nodes[i].parent >= 0) boxes_[static_cast<std::size_t>(tree_.nodes[i].parent)] += boxes_[i];
    }
  }

  bool lies_in(int child, int ancestor) const {
    while (child > ancestor) child = node(child).parent;
    return child == ancestor;
  }

  const Label* own_words(int box) const {
    const auto own =
        std::find_if(labels_.begin(), labels_.end(), [&](const Label& l) { return l.node == box; });
    return own == labels_.end() ? nullptr : &*own;
  }

  // The nearest frame that holds words and no second switch; -1: there is none.
  int row_of(int box) const {
    const int words = own_words(box) ? 1 : 0;
    for (int row = node(box).parent; row >= 0; row = node(row).parent) {
      const auto r = static_cast<std::size_t>(row);
      if (boxes_[r] > 1) return -1;
      if (inside_[r] > words) return row;
    }
    return -1;
  }

  // What explains a switch leads nowhere: a tap on it would turn the switch. A frame that is much higher than
  // the switch is no row but a page with one switch.
  void take_row(int box, std::vector<bool>& taken) const {
    const int row = row_of(box);
    if (row < 0 || node(row).bounds.height() > kMostSwitchHeights * node(box).bounds.height()) return;
    for (const Label& l : labels_) {
      if (lies_in(l.node, row)) taken[static_cast<std::size_t>(l.node)] = true;
    }
  }

  // A switch's name: its own words where they are one, else the first words of its row; where there is no
  // row, what stands left of it on its line.
  const Label* label_of(int box) const {
    const Label* own = own_words(box);
    if (own && names_switch(*own)) return own;
    const int row = row_of(box);
    if (row < 0) return left_of(box);
    const auto first = std::find_if(labels_.begin(), labels_.end(),
                                    [&](const Label& l) { return l.node != box && lies_in(l.node, row); });
    return first == labels_.end() ? nullptr : &*first;
  }

  const Label* left_of(int box) const {
    const Bounds& b = node(box).bounds;
    const Label* best = nullptr;
    for (const Label& l : labels_) {
      const Bounds& w = node(l.node).bounds;
      const bool on_line = w.top < b.bottom && w.bottom > b.top && w.left < b.left;
      if (l.node == box || !on_line) continue;
      // Of several the upper: the name, not what explains it.
      if (!best || w.top < node(best->node).bounds.top) best = &l;
    }
    return best;
  }

  void add_switch(const Node& box, const Label& label) {
    SettingsEntry e;
    e.label = label.shown;
    e.bounds = box.bounds;
    e.clickable = true;
    e.enabled = box.enabled;
    e.is_switch = true;
    e.ticked = box.checked;
    e.inverse = book_.in(&Phrases::push_off, label.text);
    out_.push_back(std::move(e));
  }

  // Taps go to the clickable parent; to the label's own place where that parent holds other labels that mean
  // something by themselves (a bar of tabs).
  void add(Kind kind, const Label& label) {
    SettingsEntry e;
    e.kind = kind;
    e.label = label.shown;
    e.bounds = node(label.node).bounds;
    e.enabled = node(label.node).enabled;
    const int parent = tree_.clickable_ancestor(label.node);
    e.clickable = parent >= 0;
    if (parent >= 0 && inside_[static_cast<std::size_t>(parent)] == 1) e.bounds = node(parent).bounds;
    e.inverse = kind == Kind::kPush && book_.in(&Phrases::push_off, label.text);
    out_.push_back(std::move(e));
  }

  const Hierarchy& tree_;
  const PhraseBook& book_;
  const std::vector<Label> labels_;
  const std::vector<int> inside_;
  std::vector<int> boxes_;
  std::vector<SettingsEntry> out_;
};

}  // namespace

std::vector<SettingsEntry> read_settings(const Hierarchy& tree, std::string_view package,
                                         const PhraseBook& phrases) {
  return SettingsReader(tree, package, phrases).run(package);
}

std::vector<std::string> hard_conditions(std::string_view screen_text, const PhraseBook& phrases) {
  const std::string text = normalise(screen_text);
  std::vector<std::string> out;
  for (std::size_t from = 0; out.size() < kMaxConditions;) {
    const auto span = phrases.find(&Phrases::hard_conditions, text, from);
    if (!span) break;
    std::string word = text.substr(span->begin, span->end - span->begin);
    if (std::find(out.begin(), out.end(), word) == out.end()) out.push_back(std::move(word));
    from = span->end;
  }
  return out;
}

}  // namespace storesweep::android
