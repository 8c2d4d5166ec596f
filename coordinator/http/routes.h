// The routes of the API: one visible table. schemas/openapi.yaml describes the same ones; a test holds both
// together. Pure.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/http/access.h"
#include "coordinator/http/http.h"
#include "coordinator/http/register.h"
#include "coordinator/service/api.h"

namespace storesweep::http {

inline constexpr std::size_t kMaxJsonBytes = 4u << 20;   // of a request: a list of 100,000 packages fits
inline constexpr std::size_t kMaxBlobBytes = 80u << 20;  // a journal: 64 MiB of raw text and what frames it
inline constexpr std::size_t kMaxPackBytes = 32u << 20;  // of a rule pack's files
inline constexpr std::size_t kMaxNameBytes = 512;        // of names, keys, cursors, addresses
inline constexpr std::size_t kMaxListedPackages = 100'000;

// What a handler is given: the request, the values of the path's {names}, and whom to ask.
struct Call {
  const Request& request;
  std::map<std::string, std::string, std::less<>> path;
  ServiceApi& service;
  Deadline deadline;
  WorkerRegister* workers = nullptr;  // null: nobody enrols here

  // The id in the path; 0 is none. Routes are matched only when ids are numbers.
  std::int64_t id(std::string_view name) const;
  const std::string& part(std::string_view name) const { return path.find(name)->second; }
  std::string query(const std::string& name) const;
};

struct Route {
  const char* method;
  const char* pattern;  // "/api/v1/sweeps/{sweep}"
  Access access;
  std::size_t max_body_bytes;
  std::int64_t deadline_ms;
  std::vector<std::string> query;  // the names it knows; others are refused
  Result<Response> (*run)(const Call& call);
  std::vector<std::string> recorded{};  // fields of the body that stand in the audit log: never a secret
  // Where there is one: an answer without the body, which the call lacks; nothing: the body is wanted.
  Result<std::optional<Response>> (*before_body)(const Call& call) = nullptr;
};

std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;  // null: none
  std::map<std::string, std::string, std::less<>> path;
  std::string other_methods;  // "GET, POST": the path is there, with these
};
Match match(std::string_view method, std::string_view path);

}  // namespace storesweep::http
