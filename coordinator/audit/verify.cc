#include "coordinator/audit/verify.h"

#include <fstream>
#include <optional>

#include "common/base/file.h"
#include "common/base/text.h"
#include "coordinator/audit/chain.h"

namespace storesweep {
namespace {
struct Walk {
  std::optional<AuditLink> first;
  AuditHead head;
  std::uint64_t lines = 0;
};

Status step(Walk& walk, std::string_view line) {
  TRY_ASSIGN(const AuditLink link, audit_link_untrusted(line));
  // What the first one follows stands in a file that is not here, unless it is the very first.
  if (walk.first || link.n == 1) TRY(follows(walk.head, link));
  if (!walk.first) walk.first = link;
  walk.head = {link.n, link.hash};
  ++walk.lines;
  return ok_status();
}

// One line, bounded: what is longer is cut where no line of ours goes on.
bool next_line(std::ifstream& in, std::string& line) {
  line.clear();
  for (int c = in.get(); c != std::ifstream::traits_type::eof(); c = in.get()) {
    if (c == '\n') return true;
    line += static_cast<char>(c);
    if (line.size() > kMaxAuditLineBytes) return true;
  }
  return !line.empty();
}

Status walk_file(Walk& walk, const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return not_found(path + ": cannot be read");
  std::string line;
  for (std::uint64_t at = 1; next_line(in, line); ++at) {
    if (Status s = step(walk, line); !s.ok()) return s.within(path + ":" + std::to_string(at));
  }
  return ok_status();
}

// FILE.head lies beside the newest.
Status check_end(const Walk& walk, const std::string& newest) {
  auto text = read_file(newest + ".head", 1'024);
  if (!text.ok()) return ok_status();
  const auto parts = words(trim(*text));
  const auto n = parts.size() == 2 ? parse_int<std::uint64_t>(parts[0]) : std::nullopt;
  if (!n || *n <= walk.head.n) return ok_status();
  return corrupt(newest + ": ends with line " + std::to_string(walk.head.n) + ", though line " +
                 std::to_string(*n) +
                 " was written: lines were cut off, or the newest file is not among these");
}
}  // namespace

Result<std::string> verify_audit(const std::vector<std::string>& files) {
  Walk walk;
  for (const std::string& file : files) TRY(walk_file(walk, file));
  if (!files.empty()) TRY(check_end(walk, files.back()));
  if (!walk.first) return std::string("no line stands there\n");
  std::string text = std::to_string(walk.lines) + " lines, " + std::to_string(walk.first->n) + " to " +
                     std::to_string(walk.head.n) + ", each follows the one before it\n";
  if (walk.first->n != 1) {
    text += "what stands before line " + std::to_string(walk.first->n) +
            " is not among these files; its hash is " + to_hex(walk.first->previous) + "\n";
  }
  return text + "head: " + std::to_string(walk.head.n) + " " + to_hex(walk.head.hash) + "\n";
}

}  // namespace storesweep
