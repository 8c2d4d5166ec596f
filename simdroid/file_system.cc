#include "simdroid/file_system.h"

#include <fnmatch.h>

#include <algorithm>

#include "common/base/text.h"

namespace storesweep::simdroid {
namespace {
constexpr int kMaxLinks = 8;
constexpr const char* kMissing = "No such file or directory";
constexpr const char* kNotFolder = "Not a directory";
constexpr const char* kIsFolder = "Is a directory";
constexpr const char* kNoSpace = "No space left on device";

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string joined(const std::string& folder, std::string_view name) {
  return (folder == "/" ? folder : folder + "/") + std::string(name);
}

bool allows(const Node& node, int uid, std::uint32_t bit) {
  if (uid == kRootUid) return true;
  const std::uint32_t shift = node.uid == uid ? 6 : node.gid == uid ? 3 : 0;
  return ((node.mode >> shift) & bit) != 0;
}
}  // namespace

std::string FileSystem::normalized(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!parts.empty()) parts.pop_back();
    } else {
      parts.push_back(part);
    }
  }
  std::string out;
  for (std::string_view part : parts) out.append("/").append(part);
  return out.empty() ? "/" : out;
}

std::string FileSystem::resolved(std::string_view path, bool follow_last) const {
  std::string whole = normalized(path);
  for (int hops = 0; hops < kMaxLinks; ++hops) {
    bool followed = false;
    for (std::size_t end = whole.find('/', 1); !followed; end = whole.find('/', end + 1)) {
      const bool last = end == std::string::npos;
      if (last && !follow_last) break;
      auto it = nodes_.find(whole.substr(0, end));
      if (it != nodes_.end() && it->second.is_link()) {
        const std::string& target = it->second.link;
        const std::string base = target.front() == '/' ? target : joined(folder_of(it->first), target);
        whole = normalized(base + (last ? "" : whole.substr(end)));
        followed = true;
      }
      if (last) break;
    }
    if (!followed) return whole;
  }
  return whole;
}

const Node* FileSystem::find(std::string_view path, bool follow_last) const {
  auto it = nodes_.find(resolved(path, follow_last));
  return it == nodes_.end() ? nullptr : &it->second;
}

Result<std::vector<Entry>> FileSystem::list(std::string_view path) const {
  const std::string folder = resolved(path);
  auto it = nodes_.find(folder);
  if (it == nodes_.end()) return not_found(kMissing);
  if (!it->second.is_folder()) return invalid(kNotFolder);
  const std::string prefix = folder == "/" ? "/" : folder + "/";
  std::vector<Entry> entries;
  for (it = nodes_.upper_bound(prefix); it != nodes_.end() && starts_with(it->first, prefix); ++it) {
    std::string_view name = std::string_view(it->first).substr(prefix.size());
    if (!name.empty() && name.find('/') == std::string_view::npos)
      entries.push_back({std::string(name), it->second});
  }
  return entries;
}

bool FileSystem::may_read(std::string_view path, int uid) const {
  const std::string whole = resolved(path);
  for (std::size_t end = whole.find('/', 1); end != std::string::npos; end = whole.find('/', end + 1)) {
    auto it = nodes_.find(whole.substr(0, end));
    if (it != nodes_.end() && !allows(it->second, uid, 1)) return false;
  }
  auto it = nodes_.find(whole);
  return it == nodes_.end() || allows(it->second, uid, 4);
}

bool FileSystem::may_write(std::string_view path, int uid) const {
  std::string whole = resolved(path);
  for (;;) {
    auto it = nodes_.find(whole);
    if (it != nodes_.end()) return allows(it->second, uid, 2);
    whole = folder_of(whole);
  }
}

Status FileSystem::write(std::string_view path, Content content, std::uint32_t mode, int uid,
                         std::int64_t time_s, bool make_parents) {
  const std::string whole = resolved(path);
  const std::string folder = folder_of(whole);
  if (make_parents) TRY(make_folder(folder, 0775, uid, time_s, true));
  auto parent = nodes_.find(folder);
  if (parent == nodes_.end()) return not_found(kMissing);
  if (!parent->second.is_folder()) return invalid(kNotFolder);
  auto old = nodes_.find(whole);
  if (old != nodes_.end() && old->second.is_folder()) return invalid(kIsFolder);
  const std::uint64_t size = content ? content->size() : 0;
  const std::uint64_t freed = old == nodes_.end() ? 0 : old->second.size();
  if (size > free_bytes() + freed || (full_ && size > 0)) return exhausted(kNoSpace);
  used_bytes_ += size;
  used_bytes_ -= freed;
  nodes_[whole] = Node{kModeFile | (mode & 07777), uid, uid, time_s, std::move(content), {}};
  return ok_status();
}

Status FileSystem::make_folder(std::string_view path, std::uint32_t mode, int uid, std::int64_t time_s,
                               bool parents) {
  const std::string whole = resolved(path);
  if (auto it = nodes_.find(whole); it != nodes_.end()) {
    if (!it->second.is_folder()) return exists(parents ? kNotFolder : "File exists");
    return parents ? ok_status() : exists("File exists");
  }
  if (parents) {
    TRY(make_folder(folder_of(whole), mode, uid, time_s, true));
  } else if (!nodes_.contains(folder_of(whole))) {
    return not_found(kMissing);
  }
  nodes_[whole] = Node{kModeFolder | (mode & 07777), uid, uid, time_s, nullptr, {}};
  return ok_status();
}

void FileSystem::make_link(std::string_view path, std::string_view target, std::int64_t time_s) {
  nodes_[resolved(path, false)] = Node{kModeLink | 0777, 0, 0, time_s, nullptr, std::string(target)};
}

Status FileSystem::remove(std::string_view path, bool recursive) {
  const std::string whole = resolved(path, false);
  auto it = nodes_.find(whole);
  if (it == nodes_.end()) return not_found(kMissing);
  if (it->second.is_folder() && !recursive) return invalid(kIsFolder);
  const std::string prefix = whole + "/";
  if (!it->second.is_folder()) used_bytes_ -= it->second.size();
  nodes_.erase(it);
  for (auto child = nodes_.lower_bound(prefix); child != nodes_.end() && starts_with(child->first, prefix);) {
    if (!child->second.is_folder()) used_bytes_ -= child->second.size();
    child = nodes_.erase(child);
  }
  return ok_status();
}

Status FileSystem::rename(std::string_view from, std::string_view to) {
  const std::string source = resolved(from, false);
  std::string target = resolved(to);
  if (!nodes_.contains(source)) return not_found(kMissing);
  if (auto it = nodes_.find(target); it != nodes_.end() && it->second.is_folder()) {
    target = joined(target, std::string_view(source).substr(source.rfind('/') + 1));
  }
  if (!nodes_.contains(folder_of(target))) return not_found(kMissing);
  std::map<std::string, Node> moved;
  moved[target] = nodes_.extract(source).mapped();
  const std::string prefix = source + "/";
  for (auto it = nodes_.lower_bound(prefix); it != nodes_.end() && starts_with(it->first, prefix);) {
    moved[target + it->first.substr(source.size())] = std::move(it->second);
    it = nodes_.erase(it);
  }
  if (auto old = nodes_.find(target); old != nodes_.end()) used_bytes_ -= old->second.size();
  for (auto& [path, node] : moved) nodes_[path] = std::move(node);
  return ok_status();
}

bool FileSystem::set_mode(std::string_view path, std::uint32_t bits) {
  auto it = nodes_.find(resolved(path));
  if (it == nodes_.end()) return false;
  it->second.mode = (it->second.mode & 0170000) | (bits & 07777);
  return true;
}

bool FileSystem::set_owner(std::string_view path, int uid) {
  auto it = nodes_.find(resolved(path));
  if (it == nodes_.end()) return false;
  it->second.uid = it->second.gid = uid;
  return true;
}

std::vector<std::string> FileSystem::glob(const std::string& pattern) const {
  std::vector<std::string> found;
  const auto wild = pattern.find_first_of("*?[");
  if (wild == std::string::npos || pattern.front() != '/') return {pattern};
  const std::string folder = pattern.substr(0, pattern.rfind('/', wild));
  const std::string base = resolved(folder.empty() ? "/" : folder);
  const std::string prefix = base == "/" ? "/" : base + "/";
  const std::string rest = pattern.substr(pattern.rfind('/', wild) + 1);
  for (auto it = nodes_.lower_bound(prefix); it != nodes_.end() && starts_with(it->first, prefix); ++it) {
    const std::string name = it->first.substr(prefix.size());
    if (!name.empty() && fnmatch(rest.c_str(), name.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0) {
      found.push_back(folder + "/" + name);
    }
  }
  return found.empty() ? std::vector<std::string>{pattern} : found;
}

}  // namespace storesweep::simdroid
