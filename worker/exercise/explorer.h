// Explores an app systematically: goes for what is worth its way, that is for what was never tried and lies
// near. What is known from elsewhere to bring nothing new (the same tab, the same "share") and the further
// rows of a list that look alike cost as much as a way, and come when nothing better is near. Pure: a screen
// in, the next action out; it never asks for anything outside of the app (that is for who drives it: left()
// tells it that the last action led out). Not for concurrent use; the words it is given are its own.
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

  // Nothing: all that is known was tried, or cannot be reached any more.
  std::optional<Action> next(const observe::ScreenLook& look);
  // The last action led out of the app, ended it, or led to a screen that nobody can read. The next screen is
  // most likely the one before.
  void left();
  std::size_t screens() const { return places_.size(); }
  // What was done meanwhile is not the explorer's doing: the next screen may be any.
  void forget_where() {
    last_.reset();
    undone_.reset();
    ended_at_.reset();
    trail_.clear();
  }

 private:
  // What came of trying the same thing, wherever it stood.
  struct Yield {
    int tries = 0, news = 0;
    // Tries for each new screen that are to be expected, beyond the first: 0 for what was never tried.
    double barren() const { return (tries + 1.0) / (news + 1.0) - 1; }
  };
  struct Way {
    int tried = 0;
    std::optional<ScreenId> leads;
    bool outside = false;
    bool undoes = false;   // as Back does
    bool onwards = false;  // though it leads to the screen before: it does not undo
    bool shown = false;    // when its screen was seen last
  };
  struct Place {
    std::map<std::string, Way> ways;                 // by a choice's key
    std::map<std::string, Choice> open;              // seen the last time, and not tried
    std::map<std::string, Yield, std::less<>> rows;  // by the shape of a list's rows
    int backs_in_vain = 0, backs_out = 0;
    std::optional<ScreenId> back_leads_out_to;  // and where the app began anew
  };
  struct Last {
    ScreenId place = 0;
    std::optional<Choice> choice;  // none: back
  };
  // A tap of which we think that it undid what led to its screen, and how long the trail was then.
  struct Undone {
    ScreenId place = 0;
    std::string key;
    std::size_t trail = 0;
  };
  struct Plan {
    std::optional<std::string> way;  // none: back
    double cost = 0;
  };
  // `on_trail`: how many places of the trail lie at or before it; 0: it is not on the trail.
  struct Step {
    std::optional<std::string> way;
    ScreenId to = 0;
    double steps = 0;
    std::size_t on_trail = 0;
  };
  struct Stop {
    ScreenId id = 0;
    std::size_t on_trail = 0;
    bool start = false;
    std::optional<std::string> first;  // out of where we stand
  };

  void arrive(ScreenId id, const std::vector<Choice>& here);
  void learn(ScreenId id);
  bool undid(ScreenId id);
  bool not_undone_after_all(ScreenId id);
  bool was_tab(ScreenId id, const std::vector<Choice>& here) const;
  void follow(ScreenId id, const std::vector<Choice>& here);
  void see(Place& place, const std::vector<Choice>& here) const;
  bool worth_a_try(const Place& place, const Choice& c) const;
  double cost(const Place& place, const Choice& c) const;
  std::optional<Plan> cheapest(const Place& place, const std::vector<Choice>& here) const;
  std::optional<Plan> cheapest_way(const std::vector<Choice>& here) const;
  std::vector<Step> steps_from(const Place& place, std::size_t on_trail) const;
  std::optional<Action> restless(ScreenId id, const std::vector<Choice>& here);
  bool anything_open() const;
  Action go(ScreenId id, const Choice& c);
  Action back(ScreenId id);

  const std::vector<std::string> never_tap_;
  const int alike_;
  std::map<ScreenId, Place> places_;
  std::map<std::string, Yield> known_;  // by a choice's key, outside of lists
  std::optional<Last> last_;
  std::optional<Undone> undone_;
  std::optional<ScreenId> ended_at_;  // Back led out of the app from there, and it has not begun anew yet
  std::vector<ScreenId> trail_;       // how we came here: what Back undoes
  int idle_steps_ = 0;
};

}  // namespace storesweep::exercise
