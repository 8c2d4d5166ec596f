// For the codecs of this room only: bytes to a message reader and back, and the one place where exceptions of
// Cap'n Proto and our Refused become a Status. Pure.
#pragma once

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>
#include <kj/io.h>

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "common/wire/values.h"

namespace storesweep::wire {

inline constexpr std::size_t kScratchWords = 8192;

template <class Root, class Value>
Result<std::string> to_bytes(const Value& value, void (*fill)(typename Root::Builder, Value)) {
  try {
    thread_local capnp::word scratch[kScratchWords] = {};  // the builder leaves it as it must find it: zero
    capnp::MallocMessageBuilder message(kj::arrayPtr(scratch, kScratchWords));
    fill(message.template initRoot<Root>(), value);
    const std::size_t bytes = capnp::computeSerializedSizeInWords(message) * sizeof(capnp::word);
    if (bytes > kMaxMessageBytes) {
      return exhausted("a message of " + std::to_string(bytes) + " bytes, at most " +
                       std::to_string(kMaxMessageBytes));
    }
    std::string out(bytes, '\0');
    kj::ArrayOutputStream stream(kj::arrayPtr(reinterpret_cast<kj::byte*>(out.data()), out.size()));
    capnp::writeMessage(stream, message);
    return out;
  } catch (const kj::Exception& e) {
    return internal("encoding a message: " + std::string(e.getDescription().cStr()));
  }
}

template <class Root, class Value>
Result<Value> from_bytes(ByteView bytes, Value (*read)(typename Root::Reader)) {
  if (bytes.size() > kMaxMessageBytes)
    return corrupt("a message larger than " + std::to_string(kMaxMessageBytes));
  if (bytes.empty() || bytes.size() % sizeof(capnp::word) != 0)
    return corrupt("a message of a broken length");
  // Copied: a ZeroMQ frame may stand at any address, and the reader wants words.
  auto words = kj::heapArray<capnp::word>(bytes.size() / sizeof(capnp::word));
  std::memcpy(static_cast<void*>(words.begin()), bytes.data(), bytes.size());
  capnp::ReaderOptions options;
  options.traversalLimitInWords = 2 * words.size() + 1024;
  options.nestingLimit = 16;
  try {
    capnp::FlatArrayMessageReader reader(words, options);
    return read(reader.template getRoot<Root>());
  } catch (const kj::Exception& e) {
    return corrupt("not a message: " + std::string(e.getDescription().cStr()));
  } catch (const Refused& e) {
    return corrupt(e.what);
  }
}

// ---- turns

inline Status check_turn(std::size_t messages) {
  if (messages <= kMaxTurnMessages) return ok_status();
  return exhausted("a turn of " + std::to_string(messages) + " messages, at most " +
                   std::to_string(kMaxTurnMessages));
}

template <class Message, class List, class Read>
std::vector<Message> read_messages(List list, Read read_one) {
  if (list.size() == 0) throw Refused{"a turn without a message"};
  if (list.size() > kMaxTurnMessages) {
    throw Refused{"a turn of " + std::to_string(list.size()) + " messages, at most " +
                  std::to_string(kMaxTurnMessages)};
  }
  std::vector<Message> out;
  out.reserve(list.size());
  for (auto one : list) out.push_back(read_one(one));
  return out;
}

// Halved until each part fits.
template <class Message>
Result<std::vector<std::string>> in_turns(std::span<const Message> messages) {
  std::vector<std::string> out;
  if (messages.empty()) return out;
  Result<std::string> whole = encode(messages);
  if (whole.ok()) {
    out.push_back(std::move(*whole));
    return out;
  }
  if (messages.size() == 1 || whole.status().kind() != ErrorKind::kExhausted) return whole.status();
  TRY_ASSIGN(out, in_turns(messages.first(messages.size() / 2)));
  TRY_ASSIGN(auto rest, in_turns(messages.subspan(messages.size() / 2)));
  for (std::string& turn : rest) out.push_back(std::move(turn));
  return out;
}

}  // namespace storesweep::wire
