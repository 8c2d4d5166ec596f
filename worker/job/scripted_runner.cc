#include "worker/job/scripted_runner.h"

#include <csignal>

#include "common/base/file.h"
#include "common/evidence/journal.h"
#include "common/evidence/listing_json.h"
#include "common/evidence/names.h"

namespace storesweep::job {
namespace {
constexpr std::size_t kMaxCounted = 100'000;  // apps whose failures are counted

JobFailure because(FailureKind kind, FailureReason reason, std::string detail) {
  return {kind, reason, std::move(detail)};
}
JobFailure scripted_failure(FailureKind kind) {
  switch (kind) {
    case FailureKind::kApp:
      return because(kind, FailureReason::kInstall, "scripted: it does not install");
    case FailureKind::kDevice:
      return because(kind, FailureReason::kDeviceLost, "scripted: the device went away");
    case FailureKind::kEvasion:
      return because(kind, FailureReason::kEvaded, "scripted: it refuses this class of device");
    case FailureKind::kInfrastructure:
    case FailureKind::kJournal:
      break;
  }
  return because(kind, FailureReason::kOther, "scripted: something else failed");
}

// A consent dialog as uiautomator shows one; without a way to refuse when `guilty`.
std::string consent_dialog(const std::string& package, bool guilty) {
  const std::string tail =
      "\" content-desc=\"\" checkable=\"false\" checked=\"false\" enabled=\"true\" "
      "focusable=\"true\" focused=\"false\" scrollable=\"false\" long-clickable=\"false\" "
      "password=\"false\" selected=\"false\" ";
  auto node = [&](const char* id, const char* kind, const char* text, bool click, const char* bounds) {
    return std::string("<node index=\"0\" text=\"") + text + "\" resource-id=\"" + package + ":id/" + id +
           "\" class=\"android.widget." + kind + "\" package=\"" + package + tail + "clickable=\"" +
           (click ? "true" : "false") + "\" bounds=\"" + bounds + "\" />";
  };
  std::string xml = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">";
  xml += node("title", "TextView", "个人信息保护提示", false, "[140,800][940,880]");
  xml += node("text", "TextView", "请您阅读并同意《隐私政策》和《用户协议》", false, "[140,900][940,1300]");
  if (!guilty) xml += node("refuse", "Button", "不同意", true, "[140,1400][520,1520]");
  xml += node("agree", "Button", "同意并继续", true, "[560,1400][940,1520]");
  return xml + "</hierarchy>";
}

Record record(Phase phase, RecordKind kind, std::string_view name, std::int64_t ms, std::string data) {
  Record r;
  r.host_ms = ms;
  r.device_ms = ms;
  r.phase = phase;
  r.kind = kind;
  r.name = name;
  r.data = std::move(data);
  return r;
}
}  // namespace

std::vector<Device> ScriptedRunner::devices() {
  std::vector<Device> out(options_.devices);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = {options_.worker + "-d" + std::to_string(i),
              {"simulated", options_.api},
              options_.abis,
              options_.features,
              false};
  }
  return out;
}

FetchEnd ScriptedRunner::fetch(const LeaseOffer& offer, const Deadline& deadline) {
  Result<Script> script = parse_script(offer.listing.apk_url);
  if (!script.ok()) {
    return FetchFailed{because(FailureKind::kApp, FailureReason::kFetch, script.status().message())};
  }
  if (script->fetch_ms > 0 && !sleep_ms(script->fetch_ms, deadline).ok()) {
    return FetchFailed{because(FailureKind::kInfrastructure, FailureReason::kCancelled, "cancelled")};
  }
  if (script->fail_fetch && fails_now(*script)) {
    return FetchFailed{
        because(FailureKind::kInfrastructure, FailureReason::kFetch, "scripted: nobody answers")};
  }
  return FetchDone{sha256("scripted " + script->app), script->needs, script->sdks};
}

bool ScriptedRunner::fails_now(const Script& script) {
  std::lock_guard lock(mutex_);
  if (failures_.size() >= kMaxCounted) failures_.clear();
  return failures_[script.app]++ < script.fail_runs;
}

RunEnd ScriptedRunner::run(const RunOrder& order, const Deadline& deadline) {
  Result<Script> script = parse_script(order.offer.listing.apk_url);
  if (!script.ok())
    return RunFailed{because(FailureKind::kApp, FailureReason::kOther, script.status().message())};
  const std::int64_t run_ms = script->run_ms.value_or(options_.run_ms);
  if (run_ms > 0 && !sleep_ms(run_ms, deadline).ok()) {
    return RunFailed{because(FailureKind::kInfrastructure, FailureReason::kCancelled, "cancelled")};
  }
  if (script->kill == Script::Kill::kWorker) ::raise(SIGKILL);
  if (script->fail && fails_now(*script)) return RunFailed{scripted_failure(*script->fail)};
  Result<RunDone> done = write_run(order, *script, run_ms);
  if (done.ok()) return std::move(done).value();
  return RunFailed{because(FailureKind::kInfrastructure, FailureReason::kDiskFull, done.status().message())};
}

Result<RunDone> ScriptedRunner::write_run(const RunOrder& order, const Script& script, std::int64_t run_ms) {
  RunDone done;
  if (script.kill == Script::Kill::kJudge) {
    const std::string garbage(4096, '\x5a');
    TRY(write_file_durably(order.folder + "/journal", garbage));
    done.blobs.push_back({"journal", sha256(garbage), garbage.size()});
  } else {
    TRY_ASSIGN(BlobRef journal, write_journal(order, script));
    done.blobs.push_back(std::move(journal));
  }
  done.figures.phase_ms[0] = run_ms;
  done.figures.commands = 71;
  done.figures.events = 3;
  done.figures.screens = 1;
  return done;
}

Result<BlobRef> ScriptedRunner::write_journal(const RunOrder& order, const Script& script) {
  const LeaseOffer& offer = order.offer;
  JournalHeader header;
  header.token = key(offer.token);
  header.job = offer.token.job;
  header.worker = offer.token.worker;
  header.worker_key = options_.key.public_key;
  header.device = order.device.identity;
  header.device_kind = order.device.kind;
  header.depth = offer.depth;
  header.only_rules = offer.only_rules;
  header.file_set = order.file_set;
  header.package = offer.listing.package;
  header.started_wall_ms = clock_.wall_ms();
  header.device_start_ms = header.started_wall_ms;
  header.worker_version = "scripted";
  header.scripted = true;
  TRY_ASSIGN(JournalWriter writer, JournalWriter::create(order.folder + "/journal", header));

  const bool confirms = offer.kind == JobKind::kConfirmation;
  const bool guilty = script.violation == Script::Violation::kBoth ||
                      (script.violation == Script::Violation::kFirst && !confirms);
  const std::string& package = offer.listing.package;
  TRY(writer.append(
      record(Phase::kP0, RecordKind::kDocument, record_name::kListing, 0, listing_to_json(offer.listing))));
  TRY(writer.append(record(Phase::kP0, RecordKind::kAttest, record_name::kHygiene, 1, "clean")));
  TRY(writer.append(record(Phase::kP0, RecordKind::kAttest, record_name::kBehaviour, 1, "present")));
  TRY(writer.append(record(Phase::kP1, RecordKind::kMarker, record_name::kBegin, 2, "")));
  TRY(writer.append(record(Phase::kP1, RecordKind::kAction, record_name::kLaunch, 3, "")));
  TRY(writer.append(
      record(Phase::kP1, RecordKind::kRaw, record_name::kHierarchy, 4, consent_dialog(package, guilty))));
  const auto wanted = static_cast<std::uint64_t>(script.kilobytes) * 1024;
  if (writer.bytes() < wanted) {
    TRY(writer.append(record(Phase::kP1, RecordKind::kRaw, "scripted_filler", 5,
                             std::string(wanted - writer.bytes(), ' '))));
  }
  TRY(writer.append(record(Phase::kP1, RecordKind::kMarker, record_name::kEnd, 60'000, "")));
  TRY_ASSIGN(SealedJournal sealed, writer.seal({true, "", 60'001}, options_.key));
  return BlobRef{"journal", sealed.sha256, sealed.bytes};
}

}  // namespace storesweep::job
