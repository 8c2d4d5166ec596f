// Any request to the coordinator's API: a line "METHOD TARGET", then the body. Whatever comes, there is an
// answer with a status of HTTP, and an error says something.
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/trace.h"
#include "coordinator/http/api_handler.h"
#include "coordinator/service/address.h"
#include "tests/unit/coordinator/http/fake_service.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep;
  using namespace storesweep::http;
  static FakeService service;
  static ApiHandler handler(service, AccessList({}));
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto token = token_of_address_untrusted(text); token && address_key(*token).empty()) __builtin_trap();
  if (const auto trace = parse_traceparent(text); trace && trace->size() != kTraceIdChars) __builtin_trap();
  const std::size_t end = text.find('\n'), blank = text.find(' ');
  if (end == text.npos || blank == text.npos || blank > end) return 0;
  Request request;
  request.head.method = text.substr(0, blank);
  request.head.headers = {{"content-type", "application/json"}, {"idempotency-key", "k"}};
  request.body = text.substr(end + 1);
  if (!parse_target(text.substr(blank + 1, end - blank - 1), request.head).ok()) return 0;
  const Admission admitted = handler.admit(request.head);
  const Response response =
      admitted.refusal ? *admitted.refusal : handler.handle(request, Deadline::in_ms(1000));
  if (response.status < 100 || response.status > 599) __builtin_trap();
  if (response.status >= 400 && response.body.find("\"message\"") == std::string::npos) __builtin_trap();
  service.asked.clear();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {
      "POST "
      "/api/v1/"
      "sweeps\n{\"name\":\"n\",\"selection\":{\"kind\":\"top\",\"top\":50,\"store\":\"s\"},\"depth\":\"lab\","
      "\"shards\":4}",
      "POST /api/v1/sweeps\n{\"name\":\"n\",\"selection\":{\"kind\":\"packages\",\"packages\":[\"a.b\"]}}",
      "POST /api/v1/catalogues\n{\"source\":\"/a.csv\",\"store\":\"s\"}",
      "POST /api/v1/campaigns\n{\"name\":\"c\",\"target\":1000,\"end_date\":\"2026-12-31\"}",
      "POST /api/v1/retests\n{\"job\":17,\"phases\":[\"P1\"]}",
      "GET /api/v1/sweeps/3/results?rows=5&cursor=%E5%8D%8E&level=violation\n",
      "GET /api/v1/sweeps/3/summary?by=rule\n",
      "PUT /api/v1/blobs/x\nbytes",
      "GET /api/v1/listings?store=a+b\n",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
}
