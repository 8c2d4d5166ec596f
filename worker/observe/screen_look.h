// One look at the screen: `uiautomator dump`, recorded raw and read. The tool fails on screens that never
// rest and lies about files it did not write, so its words and the file are both looked at, and an old file
// is removed first. What cannot be read leaves a failed record (NOT_IDLE for a screen without rest), what the
// tool said, the focus and a screenshot: never "no dialog". One thread.
#pragma once

#include "common/android/screen.h"
#include "worker/observe/observer.h"

namespace storesweep::observe {

struct ScreenLook {
  bool readable = false;
  Reason why = Reason::kHookDead;  // where it is not
  android::Hierarchy tree;
  android::Screen screen;
  Stamp at;
};

// What one command printed, taken apart. Sees only the text.
struct DumpAnswer {
  std::string_view said;  // by the tool
  std::optional<std::int64_t> from_ms,
      up_ms;             // the uptime before and after; one alone is taken for the latter
  std::string_view xml;  // empty: no file
};
DumpAnswer take_apart(std::string_view out);

class ScreenWatcher {
 public:
  ScreenWatcher(const Scene& scene, const android::PhraseBook& phrases, int max_screenshots)
      : scene_(scene), phrases_(phrases), screenshots_left_(max_screenshots) {}
  // An error only when the device is gone. `picture`: take a screenshot of a readable screen too.
  Result<ScreenLook> look(const Deadline& deadline);
  Status picture(const Deadline& deadline);
  // An action was done: the same screen again is news.
  void acted() { last_xml_.reset(); }
  std::int64_t looks() const { return looks_; }

 private:
  struct Try {
    ScreenLook look;
    bool again = false;  // it may succeed a moment later
    std::string said;
  };
  Result<Try> once(const Deadline& deadline);
  Status unreadable(const Try& tried, const Deadline& deadline);

  Scene scene_;
  const android::PhraseBook& phrases_;
  int screenshots_left_;
  std::int64_t looks_ = 0;
  std::optional<Digest> last_xml_;
};

}  // namespace storesweep::observe
