// The journal reader on outside bytes.
#include "common/evidence/journal.h"

#include <unistd.h>

std::vector<std::string> fuzz_seeds();

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)storesweep::read_journal_untrusted({data, size}).ok();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace storesweep;
  std::string path = "/tmp/fuzz_journal_" + std::to_string(getpid());
  JournalHeader header;
  header.worker = "w";
  auto w = JournalWriter::create(path, header);
  if (!w.ok() || !w->append({.name = "events", .data = "line\n"}).ok()) return {};
  (void)w->seal({true, "", 1}, signing_key_from_seed({})).ok();
  auto file = read_file(path, 1 << 20);
  unlink(path.c_str());
  return {file.ok() ? *file : std::string()};
}
