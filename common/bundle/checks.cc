#include "common/bundle/checks.h"

#include <algorithm>
#include <optional>
#include <set>

#include "common/base/hash.h"
#include "common/judge/judge.h"
#include "common/model/amend.h"

namespace storesweep::checks {
namespace {
std::string of_job(const BundleResult& r) {
  return "results/" + std::to_string(r.statement.statement.job.value);
}

Status believed(const std::map<PublicKey, std::string>* known, const PublicKey& key,
                const std::string& what) {
  if (known == nullptr || known->contains(key)) return ok_status();
  return permission(what + " is signed by a key that is not trusted: " + to_hex(key));
}

Status same(const Digest& stated, const std::string& text, const std::string& what) {
  return sha256(text) == stated ? ok_status()
                                : corrupt(what + " is not the one of the coordinator's statement");
}

Status closing_holds(const BundleResult& r, std::size_t i, const TrustedKeys* trusted) {
  const Closing& c = r.closings[i];
  const std::string where = of_job(r) + "/closings.json: entry " + std::to_string(c.number);
  if (c.number < 1 || (c.number == 1) != (c.before == Digest{}))
    return corrupt(where + ": it has no place in a chain");
  if (c.journal != r.statement.statement.runs[i].journal)
    return corrupt(where + ": it closes another journal");
  if (!closing_signed(c)) return corrupt(where + ": its signature is not of these fields");
  TRY(believed(trusted ? &trusted->coordinators : nullptr, c.key, where));
  for (std::size_t k = 0; k < i; ++k) {
    const bool follows = c.number == r.closings[k].number + 1;
    if (c.number == r.closings[k].number || (follows && c.before != closing_digest(r.closings[k])))
      return corrupt(where + ": it does not fit entry " + std::to_string(r.closings[k].number));
  }
  return ok_status();
}

Result<Journal> journal_holds(const BundleResult& r, std::size_t i, const TrustedKeys* trusted) {
  const std::string name = layout::journal_name(r.statement.statement.job, i);
  auto journal = read_journal_untrusted(as_bytes(r.journals[i]));
  if (!journal.ok()) return journal.status().within(name);
  if (!journal->sealed) return corrupt(name + ": its seal is missing");
  if (!journal->signature_valid) return corrupt(name + ": its seal is not signed by the key that it names");
  TRY(believed(trusted ? &trusted->workers : nullptr, journal->header.worker_key, name));
  if (journal->sha256 != r.statement.statement.runs[i].journal)
    return corrupt(name + ": it is not the journal of the coordinator's statement");
  const Closing& c = r.closings[i];
  if (journal->header.token != c.token || journal->header.job != c.job)
    return corrupt(name + ": its closing entry is of another try");
  return journal;
}

// Where two verdicts part.
std::string difference(const Verdict& was, const Verdict& now) {
  std::string out;
  for (const ItemVerdict& item : was.items) {
    const auto other = std::find_if(now.items.begin(), now.items.end(),
                                    [&](const ItemVerdict& i) { return i.rule == item.rule; });
    const bool gone = other == now.items.end();
    if (!gone && other->level == item.level && other->reasons == item.reasons) continue;
    out += (out.empty() ? "" : ", ") + item.rule + " " + std::string(name(item.level)) + " -> " +
           (gone ? "nothing" : std::string(name(other->level)));
  }
  return out.empty() ? "the levels are the same, the findings or what was covered are not" : out;
}
}  // namespace

Status signatures(const BundleResult& r, const TrustedKeys* trusted) {
  const Statement& s = r.statement.statement;
  const std::string where = of_job(r) + "/statement.json";
  if (!statement_signed(r.statement)) return corrupt(where + ": its signature is not of these words");
  TRY(believed(trusted ? &trusted->coordinators : nullptr, r.statement.key, where));
  TRY(same(s.listing, listing_text(r.listing), of_job(r) + "/listing.json"));
  TRY(same(s.verdict, verdict_text(r.verdict), of_job(r) + "/verdict.json"));
  if (s.runs.empty() || s.runs.size() != r.journals.size() || s.runs.size() != r.closings.size())
    return corrupt(of_job(r) + ": it has not one journal and one closing entry for each run");
  for (std::size_t i = 0; i < r.closings.size(); ++i) TRY(closing_holds(r, i, trusted));
  return ok_status();
}

Result<std::vector<Journal>> journals(const BundleResult& r, const TrustedKeys* trusted) {
  std::vector<Journal> out;
  for (std::size_t i = 0; i < r.journals.size(); ++i) {
    TRY_ASSIGN(Journal j, journal_holds(r, i, trusted));
    out.push_back(std::move(j));
  }
  return out;
}

Status blobs(const std::vector<Journal>& journals, const std::map<Digest, std::string>& blobs) {
  for (const Journal& j : journals) {
    for (const Record& r : j.records) {
      if (r.kind != RecordKind::kBlob) continue;
      const auto blob = blobs.find(r.sha256);
      if (blob == blobs.end())
        return not_found("blobs: " + r.name + " (" + to_hex(r.sha256) + "), which record " +
                         std::to_string(r.sequence) + " names, is missing");
      if (blob->second.size() != r.bytes) {
        return corrupt(layout::blob_name(r.sha256, blob->second) + ": it has another size than record " +
                       std::to_string(r.sequence) + ", which names it " + r.name + ", says");
      }
    }
  }
  return ok_status();
}

Status references(const BundleResult& r, const std::vector<Journal>& journals) {
  for (const Finding& f : r.verdict.findings) {
    const std::string where = of_job(r) + "/findings.json: " + f.rule;
    if (f.evidence.empty()) return corrupt(where + " rests on no record");
    for (const EvidenceRef& e : f.evidence) {
      const auto at = std::find_if(journals.begin(), journals.end(),
                                   [&](const Journal& j) { return j.sha256 == e.journal; });
      if (at == journals.end())
        return corrupt(where + " rests on a journal that is not here: " + to_hex(e.journal));
      if (e.record < 1 || e.record > at->records.size())
        return corrupt(where + " rests on record " + std::to_string(e.record) +
                       ", which its journal has not");
    }
  }
  return ok_status();
}

// Rules that were not judged for want of calibration: the verdict says so itself, and accuses nobody by it.
JudgeContext context_of(const Verdict& stated, const std::vector<Journal>& journals) {
  JudgeContext context;
  const auto class_of = [](const Journal& j) {
    return DeviceClass{j.header.fingerprint, j.header.device_kind, j.header.worker_version};
  };
  for (const ItemVerdict& item : stated.items) {
    if (item.reasons != std::vector{Reason::kNotCalibrated}) continue;
    for (const Journal& j : journals) context.dark.push_back({class_of(j), item.rule});
  }
  // A second run that was not to be believed left its finding unconfirmed; one that could not test it, too.
  for (const Finding& f : stated.findings) {
    const bool alone = std::any_of(f.missing.begin(), f.missing.end(), [](Missing m) {
      return m == Missing::kConfirmation || m == Missing::kSingleDevice;
    });
    const auto own = std::find_if(journals.begin(), journals.end(), [&](const Journal& j) {
      return !f.evidence.empty() && j.sha256 == f.evidence[0].journal;
    });
    if (!alone || own == journals.end()) continue;
    for (const Journal& j : journals) {
      if (class_of(j) != class_of(*own)) context.dark.push_back({class_of(j), f.rule});
    }
  }
  return context;
}

Status judged_again(const layout::OpenedResult& opened) {
  const BundleResult& r = *opened.result;
  const Statement& s = r.statement.statement;
  if (r.verdict.judge_version != kJudgeVersion) {
    return unsupported(of_job(r) + "/verdict.json was judged by version " + r.verdict.judge_version +
                       " of the judge; this program has " + std::string(kJudgeVersion) +
                       ": verify it with the program of that version, or judge it again first");
  }
  std::vector<RunOrder> orders;
  for (const Statement::Run& run : s.runs) orders.push_back({run.run, run.base_run, run.rules, {}});
  const std::vector<JudgeStep> steps = judge_steps(orders);
  std::vector<Verdict> judged;
  for (const JudgeStep& step : steps) {
    std::vector<Journal> together;
    for (std::size_t i : step.runs) together.push_back(opened.journals.at(i));
    auto verdict = judge(together, r.listing, *opened.pack, context_of(r.verdict, opened.journals));
    if (!verdict.ok()) return verdict.status().within(of_job(r) + ": judged again");
    judged.push_back(*std::move(verdict));
  }
  const Verdict again = fold_steps(orders, steps, std::move(judged), r.verdict);
  if (verdict_text(again) == verdict_text(r.verdict)) return ok_status();
  return corrupt(
      of_job(r) +
      "/verdict.json: its journals, judged again with the rule pack in here, give another verdict: " +
      difference(r.verdict, again));
}

}  // namespace storesweep::checks
