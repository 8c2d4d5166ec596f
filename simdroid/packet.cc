#include "simdroid/packet.h"

#include <numeric>

#include "common/base/bytes.h"

namespace storesweep::simdroid {

std::uint32_t checksum(std::string_view payload) {
  ByteView bytes = as_bytes(payload);
  return std::accumulate(bytes.begin(), bytes.end(), std::uint32_t{0});
}

std::string encode(const Packet& packet, bool with_checksum) {
  std::string out;
  out.reserve(kHeaderBytes + packet.payload.size());
  put_little(out, packet.command, 4);
  put_little(out, packet.arg0, 4);
  put_little(out, packet.arg1, 4);
  put_little(out, packet.payload.size(), 4);
  put_little(out, with_checksum ? checksum(packet.payload) : 0, 4);
  put_little(out, packet.command ^ 0xffffffffU, 4);
  out += packet.payload;
  return out;
}

std::optional<Packet> PacketReader::next() {
  if (bad_ || buffer_.size() - at_ < kHeaderBytes) return std::nullopt;
  ByteReader reader(as_bytes(buffer_).subspan(at_));
  Packet packet;
  packet.command = reader.u32();
  packet.arg0 = reader.u32();
  packet.arg1 = reader.u32();
  const std::uint32_t length = reader.u32();
  const std::uint32_t sum = reader.u32();
  if (reader.u32() != (packet.command ^ 0xffffffffU) || length > max_payload_bytes_) {
    bad_ = true;
    return std::nullopt;
  }
  if (reader.left() < length) return std::nullopt;
  packet.payload = std::string(as_text(reader.take(length)));
  const bool unsummed = sums_ == Sums::kOff || (sums_ == Sums::kLenient && sum == 0);
  if (!unsummed && sum != checksum(packet.payload)) {
    bad_ = true;
    return std::nullopt;
  }
  at_ += kHeaderBytes + length;
  if (at_ == buffer_.size() || at_ > (1U << 20)) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  return packet;
}

}  // namespace storesweep::simdroid
