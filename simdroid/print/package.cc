#include "simdroid/print/package.h"

#include <algorithm>
#include <map>

#include "common/base/text.h"
#include "simdroid/print/sheet.h"
#include "simdroid/print/text.h"

namespace storesweep::simdroid {
namespace {
std::string stamp(std::int64_t wall_ms) { return date_text("%Y-%m-%d %H:%M:%S", wall_ms); }

std::string flags_of(const PackageRecord& p) {
  std::vector<std::string> flags;
  if (p.system) flags.emplace_back("SYSTEM");
  if (p.debuggable) flags.emplace_back("DEBUGGABLE");
  flags.emplace_back("HAS_CODE");
  flags.emplace_back("ALLOW_CLEAR_USER_DATA");
  if (p.allow_backup) flags.emplace_back("ALLOW_BACKUP");
  return joined(flags, " ");
}

std::string private_flags_of(const PackageRecord& p) {
  constexpr int kFirstResizeableTarget = 24;
  return p.target_sdk >= kFirstResizeableTarget
             ? "PRIVATE_FLAG_ACTIVITIES_RESIZE_MODE_RESIZEABLE_VIA_SDK_VERSION"
             : "PRIVATE_FLAG_REQUEST_LEGACY_EXTERNAL_STORAGE";
}

// One of the resolver tables: what answers each action, first without data, then by scheme.
void resolver(Sheet& sheet, const std::vector<ResolvedComponent>& components, std::string_view kind) {
  if (components.empty()) return;
  sheet.add("package.resolver." + std::string(kind));
  for (bool schemes : {false, true}) {
    std::map<std::string, std::vector<const ResolvedComponent*>> by_key;
    for (const ResolvedComponent& c : components) {
      if (c.scheme.empty() == schemes) continue;
      if (schemes) by_key[c.scheme].push_back(&c);
      for (const std::string& action : c.actions) {
        if (!schemes) by_key[action].push_back(&c);
      }
    }
    if (by_key.empty()) continue;
    sheet.add(schemes ? "package.resolver.schemes" : "package.resolver.plain");
    for (const auto& [key, entries] : by_key) {
      sheet.add("package.resolver.key", {{"key", key}});
      for (const ResolvedComponent* c : entries) {
        const std::string id = identity_text(c->component + joined(c->actions, ","));
        sheet.add("package.resolver.entry",
                  {{"id", identity_text(c->component)}, {"component", c->component}, {"filter", id}});
        for (const std::string& action : c->actions)
          sheet.add("package.resolver.action", {{"action", action}});
        for (const std::string& category : c->categories)
          sheet.add("package.resolver.category", {{"category", category}});
        if (schemes) sheet.add("package.resolver.scheme", {{"scheme", c->scheme}});
      }
    }
  }
  sheet.add("package.blank");
}

Holes record_holes(const PackageRecord& p) {
  std::vector<std::string> gids;
  for (int gid : p.gids) gids.push_back(std::to_string(gid));
  return {{"package", p.name},
          {"id", identity_text(p.name + "setting")},
          {"id2", identity_text(p.name + "package")},
          {"id3", identity_text(p.name + "info")},
          {"id4", identity_text(p.name + "signatures")},
          {"uid", std::to_string(p.uid)},
          {"gids", joined(gids, ", ")},
          {"code_path", p.code_path},
          {"library_path", p.library_path},
          {"abi", p.abi.empty() ? "null" : p.abi},
          {"version_code", std::to_string(p.version_code)},
          {"version_name", p.version_name.empty() ? "null" : p.version_name},
          {"min_sdk", std::to_string(p.min_sdk)},
          {"target_sdk", std::to_string(p.target_sdk)},
          {"splits", "base"},
          {"signing", "2"},
          {"flags", flags_of(p)},
          {"private_flags", private_flags_of(p)},
          {"data_dir", p.data_dir},
          {"updated", stamp(p.last_update_wall_ms)},
          {"installed_at", stamp(p.first_install_wall_ms)},
          {"installer", p.installer},
          {"signature", p.signature.empty() ? identity_text(p.name) : p.signature},
          {"inode", std::to_string(100'000 + p.uid)},
          {"installed", yes_no(p.installed)},
          {"hidden", yes_no(p.hidden)},
          {"suspended", yes_no(p.suspended)},
          {"stopped", yes_no(p.stopped)},
          {"not_launched", yes_no(p.not_launched)},
          {"enabled", std::to_string(p.enabled)}};
}

void list(Sheet& sheet, const std::string& block, const std::vector<std::string>& names, const char* hole) {
  if (names.empty() || !sheet.has(block)) return;
  sheet.add(block);
  for (const std::string& name : names) sheet.add(block + "_line", {{hole, name}});
}

void user_state(Sheet& sheet, const Templates& t, const PackageRecord& p, const Holes& holes) {
  sheet.add("package.user", holes);
  if (!p.gids.empty()) sheet.add("package.gids", holes);
  if (!p.runtime_permissions.empty()) sheet.add("package.runtime");
  for (const PermissionState& permission : p.runtime_permissions) {
    const Holes values{{"permission", permission.name},
                       {"granted", yes_no(permission.granted)},
                       {"flags", joined(permission.flags, t.line("package.flag_join"))}};
    sheet.add(permission.flags.empty() ? "package.runtime_plain" : "package.runtime_line", values);
  }
  list(sheet, "package.disabled", p.disabled_components, "class");
}

void record(Sheet& sheet, const Templates& t, const PackageRecord& p, bool alone) {
  const bool install_before_user =
      t.has("package.runtime");  // up to 5.1 grants stand behind the user's state
  const Holes holes = record_holes(p);
  sheet.add("package.record", holes);
  sheet.add("package.record2", holes);
  sheet.add("package.times", holes);
  if (!p.installer.empty()) sheet.add("package.installer", holes);
  sheet.add("package.signatures", holes);
  if (!p.declared.empty()) sheet.add("package.declared");
  for (const auto& [name, protection] : p.declared)
    sheet.add("package.declared_line", {{"permission", name}, {"protection", protection}});
  if (alone) list(sheet, "package.requested", p.requested, "permission");
  if (install_before_user) list(sheet, "package.install", p.install_permissions, "permission");
  user_state(sheet, t, p, holes);
  if (!install_before_user) list(sheet, "package.install", p.install_permissions, "permission");
}

std::string grouped(const Templates& t, const std::vector<const PackageRecord*>& packages, Moment /*now*/) {
  Sheet sheet(t);
  for (const PackageRecord* p : packages) {
    resolver(sheet, p->activities, "activity");
    resolver(sheet, p->receivers, "receiver");
    resolver(sheet, p->services, "service");
  }
  sheet.add("package.keys_head");
  for (const PackageRecord* p : packages)
    sheet.add("package.keys", {{"package", p->name}, {"keyset", std::to_string(p->uid % 97)}});
  sheet.add("package.blank");
  sheet.add("package.packages");
  for (const PackageRecord* p : packages) record(sheet, t, *p, packages.size() == 1);
  if (!sheet.has("package.dexopt")) return sheet.take();
  sheet.add("package.blank");
  sheet.add("package.changes");
  sheet.add("package.changes_head", {{"count", std::to_string(packages.size())}});
  int count = 0;
  for (const PackageRecord* p : packages)
    sheet.add("package.changes_line", {{"count", std::to_string(count++)}, {"package", p->name}});
  sheet.add("package.blank");
  sheet.add("package.blank");
  sheet.add("package.dexopt");
  for (const PackageRecord* p : packages) {
    sheet.add("package.dexopt_line", {{"package", p->name},
                                      {"path", p->code_path + "/base.apk"},
                                      {"isa", p->abi.empty() ? "x86" : p->abi},
                                      {"reason", p->system ? "prebuilt" : "install"}});
  }
  sheet.add("package.blank");
  sheet.add("package.blank");
  sheet.add("package.stats");
  for (const PackageRecord* p : packages) sheet.add("package.stats_line", {{"package", p->name}});
  return sheet.take();
}
}  // namespace

std::string print_package(const Templates& t, const PackageRecord& package, Moment now) {
  return grouped(t, {&package}, now);
}

std::string print_unknown_package(const Templates& t, const std::string& name) {
  return t.fill("package.unknown", {{"package", name}});
}

std::string print_packages(const Templates& t, const std::vector<PackageRecord>& packages, Moment now) {
  std::vector<const PackageRecord*> all;
  for (const PackageRecord& p : packages) all.push_back(&p);
  return grouped(t, all, now);
}

std::string print_package_list(const Templates& t, const std::vector<PackageLine>& packages,
                               const PackageListing& what) {
  Sheet sheet(t);
  auto part = [&t](bool wanted, const char* block, const Holes& values) {
    return wanted && t.has(block) ? t.line(block, values) : std::string();
  };
  for (const PackageLine& p : packages) {
    sheet.add("pm.list_line",
              {{"name", p.name},
               {"path", part(what.path, "pm.list_path", {{"path", p.path}})},
               {"version",
                part(what.version_code, "pm.list_version", {{"version", std::to_string(p.version_code)}})},
               {"installer", part(what.installer, "pm.list_installer",
                                  {{"installer", p.installer.empty() ? "null" : p.installer}})},
               {"uid", part(what.uid, "pm.list_uid", {{"uid", std::to_string(p.uid)}})}});
  }
  return sheet.take();
}

std::string print_package_paths(const Templates& t, const std::vector<std::string>& files) {
  Sheet sheet(t);
  for (const std::string& file : files) sheet.add("pm.path_line", {{"path", file}});
  return sheet.take();
}

std::string print_features(const Templates& t, const std::vector<std::string>& features) {
  Sheet sheet(t);
  for (const std::string& feature : features) sheet.add("pm.feature_line", {{"feature", feature}});
  return sheet.take();
}

std::string print_install_success(const Templates& t, const std::string& apk_path) {
  return t.fill("pm.install_success", {{"path", apk_path}});
}
std::string print_install_failure(const Templates& t, const std::string& apk_path, const std::string& code,
                                  const std::string& reason) {
  return t.fill("pm.install_failure",
                {{"path", apk_path}, {"why", reason.empty() ? code : code + ": " + reason}});
}
std::string print_install_created(const Templates& t, int session) {
  return t.fill("pm.install_created", {{"session", std::to_string(session)}});
}
std::string print_install_written(const Templates& t, std::uint64_t bytes) {
  return t.fill("pm.install_written", {{"bytes", std::to_string(bytes)}});
}
std::string print_uninstall(const Templates& t, bool done, const std::string& code) {
  return t.fill(done ? "pm.uninstall_success" : "pm.uninstall_failure", {{"why", code}});
}
std::string print_clear(const Templates& t, bool done) {
  return t.fill(done ? "pm.clear_success" : "pm.clear_failure");
}
std::string print_grant_error(const Templates& t, std::string_view what, const std::string& package,
                              const std::string& permission) {
  const std::string block = "pm.grant." + std::string(what);
  return t.has(block) ? t.fill(block, {{"package", package}, {"permission", permission}}) : "";
}

}  // namespace storesweep::simdroid
