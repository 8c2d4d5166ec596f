#include "common/android/processes.h"

#include <unordered_map>

#include "common/base/text.h"

namespace storesweep::android {
namespace {

class ProcessParser {
 public:
  Parsed<RunningProcess> run(std::string_view text) {
    LineReader lines(text, out_);
    Line line;
    while (lines.next(line)) {
      if (!accept(line.body)) out_.unknown(line, true);
    }
    return std::move(out_);
  }

 private:
  // Only the heads of blocks and the rows of the LRU list can fail; what stands in a block is free text.
  bool accept(std::string_view body) {
    if (starts_with(body, "*APP* ") || starts_with(body, "*PERS* ")) return block(body);
    if (starts_with(body, "Proc #") || starts_with(body, "PERS #")) return lru_row(body);
    if (std::string_view rest = body; take(rest, "packageList={")) packages(rest);
    return !is_device_error(body);
  }

  RunningProcess& record(const ProcessName& name) {
    const auto [at, fresh] = index_.try_emplace(name.pid, out_.records.size());
    if (fresh) {
      RunningProcess p;
      p.pid = name.pid;
      p.uid = name.uid;
      p.process = name.process;
      out_.add(std::move(p));
      if (out_.cut) at->second = out_.records.size() - 1;
    }
    return out_.records[at->second];
  }

  // "*APP* UID 10034 ProcessRecord{42ac59a 2203:com.x/u0a34}"; a process that has not started has pid 0.
  bool block(std::string_view body) {
    std::string_view inside = between(body, "ProcessRecord{", "}");
    take_word(inside);
    const auto name = parse_process_name(inside);
    if (!name) return false;
    current_ = name->pid;
    record(*name);
    return true;
  }

  void packages(std::string_view rest) {
    if (current_ < 0) return;
    auto& list = out_.records[index_.at(current_)].packages;
    if (!list.empty()) return;
    for (std::string_view name : split(rest.substr(0, rest.find('}')), ',')) {
      if (!trim(name).empty()) list.push_back(std::string(trim(name)));
    }
  }

  // "Proc # 1: fore  T/A/TOP  trm: 0 9155:com.x/u0a86 (top-activity)", since 11 "fg     T/A/TOP  LCMN  t: 0
  // ..."; the importance may hold blanks: "cch+ 5", "fg +50" (ProcessList.buildOomTag).
  bool lru_row(std::string_view body) {
    const std::size_t colon = body.find(": ");
    if (colon == std::string_view::npos) return false;
    const std::string_view rest = body.substr(colon + 2);
    const std::size_t marker =
        rest.find("t: ") != std::string_view::npos ? rest.find("t: ") : rest.find("trm: ");
    if (marker == std::string_view::npos) return false;
    const std::string_view states = rest.substr(0, marker);
    std::string_view tail = rest.substr(rest.find(": ", marker) + 2);
    take_word(tail);  // the trim level
    const std::size_t end = tail.find(' ');
    const auto name = parse_process_name(tail.substr(0, end));
    const std::size_t group = states.find('/'), top = states.find('/', group + 1);
    if (!name || group == 0 || top == std::string_view::npos) return false;
    RunningProcess& p = record(*name);
    p.importance.clear();
    for (char c : states.substr(0, group - 1)) {
      if (c != ' ') p.importance.push_back(c);
    }
    std::string_view state = states.substr(top + 1);
    p.state = std::string(take_word(state));
    p.reason = std::string(between(tail, "(", ")"));
    return true;
  }

  Parsed<RunningProcess> out_;
  std::unordered_map<int, std::size_t> index_;
  int current_ = -1;
};

struct Columns {
  std::size_t user = 0, pid = 0, parent = 0, count = 0;
  bool has_user = false, has_parent = false;
  std::ptrdiff_t state = -1;
  bool state_unnamed = false;  // toolbox prints a state before the name without a heading for it
};

std::optional<Columns> header(std::string_view body) {
  const auto names = words(body);
  Columns c;
  bool user = false, pid = false, parent = false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == "USER" || names[i] == "UID") c.user = i, user = true;
    if (names[i] == "PID") c.pid = i, pid = true;
    if (names[i] == "PPID") c.parent = i, parent = true;
    if (names[i] == "S") c.state = static_cast<std::ptrdiff_t>(i);
  }
  const std::string_view last = names.empty() ? std::string_view() : names.back();
  const bool named =
      last == "NAME" || last == "CMD" || last == "COMMAND" || last == "ARGS" || last == "CMDLINE";
  if (!pid || !named) return std::nullopt;
  c.has_user = user;
  c.has_parent = parent;
  c.count = names.size();
  c.state_unnamed = c.count > 1 && names[c.count - 2] == "PC";
  return c;
}

bool ps_row(const Columns& c, std::string_view body, PsRow& row) {
  std::vector<std::string_view> cells;
  const std::size_t before_name = c.count - 1 + (c.state_unnamed ? 1 : 0);
  while (cells.size() < before_name && !body.empty()) cells.push_back(take_word(body));
  if (cells.size() < before_name) return false;
  const auto pid = parse_int<int>(cells[c.pid]);
  if (!pid || body.empty()) return false;
  row.pid = *pid;
  if (c.has_user) {
    row.user = std::string(cells[c.user]);
    row.uid = parse_uid(cells[c.user]).value_or(-1);
  }
  if (c.has_parent) {
    const auto parent = parse_int<int>(cells[c.parent]);
    if (!parent) return false;
    row.parent = *parent;
  }
  if (c.state_unnamed)
    row.state = std::string(cells[before_name - 1]);
  else if (c.state >= 0)
    row.state = std::string(cells[static_cast<std::size_t>(c.state)]);
  row.name = std::string(body);
  return true;
}

}  // namespace

Parsed<RunningProcess> parse_activity_processes(std::string_view text) { return ProcessParser().run(text); }

Parsed<PsRow> parse_ps(std::string_view text) {
  Parsed<PsRow> out;
  LineReader lines(text, out);
  Line line;
  std::optional<Columns> columns;
  while (lines.next(line)) {
    if (auto found = header(line.body)) {
      columns = found;
      continue;
    }
    PsRow row;
    if (columns && ps_row(*columns, line.body, row))
      out.add(std::move(row));
    else
      out.unknown(line, true);
  }
  return out;
}

}  // namespace storesweep::android
