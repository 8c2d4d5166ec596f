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
  // What was done meanwhile is not the explorer's doing: the next screen may be any.
  void forget_where() {
    last_.reset();
    trail_.clear();
    went_back_ = false;
  }

 private:
  struct Way {
    int tried = 0;
    std::optional<ScreenId> leads;
    bool outside = false;
  };
  struct Place {
    std::map<std::string, Way> ways;            // by a choice's key, and back
    std::map<std::string, int> tried_of_shape;  // rows of a list
    std::set<std::string> open;                 // ways that were seen and not tried
  };
  struct Last {
    ScreenId place = 0;
    std::string way;
  };

  std::optional<std::string> untried(Place& place, const std::vector<Choice>& here);
  std::optional<std::string> towards_open(const std::vector<Choice>& here);
  void arrive(ScreenId id);
  Action go(ScreenId id, Place& place, const std::string& way, const std::vector<Choice>& here);

  const std::vector<std::string> never_tap_;
  const int alike_;
  std::map<ScreenId, Place> places_;
  std::optional<Last> last_;
  std::vector<ScreenId> trail_;  // how we came here: what Back undoes
  bool went_back_ = false;
  int idle_steps_ = 0;
};

}  // namespace storesweep::exercise
