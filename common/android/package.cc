#include "common/android/package.h"

#include <algorithm>

#include "common/base/text.h"

namespace storesweep::android {
namespace {

enum class Section { kUnknown, kPackages, kHidden, kSharedUsers, kOther };
enum class List { kNone, kRequested, kInstall, kRuntime, kGranted, kOther };

List list_named(std::string_view body) {
  if (body == "requested permissions:") return List::kRequested;
  if (body == "install permissions:") return List::kInstall;
  if (body == "runtime permissions:") return List::kRuntime;
  if (body == "grantedPermissions:") return List::kGranted;  // up to 5: granted at install, no flags
  return List::kOther;
}

std::vector<std::string> flag_words(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (char c : text) {
    if (c != ' ' && c != '|' && c != ',') {
      word.push_back(c);
    } else if (!word.empty()) {
      out.push_back(std::move(word)), word.clear();
    }
  }
  if (!word.empty()) out.push_back(std::move(word));
  return out;
}

// Whether "key=value" (a key of letters) opens the line.
bool is_attribute(std::string_view body) {
  const std::size_t end = body.find_first_of("= :");
  return end != std::string_view::npos && end > 0 && (body[end] == '=' || body.substr(end, 2) == ": ");
}

class PackageParser {
 public:
  Parsed<PackageState> run(std::string_view text) {
    LineReader lines(text, out_);
    Line line;
    while (lines.next(line)) {
      if (!accept(line)) out_.unknown(line, relevant());
    }
    return std::move(out_);
  }

 private:
  bool relevant() const {
    return list_ == List::kInstall || list_ == List::kRuntime || list_ == List::kRequested;
  }

  bool accept(const Line& line) {
    if ((line.indent == 0 || is_main_section(line.body)) && section_heading(line.body)) return true;
    if (is_block_head(line) && (section_ != Section::kOther || ends_with(line.body, "):")))
      return begin_package(line.body);
    if (section_ == Section::kOther) return true;
    if (ends_list(line)) list_ = List::kNone;
    if (!package_ && !begin_piece(line)) return false;
    if (starts_with(line.body, "User ") && contains(line.body, ": ")) return user_state(line);
    if (list_ != List::kNone && !ends_with(line.body, ":")) return item(line.body);
    if (ends_with(line.body, ":")) return begin_list(line);
    return attribute(line.body);
  }

  static bool is_main_section(std::string_view body) {
    return body == "Packages:" || body == "Hidden system packages:" || body == "Shared users:";
  }

  // "Package [com.x] (1f2e3d):"
  static bool is_block_head(const Line& line) {
    return starts_with(line.body, "Package [") || starts_with(line.body, "SharedUser [");
  }

  // Up to 4.4 the components of a user stand at their heading's own depth.
  bool ends_list(const Line& line) const {
    const bool bare = line.body.find_first_of(" =:") == std::string_view::npos;
    return line.indent < list_indent_ || (line.indent == list_indent_ && !(list_ == List::kOther && bare));
  }

  bool section_heading(std::string_view body) {
    if (starts_with(body, "Package [") || starts_with(body, "SharedUser [")) return false;
    if (!ends_with(body, ":") || !contains("ABCDEFGHIJKLMNOPQRSTUVWXYZ", body.substr(0, 1))) return false;
    section_ = body == "Packages:"                 ? Section::kPackages
               : body == "Hidden system packages:" ? Section::kHidden
               : body == "Shared users:"           ? Section::kSharedUsers
                                                   : Section::kOther;
    package_ = nullptr;
    list_ = List::kNone;
    return true;
  }

  bool begin_package(std::string_view body) {
    PackageState state;
    state.name = std::string(between(body, "[", "]"));
    state.is_shared_user = starts_with(body, "SharedUser [");
    state.hidden_system = section_ == Section::kHidden;
    if (section_ == Section::kUnknown || section_ == Section::kOther) section_ = Section::kPackages;
    list_ = List::kNone;
    user_ = -1;
    if (state.name.empty()) return false;
    package_ = &out_.add(std::move(state));
    return true;
  }

  // A piece cut out of a package's block, as in tests and mails.
  bool begin_piece(const Line& line) {
    if (section_ != Section::kUnknown || !(is_attribute(line.body) || ends_with(line.body, ":")))
      return false;
    section_ = Section::kPackages;
    package_ = &out_.add({});
    return true;
  }

  bool begin_list(const Line& line) {
    list_ = list_named(line.body);
    list_indent_ = line.indent;
    return true;
  }

  bool item(std::string_view body) {
    switch (list_) {
      case List::kRequested:  // "android.permission.X", "...: restricted=true", "... (conditional)"
        package_->requested.push_back(std::string(body.substr(0, body.find_first_of(": "))));
        return true;
      case List::kGranted:
        if (is_attribute(body)) return attribute(body);
        package_->permissions.push_back({std::string(body), -1, true, {}});
        return true;
      case List::kInstall:
      case List::kRuntime:
        return permission(body);
      default:
        return true;
    }
  }

  // "android.permission.CAMERA: granted=true, flags=[ USER_SET|ONE_TIME ]"
  bool permission(std::string_view body) {
    const std::size_t colon = body.find(": granted=");
    if (colon == std::string_view::npos) {  // 6: "android.permission.INTERNET" alone was granted
      if (is_attribute(body) || contains(body, " ")) return false;
      package_->permissions.push_back({std::string(body), list_ == List::kRuntime ? user_ : -1, true, {}});
      return true;
    }
    PermissionState state;
    state.name = std::string(body.substr(0, colon));
    state.user = list_ == List::kRuntime ? std::max(user_, 0) : -1;
    state.granted = value_of(body, "granted=") == "true";
    state.flags = flag_words(between(body, "flags=[", "]"));
    package_->permissions.push_back(std::move(state));
    return true;
  }

  bool user_state(const Line& line) {
    std::string_view body = line.body;
    take(body, "User ");
    const auto user = parse_int<int>(body.substr(0, body.find(':')));
    if (!user) return false;
    user_ = *user;
    UserState state;
    state.user = user_;
    state.installed = value_of(body, "installed=") != "false";
    state.hidden = value_of(body, "hidden=") == "true" || value_of(body, "blocked=") == "true";
    state.suspended = value_of(body, "suspended=") == "true";
    state.stopped = value_of(body, "stopped=") == "true";
    state.not_launched = value_of(body, "notLaunched=") == "true";
    state.enabled = std::string(value_of(body, "enabled="));
    package_->users.push_back(std::move(state));
    return true;
  }

  bool attribute(std::string_view body) {
    if (!is_attribute(body)) return false;
    std::string_view value = body;
    auto text = [&](std::string_view key, std::string& out) {
      if (!take(value, key)) return false;
      if (out.empty() && value != "null") out = std::string(value);
      return true;
    };
    if (take(value, "firstInstallTime=")) return install_time(value);
    if (text("lastUpdateTime=", package_->last_update_time) || text("versionName=", package_->version_name) ||
        text("codePath=", package_->code_path) || text("installerPackageName=", package_->installer))
      return true;
    if (take(value, "userId=") || take(value, "appId=")) {
      package_->uid = parse_int<int>(value.substr(0, value.find(' '))).value_or(-1);
    } else if (starts_with(value, "versionCode=")) {
      package_->version_code = parse_int<std::int64_t>(value_of(value, "versionCode=")).value_or(-1);
      package_->min_sdk = parse_int<int>(value_of(value, "minSdk=")).value_or(-1);
      package_->target_sdk = parse_int<int>(value_of(value, "targetSdk=")).value_or(-1);
    } else if (take(value, "sharedUser=SharedUserSetting{")) {
      package_->shared_user = std::string(between(value, " ", "/"));
    } else if (take(value, "flags=[")) {
      package_->flags = flag_words(value.substr(0, value.find(']')));
    }
    return true;
  }

  bool install_time(std::string_view value) {
    if (user_ >= 0 && !package_->users.empty())
      package_->users.back().first_install_time = std::string(value);
    if (package_->first_install_time.empty()) package_->first_install_time = std::string(value);
    return true;
  }

  Parsed<PackageState> out_;
  Section section_ = Section::kUnknown;
  PackageState* package_ = nullptr;
  List list_ = List::kNone;
  std::size_t list_indent_ = 0;
  int user_ = -1;
};

}  // namespace

const PermissionState* PackageState::permission(std::string_view permission_name, int user_id) const {
  for (const PermissionState& p : permissions) {
    if (p.name == permission_name && (p.user == -1 || p.user == user_id)) return &p;
  }
  return nullptr;
}

const UserState* PackageState::user(int id) const {
  for (const UserState& u : users) {
    if (u.user == id) return &u;
  }
  return nullptr;
}

Parsed<PackageState> parse_packages(std::string_view text) { return PackageParser().run(text); }

const PackageState* find_package(const Parsed<PackageState>& packages, std::string_view name) {
  for (const PackageState& p : packages.records) {
    if (p.name == name && !p.hidden_system && !p.is_shared_user) return &p;
  }
  return nullptr;
}

const PermissionState* find_permission(const Parsed<PackageState>& packages, std::string_view name,
                                       std::string_view permission, int user) {
  const PackageState* package = find_package(packages, name);
  if (!package) return nullptr;
  const PermissionState* own = package->permission(permission, user);
  if (own || package->shared_user.empty()) return own;
  for (const PackageState& p : packages.records) {
    if (p.is_shared_user && p.name == package->shared_user) return p.permission(permission, user);
  }
  return nullptr;
}

}  // namespace storesweep::android
