// The keys of the transport (CurveZMQ, Curve25519, written in Z85) and their files. A key pair's file has two
// lines, "public: ..." and "secret: ...", and belongs to its owner alone. The coordinator's list of
// authorised workers has one a line: "NAME PUBLICKEY"; empty lines and those that begin with # are skipped.
// Pure but for the files.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep {

inline constexpr std::size_t kMaxWorkerNameBytes = 64;
inline constexpr std::size_t kMaxKeyFileBytes = 4u << 20;

struct KeyPair {
  std::string public_key;  // 40 characters of Z85
  std::string secret_key;
};

// Letters, digits, '.', '_' and '-', 1 to kMaxWorkerNameBytes, not beginning with '.'.
bool good_worker_name(std::string_view name);
bool good_key(std::string_view z85);

Result<KeyPair> make_key_pair();
// Refuses to replace a file (kExists): a worker whose key changed is another worker.
Status write_key_pair(const std::string& path, const KeyPair& keys);
// kPermission when others may read it.
Result<KeyPair> read_key_pair(const std::string& path);

// Public key -> name. Every bad line is an error with its number; no name and no key stands there twice.
using AuthorisedWorkers = std::map<std::string, std::string, std::less<>>;
Result<AuthorisedWorkers> parse_authorised(std::string_view text, const std::string& file_name);
Result<AuthorisedWorkers> read_authorised(const std::string& path);

// The list that counts now. A key that ever stood in it has a short number, by which a connection is known.
// Safe for concurrent use.
class WorkerList {
 public:
  explicit WorkerList(AuthorisedWorkers workers) { replace(std::move(workers)); }
  void replace(AuthorisedWorkers workers);
  std::string number_of(std::string_view public_key) const;  // empty: nobody's
  std::string name_of(std::string_view number) const;        // likewise

 private:
  mutable std::mutex mutex_;
  AuthorisedWorkers workers_;
  std::map<std::string, std::size_t, std::less<>> numbers_;  // of keys
  std::vector<std::string> keys_;                            // by number
};

}  // namespace storesweep
