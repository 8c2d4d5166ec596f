#include "worker/observe/picture_look.h"

#include <algorithm>

#include "common/android/activities.h"
#include "common/evidence/names.h"
#include "worker/observe/screenshot.h"

namespace storesweep::observe {
namespace {
// The windows that take input, one line a display.
constexpr std::string_view kFocusCommand = "dumpsys window | grep mCurrentFocus";

std::string words_of(const std::vector<android::PictureLabel>& labels) {
  std::string out;
  for (const android::PictureLabel& l : labels) out += l.text + '\n';
  return out;
}
}  // namespace

void PictureLook::tell(Reason reason, std::string_view why) {
  if (!told_) scene_.recorder.failed(record_name::kPictureText, reason, why);
  told_ = true;
}

void PictureLook::stop(std::string_view why) {
  if (scene_.pictures) tell(Reason::kNotCalibrated, why);
  stopped_ = true;
}

bool PictureLook::may_read() {
  if (!scene_.pictures || stopped_) return false;
  if (readings_left_ > 0) return true;
  tell(Reason::kTimeout, "as many pictures as one run may have were read");
  return false;
}

Result<bool> PictureLook::own_focus(const Deadline& deadline) {
  auto said = scene_.device.shell(kFocusCommand, deadline);
  if (!said.ok()) {
    TRY(observer_failed(scene_, record_name::kPictureText, said.status()));
    return false;
  }
  const auto focus = android::parse_top_activities(said->out);
  return !focus.records.empty() &&
         std::all_of(focus.records.begin(), focus.records.end(),
                     [&](const auto& w) { return android::package_of(w.component) == scene_.package; });
}

// A tool that fails, or is too slow, takes nothing from the run but its readings.
Status PictureLook::not_read(const Status& why) {
  if (why.kind() == ErrorKind::kCancelled) return why;
  if (why.kind() == ErrorKind::kUnsupported) {
    stop(why.text());
    return ok_status();
  }
  scene_.recorder.failed(record_name::kPictureText,
                         why.kind() == ErrorKind::kTimeout ? Reason::kTimeout : Reason::kHookDead,
                         why.text());
  return ok_status();
}

// Nothing is put in where nothing was read: the look stays what it was.
bool PictureLook::put_in(ScreenLook& look) const {
  if (labels_.empty()) return false;
  if (!look.readable) {
    look.tree = android::tree_of(scene_.package, labels_);
  } else {
    const auto labels = android::read_labels(look.tree, look.screen.package);
    const auto spot = android::blind_spot(look.tree, look.screen.package, labels);
    if (!spot) return false;
    const std::size_t nodes = look.tree.nodes.size();
    look.tree = android::with_labels(std::move(look.tree), *spot, labels_);
    if (look.tree.nodes.size() == nodes) return false;
  }
  look.screen = android::read_screen(look.tree, phrases_);
  look.readable = look.from_picture = true;
  return true;
}

// Whether labels_ are what this picture shows.
Result<bool> PictureLook::read_anew(const std::string& png, const Digest& picture, const Deadline& deadline) {
  if (last_picture_ == picture) return true;
  auto tsv = scene_.pictures->read(png, deadline);
  if (!tsv.ok()) {
    TRY(not_read(tsv.status()));
    return false;
  }
  labels_ = android::labels_of(android::parse_tesseract_tsv(*tsv).records);
  last_picture_ = picture;
  tsv_ = std::move(*tsv);
  return true;
}

void PictureLook::record(const Screenshot& taken, const Digest& picture, const std::string& tool) {
  --readings_left_;
  if (pictured_.insert(picture).second) scene_.recorder.screenshot(taken.png, taken.at);
  scene_.recorder.raw(record_name::kPictureText,
                      android::picture_record({.tool = tool,
                                               .languages = std::string(kPictureLanguages),
                                               .package = scene_.package,
                                               .screenshot = picture,
                                               .hierarchy = last_xml_,
                                               .tsv = tsv_}),
                      taken.at);
}

Result<PictureLook::Outcome> PictureLook::read(ScreenLook& look, std::optional<Digest> xml,
                                               const Deadline& deadline) {
  Outcome out;
  if (!may_read()) return out;
  auto tool = scene_.pictures->tool(deadline);  // before anything is done for it
  if (!tool.ok()) {
    TRY(not_read(tool.status()));
    return out;
  }
  TRY_ASSIGN(const auto taken, take_screenshot(scene_, deadline));
  if (!taken) return out;
  TRY_ASSIGN(const bool own, own_focus(deadline));
  if (!own) return out;  // something else stands before it: nobody knows whose words these are
  const Digest picture = sha256(taken->png);
  TRY_ASSIGN(const bool known, read_anew(taken->png, picture, deadline));
  if (!known) return out;
  const std::string words = words_of(labels_);
  const bool same = recorded_ && last_xml_ == xml && words == words_;
  last_xml_ = xml;
  words_ = words;
  if (!same) record(*taken, picture, *tool);
  recorded_ = out.pictured = true;
  out.read = put_in(look);
  return out;
}

}  // namespace storesweep::observe
