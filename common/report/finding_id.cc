#include "common/report/finding_id.h"

#include <algorithm>
#include <map>

#include "common/base/hash.h"
#include "common/base/text.h"

namespace storesweep {
namespace {
constexpr std::size_t kMaxKeyBytes = kFindingKeyDigits + 6;  // with "-10000"

bool is_key(std::string_view key) {
  return key.size() >= kFindingKeyDigits && key.size() <= kMaxKeyBytes &&
         key.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}
}  // namespace

std::string finding_key(const Finding& f) {
  std::string all = f.rule + '\0' + f.what;
  for (const auto& [name, value] : f.values) {
    if (name != "count") all += '\0' + name + '\0' + value;  // another run counts otherwise
  }
  return to_hex(sha256(all)).substr(0, kFindingKeyDigits);
}

std::vector<std::string> finding_keys(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  std::map<std::string, int> seen;
  for (const Finding& f : findings) {
    std::string key = finding_key(f);
    const int times = ++seen[key];
    out.push_back(times == 1 ? key : key + "-" + std::to_string(times));
  }
  return out;
}

std::string text(const FindingId& id) { return std::to_string(id.job.value) + "." + id.key; }

std::optional<FindingId> finding_id_of(std::string_view text) {
  const std::size_t dot = text.find('.');
  const auto job = parse_int<std::int64_t>(text.substr(0, dot));
  if (!job || *job < 1 || dot == std::string_view::npos || !is_key(text.substr(dot + 1))) return std::nullopt;
  return FindingId{JobId(*job), std::string(text.substr(dot + 1))};
}

const Finding* find_finding(const Verdict& verdict, std::string_view key) {
  const std::vector<std::string> keys = finding_keys(verdict.findings);
  const auto at = std::find(keys.begin(), keys.end(), key);
  return at == keys.end() ? nullptr : &verdict.findings[static_cast<std::size_t>(at - keys.begin())];
}

}  // namespace storesweep
