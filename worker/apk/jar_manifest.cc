#include "worker/apk/jar_manifest.h"

#include <strings.h>

#include <algorithm>
#include <utility>

#include "common/base/text.h"

namespace storesweep::apk {
namespace {
bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// The next line without its end: CR LF, LF or CR.
std::optional<std::string_view> take_line(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  std::size_t end = rest.find_first_of("\r\n");
  if (end == std::string_view::npos) return std::exchange(rest, {});
  std::string_view line = rest.substr(0, end);
  bool two = rest[end] == '\r' && end + 1 < rest.size() && rest[end + 1] == '\n';
  rest.remove_prefix(end + (two ? 2 : 1));
  return line;
}

// The next attribute of a section, its continuation lines joined; nothing at its end.
std::optional<std::string> take_attribute(std::string_view& rest) {
  std::optional<std::string_view> line = take_line(rest);
  if (!line || line->empty()) return std::nullopt;
  std::string out(*line);
  while (starts_with(rest, " ")) {
    std::string_view more = *take_line(rest);
    out += more.substr(1);
  }
  return out;
}

// Name and value stand around the first ": ".
std::pair<std::string_view, std::string_view> parted(std::string_view attribute) {
  std::size_t at = attribute.find(": ");
  if (at == std::string_view::npos) return {attribute, {}};
  return {attribute.substr(0, at), attribute.substr(at + 2)};
}

// The bytes of the next section; empty lines before it are left out.
std::optional<std::string_view> take_section(std::string_view& rest) {
  std::string_view begin = rest;
  std::optional<std::string_view> line;
  do {
    begin = rest;
    line = take_line(rest);
  } while (line && line->empty());
  if (!line) return std::nullopt;
  while (line && !line->empty()) line = take_line(rest);
  return begin.substr(0, begin.size() - rest.size());
}

std::string name_of(std::string_view section) {
  std::optional<std::string> first = take_attribute(section);
  auto [name, value] = parted(first ? std::string_view(*first) : std::string_view());
  return same_name(name, "Name") ? std::string(value) : "";
}

std::optional<DigestKind> kind_of(std::string_view name) {
  for (std::string_view sha1 : {"SHA", "SHA1", "SHA-1"}) {
    if (same_name(name, sha1)) return DigestKind::kSha1;
  }
  for (DigestKind kind : {DigestKind::kMd5, DigestKind::kSha256, DigestKind::kSha384, DigestKind::kSha512}) {
    if (same_name(name, digest_name(kind))) return kind;
  }
  return std::nullopt;
}

constexpr int kFirstWithStrongest = 18, kFirstWithSha384 = 9;

// Before 4.3 the attribute Digest-Algorithms says which are tried, the first known one counts.
std::optional<NamedDigest> old_choice(const JarSection& section, std::string_view suffix, int min_sdk) {
  std::string names = section.attribute("Digest-Algorithms").value_or("SHA SHA1");
  for (std::string_view name : words(names)) {
    std::optional<std::string> value = section.attribute(std::string(name) + std::string(suffix));
    std::optional<DigestKind> kind = kind_of(name);
    if (!value || !kind) continue;
    bool late = *kind == DigestKind::kSha384 || *kind == DigestKind::kSha512;
    if (late && min_sdk < kFirstWithSha384) continue;
    return NamedDigest{*kind, from_base64(*value).value_or(Bytes())};
  }
  return std::nullopt;
}
}  // namespace

std::optional<std::string> JarSection::attribute(std::string_view name) const {
  std::string_view rest = bytes;
  while (std::optional<std::string> attribute = take_attribute(rest)) {
    auto [key, value] = parted(*attribute);
    if (same_name(key, name)) return std::string(value);
  }
  return std::nullopt;
}

std::optional<JarManifest> JarManifest::parse(std::string_view text) {
  JarManifest out;
  if (std::optional<std::string_view> main = take_section(text)) out.main_.bytes = *main;
  while (std::optional<std::string_view> section = take_section(text)) {
    if (out.sections_.size() >= kMaxJarSections) return std::nullopt;
    out.sections_.push_back({*section});
    out.names_.push_back(name_of(*section));
    out.nameless_ |= out.names_.back().empty();
  }
  out.by_name_.resize(out.sections_.size());
  for (std::uint32_t i = 0; i < out.by_name_.size(); ++i) out.by_name_[i] = i;
  std::ranges::sort(out.by_name_,
                    [&](std::uint32_t a, std::uint32_t b) { return out.names_[a] < out.names_[b]; });
  return out;
}

const std::string* JarManifest::duplicate() const {
  auto name = [this](std::uint32_t i) -> const std::string& { return names_[i]; };
  auto twice = std::ranges::adjacent_find(by_name_, {}, name);
  return twice == by_name_.end() ? nullptr : &names_[*twice];
}

const JarSection* JarManifest::find(std::string_view name) const {
  auto at = std::ranges::lower_bound(by_name_, name, {},
                                     [this](std::uint32_t i) { return std::string_view(names_[i]); });
  return at != by_name_.end() && names_[*at] == name ? &sections_[*at] : nullptr;
}

std::vector<NamedDigest> digests_to_verify(const JarSection& section, std::string_view suffix, int min_sdk) {
  std::vector<NamedDigest> out;
  if (min_sdk < kFirstWithStrongest) {
    std::optional<NamedDigest> old = old_choice(section, suffix, min_sdk);
    if (!old) return out;
    out.push_back(std::move(*old));
  }
  for (DigestKind kind : {DigestKind::kSha512, DigestKind::kSha384, DigestKind::kSha256, DigestKind::kSha1}) {
    std::string name(kind == DigestKind::kSha1 ? "SHA1" : digest_name(kind));
    std::optional<std::string> value = section.attribute(name + std::string(suffix));
    if (!value) continue;
    NamedDigest strongest{kind, from_base64(*value).value_or(Bytes())};
    if (out.empty() || out[0].kind != kind || out[0].value != strongest.value)
      out.push_back(std::move(strongest));
    break;
  }
  return out;
}

}  // namespace storesweep::apk
