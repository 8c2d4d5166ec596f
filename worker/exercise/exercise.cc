#include "worker/exercise/exercise.h"

#include <algorithm>

#include "common/android/package.h"
#include "worker/adb/install.h"
#include "worker/exercise/driver.h"
#include "worker/exercise/plan.h"
#include "worker/observe/package_state.h"

namespace storesweep::exercise {

std::set<Phase> phases_of(const std::vector<std::string>& only_rules, const RulePack& pack,
                          const Profile& profile) {
  if (only_rules.empty()) return profile.phases;
  std::set<Phase> out;
  for (const std::string& rule : only_rules) {
    const RuleItem* item = pack.item(rule);
    if (item) out.insert(item->phases.begin(), item->phases.end());
  }
  // Refusing stands on the first launch, what comes after on the agreement; P10 to P12 start anew by
  // themselves.
  if (out.contains(Phase::kP3)) out.insert(Phase::kP2);
  if (out.contains(Phase::kP2)) out.insert(Phase::kP1);
  for (Phase p : {Phase::kP5, Phase::kP6, Phase::kP7, Phase::kP8, Phase::kP9}) {
    if (out.contains(p)) out.insert(Phase::kP4);
  }
  out.erase(Phase::kP0);
  return out;
}

namespace {

constexpr std::int64_t kSettleLogsMs = 60'000;
constexpr int kFirstApiThatAsks = 23;

Status check(const ExerciseOrder& order) {
  if (!adb::valid_package_name(order.package))
    return invalid("exercise: '" + order.package + "' is no package name");
  for (const std::string* name :
       {&order.versions.current.launch_activity, &order.versions.older.launch_activity}) {
    if (std::any_of(name->begin(), name->end(), [](unsigned char c) { return c <= ' '; }))
      return invalid("exercise: the launch activity's name holds a blank");
  }
  return ok_status();
}

// Whether a permission dialog can come at all: the platform asks at run time, and the app wants something
// that it asks for. What the dump does not tell is taken for yes.
bool may_ask(const std::string& dump, const ExerciseOrder& order, int api) {
  if (api < kFirstApiThatAsks) return false;
  const auto parsed = android::parse_packages(dump);
  const android::PackageState* state = android::find_package(parsed, order.package);
  if (!state || !parsed.trusted() || state->requested.size() < order.permissions.size()) return true;
  return std::any_of(state->permissions.begin(), state->permissions.end(),
                     [](const android::PermissionState& p) { return p.user >= 0; });
}

class Run {
 public:
  Run(const observe::Scene& scene, const ExerciseOrder& order, const RulePack& pack, const Profile& profile)
      : scene_(scene),
        order_(order),
        pack_(pack),
        profile_(profile),
        phrases_(pack.phrases),
        driver_(scene, phrases_, profile, order.versions) {}

  ExerciseEnd carry_out(const Deadline& deadline) {
    const adb::Counters before = scene_.device.counters();
    ExerciseEnd end;
    end.cause = phases(deadline);
    // What the logs still hold belongs to the run, however it ended; a device that is gone is not waited for.
    if (end.cause.kind() != ErrorKind::kCancelled)
      (void)driver_.end(Deadline::in_ms(kSettleLogsMs, deadline.cancel));
    end.complete = end.cause.ok() && over_;
    if (!end.complete) end.reason = end.cause.ok() ? no_activity() : reason(end.cause);
    if (!end.cause.ok() && phase_ != Phase::kP0) end.cause = end.cause.within(name(phase_));
    driver_.figures(end.figures);
    const adb::Counters after = scene_.device.counters();
    end.figures.commands = static_cast<std::int64_t>(after.commands - before.commands);
    end.figures.bytes_from_device = static_cast<std::int64_t>(after.bytes_in - before.bytes_in);
    end.figures.bytes_to_device = static_cast<std::int64_t>(after.bytes_out - before.bytes_out);
    end.disturbed = driver_.broken() > 0;
    end.figures.events_lost = static_cast<std::int64_t>(scene_.recorder.lost_count());
    return end;
  }

 private:
  Status phases(const Deadline& deadline) {
    TRY(driver_.begin(deadline));
    TRY_ASSIGN(std::string dump, observe::package_state(scene_, deadline.at_most_ms(kSettleLogsMs)));
    if (order_.versions.current.launch_activity.empty()) return ok_status();  // a fact about the app
    Plan plan(phases_of(order_.only_rules, pack_, profile_), phase_order(dump));
    Event event = Begun{};
    for (;;) {
      TRY(scene_.recorder.health());
      if (deadline.passed()) return timed_out("the run's time is over in " + std::string(name(plan.phase())));
      auto action = plan.on(event, scene_.recorder.reached().device_ms);
      phase_ = plan.phase();
      if (!action) break;
      TRY_ASSIGN(event, driver_.carry_out(*action, deadline));
    }
    over_ = true;
    return ok_status();
  }

  PhaseOrder phase_order(const std::string& dump) const {
    PhaseOrder out;
    out.package = order_.package;
    out.profile = &profile_;
    out.consent_watch_ms = pack_.threshold("p1_watch_ms");
    out.refusal_watch_ms = pack_.threshold("refusal_watch_ms");
    out.least_explore_ms = pack_.threshold("least_explore_ms");
    out.switch_watch_ms = pack_.threshold("switch_watch_ms");
    out.phrases = &phrases_;
    out.login = &order_.login;
    out.older_version = !order_.versions.older.files.empty();
    out.may_ask = may_ask(dump, order_, scene_.device.facts().api);
    return out;
  }

  static std::string no_activity() {
    return std::string(name(Reason::kProfile)) + ": the app has no activity that a launcher could start";
  }
  // The seal's words: the reason code, then what happened.
  std::string reason(const Status& cause) const {
    const Reason code = cause.kind() == ErrorKind::kTimeout || cause.kind() == ErrorKind::kCancelled
                            ? Reason::kTimeout
                            : Reason::kHookDead;
    return std::string(name(code)) + " in " + std::string(name(phase_)) + ": " + cause.text();
  }

  observe::Scene scene_;
  const ExerciseOrder& order_;
  const RulePack& pack_;
  const Profile& profile_;
  const android::PhraseBook phrases_;
  Driver driver_;
  Phase phase_ = Phase::kP0;
  bool over_ = false;
};

}  // namespace

Result<ExerciseEnd> exercise(device::Device& device, observe::Recorder& recorder, const ExerciseOrder& order,
                             const RulePack& pack, const Profile& profile, const Clock& clock,
                             const Deadline& deadline, observe::PictureReader* pictures) {
  TRY(check(order));
  recorder.mask(order.login.secrets());
  return Run({device, recorder, clock, order.package, pictures}, order, pack, profile).carry_out(deadline);
}

}  // namespace storesweep::exercise
