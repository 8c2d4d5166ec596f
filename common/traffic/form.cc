#include "common/traffic/form.h"

#include <algorithm>
#include <array>

#include "common/traffic/form_list.h"
#include "common/traffic/spelling.h"

namespace storesweep::traffic {
namespace {
constexpr double kByteBits = 8;

std::string padded(std::string base64) {
  base64.append((4 - base64.size() % 4) % 4, '=');
  return base64;
}

std::string plus_for_blanks(std::string percent) {
  for (std::size_t at = 0; (at = percent.find("%20", at)) != std::string::npos;) percent.replace(at, 3, "+");
  return percent;
}

// A weak form is looked for where it stands alone behind its field's name, a strong one anywhere.
Edge edge_of(double bits) { return bits >= kStrongBits ? Edge::kAny : Edge::kWord; }

void add_text(const Spelling& s, const std::string& encoding, std::string bytes, bool any_case,
              FormList& list) {
  list.add({.spelling = s.name,
            .encoding = encoding,
            .bytes = std::move(bytes),
            .any_case = any_case,
            .edge = edge_of(s.bits),
            .bits = s.bits});
}

// Weak: alone in its field, so from the first character to the last. Strong: also in the midst of other
// bytes, where up to two bytes at its ends share characters with what stands beside them.
void add_base64(const Spelling& s, FormList& list) {
  for (bool for_urls : {false, true}) {
    const std::string name = for_urls ? "base64url" : "base64";
    if (s.bits < kStrongBits) {
      add_text(s, name, base64_of(s.text, for_urls), false, list);
      continue;
    }
    for (std::size_t before : {0, 1, 2}) {
      Spelling inner = s;
      inner.bits -= 2 * kByteBits;
      if (inner.bits < kStrongBits) inner.bits = before == 0 ? s.bits - kByteBits : 0;
      add_text(inner, name + "+" + std::to_string(before), base64_inside(s.text, before, for_urls), false,
               list);
    }
  }
  add_text(s, "base64_twice", base64_of(padded(base64_of(s.text, false)), false), false, list);
}

void add_encodings(const Spelling& s, FormList& list) {
  add_text(s, "text", s.text, true, list);
  add_text(s, "hex", hex_of(s.text), true, list);
  add_base64(s, list);
  add_text(s, "percent", percent_of(s.text, false), true, list);
  add_text(s, "percent_all", percent_of(s.text, true), true, list);
  add_text(s, "form_urlencoded", plus_for_blanks(percent_of(s.text, false)), true, list);
  add_text(s, "json_escaped", json_escaped(s.text), true, list);
  if (s.bits < kStrongBits) return;
  add_text(s, "utf16le", utf16_of(s.text, false), false, list);
  add_text(s, "utf16be", utf16_of(s.text, true), false, list);
}

// A digest has no more entropy than its value: a stranger's value of this shape may be ours by chance, and
// has our digest then.
void add_digest(const Spelling& s, const std::string& name, const std::string& digest, FormList& list) {
  const auto add = [&](const char* how, std::string bytes, std::size_t digest_bytes, bool any_case) {
    Spelling hashed = s;
    hashed.bits = std::min(s.bits, kByteBits * static_cast<double>(digest_bytes));
    add_text(hashed, name + how, std::move(bytes), any_case, list);
  };
  const std::string hex = hex_of(digest);
  add("/hex", hex, digest.size(), true);
  add("/hex_first16", hex.substr(0, 16), 8, true);
  if (name == "md5") add("/hex_middle16", hex.substr(8, 16), 8, true);  // what "16-bit MD5" means in China
  if (s.bits < kStrongBits) {  // alone in its field, and only text has one
    add("/base64", base64_of(digest, false), digest.size(), false);
    add("/base64url", base64_of(digest, true), digest.size(), false);
    return;
  }
  add("/bytes", digest, digest.size(), false);
  add("/base64", base64_inside(digest, 0, false), digest.size() - 1, false);
  add("/base64url", base64_inside(digest, 0, true), digest.size() - 1, false);
}

void add_digests(const Spelling& s, FormList& list) {
  const std::string md5 = hash_of(Hash::kMd5, s.text), sha1 = hash_of(Hash::kSha1, s.text),
                    sha256 = hash_of(Hash::kSha256, s.text);
  add_digest(s, "md5", md5, list);
  add_digest(s, "sha1", sha1, list);
  add_digest(s, "sha256", sha256, list);
  const auto twice = [&](const char* name, Hash outer, const std::string& inner) {
    add_text(s, name, hex_of(hash_of(outer, inner)), true, list);
  };
  twice("md5_of_md5/hex", Hash::kMd5, hex_of(md5));
  twice("md5_of_MD5/hex", Hash::kMd5, upper_case(hex_of(md5)));
  twice("sha1_of_md5/hex", Hash::kSha1, hex_of(md5));
  twice("sha256_of_md5/hex", Hash::kSha256, hex_of(md5));
  twice("sha1_of_sha1/hex", Hash::kSha1, hex_of(sha1));
  twice("sha256_of_sha256/hex", Hash::kSha256, hex_of(sha256));
}

void add_packed(const Canary& c, FormList& list) {
  const std::string bytes = packed_bytes(c);
  if (bytes.empty()) return;
  const Spelling packed{"packed", bytes, c.bits};
  if (c.bits >= kStrongBits) {
    add_text(packed, "bytes", bytes, false, list);
    add_text(packed, "bytes_reversed", {bytes.rbegin(), bytes.rend()}, false, list);
  }
  add_base64(packed, list);
  add_digests(packed, list);
}
}  // namespace

std::vector<Form> forms_of(const Canary& c) {
  FormList list;
  if (c.shape == Shape::kPlace) {
    add_place_forms(c, list);
    return list.take();
  }
  for (const Spelling& s : spellings_of(c)) {
    add_encodings(s, list);
    if (s.bits >= kLeastBits) add_digests(s, list);
  }
  add_packed(c, list);
  return list.take();
}

}  // namespace storesweep::traffic
