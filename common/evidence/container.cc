#include "common/evidence/container.h"

#include <zlib.h>

#include <algorithm>

namespace storesweep {
namespace {
// APPNOTE.TXT of PKWARE, 4.3: local header, central directory, its end. Stored; UTF-8 names; 1980-01-01.
constexpr std::uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50;
constexpr std::uint16_t kVersion = 20, kUtf8 = 0x0800, kDate = 0x0021;

struct Entry {
  std::string name;
  std::uint32_t crc = 0, bytes = 0, offset = 0;
};

std::uint32_t crc_of(std::string_view bytes) {
  uLong crc = crc32(0, Z_NULL, 0);
  while (!bytes.empty()) {
    const auto part = static_cast<uInt>(std::min<std::size_t>(bytes.size(), 1u << 30));
    crc = crc32(crc, reinterpret_cast<const Bytef*>(bytes.data()), part);
    bytes.remove_prefix(part);
  }
  return static_cast<std::uint32_t>(crc);
}

// What both kinds of header say of a member.
void put_common(std::string& out, const Entry& e) {
  put_little(out, kVersion, 2);
  put_little(out, kUtf8, 2);
  put_little(out, 0, 2);  // stored
  put_little(out, 0, 2);  // time
  put_little(out, kDate, 2);
  put_little(out, e.crc, 4);
  put_little(out, e.bytes, 4);
  put_little(out, e.bytes, 4);
  put_little(out, e.name.size(), 2);
  put_little(out, 0, 2);  // extra
}

std::string local_header(const Entry& e) {
  std::string out;
  put_little(out, kLocal, 4);
  put_common(out, e);
  return out + e.name;
}

std::string central_directory(const std::vector<Entry>& entries, std::size_t offset) {
  std::string out;
  for (const Entry& e : entries) {
    put_little(out, kCentral, 4);
    put_little(out, kVersion, 2);
    put_common(out, e);
    put_little(out, 0, 2);  // comment
    put_little(out, 0, 2);  // disk
    put_little(out, 0, 2);
    put_little(out, 0, 4);  // attributes
    put_little(out, e.offset, 4);
    out += e.name;
  }
  const std::size_t size = out.size();
  put_little(out, kEnd, 4);
  put_little(out, 0, 4);  // disks
  put_little(out, entries.size(), 2);
  put_little(out, entries.size(), 2);
  put_little(out, size, 4);
  put_little(out, offset, 4);
  put_little(out, 0, 2);  // comment
  return out;
}

// The first byte at which what is there is not what was expected.
std::size_t differs_at(std::string_view there, std::string_view expected) {
  const auto at = std::mismatch(there.begin(), there.end(), expected.begin(), expected.end()).first;
  return static_cast<std::size_t>(at - there.begin());
}

Status wrong(const std::string& what, std::size_t offset) {
  return corrupt(what + ": a byte was changed at offset " + std::to_string(offset));
}

// The next member, whose local header must be the one form there is for it.
Result<Entry> take_member(ByteReader& reader, Members& members) {
  const std::size_t start = reader.at();
  ByteReader look = reader;
  look.skip(14);
  Entry e;
  e.offset = static_cast<std::uint32_t>(start);
  e.crc = look.u32();
  e.bytes = look.u32();
  look.skip(4);
  const std::size_t name_bytes = look.u16();
  look.skip(2);
  e.name = std::string(as_text(look.take(name_bytes)));
  const std::string where = "member " + std::to_string(members.size() + 1);
  if (!look.ok() || !good_member_name(e.name)) return wrong(where + " has no proper header", start);
  const std::string header = local_header(e);
  const std::string_view there = as_text(reader.take(header.size()));
  if (there != header) return wrong("the header of " + e.name, start + differs_at(there, header));
  const std::string_view bytes = as_text(reader.take(e.bytes));
  if (!reader.ok()) return corrupt(e.name + ": the file ends within it");
  if (crc_of(bytes) != e.crc) {
    return corrupt(e.name + ": its bytes (offset " + std::to_string(start + header.size()) + " to " +
                   std::to_string(reader.at()) + ") are not those of its check sum");
  }
  if (!members.empty() && e.name <= members.rbegin()->first)
    return wrong(e.name + " stands out of order", start);
  if (members.size() == kMaxContainerMembers) return exhausted("a container may have 20,000 members at most");
  members.emplace_hint(members.end(), e.name, bytes);
  return e;
}
}  // namespace

bool good_member_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxMemberName || name.front() == '/' || name.back() == '/') return false;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '/';
  };
  // No component begins with a dot, so none is "." or "..".
  return std::all_of(name.begin(), name.end(), plain) && name.front() != '.' &&
         name.find("/.") == std::string_view::npos && name.find("//") == std::string_view::npos;
}

Result<std::string> pack_members(const Members& members) {
  if (members.size() > kMaxContainerMembers) return exhausted("a container may have 20,000 members at most");
  std::string out;
  std::vector<Entry> entries;
  for (const auto& [name, bytes] : members) {
    if (!good_member_name(name)) return invalid("`" + name + "` is no name of a member");
    if (bytes.size() > kMaxContainerBytes - out.size() - 2 * (kMaxMemberName + 64))
      return exhausted("a container may have 1 GiB at most; it was full at " + name);
    entries.push_back({name, crc_of(bytes), static_cast<std::uint32_t>(bytes.size()),
                       static_cast<std::uint32_t>(out.size())});
    out += local_header(entries.back());
    out += bytes;
  }
  out += central_directory(entries, out.size());
  if (out.size() > kMaxContainerBytes) return exhausted("a container may have 1 GiB at most");
  return out;
}

Result<Members> unpack_members_untrusted(ByteView file) {
  if (file.size() > kMaxContainerBytes) return exhausted("a container may have 1 GiB at most");
  Members members;
  std::vector<Entry> entries;
  ByteReader reader(file);
  for (;;) {
    ByteReader look = reader;
    if (look.u32() != kLocal) break;
    TRY_ASSIGN(Entry e, take_member(reader, members));
    entries.push_back(std::move(e));
  }
  if (entries.empty()) return corrupt("not a container: it does not begin with a member");
  const std::size_t start = reader.at();
  const std::string directory = central_directory(entries, start);
  const std::string_view rest = as_text(file.subspan(start));
  if (rest != directory)
    return wrong("the directory behind the last member", start + differs_at(rest, directory));
  return members;
}

}  // namespace storesweep
