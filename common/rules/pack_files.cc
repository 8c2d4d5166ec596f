#include "common/rules/pack_files.h"

#include <cstdlib>
#include <filesystem>

#include "common/base/file.h"

namespace storesweep {
namespace fs = std::filesystem;

Result<PackFiles> read_pack_files(const std::string& folder) {
  PackFiles files;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    const std::string extension = at->path().extension().string();
    if (!at->is_regular_file(error) || (extension != ".yaml" && extension != ".tsv")) continue;
    if (files.size() == kMaxPackFiles) return exhausted(folder + ": a rule pack may have 500 files at most");
    TRY_ASSIGN(std::string bytes, read_file(at->path().string(), kMaxPackFileBytes));
    files.emplace(fs::relative(at->path(), folder).generic_string(), std::move(bytes));
  }
  if (error) return unavailable(folder + ": " + error.message());
  if (files.empty()) return not_found(folder + ": no rule pack is there");
  return files;
}

Status write_pack_files(const PackFiles& files, const std::string& folder) {
  for (const auto& [name, bytes] : files) {
    const fs::path relative(name);
    if (name.empty() || relative.is_absolute() || name.find("..") != std::string::npos)
      return invalid("`" + name + "` is no file of a rule pack");
    const fs::path path = fs::path(folder) / relative;
    TRY(make_folders(path.parent_path().string()));
    TRY(write_file_durably(path.string(), bytes));
  }
  return ok_status();
}

Result<RulePack> load_pack_files(const PackFiles& files) {
  std::error_code error;
  std::string folder = (fs::temp_directory_path(error) / "storesweep-rules-XXXXXX").string();
  if (error || mkdtemp(folder.data()) == nullptr) return unavailable(folder + ": cannot be made");
  const Status written = write_pack_files(files, folder);
  Result<RulePack> pack = written.ok() ? load_rule_pack(folder) : Result<RulePack>(written);
  fs::remove_all(folder, error);
  return pack;
}

}  // namespace storesweep
