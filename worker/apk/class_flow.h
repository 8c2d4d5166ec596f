// The constants of one method of a class file, through its stack and locals, to the calls that take them:
// reflection and settings keys; the twin of dex_flow.h. Private to the scanner.
#pragma once

#include <functional>

#include "worker/apk/class_code.h"
#include "worker/apk/class_file.h"
#include "worker/apk/flow_labels.h"

namespace storesweep::apk {

struct ClassFlowWorld {
  const ClassFile& file;
  const ScannerTables& tables;
  std::function<CallRole(std::uint16_t reference)> role;
  std::function<void(RawHit)> note;
};

class ClassFlow {
 public:
  ClassFlow(const ClassFlowWorld& world, const ClassMember& method);
  std::uint64_t run();  // how many bytes were walked in all

 private:
  void set_parameters();
  void find_labels();
  void pass(bool note);
  void step(std::size_t at);
  void invoke(std::size_t at);
  void access_field(std::size_t at);
  void shuffle(std::uint8_t op);
  bool local(std::size_t at);
  FlowValue pop();
  void pop(std::size_t n) {
    while (n-- > 0) pop();
  }
  void push(FlowValue v = {}, std::size_t n = 1);
  FlowValue object_of(std::string_view path_or_descriptor) const;

  const ClassFlowWorld& world_;
  const ClassMember& method_;
  JvmCode code_;
  FlowLabels labels_;
  FlowState now_, first_;  // locals, then the stack; first: what the parameters' types say
  bool noting_ = false;
};

}  // namespace storesweep::apk
