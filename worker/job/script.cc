#include "worker/job/script.h"

#include <algorithm>

#include "common/base/text.h"

namespace storesweep::job {
namespace {
constexpr std::string_view kScheme = "script:";
constexpr std::int64_t kLongestMs = 3'600'000;
constexpr std::int64_t kMostKilobytes = 65'536;

Status set_number(std::string_view text, std::int64_t most, std::int64_t& out) {
  const auto n = parse_int<std::int64_t>(text);
  if (!n || *n < 0 || *n > most) return invalid("a number from 0 to " + std::to_string(most) + " expected");
  out = *n;
  return ok_status();
}

Status set_fail(std::string_view value, Script& script) {
  for (FailureKind kind :
       {FailureKind::kApp, FailureKind::kDevice, FailureKind::kInfrastructure, FailureKind::kEvasion}) {
    if (value == name(kind)) {
      script.fail = kind;
      return ok_status();
    }
  }
  script.fail_fetch = value == "fetch";
  return script.fail_fetch ? ok_status() : invalid("app, device, infrastructure, evasion or fetch expected");
}

void add_sdk(std::string_view value, SdkList& sdks) {
  const auto at = std::min(value.find('@'), value.size());
  sdks.catalogue = "scripted-1";
  sdks.in.push_back(
      {std::string(value.substr(0, at)), std::string(value.substr(std::min(at + 1, value.size())))});
}

Status set_word(std::string_view key, std::string_view value, Script& script) {
  if (key == "violation" && value == "first") {
    script.violation = Script::Violation::kFirst;
  } else if (key == "violation" && value == "both") {
    script.violation = Script::Violation::kBoth;
  } else if (key == "kill" && value == "worker") {
    script.kill = Script::Kill::kWorker;
  } else if (key == "kill" && value == "judge") {
    script.kill = Script::Kill::kJudge;
  } else {
    return invalid("unknown key or value");
  }
  return ok_status();
}

Status set(std::string_view key, std::string_view value, Script& script) {
  std::int64_t number = 0;
  if (key == "app") {
    script.app = value;
  } else if (key == "ms") {
    TRY(set_number(value, kLongestMs, number));
    script.run_ms = number;
  } else if (key == "fetch_ms") {
    TRY(set_number(value, kLongestMs, script.fetch_ms));
  } else if (key == "fail_runs") {
    TRY(set_number(value, INT64_MAX - 1, script.fail_runs));
  } else if (key == "kilobytes") {
    TRY(set_number(value, kMostKilobytes, script.kilobytes));
  } else if (key == "min_api") {
    TRY(set_number(value, 100, number));
    script.needs.min_api = static_cast<int>(number);
  } else if (key == "abi") {
    script.needs.abis.emplace_back(value);
  } else if (key == "feature") {
    script.needs.features.emplace_back(value);
  } else if (key == "sdk") {
    add_sdk(value, script.sdks);
  } else if (key == "fail") {
    return set_fail(value, script);
  } else {
    return set_word(key, value, script);
  }
  return ok_status();
}
}  // namespace

Result<Script> parse_script(const std::string& address) {
  Script script;
  script.app = address;
  if (!starts_with(address, kScheme)) return script;
  for (std::string_view pair : split(std::string_view(address).substr(kScheme.size()), ';')) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    if (equals == pair.npos) return invalid(address + ": `" + std::string(pair) + "`: KEY=VALUE expected");
    Status s = set(pair.substr(0, equals), pair.substr(equals + 1), script);
    if (!s.ok()) return s.within(address + ": `" + std::string(pair) + "`");
  }
  return script;
}

}  // namespace storesweep::job
