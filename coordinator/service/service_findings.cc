// What people ask of findings and say of them.
#include "coordinator/service/findings.h"
#include "coordinator/service/service.h"
#include "coordinator/service/shell.h"

namespace storesweep {
namespace {
Status no_finding(JobId job, const std::string& key) {
  return not_found("the verdict of job " + std::to_string(job.value) + " has no finding " + key +
                   "; `storesweep finding list` shows those there are");
}

bool wanted(const FindingRow& row, const FindingQuery& query) {
  const ResultQuery& r = query.results;
  return (r.rule.empty() || row.finding.rule == r.rule) && (!r.level || row.finding.level == *r.level) &&
         (!query.state || row.standing.state == *query.state);
}

Status date_it(FindingAct& act, const std::string& date, const Workdays& workdays, std::int64_t wall_ms) {
  const auto today = beijing_date(wall_ms);
  const auto notice = date.empty() ? today : date_of(date);
  if (!notice) return invalid("date: wanted a day like 2026-11-24, not `" + date + "`");
  if (*notice > today) return invalid("date: " + date + " is yet to come");
  TRY_ASSIGN(const auto due, workdays.due(*notice));
  act.notice_date = date_text(*notice);
  act.due_date = date_text(due);
  return ok_status();
}
}  // namespace

Result<Page<FindingRow>> Service::findings(const FindingQuery& query, const PageRequest& page,
                                           const Deadline&) {
  ResultQuery results = query.results;
  results.level.reset();  // a rule's item and its findings may stand at different levels
  TRY_ASSIGN(Page<StoredResult> found, parts_.store.results(results, page));
  Page<FindingRow> out;
  out.next = found.next;
  for (const StoredResult& result : found.rows) {
    TRY_ASSIGN(const auto acts, parts_.store.finding_acts({result.job, {}}));
    for (FindingRow& row : findings_of(result, acts)) {
      if (!wanted(row, query)) continue;
      TRY_ASSIGN(row.repeats, earlier_finding(parts_.store, row));
      out.rows.push_back(std::move(row));
    }
  }
  return out;
}

Result<FindingRow> Service::finding(JobId job, const std::string& key, const Deadline&) {
  TRY_ASSIGN(const StoredResult result, parts_.store.result(job));
  TRY_ASSIGN(const auto acts, parts_.store.finding_acts({job, {}}));
  for (FindingRow& row : findings_of(result, acts)) {
    if (row.key != key) continue;
    TRY_ASSIGN(row.repeats, earlier_finding(parts_.store, row));
    return std::move(row);
  }
  return no_finding(job, key);
}

Result<FindingRow> Service::say_of_finding(const FindingOrder& order, const Deadline& deadline) {
  std::lock_guard lock(finding_mutex_);
  TRY_ASSIGN(const FindingRow row, finding(order.job, order.key, deadline));
  TRY_ASSIGN(const StoredResult result, parts_.store.result(order.job));
  ActOnFinding write;
  write.idempotency_key = order.idempotency_key;
  FindingAct& act = write.act;
  act.job = order.job;
  act.sweep = row.sweep;
  act.finding = order.key;
  act.kind = order.kind;
  act.officer = order.officer;
  act.reason = order.reason;
  if (order.kind == ActKind::kOverrule) act.level = order.level;
  act.judgement = result.judgement;
  if (order.kind == ActKind::kNotice) TRY(date_it(act, order.date, options_.workdays, shell_->now().wall_ms));
  const Status fits = admissible(act, row.standing);
  // The same notice again is the answer of then, for whoever repeats a call that broke off.
  if (fits.kind() == ErrorKind::kExists && act.notice_date == row.standing.notice_date) return row;
  TRY(fits);
  TRY(shell_->command(SayOfFinding{std::move(write)}, deadline).status());
  return finding(order.job, order.key, deadline);
}

// The finding's rule, and the version that is to be tested.
Status Service::complete(RetestRequest& request, const Deadline& deadline) {
  TRY_ASSIGN(const FindingRow row, finding(request.job, request.finding, deadline));
  request.rules = {row.finding.rule};
  if (!request.apk_url.empty()) return ok_status();
  const auto now = parts_.store.current_listing(row.listing);
  if (now.ok() && now->id != row.listing.id) request.apk_url = now->apk_url;
  return now.ok() || now.status().kind() == ErrorKind::kNotFound ? ok_status() : now.status();
}

}  // namespace storesweep
