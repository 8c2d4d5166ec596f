#include "common/judge/picture_seen.h"

#include "common/android/blind.h"

namespace storesweep {

PictureSeen picture_seen(std::string_view record, std::string_view package, const android::Hierarchy* blind,
                         std::string_view xml) {
  PictureSeen out;
  const auto reading = android::parse_picture_record(record);
  if (!reading.ok()) {
    out.trusted = false;
    return out;
  }
  const auto words = android::parse_tesseract_tsv(reading->tsv);
  out.trusted = words.trusted();
  const auto labels = android::labels_of(words.records);
  if (reading->package != package || labels.empty()) return out;
  if (!reading->hierarchy) {
    out.tree = android::tree_of(package, labels);
    return out;
  }
  if (!blind || sha256(xml) != *reading->hierarchy) return out;
  const auto spot = android::blind_spot(*blind, package, android::read_labels(*blind, package));
  if (spot) out.tree = android::with_labels(*blind, *spot, labels);
  return out;
}

}  // namespace storesweep
