#include "worker/observe/masking.h"

#include <openssl/evp.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace storesweep::observe {
namespace {
// As an attribute's value: of the quotes only the one around it is escaped (KXmlSerializer, by which
// uiautomator writes), or both (others).
std::string as_xml(std::string_view secret, std::string_view escaped_quotes) {
  std::string out;
  for (const char c : secret) {
    const bool quote = escaped_quotes.find(c) != std::string_view::npos;
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (quote) {
      out += c == '"' ? "&quot;" : "&apos;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string as_json(const std::string& secret) {
  const std::string quoted =
      nlohmann::json(secret).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

std::string as_url(std::string_view secret, bool lower) {
  const std::string_view hex = lower ? "0123456789abcdef" : "0123456789ABCDEF";
  std::string out;
  for (const char c : secret) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += {'%', hex[byte >> 4U], hex[byte & 15U]};
    }
  }
  return out;
}

std::string as_base64(const std::string& secret) {
  std::string out((secret.size() + 2) / 3 * 4 + 1, '\0');
  const auto* bytes = reinterpret_cast<const unsigned char*>(secret.data());
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes, static_cast<int>(secret.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

// As `input text` takes it: a blank is %s.
std::string as_typed(std::string secret) {
  for (std::size_t at = 0; (at = secret.find(' ', at)) != std::string::npos;) secret.replace(at, 1, "%s");
  return secret;
}
}  // namespace

Masking::Masking(const std::vector<std::string>& secrets) {
  for (const std::string& s : secrets) {
    if (s.empty()) continue;
    for (std::string& form :
         std::vector<std::string>{s, as_xml(s, "\"'"), as_xml(s, "\""), as_xml(s, "'"), as_json(s),
                                  as_url(s, false), as_url(s, true), as_base64(s), as_typed(s)}) {
      if (std::find(forms_.begin(), forms_.end(), form) == forms_.end()) forms_.push_back(std::move(form));
    }
  }
  std::stable_sort(forms_.begin(), forms_.end(),
                   [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

bool Masking::hide(std::string& text) const {
  bool found = false;
  for (const std::string& form : forms_) {
    for (std::size_t at = 0; (at = text.find(form, at)) != std::string::npos; at += kMasked.size()) {
      text.replace(at, form.size(), kMasked);
      found = true;
    }
  }
  return found;
}

}  // namespace storesweep::observe
