// What a report says of its journal, so that the judging child can hold the journal's own header against it:
// a worker that lies, or mixes up its files, must not hand in another app's journal. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/evidence/journal.h"

namespace storesweep {

struct RunClaim {
  TokenKey token;
  JobId job;
  std::string worker;
  std::string device;
  DeviceKind kind;
  Digest file_set{};
  Depth depth = Depth::kTriage;
  std::vector<std::string> rules;  // that it was restricted to; empty: all
};

std::string encode_claim(const RunClaim& claim);
// kInvalid, and which field, when the header says something else; kCorrupt when the claim is none of ours.
Status check_claim(std::string_view encoded, const JournalHeader& header);

}  // namespace storesweep
