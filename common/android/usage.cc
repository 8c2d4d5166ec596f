#include "common/android/usage.h"

#include "common/base/text.h"

namespace storesweep::android {
namespace {

// `key="a value, with anything"`: what stands between the quotes.
std::string_view quoted_value(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return {};
  return between(line.substr(at), "\"", "\"");
}

bool number(std::string_view body, std::string_view key, std::int64_t& out) {
  const auto value = parse_int<std::int64_t>(value_of(body, key));
  if (value) out = *value;
  return value.has_value();
}

// "st=1565787600 rb=1 rp=2 tb=3 tp=4 op=0"; up to 4.4 "bucketStart=1385211600000 activeTime=.. rxBytes=1
// rxPackets=2 txBytes=3 txPackets=4", in milliseconds.
bool bucket(std::string_view body, NetworkBucket& b) {
  if (starts_with(body, "bucketStart=")) {
    const bool whole = number(body, "bucketStart=", b.start_s) &&
                       number(body, "rxBytes=", b.received_bytes) &&
                       number(body, "rxPackets=", b.received_packets) &&
                       number(body, "txBytes=", b.sent_bytes) && number(body, "txPackets=", b.sent_packets);
    b.start_s /= 1000;
    return whole;
  }
  return number(body, "st=", b.start_s) && number(body, "rb=", b.received_bytes) &&
         number(body, "rp=", b.received_packets) && number(body, "tb=", b.sent_bytes) &&
         number(body, "tp=", b.sent_packets);
}

bool ident(std::string_view body, NetworkBucket& b) {
  b.type = std::string(value_of(body, "type="));
  std::string_view network = quoted_value(body, "networkId=");
  if (network.empty()) network = quoted_value(body, "wifiNetworkKey=");
  b.network = std::string(network);
  const std::size_t end = body.rfind("] uid=");  // a network's name may hold anything
  const std::string_view rest = end == std::string_view::npos ? body : body.substr(end + 1);
  b.uid = parse_int<int>(value_of(rest, "uid=")).value_or(-1);
  b.set = std::string(value_of(rest, "set="));
  b.tag = std::string(value_of(rest, "tag="));
  return !b.set.empty();
}

}  // namespace

Parsed<NetworkBucket> parse_netstats(std::string_view text) {
  Parsed<NetworkBucket> out;
  LineReader lines(text, out);
  Line line;
  std::string section;
  NetworkBucket head;
  bool open = false;
  while (lines.next(line)) {
    const std::string_view body = line.body;
    if (ends_with(body, " stats:")) {
      section = std::string(body.substr(0, body.size() - 7));
      open = false;
    } else if (starts_with(body, "ident=")) {
      head = NetworkBucket();
      head.section = section;
      open = ident(body, head);
      if (!open) out.unknown(line, true);
    } else if (starts_with(body, "st=") || starts_with(body, "bucketStart=")) {
      NetworkBucket b = head;
      if (open && bucket(body, b))
        out.add(std::move(b));
      else
        out.unknown(line, true);
    } else if (is_device_error(body) ||
               (!section.empty() && body.find_first_of("=:") == std::string_view::npos)) {
      out.unknown(line, false);
    }
  }
  return out;
}

namespace {
// "com.x: 4 times, 87755 ms" under "Date: 20131123" (UsageStatsService, up to 4.4).
bool day_total(std::string_view body, UsageEvent& out) {
  const std::size_t colon = body.find(": "), times = body.find(" times, ");
  if (colon == std::string_view::npos || times < colon || !ends_with(body, " ms")) return false;
  const auto count = parse_int<std::int64_t>(body.substr(colon + 2, times - colon - 2));
  const auto ms = parse_int<std::int64_t>(body.substr(times + 8, body.size() - times - 11));
  if (!count || !ms) return false;
  out.type = "DAY_TOTAL";
  out.package = std::string(body.substr(0, colon));
  out.launches = *count;
  out.total_ms = *ms;
  return true;
}
}  // namespace

Parsed<UsageEvent> parse_usage_stats(std::string_view text) {
  Parsed<UsageEvent> out;
  LineReader lines(text, out);
  Line line;
  int user = -1;
  std::string date;  // of the block of totals that is being read, up to 4.4
  while (lines.next(line)) {
    const std::string_view body = line.body;
    if (starts_with(body, "Date: ")) {
      date = std::string(body.substr(6));
      continue;
    }
    if (!date.empty() && contains(body, " times, ")) {
      UsageEvent total;
      if (day_total(body, total)) {
        total.time = date;
        out.add(std::move(total));
      } else {
        out.unknown(line, true);
      }
      continue;
    }
    if (starts_with(body, "user=")) user = parse_int<int>(value_of(body, "user=")).value_or(-1);
    if (!starts_with(body, "time=\"")) {
      if (is_device_error(body)) out.unknown(line, true);
      continue;
    }
    UsageEvent event;
    event.user = user;
    event.time = std::string(quoted_value(body, "time="));
    event.type = std::string(value_of(body, "type="));
    event.package = std::string(value_of(body, "package="));
    event.class_name = std::string(value_of(body, "class="));
    if (event.type.empty() || event.package.empty())
      out.unknown(line, true);
    else
      out.add(std::move(event));
  }
  return out;
}

namespace {

// "10086/com.x[tag]/1A2B": CallerIdentity.toString, since 11. What stands behind the slash is left in `rest`.
bool caller(std::string_view& rest, LocationRequest& r) {
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return false;
  const auto uid = parse_uid(rest.substr(0, slash));
  if (!uid) return false;
  r.uid = *uid;
  rest.remove_prefix(slash + 1);
  r.package = std::string(rest.substr(0, rest.find_first_of("[/ ")));
  return !r.package.empty();
}

// "UpdateRecord[passive com.x(10008 foreground) Request[...]]"; vendors add words ("pkgType:2"). 11 prints
// "UpdateRecord[passive 10008/com.x[tag] (background) Request[...] null]", and nothing for foreground.
bool update_record(std::string_view body, LocationRequest& r) {
  const std::size_t at = body.find("UpdateRecord[");
  std::string_view rest = body.substr(at + 13);
  r.provider = std::string(take_word(rest));
  if (caller(rest, r)) {
    const std::size_t request = rest.find("Request[");
    if (request == std::string_view::npos) return false;
    r.foreground = !contains(rest.substr(0, request), "(background)");
    r.request = std::string(rest.substr(request));
    return true;
  }
  const std::size_t open = rest.find('('), close = rest.find(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return false;
  r.package = std::string(rest.substr(0, open));
  std::string_view inside = rest.substr(open + 1, close - open - 1);
  const auto uid = parse_uid(take_word(inside));
  r.uid = uid.value_or(-1);
  r.foreground = contains(inside, "foreground");
  r.request = std::string(trim(rest.substr(close + 1)));
  return uid.has_value() && !r.package.empty();
}

// 12 and later: "10086/com.x[tag]/1A2B {bg, na} (COARSE) Request[...]" in a provider's "listeners:" list,
// with "(inactive)" behind it where it gets nothing. No "bg" means foreground.
bool listener(std::string_view body, std::string_view provider, LocationRequest& r) {
  std::string_view rest = body;
  if (!contains(body, "Request[") || !caller(rest, r)) return false;
  r.provider = std::string(provider);
  const std::size_t request = rest.find("Request[");
  const std::string_view flags = between(rest.substr(0, request), "{", "}");
  r.foreground = !contains(flags, "bg");
  r.request = std::string(rest.substr(request));
  r.active = !contains(r.request, "(inactive)");
  return true;
}

// "com.x: gps: Interval 0 seconds: Duration requested 0 total, ...: Currently active"; 11 turns the two names
// round, "gps: com.x: tag: Interval ..." (LocationRequestStatistics).
bool history(std::string_view body, LocationRequest& r) {
  const std::size_t first = body.find(": "), second = body.find(": ", first + 2);
  if (first == std::string_view::npos || second == std::string_view::npos) return false;
  r.package = std::string(body.substr(0, first));
  r.provider = std::string(body.substr(first + 2, second - first - 2));
  r.request = std::string(body.substr(second + 2));
  for (std::string_view provider : {"gps", "network", "passive", "fused"}) {
    if (r.package != provider) continue;
    std::swap(r.package, r.provider);
    break;
  }
  r.active = false;
  return contains(r.request, "Duration requested");
}

}  // namespace

Parsed<LocationRequest> parse_location(std::string_view text) {
  Parsed<LocationRequest> out;
  LineReader lines(text, out);
  Line line;
  std::string provider;
  bool listeners = false;
  while (lines.next(line)) {
    const std::string_view body = line.body;
    LocationRequest r;
    if (starts_with(body, "Reciever[") || starts_with(body, "Receiver[")) {
      listeners = false;  // the same records follow by provider
    } else if (contains(body, "UpdateRecord[")) {
      if (update_record(body, r))
        out.add(std::move(r));
      else
        out.unknown(line, true);
    } else if (ends_with(body, " provider:") || ends_with(body, " provider [mock]:")) {
      provider = std::string(body.substr(0, body.find(' ')));
      listeners = false;
    } else if (body == "listeners:" || ends_with(body, "Records by Provider:")) {
      listeners = true;
    } else if (starts_with(body, "last location=") || starts_with(body, "Historical Aggregate ") ||
               body == "Event Log:") {
      listeners = false;  // LocationProviderManager.dump goes on with the provider's own state
    } else if (listeners && contains(body, "Duration requested")) {
      if (history(body, r))
        out.add(std::move(r));
      else
        out.unknown(line, true);
    } else if (listeners && contains(body, "Request[")) {
      if (listener(body, provider, r))
        out.add(std::move(r));
      else
        out.unknown(line, true);
    } else if (is_device_error(body)) {
      out.unknown(line, true);
    }
  }
  return out;
}

}  // namespace storesweep::android
