// One pass over the code of a dex file. What may matter is looked up once for each type, method, field and
// string; then an instruction costs a look at one bit.
#include <algorithm>
#include <array>
#include <optional>

#include "worker/apk/dex_code.h"
#include "worker/apk/dex_flow.h"
#include "worker/apk/scanner_tables.h"

namespace storesweep::apk {
namespace {
constexpr std::size_t kIndexBits = 65'536, kWords = kIndexBits / 64;
constexpr int kMaxSuperDepth = 256;
constexpr std::size_t kMaxRawHits = 1'000'000;
constexpr std::size_t kMaxMemberNameBytes = 128;  // no member of the catalogue is longer
using Bits = std::array<std::uint64_t, kWords>;

// Member `member` of the catalogue is what method or field `index` names. `inherited`: by way of a class of
// this file, unless that one defines the method itself.
struct Target {
  std::uint32_t index = 0, member = 0;
  bool inherited = false;
};

struct FastOp {
  std::uint8_t units = 1, table = 0, call = 0;
};
constexpr std::array<FastOp, 256> make_fast_ops() {
  std::array<FastOp, 256> ops{};
  for (std::size_t i = 0; i < 256; ++i) {
    const bool call = kDexOps[i].index == DexIndex::kMethod || kDexOps[i].index == DexIndex::kCallSite;
    ops[i] = {kDexOps[i].units, static_cast<std::uint8_t>(kDexOps[i].index), call};
  }
  return ops;
}
constexpr std::array<FastOp, 256> kFastOps = make_fast_ops();
constexpr std::size_t kTables = 6;  // by DexIndex

class DexScan : private HitNamer {
 public:
  DexScan(const DexFile& dex, const ScannerTables& tables) : dex_(dex), tables_(tables) {}
  CodeFacts run();

 private:
  void find_types();
  void find_inherited();
  void find_methods();
  void find_fields();
  void find_strings();
  void find_call_sites();
  void scan_class(std::uint32_t class_index);
  void scan_method(const DexMember& method);
  std::uint64_t walk(ByteView instructions);
  void touched(std::size_t at, DexUnits units, DexIndex table);
  void touched_method(std::uint32_t method);
  void touched_string(std::uint32_t index);
  void note(RawHit hit);
  void drop_overridden();
  bool overridden(std::uint32_t method) const;

  void mark(DexIndex table, std::uint32_t index) {
    if (index < kIndexBits) bits_[static_cast<std::size_t>(table)][index / 64] |= 1ull << (index % 64);
  }
  static std::pair<std::vector<Target>::const_iterator, std::vector<Target>::const_iterator> targets_of(
      const std::vector<Target>& all, std::uint32_t index) {
    return {std::ranges::lower_bound(all, index, {}, &Target::index),
            std::ranges::upper_bound(all, index, {}, &Target::index)};
  }

  void name_caller(std::uint32_t caller, CallSite& site) const override;
  std::string text(std::uint32_t detail) const override {
    return std::string(dex_.string(detail, kMaxCallSiteTextBytes));
  }
  std::string descriptor(std::uint32_t detail) const override {
    return dex_.signature(dex_.method(detail).proto);
  }

  const DexFile& dex_;
  const ScannerTables& tables_;
  std::vector<std::uint16_t> class_of_type_;    // named itself
  std::vector<std::uint16_t> inherited_class_;  // or by way of classes of this file
  std::vector<std::uint32_t> class_def_of_type_, super_of_type_;
  std::vector<Target> methods_, fields_;
  std::vector<std::uint64_t> defined_;  // bit: the class of this method id defines it
  std::vector<Bits> bits_ = std::vector<Bits>(kTables);
  std::vector<RawHit> hits_;
  std::uint64_t walked_ = 0, walk_limit_ = 0;
  std::uint32_t caller_ = 0;
  bool follow_ = false;
  CodeFacts out_;
};

CodeFacts DexScan::run() {
  walk_limit_ = dex_.bytes().size() / 2 * kMaxCodeWalkFactor;
  find_types();
  find_inherited();
  find_methods();
  find_fields();
  find_strings();
  find_call_sites();
  bits_[static_cast<std::size_t>(DexIndex::kOther)].fill(~0ull);
  defined_.assign(dex_.method_count() / 64 + 1, 0);
  std::size_t name_bytes = 0;
  for (std::uint32_t i = 0; i < dex_.class_count(); ++i) {
    if (walked_ > walk_limit_) break;
    const std::string_view name = dex_.type(dex_.class_def(i).type);
    name_bytes += name.size();
    if (i < kMaxScannedClasses && name_bytes <= kMaxClassNamesBytes) {
      out_.classes.push_back(dotted_class(name));
    } else {
      note_gap(out_, "more classes than are kept");
    }
    scan_class(i);
  }
  if (walked_ > walk_limit_) note_gap(out_, "code that is shared too often was not looked at");
  drop_overridden();
  name_hits(tables_, std::move(hits_), *this, out_);
  return std::move(out_);
}

void DexScan::find_types() {
  class_of_type_.resize(dex_.type_count());
  for (std::uint32_t i = 0; i < class_of_type_.size(); ++i)
    class_of_type_[i] = static_cast<std::uint16_t>(tables_.class_of_descriptor(dex_.type(i)));
}

// The platform class above each class of this file, as far as the file shows it.
void DexScan::find_inherited() {
  inherited_class_ = class_of_type_;
  class_def_of_type_.assign(dex_.type_count(), kNoIndex);
  super_of_type_.assign(dex_.type_count(), kNoIndex);
  for (std::uint32_t i = 0; i < dex_.class_count(); ++i) {
    const DexClass c = dex_.class_def(i);
    if (c.type >= class_def_of_type_.size() || class_def_of_type_[c.type] != kNoIndex) continue;
    class_def_of_type_[c.type] = i;
    super_of_type_[c.type] = c.super;
  }
  for (std::uint32_t t = 0; t < inherited_class_.size(); ++t) {
    std::uint32_t up = super_of_type_[t];
    for (int depth = 0; inherited_class_[t] == 0 && up < inherited_class_.size() && depth < kMaxSuperDepth;
         ++depth, up = super_of_type_[up])
      inherited_class_[t] = inherited_class_[up];
  }
}

void DexScan::find_methods() {
  for (std::uint32_t i = 0; i < dex_.method_count(); ++i) {
    const DexMethodId id = dex_.method(i);
    const std::uint32_t owner = id.type < inherited_class_.size() ? inherited_class_[id.type] : 0u;
    if (owner == 0) continue;
    const std::string_view name = dex_.string(id.name, kMaxMemberNameBytes);
    std::string signature;
    tables_.each_member(owner, name, "", false, [&](std::uint32_t m) {
      const TargetMember& t = tables_.members[m];
      if (!t.descriptor.empty()) {
        if (signature.empty()) signature = dex_.signature(id.proto);
        if (t.descriptor != signature) return;
      }
      methods_.push_back({i, m, class_of_type_[id.type] == 0});
      // Roles that only hand values on are looked at where something asks for them.
      if (t.role != CallRole::kClassByName && t.role != CallRole::kClassOf) mark(DexIndex::kMethod, i);
    });
  }
}

void DexScan::find_fields() {
  for (std::uint32_t i = 0; i < dex_.field_count(); ++i) {
    const DexFieldId id = dex_.field(i);
    const std::uint32_t owner = id.owner < inherited_class_.size() ? inherited_class_[id.owner] : 0u;
    if (owner == 0) continue;
    tables_.each_member(owner, dex_.string(id.name, kMaxMemberNameBytes), "", true, [&](std::uint32_t m) {
      fields_.push_back({i, m, false});
      mark(DexIndex::kField, i);
    });
  }
}

void DexScan::find_strings() {
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(dex_.string_count(), kIndexBits); ++i) {
    const std::string_view begin = dex_.string(i, kLeastPatternPrefix);
    if (!tables_.may_match(begin)) continue;
    bool any = false;
    tables_.each_pattern(dex_.string(i, kMaxPatternTextBytes), [&](const TextPattern&) { any = true; });
    if (any) mark(DexIndex::kString, i);
  }
}

void DexScan::find_call_sites() {
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(dex_.call_site_count(), kIndexBits); ++i) {
    for (std::uint32_t method : dex_.methods_of_call_site(i)) {
      const auto [first, last] = targets_of(methods_, method);
      if (first != last) mark(DexIndex::kCallSite, i);
    }
  }
}

void DexScan::scan_class(std::uint32_t class_index) {
  DexClassData data(dex_, dex_.class_def(class_index));
  while (const auto method = data.next_method()) {
    if (++walked_ > walk_limit_) break;
    ++out_.methods;
    if (method->index / 64 < defined_.size()) defined_[method->index / 64] |= 1ull << (method->index % 64);
    if (method->code_at != 0) scan_method(*method);
  }
  if (!data.ok()) note_gap(out_, "class data that is broken");
}

void DexScan::scan_method(const DexMember& method) {
  const auto code = dex_.code(method.code_at);
  if (!code) return note_gap(out_, "code that is cut off");
  walked_ += code->instructions.size() / 2;
  if (walked_ > walk_limit_) return;
  caller_ = method.index;
  follow_ = false;
  out_.calls += walk(code->instructions);
  if (!follow_) return;
  const DexFlowWorld world = {dex_, tables_, class_of_type_,
                              [this](std::uint32_t m) {
                                const auto [first, last] = targets_of(methods_, m);
                                for (auto t = first; t != last; ++t) {
                                  if (tables_.members[t->member].role != CallRole::kNone)
                                    return tables_.members[t->member].role;
                                }
                                return CallRole::kNone;
                              },
                              [this](RawHit hit) { note(hit); }};
  walked_ += DexFlow(world, method, *code).run();
}

// The pass itself; returns how many calls there are.
std::uint64_t DexScan::walk(ByteView instructions) {
  const DexUnits units(instructions);
  const std::size_t size = units.size();
  const Bits* const bits = bits_.data();
  std::uint64_t calls = 0;
  for (std::size_t i = 0; i + 1 < size;) {
    const std::uint16_t unit = units[i];
    if ((unit & 0xff) == dex_op::kNop && unit != 0) [[unlikely]] {
      i += dex_payload_units(units, i);
      continue;
    }
    const FastOp op = kFastOps[unit & 0xff];
    const std::uint16_t index = units[i + 1];
    if (bits[op.table][index / 64] >> (index % 64) & 1) [[unlikely]]
      touched(i, units, static_cast<DexIndex>(op.table));
    calls += op.call;
    i += op.units;
  }
  return calls;
}

void DexScan::touched(std::size_t at, DexUnits units, DexIndex table) {
  const std::uint32_t index = units[at + 1];
  switch (table) {
    case DexIndex::kMethod:
      return touched_method(index);
    case DexIndex::kString:
      return touched_string(index);
    case DexIndex::kField: {
      const auto [first, last] = targets_of(fields_, index);
      for (auto t = first; t != last; ++t)
        note({0, tables_.members[t->member].source, CallHow::kField, false, t->member, kNoIndex});
      return;
    }
    case DexIndex::kCallSite:
      for (std::uint32_t method : dex_.methods_of_call_site(index)) touched_method(method);
      return;
    case DexIndex::kOther: {
      const auto op = static_cast<std::uint8_t>(units[at]);
      if (op == dex_op::kConstStringJumbo) touched_string(static_cast<std::uint32_t>(units.word_at(at + 1)));
      if (op == dex_op::kConstMethodHandle) {
        if (const auto method = dex_.method_of_handle(index)) touched_method(*method);
      }
      return;
    }
    case DexIndex::kNone:
      return;
  }
}

void DexScan::touched_method(std::uint32_t method) {
  const auto [first, last] = targets_of(methods_, method);
  for (auto t = first; t != last; ++t) {
    const TargetMember& m = tables_.members[t->member];
    follow_ |= m.role != CallRole::kNone;
    if (m.source != kNoIndex) note({0, m.source, CallHow::kCall, m.weak, t->member, method});
  }
}

void DexScan::touched_string(std::uint32_t index) {
  tables_.each_pattern(dex_.string(index, kMaxPatternTextBytes), [&](const TextPattern& p) {
    note({0, p.source, p.how, false, kNoIndex, index});
  });
}

void DexScan::note(RawHit hit) {
  if (hits_.size() >= kMaxRawHits) return note_gap(out_, "more call sites than are kept");
  hit.caller = caller_;
  hits_.push_back(hit);
}

// Calls of a method that a class of this file defines itself do not reach the platform's, not by this way.
void DexScan::drop_overridden() {
  std::vector<std::uint32_t> own;
  for (const Target& t : methods_) {
    if (t.inherited && overridden(t.index)) own.push_back(t.index);
  }
  if (own.empty()) return;
  std::erase_if(hits_, [&](const RawHit& hit) {
    return hit.how == CallHow::kCall && std::ranges::binary_search(own, hit.detail);
  });
}

bool DexScan::overridden(std::uint32_t method) const {
  const DexMethodId id = dex_.method(method);
  std::uint32_t type = id.type;
  for (int depth = 0; depth < kMaxSuperDepth && type < class_of_type_.size() && class_of_type_[type] == 0;
       ++depth, type = super_of_type_[type]) {
    // method_ids are sorted by class, name and prototype; in a file where they are not, nothing is found.
    std::uint32_t low = 0, high = dex_.method_count();
    while (low < high) {
      const std::uint32_t middle = low + (high - low) / 2;
      const DexMethodId m = dex_.method(middle);
      if (std::tie(m.type, m.name, m.proto) < std::tie(type, id.name, id.proto)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    const DexMethodId m = dex_.method(low);
    if (low < dex_.method_count() && m.type == type && m.name == id.name && m.proto == id.proto &&
        (defined_[low / 64] >> (low % 64) & 1))
      return true;
  }
  return false;
}

void DexScan::name_caller(std::uint32_t caller, CallSite& site) const {
  const DexMethodId id = dex_.method(caller);
  site.caller_class = dotted_class(dex_.type(id.type));
  site.caller_method = clean_utf8(dex_.string(id.name, kMaxCallSiteTextBytes));
  site.caller_descriptor = clean_utf8(dex_.signature(id.proto).substr(0, kMaxCallSiteTextBytes));
}
}  // namespace

CodeFacts CallSiteScanner::scan(const DexFile& dex) const { return DexScan(dex, *tables_).run(); }

}  // namespace storesweep::apk
