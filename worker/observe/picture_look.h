// A second look where the window tree shows no text: a screenshot, read by the stock tesseract, in the place
// of what the tree left out. Only of the app's own windows, whose focus is looked at after the picture; never
// where the tree has words. Each reading is a record beside its screenshot; why there is none is one too,
// once a run. One thread.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/android/blind.h"
#include "worker/observe/picture_reader.h"
#include "worker/observe/screen_look.h"
#include "worker/observe/screenshot.h"

namespace storesweep::observe {

class PictureLook {
 public:
  PictureLook(const Scene& scene, const android::PhraseBook& phrases, int max_readings)
      : scene_(scene), phrases_(phrases), readings_left_(max_readings) {}

  struct Outcome {
    bool read = false;      // the look has words now
    bool pictured = false;  // a screenshot of it is in the journal
  };
  // `look`: of the app's own blind screen, or one without a tree. `xml`: of its tree, or nothing. An error
  // only when the device is gone, or the run is over.
  Result<Outcome> read(ScreenLook& look, std::optional<Digest> xml, const Deadline& deadline);
  // An action was done: the same words again are news.
  void acted() { recorded_ = false; }
  // From now on secrets may stand on the screen: no picture is read any more.
  void stop(std::string_view why);

 private:
  bool may_read();
  Result<bool> own_focus(const Deadline& deadline);
  Status not_read(const Status& why);
  Result<bool> read_anew(const std::string& png, const Digest& picture, const Deadline& deadline);
  void record(const Screenshot& taken, const Digest& picture, const std::string& tool);
  bool put_in(ScreenLook& look) const;
  void tell(Reason reason, std::string_view why);

  Scene scene_;
  const android::PhraseBook& phrases_;
  int readings_left_;
  bool told_ = false;  // why pictures are not read
  bool stopped_ = false;
  // The last reading, so that the same picture is not read twice and the same words not recorded twice.
  std::optional<Digest> last_picture_, last_xml_;
  std::vector<android::PictureLabel> labels_;
  std::string tsv_, words_;
  bool recorded_ = false;
  std::set<Digest> pictured_;  // in the journal
};

}  // namespace storesweep::observe
