#include "coordinator/store/codec.h"

#include <algorithm>

#include "common/base/bytes.h"
#include "common/base/hash.h"

namespace storesweep::codec {
namespace {
void put(std::string& out, std::int64_t n) { put_little(out, static_cast<std::uint64_t>(n), 8); }
void put(std::string& out, std::string_view text) {
  put_little(out, text.size(), 4);
  out += text;
}
std::int64_t number(ByteReader& in) { return static_cast<std::int64_t>(in.u64()); }
std::string text(ByteReader& in) { return std::string(as_text(in.take(in.u32()))); }

template <class T, class Put>
std::string list_of(const std::vector<T>& list, Put put_one) {
  std::string out;
  put_little(out, list.size(), 4);
  for (const T& one : list) put_one(out, one);
  return out;
}
template <class T, class Get>
std::vector<T> list_from(ByteReader& in, Get get_one) {
  std::vector<T> out;
  for (std::uint32_t n = in.u32(); n > 0 && in.ok(); --n) {
    T one = get_one(in);
    if (in.ok()) out.push_back(std::move(one));
  }
  return out;
}
void put_texts(std::string& out, const std::vector<std::string>& list) {
  out += list_of(list, [](std::string& o, const std::string& s) { put(o, s); });
}
std::vector<std::string> get_texts(ByteReader& in) { return list_from<std::string>(in, text); }

void put_tally(std::string& out, const Tally& t) {
  put_little(out, t.task, 1);
  put_little(out, static_cast<std::uint64_t>(t.level), 1);
  put_little(out, t.rule.size(), 1);
  out += t.rule.substr(0, 255);
}
Tally get_tally(ByteReader& in) {
  Tally t;
  t.task = in.u8();
  t.level = static_cast<Level>(in.u8());
  t.rule = as_text(in.take(in.u8()));
  return t;
}

constexpr auto kSums = {&RunFigures::commands, &RunFigures::bytes_from_device, &RunFigures::bytes_to_device,
                        &RunFigures::events,   &RunFigures::events_lost,       &RunFigures::crashes,
                        &RunFigures::anrs,     &RunFigures::screens,           &RunFigures::fetch_ms,
                        &RunFigures::device_ms};
}  // namespace

std::string texts(const std::vector<std::string>& list) {
  std::string out;
  put_texts(out, list);
  return out;
}
std::vector<std::string> texts(std::string_view bytes) {
  ByteReader in(as_bytes(bytes));
  return get_texts(in);
}

std::string permissions(const std::vector<DeclaredPermission>& list) {
  return list_of(list, [](std::string& out, const DeclaredPermission& p) {
    put(out, p.name);
    put(out, p.purpose);
  });
}
std::vector<DeclaredPermission> permissions(std::string_view bytes) {
  ByteReader in(as_bytes(bytes));
  return list_from<DeclaredPermission>(in, [](ByteReader& r) {
    DeclaredPermission p;
    p.name = text(r);
    p.purpose = text(r);
    return p;
  });
}

std::string digest(const Digest& d) { return std::string(as_text(d)); }
Digest digest(std::string_view bytes) {
  Digest d{};
  if (bytes.size() == d.size()) std::copy(bytes.begin(), bytes.end(), d.begin());
  return d;
}

namespace {
constexpr int kTokenBits = 40, kEpochBits = 23;
}
std::optional<std::int64_t> token(TokenKey key) {
  if (key.epoch >> kEpochBits != 0 || key.n >> kTokenBits != 0) return std::nullopt;
  return static_cast<std::int64_t>(key.epoch << kTokenBits | key.n);
}
TokenKey token(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  return {bits >> kTokenBits, bits & ((std::uint64_t{1} << kTokenBits) - 1)};
}

std::string needs(const Needs& n) {
  std::string out;
  put_texts(out, n.abis);
  put(out, n.min_api);
  put_texts(out, n.features);
  put(out, n.quick_app_runtime ? 1 : 0);
  put(out, n.other_than_class);
  return out;
}
Needs needs(std::string_view bytes) {
  ByteReader in(as_bytes(bytes));
  Needs n;
  n.abis = get_texts(in);
  n.min_api = static_cast<int>(number(in));
  n.features = get_texts(in);
  n.quick_app_runtime = number(in) != 0;
  n.other_than_class = text(in);
  return n;
}

std::string device(const Device& d) {
  std::string out;
  put(out, d.identity);
  put(out, d.kind.device_class);
  put(out, d.kind.api);
  put_texts(out, d.abis);
  put_texts(out, d.features);
  put(out, d.quick_app_runtime ? 1 : 0);
  return out;
}
Device device(std::string_view bytes) {
  ByteReader in(as_bytes(bytes));
  Device d;
  d.identity = text(in);
  d.kind.device_class = text(in);
  d.kind.api = static_cast<int>(number(in));
  d.abis = get_texts(in);
  d.features = get_texts(in);
  d.quick_app_runtime = number(in) != 0;
  return d;
}

std::string blobs(const std::vector<BlobRef>& list) {
  return list_of(list, [](std::string& out, const BlobRef& b) {
    put(out, b.name);
    out += as_text(b.sha256);
    put(out, static_cast<std::int64_t>(b.bytes));
  });
}
std::vector<BlobRef> blobs(std::string_view bytes) {
  ByteReader in(as_bytes(bytes));
  return list_from<BlobRef>(in, [](ByteReader& r) {
    BlobRef b;
    b.name = text(r);
    b.sha256 = digest(as_text(r.take(b.sha256.size())));
    b.bytes = r.u64();
    return b;
  });
}

std::string figures(const RunFigures& f) {
  std::string out;
  for (std::int64_t ms : f.phase_ms) put(out, ms);
  for (auto field : kSums) put(out, f.*field);
  return out;
}
RunFigures figures(std::string_view bytes) {
  ByteReader in(as_bytes(bytes));
  RunFigures f;
  for (std::int64_t& ms : f.phase_ms) ms = number(in);
  for (auto field : kSums) f.*field = number(in);
  return f;
}
void add(RunFigures& sum, const RunFigures& f) {
  for (std::size_t i = 0; i < kPhaseCount; ++i) sum.phase_ms[i] += f.phase_ms[i];
  for (auto field : kSums) sum.*field += f.*field;
}

std::string sdks(const SdkList& list) {
  if (!list.looked()) return {};
  std::string out;
  put(out, list.catalogue);
  put(out, list.left_out);
  return out + list_of(list.in, [](std::string& o, const SdkInRun& sdk) {
           put(o, sdk.id);
           put(o, sdk.version);
         });
}
SdkList sdks(std::string_view bytes) {
  SdkList list;
  if (bytes.empty()) return list;
  ByteReader in(as_bytes(bytes));
  list.catalogue = text(in);
  list.left_out = static_cast<std::uint32_t>(number(in));
  list.in = list_from<SdkInRun>(in, [](ByteReader& r) {
    SdkInRun sdk;
    sdk.id = text(r);
    sdk.version = text(r);
    return sdk;
  });
  return list;
}

std::string groups(const Groups& g) { return texts({g.store, g.region, g.developer, g.category}); }
Groups groups(std::string_view bytes) {
  std::vector<std::string> list = texts(bytes);
  list.resize(4);
  return {list[0], list[1], list[2], list[3]};
}

std::string tallies(const std::vector<Tally>& list) { return list_of(list, put_tally); }
std::vector<Tally> tallies(std::string_view bytes) {
  ByteReader in(as_bytes(bytes));
  return list_from<Tally>(in, get_tally);
}

std::string outcomes(const std::vector<RuleOutcome>& list) {
  return list_of(list, [](std::string& out, const RuleOutcome& r) {
    put(out, r.rule);
    put_little(out, static_cast<std::uint64_t>(r.outcome), 1);
    put(out, r.since.value);
  });
}
std::vector<RuleOutcome> outcomes(std::string_view bytes) {
  ByteReader all(as_bytes(bytes));
  return list_from<RuleOutcome>(all, [](ByteReader& in) {
    std::string rule = text(in);
    const auto outcome = static_cast<ProbeOutcome>(std::min<int>(in.u8(), kProbeOutcomes - 1));
    return RuleOutcome{std::move(rule), outcome, RunId{number(in)}};
  });
}

std::string voided(const std::vector<VoidedRule>& list) {
  return list_of(list, [](std::string& out, const VoidedRule& r) {
    put(out, r.rule);
    put_little(out, static_cast<std::uint64_t>(r.said), 1);
  });
}
std::vector<VoidedRule> voided(std::string_view bytes) {
  ByteReader all(as_bytes(bytes));
  return list_from<VoidedRule>(all, [](ByteReader& in) {
    std::string rule = text(in);
    return VoidedRule{std::move(rule), static_cast<Level>(std::min<int>(in.u8(), 4))};
  });
}

std::string runs(const std::vector<RunId>& list) {
  return list_of(list, [](std::string& out, RunId id) { put(out, id.value); });
}
std::vector<RunId> runs(std::string_view bytes) {
  ByteReader in(as_bytes(bytes));
  return list_from<RunId>(in, [](ByteReader& r) { return RunId{number(r)}; });
}

std::string counts(const Counts& counts) {
  std::string out;
  put_little(out, counts.size(), 4);
  for (const auto& [tally, n] : counts) {
    put_tally(out, tally);
    put(out, n);
  }
  return out;
}
Counts counts(std::string_view bytes) {
  ByteReader in(as_bytes(bytes));
  Counts out;
  for (std::uint32_t n = in.u32(); n > 0 && in.ok(); --n) {
    Tally t = get_tally(in);
    std::int64_t count = number(in);
    if (in.ok()) out[t] = count;
  }
  return out;
}

void add(Counts& sum, const Counts& change) {
  for (const auto& [tally, n] : change) {
    if ((sum[tally] += n) == 0) sum.erase(tally);
  }
}

std::string content_hash(const Listing& l) {
  std::string all = permissions(l.permissions);
  for (const std::string* field :
       {&l.version_name, &l.label, &l.developer, &l.credit_code, &l.filing_number, &l.region, &l.category,
        &l.category_source, &l.release_date, &l.policy_url, &l.apk_url, &l.apk_sha256}) {
    put(all, *field);
  }
  for (std::int64_t n : {std::int64_t{static_cast<int>(l.subject)}, l.version_code, l.apk_bytes}) {
    put(all, n);
  }
  if (!l.page.empty()) put(all, l.page);  // so that what was imported before is no new revision
  return digest(sha256(all)).substr(0, 16);
}

}  // namespace storesweep::codec
