#include "coordinator/service/heads.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/report/statement.h"

namespace storesweep {

Status write_daily_head(const Closing& head, const std::string& folder, std::int64_t wall_ms) {
  if (head.number == 0) return ok_status();
  const std::string path = folder + "/head-" + format_time(wall_ms).substr(0, 10) + ".json";
  std::error_code error;
  if (std::filesystem::exists(path, error)) return ok_status();
  TRY(make_folders(folder));
  return write_file_durably(path, bundle_text(closing_json(head)));
}

}  // namespace storesweep
