#include "worker/apk/class_flow.h"

#include <algorithm>
#include <optional>

namespace storesweep::apk {
namespace {
using namespace jvm;
constexpr std::uint8_t kClassTag = 7, kStringTag = 8;

std::optional<std::int64_t> jump(const JvmCode& code, std::size_t i) {
  const std::uint8_t op = code.u8(i);
  const auto here = static_cast<std::int64_t>(i);
  if ((op >= kIfFirst && op <= kJsr) || op == kIfNull || op == kIfNonNull)
    return here + static_cast<std::int16_t>(code.u16(i + 1));
  if (op == kGotoW || op == kJsrW) return here + code.s32(i + 1);
  return std::nullopt;
}

bool ends_flow(std::uint8_t op) {
  return op == kGoto || op == kGotoW || (op >= kRet && op <= kReturnLast) || op == kThrow;
}

// Of the stack or the locals.
std::size_t places(std::string_view type) {
  return type.empty() || type == "V" ? 0 : type == "J" || type == "D" ? 2 : 1;
}

// Calls f(type) for each argument of (ILjava/lang/String;[J)V; returns the result's type.
template <class F>
std::string_view each_argument(std::string_view d, F&& f) {
  std::size_t i = 1;
  while (i < d.size() && d[i] != ')') {
    const std::size_t begin = i;
    while (i < d.size() && d[i] == '[') ++i;
    if (i < d.size() && d[i] == 'L') i = std::min(d.find(';', i), d.size() - 1);
    ++i;
    f(d.substr(begin, i - begin));
  }
  return i + 1 < d.size() ? d.substr(i + 1) : std::string_view();
}
}  // namespace

ClassFlow::ClassFlow(const ClassFlowWorld& world, const ClassMember& method)
    : world_(world), method_(method), code_(method.code), first_(method.max_locals) {
  set_parameters();
}

void ClassFlow::set_parameters() {
  constexpr std::uint16_t kStatic = 0x0008;
  std::size_t at = (method_.flags & kStatic) != 0 ? 0 : 1;
  each_argument(method_.descriptor, [&](std::string_view type) {
    if (at < first_.size()) first_[at] = object_of(type);
    at += places(type);
  });
}

std::uint64_t ClassFlow::run() {
  find_labels();
  const std::size_t values = std::size_t{method_.max_locals} + method_.max_stack;
  const int passes = labels_.run(values, [this](bool note) { pass(note); });
  return code_.size() * static_cast<std::uint64_t>(passes + 1);
}

void ClassFlow::find_labels() {
  for (std::size_t i = 0; i < code_.size(); i = code_.next(i)) {
    if (const auto to = jump(code_, i)) labels_.add(*to, code_.size());
    if (code_.u8(i) == kTableSwitch || code_.u8(i) == kLookupSwitch)
      code_.each_case(i, [this](std::int64_t to) { labels_.add_unknown(to, code_.size()); });
  }
  const JvmCode handlers(method_.handlers);  // from, to, handler, type
  for (std::size_t i = 0; i + 8 <= handlers.size(); i += 8)
    labels_.add_unknown(handlers.u16(i + 4), code_.size());
}

void ClassFlow::pass(bool note) {
  noting_ = note;
  const FlowState nothing(method_.max_locals);  // and an empty stack, from which unknown values are popped
  now_ = first_;
  bool alive = true;
  for (std::size_t i = 0; i < code_.size(); i = code_.next(i)) {
    labels_.enter(i, now_, alive, nothing);
    if (!alive) continue;
    const std::uint8_t op = code_.u8(i);
    step(i);
    if (const auto to = jump(code_, i)) labels_.leave(*to, now_);
    alive = !ends_flow(op);
  }
}

FlowValue ClassFlow::pop() {
  if (now_.size() <= method_.max_locals) return {};
  const FlowValue v = now_.back();
  now_.pop_back();
  return v;
}

void ClassFlow::push(FlowValue v, std::size_t n) {
  while (n-- > 0 && now_.size() < std::size_t{method_.max_locals} + method_.max_stack) now_.push_back(v);
}

FlowValue ClassFlow::object_of(std::string_view type) const {
  std::uint32_t c = world_.tables.class_of_descriptor(type);
  if (c == 0) c = world_.tables.class_of_path(type);
  return c ? FlowValue{FlowValue::Kind::kObject, c} : FlowValue{};
}

void ClassFlow::step(std::size_t at) {
  const std::uint8_t op = code_.u8(at);
  if (op >= kInvokeVirtual && op <= kInvokeDynamic) return invoke(at);
  if (op >= kGetStatic && op <= kPutField) return access_field(at);
  if (op >= kDup && op <= kSwap) return shuffle(op);
  if (local(at)) return;
  if (op == kLdc || op == kLdcW) {
    const std::uint16_t index = op == kLdc ? code_.u8(at + 1) : code_.u16(at + 1);
    FlowValue v;
    if (world_.file.tag(index) == kStringTag) v = {FlowValue::Kind::kText, index};
    if (world_.file.tag(index) == kClassTag) {
      v = object_of(world_.file.class_name(index));
      if (v.id) v.kind = FlowValue::Kind::kClass;
    }
    return push(v);
  }
  if (op == kCheckCast) {
    const FlowValue was = pop(), cast = object_of(world_.file.class_name(code_.u16(at + 1)));
    return push(cast.id ? cast : was);
  }
  if (op == kNew) return push(object_of(world_.file.class_name(code_.u16(at + 1))));
  if (op == kMultiNewArray) pop(code_.u8(at + 3));
  pop(kJvmOps[op].pops);
  push({}, kJvmOps[op].pushes);
}

// Loads and stores of locals; false: it is none.
bool ClassFlow::local(std::size_t at) {
  std::uint8_t op = code_.u8(at);
  const bool is_wide = op == kWide;
  if (is_wide) op = code_.u8(at + 1);
  if (op == 132 || op == kRet) return true;  // iinc
  const bool load = op >= kLoad && op < kArrayLoad, store = op >= kStore && op < kArrayStore;
  if (!load && !store) return is_wide;
  const std::uint8_t first = load ? kLoad : kStore, short_first = load ? kLoadFirst : kStoreFirst;
  const bool is_short = op >= short_first;
  const int type = is_short ? (op - short_first) / 4 : op - first;
  const std::size_t slot = is_short  ? static_cast<std::size_t>((op - short_first) % 4)
                           : is_wide ? std::size_t{code_.u16(at + 2)}
                                     : std::size_t{code_.u8(at + 1)};
  const std::size_t n = type == 1 || type == 3 ? 2 : 1;
  const bool reference = type == 4;
  if (load) {
    push(reference && slot < method_.max_locals ? now_[slot] : FlowValue{}, n);
    return true;
  }
  FlowValue v;
  for (std::size_t i = 0; i < n; ++i) v = pop();
  for (std::size_t i = slot; i < std::min<std::size_t>(slot + n, method_.max_locals); ++i)
    now_[i] = reference ? v : FlowValue{};
  return true;
}

// dup and its kin: JVMS 6.5.
void ClassFlow::shuffle(std::uint8_t op) {
  const FlowValue a = pop();
  if (op == kDup) return push(a, 2);
  const FlowValue b = pop();
  auto push_all = [this](std::initializer_list<FlowValue> values) {
    for (const FlowValue& v : values) push(v);
  };
  if (op == kSwap) return push_all({a, b});
  if (op == kDupX1) return push_all({a, b, a});
  if (op == kDup2) return push_all({b, a, b, a});
  const FlowValue c = pop();
  if (op == kDupX2) return push_all({a, c, b, a});
  if (op == kDup2X1) return push_all({b, a, c, b, a});
  const FlowValue d = pop();
  push_all({b, a, d, c, b, a});
}

void ClassFlow::access_field(std::size_t at) {
  const std::uint8_t op = code_.u8(at);
  const auto field = world_.file.ref(code_.u16(at + 1));
  const std::string_view type = field ? field->descriptor : std::string_view();
  const std::size_t size = type.empty() ? 1 : places(type);
  if (op == kPutStatic || op == kPutField) pop(size);
  if (op == kGetField || op == kPutField) pop();
  if (op == kGetStatic || op == kGetField) push(object_of(type), size);
}

void ClassFlow::invoke(std::size_t at) {
  const std::uint8_t op = code_.u8(at);
  const std::uint16_t index = code_.u16(at + 1);
  const auto method = op == kInvokeDynamic ? std::nullopt : world_.file.ref(index);
  std::size_t taken = op == kInvokeStatic || op == kInvokeDynamic ? 0 : 1;
  const std::string_view result_type =
      each_argument(method ? method->descriptor : world_.file.call_site_descriptor(index),
                    [&](std::string_view type) { taken += places(type); });
  FlowValue values[5];
  for (std::size_t i = taken; i-- > 0;) {
    const FlowValue v = pop();
    if (i < std::size(values)) values[i] = v;
  }
  const CallRole role = method ? world_.role(index) : CallRole::kNone;
  FlowValue result;
  if (role == CallRole::kNone) {
    result = object_of(result_type);
  } else {
    result = follow_call(
        world_.tables, role, {values, std::min(taken, std::size(values))},
        [&](std::uint32_t i) { return world_.file.string(static_cast<std::uint16_t>(i)); },
        [&](RawHit hit) {
          if (noting_) world_.note(hit);
        });
  }
  push(result, places(result_type));
}

}  // namespace storesweep::apk
