#include "coordinator/judging/request.h"

#include "common/base/text.h"
#include "common/evidence/journal.h"
#include "common/evidence/listing_json.h"
#include "common/evidence/verdict_codec.h"
#include "coordinator/judging/claim.h"
#include "coordinator/judging/frame.h"

namespace storesweep {
namespace {

// What another app did is not to be laid at this one's door.
Status check_package(const JournalHeader& header, const Listing& listing) {
  const bool known = listing.subject == SubjectKind::kApp && !listing.package.empty();
  if (!known || header.package == listing.package) return ok_status();
  return invalid("the journal is of " + header.package.substr(0, 200) + ", the listing of " +
                 listing.package);
}

constexpr std::size_t kPartsADarkRule = 5;

// "single_device" or nothing, then five parts for each dark rule.
std::string encode_context(const JudgeContext& context) {
  std::vector<std::string> apis;
  for (const DarkRule& d : context.dark) apis.push_back(std::to_string(d.where.kind.api));
  std::vector<std::string_view> parts{context.single_device ? "single_device" : ""};
  for (std::size_t i = 0; i < apis.size(); ++i) {
    const DarkRule& d = context.dark[i];
    parts.insert(parts.end(),
                 {d.rule, d.where.fingerprint, d.where.kind.device_class, apis[i], d.where.tools});
  }
  return encode_parts(parts);
}

Result<JudgeContext> decode_context(std::string_view bytes) {
  TRY_ASSIGN(const auto parts, decode_parts(bytes));
  if (parts.size() % kPartsADarkRule != 1) return corrupt("a judge's context has one part and five a rule");
  JudgeContext context;
  context.single_device = parts[0] == "single_device";
  for (std::size_t i = 1; i < parts.size(); i += kPartsADarkRule) {
    DarkRule d;
    d.rule = parts[i];
    d.where.fingerprint = parts[i + 1];
    d.where.kind = {std::string(parts[i + 2]), parse_int<int>(parts[i + 3]).value_or(0)};
    d.where.tools = parts[i + 4];
    context.dark.push_back(std::move(d));
  }
  return context;
}

Result<Verdict> judge_parts(const std::vector<std::string_view>& parts, const RulePack& pack) {
  if (parts.size() < 4 || parts.size() > 3 + kMaxJournalsPerVerdict)
    return invalid("a request has 1 to 8 journals");
  TRY_ASSIGN(Listing listing, listing_from_json_untrusted(parts[0]));
  TRY_ASSIGN(const JudgeContext context, decode_context(parts[1]));
  std::vector<Journal> journals;
  for (std::size_t i = 3; i < parts.size(); ++i) {
    auto journal = read_journal_untrusted(as_bytes(parts[i]));
    if (!journal.ok()) return journal.status().within("journal " + std::to_string(i - 2));
    TRY(check_package(journal->header, listing));
    journals.push_back(*std::move(journal));
  }
  if (!parts[2].empty()) TRY(check_claim(parts[2], journals.back().header));
  return judge(journals, listing, pack, context);
}

ErrorKind kind_named(std::string_view name) {
  for (int k = 1; k <= static_cast<int>(ErrorKind::kInternal); ++k) {
    if (error_name(static_cast<ErrorKind>(k)) == name) return static_cast<ErrorKind>(k);
  }
  return ErrorKind::kCorrupt;
}

}  // namespace

std::string encode_request(const JudgeRequest& request) {
  std::string listing = listing_to_json(request.listing);
  const std::string context = encode_context(request.context);
  std::vector<std::string_view> parts = {listing, context, request.claim};
  parts.insert(parts.end(), request.journals.begin(), request.journals.end());
  return encode_frame(parts);
}

std::string answer_request(std::string_view body, const RulePack& pack) {
  auto parts = decode_parts(body);
  auto verdict = parts.ok() ? judge_parts(*parts, pack) : Result<Verdict>(parts.status());
  if (!verdict.ok()) return encode_frame({error_name(verdict.status().kind()), verdict.status().message()});
  std::string bytes = encode_verdict(*verdict);
  return encode_frame({"ok", bytes});
}

Result<Verdict> decode_answer(std::string_view body) {
  TRY_ASSIGN(auto parts, decode_parts(body));
  if (parts.size() != 2) return corrupt("a judge's answer has two parts");
  if (parts[0] == "ok") return decode_verdict_untrusted(parts[1]);
  return Status(kind_named(parts[0]), std::string(parts[1]));
}

}  // namespace storesweep
