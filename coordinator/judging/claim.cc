#include "coordinator/judging/claim.h"

#include <algorithm>
#include <array>

#include "coordinator/judging/frame.h"

namespace storesweep {
namespace {
constexpr std::array<const char*, 7> kFields = {"token",       "job",      "worker", "device",
                                                "device kind", "file set", "depth"};

RunClaim claim_of(const JournalHeader& h) {
  return {h.token, h.job, h.worker, h.device, h.device_kind, h.file_set, h.depth, h.only_rules};
}

// One text a field, in the order of kFields; then the rules.
std::vector<std::string> texts(const RunClaim& c) {
  std::vector<std::string> out = {std::to_string(c.token.epoch) + "." + std::to_string(c.token.n),
                                  std::to_string(c.job.value),
                                  c.worker,
                                  c.device,
                                  text(c.kind),
                                  to_hex(c.file_set),
                                  std::string(name(c.depth))};
  std::vector<std::string> rules = c.rules;
  std::sort(rules.begin(), rules.end());
  out.insert(out.end(), rules.begin(), rules.end());
  return out;
}
}  // namespace

std::string encode_claim(const RunClaim& claim) {
  const std::vector<std::string> all = texts(claim);
  return encode_parts({all.begin(), all.end()});
}

Status check_claim(std::string_view encoded, const JournalHeader& header) {
  TRY_ASSIGN(const auto claimed, decode_parts(encoded));
  if (claimed.size() < kFields.size()) return corrupt("a claim lacks fields");
  const std::vector<std::string> said = texts(claim_of(header));
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    if (said[i] == claimed[i]) continue;
    return invalid("the journal's " + std::string(kFields[i]) + " is " + said[i].substr(0, 100) +
                   ", the report's is " + std::string(claimed[i].substr(0, 100)));
  }
  const bool same_rules =
      std::equal(said.begin() + kFields.size(), said.end(), claimed.begin() + kFields.size(), claimed.end());
  return same_rules ? ok_status() : invalid("the journal was restricted to other rules than the order");
}

}  // namespace storesweep
