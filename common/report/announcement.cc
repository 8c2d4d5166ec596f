#include "common/report/announcement.h"

namespace storesweep {

std::string announced_problems(const Catalogue& catalogue, const Verdict& v) {
  std::string all;
  for (const RowVerdict& row : v.rows) {
    if (row.level > Level::kSuspected) continue;
    all += (all.empty() ? "" : "；") + catalogue.task(Language::kChinese, row.task);
    if (row.level == Level::kSuspected) all += "（疑似）";
  }
  const bool marked = v.simulated && !all.empty();
  return marked ? "【" + catalogue.text(Language::kChinese, "report", "simulated_mark") + "】" + all : all;
}

}  // namespace storesweep
