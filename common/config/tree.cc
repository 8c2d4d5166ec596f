#include "common/config/tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <sstream>

#include "common/config/config.h"

namespace storesweep {
namespace {
using Kind = ConfigValue::Kind;
// A small file can unfold into a huge one by its aliases.
constexpr std::size_t kMaxValues = 1'000'000;

ConfigPlace place_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<std::uint32_t>(mark.line) + 1, static_cast<std::uint32_t>(mark.column) + 1};
}

class Builder final : public YAML::EventHandler {
 public:
  ParsedTree take() { return std::move(out_); }
  // Where it was nested too deeply, or grew too large: nothing is kept from there on.
  const std::optional<ConfigPlace>& beyond() const { return beyond_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(Kind::kNull, mark, anchor); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& text) override {
    add(Kind::kText, mark, anchor, text);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(Kind::kList, mark, anchor);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(Kind::kMap, mark, anchor);
  }
  void OnMapEnd() override { end(); }

  // What the anchor stands for, once more.
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (beyond_) return;
    const std::uint32_t from = anchors_.at(anchor), to = out_.values[from].end;
    if (to == 0) beyond_ = place_of(mark);  // it stands within itself
    const std::uint32_t moved = next() - from;
    for (std::uint32_t i = from; i < to && room_for_one(out_.values[i].place); ++i) {
      out_.values.push_back(out_.values[i]);
      out_.values.back().end += moved;
    }
  }

 private:
  std::uint32_t next() const { return static_cast<std::uint32_t>(out_.values.size()); }
  bool room_for_one(ConfigPlace place) {
    if (!beyond_ && (open_.size() > kMaxConfigDepth || out_.values.size() >= kMaxValues)) beyond_ = place;
    return !beyond_;
  }
  bool add(Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& text = "") {
    if (!room_for_one(place_of(mark))) return false;
    if (anchor != YAML::NullAnchor) anchors_[anchor] = next();
    const auto at = static_cast<std::uint32_t>(out_.text.size());
    out_.values.push_back({next() + 1, at, static_cast<std::uint32_t>(text.size()), place_of(mark), kind});
    out_.text += text;
    return true;
  }
  void begin(Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (!add(kind, mark, anchor)) return;
    open_.push_back(next() - 1);
    out_.values.back().end = 0;
  }
  void end() {
    if (beyond_) return;
    out_.values[open_.back()].end = next();
    open_.pop_back();
  }

  ParsedTree out_;
  std::vector<std::uint32_t> open_;  // lists and maps
  std::map<YAML::anchor_t, std::uint32_t> anchors_;
  std::optional<ConfigPlace> beyond_;
};

std::string at(const std::string& name, ConfigPlace place) {
  return name + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}
}  // namespace

std::optional<ConfigNode> ConfigNode::find(std::string_view key) const {
  const ConfigNode end = next();
  for (ConfigNode k(*tree_, index_ + 1); k.index_ < end.index_; k = k.next().next()) {
    if (k.is(Kind::kText) && k.text() == key) return k.next();
  }
  return std::nullopt;
}

std::vector<ConfigNode> ConfigNode::below() const {
  std::vector<ConfigNode> all;
  const ConfigNode end = next();
  for (ConfigNode n(*tree_, index_ + 1); n.index_ < end.index_; n = n.next()) all.push_back(n);
  return all;
}

Result<ParsedTree> parse_tree(const std::string& name, const std::string& yaml) {
  Builder builder;
  try {
    std::istringstream in(yaml);
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(builder)) builder.OnNull(YAML::Mark::null_mark(), YAML::NullAnchor);
  } catch (const YAML::Exception& e) {
    return invalid(at(name, place_of(e.mark)) + ": not YAML: " + e.msg);
  }
  if (!builder.beyond()) return builder.take();
  return invalid(at(name, *builder.beyond()) + ": nested deeper than " + std::to_string(kMaxConfigDepth) +
                 " levels, or more than a million values");
}

}  // namespace storesweep
