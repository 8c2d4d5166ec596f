#include "worker/apk/dex_flow.h"

#include <algorithm>

namespace storesweep::apk {
namespace {
using namespace dex_op;

// Where the instruction at i goes besides the next one, if it says so itself.
std::optional<std::int64_t> jump(const DexUnits& units, std::size_t i) {
  const auto op = static_cast<std::uint8_t>(units[i]);
  const auto here = static_cast<std::int64_t>(i);
  if (op == kGoto) return here + static_cast<std::int8_t>(units[i] >> 8);
  if (op == kGoto32) return here + units.word_at(i + 1);
  if (op == kGoto16 || (op >= kIfFirst && op <= kIfLast))
    return here + static_cast<std::int16_t>(units.at(i + 1));
  return std::nullopt;
}

bool ends_flow(std::uint8_t op) {
  return (op >= kReturnFirst && op <= kReturnLast) || op == kThrow || (op >= kGoto && op <= kGoto32);
}
}  // namespace

DexFlow::DexFlow(const DexFlowWorld& world, const DexMember& method, const DexCode& code)
    : world_(world), code_(code), units_(code.instructions), first_(code.registers) {
  set_parameters(method);
}

// They are in the last registers, behind `this`.
void DexFlow::set_parameters(const DexMember& method) {
  constexpr std::uint32_t kStatic = 0x0008;
  if (code_.ins > code_.registers) return;
  std::size_t at = code_.registers - code_.ins + ((method.flags & kStatic) != 0 ? 0u : 1u);
  for (std::uint16_t type : world_.dex.parameters(world_.dex.method(method.index).proto)) {
    const std::string_view name = world_.dex.type(type);
    if (at < first_.size()) first_[at] = object_of(type);
    at += name == "J" || name == "D" ? 2 : 1;
  }
}

std::uint64_t DexFlow::run() {
  find_labels();
  add_handler_labels();
  const int passes = labels_.run(code_.registers, [this](bool note) { pass(note); });
  return units_.size() * static_cast<std::uint64_t>(passes + 1);
}

void DexFlow::find_labels() {
  for (std::size_t i = 0; i < units_.size(); i = dex_next(units_, i)) {
    const std::uint16_t unit = units_[i];
    if (const auto to = jump(units_, i)) labels_.add(*to, units_.size());
    const auto op = static_cast<std::uint8_t>(unit);
    if (op == kPackedSwitch || op == kSparseSwitch) add_switch_labels(i, unit);
  }
}

void DexFlow::add_switch_labels(std::size_t at, std::uint16_t unit) {
  const auto here = static_cast<std::int64_t>(at);
  const std::int64_t table = here + units_.word_at(at + 1);
  if (table < 0 || static_cast<std::size_t>(table) + 2 > units_.size()) return;
  const auto t = static_cast<std::size_t>(table);
  const std::size_t count = units_[t + 1];
  const std::size_t first = (unit & 0xff) == kPackedSwitch ? t + 4 : t + 2 + count * 2;
  for (std::size_t n = 0; n < count && first + n * 2 < units_.size(); ++n)
    labels_.add_unknown(here + units_.word_at(first + n * 2), units_.size());
}

// "try_item", "encoded_catch_handler_list": behind the instructions, aligned to 4 bytes.
void DexFlow::add_handler_labels() {
  if (code_.tries == 0) return;
  ByteReader r(code_.rest);
  r.skip(units_.size() % 2 * 2 + std::size_t{code_.tries} * 8);
  for (std::uint32_t lists = uleb128(r); lists > 0 && r.ok(); --lists) {
    const std::int32_t size = sleb128(r);
    const std::uint32_t pairs =
        size < 0 ? 0u - static_cast<std::uint32_t>(size) : static_cast<std::uint32_t>(size);
    for (std::uint32_t n = 0; n < pairs && r.ok(); ++n) {
      uleb128(r);  // type
      labels_.add_unknown(uleb128(r), units_.size());
    }
    if (size <= 0 && r.ok()) labels_.add_unknown(uleb128(r), units_.size());
  }
}

// One walk over the method.
void DexFlow::pass(bool note) {
  noting_ = note;
  const FlowState nothing(code_.registers);
  now_ = first_;
  result_ = {};
  bool alive = true;
  for (std::size_t i = 0; i < units_.size(); i = dex_next(units_, i)) {
    labels_.enter(i, now_, alive, nothing);
    if (!alive) continue;
    if (const auto to = jump(units_, i)) labels_.leave(*to, now_);
    step(i, units_[i]);
    alive = !ends_flow(static_cast<std::uint8_t>(units_[i]));
  }
}

FlowValue DexFlow::object_of(std::uint32_t type) const {
  const std::uint32_t c = type < world_.class_of_type.size() ? world_.class_of_type[type] : 0u;
  return c ? FlowValue{FlowValue::Kind::kObject, c} : FlowValue{};
}

void DexFlow::step(std::size_t at, std::uint16_t unit) {
  const auto op = static_cast<std::uint8_t>(unit);
  if (dex_invokes_method(op)) return invoke(at, unit);
  write(at, unit);
  if (op < kMoveResultObject - 2 || op > kMoveResultObject) result_ = {};
}

void DexFlow::write(std::size_t at, std::uint16_t unit) {
  const auto op = static_cast<std::uint8_t>(unit);
  const DexOp& known = kDexOps[op];
  if (known.target == DexTarget::kNone) return;
  const std::uint16_t next = units_.at(at + 1);
  std::size_t to = unit >> 8;
  if (known.target == DexTarget::kNibble) to &= 0x0f;
  if (known.target == DexTarget::kUnit) to = next;
  FlowValue v;
  if (op >= kMoveFirst && op <= kMoveLast) {
    v = get(known.target == DexTarget::kNibble ? std::size_t{unit} >> 12
            : known.target == DexTarget::kByte ? std::size_t{next}
                                               : std::size_t{units_.at(at + 2)});
  } else if (op == kMoveResultObject) {
    v = result_;
  } else if (op == kConstString) {
    v = {FlowValue::Kind::kText, next};
  } else if (op == kConstStringJumbo) {
    v = {FlowValue::Kind::kText, static_cast<std::uint32_t>(units_.word_at(at + 1))};
  } else if (op == kConstClass) {
    v = object_of(next);
    if (v.id) v.kind = FlowValue::Kind::kClass;
  } else if (op == kCheckCast) {
    v = object_of(next);
    if (!v.id) v = get(to);
  } else if (op == kNewInstance) {
    v = object_of(next);
  } else if (op == kGetObject || op == kStaticGetObject) {
    v = object_of(world_.dex.field(next).type);
  }
  set(to, v);
  if (known.wide) set(to + 1, {});
}

void DexFlow::invoke(std::size_t at, std::uint16_t unit) {
  const auto op = static_cast<std::uint8_t>(unit);
  const std::uint32_t method = units_.at(at + 1);
  const std::uint16_t first = units_.at(at + 2);
  FlowValue values[5];
  std::size_t count = 0;
  if ((op >= kRangeFirst && op <= kRangeLast) || op == kPolymorphicRange) {
    for (count = 0; count < std::min<std::size_t>(unit >> 8, 5); ++count) values[count] = get(first + count);
  } else {  // A|G|op BBBB F|E|D|C
    const std::size_t named = std::min<std::size_t>(unit >> 12, 5);
    for (count = 0; count < named; ++count)
      values[count] = get(count == 4 ? (unit >> 8) & 0x0f : (first >> (4 * count)) & 0x0f);
  }
  const CallRole role = world_.role(method);
  if (role == CallRole::kNone) {
    result_ = object_of(world_.dex.return_type(world_.dex.method(method).proto));
    return;
  }
  result_ = follow_call(
      world_.tables, role, {values, count},
      [&](std::uint32_t i) { return world_.dex.string(i, kMaxPatternTextBytes); },
      [&](RawHit hit) {
        if (noting_) world_.note(hit);
      });
}

}  // namespace storesweep::apk
