// For the codecs of this room only: the values that several messages share, to and from schemas/wire.capnp.
// Reading throws Refused at the first field that breaks a bound; the edge (edge.h) turns it into a Status.
// Pure.
#pragma once

#include <capnp/message.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/wire/wire.h"
#include "schemas/wire.capnp.h"

namespace storesweep::wire {

namespace format = wire_format;

// What a reader does not accept: the field, and why.
struct Refused {
  std::string what;
};

// ---- texts, digests, enumerants

inline capnp::Text::Reader text(const std::string& s) { return {s.data(), s.size()}; }
std::string text(capnp::Text::Reader in, const char* field, std::size_t max_bytes = kMaxTextBytes);
std::string data(capnp::Data::Reader in, const char* field, std::size_t max_bytes);
inline capnp::Data::Reader digest(const Digest& d) {
  return d == Digest{} ? capnp::Data::Reader() : capnp::Data::Reader(d.data(), d.size());
}
Digest digest(capnp::Data::Reader in, const char* field);  // empty: zero

// Our enumerations and the schema's have the same numbers; `last` is the last one that we know.
template <class Theirs, class Ours>
Theirs to_enum(Ours value) {
  return static_cast<Theirs>(static_cast<std::uint16_t>(value));
}
template <class Ours, class Theirs>
Ours from_enum(Theirs value, Ours last, const char* field) {
  const auto number = static_cast<std::uint16_t>(value);
  if (number > static_cast<std::uint16_t>(last)) {
    throw Refused{std::string(field) + ": unknown number " + std::to_string(number)};
  }
  return static_cast<Ours>(number);
}

// ---- lists of texts

inline unsigned size_of(const auto& container) { return static_cast<unsigned>(container.size()); }

void put_texts(capnp::List<capnp::Text>::Builder list, const std::vector<std::string>& values);
std::vector<std::string> texts(capnp::List<capnp::Text>::Reader list, const char* field);

// ---- values; get() names its type by the reader

void put(format::Token::Builder out, const Token& v);
Token get(format::Token::Reader in);
void put(format::Needs::Builder out, const Needs& v);
Needs get(format::Needs::Reader in);
void put(format::DeviceKind::Builder out, const DeviceKind& v);
DeviceKind get(format::DeviceKind::Reader in);
void put(format::Device::Builder out, const Device& v);
Device get(format::Device::Reader in);
void put(format::Listing::Permission::Builder out, const DeclaredPermission& v);
DeclaredPermission get(format::Listing::Permission::Reader in);
void put(format::Listing::Builder out, const Listing& v);
Listing get(format::Listing::Reader in);
void put(format::Running::Builder out, const Running& v);
Running get(format::Running::Reader in);
void put(format::Spooled::Builder out, const Spooled& v);
Spooled get(format::Spooled::Reader in);
void put(format::Blob::Builder out, const BlobRef& v);
BlobRef get(format::Blob::Reader in);
void put(format::Figures::Builder out, const RunFigures& v);
RunFigures get(format::Figures::Reader in);
void put(format::SdkList::Sdk::Builder out, const SdkInRun& v);
SdkInRun get(format::SdkList::Sdk::Reader in);
void put(format::SdkList::Builder out, const SdkList& v);
SdkList get(format::SdkList::Reader in);
void put(format::Offer::Builder out, const LeaseOffer& v);
LeaseOffer get(format::Offer::Reader in);

// ---- lists of values

template <class List, class Values>
void put_each(List list, const Values& values) {
  for (unsigned i = 0; i < list.size(); ++i) put(list[i], values[i]);
}

template <class Value, class List>
std::vector<Value> get_each(List list, const char* field, std::size_t most = kMaxListEntries) {
  if (list.size() > most) {
    throw Refused{std::string(field) + ": " + std::to_string(list.size()) + " entries, at most " +
                  std::to_string(most)};
  }
  std::vector<Value> out;
  out.reserve(list.size());
  for (auto entry : list) out.push_back(get(entry));
  return out;
}

}  // namespace storesweep::wire
