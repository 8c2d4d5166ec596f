#include "common/hooks/hook_lines.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/base/json_line.h"
#include "common/base/text.h"

namespace storesweep::hooks {
namespace {
using Json = nlohmann::json;

constexpr std::size_t kMaxTextBytes = 2'048;
constexpr std::size_t kMaxList = kMaxHookFrames;
constexpr std::int64_t kMaxMs = 1'000'000'000'000;
constexpr std::int64_t kMaxThread = INT64_MAX;
constexpr int kMaxDepth = 10'000;
// Lines of two threads, and beats, which no queue holds up, come a little out of order.
constexpr std::int64_t kSlackMs = 5'000;

constexpr std::array<std::pair<std::string_view, HookKind>, 7> kKinds = {{
    {"hello", HookKind::kHello},
    {"found", HookKind::kFound},
    {"call", HookKind::kCall},
    {"digest", HookKind::kDigest},
    {"beat", HookKind::kBeat},
    {"end", HookKind::kEnd},
    {"absent", HookKind::kAbsent},
}};

class Fields : public JsonLine {
 public:
  explicit Fields(const Json& json) : JsonLine(json, "the hooks") {}
  std::string text(const char* key) { return JsonLine::text(key, kMaxTextBytes); }
  std::vector<std::string> texts(const char* key) { return JsonLine::texts(key, kMaxList, kMaxTextBytes); }
};

HookOutcome outcome_of(const Fields& fields) {
  if (fields.has("threw")) return HookOutcome::kThrew;
  if (fields.has("null")) return HookOutcome::kNull;
  return fields.has("type") ? HookOutcome::kReturned : HookOutcome::kNothing;
}

void read_call(Fields& fields, HookLine& out) {
  out.source = fields.text("source");
  out.api = fields.text("api");
  out.reflected = fields.text("via") == "reflection";
  out.arguments = fields.texts("args");
  out.outcome = outcome_of(fields);
  out.type = fields.text("type");
  out.value = fields.text("value");
  out.threw = fields.text("threw");
  out.size = fields.has("size") ? fields.number("size", INT32_MAX) : -1;
  out.depth = static_cast<int>(fields.number("depth", kMaxDepth));
  out.thread = fields.text("thread");
  out.stack = fields.texts("stack");
  out.algorithm = fields.text("algorithm");
  out.head = fields.text("head");
  out.bytes = static_cast<std::uint64_t>(fields.number("bytes", INT64_MAX));
}

void read_state(Fields& fields, HookLine& out) {
  out.script = fields.text("script");
  out.frida = fields.text("frida");
  out.list_version = fields.text("sources");
  out.hooked = fields.number("hooked", INT32_MAX);
  out.absent = fields.number("absent", INT32_MAX);
  out.unhooked = fields.texts("unhooked");
  out.why = fields.text("why");
}

// {"type":"error","description":"..."}, as frida-inject prints what the script threw.
Result<HookLine> script_error(const Json& json) {
  HookLine out;
  out.kind = HookKind::kScriptError;
  const auto said = json.find("description");
  if (said != json.end() && said->is_string())
    out.why = clean_utf8(said->get_ref<const std::string&>()).substr(0, kMaxTextBytes);
  return out;
}

}  // namespace

Result<HookLine> parse_hook_line(std::string_view line) {
  if (line.size() > kMaxHookLineBytes) return corrupt("a line of the hooks is too long");
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return corrupt("a line of the hooks is no JSON object");
  if (!json.contains("kind") && json.contains("type") && json["type"] == "error") return script_error(json);
  Fields fields(json);
  const std::string name = fields.text("kind");
  const auto known =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& k) { return k.first == name; });
  if (known == kKinds.end()) return corrupt("a line of the hooks is of no kind that is known");
  HookLine out;
  out.kind = known->second;
  out.number = static_cast<std::uint64_t>(fields.number("n", INT64_MAX));
  out.lost = static_cast<std::uint64_t>(fields.number("lost", INT64_MAX));
  out.up_ms = fields.number("up", kMaxMs);
  out.took_ms = fields.number("took", kMaxMs);
  out.pid = static_cast<int>(fields.number("pid", INT32_MAX));
  out.tid = fields.number("tid", kMaxThread);
  out.cut = fields.flag("cut");
  read_call(fields, out);
  read_state(fields, out);
  const bool call = out.kind == HookKind::kCall;
  fields.must(!call || !out.source.empty(), "source", "is missing");
  fields.must(!(call || out.kind == HookKind::kDigest) || !out.api.empty(), "api", "is missing");
  TRY(fields.status());
  return out;
}

void HookReader::take(const HookLine& line) {
  if (line.kind == HookKind::kScriptError || line.kind == HookKind::kAbsent) return;
  if (line.number > next_) gaps_.missing += line.number - next_;
  if (line.number < next_) ++gaps_.lies;
  next_ = std::max(next_, line.number + 1);
  if (line.lost < gaps_.lost) ++gaps_.lies;
  gaps_.lost = std::max(gaps_.lost, line.lost);
  if (line.kind == HookKind::kHello) {
    if (greeted_) ++gaps_.lies;
    greeted_ = true;
    hello_ms_ = latest_ms_ = line.up_ms;
    return;
  }
  if (line.kind == HookKind::kEnd) ended_ = true;
  const std::int64_t told_ms = line.up_ms + line.took_ms;
  const std::int64_t not_before_ms = line.kind == HookKind::kBeat ? latest_ms_ : hello_ms_;
  if (!greeted_ || told_ms + kSlackMs < not_before_ms) ++gaps_.lies;
  latest_ms_ = std::max(latest_ms_, told_ms);
}

bool part_of(const HookLine& inner, const HookLine& outer) {
  return inner.kind == HookKind::kCall && outer.kind == HookKind::kCall && inner.source == outer.source &&
         inner.pid == outer.pid && inner.tid == outer.tid && inner.depth > outer.depth &&
         inner.up_ms >= outer.up_ms && inner.up_ms + inner.took_ms <= outer.up_ms + outer.took_ms;
}

}  // namespace storesweep::hooks
