#include "worker/apk/binary_xml.h"

#include "worker/apk/chunk.h"

namespace storesweep::apk {
namespace {
constexpr std::uint16_t kResourceMap = 0x0180, kFirstNode = 0x0100, kLastNode = 0x017f,
                        kStartNamespace = 0x0100, kEndNamespace = 0x0101, kStartElement = 0x0102,
                        kEndElement = 0x0103, kText = 0x0104;
constexpr std::uint16_t kNodeHeaderBytes = 16;
constexpr std::size_t kStartElementBytes = 20;

std::size_t least_body_bytes(std::uint16_t type) {
  switch (type) {
    case kStartNamespace:
    case kEndNamespace:
    case kEndElement:
      return 8;
    case kStartElement:
      return kStartElementBytes;
    case kText:
      return 12;
    default:
      return 0;
  }
}

class Parser {
 public:
  explicit Parser(ByteView bytes) : bytes_(bytes) {}

  Result<XmlDocument> run(std::size_t first_chunk_at) {
    ByteReader r(bytes_);
    r.seek(first_chunk_at);
    while (r.left() >= 8 && !done_) {
      std::size_t at = r.at();
      auto chunk = next_chunk(r, nodes_ ? kNodeHeaderBytes : 8);
      if (!chunk) {
        stop(at, "a chunk that does not fit");
        break;
      }
      TRY(take(*chunk, at));
    }
    if (!has_pool_) return corrupt("binary XML: no string pool");
    return builder_.finish();
  }

 private:
  void stop(std::size_t at, const char* why) {
    builder_.fault(std::string(why) + " at byte " + std::to_string(at));
    done_ = true;
  }

  Status take(const Chunk& chunk, std::size_t at) {
    bool node = chunk.type >= kFirstNode && chunk.type <= kLastNode;
    if (!nodes_ && !node) return preamble(chunk);
    nodes_ = true;
    std::size_t body = chunk.bytes.size() - chunk.header_bytes;
    if (chunk.header_bytes < kNodeHeaderBytes || body < least_body_bytes(chunk.type)) {
      stop(at, "a node that is too short");
      return ok_status();
    }
    ByteReader r(chunk.bytes);
    r.seek(chunk.header_bytes);
    if (chunk.type == kStartElement) return start_element(r, at + chunk.header_bytes, body, at);
    if (chunk.type == kText) builder_.text(r.u32());
    if (chunk.type == kEndElement) {
      builder_.close();
      done_ = builder_.depth() == 0;
    }
    return ok_status();
  }

  Status preamble(const Chunk& chunk) {
    if (chunk.type == kStringPoolChunk) {
      TRY_ASSIGN(StringPool pool, StringPool::open(chunk.bytes));
      builder_.pool(std::move(pool));
      has_pool_ = true;
    } else if (chunk.type == kResourceMap) {
      ids_ = chunk.bytes.subspan(chunk.header_bytes);
    }
    return ok_status();
  }

  std::uint32_t resource_id(std::uint32_t name) const {
    if (name >= ids_.size() / 4) return 0;
    ByteReader r(ids_);
    r.seek(std::size_t{4} * name);
    return r.u32();
  }

  // body_at: where the element's own fields begin in the document, of which attributes may lie behind its
  // chunk.
  Status start_element(ByteReader r, std::size_t body_at, std::size_t body, std::size_t at) {
    r.skip(4);  // its namespace
    std::uint32_t name = r.u32();
    std::size_t start = r.u16(), size = r.u16(), count = r.u16();
    if (start + size * count > body) {
      stop(at, "attributes that reach past their tag");
      return ok_status();
    }
    TRY(builder_.open(name));
    for (std::size_t i = 0; i < count; ++i) {
      ByteReader from(bytes_);
      from.seek(body_at + start + size * i);
      XmlAttribute a;
      a.space = from.u32();
      a.name = from.u32();
      a.raw = from.u32();
      from.skip(3);  // size and a zero
      a.value.type = from.u8();
      a.value.data = from.u32();
      if (!from.ok()) break;
      a.resource_id = resource_id(a.name);
      TRY(builder_.attribute(a));
    }
    return ok_status();
  }

  ByteView bytes_, ids_;
  XmlBuilder builder_;
  bool nodes_ = false, done_ = false, has_pool_ = false;
};
}  // namespace

Result<XmlDocument> parse_binary_xml(ByteView bytes) {
  ByteReader r(bytes);
  r.skip(2);
  std::size_t header = r.u16(), size = r.u32();
  if (!r.ok() || header > size || size > bytes.size()) return corrupt("binary XML: bad header");
  return Parser(bytes.first(size)).run(header);
}

}  // namespace storesweep::apk
