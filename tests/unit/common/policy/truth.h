// The policies written for the tests (tests/data/policy) with what they declare. For tests only; no threads.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/config/config.h"
#include "common/policy/policy.h"
#include "common/rules/policy_phrases.h"

namespace storesweep::policy {

inline std::string source_folder() { return std::getenv("STORESWEEP_SOURCE"); }

inline const Book& book() {
  static const Book kBook(*load_policy_phrases(source_folder() + "/rules"));
  return kBook;
}

inline Policy read(std::string_view text) {
  auto policy = read_policy_untrusted(text, book());
  EXPECT_TRUE(policy.ok()) << policy.status().text();
  return policy.ok() ? *std::move(policy) : Policy{};
}

struct Truth {
  std::string file;
  std::set<std::string> kinds, background, sdks, tells, denies;
  std::map<std::string, std::int64_t> periods;
  std::string operator_name, updated, effective;
};

inline std::set<std::string> as_set(const std::vector<std::string>& list) {
  return {list.begin(), list.end()};
}

// Of "truth.yaml", or of another list in the same folder; `nothing`: files that declare nothing.
inline std::vector<Truth> truths(const std::string& list, std::vector<std::string>& nothing) {
  auto document = *ConfigDocument::from_file(source_folder() + "/tests/data/policy/" + list);
  std::vector<Truth> out;
  ConfigMap root = document.root();
  nothing = root.strings("nothing");
  for (ConfigMap& m : root.maps("policies")) {
    Truth& t = out.emplace_back();
    t.file = m.required_string("file");
    t.kinds = as_set(m.strings("kinds"));
    t.background = as_set(m.strings("background"));
    t.sdks = as_set(m.strings("sdks"));
    t.tells = as_set(m.strings("tells"));
    t.denies = as_set(m.strings("denies"));
    ConfigMap periods = m.map("periods");
    for (const std::string& kind : periods.keys()) t.periods[kind] = periods.integer(kind, 0);
    t.operator_name = m.string("operator", "");
    t.updated = m.string("updated", "");
    t.effective = m.string("effective", "");
  }
  const Status finished = document.finish();
  EXPECT_TRUE(finished.ok()) << finished.text();
  return out;
}

inline Policy read_data(const std::string& file) {
  return read(*read_file(source_folder() + "/tests/data/policy/" + file, kMaxDocumentBytes));
}

}  // namespace storesweep::policy
