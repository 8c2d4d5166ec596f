// How much of what policies declare is read, and how much of what is read they declare: on texts written for
// this test, with what they declare noted beside them by hand.
#include <algorithm>
#include <cstdio>

#include "tests/unit/common/policy/truth.h"

namespace storesweep::policy {
namespace {

constexpr double kLeastPrecision = 0.97;

struct Score {
  int right = 0, wrong = 0, missed = 0;
  std::string which;

  void add(const std::set<std::string>& read, const std::set<std::string>& truth, const std::string& file) {
    for (const std::string& one : read) {
      ++(truth.contains(one) ? right : wrong);
      if (!truth.contains(one)) which += "  " + file + ": invented " + one + "\n";
    }
    for (const std::string& one : truth) {
      if (read.contains(one)) continue;
      ++missed;
      which += "  " + file + ": missed " + one + "\n";
    }
  }
  double precision() const { return right + wrong == 0 ? 1 : double(right) / (right + wrong); }
  double recall() const { return right + missed == 0 ? 1 : double(right) / (right + missed); }
  void print(const char* what) const {
    std::printf("%-22s precision %.3f (%d of %d)  recall %.3f (%d of %d)\n%s", what, precision(), right,
                right + wrong, recall(), right, right + missed, which.c_str());
  }
};

bool wider(const Policy& p, const std::string& kind) {
  return std::ranges::any_of(p.wider, [&](const Policy::Wider& w) { return w.id == kind; });
}

std::set<std::string> declared(const Policy& p) {
  std::set<std::string> out;
  for (const Statement& s : p.statements) {
    if (s.said == Said::kDeclared && !wider(p, s.kind)) out.insert(s.kind);
  }
  return out;
}

std::set<std::string> in_background(const Policy& p) {
  std::set<std::string> out;
  for (const Statement& s : p.statements) {
    if (s.said == Said::kDeclared && s.background && !wider(p, s.kind)) out.insert(s.kind);
  }
  return out;
}

std::set<std::string> rows(const Policy& p) {
  std::set<std::string> out;
  for (const SdkRow& r : p.sdks) {
    std::string row = r.name + " | " + r.company + " |";
    for (const std::string& kind : r.kinds) {
      if (!wider(p, kind)) row += " " + kind;
    }
    out.insert(row);
  }
  return out;
}

std::set<std::string> told(const Policy& p, bool Told::*which) {
  const std::pair<const char*, const Told*> all[] = {{"push", &p.push},
                                                     {"push_scenes", &p.push_scenes},
                                                     {"push_closing", &p.push_closing},
                                                     {"self_start", &p.self_start},
                                                     {"associated_start", &p.associated_start},
                                                     {"cancellation", &p.cancellation},
                                                     {"retention", &p.retention},
                                                     {"answer_15_days", &p.answer_15_days},
                                                     {"contact", &p.contact},
                                                     {"complaint", &p.complaint}};
  std::set<std::string> out;
  for (const auto& [name, t] : all) {
    if (t->*which) out.insert(name);
  }
  return out;
}

std::set<std::string> periods(const Policy& p) {
  std::set<std::string> out;
  for (const Statement& s : p.statements) {
    if (s.frequency && s.frequency->period_ms > 0 && s.said == Said::kDeclared && !wider(p, s.kind))
      out.insert(s.kind + " " + std::to_string(s.frequency->period_ms));
  }
  return out;
}
std::set<std::string> periods(const Truth& t) {
  std::set<std::string> out;
  for (const auto& [kind, ms] : t.periods) out.insert(kind + " " + std::to_string(ms));
  return out;
}
std::set<std::string> named(std::initializer_list<std::string> texts) {
  std::set<std::string> out;
  for (const std::string& s : texts) {
    if (!s.empty()) out.insert(s);
  }
  return out;
}

void hold(const std::string& list, double least_recall) {
  Score kinds, background, sdks, topics, denials, often, imprint;
  std::vector<std::string> nothing;
  const std::vector<Truth> all = truths(list, nothing);
  for (const Truth& t : all) {
    const Policy p = read_data(t.file);
    EXPECT_TRUE(p.recognised) << t.file;
    kinds.add(declared(p), t.kinds, t.file);
    background.add(in_background(p), t.background, t.file);
    sdks.add(rows(p), t.sdks, t.file);
    topics.add(told(p, &Told::told), t.tells, t.file);
    std::set<std::string> denied = told(p, &Told::denied);
    for (const std::string& one : t.tells) denied.erase(one);
    denials.add(denied, t.denies, t.file);
    often.add(periods(p), periods(t), t.file);
    imprint.add(named({p.operator_name, p.updated, p.effective}),
                named({t.operator_name, t.updated, t.effective}), t.file);
  }
  for (const std::string& file : nothing) {
    const Policy p = read_data(file);
    EXPECT_FALSE(p.recognised) << file;
    EXPECT_TRUE(p.statements.empty() && p.sdks.empty() && !p.push.told && !p.self_start.told) << file;
  }
  std::printf("%s: %zu policies, %zu texts that declare nothing\n", list.c_str(), all.size(), nothing.size());
  kinds.print("declared kinds");
  background.print("in the background");
  sdks.print("rows of SDKs, whole");
  topics.print("what else is told");
  denials.print("denied");
  often.print("periods");
  imprint.print("operator and dates");
  EXPECT_GE(kinds.precision(), kLeastPrecision);
  EXPECT_GE(kinds.recall(), least_recall);
  EXPECT_GE(background.precision(), kLeastPrecision);
  EXPECT_GE(sdks.precision(), kLeastPrecision);
}

TEST(PolicyAccuracy, OnThePoliciesThatTheWordsWereMadeBy) { hold("truth.yaml", 0.95); }
TEST(PolicyAccuracy, OnPoliciesWrittenAfterwards) { hold("held_out.yaml", 0.95); }
TEST(PolicyAccuracy, OnPoliciesWrittenThen) { hold("held_out_2.yaml", 0.95); }
TEST(PolicyAccuracy, OnPoliciesWrittenLast) { hold("held_out_3.yaml", 0.95); }

}  // namespace
}  // namespace storesweep::policy
