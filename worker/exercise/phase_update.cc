// P11: an older version of the app is installed afresh and denied what it asks for, then the version under
// test is put over it and launched once, untouched. What became of the refusals stands in the dumps that are
// taken before the update, after it, and (at the edge of the phase) after that launch.
#include "common/evidence/names.h"
#include "worker/exercise/answers.h"
#include "worker/exercise/phases.h"
#include "worker/exercise/watch.h"

namespace storesweep::exercise {
namespace {

constexpr std::int64_t kFirstLookMs = 2'000;
constexpr int kMaxAnswers = 6;

class UpdateInstall final : public PhaseMachine {
 public:
  explicit UpdateInstall(const PhaseOrder& o) : o_(o), denials_(make_update_denials(o)) {}

  std::optional<Action> on(const Event& event, std::int64_t now) override {
    // A version that the device does not take leaves nothing to compare.
    const auto* done = std::get_if<Done>(&event);
    if (installing_ && done && !done->ok) return std::nullopt;
    installing_ = false;
    switch (at_) {
      case At::kBegin:
        at_ = At::kOlder;
        return install(true);
      case At::kOlder:
        if (auto next = denials_->on(older_began_ ? event : Event(Begun{}), now)) {
          older_began_ = true;
          denied_ = denied_ || denies(*next);
          return next;
        }
        at_ = denied_ ? At::kDenied : At::kUntouched;  // nothing was refused: an update can undo nothing
        return ReadPermissions{};
      case At::kDenied:
        at_ = At::kUpdated;
        return install(false);
      case At::kUpdated:
        at_ = At::kLaunch;
        return ReadPermissions{};
      case At::kLaunch:
        at_ = At::kUntouched;
        watch_.start(o_.profile->relaunch_watch_ms, o_.profile->look_every_ms, kFirstLookMs);
        return LaunchApp{};
      case At::kUntouched:
        break;
    }
    return untouched(event, now);
  }

 private:
  enum class At { kBegin, kOlder, kDenied, kUpdated, kLaunch, kUntouched };

  Action install(bool older) {
    installing_ = true;
    return InstallVersion{older};
  }

  static bool denies(const Action& action) {
    const auto* tap = std::get_if<TapOn>(&action);
    return tap && tap->record == record_name::kPermissionDeny;
  }

  // A dialog of the app's is left standing: whatever changes then, no answer of ours has changed.
  std::optional<Action> untouched(const Event& event, std::int64_t now) {
    if (!watch_.started()) return std::nullopt;
    const auto* look = readable(event);
    if (look && look->screen.kind == android::ScreenKind::kKeyguard && answers_++ < kMaxAnswers)
      return Unlock{};
    const bool reviews = look && look->screen.kind == android::ScreenKind::kPermissionReview;
    auto answer = look && !reviews ? answer_system(*look) : std::nullopt;
    if (answer && answers_++ < kMaxAnswers) return answer;
    return watch_.next(now);
  }

  const PhaseOrder o_;
  const std::unique_ptr<PhaseMachine> denials_;
  Watch watch_;
  At at_ = At::kBegin;
  bool installing_ = false, older_began_ = false, denied_ = false;
  int answers_ = 0;
};

}  // namespace

std::unique_ptr<PhaseMachine> make_update(const PhaseOrder& o) { return std::make_unique<UpdateInstall>(o); }

}  // namespace storesweep::exercise
