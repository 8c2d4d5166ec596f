#include "worker/device/baseline_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "common/base/bytes.h"
#include "common/base/file.h"
#include "common/base/hash.h"

namespace storesweep::device {

namespace {

using nlohmann::json;

std::string path_of(const std::string& folder, const Facts& facts) {
  return fmt::format("{}/{}.baseline.json", folder, to_hex(as_bytes(facts.serialno)));
}

// Names of files and values of settings may be any bytes: they are kept as hex.
std::string hex(std::string_view s) { return to_hex(as_bytes(s)); }
Result<std::string> unhex(const std::string& s) {
  auto bytes = from_hex(s);
  if (!bytes) return corrupt("baseline: not hex");
  return std::string(as_text(*bytes));
}

Result<Snapshot> snapshot_of(const json& j) {
  Snapshot snapshot;
  snapshot.settings_seen = j.at("settings_seen").get<bool>();
  for (const auto& p : j.at("packages")) snapshot.packages.insert(p.get<std::string>());
  for (const auto& [name, value] : j.at("settings").items()) {
    TRY_ASSIGN(std::string key, unhex(name));
    TRY_ASSIGN(snapshot.settings[key], unhex(value.get<std::string>()));
  }
  for (const auto& [name, size] : j.at("files").items()) {
    TRY_ASSIGN(std::string key, unhex(name));
    snapshot.files[key] = size.get<std::uint64_t>();
  }
  return snapshot;
}

}  // namespace

std::string encode_baseline(const Snapshot& snapshot, std::string_view fingerprint) {
  json j = {{"fingerprint", hex(fingerprint)},
            {"settings_seen", snapshot.settings_seen},
            {"packages", snapshot.packages},
            {"settings", json::object()},
            {"files", json::object()}};
  for (const auto& [name, value] : snapshot.settings) j["settings"][hex(name)] = hex(value);
  for (const auto& [path, size] : snapshot.files) j["files"][hex(path)] = size;
  return j.dump();
}

Result<std::optional<Snapshot>> decode_baseline(std::string_view text, std::string_view fingerprint) try {
  const json j = json::parse(text);
  if (j.at("fingerprint").get<std::string>() != hex(fingerprint)) return std::optional<Snapshot>();
  TRY_ASSIGN(Snapshot snapshot, snapshot_of(j));
  return std::optional(std::move(snapshot));
} catch (const json::exception& e) {
  return corrupt(fmt::format("baseline: {}", e.what()));
}

Result<std::optional<Snapshot>> load_baseline(const std::string& folder, const Facts& facts) {
  const std::string path = path_of(folder, facts);
  if (access(path.c_str(), F_OK) != 0) return std::optional<Snapshot>();
  TRY_ASSIGN(std::string text, read_file(path, kBaselineMaxBytes));
  auto snapshot = decode_baseline(text, facts.fingerprint);
  return snapshot.ok() ? std::move(snapshot)
                       : snapshot.status().within(path + " (delete it to take a new one)");
}

Status save_baseline(const std::string& folder, const Facts& facts, const Snapshot& snapshot) {
  TRY(make_folders(folder));
  return write_file_durably(path_of(folder, facts), encode_baseline(snapshot, facts.fingerprint));
}

}  // namespace storesweep::device
