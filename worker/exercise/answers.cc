#include "worker/exercise/answers.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/evidence/names.h"

namespace storesweep::exercise {
namespace {

using android::Role;
using android::ScreenKind;

std::string_view id_of(const android::Node& n) {
  return std::string_view(n.resource_id).substr(n.resource_id.rfind('/') + 1);
}

// The first tappable node with one of these ids, in the order of the ids.
const android::Node* by_id(const observe::ScreenLook& look, std::initializer_list<std::string_view> ids) {
  for (std::string_view id : ids) {
    for (const android::Node& n : look.tree.nodes) {
      if (id_of(n) == id && n.clickable && n.package == look.screen.package && !n.bounds.empty()) return &n;
    }
  }
  return nullptr;
}

TapOn tap_node(const android::Node& n, std::string_view record) {
  return {record, n.text.empty() ? n.description : n.text, n.bounds};
}

bool is_way(const android::Node& n, std::string_view package) {
  return n.clickable && n.enabled && n.package == package && !n.bounds.empty();
}

}  // namespace

std::optional<Action> tap_role(const android::Screen& screen, Role role, std::string_view record) {
  const android::Element* e = screen.find(role);
  if (!e || e->bounds.empty()) return std::nullopt;
  return TapOn{record, e->label, e->bounds};
}

std::string permission_group(const android::Screen& screen) {
  return screen.permission_groups.empty() ? "unknown" : screen.permission_groups.front();
}

std::optional<Action> answer_permission(const android::Screen& screen, bool allow) {
  if (screen.kind != ScreenKind::kPermission) return std::nullopt;
  static constexpr Role kAllowing[] = {Role::kAllowForeground, Role::kAllow, Role::kAllowAlways,
                                       Role::kAllowOnce};
  static constexpr Role kDenying[] = {Role::kDeny, Role::kDenyForever};
  const std::span<const Role> roles =
      allow ? std::span<const Role>(kAllowing) : std::span<const Role>(kDenying);
  const std::string_view record = allow ? record_name::kPermissionAllow : record_name::kPermissionDeny;
  for (Role role : roles) {
    const android::Element* e = screen.find(role);
    if (e && !e->bounds.empty()) return TapOn{record, permission_group(screen), e->bounds};
  }
  return GoBack{};  // a dialog whose buttons nobody knows
}

std::optional<Action> answer_system(const observe::ScreenLook& look) {
  switch (look.screen.kind) {
    case ScreenKind::kPermissionReview:
      if (const auto* n = by_id(look, {"continue_button"})) return tap_node(*n, record_name::kSystemAnswer);
      return GoBack{};
    case ScreenKind::kCrash:
    case ScreenKind::kNotResponding:
      if (const auto* n = by_id(look, {"aerr_close", "aerr_wait", "aerr_restart", "button1"}))
        return tap_node(*n, record_name::kSystemAnswer);
      if (auto close = tap_role(look.screen, Role::kCloseApp, record_name::kSystemAnswer)) return close;
      return GoBack{};
    case ScreenKind::kSystemDialog:
      if (const auto* n = by_id(look, {"button1", "ok", "button2"}))
        return tap_node(*n, record_name::kSystemAnswer);
      return GoBack{};
    default:
      return std::nullopt;
  }
}

std::optional<Action> agree(const android::Screen& screen) {
  for (const android::Element& e : screen.elements) {
    // A box whose state is a picture is left alone: a tap might untick it.
    if (e.role == Role::kCheckBox && e.checked == android::Mark::kNo && !e.bounds.empty())
      return TapOn{record_name::kTap, e.label, e.bounds};
  }
  if (auto strong = tap_role(screen, Role::kAgree, record_name::kAgree)) return strong;
  return tap_role(screen, Role::kWeakAgree, record_name::kAgree);
}

std::optional<Action> pass_by(const android::Screen& screen) {
  if (screen.kind != ScreenKind::kAdvert) return std::nullopt;
  if (auto skip = tap_role(screen, Role::kSkip, record_name::kTap)) return skip;
  return tap_role(screen, Role::kClose, record_name::kTap);
}

bool is_consent(const android::Screen& screen) {
  return screen.kind == ScreenKind::kConsent || screen.kind == ScreenKind::kConsentAgain;
}

bool is_pressing(const android::Screen& screen) {
  return screen.kind == ScreenKind::kBegging || screen.kind == ScreenKind::kRationale;
}

bool is_of(const android::Screen& screen, std::string_view package) { return screen.package == package; }

int tappable(const observe::ScreenLook& look) {
  const auto& nodes = look.tree.nodes;
  return static_cast<int>(std::count_if(
      nodes.begin(), nodes.end(), [&](const android::Node& n) { return is_way(n, look.screen.package); }));
}

std::optional<Action> only_way(const observe::ScreenLook& look, std::string_view record) {
  if (look.from_picture || tappable(look) != 1) return std::nullopt;
  for (const android::Node& n : look.tree.nodes) {
    if (is_way(n, look.screen.package)) return tap_node(n, record);
  }
  return std::nullopt;
}

}  // namespace storesweep::exercise
