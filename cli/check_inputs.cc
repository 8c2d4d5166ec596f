#include "cli/check_inputs.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "cli/json_fields.h"
#include "common/base/file.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "common/config/config.h"
#include "common/net/page.h"
#include "common/policy/policy.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {
namespace {
constexpr std::size_t kMaxListingBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxBaselineBytes = std::size_t{64} << 20;

Result<Json> read_json(const std::string& file, std::size_t most) {
  TRY_ASSIGN(const std::string text, read_file(file, most));
  return parse_json(text);
}
}  // namespace

Result<Baseline> read_baseline(const std::string& file) {
  const auto json = read_json(file, kMaxBaselineBytes);
  if (!json.ok()) return json.status().within("--baseline " + file);
  auto listing = listing_from_json(below(*json, "listing"));
  auto verdict = verdict_from_json(below(*json, "verdict"));
  for (const Status& why : {listing.status(), verdict.status()}) {
    if (!why.ok()) return why.within("--baseline " + file + " (wanted what `check --format json` wrote)");
  }
  return Baseline{std::move(*listing), std::move(*verdict)};
}

Result<Listing> read_listing(const std::string& file) {
  const auto json = read_json(file, kMaxListingBytes);
  auto listing = json.ok() ? listing_from_json(*json) : json.status();
  if (!listing.ok()) return listing.status().within("--listing " + file);
  return listing;
}

Result<std::vector<std::string>> required_rules(const std::vector<std::string>& names, const RulePack& pack) {
  std::vector<std::string> out, known;
  for (const RuleItem& item : pack.items) known.push_back(item.id);
  for (const std::string& list : names) {
    for (const std::string_view piece : split(list, ',')) {
      const std::string rule(trim(piece));
      if (rule.empty()) continue;
      if (!pack.item(rule)) {
        const auto meant = nearest_name(rule, known);
        return invalid("--require: the rule pack has no `" + rule + "`" +
                       (meant ? "; did you mean " + *meant + "?" : ""));
      }
      if (std::find(out.begin(), out.end(), rule) == out.end()) out.push_back(rule);
    }
  }
  return out;
}

Result<job::RunExtras> read_policy(const std::string& source, const std::string& scratch,
                                   const Deadline& deadline) {
  job::RunExtras out;
  out.policy_source = source;
  Result<std::string> text{std::string()};
  if (starts_with(source, "http://") || starts_with(source, "https://")) {
    SystemRandom random;
    net::Client client({.user_agent = "storesweep-check"}, random);
    TRY(make_folders(scratch));
    text = net::fetch_page(client, source, scratch + "/policy.tmp", policy::kMaxPolicyBytes, deadline);
    out.policy_source = net::shown_url(source);
  } else {
    text = read_file(source, policy::kMaxPolicyBytes);
  }
  if (!text.ok()) return text.status().within("--policy");
  if (trim(*text).empty()) return invalid("--policy: " + out.policy_source + " is empty");
  out.policy = *std::move(text);
  return out;
}

job::DecoyOptions decoys_in(const std::string& folder) {
  if (folder.empty()) return {};
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  const auto built = self / ".." / ".." / "probes" / "decoys.py";
  return {std::filesystem::exists(built, error) ? built.string() : "probes/decoys.py", folder};
}

Result<adb::ServerAddress> adb_server(const std::string& named) {
  adb::ServerAddress address;
  std::string port = named;
  if (const std::size_t colon = named.rfind(':'); colon != std::string::npos) {
    address.host = named.substr(0, colon);
    port = named.substr(colon + 1);
  }
  if (port.empty()) {
    const char* set = std::getenv("ANDROID_ADB_SERVER_PORT");
    if (set == nullptr || *set == '\0') return address;
    port = set;
  }
  const auto number = parse_int<int>(port);
  if (!number || *number < 1 || *number > 65535) return invalid("--adb: `" + port + "` is no port");
  address.port = static_cast<std::uint16_t>(*number);
  return address;
}

}  // namespace storesweep::cli
