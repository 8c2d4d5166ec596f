#include "coordinator/invitations.h"

#include <array>

#include "common/base/text.h"
#include "common/transport/keys.h"

namespace storesweep {

Result<Invitations> Invitations::parse(std::string_view text, const std::string& file_name) {
  Invitations out;
  std::size_t number = 0;
  for (std::string_view line : lines(text)) {
    ++number;
    const auto parts = words(line);
    const auto hash = digest_from_hex(parts.empty() ? "" : parts[0]);
    const auto expires = parts.size() < 3 ? std::nullopt : parse_int<std::int64_t>(parts[2]);
    const bool fits = (parts.size() == 3 || (parts.size() == 4 && good_key(parts[3]))) && hash && expires &&
                      good_worker_name(parts[1]) && out.all_.size() < kMaxInvitations;
    if (!fits) return corrupt(file_name + ":" + std::to_string(number) + ": no line of ours");
    out.all_.push_back(
        {*hash, std::string(parts[1]), *expires, parts.size() == 4 ? std::string(parts[3]) : ""});
  }
  return out;
}

std::string Invitations::text() const {
  std::string out;
  for (const One& one : all_) {
    out += to_hex(one.hash) + " " + one.name + " " + std::to_string(one.expires_ms);
    out += (one.used_by.empty() ? "" : " " + one.used_by) + "\n";
  }
  return out;
}

Result<std::string> Invitations::invite(const std::string& name, std::int64_t now_ms, std::int64_t ttl_ms,
                                        Random& random) {
  std::erase_if(all_, [&](const One& one) { return one.expires_ms <= now_ms || one.name == name; });
  if (all_.size() >= kMaxInvitations) return exhausted("too many workers are invited and have not come yet");
  std::array<std::uint8_t, 32> secret{};
  random.fill(secret);
  std::string token = name + "." + to_hex(secret);
  all_.push_back({sha256(token), name, now_ms + ttl_ms, ""});
  return token;
}

Invitations::One* Invitations::find(std::string_view token, std::int64_t now_ms) {
  const Digest hash = sha256(token);
  One* found = nullptr;
  for (One& one : all_) {
    if (equal_secret(one.hash, hash) && one.expires_ms > now_ms) found = &one;
  }
  return found;
}

bool Invitations::strike(const std::string& name) {
  return std::erase_if(all_, [&](const One& one) { return one.name == name; }) > 0;
}

bool Guesses::may_try(const std::string& remote, std::int64_t now_ms) {
  if (const std::int64_t minute = now_ms / 60'000; minute != minute_) {
    minute_ = minute;
    failures_.clear();
  }
  const auto known = failures_.find(remote);
  return known == failures_.end() ? failures_.size() < kMaxAddresses : known->second < kMaxFailures;
}

}  // namespace storesweep
