// One message of the ADB protocol (AOSP packages/modules/adb/protocol.txt): six words, then the payload.
// Pure: bytes in, packets out. Values; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace storesweep::simdroid {

constexpr std::uint32_t four(char a, char b, char c, char d) {
  return static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b) << 8 |
         static_cast<std::uint32_t>(c) << 16 | static_cast<std::uint32_t>(d) << 24;
}
constexpr std::uint32_t kCnxn = four('C', 'N', 'X', 'N');
constexpr std::uint32_t kAuth = four('A', 'U', 'T', 'H');
constexpr std::uint32_t kStls = four('S', 'T', 'L', 'S');
constexpr std::uint32_t kOpen = four('O', 'P', 'E', 'N');
constexpr std::uint32_t kOkay = four('O', 'K', 'A', 'Y');
constexpr std::uint32_t kWrte = four('W', 'R', 'T', 'E');
constexpr std::uint32_t kClse = four('C', 'L', 'S', 'E');

constexpr std::uint32_t kVersionChecksums = 0x01000000;
constexpr std::uint32_t kVersionNoChecksums = 0x01000001;
constexpr std::size_t kHeaderBytes = 24;

struct Packet {
  std::uint32_t command = 0;
  std::uint32_t arg0 = 0;
  std::uint32_t arg1 = 0;
  std::string payload;
};

// The sum of the payload's bytes, which the protocol calls a CRC.
std::uint32_t checksum(std::string_view payload);
// The bytes on the wire; without checksums the field is zero.
std::string encode(const Packet& packet, bool with_checksum);

// Cuts a byte stream into packets. Once bad() nothing comes out any more: the connection is to be dropped.
class PacketReader {
 public:
  explicit PacketReader(std::size_t max_payload_bytes) : max_payload_bytes_(max_payload_bytes) {}
  // kStrict: every payload carries its sum. kLenient: a sum of zero passes. kOff: never looked at.
  enum class Sums { kStrict, kLenient, kOff };
  void set_sums(Sums sums) { sums_ = sums; }

  void feed(std::string_view bytes) { buffer_.append(bytes); }
  std::optional<Packet> next();
  bool bad() const { return bad_; }
  std::size_t buffered_bytes() const { return buffer_.size() - at_; }

 private:
  std::size_t max_payload_bytes_;
  Sums sums_ = Sums::kStrict;
  std::string buffer_;
  std::size_t at_ = 0;
  bool bad_ = false;
};

}  // namespace storesweep::simdroid
