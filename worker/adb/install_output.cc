#include "worker/adb/install_output.h"

#include <algorithm>
#include <array>

#include "common/base/text.h"

namespace storesweep::adb {

namespace {

struct KnownReason {
  std::string_view text;
  InstallBlame blame;
};

// AOSP frameworks/base: PackageManager.INSTALL_FAILED_*. Those of no list are the app's own fault.
constexpr std::array kReasons = {
    KnownReason{"INSTALL_FAILED_NO_MATCHING_ABIS", InstallBlame::kNeeds},
    KnownReason{"INSTALL_FAILED_CPU_ABI_INCOMPATIBLE", InstallBlame::kNeeds},
    KnownReason{"INSTALL_FAILED_OLDER_SDK", InstallBlame::kNeeds},
    KnownReason{"INSTALL_FAILED_NEWER_SDK", InstallBlame::kNeeds},
    KnownReason{"INSTALL_FAILED_DEPRECATED_SDK_VERSION", InstallBlame::kNeeds},
    KnownReason{"INSTALL_FAILED_MISSING_FEATURE", InstallBlame::kNeeds},
    KnownReason{"INSTALL_FAILED_MISSING_SHARED_LIBRARY", InstallBlame::kNeeds},
    KnownReason{"INSTALL_FAILED_ALREADY_EXISTS", InstallBlame::kLeftover},
    KnownReason{"INSTALL_FAILED_UPDATE_INCOMPATIBLE", InstallBlame::kLeftover},
    KnownReason{"INSTALL_FAILED_VERSION_DOWNGRADE", InstallBlame::kLeftover},
    KnownReason{"INSTALL_FAILED_DUPLICATE_PACKAGE", InstallBlame::kLeftover},
    KnownReason{"INSTALL_FAILED_DUPLICATE_PERMISSION", InstallBlame::kLeftover},
    KnownReason{"INSTALL_FAILED_CONFLICTING_PROVIDER", InstallBlame::kLeftover},
    KnownReason{"INSTALL_FAILED_SHARED_USER_INCOMPATIBLE", InstallBlame::kLeftover},
    KnownReason{"INSTALL_FAILED_UID_CHANGED", InstallBlame::kLeftover},
    KnownReason{"INSTALL_PARSE_FAILED_INCONSISTENT_CERTIFICATES", InstallBlame::kLeftover},
    KnownReason{"INSTALL_FAILED_INSUFFICIENT_STORAGE", InstallBlame::kDevice},
    KnownReason{"INSTALL_FAILED_MEDIA_UNAVAILABLE", InstallBlame::kDevice},
    KnownReason{"INSTALL_FAILED_CONTAINER_ERROR", InstallBlame::kDevice},
    KnownReason{"INSTALL_FAILED_INTERNAL_ERROR", InstallBlame::kDevice},
    KnownReason{"INSTALL_FAILED_VERIFICATION_TIMEOUT", InstallBlame::kDevice},
    KnownReason{"INSTALL_FAILED_VERIFICATION_FAILURE", InstallBlame::kDevice},
    KnownReason{"INSTALL_FAILED_USER_RESTRICTED", InstallBlame::kDevice},
    KnownReason{"INSTALL_FAILED_ABORTED", InstallBlame::kDevice},
    KnownReason{"INSTALL_FAILED_INVALID_URI", InstallBlame::kDevice},
    KnownReason{"INSTALL_FAILED_DEXOPT", InstallBlame::kDevice},
    KnownReason{"INSTALL_FAILED_SESSION_INVALID", InstallBlame::kDevice},
};

// Words of a package manager that is not there, or has no room.
constexpr std::array<std::string_view, 5> kDeviceWords = {
    "Could not access the Package Manager", "DeadObjectException", "Can't find service: package",
    "No space left on device", "not enough space"};

InstallBlame blame_of_reason(std::string_view reason) {
  for (const KnownReason& known : kReasons) {
    if (known.text == reason) return known.blame;
  }
  const bool app = starts_with(reason, "INSTALL_FAILED_") || starts_with(reason, "INSTALL_PARSE_FAILED_");
  return app ? InstallBlame::kApp : InstallBlame::kUnknown;
}

InstallBlame blame_of_words(std::string_view text) {
  for (std::string_view word : kDeviceWords) {
    if (text.find(word) != std::string_view::npos) return InstallBlame::kDevice;
  }
  if (text.find("Failed to parse APK file") != std::string_view::npos) return InstallBlame::kApp;
  return InstallBlame::kUnknown;
}

// A terminal may have wrapped the text anywhere: `joiner` stands for each line end.
std::string on_one_line(std::string_view text, std::string_view joiner) {
  std::string out;
  for (std::string_view line : lines(text)) {
    if (!out.empty()) out += joiner;
    out += trim(line);
  }
  return out;
}

// The first ']' at the end of a line, else the last one: details hold brackets of their own.
std::size_t closing_bracket(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ']' && (i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r')) return i;
  }
  return std::min(text.rfind(']'), text.size());
}

// "[REASON: detail]", perhaps over several lines; `text` begins behind the bracket.
InstallOutcome parse_bracket(std::string_view text) {
  text = text.substr(0, closing_bracket(text));
  InstallOutcome outcome;
  const std::size_t colon = text.find(':');
  outcome.reason = on_one_line(text.substr(0, colon), "");
  if (colon != std::string_view::npos) outcome.detail = on_one_line(trim(text.substr(colon + 1)), " ");
  outcome.blame = blame_of_reason(outcome.reason);
  return outcome;
}

}  // namespace

std::string_view install_blame_name(InstallBlame blame) {
  switch (blame) {
    case InstallBlame::kNobody:
      return "nobody";
    case InstallBlame::kApp:
      return "app";
    case InstallBlame::kNeeds:
      return "needs";
    case InstallBlame::kLeftover:
      return "leftover";
    case InstallBlame::kDevice:
      return "device";
    case InstallBlame::kUnknown:
      break;
  }
  return "unknown";
}

InstallOutcome parse_install_output(std::string_view text) {
  constexpr std::string_view kFailure = "Failure [";
  if (const std::size_t at = text.find(kFailure); at != std::string_view::npos) {
    return parse_bracket(text.substr(at + kFailure.size()));
  }
  InstallOutcome outcome;
  outcome.detail = on_one_line(trim(text), " ");
  outcome.blame = blame_of_words(text);
  for (std::string_view line : lines(text)) {
    line = trim(line);
    if (starts_with(line, "Failure") || starts_with(line, "Error")) return outcome;
    if (line == "Success" || starts_with(line, "Success:")) {
      return InstallOutcome{.success = true, .blame = InstallBlame::kNobody, .reason = "", .detail = ""};
    }
  }
  return outcome;
}

std::optional<std::uint64_t> parse_install_session(std::string_view text) {
  if (text.find("Success") == std::string_view::npos) return std::nullopt;
  const std::size_t open = text.find('[');
  const std::size_t close = text.find(']', open == std::string_view::npos ? text.size() : open);
  if (close == std::string_view::npos) return std::nullopt;
  return parse_int<std::uint64_t>(text.substr(open + 1, close - open - 1));
}

std::vector<std::string> parse_pm_path(std::string_view text) {
  constexpr std::string_view kPackage = "package:";
  std::vector<std::string> paths;
  for (std::string_view line : lines(text)) {
    line = trim(line);
    if (starts_with(line, kPackage) && line.size() > kPackage.size())
      paths.emplace_back(line.substr(kPackage.size()));
  }
  return paths;
}

}  // namespace storesweep::adb
