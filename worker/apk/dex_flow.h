// The constants of one dex method, register by register, to the calls that take them: reflection and settings
// keys. A plain forward pass, repeated over loops; where two ways meet with different values nothing is
// known. Private to the scanner.
#pragma once

#include <functional>
#include <vector>

#include "worker/apk/dex.h"
#include "worker/apk/dex_code.h"
#include "worker/apk/flow_labels.h"
#include "worker/apk/scanner_tables.h"

namespace storesweep::apk {

// What the flow asks the scan of the file.
struct DexFlowWorld {
  const DexFile& dex;
  const ScannerTables& tables;
  const std::vector<std::uint16_t>& class_of_type;  // of ScannerTables::classes; 0: none
  std::function<CallRole(std::uint32_t method)> role;
  std::function<void(RawHit)> note;
};

class DexFlow {
 public:
  DexFlow(const DexFlowWorld& world, const DexMember& method, const DexCode& code);
  // How many units were walked in all.
  std::uint64_t run();

 private:
  void set_parameters(const DexMember& method);
  void find_labels();
  void add_switch_labels(std::size_t at, std::uint16_t unit);
  void add_handler_labels();
  void pass(bool note);
  void step(std::size_t at, std::uint16_t unit);
  void write(std::size_t at, std::uint16_t unit);
  void invoke(std::size_t at, std::uint16_t unit);
  FlowValue get(std::size_t reg) const { return reg < now_.size() ? now_[reg] : FlowValue{}; }
  void set(std::size_t reg, FlowValue v) {
    if (reg < now_.size()) now_[reg] = v;
  }
  FlowValue object_of(std::uint32_t type) const;

  const DexFlowWorld& world_;
  const DexCode& code_;
  DexUnits units_;
  FlowLabels labels_;
  FlowState now_, first_;  // first: what the parameters' types say
  FlowValue result_;       // of the call before
  bool noting_ = false;
};

}  // namespace storesweep::apk
