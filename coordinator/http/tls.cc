#include "coordinator/http/tls.h"

#include <sys/stat.h>

#include <utility>

namespace storesweep::http {
namespace {
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

// Inode and time of the last change; both 0 where there is nothing.
std::pair<std::uint64_t, std::int64_t> stamp_of(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) return {};
  return {st.st_ino, std::int64_t{st.st_mtim.tv_sec} * 1'000'000'000 + st.st_mtim.tv_nsec};
}
}  // namespace

TlsFiles::Stamp TlsFiles::stamp() const {
  const auto certificate = stamp_of(certificate_), key = stamp_of(key_);
  return {certificate.first, certificate.second, key.first, key.second};
}

Result<TlsContext> TlsFiles::load() {
  loaded_ = stamp();  // before: what changes meanwhile is read again
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  ::SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  ::SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  error_code error;
  context->use_certificate_chain_file(certificate_, error);
  if (error) return invalid("http.tls.certificate: " + certificate_ + ": " + error.message());
  context->use_private_key_file(key_, ssl::context::pem, error);
  if (error) return invalid("http.tls.key: " + key_ + ": " + error.message());
  if (::SSL_CTX_check_private_key(context->native_handle()) != 1)
    return invalid("http.tls.key: " + key_ + " is not the key of " + certificate_);
  return context;
}

}  // namespace storesweep::http
