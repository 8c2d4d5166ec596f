#include "coordinator/service/address.h"

#include <algorithm>
#include <charconv>

#include "common/base/hash.h"

namespace storesweep {
namespace {
constexpr std::size_t kMaxAddressKey = 512;

std::string hex(std::uint64_t v) {
  char out[17];
  auto end = std::to_chars(out, out + sizeof out, v, 16).ptr;
  return std::string(out, end);
}

bool parse(std::string_view text, std::uint64_t* v) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *v, 16);
  return error == std::errc() && end == text.data() + text.size();
}
}  // namespace

std::string address_key(const Token& t) {
  return hex(t.epoch) + '.' + hex(t.n) + '.' + hex(t.incarnation) + '.' +
         hex(static_cast<std::uint64_t>(t.job.value)) + '.' + to_hex(t.mac) + '.' +
         to_hex(as_bytes(t.worker));
}

std::optional<Token> token_of_address_untrusted(std::string_view key) {
  if (key.size() > kMaxAddressKey) return std::nullopt;
  std::array<std::string_view, 6> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::size_t dot = i + 1 < parts.size() ? key.find('.') : key.size();
    if (dot == std::string_view::npos) return std::nullopt;
    parts[i] = key.substr(0, dot);
    key.remove_prefix(std::min(dot + 1, key.size()));
  }
  Token t;
  std::uint64_t job = 0;
  std::optional<Bytes> mac = from_hex(parts[4]), worker = from_hex(parts[5]);
  bool numbers = parse(parts[0], &t.epoch) && parse(parts[1], &t.n) && parse(parts[2], &t.incarnation) &&
                 parse(parts[3], &job);
  if (!numbers || !mac || mac->size() != t.mac.size() || !worker) return std::nullopt;
  t.job = JobId{static_cast<std::int64_t>(job)};
  std::copy(mac->begin(), mac->end(), t.mac.begin());
  t.worker = as_text(*worker);
  return t;
}

}  // namespace storesweep
