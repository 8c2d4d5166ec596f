// TLS of the HTTP server: certificate and key from PEM files, TLS 1.2 and newer, read again when they change.
// For this room's own .cc files: it brings in Boost.Asio's ssl. One thread.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>

#include "common/base/status.h"

namespace storesweep::http {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

class TlsFiles {
 public:
  // `certificate`: the server's own first, then what it is signed by.
  TlsFiles(std::string certificate, std::string key)
      : certificate_(std::move(certificate)), key_(std::move(key)) {}
  bool given() const { return !certificate_.empty(); }
  // kInvalid where they are no certificate and its key.
  Result<TlsContext> load();
  // Whether another certificate or key lies there than was loaded last.
  bool changed() const { return stamp() != loaded_; }

 private:
  using Stamp = std::tuple<std::uint64_t, std::int64_t, std::uint64_t, std::int64_t>;
  Stamp stamp() const;

  std::string certificate_, key_;
  Stamp loaded_{};
};

}  // namespace storesweep::http
