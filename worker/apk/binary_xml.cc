#include "worker/apk/binary_xml.h"

#include "worker/apk/chunk.h"

namespace storesweep::apk {
namespace {
constexpr std::uint16_t kResourceMap = 0x0180, kFirstNode = 0x0100, kLastNode = 0x017f,
                        kStartElement = 0x0102, kEndElement = 0x0103;
constexpr std::uint16_t kNodeHeaderBytes = 16;
constexpr std::size_t kAttributeBytes = 20;
constexpr std::uint32_t kNone = 0xffffffff;

std::vector<std::uint32_t> words_after(const Chunk& chunk) {
  std::vector<std::uint32_t> out((chunk.bytes.size() - chunk.header_bytes) / 4);
  ByteReader r(chunk.bytes);
  r.seek(chunk.header_bytes);
  for (std::uint32_t& word : out) word = r.u32();
  return out;
}
}  // namespace

Result<XmlDocument> XmlDocument::parse(ByteView bytes) {
  ByteReader outer(bytes);
  auto whole = next_chunk(outer);
  if (!whole) return corrupt("binary XML: bad header");
  XmlDocument doc;
  ByteReader r(whole->bytes);
  r.seek(whole->header_bytes);
  std::vector<int> open;
  bool nodes = false;
  while (r.left() >= 8) {
    auto chunk = next_chunk(r);
    // The platform stops there too: what came before counts.
    if (!chunk) break;
    if (chunk->type == kStringPoolChunk && !nodes) {
      TRY_ASSIGN(doc.pool_, StringPool::open(chunk->bytes));
    } else if (chunk->type == kResourceMap && !nodes) {
      doc.resource_ids_ = words_after(*chunk);
    } else if (chunk->type >= kFirstNode && chunk->type <= kLastNode) {
      nodes = true;
      if (chunk->header_bytes < kNodeHeaderBytes) break;
      if (chunk->type == kStartElement) {
        if (open.size() >= kMaxXmlDepth) return exhausted("binary XML: nested too deep");
        TRY(doc.add_element(chunk->bytes, chunk->header_bytes, open.empty() ? -1 : open.back()));
        open.push_back(static_cast<int>(doc.elements_.size()) - 1);
      } else if (chunk->type == kEndElement && !open.empty()) {
        open.pop_back();
      }
    }
  }
  if (doc.elements_.empty()) return corrupt("binary XML: no element");
  return doc;
}

Status XmlDocument::add_element(ByteView node, std::size_t header_bytes, int parent) {
  ByteReader r(node);
  r.seek(header_bytes);
  r.skip(4);  // its namespace
  XmlElement e{r.u32(), parent, static_cast<std::uint32_t>(attributes_.size()), 0};
  std::size_t start = r.u16(), size = r.u16(), count = r.u16();
  if (!r.ok() || (count > 0 && size < kAttributeBytes)) return corrupt("binary XML: a start tag is cut off");
  if (header_bytes + start + size * count > node.size())
    return corrupt("binary XML: attributes reach past their tag");
  if (attributes_.size() + count > kMaxXmlAttributes || elements_.size() >= kMaxXmlElements) {
    return exhausted("binary XML: too many elements");
  }
  for (std::size_t i = 0; i < count; ++i) {
    r.seek(header_bytes + start + size * i);
    XmlAttribute a;
    a.space = r.u32();
    a.name = r.u32();
    a.raw = r.u32();
    r.skip(3);  // size and a zero
    a.value.type = r.u8();
    a.value.data = r.u32();
    a.resource_id = a.name < resource_ids_.size() ? resource_ids_[a.name] : 0;
    attributes_.push_back(a);
  }
  e.attribute_count = static_cast<std::uint32_t>(count);
  elements_.push_back(e);
  return ok_status();
}

const XmlAttribute* XmlDocument::attribute(const XmlElement& e, std::uint32_t resource_id) const {
  for (std::uint32_t i = 0; i < e.attribute_count; ++i) {
    const XmlAttribute& a = attributes_[e.first_attribute + i];
    if (a.resource_id == resource_id) return &a;
  }
  return nullptr;
}

const XmlAttribute* XmlDocument::attribute(const XmlElement& e, std::string_view plain_name) const {
  for (std::uint32_t i = 0; i < e.attribute_count; ++i) {
    const XmlAttribute& a = attributes_[e.first_attribute + i];
    if (a.space == kNone && text(a.name) == plain_name) return &a;
  }
  return nullptr;
}

std::optional<std::string> XmlDocument::string_of(const XmlAttribute& a) const {
  if (a.value.type == kString) return pool_.at(a.value.data, kMaxXmlTextBytes);
  if (a.raw != kNone) return pool_.at(a.raw, kMaxXmlTextBytes);
  return std::nullopt;
}

}  // namespace storesweep::apk
