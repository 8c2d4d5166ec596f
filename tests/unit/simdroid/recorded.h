// A recorded ADB connection played against a simulated device of the 4.4 shape: the recorded host's bytes go
// in, the answers come out by stream, in a form in which two devices can be compared. For tests.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "simdroid/server.h"
#include "simdroid/transport.h"
#include "tests/unit/corpus.h"
#include "tests/unit/simdroid/bench_device.h"

namespace storesweep::simdroid {

// The bytes of one direction cut at the lengths that the headers tell, whatever else is wrong with them.
struct Frame {
  Packet packet;
  std::string raw;
};
inline std::vector<Frame> frames(std::string_view bytes) {
  std::vector<Frame> out;
  while (!bytes.empty()) {
    ByteReader reader(as_bytes(bytes));
    Frame frame;
    frame.packet.command = reader.u32();
    frame.packet.arg0 = reader.u32();
    frame.packet.arg1 = reader.u32();
    const std::size_t size = std::min<std::size_t>(kHeaderBytes + reader.u32(), bytes.size());
    frame.raw = bytes.substr(0, size);
    if (size > kHeaderBytes) frame.packet.payload = frame.raw.substr(kHeaderBytes);
    out.push_back(std::move(frame));
    bytes.remove_prefix(size);
  }
  return out;
}

struct Connection {
  std::string host;    // what the host sent
  std::string device;  // what the device answered
};

// What a device said on one stream. Pieces of data are joined: where a pipe was read is chance.
struct StreamAnswer {
  std::string service;
  bool opened = false;
  std::size_t okays = 0;  // of writes
  bool quit = false;      // the host's last write was QUIT: adbd may be gone before it acknowledges that
  std::string data;
  std::string end = "open";  // "closed from 0", "closed from its id", "open"
};
struct Answers {
  std::vector<std::string> connection;  // CNXN and AUTH, in order
  std::vector<StreamAnswer> streams;    // in the order in which the host opened them
  bool dropped = false;
};

// Sorts a device's packets into answers. A stream is known by the host's id until the device closes it, so
// that one host id may be opened twice.
class AnswerSorter {
 public:
  void host_opened(std::uint32_t host_id, std::string service) {
    waiting_.push_back(host_id);
    answers.streams.push_back({std::move(service)});
  }
  void device_said(const Packet& p) {
    if (p.command == kCnxn || p.command == kAuth) {
      answers.connection.push_back(p.command == kAuth ? "AUTH of " + std::to_string(p.payload.size())
                                                      : "CNXN " + p.payload);
      return;
    }
    if (p.command == kOkay && !by_device_.contains(p.arg0) && next_ < answers.streams.size()) {
      by_device_[p.arg0] = next_;
      answers.streams[next_++].opened = true;
    } else if (p.command == kClse && p.arg0 == 0 && next_ < waiting_.size() && waiting_[next_] == p.arg1 &&
               !stream_of(p)) {
      answers.streams[next_++].end = "refused";
    } else if (StreamAnswer* s = stream_of(p)) {
      if (p.command == kOkay) ++s->okays;
      if (p.command == kWrte) s->data += p.payload;
      if (p.command == kClse) s->end = p.arg0 == 0 ? "closed from 0" : "closed from its id";
    }
  }
  // The place of a stream that this device's id belongs to; npos when it is nobody's.
  std::size_t place(std::uint32_t device_id) const {
    auto it = by_device_.find(device_id);
    return it == by_device_.end() ? std::string::npos : it->second;
  }
  std::uint32_t device_id(std::size_t place) const {
    for (const auto& [id, at] : by_device_)
      if (at == place) return id;
    return 0;
  }
  Answers answers;

 private:
  // By the device's id where it says one, else the last opened stream of the host's id that is still open.
  StreamAnswer* stream_of(const Packet& p) {
    if (auto it = by_device_.find(p.arg0); it != by_device_.end()) return &answers.streams[it->second];
    for (std::size_t i = next_; i-- > 0;) {
      if (waiting_[i] == p.arg1 && answers.streams[i].opened && answers.streams[i].end == "open")
        return &answers.streams[i];
    }
    return nullptr;
  }
  std::vector<std::uint32_t> waiting_;  // the host's ids in the order of their OPEN
  std::map<std::uint32_t, std::size_t> by_device_;
  std::size_t next_ = 0;  // the first stream that the device has not answered yet
};

inline std::string service_name(const Packet& open) {
  return open.payload.substr(0, open.payload.find('\0'));
}

inline Answers recorded_answers(const Connection& connection) {
  AnswerSorter sorter;
  for (const Frame& f : frames(connection.host)) {
    if (f.packet.command == kOpen) sorter.host_opened(f.packet.arg0, service_name(f.packet));
  }
  for (const Frame& f : frames(connection.device)) sorter.device_said(f.packet);
  for (const Frame& f : frames(connection.host)) {
    const std::size_t place = sorter.place(f.packet.arg1);
    if (f.packet.command != kWrte || place == std::string::npos) continue;
    sorter.answers.streams[place].quit = f.packet.payload.ends_with(std::string_view("QUIT\0\0\0\0", 8));
  }
  return sorter.answers;
}

// One connection to a device. The recorded host's packets are sent as they were but for the device's ids,
// which are its own affair, and the acknowledgements, which follow the writes that come now.
class Player {
 public:
  Player(BenchDevice& device, Random& random, AuthPolicy auth = {})
      : device_(device), transport_(transport_shape(device->shape()), std::move(auth), *device, random) {}

  Answers play(const Connection& connection) {
    while (!device_->reachable()) device_.wait_ms(kStepMs);
    AnswerSorter old;  // to know whom the recorded host's ids meant
    for (const Frame& f : frames(connection.host)) {
      if (f.packet.command == kOpen) old.host_opened(f.packet.arg0, service_name(f.packet));
      if (f.packet.command == kOkay) acknowledges_ = true;
    }
    for (const Frame& f : frames(connection.device)) old.device_said(f.packet);
    for (const Frame& f : frames(connection.host)) {
      if (!send(f, old)) break;
      let_run(kBetweenMs);
    }
    let_run(kAfterMs);
    sorter_.answers.dropped = transport_.dropped() || went_away_;
    return sorter_.answers;
  }

 private:
  static constexpr std::int64_t kStepMs = 50;
  static constexpr std::int64_t kBetweenMs = 50;
  static constexpr std::int64_t kAfterMs = 400;
  static constexpr std::int64_t kLongestMs = 60'000;

  bool send(const Frame& f, const AnswerSorter& old) {
    const Packet& p = f.packet;
    if (p.command == kOpen) sorter_.host_opened(p.arg0, service_name(p));
    std::string raw = f.raw;
    const bool speaks_of_stream = p.command == kWrte || p.command == kOkay || p.command == kClse;
    if (const std::size_t place = old.place(p.arg1); speaks_of_stream && place != std::string::npos) {
      if (p.command == kOkay) return true;
      // The host answered the device's own close: it has to come first.
      if (p.command == kClse && old.answers.streams[place].end != "open") wait_for_end(place);
      raw.replace(8, 4, little(sorter_.device_id(place)));
    }
    const bool taken = transport_.receive(raw);
    take();
    return taken;
  }
  void wait_for_end(std::size_t place) {
    for (std::int64_t ms = 0; ms < kLongestMs && sorter_.answers.streams[place].end == "open";
         ms += kBetweenMs)
      let_run(kBetweenMs);
  }
  void let_run(std::int64_t ms) {
    for (std::int64_t waited = 0; waited < ms; waited += kStepMs) {
      device_.wait_ms(kStepMs);
      went_away_ |= !device_->reachable();
      take();
    }
  }
  void take() {
    transport_.pump();
    while (transport_.has_output()) {
      for (const Frame& f : frames(transport_.take_output())) {
        sorter_.device_said(f.packet);
        if (f.packet.command != kWrte || !acknowledges_) continue;
        transport_.receive(encode({kOkay, f.packet.arg1, f.packet.arg0, ""}, true));
      }
      transport_.pump();
    }
  }
  static std::string little(std::uint32_t value) {
    std::string out;
    put_little(out, value, 4);
    return out;
  }

  BenchDevice& device_;
  Transport transport_;
  AnswerSorter sorter_;
  bool acknowledges_ = false;
  bool went_away_ = false;
};

}  // namespace storesweep::simdroid
