#include "coordinator/judging/request.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/evidence/journal.h"
#include "common/evidence/listing_json.h"
#include "common/evidence/verdict_codec.h"
#include "coordinator/judging/claim.h"
#include "coordinator/judging/frame.h"
#include "coordinator/judging/observed.h"

namespace storesweep {
namespace {
constexpr std::string_view kSingleDevice = "single_device", kObserve = "observe";

// What another app did is not to be laid at this one's door.
Status check_package(const JournalHeader& header, const Listing& listing) {
  const bool known = listing.subject == SubjectKind::kApp && !listing.package.empty();
  if (!known || header.package == listing.package) return ok_status();
  return invalid("the journal is of " + header.package.substr(0, 200) + ", the listing of " +
                 listing.package);
}

constexpr std::size_t kPartsADarkRule = 5;

// The flags in words, then five parts for each dark rule.
std::string encode_context(const JudgeContext& context, bool observe) {
  std::string flags = context.single_device ? std::string(kSingleDevice) : "";
  if (observe) flags += " " + std::string(kObserve);
  std::vector<std::string> apis;
  for (const DarkRule& d : context.dark) apis.push_back(std::to_string(d.where.kind.api));
  std::vector<std::string_view> parts{flags};
  for (std::size_t i = 0; i < apis.size(); ++i) {
    const DarkRule& d = context.dark[i];
    parts.insert(parts.end(),
                 {d.rule, d.where.fingerprint, d.where.kind.device_class, apis[i], d.where.tools});
  }
  return encode_parts(parts);
}

struct Asked {
  JudgeContext context;
  bool observe = false;
};
Result<Asked> decode_context(std::string_view bytes) {
  TRY_ASSIGN(const auto parts, decode_parts(bytes));
  if (parts.size() % kPartsADarkRule != 1) return corrupt("a judge's context has one part and five a rule");
  const auto flags = words(parts[0]);
  const auto has = [&](std::string_view flag) {
    return std::find(flags.begin(), flags.end(), flag) != flags.end();
  };
  Asked asked;
  asked.context.single_device = has(kSingleDevice);
  asked.observe = has(kObserve);
  for (std::size_t i = 1; i < parts.size(); i += kPartsADarkRule) {
    DarkRule d;
    d.rule = parts[i];
    d.where.fingerprint = parts[i + 1];
    d.where.kind = {std::string(parts[i + 2]), parse_int<int>(parts[i + 3]).value_or(0)};
    d.where.tools = parts[i + 4];
    asked.context.dark.push_back(std::move(d));
  }
  return asked;
}

// One part of a request as a run; what was parsed of it goes to `records` where that is wanted.
Result<ObservedRun> run_in(std::string_view part, const JudgeTools& tools,
                           std::vector<std::string>* records) {
  // A judge that was given no records takes whatever comes for a journal: a worker refers to nothing of
  // others.
  if (const auto journal = tools.observations.empty() ? std::nullopt : referenced(part)) {
    TRY_ASSIGN(const std::string record, read_observed(tools.observations, *journal));
    TRY_ASSIGN(ObservedRun run, decode_observations(as_bytes(record), tools.phrases, tools.since));
    if (run.head.sha256 != *journal) return corrupt("an observation record of another journal");
    return run;
  }
  TRY_ASSIGN(const Journal journal, read_journal_untrusted(as_bytes(part)));
  Observations seen = observe_journal(journal);
  if (records != nullptr) records->push_back(encode_observations(seen, tools.phrases));
  ObservedRun run{std::move(seen.head), std::move(seen.timeline)};
  run.timeline.screens = read_screens(run.timeline, seen.trees, tools.phrases.book);
  return run;
}

Result<Verdict> judge_parts(const std::vector<std::string_view>& parts, const JudgeTools& tools,
                            std::vector<std::string>& records) {
  if (parts.size() < 4 || parts.size() > 3 + kMaxJournalsPerVerdict)
    return invalid("a request has 1 to 8 journals");
  TRY_ASSIGN(Listing listing, listing_from_json_untrusted(parts[0]));
  TRY_ASSIGN(const Asked asked, decode_context(parts[1]));
  std::vector<ObservedRun> runs;
  for (std::size_t i = 3; i < parts.size(); ++i) {
    auto run = run_in(parts[i], tools, asked.observe ? &records : nullptr);
    if (!run.ok()) return run.status().within("journal " + std::to_string(i - 2));
    TRY(check_package(run->head.header, listing));
    runs.push_back(*std::move(run));
  }
  if (!parts[2].empty()) TRY(check_claim(parts[2], runs.back().head.header));
  return judge(std::move(runs), listing, tools.pack, asked.context);
}

ErrorKind kind_named(std::string_view name) {
  for (int k = 1; k <= static_cast<int>(ErrorKind::kInternal); ++k) {
    if (error_name(static_cast<ErrorKind>(k)) == name) return static_cast<ErrorKind>(k);
  }
  return ErrorKind::kCorrupt;
}

}  // namespace

JudgeTools::JudgeTools(RulePack p, std::string folder)
    : pack(std::move(p)),
      phrases(pack.phrases),
      observations(std::move(folder)),
      since(observations.empty() ? PhraseChanges() : changes_kept_in(observations, pack.phrases)) {}

std::string encode_request(const JudgeRequest& request) {
  std::string listing = listing_to_json(request.listing);
  const std::string context = encode_context(request.context, request.observe);
  std::vector<std::string_view> parts = {listing, context, request.claim};
  parts.insert(parts.end(), request.journals.begin(), request.journals.end());
  return encode_frame(parts);
}

std::string answer_request(std::string_view body, const JudgeTools& tools) {
  std::vector<std::string> records;
  auto parts = decode_parts(body);
  auto verdict = parts.ok() ? judge_parts(*parts, tools, records) : Result<Verdict>(parts.status());
  if (!verdict.ok()) return encode_frame({error_name(verdict.status().kind()), verdict.status().message()});
  const std::string bytes = encode_verdict(*verdict);
  std::vector<std::string_view> answer = {"ok", bytes};
  answer.insert(answer.end(), records.begin(), records.end());
  return encode_frame(answer);
}

Result<Verdict> decode_answer(std::string_view body, std::vector<std::string>* observations) {
  TRY_ASSIGN(auto parts, decode_parts(body));
  if (parts.size() < 2 || parts.size() > 2 + kMaxJournalsPerVerdict)
    return corrupt("a judge's answer has two parts, and observation records");
  if (parts[0] != "ok") return Status(kind_named(parts[0]), std::string(parts[1]));
  if (observations != nullptr) observations->assign(parts.begin() + 2, parts.end());
  return decode_verdict_untrusted(parts[1]);
}

}  // namespace storesweep
