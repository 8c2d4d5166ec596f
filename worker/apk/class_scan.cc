// The call sites of one class file: its constants are looked up once, then each instruction is one look-up by
// index.
#include <algorithm>

#include "worker/apk/class_code.h"
#include "worker/apk/class_flow.h"
#include "worker/apk/raw_hits.h"
#include "worker/apk/scanner_tables.h"

namespace storesweep::apk {
namespace {
constexpr std::uint8_t kStringTag = 8, kMethodHandleTag = 15;

class ClassScan : private HitNamer {
 public:
  ClassScan(const ClassFile& file, const ScannerTables& tables) : file_(file), tables_(tables) {}
  CodeFacts run();

 private:
  void find_targets();
  void walk(const ClassMember& method);
  void follow(const ClassMember& method);
  void touched_constant(std::uint16_t index);
  void touched_reference(std::uint16_t index, CallHow how);
  CallRole role(std::uint16_t index) const;

  CallerIndices caller(std::uint32_t caller) const override { return {0, caller, caller}; }
  std::string class_name(std::uint32_t) const override { return dotted_class(file_.name()); }
  std::string method_name(std::uint32_t method) const override {
    return cut_text(file_.methods()[method].name);
  }
  std::string caller_descriptor(std::uint32_t method) const override {
    return cut_text(file_.methods()[method].descriptor);
  }
  std::string text(std::uint32_t detail) const override {
    return std::string(file_.string(static_cast<std::uint16_t>(detail)));
  }
  std::string descriptor(std::uint32_t detail) const override {
    const auto ref = file_.ref(static_cast<std::uint16_t>(detail));
    return ref ? std::string(ref->descriptor) : "";
  }

  const ClassFile& file_;
  const ScannerTables& tables_;
  std::vector<std::vector<std::uint32_t>> members_;  // of the catalogue, by index of the pool
  std::vector<bool> texts_;
  RawHits hits_;
  bool follow_ = false;
  CodeFacts out_;
};

CodeFacts ClassScan::run() {
  out_.classes.push_back(dotted_class(file_.name()));
  find_targets();
  hits_.drop_nothing();
  for (std::uint32_t m = 0; m < file_.methods().size(); ++m) {
    ++out_.methods;
    follow_ = false;
    walk(file_.methods()[m]);
    if (follow_) follow(file_.methods()[m]);
    if (!hits_.end_caller(m)) note_gap(out_, "more call sites than are kept");
  }
  name_hits(tables_, std::move(hits_), *this, out_);
  return std::move(out_);
}

void ClassScan::follow(const ClassMember& method) {
  const ClassFlowWorld world = {file_, tables_, [this](std::uint16_t i) { return role(i); },
                                [this](const RawHit& hit) { hits_.note(hit); }};
  ClassFlow(world, method).run();
}

void ClassScan::find_targets() {
  members_.resize(file_.constant_count());
  texts_.resize(file_.constant_count());
  for (std::uint16_t i = 1; i < file_.constant_count(); ++i) {
    if (file_.tag(i) == kStringTag)
      tables_.each_pattern(file_.string(i).substr(0, kMaxPatternTextBytes),
                           [&](const TextPattern&) { texts_[i] = true; });
    const auto ref = file_.ref(i);
    if (!ref) continue;
    std::uint32_t owner = tables_.class_of_path(ref->owner);
    // A call on this class itself reaches what it extends, unless it defines the method.
    if (owner == 0 && ref->owner == file_.name() &&
        std::ranges::none_of(file_.methods(), [&](const ClassMember& m) {
          return m.name == ref->name && m.descriptor == ref->descriptor;
        }))
      owner = tables_.class_of_path(file_.super());
    if (owner == 0) continue;
    const bool field = !ref->descriptor.empty() && ref->descriptor[0] != '(';
    tables_.each_member(owner, ref->name, field ? "" : ref->descriptor, field,
                        [&](std::uint32_t m) { members_[i].push_back(m); });
  }
}

CallRole ClassScan::role(std::uint16_t index) const {
  if (index >= members_.size()) return CallRole::kNone;
  for (std::uint32_t m : members_[index]) {
    if (tables_.members[m].role != CallRole::kNone) return tables_.members[m].role;
  }
  return CallRole::kNone;
}

void ClassScan::walk(const ClassMember& method) {
  const JvmCode code(method.code);
  for (std::size_t i = 0; i < code.size(); i = code.next(i)) {
    const std::uint8_t op = code.u8(i);
    if (op == jvm::kLdc) touched_constant(code.u8(i + 1));
    if (op == jvm::kLdcW) touched_constant(code.u16(i + 1));
    if (op == jvm::kGetStatic || op == jvm::kGetField) touched_reference(code.u16(i + 1), CallHow::kField);
    if (op < jvm::kInvokeVirtual || op > jvm::kInvokeDynamic) continue;
    ++out_.calls;
    if (op != jvm::kInvokeDynamic) {
      touched_reference(code.u16(i + 1), CallHow::kCall);
      continue;
    }
    for (std::uint16_t m : file_.methods_of_call_site(code.u16(i + 1))) touched_reference(m, CallHow::kCall);
  }
}

void ClassScan::touched_constant(std::uint16_t index) {
  if (file_.tag(index) == kMethodHandleTag) {
    if (const auto method = file_.method_of_handle(index)) touched_reference(*method, CallHow::kCall);
  }
  if (index >= texts_.size() || !texts_[index]) return;
  tables_.each_pattern(file_.string(index).substr(0, kMaxPatternTextBytes), [&](const TextPattern& p) {
    hits_.note(RawHit{p.source, p.how, false, kNoIndex, index});
  });
}

void ClassScan::touched_reference(std::uint16_t index, CallHow how) {
  if (index >= members_.size()) return;
  for (std::uint32_t m : members_[index]) {
    const TargetMember& t = tables_.members[m];
    if (t.field != (how == CallHow::kField)) continue;
    follow_ |= t.role != CallRole::kNone && t.role != CallRole::kClassByName && t.role != CallRole::kClassOf;
    if (t.source != kNoIndex)
      hits_.note(RawHit{t.source, how, t.weak, m, t.field ? kNoIndex : std::uint32_t{index}});
  }
}
}  // namespace

CodeFacts CallSiteScanner::scan(const ClassFile& file) const { return ClassScan(file, *tables_).run(); }

}  // namespace storesweep::apk
