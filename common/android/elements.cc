#include "common/android/elements.h"

#include <algorithm>

#include "common/android/dump.h"
#include "common/base/text.h"

namespace storesweep::android {
namespace {

constexpr std::size_t kClosing = 3;          // bytes of "》"
constexpr std::size_t kMaxButtonBytes = 60;  // a normalised label longer than this is a text, not a button

struct RoleWords {
  Role role;
  PhraseList Phrases::*list;
};
// In the order of precedence: a label is the first that fits.
constexpr RoleWords kAppRoles[] = {
    {Role::kRefuse, &Phrases::refuse}, {Role::kAgree, &Phrases::agree},
    {Role::kSkip, &Phrases::skip},     {Role::kOpenSettings, &Phrases::open_settings},
    {Role::kLogin, &Phrases::login},   {Role::kWeakAgree, &Phrases::weak_agree},
    {Role::kClose, &Phrases::close},   {Role::kCloseApp, &Phrases::close_app},
    {Role::kWait, &Phrases::wait},     {Role::kAllow, &Phrases::allow}};
constexpr RoleWords kPermissionRoles[] = {
    {Role::kDenyForever, &Phrases::deny_forever},         {Role::kDeny, &Phrases::deny},
    {Role::kAllowForeground, &Phrases::allow_foreground}, {Role::kAllowOnce, &Phrases::allow_once},
    {Role::kAllowAlways, &Phrases::allow_always},         {Role::kAllow, &Phrases::allow},
    {Role::kOpenSettings, &Phrases::open_settings}};

struct RoleId {
  std::string_view id;
  Role role;
};
// AOSP's GrantPermissions layouts, 6 to 16 (packageinstaller and permissioncontroller), and the crash
// dialog's.
constexpr RoleId kIds[] = {{"permission_allow_button", Role::kAllow},
                           {"permission_allow_all_button", Role::kAllow},
                           {"permission_allow_always_button", Role::kAllowAlways},
                           {"permission_allow_foreground_only_button", Role::kAllowForeground},
                           {"permission_allow_one_time_button", Role::kAllowOnce},
                           {"permission_deny_button", Role::kDeny},
                           {"permission_no_upgrade_button", Role::kDeny},
                           {"permission_no_upgrade_one_time_button", Role::kDeny},
                           {"permission_dont_allow_more_selected_button", Role::kDeny},
                           {"permission_deny_and_dont_ask_again_button", Role::kDenyForever},
                           {"permission_no_upgrade_and_dont_ask_again_button", Role::kDenyForever},
                           {"permission_no_upgrade_one_time_and_dont_ask_again_button", Role::kDenyForever},
                           {"do_not_ask_checkbox", Role::kDoNotAsk},
                           {"aerr_close", Role::kCloseApp},
                           {"aerr_wait", Role::kWait}};

class ElementReader {
 public:
  ElementReader(const Hierarchy& tree, const std::vector<Label>& labels, const PhraseBook& book,
                bool permission)
      : tree_(tree),
        labels_(labels),
        book_(book),
        permission_(permission),
        inside_(labels_inside(tree, labels)) {}

  std::vector<Element> run() {
    for (const Label& label : labels_) {
      if (out_.size() >= kMaxElements) break;
      if (!by_id(label) && !button(label)) links(label);
    }
    for (std::size_t i = 0; i < tree_.nodes.size(); ++i) check_box(static_cast<int>(i));
    if (!has_real_check_box()) drawn_check_boxes();
    return std::move(out_);
  }

 private:
  const Node& node(int i) const { return tree_.nodes[static_cast<std::size_t>(i)]; }

  // Taps go to the clickable parent; to the label's own place where that parent holds other labels too.
  Element element(Role role, const Label& label) const {
    Element e;
    e.role = role;
    e.label = label.shown;
    e.node = label.node;
    e.bounds = node(label.node).bounds;
    const int parent = tree_.clickable_ancestor(label.node);
    e.clickable = parent >= 0;
    e.enabled = node(label.node).enabled;
    if (parent >= 0 && !shared(parent, label.node)) e.bounds = node(parent).bounds;
    return e;
  }

  bool shared(int parent, int own) const {
    return parent != own && inside_[static_cast<std::size_t>(parent)] > 1;
  }

  bool by_id(const Label& label) {
    const std::string& id = node(label.node).resource_id;
    const std::string_view name = std::string_view(id).substr(id.rfind('/') + 1);
    for (const RoleId& known : kIds) {
      if (known.id != name || (!permission_ && known.role != Role::kCloseApp && known.role != Role::kWait))
        continue;
      Element e = element(known.role, label);
      e.checked = node(label.node).checked ? Mark::kYes : Mark::kNo;
      if (known.role == Role::kDeny && book_.is(&Phrases::deny_forever, label.text))
        e.role = Role::kDenyForever;
      out_.push_back(std::move(e));
      return true;
    }
    return false;
  }

  template <std::size_t N>
  bool first_role(const RoleWords (&roles)[N], const Label& label) {
    const std::string plain = without_ornaments(without_countdown(without_ornaments(label.text)));
    const std::vector<std::string> parts = language_parts(plain);
    for (const RoleWords& words : roles) {
      const bool twice =
          parts.size() == 2 && book_.is(words.list, parts[0]) && book_.is(words.list, parts[1]);
      if (!twice && !book_.is(words.list, label.text) && !book_.is(words.list, plain)) continue;
      out_.push_back(element(words.role, label));
      return true;
    }
    return false;
  }

  bool button(const Label& label) {
    const Node& n = node(label.node);
    if (label.text.size() > kMaxButtonBytes || n.checkable || contains(n.class_name, "EditText"))
      return false;
    return permission_ ? first_role(kPermissionRoles, label) : first_role(kAppRoles, label);
  }

  struct Name {
    std::size_t begin = 0, end = 0;
    bool quoted = false;  // 《…》
  };

  // Where the rules are named. Where some names stand in 《》, the others are only talked of.
  std::vector<Name> names_in(const std::string& text) const {
    std::vector<Name> all, quoted;
    for (std::size_t from = 0; all.size() < kMaxElements;) {
      const auto span = book_.find(&Phrases::policy_names, text, from);
      if (!span) break;
      from = span->end;
      const std::size_t open = text.rfind("《", span->begin), close = text.find("》", span->end);
      const bool in_quotes =
          open != std::string::npos && close != std::string::npos && text.find("》", open) == close;
      if (in_quotes) from = close;
      all.push_back(in_quotes ? Name{open, close + kClosing, true} : Name{span->begin, span->end, false});
      if (in_quotes) quoted.push_back(all.back());
    }
    return quoted.empty() ? all : quoted;
  }

  // "…《用户协议》和《隐私政策》…": a link of its own where the label is little more than one name, else
  // spans.
  void links(const Label& label) {
    if (permission_) return;
    const std::vector<Name> names = names_in(label.text);
    if (names.empty()) return;
    const bool several = names.size() > 1 && names[0].quoted;
    const bool own =
        label.text.size() <= kMaxButtonBytes && !several && !book_.in(&Phrases::read_and_agree, label.text);
    if (own) {
      Element e = element(Role::kPolicyLink, label);
      if (e.clickable || contains(label.text, "《")) out_.push_back(std::move(e));
      return;
    }
    for (const Name& name : names) {
      if (out_.size() < kMaxElements) add_span(label, name.begin, name.end);
    }
  }

  void add_span(const Label& label, std::size_t begin, std::size_t end) {
    Element e = element(Role::kPolicyLink, label);
    e.bounds = node(label.node).bounds;
    e.label = label.text.substr(begin, end - begin);
    e.span = static_cast<double>(begin + end) / 2 /
             static_cast<double>(std::max<std::size_t>(1, label.text.size()));
    out_.push_back(std::move(e));
  }

  void check_box(int i) {
    const Node& n = node(i);
    if (!n.checkable || !n.visible || n.bounds.empty() || out_.size() >= kMaxElements || known(i)) return;
    const Label* beside = label_beside(n.bounds, i);
    std::string text = normalise(n.text.empty() ? n.description : n.text);
    if (text.empty() && beside) text = beside->text;
    Element e;
    e.role = permission_ && book_.in(&Phrases::do_not_ask, text) ? Role::kDoNotAsk : Role::kCheckBox;
    if (!permission_ && !book_.in(&Phrases::read_and_agree, text) && !book_.in(&Phrases::policy_names, text))
      return;
    e.label = !n.text.empty() ? n.text : beside ? beside->shown : n.description;
    e.bounds = n.bounds;
    e.clickable = tree_.clickable_ancestor(i) >= 0;
    e.enabled = n.enabled;
    e.checked = n.checked ? Mark::kYes : Mark::kNo;
    e.node = i;
    out_.push_back(std::move(e));
  }

  bool known(int i) const {
    return std::any_of(out_.begin(), out_.end(),
                       [&](const Element& e) { return e.node == i && e.role == Role::kDoNotAsk; });
  }
  bool has_real_check_box() const {
    return std::any_of(out_.begin(), out_.end(), [](const Element& e) { return e.role == Role::kCheckBox; });
  }

  // The label on the same line to the right, else the one that overlaps most.
  const Label* label_beside(const Bounds& box, int own) const {
    const Label* best = nullptr;
    int best_gap = 0;
    for (const Label& l : labels_) {
      if (l.node == own) continue;
      const Bounds& b = node(l.node).bounds;
      const int overlap = std::min(b.bottom, box.bottom) - std::max(b.top, box.top);
      const int gap = b.left - box.right;
      if (overlap <= 0 || gap < -box.width() || gap > 4 * std::max(box.width(), 40)) continue;
      if (!best || gap < best_gap) best = &l, best_gap = gap;
    }
    return best;
  }

  // A picture left of "I have read and agree" that plays a check box. Its state is known only by its words.
  void drawn_check_boxes() {
    for (const Label& label : labels_) {
      if (out_.size() >= kMaxElements) return;
      if (permission_ || label.text.size() > 400 || !book_.in(&Phrases::read_and_agree, label.text)) continue;
      const Bounds& text = node(label.node).bounds;
      for (std::size_t i = 0; i < tree_.nodes.size(); ++i) {
        const Node& n = tree_.nodes[i];
        if (!n.clickable || n.bounds.empty() || static_cast<int>(i) == label.node || !plays_box(i, text))
          continue;
        const int gap = text.left - n.bounds.right;
        const int overlap = std::min(text.bottom, n.bounds.bottom) - std::max(text.top, n.bounds.top);
        if (overlap <= 0 || gap < -n.bounds.width() || gap > 3 * n.bounds.width() ||
            n.bounds.left > text.left)
          continue;
        Element e;
        e.role = Role::kCheckBox;
        e.label = label.shown;
        e.bounds = n.bounds;
        e.enabled = n.enabled;
        e.node = static_cast<int>(i);
        e.checked = drawn_mark(n);
        out_.push_back(std::move(e));
        break;
      }
    }
  }

  // A picture, a view that says in words that it is ticked or not, or a small empty view.
  bool plays_box(std::size_t i, const Bounds& text) const {
    const Node& n = tree_.nodes[i];
    if (contains(n.class_name, "Image")) return true;
    const std::string words = normalise(n.description + n.text);
    if (!words.empty())
      return words.size() <= kMaxButtonBytes &&
             (book_.in(&Phrases::unmarked, words) || book_.in(&Phrases::marked, words));
    const int most = 2 * std::max(text.height(), 40);
    return inside_[i] == 0 && n.bounds.width() <= most && n.bounds.height() <= most;
  }

  Mark drawn_mark(const Node& n) const {
    const std::string words = normalise(n.description + n.text);
    if (book_.in(&Phrases::unmarked, words)) return Mark::kNo;
    return n.selected || book_.in(&Phrases::marked, words) ? Mark::kYes : Mark::kUnknown;
  }

  const Hierarchy& tree_;
  const std::vector<Label>& labels_;
  const PhraseBook& book_;
  const bool permission_;
  const std::vector<int> inside_;
  std::vector<Element> out_;
};

}  // namespace

std::vector<Label> read_labels(const Hierarchy& tree, std::string_view package) {
  std::vector<Label> out;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const Node& n = tree.nodes[i];
    if (n.package != package || n.bounds.empty() || !n.visible) continue;
    const std::string& shown = !n.text.empty() ? n.text : !n.description.empty() ? n.description : n.hint;
    std::string text = normalise(std::string_view(shown).substr(0, kMaxLabelBytes));
    if (!text.empty()) out.push_back({static_cast<int>(i), shown, std::move(text)});
  }
  return out;
}

std::vector<int> labels_inside(const Hierarchy& tree, const std::vector<Label>& labels) {
  std::vector<int> count(tree.nodes.size(), 0);
  for (const Label& l : labels) ++count[static_cast<std::size_t>(l.node)];
  for (std::size_t i = tree.nodes.size(); i-- > 0;) {  // children stand behind their parents
    if (tree.nodes[i].parent >= 0) count[static_cast<std::size_t>(tree.nodes[i].parent)] += count[i];
  }
  return count;
}

std::vector<Element> read_elements(const Hierarchy& tree, const std::vector<Label>& labels,
                                   const PhraseBook& phrases, bool permission_dialog) {
  return ElementReader(tree, labels, phrases, permission_dialog).run();
}

}  // namespace storesweep::android
