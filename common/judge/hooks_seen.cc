#include "common/judge/hooks_seen.h"

#include <algorithm>
#include <array>

#include "common/base/text.h"

namespace storesweep {
namespace {
using hooks::HookLine, hooks::HookKind, hooks::HookOutcome;

constexpr std::size_t kMaxExcerpt = 2'000;
constexpr std::size_t kMaxCallers = 24;
constexpr std::size_t kMaxName = 200;

// What Android gives instead of a value (rules: a MAC is 02:00:00:00:00:00 from Android 6 on, a serial
// "unknown"), and what says as little.
constexpr std::array<std::string_view, 11> kNoValues = {"",
                                                        "unknown",
                                                        "<unknown ssid>",
                                                        "02:00:00:00:00:00",
                                                        "00:00:00:00:00:00",
                                                        "020000000000",
                                                        "000000000000",
                                                        "0",
                                                        "-1",
                                                        "false",
                                                        "null"};

// "3 4711 com.example:push"
struct Head {
  int session = -1;
  std::string process;
};
Head head_of(std::string_view text) {
  const auto parts = split(text, ' ');
  if (parts.size() != 3) return {};
  return {parse_int<int>(parts[0]).value_or(-1), clean_utf8(parts[2]).substr(0, kMaxName)};
}

std::string said(const HookLine& l) {
  switch (l.outcome) {
    case HookOutcome::kThrew:
      return "threw " + l.threw;
    case HookOutcome::kNull:
      return "null";
    case HookOutcome::kNothing:
      return "(gives nothing back)";
    case HookOutcome::kReturned:
      break;
  }
  if (!l.value.empty()) return "\"" + l.value + "\"";
  return l.type + (l.size >= 0 ? " of " + std::to_string(l.size) : "");
}

// Text of the app's own: on one line, and nothing that a reader would take for ours.
std::string plain(std::string_view text) {
  std::string out = clean_utf8(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out;
}

std::string excerpt_of(const HookLine& l, const std::string& process) {
  std::string out = l.api + "(";
  for (std::size_t i = 0; i < l.arguments.size(); ++i) out += (i > 0 ? ", " : "") + l.arguments[i];
  out += ") -> " + said(l) + " | " + process + ", thread " + l.thread;
  if (l.reflected) out += ", by reflection";
  for (const std::string& frame : l.stack) out += " | at " + frame;
  return plain(out).substr(0, kMaxExcerpt);
}

}  // namespace

std::string class_of_frame(std::string_view frame) {
  const std::string_view name = frame.substr(0, frame.find('('));
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? "" : std::string(name.substr(0, dot));
}

HookYield yield_of(const HookLine& l) {
  if (l.outcome == HookOutcome::kThrew || l.outcome == HookOutcome::kNull) return HookYield::kRefused;
  if (l.outcome == HookOutcome::kNothing) return HookYield::kUnseen;
  const bool told = l.type == "string" || l.type == "number" || l.type == "boolean" || !l.value.empty();
  if (told) {
    const bool nothing = std::find(kNoValues.begin(), kNoValues.end(), trim(l.value)) != kNoValues.end();
    return nothing ? HookYield::kEmpty : HookYield::kValue;
  }
  if (l.size < 0) return HookYield::kUnseen;
  return l.size > 0 ? HookYield::kValue : HookYield::kEmpty;
}

bool HookRecords::line(const Record& r) {
  const std::size_t end = r.data.find('\n');
  if (end == std::string::npos) return false;
  Head head = head_of(std::string_view(r.data).substr(0, end));
  auto line = hooks::parse_hook_line(std::string_view(r.data).substr(end + 1));
  if (head.session < 0 || !line.ok() || line->kind == HookKind::kScriptError) return false;
  if (!sessions_.contains(head.session) && sessions_.size() >= kMaxHookSessions) {
    ++left_out_;
    return true;
  }
  sessions_[head.session].take(*line);
  if (line->kind == HookKind::kCall) call(head.session, r, *std::move(line), std::move(head.process));
  return true;
}

void HookRecords::call(int session, const Record& r, HookLine line, std::string process) {
  if (told_.size() >= kMaxHookCalls) {
    ++left_out_;
    return;
  }
  told_.push_back({session, std::move(line), moment_of(r), std::move(process)});
}

// An inner call is told before the one it is part of, which ends later: calls of one thread lie close
// together.
HooksSeen HookRecords::take() {
  constexpr std::size_t kReach = 200;
  for (std::size_t i = 0; i < told_.size(); ++i) {
    const Told& one = told_[i];
    const std::size_t end = std::min(told_.size(), i + kReach);
    const bool part = std::any_of(
        told_.begin() + static_cast<std::ptrdiff_t>(i), told_.begin() + static_cast<std::ptrdiff_t>(end),
        [&](const Told& other) { return other.session == one.session && part_of(one.line, other.line); });
    if (part) continue;
    HookSeen& seen = seen_.calls.emplace_back();
    static_cast<Moment&>(seen) = one.at;
    seen.source = plain(one.line.source).substr(0, kMaxName);
    seen.api = plain(one.line.api).substr(0, kMaxName);
    seen.process = one.process;
    seen.yield = yield_of(one.line);
    seen.inner = one.line.depth > 0;
    for (const std::string& frame : one.line.stack) {
      if (seen.callers.size() < kMaxCallers)
        seen.callers.push_back(plain(class_of_frame(frame)).substr(0, kMaxName));
    }
    seen.excerpt = excerpt_of(one.line, one.process);
  }
  for (const auto& [session, reader] : sessions_) {
    seen_.sessions += reader.greeted() ? 1 : 0;
    seen_.missing += reader.gaps().lost + reader.gaps().missing + reader.gaps().lies;
  }
  return std::move(seen_);
}

}  // namespace storesweep
