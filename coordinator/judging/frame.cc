#include "coordinator/judging/frame.h"

#include "common/base/bytes.h"

namespace storesweep {
namespace {
std::size_t length_of(const std::vector<std::string_view>& parts) {
  std::size_t length = 0;
  for (std::string_view p : parts) length += 4 + p.size();
  return length;
}

void put_parts(std::string& out, const std::vector<std::string_view>& parts) {
  for (std::string_view p : parts) {
    put_little(out, p.size(), 4);
    out += p;
  }
}
}  // namespace

std::string encode_parts(const std::vector<std::string_view>& parts) {
  std::string out;
  out.reserve(length_of(parts));
  put_parts(out, parts);
  return out;
}

std::string encode_frame(const std::vector<std::string_view>& parts) {
  const std::size_t length = length_of(parts);
  std::string out;
  out.reserve(4 + length);
  put_little(out, length, 4);
  put_parts(out, parts);
  return out;
}

Result<std::vector<std::string_view>> decode_parts(std::string_view bytes) {
  std::vector<std::string_view> parts;
  ByteReader reader(as_bytes(bytes));
  while (reader.ok() && reader.left() > 0) {
    std::uint32_t length = reader.u32();
    parts.push_back(as_text(reader.take(length)));
  }
  if (!reader.ok()) return corrupt("a frame's parts do not fill it");
  return parts;
}

}  // namespace storesweep
