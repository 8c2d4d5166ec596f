#include "common/transport/keys.h"

#include <sys/stat.h>
#include <zmq.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "common/base/file.h"
#include "common/base/text.h"

namespace storesweep {
namespace {
constexpr std::size_t kKeyChars = 40;
}  // namespace

bool good_worker_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxWorkerNameBytes || name[0] == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

bool good_key(std::string_view z85) {
  std::array<std::uint8_t, 32> key{};
  return z85.size() == kKeyChars && zmq_z85_decode(key.data(), std::string(z85).c_str()) != nullptr;
}

Result<KeyPair> make_key_pair() {
  char public_key[kKeyChars + 1], secret_key[kKeyChars + 1];
  if (zmq_curve_keypair(public_key, secret_key) != 0) {
    return unsupported(std::string("making a key pair: ") + zmq_strerror(zmq_errno()));
  }
  return KeyPair{public_key, secret_key};
}

Status write_key_pair(const std::string& path, const KeyPair& keys) {
  struct stat there {};
  if (::lstat(path.c_str(), &there) == 0)
    return exists(path + ": there already; a new key makes a new worker");
  return write_file_durably(path, "public: " + keys.public_key + "\nsecret: " + keys.secret_key + "\n", 0600);
}

Result<KeyPair> read_key_pair(const std::string& path) {
  TRY_ASSIGN(std::string text, read_file(path, kMaxKeyFileBytes));
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 0077) != 0) {
    return permission(path + ": others may read this secret key: chmod 600");
  }
  KeyPair keys;
  for (std::string_view line : lines(text)) {
    const auto colon = line.find(": ");
    const std::string_view value = colon == line.npos ? "" : trim(line.substr(colon + 2));
    if (starts_with(line, "public: ")) keys.public_key = value;
    if (starts_with(line, "secret: ")) keys.secret_key = value;
  }
  if (!good_key(keys.public_key) || !good_key(keys.secret_key)) {
    return invalid(path +
                   ": not a key pair: two lines, `public: KEY` and `secret: KEY`, 40 characters of Z85 each");
  }
  return keys;
}

Result<AuthorisedWorkers> parse_authorised(std::string_view text, const std::string& file_name) {
  AuthorisedWorkers out;
  std::set<std::string, std::less<>> names;
  std::size_t number = 0;
  for (std::string_view line : lines(text)) {
    ++number;
    line = trim(line);
    if (line.empty() || line[0] == '#') continue;
    const auto parts = words(line);
    const std::string at = file_name + ":" + std::to_string(number) + ": ";
    if (parts.size() != 2 || !good_worker_name(parts[0]) || !good_key(parts[1])) {
      return invalid(at +
                     "`NAME PUBLICKEY` expected: a name of letters, digits, '.', '_', '-', and a Z85 key");
    }
    if (!names.insert(std::string(parts[0])).second) return invalid(at + "the name stands here twice");
    if (!out.emplace(parts[1], parts[0]).second) return invalid(at + "the key stands here twice");
  }
  return out;
}

void WorkerList::replace(AuthorisedWorkers workers) {
  std::lock_guard lock(mutex_);
  workers_ = std::move(workers);
  for (const auto& [key, name] : workers_) {
    if (numbers_.try_emplace(key, keys_.size()).second) keys_.push_back(key);
  }
}

std::string WorkerList::number_of(std::string_view public_key) const {
  std::lock_guard lock(mutex_);
  const bool listed = workers_.find(public_key) != workers_.end();
  return listed ? std::to_string(numbers_.find(public_key)->second) : "";
}

std::string WorkerList::name_of(std::string_view number) const {
  std::lock_guard lock(mutex_);
  const auto at = parse_int<std::size_t>(number);
  if (!at || *at >= keys_.size()) return "";
  const auto worker = workers_.find(keys_[*at]);
  return worker == workers_.end() ? "" : worker->second;
}

Result<AuthorisedWorkers> read_authorised(const std::string& path) {
  TRY_ASSIGN(std::string text, read_file(path, kMaxKeyFileBytes));
  return parse_authorised(text, path);
}

}  // namespace storesweep
