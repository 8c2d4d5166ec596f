#include "common/net/page.h"

#include <filesystem>

#include "common/base/file.h"
#include "common/base/text.h"

namespace storesweep::net {

Result<std::string> fetch_page(Client& client, const std::string& address, const std::string& file,
                               std::uint64_t max_bytes, const Deadline& deadline) {
  constexpr int kAttempts = 2;  // without a new byte
  if (!starts_with(address, "http://") && !starts_with(address, "https://"))
    return invalid("not an http or https address");
  FetchBounds bounds;
  bounds.max_bytes = max_bytes;
  bounds.attempts = kAttempts;
  TRY(client.fetch(address, file, bounds, deadline).status());
  auto text = read_file(file, max_bytes);
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  if (text.ok() && trim(*text).empty()) return invalid(shown_url(address) + " is empty");
  return text;
}

}  // namespace storesweep::net
