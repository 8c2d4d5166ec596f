#include "coordinator/store/postgres_values.h"

#include "common/base/text.h"

namespace storesweep::postgres {
namespace {
// Numbers of types, fixed in PostgreSQL's catalogue (pg_type.dat).
constexpr unsigned kInteger = 20, kText = 25, kBytes = 17;
constexpr unsigned kIntegers = 1016, kTexts = 1009, kByteStrings = 1001;

void put_big(std::string& out, std::uint64_t v, int n) {
  for (int shift = 8 * (n - 1); shift >= 0; shift -= 8) out.push_back(static_cast<char>(v >> shift & 0xff));
}
}  // namespace

PostgresValue integer(std::int64_t v) {
  PostgresValue out{kInteger, {}, false};
  put_big(out.bytes, static_cast<std::uint64_t>(v), 8);
  return out;
}

PostgresValue text(std::string_view v) {
  PostgresValue out{kText, {}, false};
  out.bytes = valid_utf8(v) ? std::string(v) : clean_utf8(v);
  for (std::size_t at = 0; (at = out.bytes.find('\0', at)) != std::string::npos;)
    out.bytes.replace(at, 1, "\xef\xbf\xbd");
  return out;
}

PostgresValue bytes(std::string_view v) { return {kBytes, std::string(v), false}; }

std::int64_t integer_in(std::string_view value) {
  if (value.empty()) return 0;
  auto v = static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<signed char>(value[0])));
  for (char c : value.substr(1)) v = v << 8 | static_cast<std::uint8_t>(c);
  return static_cast<std::int64_t>(v);
}

void Column::add(const PostgresValue& v) {
  ++count_;
  nulls_ = nulls_ || v.null;
  put_big(elements_, v.null ? 0xffffffff : v.bytes.size(), 4);
  if (!v.null) elements_ += v.bytes;
}

PostgresValue Column::array() const {
  constexpr unsigned kOf[] = {kInteger, kText, kBytes}, kArrays[] = {kIntegers, kTexts, kByteStrings};
  const auto of = static_cast<std::size_t>(of_);
  PostgresValue out{kArrays[of], {}, false};
  out.bytes.reserve(elements_.size() + 20);
  put_big(out.bytes, 1, 4);  // dimensions
  put_big(out.bytes, nulls_ ? 1 : 0, 4);
  put_big(out.bytes, kOf[of], 4);
  put_big(out.bytes, count_, 4);
  put_big(out.bytes, 1, 4);  // the number of the first
  out.bytes += elements_;
  return out;
}

void Column::clear() {
  count_ = 0;
  nulls_ = false;
  elements_.clear();
}

}  // namespace storesweep::postgres
