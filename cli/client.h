// The coordinator as the CLI sees it: JSON in, JSON out. Each call blocks until its deadline. One thread.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/status.h"
#include "common/report/uri.h"

namespace storesweep::cli {

inline constexpr std::size_t kMaxAnswerBytes = 96u << 20;  // a journal: 80 MiB

struct ServerAddress {
  std::vector<std::string> urls = {"http://127.0.0.1:8080"};  // of coordinators of which one leads
  std::string token;                                          // empty: none
  std::string ca_file;  // PEM of whom they are believed; empty: the system's
};

class ApiClient {
 public:
  explicit ApiClient(ServerAddress address);
  ~ApiClient();
  using Query = std::map<std::string, std::string>;  // empty values are left out

  // Errors carry the coordinator's own message, or say how to reach one.
  Result<nlohmann::ordered_json> get(const std::string& path, const Query& query, const Deadline& deadline);
  // `key`: Idempotency-Key; empty: one is made, so that a repeated try of this call creates nothing twice.
  Result<nlohmann::ordered_json> post(const std::string& path, const nlohmann::ordered_json& body,
                                      const std::string& key, const Deadline& deadline);
  Result<std::string> get_text(const std::string& path, const Query& query, const Deadline& deadline);
  Status put(const std::string& path, const std::string& bytes, const Deadline& deadline);
  // Pieces as they arrive; false ends it.
  Status follow(const std::string& path, const Query& query,
                const std::function<bool(std::string_view)>& piece, const Deadline& deadline);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace storesweep::cli
