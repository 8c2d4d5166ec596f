#include "common/wire/edge.h"

namespace storesweep {
namespace wire {
namespace {

void fill(format::ToWorker::Builder root, const Welcome& v) {
  auto out = root.initWelcome();
  out.setProtocol(v.protocol);
  out.setLeaseMs(v.lease_ms);
  out.setHeartbeatMs(v.heartbeat_ms);
  put_each(out.initEnded(size_of(v.ended)), v.ended);
  out.setEvidenceBase(text(v.evidence_base));
}
Welcome read(std::uint64_t epoch, format::Welcome::Reader in) {
  return {epoch,
          in.getProtocol(),
          in.getLeaseMs(),
          in.getHeartbeatMs(),
          get_each<Token>(in.getEnded(), "welcome.ended", kMaxEndedTokens),
          text(in.getEvidenceBase(), "welcome.evidenceBase")};
}

void fill(format::ToWorker::Builder root, const Grant& v) {
  auto out = root.initGrant();
  out.setRequest(v.request);
  put_each(out.initLeases(size_of(v.leases)), v.leases);
  out.setRetryMs(v.retry_ms);
}
Grant read(std::uint64_t epoch, format::Grant::Reader in) {
  return {epoch, in.getRequest(), get_each<LeaseOffer>(in.getLeases(), "grant.leases", kMaxLeasesPerWorker),
          in.getRetryMs()};
}

void fill(format::ToWorker::Builder root, const FetchedAnswer& v) {
  auto out = root.initFetchedAnswer();
  put(out.initToken(), v.token);
  out.setAnswer(to_enum<format::FileSetAnswer>(v.answer));
}
FetchedAnswer read(std::uint64_t epoch, format::FetchedAnswer::Reader in) {
  return {epoch, get(in.getToken()),
          from_enum(in.getAnswer(), FileSetAnswer::kEnded, "fetchedAnswer.answer")};
}

void fill(format::ToWorker::Builder root, const HeartbeatAnswer& v) {
  auto out = root.initHeartbeatAnswer();
  out.setSequence(v.sequence);
  put_each(out.initEnded(size_of(v.ended)), v.ended);
}
HeartbeatAnswer read(std::uint64_t epoch, format::HeartbeatAnswer::Reader in) {
  return {epoch, in.getSequence(), get_each<Token>(in.getEnded(), "heartbeatAnswer.ended", kMaxEndedTokens)};
}

void fill(format::ToWorker::Builder root, const Answer& v) {
  auto out = root.initAnswer();
  put(out.initToken(), v.token);
  out.setSequence(v.sequence);
  out.setAnswer(to_enum<format::ReportAnswer>(v.answer));
}
Answer read(std::uint64_t epoch, format::Answer::Reader in) {
  return {epoch, get(in.getToken()), in.getSequence(),
          from_enum(in.getAnswer(), ReportAnswer::kNotLeader, "answer.answer")};
}

void fill(format::ToWorker::Builder root, const WhoAreYou&) { root.setWhoAreYou(); }
void fill(format::ToWorker::Builder root, const Drain&) { root.setDrain(); }

void fill_any(format::ToWorker::Builder root, const ToWorker& message) {
  std::visit(
      [&](const auto& m) {
        root.setEpoch(m.epoch);
        fill(root, m);
      },
      message);
}

ToWorker read_any(format::ToWorker::Reader root) {
  const std::uint64_t epoch = root.getEpoch();
  switch (root.which()) {
    case format::ToWorker::WELCOME:
      return read(epoch, root.getWelcome());
    case format::ToWorker::GRANT:
      return read(epoch, root.getGrant());
    case format::ToWorker::FETCHED_ANSWER:
      return read(epoch, root.getFetchedAnswer());
    case format::ToWorker::HEARTBEAT_ANSWER:
      return read(epoch, root.getHeartbeatAnswer());
    case format::ToWorker::ANSWER:
      return read(epoch, root.getAnswer());
    case format::ToWorker::WHO_ARE_YOU:
      return WhoAreYou{epoch};
    case format::ToWorker::DRAIN:
      return Drain{epoch};
  }
  throw Refused{"a message of a kind that we do not know: " +
                std::to_string(static_cast<std::uint16_t>(root.which()))};
}

void fill_turn(format::ToWorkerTurn::Builder root, std::span<const ToWorker> turn) {
  auto out = root.initMessages(size_of(turn));
  for (unsigned i = 0; i < out.size(); ++i) fill_any(out[i], turn[i]);
}
std::vector<ToWorker> read_turn(format::ToWorkerTurn::Reader root) {
  return read_messages<ToWorker>(root.getMessages(), read_any);
}

}  // namespace
}  // namespace wire

Result<std::string> encode(std::span<const ToWorker> turn) {
  TRY(wire::check_turn(turn.size()));
  return wire::to_bytes<wire_format::ToWorkerTurn>(turn, wire::fill_turn);
}
Result<std::vector<std::string>> encode_all(std::span<const ToWorker> messages) {
  return wire::in_turns(messages);
}
Result<std::vector<ToWorker>> decode_to_worker_untrusted(ByteView turn) {
  return wire::from_bytes<wire_format::ToWorkerTurn>(turn, wire::read_turn);
}

}  // namespace storesweep
