#include "tests/bench/turns.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>
#include <kj/io.h>

#include <algorithm>
#include <cstring>

#include "schemas/wire.capnp.h"

namespace storesweep::bench {
namespace {
namespace format = wire_format;

constexpr std::size_t kScratchWords = 8192;

capnp::Text::Reader text(const std::string& s) { return {s.data(), s.size()}; }

void put(format::Token::Builder out, const Token& t) {
  out.setEpoch(t.epoch);
  out.setN(t.n);
  out.setIncarnation(t.incarnation);
  out.setJob(t.job.value);
  out.setWorker(text(t.worker));
  out.setMac({t.mac.data(), t.mac.size()});
}

Token token_of(format::Token::Reader in) {
  Token t{in.getEpoch(), in.getN(), in.getIncarnation(), JobId(in.getJob()), {}, {}};
  const auto worker = in.getWorker();
  t.worker.assign(worker.begin(), worker.size());
  const auto mac = in.getMac();
  std::copy_n(mac.begin(), std::min<std::size_t>(mac.size(), t.mac.size()), t.mac.begin());
  return t;
}
}  // namespace

std::string done_and_next(std::span<const Token> done, std::uint64_t first_sequence,
                          const std::string& detail, const std::string& device,
                          const std::optional<Ask>& next) {
  thread_local capnp::word scratch[kScratchWords] = {};  // the builder leaves it zero
  capnp::MallocMessageBuilder message(kj::arrayPtr(scratch, kScratchWords));
  const auto n = static_cast<unsigned>(done.size());
  auto turn = message.initRoot<format::FromWorkerTurn>().initMessages(n + (next ? 1 : 0));
  for (unsigned i = 0; i < n; ++i) {
    auto failure = turn[i].initFailure();
    put(failure.initToken(), done[i]);
    failure.setSequence(first_sequence + i);
    failure.setKind(format::Failure::Kind::INFRASTRUCTURE);
    failure.setReason(format::Failure::Reason::FETCH);
    failure.setDetail(text(detail));
    failure.setDevice(text(device));
  }
  if (next) {
    auto ask = turn[n].initAsk();
    ask.setIncarnation(next->incarnation);
    ask.setRequest(next->request);
    ask.setLeases(next->leases);
    auto devices = ask.initFreeDevices(static_cast<unsigned>(next->free_devices.size()));
    for (unsigned i = 0; i < devices.size(); ++i) devices.set(i, text(next->free_devices[i]));
  }
  std::string out(capnp::computeSerializedSizeInWords(message) * sizeof(capnp::word), '\0');
  kj::ArrayOutputStream stream(kj::arrayPtr(reinterpret_cast<kj::byte*>(out.data()), out.size()));
  capnp::writeMessage(stream, message);
  return out;
}

std::optional<Heard> heard_untrusted(ByteView bytes, std::uint64_t request) {
  if (bytes.empty() || bytes.size() % sizeof(capnp::word) != 0) return std::nullopt;
  auto words = kj::heapArray<capnp::word>(bytes.size() / sizeof(capnp::word));
  std::memcpy(static_cast<void*>(words.begin()), bytes.data(), bytes.size());
  try {
    capnp::FlatArrayMessageReader reader(words);
    Heard heard;
    for (auto one : reader.getRoot<format::ToWorkerTurn>().getMessages()) {
      if (one.isAnswer()) {
        if (one.getAnswer().getAnswer() == format::ReportAnswer::ACKNOWLEDGED) ++heard.acknowledged;
      } else if (one.isGrant()) {
        const auto grant = one.getGrant();
        if (grant.getRequest() != request) continue;
        heard.granted = true;
        heard.retry_ms = grant.getRetryMs();
        heard.leases.reserve(grant.getLeases().size());
        for (auto offer : grant.getLeases()) heard.leases.push_back(token_of(offer.getToken()));
      } else {
        return std::nullopt;
      }
    }
    return heard;
  } catch (const kj::Exception&) {
    return std::nullopt;
  }
}

}  // namespace storesweep::bench
