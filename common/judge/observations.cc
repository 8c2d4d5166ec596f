#include "common/judge/observations.h"

#include <array>
#include <cstring>

#include "common/judge/field_codec.h"

namespace storesweep {
namespace field_codec {

// The fields, in their order. One that is added to a struct and not here stops the build: the bindings name
// every one.

template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, TokenKey> {
  auto& [epoch, n] = v;
  all(a, epoch, n);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, DeviceKind> {
  auto& [device_class, api] = v;
  all(a, device_class, api);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, JournalHeader> {
  auto& [token, job, worker, worker_key, key_ids, device, device_kind, fingerprint, rate, depth, only_rules,
         file_set, package, started, device_start, zone, version, scripted] = v;
  all(a, token, job.value, worker, worker_key, key_ids, device, device_kind, fingerprint, rate, depth,
      only_rules, file_set, package, started, device_start, zone, version, scripted);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, Journal> {
  auto& [header, records, sealed, complete, why, valid, sha256] = v;
  static_cast<void>(records);  // what was parsed of them stands in the timeline
  all(a, header, sealed, complete, why, valid, sha256);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, android::EventRecord> {
  auto& [kind, time, tag, log_pid, log_uid, user, pid, uid, process, type, component, reason, detail] = v;
  all(a, kind, time, tag, log_pid, log_uid, user, pid, uid, process, type, component, reason, detail);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, android::SystemRecord> {
  auto& [kind, time, log_pid, log_uid, user, caller_uid, caller_pid, caller_package, pid, uid, process,
         component, action, data, type, reason, message, thread, frames, system_process] = v;
  all(a, kind, time, log_pid, log_uid, user, caller_uid, caller_pid, caller_package, pid, uid, process,
      component, action, data, type, reason, message, thread, frames, system_process);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, android::OpUse> {
  auto& [rejected, running, attribution, state, flags, time, ago_ms, duration_ms, proxy_package, proxy_uid] =
      v;
  all(a, rejected, running, attribution, state, flags, time, ago_ms, duration_ms, proxy_package, proxy_uid);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, android::Bounds> {
  auto& [left, top, right, bottom] = v;
  all(a, left, top, right, bottom);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, android::Node> {
  auto& [text, description, resource_id, class_name, package, hint, bounds, checkable, checked, clickable,
         enabled, focusable, focused, visible, scrollable, long_clickable, password, selected, not_accessible,
         parent, depth] = v;
  all(a, text, description, resource_id, class_name, package, hint, bounds, checkable, checked, clickable,
      enabled, focusable, focused, visible, scrollable, long_clickable, password, selected, not_accessible,
      parent, depth);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, android::Hierarchy> {
  auto& [rotation, nodes] = v;
  all(a, rotation, nodes);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, android::Element> {
  auto& [role, label, bounds, clickable, enabled, checked, span, node] = v;
  all(a, role, label, bounds, clickable, enabled, checked, span, node);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, android::SettingsEntry> {
  auto& [kind, label, bounds, clickable, enabled, is_switch, ticked, inverse] = v;
  all(a, kind, label, bounds, clickable, enabled, is_switch, ticked, inverse);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, android::Screen> {
  auto& [kind, package, text, message, permission_groups, elements, why] = v;
  all(a, kind, package, text, message, permission_groups, elements, why);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, Moment> {
  auto& [device_ms, until_ms, record, excerpt] = v;
  all(a, device_ms, until_ms, record, excerpt);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, PhaseSpan> {
  auto& [began, ended, begin_ms, end_ms, broken] = v;
  all(a, began, ended, begin_ms, end_ms, broken);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, Channel> {
  auto& [records, gaps] = v;
  all(a, records, gaps);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, AppFacts> {
  auto& [package, version_name, version_code, labels, labels_read, launch_activity, permissions, signer,
         code_read, native_code, loads_code, protector, sdks, without_calls, icon_alpha] = v;
  all(a, package, version_name, version_code, labels, labels_read, launch_activity, permissions, signer,
      code_read, native_code, loads_code, protector, sdks, without_calls, icon_alpha);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, android::PermissionState> {
  auto& [name, user, granted, flags] = v;
  all(a, name, user, granted, flags);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, DecoysSeen> {
  auto& [every, packages] = v;
  all(a, every, packages);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, UpdateSeen> {
  auto& [offered, old_version, actions, dumps, gaps] = v;
  all(a, offered, old_version, actions, dumps, gaps);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, TrafficSeen> {
  auto& [proxied, trusted, seed, planted, requests, holes, unread, left, unopened] = v;
  all(a, proxied, trusted, seed, planted, requests, holes, unread, left, unopened);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, HooksSeen> {
  auto& [sessions, missing, calls] = v;
  all(a, sessions, missing, calls);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, Timeline> {
  auto& [journal, package, uid, target_sdk, behaviour_absent, requested, facts, facts_record, listing_record,
         policy, policy_record, phases, actions, screens, pictures, blind, events, system, ops, exits,
         clock_sets, decoys, update, traffic, hooks, channels, lines_unknown, records_lost] = v;
  static_cast<void>(journal);
  static_cast<void>(screens);  // by their phrases, elsewhere
  static_cast<void>(pictures);
  all(a, package, uid, target_sdk, behaviour_absent, requested, facts, facts_record, listing_record, policy,
      policy_record, phases, actions, blind, events, system, ops, exits, clock_sets, decoys, update, traffic,
      hooks, channels, lines_unknown, records_lost);
}

// A struct with a base cannot be bound: its size tells that a field came to it.
template <class T, class Twin>
inline constexpr bool kSameSize = sizeof(T) == sizeof(Twin);
struct ActionTwin : Moment {
  std::string name, target;
  bool unsure;
};
struct ScreenTwin : Moment {
  android::Screen screen;
  bool other_ways, from_picture;
  std::vector<std::string> inputs;
  std::vector<android::SettingsEntry> settings;
  std::vector<std::string> conditions;
};
struct OpTwin : Moment {
  Phase snapshot_phase;
  std::int64_t snapshot_ms;
  std::string op;
  android::OpUse use;
};
struct ExitTwin : Moment {
  int pid, reason;
};
struct ClockTwin : Moment {
  std::int64_t ahead_ms;
};
struct LeftTwin : Moment {
  std::string canary, kind, form, host;
  int port, uid;
  bool hashed;
};
struct UnopenedTwin : Moment {
  traffic::Unopened how;
  std::string host;
  int uid;
};
struct HookTwin : Moment {
  std::string source, api, process;
  HookYield yield;
  bool inner;
  std::vector<std::string> callers;
};
struct PermissionsTwin : Moment {
  std::int64_t version_code;
  int target_sdk;
  std::vector<std::string> requested;
  std::vector<android::PermissionState> held;
};
static_assert(kSameSize<LeftSeen, LeftTwin> && kSameSize<UnopenedSeen, UnopenedTwin> &&
              kSameSize<HookSeen, HookTwin> && kSameSize<PermissionsSeen, PermissionsTwin> &&
              kSameSize<ActionDone, ActionTwin> && kSameSize<ScreenSeen, ScreenTwin> &&
              kSameSize<OpSeen, OpTwin> && kSameSize<ExitSeen, ExitTwin> && kSameSize<ClockSet, ClockTwin>);

template <class A, class T>
void moment(A& a, T& v) {
  if constexpr (std::is_const_v<T>) {
    io(a, static_cast<const Moment&>(v));
  } else {
    io(a, static_cast<Moment&>(v));
  }
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, ActionDone> {
  moment(a, v);
  all(a, v.name, v.target, v.unsure);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, ScreenSeen> {
  moment(a, v);
  all(a, v.screen, v.other_ways, v.from_picture, v.inputs, v.settings, v.conditions);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, TreeSeen> {
  moment(a, v);
  all(a, v.tree, v.from_picture);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, EventSeen> {
  moment(a, v);
  all(a, v.event);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, SystemSeen> {
  moment(a, v);
  all(a, v.line);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, OpSeen> {
  moment(a, v);
  all(a, v.snapshot_phase, v.snapshot_ms, v.op, v.use);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, PermissionsSeen> {
  moment(a, v);
  all(a, v.version_code, v.target_sdk, v.requested, v.held);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, ClockSet> {
  moment(a, v);
  all(a, v.ahead_ms);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, LeftSeen> {
  moment(a, v);
  all(a, v.canary, v.kind, v.form, v.host, v.port, v.uid, v.hashed);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, UnopenedSeen> {
  moment(a, v);
  all(a, v.how, v.host, v.uid);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, HookSeen> {
  moment(a, v);
  all(a, v.source, v.api, v.process, v.yield, v.inner, v.callers);
}
template <class A, class T>
void fields(A& a, T& v) requires std::is_same_v<Plain<T>, ExitSeen> {
  moment(a, v);
  all(a, v.pid, v.reason);
}

}  // namespace field_codec

namespace {
using field_codec::all, field_codec::io, field_codec::encoded;
using field_codec::Decoder, field_codec::Encoder;

// A broken disk must not change a verdict. Four lanes, since each step waits for the one before.
std::uint64_t check_sum(std::string_view bytes) {
  constexpr std::uint64_t kMix = 0xff51afd7ed558ccd;
  std::array<std::uint64_t, 4> h = {0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f, 0x165667b19e3779f9,
                                    0x27d4eb2f165667c5};
  for (; bytes.size() >= sizeof h; bytes.remove_prefix(sizeof h)) {
    std::array<std::uint64_t, 4> words;
    std::memcpy(words.data(), bytes.data(), sizeof words);
    for (std::size_t i = 0; i < h.size(); ++i) {
      h[i] = (h[i] ^ words[i]) * kMix;
      h[i] ^= h[i] >> 32;
    }
  }
  std::uint64_t sum = bytes.size();
  for (const std::uint64_t lane : h) sum = (sum ^ lane) * kMix, sum ^= sum >> 29;
  for (const char c : bytes) sum = (sum ^ static_cast<std::uint8_t>(c)) * kMix;
  return sum ^ sum >> 29;
}

Status broken() { return corrupt("an observation record is broken: it is parsed anew from its journal"); }
}  // namespace

ReadyPhrases::ReadyPhrases(const android::Phrases& phrases)
    : book(phrases), encoded(encode_phrases(phrases)), digest(sha256(encoded)) {}

std::string framed_observations(std::string_view body) {
  std::string out(kObservationsMagic);
  put_little(out, kParserVersion, 4);
  put_little(out, check_sum(body), 8);
  return out.append(body);
}

std::string encode_observations(const Observations& o, const ReadyPhrases& phrases) {
  std::vector<std::string> made_of;
  std::vector<std::string> trees;  // each apart, so that one is decoded without the others
  for (const TreeSeen& t : o.trees) {
    made_of.push_back(android::characters_of(t.tree).bits());
    trees.push_back(encoded(t));
  }
  Encoder body;
  all(body, o.head, o.timeline, phrases.digest);
  body.text(encoded(read_screens(o.timeline, o.trees, phrases.book)));
  body.text(encoded(made_of));
  body.text(encoded(trees));
  return framed_observations(body.out);
}

namespace {

struct ScreenParts {
  ByteView screens, made_of, trees;
};

// The whole of a part. Not ok: broken.
template <class T>
Result<T> whole(ByteView part) {
  T out{};
  Decoder d(part);
  io(d, out);
  if (!d.ok() || !d.at_end()) return broken();
  return out;
}

// The screens as these phrases read them. `change`: since the phrases that read them before; null: unknown.
Result<std::vector<ScreenSeen>> read_anew(const Timeline& timeline, const ScreenParts& parts,
                                          const ReadyPhrases& phrases, const PhraseChange* change) {
  TRY_ASSIGN(std::vector<ScreenSeen> screens, whole<std::vector<ScreenSeen>>(parts.screens));
  TRY_ASSIGN(const auto made_of, whole<std::vector<std::string>>(parts.made_of));
  Decoder d(parts.trees);
  if (d.number() != screens.size() || made_of.size() != screens.size()) return broken();
  std::vector<TreeSeen> trees;
  std::vector<std::size_t> touched;
  for (std::size_t i = 0; i < screens.size(); ++i) {
    const ByteView bytes = d.take(d.length());
    if (change != nullptr && !change->touches(android::Characters(made_of[i]))) continue;
    TRY_ASSIGN(TreeSeen tree, whole<TreeSeen>(bytes));
    trees.push_back(std::move(tree));
    touched.push_back(i);
  }
  if (!d.ok() || !d.at_end()) return broken();
  std::vector<ScreenSeen> anew = read_screens(timeline, trees, phrases.book);
  for (std::size_t i = 0; i < touched.size(); ++i) screens[touched[i]] = std::move(anew[i]);
  return screens;
}

}  // namespace

Result<ObservedRun> decode_observations(ByteView bytes, const ReadyPhrases& phrases,
                                        const PhraseChanges& since) {
  ByteReader head(bytes);
  if (as_text(head.take(kObservationsMagic.size())) != kObservationsMagic) return broken();
  if (head.u32() != kParserVersion) return unsupported("an observation record of another parser's version");
  const std::uint64_t sum = head.u64();
  const ByteView body = bytes.subspan(head.at());
  if (!head.ok() || check_sum(as_text(body)) != sum) return broken();
  Decoder d(body);
  ObservedRun run;
  Digest read_by{};
  all(d, run.head, run.timeline, read_by);
  ScreenParts parts;
  for (ByteView* part : {&parts.screens, &parts.made_of, &parts.trees}) *part = d.take(d.length());
  if (!d.ok() || !d.at_end()) return broken();
  auto screens = read_by == phrases.digest
                     ? whole<std::vector<ScreenSeen>>(parts.screens)
                     : read_anew(run.timeline, parts, phrases, since ? since(read_by) : nullptr);
  if (!screens.ok()) return screens.status();
  set_screens(run.timeline, *std::move(screens));
  return run;
}

}  // namespace storesweep
