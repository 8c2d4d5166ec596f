#include "coordinator/catalogue/columns.h"

#include <algorithm>
#include <unordered_map>

#include "common/base/hash.h"
#include "common/base/text.h"

namespace storesweep::catalogue {
namespace {
struct Named {
  Column column;
  std::vector<std::string_view>
      names;  // the first is the column's own; without case, blanks, dashes, underscores
};

const std::vector<Named>& all_columns() {
  static const std::vector<Named> kAll = {
      {Column::kTenant, {"tenant", "租户"}},
      {Column::kSubject, {"subject", "subjectkind", "类型"}},
      {Column::kPlace, {"place", "placekind", "渠道类型"}},
      {Column::kStore, {"store", "market", "site", "model", "应用商店", "应用来源", "来源", "渠道", "机型"}},
      {Column::kPackage, {"package", "packagename", "pkg", "pkgname", "appid", "包名", "应用包名"}},
      {Column::kVersionName, {"version_name", "versionname", "version", "ver", "版本", "版本号", "应用版本"}},
      {Column::kVersionCode, {"version_code", "versioncode", "vercode", "版本代码"}},
      {Column::kLabel, {"label", "name", "appname", "title", "应用名称", "名称", "app名称"}},
      {Column::kDeveloper,
       {"developer", "developername", "author", "authorname", "publisher", "vendor", "开发者", "开发者名称",
        "应用开发者", "运营者"}},
      {Column::kCreditCode, {"credit_code", "creditcode", "uscc", "统一社会信用代码", "信用代码"}},
      {Column::kFilingNumber, {"filing_number", "filingnumber", "filing", "icp", "备案号", "app备案号"}},
      {Column::kRegion, {"region", "province", "地区", "省份", "所在地", "属地"}},
      {Column::kCategory, {"category", "类别", "分类", "应用分类"}},
      {Column::kCategorySource, {"category_source", "categorysource", "分类来源"}},
      {Column::kRank, {"rank", "排名"}},
      {Column::kDownloads, {"downloads", "downloadcount", "installs", "下载量", "下载次数"}},
      {Column::kReleaseDate,
       {"release_date", "releasedate", "released", "updated", "updatedate", "发布日期", "更新日期",
        "发布时间", "更新时间"}},
      {Column::kPermissions, {"permissions", "权限", "权限列表"}},
      {Column::kPolicyUrl,
       {"policy_url", "policyurl", "privacypolicy", "privacypolicyurl", "privacyurl", "policy", "隐私政策",
        "隐私政策地址", "隐私政策链接"}},
      {Column::kApkUrl, {"apk_url", "apkurl", "url", "downloadurl", "apk", "下载地址", "下载链接"}},
      {Column::kApkSha256, {"apk_sha256", "apksha256", "sha256", "hash"}},
      {Column::kApkBytes,
       {"apk_bytes", "apkbytes", "size", "apksize", "bytes", "filesize", "大小", "文件大小"}},
      {Column::kPage, {"page", "页面存档"}},
  };
  return kAll;
}

std::string plain_name(std::string_view header) {
  std::string out;
  for (char c : trim(header)) {
    if (c == '_' || c == '-' || c == ' ') continue;
    out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  return out;
}

Status bad(Column column, const std::string& why) { return invalid(std::string(name(column)) + ": " + why); }

Status set_text(std::string& field, Column column, std::string_view text) {
  if (text.size() > kMaxFieldBytes)
    return bad(column, "longer than " + std::to_string(kMaxFieldBytes) + " bytes");
  if (!valid_utf8(text)) return bad(column, "not UTF-8");
  auto control = [](char c) {
    return static_cast<unsigned char>(c) < 32 && c != '\n' && c != '\r' && c != '\t';
  };
  if (std::any_of(text.begin(), text.end(), control)) return bad(column, "holds a control character");
  field = text;
  return ok_status();
}

Status set_number(std::int64_t& field, Column column, std::string_view text) {
  auto n = parse_int<std::int64_t>(text);
  if (!n || *n < 0) return bad(column, "\"" + std::string(text.substr(0, 40)) + "\" is not a number from 0");
  field = *n;
  return ok_status();
}

Status set_url(std::string& field, Column column, std::string_view text) {
  bool known = starts_with(text, "http://") || starts_with(text, "https://") || starts_with(text, "file://");
  // What a scripted worker shall do instead of a run (rehearsals); every other worker refuses such an
  // address.
  known = known || (column == Column::kApkUrl && starts_with(text, "script:"));
  if (!known || text.find_first_of(" \t\r\n") != std::string_view::npos) {
    return bad(column, "not an http, https or file address");
  }
  return set_text(field, column, text);
}

Status set_sha256(std::string& field, std::string_view text) {
  auto digest = digest_from_hex(text);
  if (!digest) return bad(Column::kApkSha256, "not 64 hexadecimal digits");
  field = to_hex(*digest);
  return ok_status();
}

Status set_page(std::string& field, std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view extent = text.substr(0, colon);
  auto digest = colon == std::string_view::npos ? std::nullopt : digest_from_hex(text.substr(colon + 1));
  if ((extent != "whole" && extent != "part") || !digest)
    return bad(Column::kPage, "not whole: or part: and 64 hexadecimal digits");
  field = std::string(extent) + ":" + to_hex(*digest);
  return ok_status();
}

Status set_package(std::string& field, std::string_view text) {
  auto odd = [](char c) { return c <= ' ' || c > '~'; };
  if (text.size() > kMaxPackageBytes || std::any_of(text.begin(), text.end(), odd)) {
    return bad(Column::kPackage, "not a package name");
  }
  field = text;
  return ok_status();
}

template <class Kind>
Status set_kind(Kind& field, Column column, std::string_view text, std::initializer_list<Kind> kinds) {
  for (Kind kind : kinds) {
    if (name(kind) == text) {
      field = kind;
      return ok_status();
    }
  }
  return bad(column, "\"" + std::string(text.substr(0, 40)) + "\" is not one of its words");
}

// NAME=PURPOSE;NAME;... as one field of CSV.
Status set_permissions(Listing& listing, std::string_view text) {
  for (std::string_view one : split(text, ';')) {
    auto equals = one.find('=');
    std::string_view purpose = equals == std::string_view::npos ? "" : one.substr(equals + 1);
    if (!trim(one).empty()) TRY(add_permission(listing, one.substr(0, equals), purpose));
  }
  return ok_status();
}

Status set_date(std::string& field, std::string_view text) {
  auto date = date_of(text);
  if (!date) return bad(Column::kReleaseDate, "\"" + std::string(text.substr(0, 40)) + "\" is not a date");
  field = *date;
  return ok_status();
}
}  // namespace

std::optional<Column> column_named(std::string_view header) {
  static const auto kByName = [] {
    std::unordered_map<std::string, Column> names;
    for (const Named& named : all_columns()) {
      for (std::string_view n : named.names) names.emplace(plain_name(n), named.column);
    }
    return names;
  }();
  auto found = kByName.find(plain_name(header));
  return found == kByName.end() ? std::nullopt : std::optional(found->second);
}

std::string_view name(Column column) {
  for (const Named& named : all_columns()) {
    if (named.column == column) return named.names[0];
  }
  return "?";
}

Status add_permission(Listing& listing, std::string_view name, std::string_view purpose) {
  if (listing.permissions.size() == kMaxPermissions) {
    return bad(Column::kPermissions, "more than " + std::to_string(kMaxPermissions));
  }
  DeclaredPermission p;
  TRY(set_text(p.name, Column::kPermissions, trim(name)));
  TRY(set_text(p.purpose, Column::kPermissions, trim(purpose)));
  if (p.name.empty()) return bad(Column::kPermissions, "one has no name");
  listing.permissions.push_back(std::move(p));
  return ok_status();
}

Status set_field(Listing& l, Column column, std::string_view raw) {
  std::string_view text = trim(raw);
  if (text.empty()) return ok_status();
  switch (column) {
    case Column::kTenant:
      return set_number(l.tenant.value, column, text);
    case Column::kSubject:
      return set_kind(l.subject, column, text,
                      {SubjectKind::kApp, SubjectKind::kQuickApp, SubjectKind::kMiniProgram,
                       SubjectKind::kSdk, SubjectKind::kStore});
    case Column::kPlace:
      return set_kind(l.place, column, text, {PlaceKind::kStore, PlaceKind::kSite, PlaceKind::kPreset});
    case Column::kStore:
      return set_text(l.store, column, text);
    case Column::kPackage:
      return set_package(l.package, text);
    case Column::kVersionName:
      return set_text(l.version_name, column, text);
    case Column::kVersionCode:
      return set_number(l.version_code, column, text);
    case Column::kLabel:
      return set_text(l.label, column, text);
    case Column::kDeveloper:
      return set_text(l.developer, column, text);
    case Column::kCreditCode:
      return set_text(l.credit_code, column, text);
    case Column::kFilingNumber:
      return set_text(l.filing_number, column, text);
    case Column::kRegion:
      return set_text(l.region, column, text);
    case Column::kCategory:
      return set_text(l.category, column, text);
    case Column::kCategorySource:
      return set_text(l.category_source, column, text);
    case Column::kRank:
      return set_number(l.rank, column, text);
    case Column::kDownloads:
      return set_number(l.downloads, column, text);
    case Column::kReleaseDate:
      return set_date(l.release_date, text);
    case Column::kPermissions:
      return set_permissions(l, text);
    case Column::kPolicyUrl:
      return set_url(l.policy_url, column, text);
    case Column::kApkUrl:
      return set_url(l.apk_url, column, text);
    case Column::kApkSha256:
      return set_sha256(l.apk_sha256, text);
    case Column::kApkBytes:
      return set_number(l.apk_bytes, column, text);
    case Column::kPage:
      return set_page(l.page, text);
  }
  return ok_status();
}

Status check(const Listing& listing) {
  if (listing.package.empty()) return bad(Column::kPackage, "is missing");
  if (listing.store.empty())
    return bad(Column::kStore, "is missing, and none was named for the whole catalogue");
  if (listing.tenant.value == 0) return bad(Column::kTenant, "0 is none");
  return ok_status();
}

std::optional<std::string> date_of(std::string_view text) {
  std::string digits;
  std::string_view date = text.substr(0, text.find_first_of("T "));
  if (date.size() == 8) {
    digits = date;
  } else if (date.size() == 10 && (date[4] == '-' || date[4] == '/') && date[7] == date[4]) {
    digits = std::string(date.substr(0, 4)) + std::string(date.substr(5, 2)) + std::string(date.substr(8, 2));
  } else {
    return std::nullopt;
  }
  auto all = parse_int<int>(digits);
  if (!all || digits[0] == '-') return std::nullopt;
  int month = *all / 100 % 100, day = *all % 100;
  if (*all < 19700101 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  return digits.substr(0, 4) + "-" + digits.substr(4, 2) + "-" + digits.substr(6, 2);
}

}  // namespace storesweep::catalogue
