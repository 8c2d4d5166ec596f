// For the codecs of this room only: bytes to a message reader and back, and the one place where exceptions of
// Cap'n Proto and our Refused become a Status. Pure.
#pragma once

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <cstring>
#include <string>
#include <vector>

#include "common/wire/values.h"

namespace storesweep::wire {

template <class Root, class Value>
Result<std::string> to_bytes(const Value& value, void (*fill)(typename Root::Builder, const Value&)) {
  try {
    capnp::word scratch[512] = {};
    capnp::MallocMessageBuilder message(kj::arrayPtr(scratch, 512));
    fill(message.template initRoot<Root>(), value);
    const std::size_t bytes = capnp::computeSerializedSizeInWords(message) * sizeof(capnp::word);
    if (bytes > kMaxMessageBytes) {
      return exhausted("a message of " + std::to_string(bytes) + " bytes, at most " +
                       std::to_string(kMaxMessageBytes));
    }
    const auto words = capnp::messageToFlatArray(message);
    const auto flat = words.asBytes();
    return std::string(reinterpret_cast<const char*>(flat.begin()), flat.size());
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
  std::vector<capnp::word> words(bytes.size() / sizeof(capnp::word));
  std::memcpy(words.data(), bytes.data(), bytes.size());
  capnp::ReaderOptions options;
  options.traversalLimitInWords = 2 * words.size() + 1024;
  options.nestingLimit = 16;
  try {
    capnp::FlatArrayMessageReader reader(kj::arrayPtr(words.data(), words.size()), options);
    return read(reader.template getRoot<Root>());
  } catch (const kj::Exception& e) {
    return corrupt("not a message: " + std::string(e.getDescription().cStr()));
  } catch (const Refused& e) {
    return corrupt(e.what);
  }
}

}  // namespace storesweep::wire
