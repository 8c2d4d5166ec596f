// One run for people: what was done and seen, moment by moment, and the device's raw text by channel.
#include <nlohmann/json.hpp>

#include <cstdio>
#include <map>

#include "common/base/clock.h"
#include "common/base/text.h"
#include "common/bundle/layout.h"
#include "common/evidence/names.h"
#include "common/model/shown_name.h"
#include "common/traffic/har.h"

namespace storesweep::layout {
namespace {
constexpr std::size_t kMaxTrees = 2'000;  // more are joined in one file
constexpr std::size_t kMaxData = 160;     // bytes of a record's text in a line
constexpr std::size_t kMaxChannels = 50;

// "+0:01:03.250" on the device's clock.
std::string moment(std::int64_t device_ms) {
  const std::int64_t ms = std::max<std::int64_t>(device_ms, 0);
  char out[48];
  std::snprintf(out, sizeof out, "+%lld:%02lld:%02lld.%03lld", static_cast<long long>(ms / 3'600'000),
                static_cast<long long>(ms / 60'000 % 60), static_cast<long long>(ms / 1000 % 60),
                static_cast<long long>(ms % 1000));
  return out;
}

std::string one_line(std::string_view text) {
  std::string out = clean_utf8(text.substr(0, kMaxData));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return out + (text.size() > kMaxData ? "..." : "");
}

const char* kind_key(const Record& r) {
  switch (r.kind) {
    case RecordKind::kMarker:
      return r.name == record_name::kBegin ? "begin" : "end";
    case RecordKind::kAction:
      return "action";
    case RecordKind::kRaw:
      return "raw";
    case RecordKind::kBlob:
      return "blob";
    case RecordKind::kDocument:
      return "document";
    case RecordKind::kLost:
      return "lost";
    case RecordKind::kFailed:
      return "failed";
    case RecordKind::kAttest:
      return "attest";
  }
  return "raw";
}

std::string record_line(const Catalogue& catalogue, Language language, const Record& r) {
  const bool told = r.kind == RecordKind::kAction || r.kind == RecordKind::kAttest ||
                    r.kind == RecordKind::kFailed || r.kind == RecordKind::kLost;
  const std::string data = told && !r.data.empty() ? one_line(r.data) : "";
  return catalogue.text(language, "timeline", kind_key(r),
                        {{"name", one_line(r.name)},
                         {"phase", catalogue.phase(language, r.phase)},
                         {"bytes", std::to_string(r.kind == RecordKind::kBlob ? r.bytes : r.data.size())},
                         {"count", std::to_string(r.count)},
                         {"reason", one_line(r.reason)},
                         {"sha256", r.kind == RecordKind::kBlob ? to_hex(r.sha256) : ""},
                         {"data", data}});
}

std::string header_lines(const Catalogue& c, Language l, const OpenedResult& opened, const Journal& j) {
  const JournalHeader& h = j.header;
  const Listing& app = opened.result->listing;
  std::string out = c.text(l, "timeline", "heading",
                           {{"label", one_line(shown_name(app.label, app.package))},
                            {"package", one_line(h.package)},
                            {"version", one_line(app.version_name)}}) +
                    "\n";
  if (opened.result->verdict.simulated) out += c.text(l, "timeline", "simulated") + "\n";
  out += c.text(l, "timeline", "device",
                {{"device", one_line(h.device)},
                 {"kind", text(h.device_kind)},
                 {"fingerprint", one_line(h.fingerprint)},
                 {"worker", one_line(h.worker)},
                 {"started", format_time(h.started_wall_ms)},
                 {"rate", std::to_string(h.clock_rate_permille)}}) +
         "\n";
  return out + c.text(l, "timeline", "journal", {{"sha256", to_hex(j.sha256)}}) + "\n\n";
}

std::string timeline(const Catalogue& c, Language l, const OpenedResult& opened, const Journal& j) {
  std::multimap<std::uint64_t, const Finding*> findings;
  for (const Finding& f : opened.result->verdict.findings) {
    for (const EvidenceRef& e : f.evidence) {
      if (e.journal == j.sha256) findings.emplace(e.record, &f);
    }
  }
  std::string out = header_lines(c, l, opened, j);
  for (const Record& r : j.records) {
    out += moment(r.device_ms) + "  " + std::string(name(r.phase)) + "  #" + std::to_string(r.sequence) +
           "  " + record_line(c, l, r) + "\n";
    const auto [from, to] = findings.equal_range(r.sequence);
    for (auto f = from; f != to; ++f) {
      out += "    >>> " + f->second->rule + " " + c.level(l, f->second->level) + ": " +
             one_line(c.sentence(l, *f->second)) + "\n";
    }
  }
  return out;
}

std::string channel_file(const std::string& name) {
  return good_member_name(name) && name.find('/') == std::string::npos && name.size() <= 60 ? name : "other";
}

// Hierarchies one a file, so that other tools open them; everything else one file a channel.
void add_raw(const Journal& j, const std::string& folder, Members& out) {
  std::map<std::string, std::string> channels;
  std::size_t trees = 0;
  for (const Record& r : j.records) {
    if (r.kind != RecordKind::kRaw) continue;
    if (r.name == record_name::kHierarchy && trees < kMaxTrees) {
      ++trees;
      char file[64];
      std::snprintf(file, sizeof file, "hierarchy/%07llu.xml", static_cast<unsigned long long>(r.sequence));
      out[folder + file] = r.data;
      continue;
    }
    std::string channel = channel_file(r.name);
    if (!channels.contains(channel) && channels.size() == kMaxChannels) channel = "other";
    std::string& text = channels[channel];
    text += "=== #" + std::to_string(r.sequence) + " " + moment(r.device_ms) + " " + one_line(r.name) + "\n" +
            r.data;
    if (text.back() != '\n') text += '\n';
  }
  for (auto& [channel, text] : channels) out[folder + "raw/" + channel + ".txt"] = std::move(text);
}

// The worker stamps a line with the moment when it was written.
void add_traffic(const Journal& j, const std::string& folder, Members& out) {
  std::vector<traffic::TimedFlowLine> lines;
  for (const Record& r : j.records) {
    if (r.kind == RecordKind::kRaw && r.name == record_name::kTraffic)
      lines.push_back({r.data, j.header.started_wall_ms + r.host_ms});
  }
  std::string har = traffic::har_of(lines, j.header.package, j.header.worker_version);
  if (!har.empty()) out[folder + "traffic.har"] = std::move(har);
}
}  // namespace

void add_run(const OpenedResult& opened, std::size_t run, Members& out) {
  const Journal& j = opened.journals.at(run);
  const std::string folder =
      result_folder(opened.result->statement.statement.job) + "run-" + std::to_string(run + 1) + "/";
  out[folder + "timeline.zh.txt"] = timeline(*opened.catalogue, Language::kChinese, opened, j);
  out[folder + "timeline.en.txt"] = timeline(*opened.catalogue, Language::kEnglish, opened, j);
  add_raw(j, folder, out);
  add_traffic(j, folder, out);
}

}  // namespace storesweep::layout
