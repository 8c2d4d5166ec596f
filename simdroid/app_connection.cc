#include "simdroid/app_connection.h"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

#include "common/base/freed.h"
#include "common/base/text.h"

namespace storesweep::simdroid {
namespace {
constexpr std::int64_t kKeepAliveMs = 60'000;       // of the device
constexpr std::size_t kMaxAnswerBytes = 64u << 10;  // before its headers end
constexpr std::size_t kPieceBytes = 16u << 10;

struct Place {
  bool tls = false;
  std::string host, path;
  int port = 0;
};

Place place_of(std::string_view url) {
  Place out;
  out.tls = starts_with(url, "https://");
  const std::size_t begin = out.tls ? 8 : starts_with(url, "http://") ? 7 : std::string_view::npos;
  if (begin == std::string_view::npos) return out;
  std::string_view rest = url.substr(begin);
  const std::size_t slash = rest.find('/');
  out.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
  rest = rest.substr(0, slash);
  const std::size_t colon = rest.find(':');
  out.host = std::string(rest.substr(0, colon));
  const auto port = colon == std::string_view::npos ? std::nullopt : parse_int<int>(rest.substr(colon + 1));
  out.port = port.value_or(out.tls ? 443 : 80);
  return out;
}

using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Freed<SSL_free>>;

class AppConnection final : public Service {
 public:
  AppConnection(AppRequest request, std::shared_ptr<AppTraffic::Held> held, Timers& timers,
                std::shared_ptr<Outlet> outlet)
      : request_(std::move(request)),
        place_(place_of(request_.url)),
        held_(std::move(held)),
        timers_(timers),
        outlet_(std::move(outlet)) {}

  void start() override {
    if (place_.host.empty()) return outlet_->close();
    if (!place_.tls) {
      stage_ = Stage::kAnswer;
      return outlet_->write(post(request_.url));
    }
    const std::string to = fmt::format("{}:{}", place_.host, place_.port);
    outlet_->write(fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", to));
  }

  void receive(std::string_view bytes) override {
    if (stage_ == Stage::kTunnel) return tunnel(bytes);
    if (stage_ == Stage::kAnswer && !session_) return answer(bytes);
    if (!session_) return;
    BIO_write(SSL_get_rbio(session_.get()), bytes.data(), static_cast<int>(bytes.size()));
    if (stage_ == Stage::kHandshake) handshake();
    if (stage_ == Stage::kAnswer) read();
  }

 private:
  enum class Stage { kTunnel, kHandshake, kAnswer, kIdle };

  std::string post(const std::string& target) const {
    return fmt::format(
        "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Dalvik/2.1.0 (Linux; U; Android)\r\n"
        "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        target, place_.host, request_.body.size(), request_.body);
  }

  void tunnel(std::string_view bytes) {
    said_ += bytes;
    const std::size_t end = said_.find("\r\n\r\n");
    if (end == std::string::npos && said_.size() < kMaxAnswerBytes) return;
    const auto first = words(std::string_view(said_).substr(0, said_.find("\r\n")));
    if (first.size() < 2 || first[1] != "200" || !prepare()) return outlet_->close();
    stage_ = Stage::kHandshake;
    handshake();
  }

  // A client's session over two memory buffers: what it writes goes to the outlet.
  bool prepare() {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    for (const std::string& pem : request_.trusted) {
      std::unique_ptr<BIO, Freed<BIO_free>> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
      std::unique_ptr<X509, Freed<X509_free>> one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
      if (one) X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), one.get());
    }
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    session_.reset(SSL_new(context_.get()));
    if (!session_) return false;
    SSL_set_bio(session_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(session_.get());
    // SSL_set_tlsext_host_name, without its cast.
    SSL_ctrl(session_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(place_.host.c_str()));
    return SSL_set1_host(session_.get(), place_.host.c_str()) == 1;
  }

  void handshake() {
    const int done = SSL_do_handshake(session_.get());
    const int error = done == 1 ? SSL_ERROR_NONE : SSL_get_error(session_.get(), done);
    flush();  // of a refusal the alert
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
    if (error != SSL_ERROR_NONE || request_.pinned) return outlet_->close();
    const std::string text = post(place_.path);
    SSL_write(session_.get(), text.data(), static_cast<int>(text.size()));
    flush();
    said_.clear();
    stage_ = Stage::kAnswer;
  }

  void read() {
    std::array<char, kPieceBytes> piece{};
    for (int n = 0; (n = SSL_read(session_.get(), piece.data(), piece.size())) > 0;)
      answer(std::string_view(piece.data(), static_cast<std::size_t>(n)));
    flush();
  }

  void answer(std::string_view bytes) {
    said_ += bytes.substr(0, kMaxAnswerBytes - std::min(said_.size(), kMaxAnswerBytes));
    if (stage_ != Stage::kAnswer || said_.find("\r\n\r\n") == std::string::npos) return;
    stage_ = Stage::kIdle;
    timers_.after(kKeepAliveMs, [weak = std::weak_ptr(outlet_)] {
      if (auto outlet = weak.lock()) outlet->close();
    });
  }

  void flush() {
    std::array<char, kPieceBytes> piece{};
    for (int n = 0; (n = BIO_read(SSL_get_wbio(session_.get()), piece.data(), piece.size())) > 0;)
      outlet_->write(std::string_view(piece.data(), static_cast<std::size_t>(n)));
  }

  const AppRequest request_;
  const Place place_;
  const std::shared_ptr<AppTraffic::Held> held_;
  Timers& timers_;
  const std::shared_ptr<Outlet> outlet_;
  Stage stage_ = Stage::kTunnel;
  std::string said_;
  Context context_;
  Session session_;
};
}  // namespace

std::unique_ptr<Service> open_app_connection(AppRequest request, std::shared_ptr<AppTraffic::Held> held,
                                             Timers& timers, std::shared_ptr<Outlet> outlet) {
  return std::make_unique<AppConnection>(std::move(request), std::move(held), timers, std::move(outlet));
}

}  // namespace storesweep::simdroid
