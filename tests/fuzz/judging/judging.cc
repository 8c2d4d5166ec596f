// What a judge's child says on its pipe: it read a hostile journal, so its answer is no better. And a
// request, which a child reads.
#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/judging/claim.h"
#include "coordinator/judging/frame.h"
#include "coordinator/judging/request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(decode_parts(text).ok());
  static_cast<void>(decode_answer(text).ok());
  static_cast<void>(check_claim(text, JournalHeader{}).ok());
  static const JudgeTools empty(RulePack{}, "");
  if (size < 4096) static_cast<void>(answer_request(text, empty));
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace storesweep;
  auto body = [](const std::string& frame) { return frame.size() > 4 ? frame.substr(4) : frame; };
  JudgeRequest request;
  request.journals = {"no journal"};
  request.listing.package = "com.a";
  return {body(encode_frame({"a", "bc", ""})), body(encode_request(request)), encode_request(request)};
}
