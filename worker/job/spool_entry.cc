#include "worker/job/spool_entry.h"

#include <algorithm>

#include "common/wire/wire.h"

namespace storesweep::job {
namespace {
constexpr std::string_view kMagic = "SSSPOOL1";
constexpr std::string_view kTokenMagic = "SSTOKEN1";

std::string sealed(std::string bytes) {
  const Digest hash = sha256(bytes);
  return bytes.append(hash.begin(), hash.end());
}
// What stands before the hash, when the hash is right.
Result<ByteView> unsealed(ByteView bytes, std::string_view magic) {
  if (bytes.size() > kMaxEntryBytes || bytes.size() < magic.size() + 32)
    return corrupt("a file of a wrong size");
  const ByteView body = bytes.first(bytes.size() - 32);
  if (as_text(body.first(magic.size())) != magic) return corrupt("not a file of the spool");
  if (const Digest hash = sha256(body); !std::equal(hash.begin(), hash.end(), bytes.end() - 32)) {
    return corrupt("the hash over the file is wrong");
  }
  return body.subspan(magic.size());
}
void put_piece(std::string& out, const std::string& piece) {
  put_little(out, piece.size(), 4);
  out += piece;
}
}  // namespace

Result<std::string> to_bytes(const SpoolEntry& entry) {
  TRY_ASSIGN(std::string message,
             encode_one(std::visit([](const auto& o) { return FromWorker(o); }, entry.outcome)));
  std::string out(kMagic);
  put_piece(out, entry.evidence_address);
  put_piece(out, message);
  return sealed(std::move(out));
}

Result<SpoolEntry> entry_untrusted(ByteView bytes) {
  TRY_ASSIGN(ByteView body, unsealed(bytes, kMagic));
  ByteReader reader(body);
  SpoolEntry entry;
  entry.evidence_address = as_text(reader.take(reader.u32()));
  const ByteView message = reader.take(reader.u32());
  if (!reader.ok() || reader.left() != 0) return corrupt("a piece of a wrong length");
  TRY_ASSIGN(FromWorker decoded, decode_one_untrusted(message));
  if (Report* report = std::get_if<Report>(&decoded)) {
    entry.outcome = std::move(*report);
  } else if (Failure* failure = std::get_if<Failure>(&decoded)) {
    entry.outcome = std::move(*failure);
  } else if (NeedsMore* needs = std::get_if<NeedsMore>(&decoded)) {
    entry.outcome = std::move(*needs);
  } else {
    return corrupt("a message that is no outcome");
  }
  return entry;
}

Result<std::string> to_bytes(const Token& token) {
  TRY_ASSIGN(std::string message, encode_one(FromWorker(Began{token})));
  return sealed(std::string(kTokenMagic) + message);
}

Result<Token> token_untrusted(ByteView bytes) {
  TRY_ASSIGN(ByteView body, unsealed(bytes, kTokenMagic));
  TRY_ASSIGN(FromWorker decoded, decode_one_untrusted(body));
  if (const Began* began = std::get_if<Began>(&decoded)) return began->token;
  return corrupt("a message that is no token");
}

}  // namespace storesweep::job
