#include "worker/apk/flow_labels.h"

#include <algorithm>

namespace storesweep::apk {

void FlowLabels::add(std::int64_t to, std::size_t end) {
  if (to >= 0 && static_cast<std::uint64_t>(to) < end) labels_.push_back({static_cast<std::uint32_t>(to)});
}

void FlowLabels::add_unknown(std::int64_t to, std::size_t end) {
  if (to >= 0 && static_cast<std::uint64_t>(to) < end) unknown_.push_back(static_cast<std::uint32_t>(to));
}

void FlowLabels::seal() {
  std::ranges::sort(labels_, {}, &Label::at);
  labels_.erase(std::unique(labels_.begin(), labels_.end(),
                            [](const Label& a, const Label& b) { return a.at == b.at; }),
                labels_.end());
  std::ranges::sort(unknown_);
}

// From here on nothing is known at any label.
void FlowLabels::forget() {
  forgotten_ = true;
  for (const Label& l : labels_) unknown_.push_back(l.at);
  std::ranges::sort(unknown_);
  labels_.clear();
}

FlowLabels::Label* FlowLabels::find(std::uint64_t at) {
  const auto label = std::ranges::lower_bound(labels_, at, {}, &Label::at);
  return label != labels_.end() && label->at == at ? &*label : nullptr;
}

void FlowLabels::enter(std::size_t at, FlowState& now, bool& alive, const FlowState& nothing) {
  if (std::ranges::binary_search(unknown_, at)) {
    now = nothing;
    alive = true;
    return;
  }
  Label* label = find(at);
  if (label == nullptr) return;
  if (alive) leave(static_cast<std::int64_t>(at), now);
  if (!label->reached) return;
  now = label->state;
  alive = true;
}

void FlowLabels::leave(std::int64_t to, const FlowState& now) {
  Label* label = to < 0 ? nullptr : find(static_cast<std::uint64_t>(to));
  if (label == nullptr) return;
  if (!label->reached) {
    label->reached = changed_ = true;
    label->state = now;
    return;
  }
  // A stack of another height is not what a verified method has: then only what both have counts.
  if (now.size() < label->state.size()) {
    label->state.resize(now.size());
    changed_ = true;
  }
  for (std::size_t i = 0; i < label->state.size(); ++i) {
    FlowValue& known = label->state[i];
    if (known.kind == FlowValue::Kind::kUnknown || known == now[i]) continue;
    known = {};
    changed_ = true;
  }
}

}  // namespace storesweep::apk
