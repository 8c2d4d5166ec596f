#include "worker/adb/install.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "worker/adb/shell.h"
#include "worker/adb/sync.h"

namespace storesweep::adb {

namespace {

constexpr std::size_t kOutputMaxBytes = 256 * 1024;
constexpr std::size_t kPackageNameMaxBytes = 255;
constexpr std::int64_t kCleanUpMs = 10'000;

bool name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool valid_file_name(std::string_view name) {
  return !name.empty() && name.size() <= 200 && name[0] != '-' && name[0] != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) { return name_char(c) || c == '.' || c == '-'; });
}

std::string flags(const InstallOptions& o) {
  std::string text;
  if (o.replace) text += " -r";
  if (o.allow_test) text += " -t";
  if (o.allow_downgrade) text += " -d";
  if (o.grant_permissions) text += " -g";
  return text;
}

// Where a package's files were half sent, nothing may be concluded from silence.
Result<InstallOutcome> outcome_of(std::string_view what, std::string_view output) {
  if (trim(output).empty()) return not_found(fmt::format("{}: the device said nothing", what));
  return parse_install_output(output);
}

struct Installer {
  Client& client;
  const Target& target;
  const Features& features;
  const InstallOptions& options;
  const Deadline& deadline;

  Result<std::string> exec_text(std::string_view command, ByteView input) {
    return exec(client, target, command, as_text(input), kOutputMaxBytes, deadline);
  }
  Result<std::string> shell_text(std::string_view command, const Deadline& until) {
    ShellOptions how{.v2 = features.contains("shell_v2"), .input = {}, .max_bytes = kOutputMaxBytes};
    TRY_ASSIGN(ShellResult result, shell(client, target, command, how, until));
    return result.out + result.err;
  }

  Result<InstallOutcome> streamed(const InstallFile& file) {
    TRY_ASSIGN(
        std::string output,
        exec_text(fmt::format("cmd package install{} -S {}", flags(options), file.bytes.size()), file.bytes));
    return outcome_of("install", output);
  }

  Result<InstallOutcome> pushed(const InstallFile& file) {
    const std::string path = "/data/local/tmp/" + file.name;
    TRY_ASSIGN(SyncSession sync, SyncSession::open(client, target, features.contains("stat_v2"), deadline));
    TRY(sync.push(path, file.bytes, 0644, 0, deadline));
    auto output = shell_text(fmt::format("pm install{} {}", flags(options), quoted(path)), deadline);
    // Also after a timeout: the next app must not find it.
    auto removed = shell_text("rm " + quoted(path), Deadline::in_ms(kCleanUpMs, deadline.cancel));
    if (!output.ok()) return output.status();
    if (!removed.ok()) return removed.status();
    return outcome_of("install", *output);
  }

  Result<InstallOutcome> session(const std::vector<InstallFile>& files) {
    std::size_t total = 0;
    for (const InstallFile& file : files) total += file.bytes.size();
    TRY_ASSIGN(std::string created,
               exec_text(fmt::format("cmd package install-create{} -S {}", flags(options), total), {}));
    auto id = parse_install_session(created);
    if (!id) return outcome_of("install-create", created);
    for (const InstallFile& file : files) {
      auto output =
          exec_text(fmt::format("cmd package install-write -S {} {} {} -", file.bytes.size(), *id, file.name),
                    file.bytes);
      auto written =
          output.ok() ? outcome_of("install-write", *output) : Result<InstallOutcome>(output.status());
      if (written.ok() && written->success) continue;
      TRY(abandon(*id));
      return written;
    }
    TRY_ASSIGN(std::string output, exec_text(fmt::format("cmd package install-commit {}", *id), {}));
    return outcome_of("install-commit", output);
  }

  Status abandon(std::uint64_t id) {
    const Deadline until = Deadline::in_ms(kCleanUpMs, deadline.cancel);
    return shell_text(fmt::format("cmd package install-abandon {}", id), until).status();
  }
};

}  // namespace

bool valid_package_name(std::string_view name) {
  if (name.empty() || name.size() > kPackageNameMaxBytes) return false;
  for (std::string_view part : split(name, '.')) {
    if (part.empty() || !std::all_of(part.begin(), part.end(), name_char)) return false;
  }
  return true;
}

Result<InstallOutcome> install(Client& client, const Target& target, const Features& features,
                               const std::vector<InstallFile>& files, const InstallOptions& options,
                               const Deadline& deadline) {
  if (files.empty()) return invalid("install: no file");
  for (const InstallFile& file : files) {
    if (!valid_file_name(file.name))
      return invalid(fmt::format("install: the name '{}'", clean_utf8(file.name)));
  }
  Installer installer{client, target, features, options, deadline};
  const bool cmd = features.contains("cmd");
  if (files.size() > 1) {
    if (!cmd) return unsupported("install: this device takes no splits (it has no `cmd package`)");
    return installer.session(files);
  }
  return cmd ? installer.streamed(files[0]) : installer.pushed(files[0]);
}

Result<InstallOutcome> uninstall(Client& client, const Target& target, const Features& features,
                                 std::string_view package, const Deadline& deadline) {
  if (!valid_package_name(package))
    return invalid(fmt::format("'{}' is no package name", clean_utf8(package)));
  Installer installer{client, target, features, {}, deadline};
  TRY_ASSIGN(std::string output, installer.shell_text(fmt::format("pm uninstall {}", package), deadline));
  return outcome_of("uninstall", output);
}

Result<std::vector<std::string>> package_paths(Client& client, const Target& target, const Features& features,
                                               std::string_view package, const Deadline& deadline) {
  if (!valid_package_name(package))
    return invalid(fmt::format("'{}' is no package name", clean_utf8(package)));
  Installer installer{client, target, features, {}, deadline};
  TRY_ASSIGN(std::string output, installer.shell_text(fmt::format("pm path {}", package), deadline));
  auto paths = parse_pm_path(output);
  if (paths.empty() && parse_install_output(output).blame == InstallBlame::kDevice) {
    return not_found(fmt::format("pm path: {}", clean_utf8(trim(output).substr(0, 200))));
  }
  return paths;
}

}  // namespace storesweep::adb
