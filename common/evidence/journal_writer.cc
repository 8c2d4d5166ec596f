#include <capnp/message.h>
#include <capnp/serialize.h>
#include <fcntl.h>
#include <kj/exception.h>
#include <unistd.h>

#include <cerrno>

#include "common/base/file.h"
#include "common/base/own_disk.h"
#include "common/evidence/format.h"
#include "common/evidence/journal.h"
#include "schemas/evidence.capnp.h"

namespace storesweep {
namespace {

std::string flat(capnp::MallocMessageBuilder& message) {
  auto words = capnp::messageToFlatArray(message);
  auto bytes = words.asBytes();
  return {reinterpret_cast<const char*>(bytes.begin()), bytes.size()};
}

capnp::Text::Reader text(const std::string& s) { return {s.data(), s.size()}; }
capnp::Data::Reader as_data(ByteView b) { return {b.data(), b.size()}; }

void fill(format::Header::Builder out, const JournalHeader& h) {
  out.setVersion(1);
  out.setEpoch(h.token.epoch);
  out.setN(h.token.n);
  out.setJob(h.job.value);
  out.setWorker(text(h.worker));
  out.setWorkerKey(as_data(h.worker_key));
  auto ids = out.initKeyIds(static_cast<unsigned>(h.key_ids.size()));
  for (unsigned i = 0; i < ids.size(); ++i) ids.set(i, text(h.key_ids[i]));
  out.setDevice(text(h.device));
  out.setDeviceClass(text(h.device_kind.device_class));
  out.setApi(h.device_kind.api);
  out.setFingerprint(text(h.fingerprint));
  out.setClockRatePermille(h.clock_rate_permille);
  out.setDepth(static_cast<std::uint8_t>(h.depth));
  auto rules = out.initOnlyRules(static_cast<unsigned>(h.only_rules.size()));
  for (unsigned i = 0; i < rules.size(); ++i) rules.set(i, text(h.only_rules[i]));
  out.setFileSet(as_data(h.file_set));
  out.setPackage(text(h.package));
  out.setStartedWallMs(h.started_wall_ms);
  out.setDeviceStartMs(h.device_start_ms);
  out.setDeviceZoneMinutes(h.device_zone_minutes);
  out.setWorkerVersion(text(h.worker_version));
  out.setScripted(h.scripted);
}

void fill(format::Record::Builder out, const Record& r) {
  out.setSequence(r.sequence);
  out.setHostMs(r.host_ms);
  out.setDeviceMs(r.device_ms);
  out.setPhase(static_cast<std::uint8_t>(r.phase));
  out.setKind(static_cast<format::Kind>(r.kind));
  out.setName(text(r.name));
  out.setData(as_data(as_bytes(r.data)));
  if (r.kind == RecordKind::kBlob) out.setSha256(as_data(r.sha256));
  out.setBytes(r.bytes);
  out.setCount(r.count);
  out.setTookMs(r.took_ms);
  out.setReason(text(r.reason));
}

}  // namespace

Result<JournalWriter> JournalWriter::create(const std::string& path, const JournalHeader& header) {
  JournalWriter w;
  w.path_ = path;
  w.fd_ = Fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!w.fd_) return own_disk(errno_status(path, errno));
  w.key_ids_ = header.key_ids;
  std::string start(kJournalMagic);
  TRY(own_disk(write_all(w.fd_.get(), start, path)));
  w.whole_.add(start);
  w.bytes_ = start.size();
  capnp::MallocMessageBuilder message;
  fill(message.initRoot<format::Frame>().initHeader(), header);
  TRY(w.write_frame(flat(message)));
  return w;
}

Status JournalWriter::append(Record record) {
  if (record.data.size() + 4096 > kMaxFrameBytes)
    return exhausted(path_ + ": a record may have 16 MiB at most");
  if (records_ == kMaxJournalRecords) return exhausted(path_ + ": full: a million records");
  record.sequence = records_ + 1;
  capnp::MallocMessageBuilder message(static_cast<unsigned>(record.data.size() / 8 + 256));
  fill(message.initRoot<format::Frame>().initRecord(), record);
  TRY(write_frame(flat(message)));
  ++records_;
  return ok_status();
}

Result<SealedJournal> JournalWriter::seal(const JournalSeal& seal, const SigningKey& key) {
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<format::Frame>().initSeal();
  out.setComplete(seal.complete);
  out.setReason(text(seal.reason));
  out.setRecords(records_);
  out.setEndedHostMs(seal.ended_host_ms);
  out.setChain(as_data(chain_));
  auto signature = out.initSignatures(1)[0];
  Signature bytes = sign_ed25519(key, as_bytes(seal_message(chain_)));
  signature.setKeyId(text(key_ids_.empty() ? std::string("worker") : key_ids_.front()));
  signature.setAlgorithm("ed25519");
  signature.setBytes(as_data(bytes));
  TRY(write_frame(flat(message)));
  if (fsync(fd_.get()) != 0) return own_disk(errno_status(path_, errno));
  return SealedJournal{whole_.finish(), bytes_, records_};
}

Status JournalWriter::write_frame(std::string_view message) {
  if (bytes_ + message.size() + kFrameOverhead > kMaxJournalBytes)
    return exhausted(path_ + ": full: 256 MiB");
  chain_ = next_chain(chain_, as_bytes(message));
  std::string frame;
  frame.reserve(message.size() + kFrameOverhead);
  put_little(frame, message.size(), 8);
  frame += message;
  frame += as_text(chain_);
  TRY(own_disk(write_all(fd_.get(), frame, path_)));
  whole_.add(frame);
  bytes_ += frame.size();
  return ok_status();
}

}  // namespace storesweep
