#include "simdroid/print/appops.h"

#include <algorithm>

#include "simdroid/print/sheet.h"
#include "simdroid/print/text.h"

namespace storesweep::simdroid {
namespace {
std::string state_name(const Templates& t, UidState state) {
  static constexpr const char* kNames[] = {"pers", "top", "fgsvc", "fg", "bg", "cch"};
  const std::string name = kNames[static_cast<int>(state)];
  const std::string block = "appops.state." + name;
  return t.has(block) ? t.line(block) : name;
}

// Numbers on 4.4, words later.
std::string mode_name(const Templates& t, const std::string& mode) {
  const std::string block = "appops.mode." + mode;
  return t.has(block) ? t.line(block) : mode;
}

struct Latest {
  std::int64_t access_ms = 0, reject_ms = 0, duration_ms = -1;
};
Latest latest_of(const OpRecord& op) {
  Latest out;
  for (const OpUse& use : op.uses) {
    out.reject_ms = std::max(out.reject_ms, use.reject_wall_ms);
    if (use.access_wall_ms <= out.access_ms) continue;
    out.access_ms = use.access_wall_ms;
    out.duration_ms = use.duration_ms;
  }
  if (op.running) out.access_ms = std::max(out.access_ms, op.started_wall_ms);
  return out;
}

// Everything in one line: 4.4's dump, and `appops get` of all versions. `parts` is "appops.part." or
// "appops.get.".
void one_line(Sheet& sheet, const Templates& t, const OpRecord& op, Moment now, const std::string& block,
              const std::string& parts) {
  const Latest last = latest_of(op);
  auto ago = [&](std::int64_t wall_ms, const char* part) {
    return wall_ms > 0 ? t.line(parts + part, {{"ago", duration_text(now.wall_ms - wall_ms)}})
                       : std::string();
  };
  std::string tail;
  if (op.running) {
    tail = t.line(parts + "running");
  } else if (last.duration_ms > 0 || t.has("appops.line")) {
    tail = t.line(parts + "duration",
                  {{"duration", duration_text(std::max<std::int64_t>(0, last.duration_ms))}});
  }
  sheet.add(block, {{"op", op.op},
                    {"mode", mode_name(t, op.mode)},
                    {"time", ago(last.access_ms, "time")},
                    {"reject", ago(last.reject_ms, "reject")},
                    {"tail", tail}});
}

Holes use_holes(const Templates& t, const OpUse& use, std::int64_t wall_ms, Moment now) {
  return {{"state", state_name(t, use.state)},
          {"time", date_text_ms("%Y-%m-%d %H:%M:%S", wall_ms)},
          {"ago", duration_text(wall_ms - now.wall_ms)},
          {"duration", duration_text(use.duration_ms)}};
}

// 9: all accesses, then all rejects, then one duration for the op.
void states_of_nine(Sheet& sheet, const Templates& t, const OpRecord& op, Moment now) {
  bool first = true;
  for (const OpUse& use : op.uses) {
    if (use.access_wall_ms == 0) continue;
    sheet.add(first ? "appops.access" : "appops.access_more", use_holes(t, use, use.access_wall_ms, now));
    first = false;
  }
  first = true;
  for (const OpUse& use : op.uses) {
    if (use.reject_wall_ms == 0) continue;
    sheet.add(first ? "appops.reject" : "appops.reject_more", use_holes(t, use, use.reject_wall_ms, now));
    first = false;
  }
  const Latest last = latest_of(op);
  if (op.running) {
    sheet.add("appops.running", {{"since", duration_text(now.wall_ms - op.started_wall_ms)}});
    sheet.add("appops.nesting");
  } else if (last.duration_ms > 0) {
    sheet.add("appops.duration", {{"duration", duration_text(last.duration_ms)}});
  }
}

// 11 and later: access and reject of each state in turn, under the attribution tag.
void states_by_tag(Sheet& sheet, const Templates& t, const OpRecord& op, Moment now) {
  if (op.uses.empty() && !op.running) return;
  sheet.add("appops.tag");
  for (const OpUse& use : op.uses) {
    if (use.access_wall_ms > 0) {
      sheet.add(use.duration_ms > 0 ? "appops.access_lasting" : "appops.access",
                use_holes(t, use, use.access_wall_ms, now));
    }
    if (use.reject_wall_ms > 0) sheet.add("appops.reject", use_holes(t, use, use.reject_wall_ms, now));
  }
  if (op.running) sheet.add("appops.running", {{"since", duration_text(now.wall_ms - op.started_wall_ms)}});
  sheet.add("appops.tag_end");
}

void print_op(Sheet& sheet, const Templates& t, OpRecord op, Moment now) {
  if (t.has("appops.line")) return one_line(sheet, t, op, now, "appops.line", "appops.part.");
  std::sort(op.uses.begin(), op.uses.end(), [](const OpUse& a, const OpUse& b) { return a.state < b.state; });
  sheet.add(op.switch_op.empty() ? "appops.op" : "appops.op_switched",
            {{"op", op.op}, {"mode", op.mode}, {"switch_op", op.switch_op}, {"switch_mode", op.switch_mode}});
  t.has("appops.tag") ? states_by_tag(sheet, t, op, now) : states_of_nine(sheet, t, op, now);
}
}  // namespace

std::string print_appops(const Templates& t, const std::vector<UidOps>& uids, Moment now) {
  Sheet sheet(t);
  sheet.add("appops.head");
  sheet.add("appops.blank");
  for (const UidOps& uid : uids) {
    const bool in_use = uid.state <= UidState::kForeground;
    sheet.add("appops.uid", {{"uid", uid_text(uid.uid)},
                             {"state", state_name(t, uid.state)},
                             {"capability", in_use ? "LCMN" : "----"}});
    for (const OpRecord& mode : uid.modes)
      sheet.add("appops.uid_mode", {{"op", mode.op}, {"mode", mode.mode}});
    for (const PackageOps& package : uid.packages) {
      if (package.ops.empty()) continue;
      sheet.add("appops.package", {{"package", package.package}});
      for (const OpRecord& op : package.ops) print_op(sheet, t, op, now);
    }
  }
  sheet.add("appops.end");
  return sheet.take();
}

std::string print_appops_get(const Templates& t, const UidOps& uid, const PackageOps& package, Moment now) {
  Sheet sheet(t);
  for (const OpRecord& mode : uid.modes)
    sheet.add("appops.get.uid_mode", {{"op", mode.op}, {"mode", mode.mode}});
  for (const OpRecord& op : package.ops) one_line(sheet, t, op, now, "appops.get.op", "appops.get.");
  std::string out = sheet.take();
  return out.empty() ? print_appops_none(t) : out;
}

std::string print_appops_none(const Templates& t, const std::string& default_mode) {
  Sheet sheet(t);
  sheet.add("appops.get.none");
  if (!default_mode.empty()) sheet.add("appops.get.default", {{"mode", default_mode}});
  return sheet.take();
}

}  // namespace storesweep::simdroid
