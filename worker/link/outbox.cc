#include "worker/link/outbox.h"

#include <algorithm>
#include <utility>

namespace storesweep::link {
namespace {
FromWorker as_message(const Outcome& outcome, bool again) {
  if (const Report* report = std::get_if<Report>(&outcome)) {
    Report copy = *report;
    copy.again = again;
    return copy;
  }
  if (const Failure* failure = std::get_if<Failure>(&outcome)) return *failure;
  return std::get<NeedsMore>(outcome);
}
Digest file_set_of(const Outcome& outcome) {
  if (const Report* report = std::get_if<Report>(&outcome)) return report->file_set;
  if (const Failure* failure = std::get_if<Failure>(&outcome)) return failure->file_set;
  return {};
}
}  // namespace

void Outbox::add(Outcome outcome, bool may_have_been_sent) {
  const TokenKey token = key(token_of(outcome));
  if (auto old = by_token_.find(token); old != by_token_.end()) entries_.erase(old->second);
  Entry entry;
  entry.step = std::holds_alternative<Report>(outcome) ? Step::kToUpload : Step::kToSend;
  entry.again = may_have_been_sent;
  entry.outcome = std::move(outcome);
  by_token_[token] = sequence_of(entry.outcome);
  entries_[sequence_of(entry.outcome)] = std::move(entry);
}

Outbox::Entry* Outbox::find(const Token& token) {
  auto at = by_token_.find(key(token));
  if (at == by_token_.end()) return nullptr;
  Entry& entry = entries_.at(at->second);
  return token_of(entry.outcome) == token ? &entry : nullptr;
}

bool Outbox::has(const Token& token) const { return by_token_.contains(key(token)); }

Stage Outbox::stage(const Token& token) const {
  const Entry& entry = entries_.at(by_token_.at(key(token)));
  const bool uploads = entry.step == Step::kToUpload || entry.step == Step::kUploading;
  return uploads ? Stage::kUploading : Stage::kReporting;
}

std::vector<Spooled> Outbox::named() const {
  std::vector<Spooled> out;
  for (const auto& [sequence, entry] : entries_) {
    if (out.size() == kMaxSpooledNamed) break;
    out.push_back({token_of(entry.outcome), file_set_of(entry.outcome), sequence});
  }
  return out;
}

std::int64_t Outbox::pause(Entry& entry, std::int64_t first, std::int64_t longest) const {
  entry.pause_ms = entry.pause_ms == 0 ? first : std::min(entry.pause_ms * 2, longest);
  return entry.pause_ms;
}

void Outbox::uploaded(const Token& token, UploadEnd end, std::int64_t now) {
  Entry* entry = find(token);
  if (entry == nullptr || entry->step != Step::kUploading) return;
  if (end == UploadEnd::kLater) {
    entry->step = Step::kToUpload;
    entry->due_ms = now + pause(*entry, times_.upload_again_ms, times_.upload_again_max_ms);
    return;
  }
  entry->step = Step::kToSend;
  entry->due_ms = now;
  entry->pause_ms = 0;
}

void Outbox::welcomed() {
  for (auto& [sequence, entry] : entries_) {
    if (entry.step == Step::kUploading) continue;
    entry.due_ms = 0;
    entry.pause_ms = 0;
  }
}

std::vector<OutboxAction> Outbox::answered(const Answer& answer, std::int64_t now) {
  Entry* entry = find(answer.token);
  if (entry == nullptr || sequence_of(entry->outcome) != answer.sequence) return {};
  if (answer.answer == ReportAnswer::kAcknowledged || answer.answer == ReportAnswer::kEnded) {
    by_token_.erase(key(answer.token));
    entries_.erase(answer.sequence);
    return {DropEntry{answer.token, answer.sequence, answer.answer}};
  }
  if (entry->step != Step::kSent) return {};  // a repeated answer; its blobs are on their way
  const bool upload =
      answer.answer == ReportAnswer::kEvidenceMissing && std::holds_alternative<Report>(entry->outcome);
  entry->step = upload ? Step::kToUpload : Step::kToSend;
  entry->again = false;  // this sending was answered
  entry->pause_ms = entry->refusal_pause_ms;
  entry->due_ms = now + pause(*entry, times_.upload_again_ms, times_.upload_again_max_ms);
  entry->refusal_pause_ms = std::exchange(entry->pause_ms, 0);
  return {};
}

void Outbox::send(Entry& entry, std::int64_t now, std::vector<OutboxAction>& out) {
  out.emplace_back(as_message(entry.outcome, entry.again));
  entry.step = Step::kSent;
  entry.again = true;
  entry.due_ms = now + pause(entry, times_.report_again_ms, times_.report_again_max_ms);
}

std::vector<OutboxAction> Outbox::advance(std::int64_t now) {
  std::vector<OutboxAction> out;
  std::size_t in_flight = 0, uploads = 0;
  for (const auto& [sequence, entry] : entries_) {
    in_flight += entry.step == Step::kSent ? 1 : 0;
    uploads += entry.step == Step::kUploading ? 1 : 0;
  }
  for (auto& [sequence, entry] : entries_) {
    if (entry.due_ms > now) continue;
    if (entry.step == Step::kSent) {
      send(entry, now, out);
    } else if (entry.step == Step::kToSend && in_flight < kReportsInFlight) {
      ++in_flight;
      send(entry, now, out);
    } else if (entry.step == Step::kToUpload && uploads < kUploadsAtOnce) {
      ++uploads;
      entry.step = Step::kUploading;
      out.emplace_back(UploadBlobs{token_of(entry.outcome), sequence});
    }
  }
  return out;
}

std::int64_t Outbox::next_due() const {
  std::int64_t due = kNever;
  std::size_t in_flight = 0, uploads = 0;
  for (const auto& [sequence, entry] : entries_) {
    in_flight += entry.step == Step::kSent ? 1 : 0;
    uploads += entry.step == Step::kUploading ? 1 : 0;
  }
  for (const auto& [sequence, entry] : entries_) {
    const bool held = entry.step == Step::kUploading ||
                      (entry.step == Step::kToUpload && uploads >= kUploadsAtOnce) ||
                      (entry.step == Step::kToSend && in_flight >= kReportsInFlight);
    if (!held) due = std::min(due, entry.due_ms);
  }
  return due;
}

}  // namespace storesweep::link
