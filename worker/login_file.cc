#include "worker/login_file.h"

#include <map>

#include "common/config/config.h"

namespace storesweep::worker {
namespace {
using exercise::LoginStep;
using Secrets = std::map<std::string, std::string>;

// `input text` types what a keyboard of English has.
bool can_be_typed(const std::string& text) {
  for (const char c : text) {
    if (c < ' ' || c > '~') return false;
  }
  return text.find("%s") == std::string::npos;
}

Secrets read_secrets(ConfigMap map) {
  Secrets out;
  for (const std::string& name : map.keys()) {
    const std::optional<std::string> secret = map.secret(name);
    if (!secret) continue;
    if (secret->size() < exercise::kLeastSecretBytes || secret->size() > exercise::kMaxSecretBytes)
      map.error(name, "wanted 4 to 200 bytes: a shorter one cannot be masked in the evidence");
    if (!can_be_typed(*secret))
      map.error(name,
                "can hold ASCII characters alone, and no %s: Android's `input text` types nothing else");
    out[name] = *secret;
  }
  return out;
}

LoginStep read_step(ConfigMap& map, const Secrets& secrets) {
  LoginStep step;
  int kinds = 0;
  for (const auto& [key, kind] :
       {std::pair{"tap", LoginStep::Kind::kTap}, {"tick", LoginStep::Kind::kTick}}) {
    if (!map.has(key)) continue;
    ++kinds;
    step.kind = kind;
    step.target = map.required_string(key);
  }
  if (map.has("wait_ms")) {
    ++kinds;
    step.kind = LoginStep::Kind::kWait;
    step.ms = map.required_integer("wait_ms", {1, 120'000});
  }
  if (map.has("type")) {
    ++kinds;
    step.kind = LoginStep::Kind::kType;
    step.target = map.required_string("into");
    const std::string name = map.required_string("type");
    const auto secret = secrets.find(name);
    if (secret == secrets.end()) {
      map.error("type", "`" + name + "` does not stand under secrets");
    } else {
      step.text = secret->second;
    }
  }
  if (kinds != 1) map.error("", "a step is one of tap, tick, type (with into) and wait_ms");
  return step;
}
}  // namespace

Result<exercise::LoginSteps> load_login(const std::string& file) {
  TRY_ASSIGN(auto document, ConfigDocument::from_file(file));
  ConfigMap root = document.root();
  const Secrets secrets = read_secrets(root.map("secrets"));
  exercise::LoginSteps out;
  for (ConfigMap& map : root.maps("steps")) out.steps.push_back(read_step(map, secrets));
  out.done_when = root.string("done_when", "");
  if (out.steps.empty() || out.steps.size() > exercise::kMaxLoginSteps)
    root.error("steps", "wanted 1 to 50 steps");
  TRY(document.finish());
  return out;
}

}  // namespace storesweep::worker
