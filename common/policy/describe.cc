// A policy as JSON.
#include <map>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/policy/policy.h"

namespace storesweep::policy {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t kMaxExcerpt = 400;

class Describer {
 public:
  explicit Describer(const Policy& policy) : p_(policy) {}

  json all() const {
    json j = {{"policy", p_.recognised}, {"text_bytes", p_.text.size()}};
    if (!p_.recognised) return j;
    j["operator"] = p_.operator_name;
    j["updated"] = p_.updated;
    j["effective"] = p_.effective;
    j["kinds"] = kinds();
    j["sdks"] = json::array();
    for (const SdkRow& row : p_.sdks) j["sdks"].push_back(sdk(row));
    for (const auto& [name, told] : kTold) j["told"][name] = this->told(p_.*told);
    return j;
  }

 private:
  struct Named {
    const char* name;
    Told Policy::*told;
  };
  static constexpr Named kTold[] = {{"push", &Policy::push},
                                    {"push_scenes", &Policy::push_scenes},
                                    {"push_closing", &Policy::push_closing},
                                    {"self_start", &Policy::self_start},
                                    {"associated_start", &Policy::associated_start},
                                    {"cancellation", &Policy::cancellation},
                                    {"retention", &Policy::retention},
                                    {"answer_15_days", &Policy::answer_15_days},
                                    {"contact", &Policy::contact},
                                    {"complaint", &Policy::complaint}};

  json place(Span s) const {
    return {
        {"begin", s.begin}, {"end", s.end}, {"text", clean_utf8(trim(s.of(p_.text)).substr(0, kMaxExcerpt))}};
  }
  json told(const Told& t) const {
    json j = {{"told", t.told}, {"denied", t.denied}, {"where", json::array()}};
    for (Span s : t.where) j["where"].push_back(place(s));
    return j;
  }
  json statement(const Statement& s) const {
    json j = place(s.where);
    j["said"] = said_name(s.said);
    if (s.of_sdk) j["by"] = "third party";
    if (s.background) j["background"] = true;
    if (s.not_background) j["background"] = false;
    if (s.frequency) j["frequency"] = {{"words", s.frequency->words}, {"period_ms", s.frequency->period_ms}};
    return j;
  }
  // By kind, in the order of the text.
  json kinds() const {
    json out = json::object();
    for (const Statement& s : p_.statements) {
      json& kind = out[s.kind];
      if (kind.is_null()) kind["declared"] = false;
      if (s.said == Said::kDeclared) kind["declared"] = true;
      kind["statements"].push_back(statement(s));
    }
    return out;
  }
  json sdk(const SdkRow& r) const {
    return {{"name", r.name}, {"company", r.company},     {"kinds", r.kinds},       {"purpose", r.purpose},
            {"link", r.link}, {"frequency", r.frequency}, {"begin", r.where.begin}, {"end", r.where.end}};
  }

  const Policy& p_;
};

}  // namespace

std::string policy_to_json(const Policy& policy) {
  return Describer(policy).all().dump(2, ' ', false, json::error_handler_t::replace);
}

}  // namespace storesweep::policy
