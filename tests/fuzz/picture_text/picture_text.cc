// Any bytes as what tesseract printed, and as the record of a reading; the labels go into a blind tree.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/android/blind.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep::android;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(tesseract_version(text));
  static_cast<void>(tesseract_knows(text, "eng"));
  const auto reading = parse_picture_record(text);
  if (reading.ok()) {
    const auto again = parse_picture_record(picture_record(*reading));
    if (!again.ok() || again->tsv != reading->tsv || again->screenshot != reading->screenshot) std::abort();
  }
  const auto words = parse_tesseract_tsv(reading.ok() ? reading->tsv : text);
  const auto labels = labels_of(words.records);
  if (labels.size() > words.records.size() || labels.size() > kMaxPictureLabels) std::abort();
  Hierarchy blind;
  blind.nodes.resize(3);
  for (int i = 0; i < 3; ++i) {
    blind.nodes[static_cast<std::size_t>(i)].package = "a";
    blind.nodes[static_cast<std::size_t>(i)].parent = i == 2 ? 0 : i - 1;
    blind.nodes[static_cast<std::size_t>(i)].depth = i == 0 ? 0 : 1;
    blind.nodes[static_cast<std::size_t>(i)].bounds = {0, 0, 1080, i == 1 ? 1900 : 100};
  }
  const auto spot = blind_spot(blind, "a", read_labels(blind, "a"));
  const Hierarchy tree = with_labels(blind, *spot, labels);
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    if (tree.nodes[i].parent >= static_cast<int>(i)) std::abort();
  }
  if (tree.nodes.size() > blind.nodes.size() + labels.size()) std::abort();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const std::string rows =
      "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
      "1\t1\t0\t0\t0\t0\t0\t0\t1080\t1920\t-1\t\n"
      "4\t1\t1\t1\t1\t0\t40\t300\t900\t44\t-1\t\n"
      "5\t1\t1\t1\t1\t1\t40\t300\t400\t44\t96.512345\t请您阅读并同意\n"
      "5\t1\t1\t1\t1\t2\t450\t300\t300\t44\t91\tPrivacy\n"
      "5\t1\t1\t1\t2\t1\t40\t350\t300\t44\t88.1\t隐私政策》\n"
      "5\t1\t2\t1\t1\t1\t40\t900\t120\t44\t90\t不同意\n"
      "5\t1\t2\t1\t1\t2\t600\t900\t200\t44\t90\t同意\n";
  const std::string zeros(64, '0');
  return {
      rows,
      "{\"tool\":\"tesseract 5.3.0\",\"languages\":\"chi_sim+eng\",\"package\":\"a.b\",\"screenshot\":\"" +
          zeros + "\",\"hierarchy\":\"" + zeros + "\"}\n" + rows,
      "tesseract 5.3.0\n leptonica-1.82.0\n", "List of available languages (2):\neng\nosd\n"};
}
