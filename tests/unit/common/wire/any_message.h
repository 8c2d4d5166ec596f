// Messages with every field filled at random: what a round trip must give back. For tests; pure.
#pragma once

#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/model/messages.h"

namespace storesweep {

class AnyMessage {
 public:
  explicit AnyMessage(std::uint64_t seed) : random_(seed) {}

  FromWorker from_worker() {
    switch (random_.below(9)) {
      case 0:
        return Hello{u32(),
                     text(),
                     u64(),
                     u64(),
                     many<Device>([&] { return device(); }),
                     many<Running>([&] { return running(); }),
                     many<Spooled>([&] { return spooled(); }),
                     flag()};
      case 1:
        return Ask{u64(), u64(), u32(), texts()};
      case 2:
        return Fetched{token(), digest(), needs()};
      case 3:
        return Began{token()};
      case 4:
        return Heartbeat{u64(), u64(), many<Running>([&] { return running(); })};
      case 5:
        return report();
      case 6:
        return Failure{token(), u64(), any<FailureKind>(4), any<FailureReason>(11), text(), text(), digest()};
      case 7:
        return NeedsMore{token(), u64(), needs()};
      default:
        return Bye{u64()};
    }
  }
  ToWorker to_worker() {
    switch (random_.below(7)) {
      case 0:
        return Welcome{u64(), u32(), i64(), i64(), many<Token>([&] { return token(); }), text()};
      case 1:
        return Grant{u64(), u64(), many<LeaseOffer>([&] { return offer(); }), i64()};
      case 2:
        return FetchedAnswer{u64(), token(), any<FileSetAnswer>(5)};
      case 3:
        return HeartbeatAnswer{u64(), u64(), many<Token>([&] { return token(); })};
      case 4:
        return Answer{u64(), token(), u64(), any<ReportAnswer>(4)};
      case 5:
        return WhoAreYou{u64()};
      default:
        return Drain{u64()};
    }
  }
  std::vector<FromWorker> from_worker_turn() {
    std::vector<FromWorker> turn{from_worker()};
    while (flag()) turn.push_back(from_worker());
    return turn;
  }
  std::vector<ToWorker> to_worker_turn() {
    std::vector<ToWorker> turn{to_worker()};
    while (flag()) turn.push_back(to_worker());
    return turn;
  }
  Report report() {
    Report r{token(), u64(), flag(), digest(), device(), any<Depth>(2), {}, text(), {}, {}};
    for (std::uint64_t n = 1 + random_.below(4); n > 0; --n)
      r.blobs.push_back({"blob-" + std::to_string(n), digest(), u64()});
    for (auto& ms : r.figures.phase_ms) ms = figure();
    r.figures.commands = figure(), r.figures.bytes_from_device = figure(),
    r.figures.bytes_to_device = figure();
    r.figures.events = figure(), r.figures.events_lost = figure(), r.figures.crashes = figure();
    r.figures.anrs = figure(), r.figures.screens = figure(), r.figures.fetch_ms = figure();
    r.figures.device_ms = figure();
    if (flag()) r.sdks = {"2026.11.24", many<SdkInRun>([&] { return SdkInRun{text(), "1.2"}; }), u32()};
    return r;
  }
  LeaseOffer offer() {
    LeaseOffer o{token(), any<JobKind>(3), SweepId(i64()), u32(), listing(), any<Depth>(2), texts(),
                 needs(), text(),          texts(),        {},    {},        text(),        i64()};
    if (flag()) o.on_kind = kind();
    if (flag()) o.file_set = digest();
    return o;
  }

 private:
  std::uint64_t u64() { return random_.next_u64(); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(u64()); }
  std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  std::int64_t figure() { return static_cast<std::int64_t>(random_.below(1u << 30)); }
  bool flag() { return random_.below(2) == 0; }
  template <class E>
  E any(std::uint64_t count) {
    return static_cast<E>(random_.below(count));
  }
  template <class V, class Make>
  std::vector<V> many(Make make) {
    std::vector<V> out;
    for (std::uint64_t n = random_.below(4); n > 0; --n) out.push_back(make());
    return out;
  }
  std::string text() {
    static const std::string kPieces[] = {"", "微信", "com.a.b", "x", std::string(1, '\0'), "\xff", "á"};
    std::string s;
    for (std::uint64_t n = random_.below(4); n > 0; --n) s += kPieces[random_.below(7)];
    return s;
  }
  std::vector<std::string> texts() {
    return many<std::string>([&] { return text(); });
  }
  Digest digest() {
    Digest d{};
    random_.fill(d);
    return d;
  }
  Token token() {
    Token t{u64(), u64(), u64(), JobId(i64()), text(), {}};
    random_.fill(t.mac);
    return t;
  }
  Needs needs() { return {texts(), static_cast<int>(random_.below(40)), texts(), flag(), text()}; }
  DeviceKind kind() { return {text(), static_cast<int>(random_.below(40))}; }
  Device device() { return {text(), kind(), texts(), texts(), flag()}; }
  Running running() { return {token(), any<Stage>(8), flag(), digest()}; }
  Spooled spooled() { return {token(), digest(), u64()}; }
  Listing listing() {
    Listing l;
    l.id = ListingId(i64());
    l.tenant = TenantId(i64());
    l.subject = any<SubjectKind>(5);
    l.place = any<PlaceKind>(3);
    for (std::string* s : {&l.store, &l.package, &l.version_name, &l.label, &l.developer, &l.credit_code,
                           &l.filing_number, &l.region, &l.category, &l.category_source, &l.release_date,
                           &l.policy_url, &l.apk_url, &l.apk_sha256, &l.page}) {
      *s = text();
    }
    l.version_code = i64(), l.rank = i64(), l.downloads = i64(), l.apk_bytes = i64();
    l.permissions = many<DeclaredPermission>([&] { return DeclaredPermission{text(), text()}; });
    return l;
  }

  SeededRandom random_;
};

}  // namespace storesweep
