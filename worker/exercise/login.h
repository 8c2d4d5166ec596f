// Logging in to an app by steps that its own company gives (`storesweep check --login`): carried out where a
// log-in wall stands before a phase that explores. Plain values and a pure machine. What is typed is secret:
// whoever records masks LoginSteps::secrets() in everything (worker/observe/masking.h).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "worker/exercise/step.h"

namespace storesweep::exercise {

inline constexpr std::size_t kMaxLoginSteps = 50;
inline constexpr std::size_t kLeastSecretBytes = 4;  // a shorter one could not be masked without masking all
inline constexpr std::size_t kMaxSecretBytes = 200;

struct LoginStep {
  enum class Kind { kTap, kTick, kType, kWait };
  Kind kind = Kind::kTap;
  std::string target;   // an element's text, hint, description or resource id
  std::string text;     // kType: what is typed
  std::int64_t ms = 0;  // kWait
};
struct LoginSteps {
  std::vector<LoginStep> steps;  // empty: none were given
  std::string done_when;         // a text of the screen that shows it; empty: the log-in page has gone
  std::vector<std::string> secrets() const;
};

// Carries out the steps once and tells (TellLogin) how that ended.
std::unique_ptr<PhaseMachine> make_login(const LoginSteps& steps, const std::string& package);
// The phase, with the steps carried out wherever a log-in page of the app stands before it, a few times at
// most. Without steps it is the phase itself. The steps outlive it.
std::unique_ptr<PhaseMachine> with_login(std::unique_ptr<PhaseMachine> phase, const LoginSteps* steps,
                                         const std::string& package);

}  // namespace storesweep::exercise
