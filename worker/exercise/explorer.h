// Explores an app systematically: on each screen what was not tried there before, else the shortest known way
// to a screen where something is left, else back. Of the rows of a list that look alike only some are tried.
// Pure: a screen in, the next action out; it never asks for anything outside of the app (that is for who
// drives it: left() tells it that the last action led out).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "worker/exercise/screen_id.h"
#include "worker/exercise/step.h"

namespace storesweep::exercise {

class Explorer {
 public:
  Explorer(std::vector<std::string> never_tap, int alike) : never_tap_(std::move(never_tap)), alike_(alike) {}

  // Nothing: all that is known was tried.
  std::optional<Action> next(const observe::ScreenLook& look);
  // The last action led out of the app, or ended it; the next screen is where the app begins.
  void left();
  std::size_t screens() const { return places_.size(); }
  // Of another run of the same app: everything may be tried again.
  void forget_where() { last_.reset(); }

 private:
  struct Way {
    int tried = 0;
    std::optional<ScreenId> leads;
    bool outside = false;
  };
  struct Place {
    std::map<std::string, Way> ways;            // by a choice's key; "back" is one
    std::map<std::string, int> tried_of_shape;  // rows of a list
    std::set<std::string> open;                 // ways that were seen and not tried
    bool beginning = false;                     // the app starts here: back leads out
  };
  struct Last {
    ScreenId place = 0;
    std::string way;
  };

  std::optional<std::string> untried(Place& place, const std::vector<Choice>& here);
  std::optional<std::string> towards_open(ScreenId from, const std::vector<Choice>& here);
  Action go(ScreenId id, Place& place, const std::string& way, const std::vector<Choice>& here);

  const std::vector<std::string> never_tap_;
  const int alike_;
  std::map<ScreenId, Place> places_;
  std::optional<Last> last_;
  bool begins_ = true;
};

}  // namespace storesweep::exercise
