#include "common/android/blind.h"

#include <algorithm>

#include "common/android/dump.h"
#include "common/base/text.h"

namespace storesweep::android {
namespace {

constexpr std::size_t kMaxWordsBeside = 4;  // a title, a way back: the rest is drawn
constexpr std::size_t kMaxTapBytes = 60;    // a longer label is a text, no button

const Node& at(const Hierarchy& tree, int index) { return tree.nodes[static_cast<std::size_t>(index)]; }

// The largest node of the package; of several the innermost, where a web page or game lies in its frames.
int largest(const Hierarchy& tree, std::string_view package) {
  int best = -1;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const Node& n = tree.nodes[i];
    if (n.package != package || n.bounds.empty() || !n.visible) continue;
    if (best < 0 || n.bounds.area() >= at(tree, best).bounds.area()) best = static_cast<int>(i);
  }
  return best;
}

// Of the system, though the window counts it as its own.
bool in_bar(const Hierarchy& tree, int x, int y) {
  return std::any_of(tree.nodes.begin(), tree.nodes.end(), [&](const Node& n) {
    const bool bar = ends_with(n.resource_id, "id/statusBarBackground") ||
                     ends_with(n.resource_id, "id/navigationBarBackground");
    return bar && n.bounds.holds(x, y);
  });
}

Node label_node(const PictureLabel& label, std::string_view package, int parent, int depth) {
  Node n;
  n.text = label.text;
  n.class_name = kPictureClass;
  n.package = package;
  n.bounds = label.bounds;
  n.clickable = label.lines == 1 && label.text.size() <= kMaxTapBytes;
  n.parent = parent;
  n.depth = depth;
  return n;
}

}  // namespace

bool is_surface(const Node& n) {
  for (std::string_view name :
       {"WebView", "SurfaceView", "TextureView", "FlutterView", "UnityPlayer", "GLSurface"}) {
    if (contains(n.class_name, name)) return true;
  }
  return false;
}

bool from_picture(const Node& n) { return n.class_name == kPictureClass; }

// A WebView is described by its page's title, also while the page's own nodes have no place on the screen
// ([0,0][0,0]).
std::optional<BlindSpot> blind_spot(const Hierarchy& tree, std::string_view package,
                                    const std::vector<Label>& labels) {
  if (labels.empty()) {
    const int node = largest(tree, package);
    return BlindSpot{node, node < 0 ? Bounds{} : at(tree, node).bounds, "not a word can be read"};
  }
  if (labels.size() > kMaxWordsBeside) return std::nullopt;
  std::vector<Label> words;
  for (const Label& l : labels) {
    if (!is_surface(at(tree, l.node))) words.push_back(l);
  }
  Bounds window;
  for (const Node& n : tree.nodes) {
    if (n.package == package && n.bounds.area() > window.area()) window = n.bounds;
  }
  const std::vector<int> inside = labels_inside(tree, words);
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const Node& n = tree.nodes[i];
    if (!is_surface(n) || n.bounds.area() * 2 < window.area() || inside[i] != 0) continue;
    return BlindSpot{static_cast<int>(i), n.bounds, "a " + n.class_name + " without words"};
  }
  return std::nullopt;
}

Hierarchy with_labels(Hierarchy tree, const BlindSpot& spot, const std::vector<PictureLabel>& labels) {
  if (spot.node < 0 || static_cast<std::size_t>(spot.node) >= tree.nodes.size()) return tree;
  const Node owner = at(tree, spot.node);
  const std::vector<Label> words = read_labels(tree, owner.package);
  std::vector<Node> read;
  for (const PictureLabel& l : labels) {
    const int x = l.bounds.center_x(), y = l.bounds.center_y();
    const bool told = std::any_of(words.begin(), words.end(), [&](const Label& w) {
      return w.node != spot.node && !is_surface(at(tree, w.node)) && at(tree, w.node).bounds.holds(x, y);
    });
    if (!spot.bounds.holds(x, y) || told || in_bar(tree, x, y)) continue;
    if (tree.nodes.size() + read.size() >= kMaxNodes) break;
    read.push_back(label_node(l, owner.package, spot.node, owner.depth + 1));
  }
  // Behind all that lies below the spot; whatever stands further on moves.
  std::size_t end = static_cast<std::size_t>(spot.node) + 1;
  while (end < tree.nodes.size() && tree.nodes[end].depth > owner.depth) ++end;
  const int moved = static_cast<int>(read.size());
  for (std::size_t i = end; i < tree.nodes.size(); ++i) {
    if (tree.nodes[i].parent >= static_cast<int>(end)) tree.nodes[i].parent += moved;
  }
  tree.nodes.insert(tree.nodes.begin() + static_cast<std::ptrdiff_t>(end),
                    std::make_move_iterator(read.begin()), std::make_move_iterator(read.end()));
  return tree;
}

Hierarchy tree_of(std::string_view package, const std::vector<PictureLabel>& labels) {
  Hierarchy tree;
  Node window;
  window.package = package;
  window.class_name = kPictureClass;
  for (const PictureLabel& l : labels) {
    window.bounds.right = std::max(window.bounds.right, l.bounds.right);
    window.bounds.bottom = std::max(window.bounds.bottom, l.bounds.bottom);
  }
  tree.nodes.push_back(std::move(window));
  for (const PictureLabel& l : labels) {
    if (tree.nodes.size() >= kMaxNodes) break;
    tree.nodes.push_back(label_node(l, package, 0, 1));
  }
  return tree;
}

}  // namespace storesweep::android
