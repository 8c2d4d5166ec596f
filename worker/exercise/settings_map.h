// The way through an app's settings: what was found on which page, what is still to be opened, and how one
// came there. Goes where the words lead (the privacy page before the help page), Back along its own trail,
// and anew from the main screen where Back does not help. A page is known by its entries: what changes on it
// (a feed, a name) does not make it another. Pure: entries in, the next move out. Not for concurrent use.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/android/settings.h"

namespace storesweep::exercise {

// A tap on an entry, or a scroll.
struct SettingsStep {
  android::SettingsEntry::Kind kind = android::SettingsEntry::Kind::kPush;
  std::string label;
  bool scroll = false;
};
using SettingsPath = std::vector<SettingsStep>;

struct SettingsPage {
  std::vector<android::SettingsEntry> entries;
  std::optional<android::Bounds> list;  // what scrolls
};

struct SettingsMove {
  enum class Kind {
    kTap,
    kScroll,
    kBack,
    kAnew,     // the app is to be started anew; then again()
    kWait,     // the page has not come yet
    kArrived,  // of go_to()
    kLost,     // of go_to(): the way is not there any more
    kDone      // nothing is left to be opened
  };
  Kind kind = Kind::kDone;
  std::string label;
  android::Bounds bounds;
};

class SettingsMap {
 public:
  explicit SettingsMap(std::vector<std::string> never_tap) : never_tap_(std::move(never_tap)) {}

  // Where one stands now, after whatever was done.
  void arrive(const SettingsPage& page);
  // From there, of which arrive() was told.
  SettingsMove next(const SettingsPage& page);
  // The app stands at its main screen again; what was being gone to is gone to from there.
  void again();
  // From the main screen along this path, by next(), until it says kArrived or kLost.
  void go_to(SettingsPath path);
  // How one came to where one stands.
  const SettingsPath& path() const { return trail_.back().path; }
  bool at_main() const { return path().empty(); }

 private:
  struct Place {
    SettingsPath path;
    std::vector<SettingsStep> open;  // the most promising last
  };
  struct Stop {
    std::string page;
    SettingsPath path;
    bool by_itself = false;  // a notice, say: nobody tapped for it
  };
  Place made(const SettingsPage& page) const;
  Stop found(const std::string& page, const SettingsPath& otherwise) const;
  bool forbidden(const std::string& label) const;
  bool open_behind() const;
  bool astray() const;
  SettingsMove back();
  SettingsMove follow(const SettingsPage& page);
  SettingsMove go(const SettingsPage& page, const SettingsStep& step);

  const std::vector<std::string> never_tap_;
  std::map<std::string, Place> places_;
  std::set<std::string> tabs_;  // gone to once: they stand on every page
  std::vector<Stop> trail_;     // from the main screen to where one stands
  std::optional<SettingsStep> last_;
  bool went_back_ = false;
  int backs_in_vain_ = 0, waits_ = 0, launches_ = 0;
  std::optional<SettingsPath> goal_;
  std::size_t goal_step_ = 0;
  std::string goal_place_;  // where next() itself wants to go; empty: go_to() was asked for it
};

}  // namespace storesweep::exercise
