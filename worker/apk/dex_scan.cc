// One pass over the code of a dex file. What may matter is looked up once for each type, method, field and
// string that an instruction can name (16 bits); then an instruction costs a look at one bit.
#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <tuple>

#include "worker/apk/dex_code.h"
#include "worker/apk/dex_flow.h"
#include "worker/apk/dex_walk.h"
#include "worker/apk/raw_hits.h"
#include "worker/apk/scanner_tables.h"

namespace storesweep::apk {
namespace {
constexpr int kMaxSuperDepth = 256;
constexpr std::size_t kMaxMemberNameBytes = 128;  // no member of the catalogue is longer

// Member `member` of the catalogue is what method or field `index` names. `inherited`: by way of a class of
// this file, unless that one defines the method itself.
struct Target {
  std::uint32_t index = 0, member = 0;
  std::uint32_t hit = kNoIndex;  // its number, where the member is a source
  CallRole role = CallRole::kNone;
  bool inherited = false;
};

std::span<const Target> targets_of(const std::vector<Target>& all, std::uint32_t index) {  // sorted by index
  const auto found = std::ranges::equal_range(all, index, {}, &Target::index);
  return {found.begin(), found.end()};
}

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
  void follow(const DexMember& method, const DexCode& code);
  void touched(std::size_t at, DexUnits units);
  void touched_method(std::uint32_t method);
  void touched_string(std::uint32_t index);
  void drop_overridden();
  bool overridden(std::uint32_t method) const;

  CallerIndices caller(std::uint32_t caller) const override {
    const DexMethodId id = dex_.method(caller);
    return {id.type, id.name, id.proto};
  }
  std::string class_name(std::uint32_t type) const override { return dotted_class(dex_.type(type)); }
  std::string method_name(std::uint32_t name) const override {
    return clean_utf8(dex_.string(name, kMaxCallSiteTextBytes));
  }
  std::string caller_descriptor(std::uint32_t proto) const override {
    return cut_text(dex_.signature(proto));
  }
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
  std::vector<Target> methods_, fields_;  // sorted by index
  std::vector<std::uint32_t> only_hit_;   // by method: what nearly all targets are, one hit and nothing else
  std::vector<std::uint64_t> defined_;    // bit: the class of this method id defines it
  DexMarks marks_;
  DexWalk walk_;
  RawHits hits_;
  std::uint64_t walked_ = 0, walk_limit_ = 0;
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
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(dex_.method_count(), DexMarks::kIndices); ++i) {
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
      const std::uint32_t hit =
          t.source == kNoIndex ? kNoIndex : hits_.number_of({t.source, CallHow::kCall, t.weak, m, i});
      methods_.push_back({i, m, hit, t.role, class_of_type_[id.type] == 0});
      // Roles that only hand values on are looked at where something asks for them.
      if (t.role != CallRole::kClassByName && t.role != CallRole::kClassOf) marks_.set(DexIndex::kMethod, i);
    });
  }
  if (std::ranges::none_of(methods_, &Target::inherited)) hits_.drop_nothing();
  only_hit_.assign(DexMarks::kIndices, kNoIndex);
  for (const Target& t : methods_) {
    const bool only = t.role == CallRole::kNone && targets_of(methods_, t.index).size() == 1;
    if (only) only_hit_[t.index] = t.hit;
  }
}

void DexScan::find_fields() {
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(dex_.field_count(), DexMarks::kIndices); ++i) {
    const DexFieldId id = dex_.field(i);
    const std::uint32_t owner = id.owner < inherited_class_.size() ? inherited_class_[id.owner] : 0u;
    if (owner == 0) continue;
    tables_.each_member(owner, dex_.string(id.name, kMaxMemberNameBytes), "", true, [&](std::uint32_t m) {
      fields_.push_back(
          {i, m, hits_.number_of({tables_.members[m].source, CallHow::kField, false, m, kNoIndex})});
      marks_.set(DexIndex::kField, i);
    });
  }
}

void DexScan::find_strings() {
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(dex_.string_count(), DexMarks::kIndices); ++i) {
    const std::string_view begin = dex_.string(i, kLeastPatternPrefix);
    if (!tables_.may_match(begin)) continue;
    bool any = false;
    tables_.each_pattern(dex_.string(i, kMaxPatternTextBytes), [&](const TextPattern&) { any = true; });
    if (any) marks_.set(DexIndex::kString, i);
  }
}

void DexScan::find_call_sites() {
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(dex_.call_site_count(), DexMarks::kIndices); ++i) {
    for (std::uint32_t method : dex_.methods_of_call_site(i)) {
      if (!targets_of(methods_, method).empty()) marks_.set(DexIndex::kCallSite, i);
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
  follow_ = false;
  const DexUnits units(code->instructions);
  walk_.begin(code->instructions);
  while (walk_.run(marks_)) {
    for (const std::uint32_t at : walk_.noted()) {
      const bool invoke = dex_invokes_method(static_cast<std::uint8_t>(units[at]));
      const std::uint32_t hit = invoke ? only_hit_[units[at + 1]] : kNoIndex;
      if (hit != kNoIndex) {
        hits_.note(hit);
      } else {
        touched(at, units);
      }
    }
  }
  out_.calls += walk_.calls();
  if (follow_) follow(method, *code);
  if (!hits_.end_caller(method.index)) note_gap(out_, "more call sites than are kept");
}

// Register by register: it calls something that takes a constant.
void DexScan::follow(const DexMember& method, const DexCode& code) {
  const DexFlowWorld world = {dex_, tables_, class_of_type_,
                              [this](std::uint32_t m) {
                                for (const Target& t : targets_of(methods_, m)) {
                                  if (t.role != CallRole::kNone) return t.role;
                                }
                                return CallRole::kNone;
                              },
                              [this](const RawHit& hit) { hits_.note(hit); }};
  walked_ += DexFlow(world, method, code).run();
}

void DexScan::touched(std::size_t at, DexUnits units) {
  const std::uint32_t index = units[at + 1];
  const auto op = static_cast<std::uint8_t>(units[at]);
  switch (kDexOps[op].index) {
    case DexIndex::kMethod:
      return touched_method(index);
    case DexIndex::kString:
      return touched_string(index);
    case DexIndex::kField:
      for (const Target& t : targets_of(fields_, index)) {
        if (t.hit != kNoIndex) hits_.note(t.hit);
      }
      return;
    case DexIndex::kCallSite:
      for (std::uint32_t method : dex_.methods_of_call_site(index)) touched_method(method);
      return;
    case DexIndex::kOther:
      if (op == dex_op::kConstStringJumbo) touched_string(static_cast<std::uint32_t>(units.word_at(at + 1)));
      if (op == dex_op::kConstMethodHandle) {
        if (const auto method = dex_.method_of_handle(index)) touched_method(*method);
      }
      return;
    case DexIndex::kNone:
      return;
  }
}

void DexScan::touched_method(std::uint32_t method) {
  for (const Target& t : targets_of(methods_, method)) {
    follow_ |= t.role != CallRole::kNone;
    if (t.hit != kNoIndex) hits_.note(t.hit);
  }
}

void DexScan::touched_string(std::uint32_t index) {
  tables_.each_pattern(dex_.string(index, kMaxPatternTextBytes), [&](const TextPattern& p) {
    hits_.note(RawHit{p.source, p.how, false, kNoIndex, index});
  });
}

// Calls of a method that a class of this file defines itself do not reach the platform's, not by this way.
void DexScan::drop_overridden() {
  std::vector<std::uint32_t> own;
  for (const Target& t : methods_) {
    if (t.inherited && overridden(t.index)) own.push_back(t.index);
  }
  if (own.empty()) return;
  hits_.drop([&](const RawHit& hit) {
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
}  // namespace

CodeFacts CallSiteScanner::scan(const DexFile& dex) const { return DexScan(dex, *tables_).run(); }

}  // namespace storesweep::apk
