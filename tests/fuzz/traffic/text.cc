// Any bytes as text in which other text is written, and as a multipart body.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/traffic/field_name.h"
#include "common/traffic/multipart.h"
#include "common/traffic/wrapped_text.h"

using namespace storesweep::traffic;

namespace {
void must(bool holds) {
  if (!holds) std::abort();
}
bool inside(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto percent = decode_percent(text), escapes = decode_json_escapes(text);
  must(!percent || percent->size() < size);
  must(!escapes || escapes->size() < size);
  std::size_t end = 0;
  for (const Base64Run& run : base64_runs(text, 100)) {
    must(run.offset >= end && run.text.size() >= kLeastBase64Run && inside(run.text, text));
    must(decode_base64(run.text).size() == run.text.size() * 6 / 8);
    end = run.offset + run.text.size();
  }
  for (const BodyPart& part : parse_multipart(text))
    must(inside(part.name, text) && inside(part.content, text));
  must(inside(field_before(text, size / 2), text.substr(0, size / 2)));
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {"a=%41%zz%4&b=%E4%BD%A0+%", "{\"a\":\"\\u4f60\\ud83d\\ude00\\ud83dx\\n\\\"\\/\\u12\"}",
          "x: " + std::string(40, 'Q') + "== " + std::string(31, 'Q') + "." + std::string(70, '_'),
          "--b\r\nContent-Disposition: form-data; name=\"imei\"; "
          "filename=\"a\"\r\n\r\n86\r\n--b\r\n\r\n\r\n--b--\r\n"};
}
