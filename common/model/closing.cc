#include "common/model/closing.h"

namespace storesweep {
namespace {
std::string signed_text(const Closing& c) {
  return "storesweep closing 1" + std::string(as_text(closing_digest(c)));
}
}  // namespace

Digest closing_digest(const Closing& c) {
  std::string all = "storesweep closing entry 1";
  put_little(all, static_cast<std::uint64_t>(c.number), 8);
  all += as_text(c.before);
  all += as_text(c.journal);
  put_little(all, c.token.epoch, 8);
  put_little(all, c.token.n, 8);
  put_little(all, static_cast<std::uint64_t>(c.job.value), 8);
  put_little(all, static_cast<std::uint64_t>(c.at_ms), 8);
  all += as_text(c.key);
  return sha256(all);
}

void sign_closing(Closing& c, const SigningKey& key) {
  c.key = key.public_key;
  c.signature = sign_ed25519(key, as_bytes(signed_text(c)));
}

bool closing_signed(const Closing& c) { return verify_ed25519(c.key, as_bytes(signed_text(c)), c.signature); }

Closing next_closing(const Closing& last, const Digest& journal, TokenKey token, JobId job,
                     std::int64_t at_ms, const SigningKey& key) {
  Closing c;
  c.number = last.number + 1;
  if (last.number > 0) c.before = closing_digest(last);
  c.journal = journal;
  c.token = token;
  c.job = job;
  c.at_ms = at_ms;
  sign_closing(c, key);
  return c;
}

}  // namespace storesweep
