// Static leads: what a manifest and code show that a rule may be about (rules.md, tasks 5, 6, 7). Always
// leads, never violations: whether it runs, and whether it may, only a device and a person can say. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "worker/apk/facts.h"

namespace storesweep {

inline constexpr std::size_t kMaxLeads = 2000;

struct LeadKind {
  std::string_view id;    // "self-start-receiver"
  std::string_view rule;  // "R6.1"
  std::string_view what;  // one line, English
};
std::span<const LeadKind> lead_kinds();
const LeadKind* lead_kind(std::string_view id);  // nullptr: none

// In the order of lead_kinds(); bounded.
std::vector<Lead> find_leads(const ApkFacts& facts);

}  // namespace storesweep
