#include "worker/apk/mini_program.h"

#include <algorithm>

#include "common/base/text.h"
#include "worker/apk/bounded_json.h"

namespace storesweep::apk {
namespace {
using Json = nlohmann::json;
constexpr std::uint8_t kFirstMark = 0xbe, kLastMark = 0xed;
constexpr std::size_t kHeaderBytes = 14, kMaxShownBytes = 256, kMaxListItems = 2'000;
constexpr std::string_view kEncryptedMark = "V1MMWX";

// The table's numbers are big endian.
std::uint32_t big(ByteReader& r) {
  std::uint32_t v = 0;
  for (int i = 0; i < 4; ++i) v = v << 8 | r.u8();
  return v;
}

std::string shown(std::string_view text) { return clean_utf8(text.substr(0, kMaxShownBytes)); }

Status read_table(ByteView file, MiniProgram& out) {
  ByteReader r(file);
  r.skip(1 + 4);
  std::uint32_t index_bytes = big(r), body_bytes = big(r);
  r.skip(1);
  std::uint32_t count = big(r);
  if (!r.ok() || kHeaderBytes + std::uint64_t{index_bytes} + body_bytes > file.size()) {
    return corrupt("wxapkg: cut off");
  }
  if (count > kMaxMiniFiles) return exhausted("wxapkg: " + std::to_string(count) + " files");
  for (std::uint32_t i = 0; i < count; ++i) {
    std::string_view name = as_text(r.take(big(r)));
    std::uint32_t at = big(r), size = big(r);
    if (!r.ok() || r.at() > kHeaderBytes + std::uint64_t{index_bytes}) {
      return corrupt("wxapkg: file " + std::to_string(i) + " of the table is cut off");
    }
    if (at > file.size() || size > file.size() - at) {
      return corrupt("wxapkg: " + shown(name) + " lies outside the package");
    }
    out.files.push_back({name, file.subspan(at, size)});
  }
  return ok_status();
}

std::string text_of(const Json& json, const char* key) {
  auto value = json.find(key);
  return value != json.end() && value->is_string() ? shown(value->get<std::string>()) : "";
}

void read_list(const Json& json, const char* key, std::vector<std::string>& out) {
  auto list = json.find(key);
  if (list == json.end() || !list->is_array()) return;
  for (const Json& item : *list) {
    if (item.is_string() && out.size() < kMaxListItems) out.push_back(shown(item.get<std::string>()));
  }
}

void read_settings(const Json& json, MiniProgram& out) {
  if (!json.is_object()) return;
  if (std::string id = text_of(json, "appid"); !id.empty()) out.app_id = id;
  if (auto permission = json.find("permission"); permission != json.end() && permission->is_object()) {
    for (const auto& [scope, value] : permission->items()) {
      if (out.permissions.size() >= kMaxListItems) break;
      out.permissions[shown(scope)] = value.is_object() ? text_of(value, "desc") : "";
    }
  }
  read_list(json, "requiredPrivateInfos", out.private_infos);
  read_list(json, "requiredBackgroundModes", out.background_modes);
  read_list(json, "pages", out.pages);
  auto plugins = json.find("plugins");
  if (plugins == json.end() || !plugins->is_object()) return;
  for (const auto& [name, value] : plugins->items()) {
    if (value.is_object() && out.plugins.size() < kMaxListItems) {
      out.plugins.push_back(text_of(value, "provider") + " " + text_of(value, "version"));
    }
  }
}

bool identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

// The name behind "wx": .name, ["name"] or ['name'].
std::string_view called_name(std::string_view rest) {
  std::size_t begin = 0;
  if (starts_with(rest, ".")) {
    begin = 1;
  } else if (starts_with(rest, "[\"") || starts_with(rest, "['")) {
    begin = 2;
  } else {
    return {};
  }
  std::size_t end = begin;
  while (end < rest.size() && end - begin < 64 && identifier(rest[end])) ++end;
  return rest.substr(begin, end - begin);
}
}  // namespace

bool is_mini_program(ByteView file) {
  if (starts_with(as_text(file), kEncryptedMark)) return true;
  return file.size() > kHeaderBytes && file[0] == kFirstMark && file[kHeaderBytes - 1] == kLastMark;
}

void find_platform_calls(std::string_view script, std::string_view object, const std::string& file,
                         std::map<std::string, PlatformCall>& calls) {
  for (std::size_t at = script.find(object); at != std::string_view::npos;
       at = script.find(object, at + object.size())) {
    if (at > 0 && (identifier(script[at - 1]) || script[at - 1] == '.')) continue;
    std::string_view name = called_name(script.substr(at + object.size(), 80));
    if (name.empty()) continue;
    auto found = calls.find(std::string(name));
    if (found == calls.end()) {
      if (calls.size() >= kMaxMiniCalls) continue;
      found = calls.emplace(std::string(name), PlatformCall()).first;
    }
    PlatformCall& call = found->second;
    call.count += 1;
    if (call.files.size() < kMaxMiniFilesOfACall && (call.files.empty() || call.files.back() != file)) {
      call.files.push_back(file);
    }
  }
}

Result<MiniProgram> read_mini_program(ByteView file, Budget& budget) {
  MiniProgram out;
  if (starts_with(as_text(file), kEncryptedMark)) {
    out.encrypted = true;
    return out;
  }
  if (!is_mini_program(file)) return corrupt("wxapkg: no header");
  TRY(read_table(file, out));
  for (const MiniFile& f : out.files) {
    TRY(budget.spend(f.bytes.size()));
    std::string_view name = f.name.substr(starts_with(f.name, "/") ? 1 : 0);
    if (name == "app.json" || name == "app-config.json" || name == "plugin.json") {
      std::optional<Json> json = parse_bounded_json(as_text(f.bytes));
      if (json) read_settings(*json, out);
      if (!json) out.notes.push_back(shown(name) + " cannot be read");
    } else if (ends_with(name, ".js") || ends_with(name, ".html")) {
      find_platform_calls(as_text(f.bytes), "wx", shown(name), out.calls);
    }
  }
  return out;
}

}  // namespace storesweep::apk
