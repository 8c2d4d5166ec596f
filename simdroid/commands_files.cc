#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <ctime>

#include "common/base/hash.h"
#include "common/base/text.h"
#include "simdroid/commands.h"
#include "simdroid/device.h"
#include "simdroid/print/text.h"

namespace storesweep::simdroid {
namespace {
struct Operands {
  std::string flags;  // the letters of all options
  std::vector<std::string> paths;
  bool has(char c) const { return flags.find(c) != std::string::npos; }
};

Operands operands(const Invocation& in) {
  Operands o;
  for (std::size_t i = 1; i < in.args.size(); ++i) {
    const std::string& a = in.args[i];
    if (a.size() > 1 && a[0] == '-') {
      o.flags += a.substr(1);
    } else {
      o.paths.push_back(a);
    }
  }
  return o;
}

int complain(Invocation& in, const std::string& path, const std::string& why) {
  in.err(in.args[0] + ": " + path + ": " + why + "\n");
  return 1;
}

std::string mode_text(const Node& node) {
  std::string out(1, node.is_folder() ? 'd' : node.is_link() ? 'l' : '-');
  for (int shift = 6; shift >= 0; shift -= 3) {
    const std::uint32_t bits = node.mode >> shift;
    out += (bits & 4) != 0 ? 'r' : '-';
    out += (bits & 2) != 0 ? 'w' : '-';
    out += (bits & 1) != 0 ? 'x' : '-';
  }
  return out;
}

// A line of `ls -l`: toolbox of 4.4 and toybox of later versions print different columns.
std::string long_line(const DeviceShape& shape, const std::string& name, const Node& node) {
  const std::string owner = user_name(node.uid);
  const std::string group = user_name(node.gid);
  const std::string time = date_text("%Y-%m-%d %H:%M", node.time_s * 1000);
  const std::string arrow = node.is_link() ? name + " -> " + node.link : name;
  if (shape.old_shell) {
    const std::string size = node.is_folder() || node.is_link() ? "" : std::to_string(node.size());
    return fmt::format("{} {:<8} {:<8} {:>8} {} {}\n", mode_text(node), owner, group, size, time, arrow);
  }
  return fmt::format("{} {} {} {} {:>6} {} {}\n", mode_text(node), node.is_folder() ? 2 : 1, owner, group,
                     node.size(), time, arrow);
}

void print_entries(Invocation& in, const Operands& o, const std::vector<Entry>& entries) {
  std::uint64_t blocks = 0;
  std::string out;
  for (const Entry& entry : entries) {
    if (!o.has('a') && !o.has('A') && starts_with(entry.name, ".")) continue;
    blocks += entry.node.size() / 512;
    out += o.has('l') ? long_line(in.device.shape(), entry.name, entry.node) : entry.name + "\n";
  }
  if (o.has('l') && !in.device.shape().old_shell) out = fmt::format("total {}\n", blocks) + out;
  in.out(out);
}

int list_path(Invocation& in, const Operands& o, const std::string& path, bool titled) {
  FileSystem& files = in.device.files();
  const Node* node = files.find(path);
  const bool old = in.device.shape().old_shell;
  if (!node) {
    in.err((old ? path : "ls: " + path) + ": No such file or directory\n");
    return 1;
  }
  if (!node->is_folder() || o.has('d')) {
    in.out(o.has('l') ? long_line(in.device.shape(), path, *node) : path + "\n");
    return 0;
  }
  if (!files.may_read(path, in.uid)) {
    in.err(old ? "opendir failed, Permission denied\n" : "ls: " + path + ": Permission denied\n");
    return 1;
  }
  const std::vector<Entry> entries = files.list(path).value_or({});
  if (titled) in.out((old ? "\n" : "") + path + ":\n");
  print_entries(in, o, entries);
  if (!o.has('R')) return 0;
  for (const Entry& entry : entries) {
    if (entry.node.is_folder()) list_path(in, o, (path == "/" ? "" : path) + "/" + entry.name, true);
  }
  return 0;
}

std::int64_t now_s(Invocation& in) { return in.device.timers().wall_ms() / 1000; }

Started digest(Invocation& in, const std::function<std::string(const std::string&)>& hash) {
  int code = 0;
  for (const std::string& path : operands(in).paths) {
    const Node* node = in.device.files().find(path);
    if (!node || node->is_folder()) {
      code = complain(in, path, "No such file or directory");
    } else {
      in.out(hash(node->content ? *node->content : "") + "  " + path + "\n");
    }
  }
  return code;
}

void find_into(Invocation& in, const std::string& path, const std::string& pattern, const std::string& type) {
  const Node* node = in.device.files().find(path, false);
  if (!node) return;
  const std::string name = path.substr(path.rfind('/') + 1);
  const bool kind = type.empty() || (type == "d") == node->is_folder();
  if (kind && (pattern.empty() || wildcard_match(pattern, name))) in.out(path + "\n");
  if (!node->is_folder()) return;
  const std::vector<Entry> entries = in.device.files().list(path).value_or({});
  for (const Entry& entry : entries)
    find_into(in, (path == "/" ? "" : path) + "/" + entry.name, pattern, type);
}
}  // namespace

Started run_ls(Invocation& in) {
  Operands o = operands(in);
  if (o.paths.empty()) o.paths.push_back("/");
  int code = 0;
  for (const std::string& path : o.paths) code |= list_path(in, o, path, o.has('R') || o.paths.size() > 1);
  return code;
}

Started run_rm(Invocation& in) {
  const Operands o = operands(in);
  int code = 0;
  for (const std::string& path : o.paths) {
    const Node* node = in.device.files().find(path, false);
    if (!node) {
      if (!o.has('f')) code = complain(in, path, "No such file or directory");
    } else if (!in.device.files().may_write(path.substr(0, path.rfind('/')), in.uid)) {
      code = complain(in, path, "Permission denied");
    } else if (Status s = in.device.files().remove(path, o.has('r') || o.has('R')); !s.ok()) {
      code = complain(in, path, s.message());
    }
  }
  return code;
}

Started run_mkdir(Invocation& in) {
  const Operands o = operands(in);
  int code = 0;
  for (const std::string& path : o.paths) {
    Status s = !in.device.files().may_write(path, in.uid)
                   ? permission("Permission denied")
                   : in.device.files().make_folder(path, 0771, in.uid, now_s(in), o.has('p'));
    if (!s.ok()) {
      in.err("mkdir: '" + path + "': " + s.message() + "\n");
      code = 1;
    }
  }
  return code;
}

Started run_rmdir(Invocation& in) {
  int code = 0;
  for (const std::string& path : operands(in).paths) {
    const auto entries = in.device.files().list(path);
    if (!entries.ok()) {
      code = complain(in, path, entries.status().message());
    } else if (!entries->empty()) {
      code = complain(in, path, "Directory not empty");
    } else {
      static_cast<void>(in.device.files().remove(path, true));
    }
  }
  return code;
}

Started run_mv(Invocation& in) {
  const Operands o = operands(in);
  if (o.paths.size() != 2) return 1;
  if (!in.device.files().may_write(o.paths[1], in.uid)) return complain(in, o.paths[1], "Permission denied");
  Status s = in.device.files().rename(o.paths[0], o.paths[1]);
  return s.ok() ? 0 : complain(in, o.paths[0], s.message());
}

Started run_cp(Invocation& in) {
  const Operands o = operands(in);
  if (o.paths.size() != 2) return 1;
  FileSystem& files = in.device.files();
  const Node* source = files.find(o.paths[0]);
  if (!source || source->is_folder()) return complain(in, o.paths[0], "No such file or directory");
  std::string target = o.paths[1];
  if (const Node* folder = files.find(target); folder && folder->is_folder()) {
    target += "/" + o.paths[0].substr(o.paths[0].rfind('/') + 1);
  }
  if (!files.may_write(target, in.uid)) return complain(in, target, "Permission denied");
  Status s = files.write(target, source->content, source->mode, in.uid, now_s(in));
  return s.ok() ? 0 : complain(in, target, s.message());
}

Started run_touch(Invocation& in) {
  int code = 0;
  for (const std::string& path : operands(in).paths) {
    const Node* node = in.device.files().find(path);
    if (!in.device.files().may_write(path, in.uid)) {
      code = complain(in, path, "Permission denied");
      continue;
    }
    Status s = in.device.files().write(path, node ? node->content : nullptr, 0644, in.uid, now_s(in));
    if (!s.ok()) code = complain(in, path, s.message());
  }
  return code;
}

Started run_chmod(Invocation& in) {
  const Operands o = operands(in);
  if (o.paths.size() < 2) return 1;
  int code = 0;
  for (std::size_t i = 1; i < o.paths.size(); ++i) {
    const auto bits = parse_int<std::uint32_t>(o.paths[0], 8);
    if (bits && !in.device.files().set_mode(o.paths[i], *bits)) {
      code = complain(in, o.paths[i], "No such file or directory");
    }
  }
  return code;
}

Started run_stat(Invocation& in) {
  std::string format = "%n";
  int code = 0;
  for (std::size_t i = 1; i < in.args.size(); ++i) {
    if (in.args[i] == "-c" && i + 1 < in.args.size()) {
      format = in.args[++i];
      continue;
    }
    const Node* node = in.device.files().find(in.args[i]);
    if (!node) {
      in.err("stat: '" + in.args[i] + "': No such file or directory\n");
      code = 1;
      continue;
    }
    const std::map<char, std::string> values{{'n', in.args[i]},
                                             {'s', std::to_string(node->size())},
                                             {'a', fmt::format("{:o}", node->mode & 07777)},
                                             {'U', user_name(node->uid)},
                                             {'G', user_name(node->gid)},
                                             {'u', std::to_string(node->uid)},
                                             {'Y', std::to_string(node->time_s)}};
    std::string out;
    for (std::size_t k = 0; k < format.size(); ++k) {
      auto it = format[k] == '%' && k + 1 < format.size() ? values.find(format[k + 1]) : values.end();
      out += it == values.end() ? std::string(1, format[k]) : it->second;
      if (it != values.end()) ++k;
    }
    in.out(out + "\n");
  }
  return code;
}

Started run_md5sum(Invocation& in) {
  return digest(in, [](const std::string& content) {
    unsigned char md[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    EVP_Digest(content.data(), content.size(), md, &n, EVP_md5(), nullptr);
    return to_hex(ByteView(md, n));
  });
}

Started run_sha256sum(Invocation& in) {
  return digest(in, [](const std::string& content) { return to_hex(sha256(content)); });
}

Started run_df(Invocation& in) {
  const FileSystem& files = in.device.files();
  const std::uint64_t total = files.capacity_bytes() / 1024;
  const std::uint64_t free = files.free_bytes() / 1024;
  if (in.device.shape().old_shell) {
    in.out(
        fmt::format("Filesystem               Size     Used     Free   Blksize\n"
                    "/data                 {:>6.1f}M  {:>6.1f}M  {:>6.1f}M     4096\n",
                    static_cast<double>(total) / 1024, static_cast<double>(total - free) / 1024,
                    static_cast<double>(free) / 1024));
    return 0;
  }
  const std::uint64_t percent = total == 0 ? 0 : (total - free) * 100 / total;
  in.out("Filesystem     1K-blocks    Used Available Use% Mounted on\n");
  in.out(
      fmt::format("/dev/block/dm-1 {:>10} {:>7} {:>9} {:>3}% /data\n", total, total - free, free, percent));
  in.out(fmt::format("/data/media    {:>10} {:>7} {:>9} {:>3}% /storage/emulated\n", total, total - free,
                     free, percent));
  return 0;
}

Started run_du(Invocation& in) {
  for (const std::string& path : operands(in).paths) {
    const Node* node = in.device.files().find(path);
    if (!node) return complain(in, path, "No such file or directory");
    in.out(fmt::format("{}\t{}\n", (node->size() + 1023) / 1024, path));
  }
  return 0;
}

Started run_find(Invocation& in) {
  std::string pattern;
  std::string type;
  std::vector<std::string> roots;
  for (std::size_t i = 1; i < in.args.size(); ++i) {
    if ((in.args[i] == "-name" || in.args[i] == "-type") && i + 1 < in.args.size()) {
      (in.args[i] == "-name" ? pattern : type) = in.args[i + 1];
      ++i;
    } else if (!starts_with(in.args[i], "-")) {
      roots.push_back(in.args[i]);
    }
  }
  int code = 0;
  for (const std::string& root : roots) {
    if (!in.device.files().find(root)) code = complain(in, root, "No such file or directory");
    find_into(in, root, pattern, type);
  }
  return code;
}

}  // namespace storesweep::simdroid
