#include "common/android/appops.h"

#include "common/base/text.h"

namespace storesweep::android {
namespace {

// AppOpsManager.MODE_*: what the dumps up to 8.1 print as numbers.
std::string mode_name(std::string_view text) {
  constexpr std::string_view kNames[] = {"allow", "ignore", "deny", "default", "foreground", "ask"};
  const auto number = parse_int<unsigned>(text);
  return std::string(number && *number < std::size(kNames) ? kNames[*number] : text);
}

// Takes "CAMERA" or "MIUIOP(10041)" off the front; empty when no op name stands there.
std::string take_op(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && (std::isupper(static_cast<unsigned char>(text[end])) ||
                               std::isdigit(static_cast<unsigned char>(text[end])) || text[end] == '_'))
    ++end;
  if (end < 3 && !starts_with(text, "Unknown(")) return {};
  if (end < 3) end = 7;
  if (end < text.size() && text[end] == '(') {
    const std::size_t close = text.find(')', end);
    if (close == std::string_view::npos || !parse_int<int>(text.substr(end + 1, close - end - 1))) return {};
    end = close + 1;
  }
  std::string_view name = text.substr(0, end);
  text.remove_prefix(end);
  take(name, "OP_");
  return std::string(name);
}

// "2019-08-15 15:08:47.444 (-23s192ms) duration=+1s proxy[uid=10070, pkg=com.x, attributionTag=null]"
bool parse_when(std::string_view text, OpUse& use) {
  const std::size_t open = text.find(" (");
  const std::size_t close = text.find(')', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return false;
  use.time = std::string(trim(text.substr(0, open)));
  const auto ago = parse_duration_ms(text.substr(open + 2, close - open - 2));
  if (!ago || use.time.empty()) return false;
  use.ago_ms = -*ago;
  const std::string_view rest = text.substr(close + 1);
  use.duration_ms = parse_duration_ms(value_of(rest, "duration="));
  if (const std::string_view proxy = between(rest, "proxy[", "]"); !proxy.empty()) {
    use.proxy_package = std::string(value_of(proxy, "pkg="));
    use.proxy_uid = parse_uid(value_of(proxy, "uid=")).value_or(-1);
  }
  return true;
}

class AppOpsParser {
 public:
  AppOpsParser(std::string_view text, std::string_view package) : text_(text), package_(package) {}

  Parsed<AppOp> run() {
    LineReader lines(text_, out_);
    Line line;
    while (lines.next(line)) {
      if (!accept(line)) out_.unknown(line, true);
    }
    return std::move(out_);
  }

 private:
  bool accept(const Line& line) {
    std::string_view body = line.body;
    if (body == "Current AppOps Service state:" || body == "AppOps Uid Op State") {  // the part's own, 16
      preamble_ = dump_ = true;
      if (out_.records.empty()) out_.forget_preface();
      return true;
    }
    if (take(body, "Uid ") && body.size() > 1 && body.back() == ':' && !contains(body, " "))
      return begin_uid(body);
    // Settings, watchers and clients come before the first uid, restrictions and policies behind the last.
    if (dump_ && line.indent <= 2 && ends_with(line.body, ":")) preamble_ = true;
    if (preamble_) return true;
    if (take(body, "Package ") && ends_with(body, ":")) {
      package_ = std::string(body.substr(0, body.size() - 1));
      op_ = nullptr;
      return true;
    }
    body = line.body;
    if (op_ && use_line(body)) return true;
    return uid_state(body) || op_line(body);
  }

  bool begin_uid(std::string_view body) {
    const auto uid = parse_uid(body.substr(0, body.size() - 1));
    if (!uid) return false;
    preamble_ = false;
    uid_ = *uid;
    package_.clear();
    op_ = nullptr;
    return true;
  }

  // Lines about the uid as a whole (AppOpsService.dump), and the notes of `appops get`.
  bool uid_state(std::string_view body) const {
    for (std::string_view key :
         {"state=", "pendingState", "capability=", "pendingCapability",
          "startNesting=", "appWidgetVisible=", "pendingAppWidgetVisible=", "isForeground", "evalForeground",
          "hasForegroundWatchers", "No operations.", "Default mode: ", "Last op ", "foregroundOps",
          "OpRestrictions", "User restrictions"}) {
      if (starts_with(body, key)) return true;
    }
    return body.find_first_not_of('-') == std::string_view::npos;
  }

  bool op_line(std::string_view body) {
    take(body, "Uid mode: ");
    AppOp op{uid_, package_, take_op(body), {}, {}, {}};
    if (op.op.empty()) return false;
    if (take(body, " (")) {  // 9 and later: "(allow / switch COARSE_LOCATION=allow):"
      const std::size_t close = body.find(')');
      if (close == std::string_view::npos) return false;
      std::string_view inside = body.substr(0, close);
      op.mode = mode_name(take_word(inside));
      if (take(inside, "/ switch ")) op.switch_op = std::string(inside.substr(0, inside.find('=')));
    } else if (take(body, ": ")) {
      if (!old_op(body, op)) return false;
    } else {
      return false;
    }
    op_ = &out_.add(std::move(op));
    attribution_.clear();
    last_rejected_ = false;
    return true;
  }

  // Behind the mode stand only parts that we know: a use told in other words is no "never used".
  static bool parts_known(std::string_view body) {
    for (std::size_t at = body.find("; "); at != std::string_view::npos; at = body.find("; ", at + 2)) {
      const std::string_view part = body.substr(at + 2);
      if (!starts_with(part, "time=") && !starts_with(part, "rejectTime=") && !starts_with(part, "duration="))
        return false;
    }
    return true;
  }

  // "mode=0; time=+1h ago; rejectTime=+2h ago; duration=+4s (running)", also "allow; time=... ago (running)".
  static bool old_op(std::string_view body, AppOp& op) {
    take(body, "mode=");
    const std::size_t end = body.find_first_of("; ");
    op.mode = mode_name(body.substr(0, end));
    if (op.mode.empty() || !parts_known(body)) return false;
    OpUse access, reject;
    access.ago_ms = parse_duration_ms(value_of(body, "time=").substr(0, value_of(body, "time=").find(';')));
    reject.ago_ms = parse_duration_ms(value_of(body, "rejectTime="));
    std::string_view duration = value_of(body, "duration=");
    access.duration_ms = parse_duration_ms(duration.substr(0, duration.find(';')));
    access.running = contains(body, "(running)");
    reject.rejected = true;
    if (contains(body, "; time=") && !access.ago_ms) return false;
    if (contains(body, "; rejectTime=") && !reject.ago_ms) return false;
    if (access.ago_ms || access.running) op.uses.push_back(access);
    if (reject.ago_ms) op.uses.push_back(reject);
    return true;
  }

  bool use_line(std::string_view body) {
    if (body == "]") {
      attribution_.clear();
      return true;
    }
    if (ends_with(body, "=[")) {  // "null=[", "com.example.tag=[", from 15 "device:0/tag=["
      attribution_ = std::string(body.substr(0, body.size() - 2));
      if (attribution_ == "null") attribution_.clear();
      return true;
    }
    if (take(body, "Running start at: ")) return running(body);
    if (take(body, "duration=")) return duration_of_op(body);
    if (take(body, "proxy[")) return proxy_of_last(body);
    if (starts_with(body, "startNesting=")) return true;
    if (take(body, "Access:")) return use(body, false);
    if (take(body, "Reject:")) return use(body, true);
    return continuation(body);
  }

  bool use(std::string_view body, bool rejected) {
    OpUse use;
    use.rejected = last_rejected_ = rejected;
    use.attribution = attribution_;
    while (take(body, " ")) {
    }
    if (take(body, "[")) {  // 10 and later: "[fg-s] 2021-..." or, for a reject, "[fg-s]2021-..."
      const std::size_t close = body.find(']'), dash = body.find('-');
      if (close == std::string_view::npos) return false;
      use.state = std::string(body.substr(0, std::min(close, dash)));
      if (dash < close) use.flags = std::string(body.substr(dash + 1, close - dash - 1));
      body.remove_prefix(close + 1);
    } else {  // 9: "top   = 2019-..."
      use.state = std::string(take_word(body));
      if (!take(body, "= ")) return false;
    }
    if (!parse_when(body, use)) return false;
    op_->uses.push_back(std::move(use));
    return true;
  }

  // 9 prints further process states below the first without repeating "Access:".
  bool continuation(std::string_view body) {
    if (op_->uses.empty()) return false;
    std::string_view rest = body;
    const std::string_view state = take_word(rest);
    if (state.empty() || state.size() > 6 || !starts_with(rest, "= ")) return false;
    return use(body, last_rejected_);
  }

  bool running(std::string_view body) {
    OpUse* use = nullptr;
    for (OpUse& u : op_->uses) {
      if (!u.rejected && u.attribution == attribution_ && !use) use = &u;
    }
    if (!use) {
      op_->uses.push_back({});
      use = &op_->uses.back();
      use->attribution = attribution_;
    }
    use->running = true;
    const auto since = parse_duration_ms(body);
    if (since && !use->ago_ms) use->ago_ms = since;
    return since.has_value();
  }

  bool duration_of_op(std::string_view body) {
    const auto duration = parse_duration_ms(body);
    for (OpUse& use : op_->uses) {
      if (use.rejected) continue;
      use.duration_ms = duration;
      break;
    }
    return duration.has_value();
  }

  bool proxy_of_last(std::string_view body) {
    if (op_->uses.empty()) return false;
    op_->uses.back().proxy_package = std::string(value_of(body, "pkg="));
    op_->uses.back().proxy_uid = parse_uid(value_of(body, "uid=")).value_or(-1);
    return true;
  }

  std::string_view text_;
  Parsed<AppOp> out_;
  bool dump_ = false;      // the heading of a whole dump was seen
  bool preamble_ = false;  // no uid's lines are being read
  int uid_ = -1;
  std::string package_;
  std::string attribution_;
  bool last_rejected_ = false;
  AppOp* op_ = nullptr;
};

}  // namespace

Parsed<AppOp> parse_appops(std::string_view text, std::string_view package) {
  return AppOpsParser(text, package).run();
}

}  // namespace storesweep::android
