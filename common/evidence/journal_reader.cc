#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <algorithm>

#include "common/evidence/format.h"
#include "common/evidence/journal.h"
#include "schemas/evidence.capnp.h"

namespace storesweep {
namespace {

std::string text(capnp::Text::Reader t) { return {t.begin(), t.size()}; }
std::string bytes_of(capnp::Data::Reader d) { return {reinterpret_cast<const char*>(d.begin()), d.size()}; }

template <std::size_t N>
Status copy_exactly(capnp::Data::Reader from, std::array<std::uint8_t, N>& to, const char* field) {
  if (from.size() != N) return corrupt(std::string(field) + ": wrong length");
  std::copy(from.begin(), from.end(), to.begin());
  return ok_status();
}

Status read_header(format::Header::Reader in, JournalHeader& h) {
  if (in.getVersion() != 1) return unsupported("journal version " + std::to_string(in.getVersion()));
  h.token = {in.getEpoch(), in.getN()};
  h.job = JobId(in.getJob());
  h.worker = text(in.getWorker());
  TRY(copy_exactly(in.getWorkerKey(), h.worker_key, "worker key"));
  for (auto id : in.getKeyIds()) h.key_ids.push_back(text(id));
  h.device = text(in.getDevice());
  h.device_kind = {text(in.getDeviceClass()), in.getApi()};
  h.fingerprint = text(in.getFingerprint());
  h.clock_rate_permille = in.getClockRatePermille();
  if (in.getDepth() > 1) return corrupt("unknown depth");
  h.depth = static_cast<Depth>(in.getDepth());
  for (auto rule : in.getOnlyRules()) h.only_rules.push_back(text(rule));
  TRY(copy_exactly(in.getFileSet(), h.file_set, "file set"));
  h.package = text(in.getPackage());
  h.started_wall_ms = in.getStartedWallMs();
  h.device_start_ms = in.getDeviceStartMs();
  h.device_zone_minutes = in.getDeviceZoneMinutes();
  h.worker_version = text(in.getWorkerVersion());
  h.scripted = in.getScripted();
  return ok_status();
}

Status read_record(format::Record::Reader in, Record& r) {
  r.sequence = in.getSequence();
  r.host_ms = in.getHostMs();
  r.device_ms = in.getDeviceMs();
  if (in.getPhase() > 12) return corrupt("unknown phase");
  r.phase = static_cast<Phase>(in.getPhase());
  auto kind = static_cast<std::uint16_t>(in.getKind());
  if (kind > static_cast<std::uint16_t>(RecordKind::kAttest)) return corrupt("unknown kind of record");
  r.kind = static_cast<RecordKind>(kind);
  r.name = text(in.getName());
  r.data = bytes_of(in.getData());
  if (r.kind == RecordKind::kBlob) TRY(copy_exactly(in.getSha256(), r.sha256, "sha256"));
  r.bytes = in.getBytes();
  r.count = in.getCount();
  r.took_ms = in.getTookMs();
  if (std::max(r.device_ms, r.took_ms) > kMaxJournalTimeMs || r.device_ms < -kMaxJournalTimeMs ||
      r.took_ms < -1)
    return corrupt("a record's time is out of bounds");
  r.reason = text(in.getReason());
  return ok_status();
}

Status read_seal(format::Seal::Reader in, const Digest& chain, Journal& journal) {
  if (in.getRecords() != journal.records.size()) return corrupt("the seal counts other records");
  Digest claimed{};
  TRY(copy_exactly(in.getChain(), claimed, "chain"));
  if (claimed != chain) return corrupt("the seal names another chain");
  journal.sealed = true;
  journal.complete = in.getComplete();
  journal.incomplete_reason = text(in.getReason());
  for (auto s : in.getSignatures()) {
    auto signature = s.getBytes();
    if (text(s.getAlgorithm()) == "ed25519" &&
        verify_ed25519(journal.header.worker_key, as_bytes(seal_message(chain)),
                       {signature.begin(), signature.size()})) {
      journal.signature_valid = true;
    }
  }
  return ok_status();
}

// One frame's message, behind `chain`. Flat messages are read from aligned words: the file is copied when it
// is not.
Status read_message(ByteView message, const Digest& chain_before, Journal& journal, bool first) {
  std::vector<capnp::word> words(message.size() / 8);
  std::memcpy(words.data(), message.data(), message.size());
  capnp::ReaderOptions options;
  options.traversalLimitInWords = 2 * words.size() + 1024;
  try {
    capnp::FlatArrayMessageReader reader(kj::ArrayPtr<const capnp::word>(words.data(), words.size()),
                                         options);
    auto frame = reader.getRoot<format::Frame>();
    if (first != frame.isHeader()) return corrupt(first ? "no header" : "a second header");
    switch (frame.which()) {
      case format::Frame::HEADER:
        return read_header(frame.getHeader(), journal.header);
      case format::Frame::SEAL:
        return read_seal(frame.getSeal(), chain_before, journal);
      case format::Frame::RECORD:
        break;
      default:
        return corrupt("unknown frame");
    }
    if (journal.records.size() == kMaxJournalRecords) return exhausted("more than a million records");
    TRY(read_record(frame.getRecord(), journal.records.emplace_back()));
    if (journal.records.back().sequence != journal.records.size()) return corrupt("wrong sequence");
    return ok_status();
  } catch (const kj::Exception& e) {
    return corrupt(std::string("not a Cap'n Proto message: ") + e.getDescription().cStr());
  }
}

}  // namespace

Result<Journal> read_journal_untrusted(ByteView file) {
  if (file.size() > kMaxJournalBytes) return exhausted("a journal may have 256 MiB at most");
  ByteReader reader(file);
  if (as_text(reader.take(8)) != kJournalMagic)
    return corrupt("not a journal: its first 8 bytes are not SSJRNL");
  Journal journal;
  Digest chain{};
  for (std::size_t frame = 0; reader.left() > 0; ++frame) {
    std::string where = "frame " + std::to_string(frame);
    if (journal.sealed) return corrupt(where + ": stands behind the seal");
    std::uint64_t length = reader.u64();
    if (length > kMaxFrameBytes || length % 8 != 0) return corrupt(where + ": impossible length");
    ByteView message = reader.take(length);
    ByteView claimed = reader.take(32);
    if (!reader.ok()) {
      // Cut off within a frame: what stands before it is whole.
      if (frame == 0) return corrupt("cut off within its header");
      break;
    }
    Digest next = next_chain(chain, message);
    if (!std::equal(next.begin(), next.end(), claimed.begin())) {
      return corrupt(where + ": a byte was changed (the hash chain breaks here)");
    }
    if (Status s = read_message(message, chain, journal, frame == 0); !s.ok()) return s.within(where);
    chain = next;
  }
  if (journal.header.worker.empty() && journal.records.empty() && chain == Digest{})
    return corrupt("no header");
  journal.sha256 = sha256(file);
  return journal;
}

}  // namespace storesweep
