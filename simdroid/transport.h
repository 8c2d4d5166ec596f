// The device side of one ADB connection: the handshake, and streams with flow control. Pure: bytes in, bytes
// out; what the streams carry comes from a ServiceOpener. One thread; the opener and the random source
// outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/random.h"
#include "simdroid/auth.h"
#include "simdroid/packet.h"
#include "simdroid/service.h"

namespace storesweep::simdroid {

// How this generation of adbd talks.
struct TransportShape {
  std::uint32_t version = kVersionNoChecksums;
  std::uint32_t max_payload_bytes = 256 * 1024;
  std::string banner;                 // "device::ro.product.name=...;"
  bool close_from_zero = false;       // 4.4 closes its streams with arg0 = 0
  bool checks_every_sum = false;      // 4.4: a wrong sum drops the connection
  bool drops_last_of_name = false;    // 4.4: the last byte of a service is taken for its NUL, whatever it is
  bool answers_unasked_auth = false;  // 4.4: AUTH out of place is answered with a new token
};

constexpr std::size_t kMaxStreams = 1024;  // of one connection

class Transport {
 public:
  Transport(TransportShape shape, AuthPolicy auth, ServiceOpener& opener, Random& random);
  ~Transport();

  // Bytes from the host. False: the connection must be dropped.
  bool receive(std::string_view bytes);
  // What is to be sent to the host; emptied by the call.
  std::string take_output() { return std::exchange(output_, {}); }
  bool has_output() const { return !output_.empty(); }
  bool dropped() const { return dropped_; }
  // Sends what services wrote outside receive(), and lets go of streams that ended.
  void pump();

 private:
  struct Stream;
  class StreamOutlet;
  class Door;
  void handle(const Packet& packet);
  void on_connect(const Packet& packet);
  void on_auth(const Packet& packet);
  void on_open(const Packet& packet);
  void on_write(const Packet& packet);
  void on_okay(const Packet& packet);
  void on_close(const Packet& packet);
  void dial(const std::string& destination, const HostDoor::Maker& make);
  void send(std::uint32_t command, std::uint32_t arg0, std::uint32_t arg1, std::string payload = {});
  void send_token();
  void send_banner();
  void pump(Stream& stream);
  Stream* find(std::uint32_t local_id);

  TransportShape shape_;
  AuthPolicy auth_;
  ServiceOpener& opener_;
  Random& random_;
  PacketReader reader_;
  std::string output_;
  std::string token_;
  std::map<std::uint32_t, std::shared_ptr<Stream>> streams_;
  std::shared_ptr<Door> door_;
  std::uint32_t last_id_ = 0;
  std::uint32_t peer_payload_bytes_ = 4096;
  bool online_ = false;
  bool with_sums_ = true;
  bool dropped_ = false;
  bool pumping_ = false;
};

}  // namespace storesweep::simdroid
