#include "common/wire/edge.h"

namespace storesweep {
namespace wire {
namespace {

// ---- messages

void fill(format::FromWorker::Builder root, const Hello& v) {
  auto out = root.initHello();
  out.setProtocol(v.protocol);
  out.setWorker(text(v.worker));
  out.setIncarnation(v.incarnation);
  out.setEpochSeen(v.epoch_seen);
  put_each(out.initDevices(size_of(v.devices)), v.devices);
  put_each(out.initRunning(size_of(v.running)), v.running);
  put_each(out.initSpooled(size_of(v.spooled)), v.spooled);
  out.setScripted(v.scripted);
}
Hello read(format::Hello::Reader in) {
  Hello v;
  v.protocol = in.getProtocol();
  v.worker = text(in.getWorker(), "hello.worker");
  v.incarnation = in.getIncarnation();
  v.epoch_seen = in.getEpochSeen();
  v.devices = get_each<Device>(in.getDevices(), "hello.devices");
  v.running = get_each<Running>(in.getRunning(), "hello.running");
  v.spooled = get_each<Spooled>(in.getSpooled(), "hello.spooled", kMaxHelloSpooled);
  v.scripted = in.getScripted();
  return v;
}

void fill(format::FromWorker::Builder root, const Ask& v) {
  auto out = root.initAsk();
  out.setIncarnation(v.incarnation);
  out.setRequest(v.request);
  out.setLeases(v.leases);
  put_texts(out.initFreeDevices(size_of(v.free_devices)), v.free_devices);
}
Ask read(format::Ask::Reader in) {
  return {in.getIncarnation(), in.getRequest(), in.getLeases(),
          texts(in.getFreeDevices(), "ask.freeDevices")};
}

void fill(format::FromWorker::Builder root, const Fetched& v) {
  auto out = root.initFetched();
  put(out.initToken(), v.token);
  out.setFileSet(digest(v.file_set));
  put(out.initNeeds(), v.needs);
}
Fetched read(format::Fetched::Reader in) {
  return {get(in.getToken()), digest(in.getFileSet(), "fetched.fileSet"), get(in.getNeeds())};
}

void fill(format::FromWorker::Builder root, const Began& v) { put(root.initBegan().initToken(), v.token); }
Began read(format::Began::Reader in) { return {get(in.getToken())}; }

void fill(format::FromWorker::Builder root, const Heartbeat& v) {
  auto out = root.initHeartbeat();
  out.setIncarnation(v.incarnation);
  out.setSequence(v.sequence);
  put_each(out.initRunning(size_of(v.running)), v.running);
}
Heartbeat read(format::Heartbeat::Reader in) {
  return {in.getIncarnation(), in.getSequence(), get_each<Running>(in.getRunning(), "heartbeat.running")};
}

void fill(format::FromWorker::Builder root, const Report& v) {
  auto out = root.initReport();
  put(out.initToken(), v.token);
  out.setSequence(v.sequence);
  out.setAgain(v.again);
  out.setFileSet(digest(v.file_set));
  put(out.initDevice(), v.device);
  out.setDepth(to_enum<format::Depth>(v.depth));
  put_each(out.initBlobs(size_of(v.blobs)), v.blobs);
  out.setHint({reinterpret_cast<const kj::byte*>(v.hint.data()), v.hint.size()});
  put(out.initFigures(), v.figures);
  if (v.sdks.looked()) put(out.initSdks(), v.sdks);
}
Report read(format::Report::Reader in) {
  Report v;
  v.token = get(in.getToken());
  v.sequence = in.getSequence();
  v.again = in.getAgain();
  v.file_set = digest(in.getFileSet(), "report.fileSet");
  v.device = get(in.getDevice());
  v.depth = from_enum(in.getDepth(), Depth::kLab, "report.depth");
  v.blobs = get_each<BlobRef>(in.getBlobs(), "report.blobs", kMaxBlobsPerReport);
  if (v.blobs.empty()) throw Refused{"report.blobs: none, not even the journal"};
  v.hint = data(in.getHint(), "report.hint", kMaxHintBytes);
  v.figures = get(in.getFigures());
  if (in.hasSdks()) v.sdks = get(in.getSdks());
  return v;
}

void fill(format::FromWorker::Builder root, const Failure& v) {
  auto out = root.initFailure();
  put(out.initToken(), v.token);
  out.setSequence(v.sequence);
  out.setKind(to_enum<format::Failure::Kind>(v.kind));
  out.setReason(to_enum<format::Failure::Reason>(v.reason));
  out.setDetail(text(v.detail));
  out.setDevice(text(v.device));
  out.setFileSet(digest(v.file_set));
}
Failure read(format::Failure::Reader in) {
  Failure v;
  v.token = get(in.getToken());
  v.sequence = in.getSequence();
  v.kind = from_enum(in.getKind(), FailureKind::kEvasion, "failure.kind");
  v.reason = from_enum(in.getReason(), FailureReason::kCancelled, "failure.reason");
  v.detail = text(in.getDetail(), "failure.detail");
  v.device = text(in.getDevice(), "failure.device");
  v.file_set = digest(in.getFileSet(), "failure.fileSet");
  return v;
}

void fill(format::FromWorker::Builder root, const NeedsMore& v) {
  auto out = root.initNeedsMore();
  put(out.initToken(), v.token);
  out.setSequence(v.sequence);
  put(out.initNeeds(), v.needs);
}
NeedsMore read(format::NeedsMore::Reader in) {
  return {get(in.getToken()), in.getSequence(), get(in.getNeeds())};
}

void fill(format::FromWorker::Builder root, const Bye& v) { root.initBye().setIncarnation(v.incarnation); }

void fill_any(format::FromWorker::Builder root, const FromWorker& message) {
  std::visit([&](const auto& m) { fill(root, m); }, message);
}

FromWorker read_any(format::FromWorker::Reader root) {
  switch (root.which()) {
    case format::FromWorker::HELLO:
      return read(root.getHello());
    case format::FromWorker::ASK:
      return read(root.getAsk());
    case format::FromWorker::FETCHED:
      return read(root.getFetched());
    case format::FromWorker::BEGAN:
      return read(root.getBegan());
    case format::FromWorker::HEARTBEAT:
      return read(root.getHeartbeat());
    case format::FromWorker::REPORT:
      return read(root.getReport());
    case format::FromWorker::FAILURE:
      return read(root.getFailure());
    case format::FromWorker::NEEDS_MORE:
      return read(root.getNeedsMore());
    case format::FromWorker::BYE:
      return Bye{root.getBye().getIncarnation()};
  }
  throw Refused{"a message of a kind that we do not know: " +
                std::to_string(static_cast<std::uint16_t>(root.which()))};
}

void fill_turn(format::FromWorkerTurn::Builder root, std::span<const FromWorker> turn) {
  auto out = root.initMessages(size_of(turn));
  for (unsigned i = 0; i < out.size(); ++i) fill_any(out[i], turn[i]);
}
std::vector<FromWorker> read_turn(format::FromWorkerTurn::Reader root) {
  return read_messages<FromWorker>(root.getMessages(), read_any);
}

}  // namespace
}  // namespace wire

Result<std::string> encode(std::span<const FromWorker> turn) {
  TRY(wire::check_turn(turn.size()));
  return wire::to_bytes<wire_format::FromWorkerTurn>(turn, wire::fill_turn);
}
Result<std::vector<std::string>> encode_all(std::span<const FromWorker> messages) {
  return wire::in_turns(messages);
}
Result<std::vector<FromWorker>> decode_from_worker_untrusted(ByteView turn) {
  return wire::from_bytes<wire_format::FromWorkerTurn>(turn, wire::read_turn);
}

Result<std::string> encode_one(const FromWorker& message) {
  return wire::to_bytes<wire_format::FromWorker, const FromWorker&>(message, wire::fill_any);
}
Result<FromWorker> decode_one_untrusted(ByteView bytes) {
  return wire::from_bytes<wire_format::FromWorker>(bytes, wire::read_any);
}

bool good_blob_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxBlobNameBytes || name[0] == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

}  // namespace storesweep
