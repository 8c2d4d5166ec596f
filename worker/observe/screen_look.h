// One look at the screen: `uiautomator dump`, recorded raw and read. The tool fails on screens that never
// rest and lies about files it did not write, so its words and the file are both looked at, and an old file
// is removed first. What cannot be read leaves a failed record (NOT_IDLE for a screen without rest), what the
// tool said, the focus and a screenshot: never "no dialog". What shows no text at all is read in a picture,
// where there is a reader of pictures (picture_look.h). One thread.
#pragma once

#include <memory>
#include <optional>

#include "common/android/screen.h"
#include "worker/observe/observer.h"

namespace storesweep::observe {

struct ScreenLook {
  bool readable = false;
  bool from_picture = false;       // its words were read in a screenshot: some may be missing, or wrong
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

class PictureLook;

class ScreenWatcher {
 public:
  ScreenWatcher(const Scene& scene, const android::PhraseBook& phrases, int max_screenshots);
  ~ScreenWatcher();
  // An error only when the device is gone. `picture`: take a screenshot of a readable screen too.
  Result<ScreenLook> look(const Deadline& deadline);
  Status picture(const Deadline& deadline);
  // From now on no picture is read: a secret may stand on it.
  void read_no_pictures(std::string_view why);
  // An action was done: the same screen again is news.
  void acted();
  std::int64_t looks() const { return looks_; }

 private:
  struct Try {
    ScreenLook look;
    bool again = false;  // it may succeed a moment later
    std::string said;
  };
  Result<Try> once(const Deadline& deadline);
  Status unreadable(Try& tried, const Deadline& deadline);
  Result<ScreenLook> read_if_blind(ScreenLook look, const Deadline& deadline);

  Scene scene_;
  const android::PhraseBook& phrases_;
  int screenshots_left_;
  std::int64_t looks_ = 0;
  std::optional<Digest> last_xml_;
  std::optional<Digest> seen_xml_;  // of the last look, whatever was done since
  std::unique_ptr<PictureLook> pictures_;
};

}  // namespace storesweep::observe
