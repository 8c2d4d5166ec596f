// HTML for a report: text of others made harmless, everything of ours in both languages. The markup is well
// formed as XML, which a test insists on. Values; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/report/catalogue.h"

namespace storesweep::html {

inline constexpr std::size_t kMaxShown = 300;  // bytes of a text of others

// What others wrote, for content and for attributes in double quotes: escaped, bad UTF-8, control characters
// and marks that turn the direction of writing replaced by U+FFFD, cut to so many bytes.
std::string safe(std::string_view text, std::size_t most = kMaxShown);

std::string base64(std::string_view bytes);      // RFC 4648
std::string seconds(std::int64_t ms);            // "4.2 s", "12 min 5 s", "3 h 20 min"
std::string rate(std::int64_t permille);         // "20", "1.5"
std::string beijing_time(std::int64_t wall_ms);  // "2026-11-24 18:03:11"

class Page {
 public:
  explicit Page(const Catalogue& catalogue) : catalogue_(catalogue) {}

  Page& raw(std::string_view markup) {
    out_ += markup;
    return *this;
  }
  Page& text(std::string_view text, std::size_t most = kMaxShown) { return raw(safe(text, most)); }
  // What an app, a store or a device says of itself: kept from turning the text around it.
  Page& foreign(std::string_view text) { return raw("<bdi>").raw(safe(text)).raw("</bdi>"); }
  // The entry in both languages.
  Page& say(std::string_view section, std::string_view key, const Catalogue::Values& values = {});
  Page& say(std::string_view key) { return say("report", key); }
  Page& say(std::string_view key, const Catalogue::Values& values) { return say("report", key, values); }
  Page& both(std::string_view zh, std::string_view en);
  // <dt>name</dt><dd>...</dd>
  Page& entry(std::string_view key, const std::function<void()>& value);
  // <th scope="col">name</th>
  Page& head(std::string_view key);

  const Catalogue& catalogue() const { return catalogue_; }
  std::string take() { return std::move(out_); }

 private:
  const Catalogue& catalogue_;
  std::string out_;
};

}  // namespace storesweep::html
