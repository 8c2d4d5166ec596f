#include "worker/apk/facts_json_parts.h"

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

Json call_json(const CallFact& c) {
  Json out{{"source", c.source},
           {"how", c.how},
           {"target", c.target},
           {"caller_class", c.caller_class},
           {"caller_method", c.caller_method},
           {"caller_descriptor", c.caller_descriptor},
           {"owner", c.owner},
           {"count", c.count}};
  put(out, "weak", c.weak);
  return out;
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

Json code_json(const CodeSummary& code) {
  Json out{{"files", code.files},
           {"classes", code.classes},
           {"renamed_classes", code.renamed_classes},
           {"methods", code.methods},
           {"calls_seen", code.calls}};
  out["sdks"] = list(code.sdks, sdk_json);
  out["calls"] = list(code.calls_of_sources, call_json);
  out["libraries"] = list(code.libraries, library_json);
  out["permissions_used"] = code.permissions_used;
  out["gaps"] = code.gaps;
  return out;
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
