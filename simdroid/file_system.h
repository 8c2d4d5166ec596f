// The files of a device, in memory: folders, files, symbolic links, with owner, mode and time. Contents are
// shared, so that a hundred devices with the same APK hold its bytes once. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep::simdroid {

using Content = std::shared_ptr<const std::string>;
constexpr std::uint32_t kModeFolder = 0040000;
constexpr std::uint32_t kModeFile = 0100000;
constexpr std::uint32_t kModeLink = 0120000;
constexpr int kRootUid = 0;
constexpr int kSystemUid = 1000;
constexpr int kShellUid = 2000;

struct Node {
  std::uint32_t mode = 0;  // kind and permission bits, as in st_mode
  int uid = 0;
  int gid = 0;
  std::int64_t time_s = 0;
  Content content;   // of a file
  std::string link;  // of a link
  bool is_folder() const { return (mode & 0170000) == kModeFolder; }
  bool is_link() const { return (mode & 0170000) == kModeLink; }
  std::uint64_t size() const {
    return is_folder() ? 4096 : is_link() ? link.size() : content ? content->size() : 0;
  }
};

struct Entry {
  std::string name;
  Node node;
};

class FileSystem {
 public:
  explicit FileSystem(std::uint64_t capacity_bytes) : capacity_bytes_(capacity_bytes) {}

  // "/a//b/../c/" becomes "/a/c"; a relative path counts from "/".
  static std::string normalized(std::string_view path);
  // The path with its links followed ("/sdcard/x" to "/storage/emulated/0/x"); the last component only on
  // demand.
  std::string resolved(std::string_view path, bool follow_last = true) const;

  const Node* find(std::string_view path, bool follow_last = true) const;
  // Errors carry strerror's words ("No such file or directory"), which is what the tools print.
  Result<std::vector<Entry>> list(std::string_view path) const;
  // Who may do what: a uid sees what mode and owner let it. Root sees all.
  bool may_read(std::string_view path, int uid) const;
  bool may_write(std::string_view path, int uid) const;  // for a new file: its folder
  // Creates or replaces a file; `make_parents` creates its folders as sync does.
  Status write(std::string_view path, Content content, std::uint32_t mode, int uid, std::int64_t time_s,
               bool make_parents = false);
  Status make_folder(std::string_view path, std::uint32_t mode, int uid, std::int64_t time_s,
                     bool parents = false);
  void make_link(std::string_view path, std::string_view target, std::int64_t time_s);
  Status remove(std::string_view path, bool recursive);
  Status rename(std::string_view from, std::string_view to);
  bool set_mode(std::string_view path, std::uint32_t bits);
  bool set_owner(std::string_view path, int uid);
  // Paths that match a pattern with * and ? in its components, in order; the pattern itself when none does.
  std::vector<std::string> glob(const std::string& pattern) const;

  std::uint64_t used_bytes() const { return used_bytes_; }
  std::uint64_t capacity_bytes() const { return capacity_bytes_; }
  // A full disk: nothing more can be written until it is false again.
  void set_full(bool full) { full_ = full; }
  std::uint64_t free_bytes() const {
    return full_ || used_bytes_ > capacity_bytes_ ? 0 : capacity_bytes_ - used_bytes_;
  }

 private:
  std::uint64_t capacity_bytes_;
  std::uint64_t used_bytes_ = 0;
  bool full_ = false;
  std::map<std::string, Node> nodes_{{"/", Node{kModeFolder | 0755, 0, 0, 0, nullptr, {}}}};
};

}  // namespace storesweep::simdroid
