#include "worker/apk/facts_json_parts.h"

#include <algorithm>
#include <utility>

#include "worker/apk/leads.h"

namespace storesweep::json_parts {
namespace {
using Json = nlohmann::ordered_json;

Json certificate_json(const apk::Certificate& c) {
  Json out{{"sha256", to_hex(c.sha256)}, {"sha1", to_hex(c.sha1)},
           {"md5", to_hex(c.md5)},       {"public_key_sha256", to_hex(c.public_key_sha256)},
           {"subject", c.subject},       {"issuer", c.issuer},
           {"serial", c.serial},         {"valid_from", c.valid_from},
           {"valid_to", c.valid_to},     {"key_type", c.key_type},
           {"key_bits", c.key_bits},     {"signature_algorithm", c.signature_algorithm}};
  put(out, "debug", c.debug);
  return out;
}

Json signer_json(const apk::Signer& s) {
  Json out{{"scheme", apk::scheme_name(s.scheme)}};
  put(out, "name", s.name);
  if (s.min_sdk != 0) out["min_sdk"] = s.min_sdk;
  if (s.max_sdk != 0) out["max_sdk"] = s.max_sdk;
  out["algorithms"] = s.algorithms;
  out["verified"] = s.verified;
  out["chain"] = list(s.chain, certificate_json);
  return out;
}

Json problem_json(const apk::SignatureProblem& p) {
  Json out{{"problem", apk::signature_problem_name(p.kind)}, {"scheme", apk::scheme_name(p.scheme)}};
  if (p.signer != 0) out["signer"] = p.signer;
  out["error"] = p.error;
  put(out, "detail", p.detail);
  return out;
}

void append_text(std::string& out, const std::string& text) {
  const bool plain =
      std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
  if (plain) {
    ((out += '"') += text) += '"';
  } else {
    out += text_of(text);
  }
}

// Written at once, as there may be tens of thousands: a tree of them takes longer than finding them.
void append_calls(std::string& out, const std::vector<CallFact>& calls) {
  constexpr std::size_t kUsualBytes = 256;
  static constexpr std::pair<const char*, std::string CallFact::*> kTexts[] = {
      {"{\"source\":", &CallFact::source},
      {",\"how\":", &CallFact::how},
      {",\"target\":", &CallFact::target},
      {",\"caller_class\":", &CallFact::caller_class},
      {",\"caller_method\":", &CallFact::caller_method},
      {",\"caller_descriptor\":", &CallFact::caller_descriptor},
      {",\"owner\":", &CallFact::owner}};
  out.reserve(out.size() + calls.size() * kUsualBytes);
  out += '[';
  for (const CallFact& c : calls) {
    if (&c != calls.data()) out += ',';
    for (const auto& [key, text] : kTexts) {
      out += key;
      append_text(out, c.*text);
    }
    (out += ",\"count\":") += std::to_string(c.count);
    out += c.weak ? ",\"weak\":true}" : "}";
  }
  out += ']';
}

Json sdk_json(const SdkUse& s) {
  Json out{{"id", s.id}, {"name", s.name}, {"company", s.company}, {"kind", s.kind}};
  put(out, "version", s.version);
  put(out, "version_from", s.version_from);
  out["classes"] = s.classes;
  out["evidence"] = s.evidence;
  return out;
}

Json library_json(const NativeFact& n) {
  Json out{{"path", n.path}, {"abi", n.abi}};
  put(out, "soname", n.soname);
  put(out, "jni_exports", n.jni_exports);
  put(out, "jni_on_load", n.jni_on_load);
  put(out, "owner", n.owner);
  return out;
}
}  // namespace

Json signature_json(const apk::SignatureFacts& s) {
  Json schemes = Json::object();
  for (int i = 0; i < apk::kSchemes; ++i) {
    auto scheme = static_cast<apk::Scheme>(i);
    schemes[std::string(apk::scheme_name(scheme))] = apk::scheme_state_name(s.state(scheme));
  }
  Json out{
      {"verified", s.verified}, {"accepted_from_api", s.accepted_from_api}, {"schemes", std::move(schemes)}};
  put(out, "stripped", s.stripped);
  put(out, "mixed", s.mixed);
  put(out, "debug_key", s.debug_key);
  out["identity"] = list(s.identity, certificate_json);
  out["signers"] = list(s.signers, signer_json);
  if (!s.lineage.empty()) {
    out["lineage"] = list(s.lineage, [](const apk::LineageStep& step) {
      return Json{{"certificate", certificate_json(step.certificate)}, {"flags", step.flags}};
    });
  }
  out["problems"] = list(s.problems, problem_json);
  return out;
}

void append_code_json(std::string& out, const CodeSummary& code) {
  const Json before{
      {"files", code.files},     {"classes", code.classes},  {"renamed_classes", code.renamed_classes},
      {"methods", code.methods}, {"calls_seen", code.calls}, {"sdks", list(code.sdks, sdk_json)}};
  const Json behind{{"libraries", list(code.libraries, library_json)},
                    {"permissions_used", code.permissions_used},
                    {"gaps", code.gaps}};
  out += text_of(before);
  out.back() = ',';
  out += "\"calls\":";
  append_calls(out, code.calls_of_sources);
  out += ',';
  out.append(text_of(behind), 1);
}

Json lead_json(const Lead& lead) {
  Json out{{"kind", lead.kind}};
  if (const LeadKind* kind = lead_kind(lead.kind)) out["rule"] = kind->rule;
  out["subject"] = lead.subject;
  put(out, "detail", lead.detail);
  put(out, "owner", lead.owner);
  return out;
}

}  // namespace storesweep::json_parts
