#include "worker/exercise/login.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/evidence/names.h"
#include "worker/exercise/answers.h"

namespace storesweep::exercise {
namespace {

constexpr std::int64_t kSettleMs = 1'500;
constexpr int kPatience = 6;   // looks for one element, or for the page after the log-in
constexpr int kMaxLogins = 3;  // in one phase: one that clears the app's data meets the wall again

using android::Node;

bool named(const Node& node, const std::string& target) {
  const std::string behind = "/" + target;
  return node.text == target || node.hint == target || node.description == target ||
         node.resource_id == target || ends_with(node.resource_id, behind);
}
bool mentions(const Node& node, const std::string& target) {
  return node.text.find(target) != std::string::npos || node.hint.find(target) != std::string::npos ||
         node.description.find(target) != std::string::npos;
}
bool takes_text(const Node& node) {
  return node.password || node.class_name.find("EditText") != std::string::npos;
}

// The first wanted node that bears the name, else one that mentions it.
const Node* find(const observe::ScreenLook& look, const std::string& package, const std::string& target,
                 bool (*wanted)(const Node&)) {
  for (auto* fits : {named, mentions}) {
    for (const Node& node : look.tree.nodes) {
      const bool there = node.package == package && node.visible && !node.bounds.empty();
      if (there && wanted(node) && fits(node, target)) return &node;
    }
  }
  return nullptr;
}
bool anything(const Node&) { return true; }
bool takes_taps(const Node& node) { return node.clickable; }
bool has_box(const Node& node) { return node.checkable; }

class Login final : public PhaseMachine {
 public:
  Login(const LoginSteps& steps, std::string package) : steps_(steps), package_(std::move(package)) {}

  std::optional<Action> on(const Event& event, std::int64_t) override {
    if (told_) return std::nullopt;
    if (!is_look(event)) return after_action();
    const auto* look = readable(event);
    if (!look) return again("the screen could not be read");
    return step_ < steps_.steps.size() ? carry_out(*look) : arrived(*look);
  }

 private:
  // What was done is given time, then the screen is looked at.
  std::optional<Action> after_action() {
    if (rested_) return rested_ = false, LookAt{};
    rested_ = true;
    return Rest{kSettleMs};
  }

  std::optional<Action> carry_out(const observe::ScreenLook& look) {
    const LoginStep& step = steps_.steps[step_];
    if (step.kind == LoginStep::Kind::kWait) return next(Rest{step.ms});
    if (step.kind == LoginStep::Kind::kTick) return tick(look, step);
    const bool types = step.kind == LoginStep::Kind::kType;
    // The page's title may bear the name of its button.
    const Node* node = find(look, package_, step.target, types ? takes_text : takes_taps);
    if (!node || (!types && !named(*node, step.target))) {
      const Node* other = find(look, package_, step.target, anything);
      if (!node || (other && named(*other, step.target))) node = other;
    }
    if (!node) return again("nothing on the screen is called `" + step.target + "`");
    if (step.kind == LoginStep::Kind::kTap) return next(TapOn{record_name::kTap, step.target, node->bounds});
    const bool filled = !node->text.empty() && node->text != step.target && node->text != node->hint;
    return next(TypeInto{step.target, node->bounds, step.text, filled ? node->text.size() : 0});
  }

  // A box that stands ticked is left alone; a label without one is tapped as it is.
  std::optional<Action> tick(const observe::ScreenLook& look, const LoginStep& step) {
    if (const Node* box = find(look, package_, step.target, has_box)) {
      if (!box->checked) return next(TapOn{record_name::kTap, step.target, box->bounds});
      ++step_;
      return step_ < steps_.steps.size() ? carry_out(look) : arrived(look);
    }
    for (const android::Element& e : look.screen.elements) {
      const bool meant = e.role == android::Role::kCheckBox && e.label.find(step.target) != std::string::npos;
      if (meant && e.checked != android::Mark::kYes)
        return next(TapOn{record_name::kTap, step.target, e.bounds});
    }
    return again("no box on the screen is called `" + step.target + "`");
  }

  std::optional<Action> arrived(const observe::ScreenLook& look) {
    const bool shown =
        steps_.done_when.empty() || look.screen.text.find(steps_.done_when) != std::string::npos;
    if (shown && look.screen.kind != android::ScreenKind::kLogin) return tell(true, "logged in");
    return again(steps_.done_when.empty() ? "the log-in page is still there"
                                          : "the screen does not show `" + steps_.done_when + "`");
  }

  std::optional<Action> next(Action action) {
    ++step_;
    tries_ = 0;
    rested_ = std::holds_alternative<Rest>(action);  // a wait needs no second one
    return action;
  }
  std::optional<Action> again(const std::string& why) {
    if (++tries_ < kPatience) return rested_ = true, Rest{kSettleMs};
    const bool over = step_ >= steps_.steps.size();
    return tell(false, (over ? "after the last step: " : "step " + std::to_string(step_ + 1) + ": ") + why);
  }
  std::optional<Action> tell(bool ok, std::string text) {
    told_ = true;
    return TellLogin{ok, std::move(text)};
  }

  const LoginSteps& steps_;
  const std::string package_;
  std::size_t step_ = 0;
  int tries_ = 0;
  bool rested_ = true, told_ = false;
};

class WithLogin final : public PhaseMachine {
 public:
  WithLogin(std::unique_ptr<PhaseMachine> phase, const LoginSteps& steps, std::string package)
      : phase_(std::move(phase)), steps_(steps), package_(std::move(package)) {}

  std::optional<Action> on(const Event& event, std::int64_t now) override {
    if (login_) {
      if (auto next = login_->on(event, now)) return next;
      login_.reset();
      return LookAt{};  // what stands there now is the phase's business
    }
    const auto* look = readable(event);
    const bool wall =
        look && look->screen.kind == android::ScreenKind::kLogin && is_of(look->screen, package_);
    if (!wall || logins_ >= kMaxLogins) return phase_->on(event, now);
    ++logins_;
    login_ = make_login(steps_, package_);
    return login_->on(event, now);
  }

 private:
  std::unique_ptr<PhaseMachine> phase_, login_;
  const LoginSteps& steps_;
  const std::string package_;
  int logins_ = 0;
};

}  // namespace

std::vector<std::string> LoginSteps::secrets() const {
  std::vector<std::string> out;
  for (const LoginStep& step : steps) {
    if (step.kind == LoginStep::Kind::kType) out.push_back(step.text);
  }
  return out;
}

std::unique_ptr<PhaseMachine> make_login(const LoginSteps& steps, const std::string& package) {
  return std::make_unique<Login>(steps, package);
}

std::unique_ptr<PhaseMachine> with_login(std::unique_ptr<PhaseMachine> phase, const LoginSteps* steps,
                                         const std::string& package) {
  if (!steps || steps->steps.empty()) return phase;
  return std::make_unique<WithLogin>(std::move(phase), *steps, package);
}

}  // namespace storesweep::exercise
