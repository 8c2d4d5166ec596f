#include "common/bundle/bundle.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/bundle/checks.h"
#include "common/report/verdict_json.h"
#include "common/rules/pack_files.h"

namespace storesweep {
namespace {
using Json = nlohmann::ordered_json;

// What the results name: nothing else may stand beside them.
struct Named {
  std::set<Digest> blobs, packs;
};

struct LoadedPack {
  RulePack rules;
  Catalogue catalogue;
};

// The texts are the pack's own too: what was written with them then reads the same later.
Result<LoadedPack> load(const std::string& files) {
  TRY_ASSIGN(const PackFiles members, unpack_members_untrusted(as_bytes(files)));
  TRY_ASSIGN(RulePack rules, load_pack_files(members));
  const auto text = members.find("text.yaml");
  TRY_ASSIGN(Catalogue catalogue,
             text == members.end() ? Catalogue::embedded() : Catalogue::from_text("text.yaml", text->second));
  return LoadedPack{std::move(rules), std::move(catalogue)};
}

class Packs {
 public:
  explicit Packs(const std::map<Digest, std::string>& files) : files_(files) {}
  Result<const LoadedPack*> of(const Digest& digest) {
    if (const auto at = loaded_.find(digest); at != loaded_.end()) return &at->second;
    const auto files = files_.find(digest);
    const std::string name = layout::pack_folder(digest);
    if (files == files_.end()) return not_found(name + " is missing");
    if (sha256(files->second) != digest)
      return corrupt(name + ": these are not the files of the coordinator's statement");
    auto pack = load(files->second);
    if (!pack.ok()) return pack.status().within(name);
    return &loaded_.emplace(digest, *std::move(pack)).first->second;
  }

 private:
  const std::map<Digest, std::string>& files_;
  std::map<Digest, LoadedPack> loaded_;
};

std::string closings_text(const std::vector<Closing>& closings) {
  Json all = Json::array();
  for (const Closing& c : closings) all.push_back(closing_json(c));
  return bundle_text(all);
}

// Checks one result and adds its members; its keys are only looked at where `trusted` says which to believe.
Result<VerifiedResult> add_result(const BundleParts& parts, const BundleResult& r, const TrustedKeys* trusted,
                                  Packs& packs, Named& named, Members& out) {
  TRY(checks::signatures(r, trusted));
  layout::OpenedResult opened;
  opened.result = &r;
  TRY_ASSIGN(opened.journals, checks::journals(r, trusted));
  TRY(checks::blobs(opened.journals, parts.blobs));
  for (const Journal& j : opened.journals) {
    for (const Record& record : j.records) {
      if (record.kind == RecordKind::kBlob) named.blobs.insert(record.sha256);
    }
  }
  named.packs.insert(r.statement.statement.pack);
  TRY(checks::references(r, opened.journals));
  TRY_ASSIGN(const LoadedPack* pack, packs.of(r.statement.statement.pack));
  opened.pack = &pack->rules;
  opened.catalogue = &pack->catalogue;
  TRY(checks::judged_again(opened));
  const JobId job = r.statement.statement.job;
  const std::string folder = layout::result_folder(job);
  out[folder + "statement.json"] = bundle_text(statement_json(r.statement));
  out[folder + "closings.json"] = closings_text(r.closings);
  out[folder + "listing.json"] = listing_text(r.listing);
  out[folder + "verdict.json"] = verdict_text(r.verdict);
  out[folder + "findings.json"] = layout::findings_text(opened);
  VerifiedResult verified{job, r.listing, r.verdict, r.closings, {}};
  for (std::size_t i = 0; i < r.journals.size(); ++i) {
    out[layout::journal_name(job, i)] = r.journals[i];
    layout::add_run(opened, i, out);
    verified.workers.push_back(opened.journals[i].header.worker);
  }
  if (out.find(layout::kReadme) == out.end()) out[layout::kReadme] = layout::readme_text(pack->catalogue);
  return verified;
}

Status add_shared(const BundleParts& parts, const Named& named, Members& out) {
  for (const auto& [digest, bytes] : parts.blobs) {
    const std::string name = layout::blob_name(digest, bytes);
    if (sha256(bytes) != digest) return corrupt(name + ": its SHA-256 is another");
    if (!named.blobs.contains(digest)) return corrupt(name + ": no journal names it");
    out[name] = bytes;
  }
  for (const auto& [digest, files] : parts.packs) {
    if (!named.packs.contains(digest))
      return corrupt(layout::pack_folder(digest) + ": no result was judged by it");
    TRY_ASSIGN(const Members members, unpack_members_untrusted(as_bytes(files)));
    for (const auto& [file, bytes] : members) out[layout::pack_folder(digest) + file] = bytes;
  }
  return ok_status();
}

struct Made {
  Members members;
  std::vector<VerifiedResult> results;
};

// Every member that these parts give: there is no other way to say the same.
Result<Made> make(const BundleParts& parts, const TrustedKeys* trusted) {
  if (parts.results.empty()) return invalid("a bundle has at least one result");
  if (parts.results.size() > kMaxBundleResults) return exhausted("a bundle may have 500 results at most");
  Made made;
  Packs packs(parts.packs);
  Named named;
  bool simulated = false;
  for (const BundleResult& r : parts.results) {
    TRY_ASSIGN(VerifiedResult one, add_result(parts, r, trusted, packs, named, made.members));
    simulated = simulated || r.verdict.simulated;
    made.results.push_back(std::move(one));
  }
  TRY(add_shared(parts, named, made.members));
  made.members[layout::kManifest] = layout::manifest_text(made.members, simulated);
  return made;
}

// ---- and back

Result<Json> json_member(const Members& members, const std::string& name) {
  const auto at = members.find(name);
  if (at == members.end()) return not_found(name + " is missing");
  auto json = parse_json(at->second);
  return json.ok() ? std::move(json) : Result<Json>(json.status().within(name));
}

Result<BundleResult> result_in(const Members& members, JobId job) {
  const std::string folder = layout::result_folder(job);
  const auto read = [&](const char* name, const auto& reader, auto& to) -> Status {
    TRY_ASSIGN(const Json json, json_member(members, folder + name));
    auto value = reader(json);
    if (!value.ok()) return value.status().within(folder + name);
    to = *std::move(value);
    return ok_status();
  };
  BundleResult r;
  TRY(read("statement.json", statement_from_json, r.statement));
  if (r.statement.statement.job != job) return corrupt(folder + "statement.json is of another job");
  TRY(read("listing.json", listing_from_json, r.listing));
  TRY(read("verdict.json", verdict_from_json, r.verdict));
  TRY_ASSIGN(const Json closings, json_member(members, folder + "closings.json"));
  if (!closings.is_array() || closings.size() > 64)
    return corrupt(folder + "closings.json: wanted a short list");
  for (const Json& one : closings) {
    auto closing = closing_from_json(one);
    if (!closing.ok()) return closing.status().within(folder + "closings.json");
    r.closings.push_back(*closing);
  }
  for (std::size_t i = 0; i < r.statement.statement.runs.size(); ++i) {
    const auto journal = members.find(layout::journal_name(job, i));
    if (journal == members.end()) return not_found(layout::journal_name(job, i) + " is missing");
    r.journals.push_back(journal->second);
  }
  return r;
}

// "results/17/..." names 17.
std::set<JobId> jobs_in(const Members& members) {
  std::set<JobId> jobs;
  for (auto at = members.lower_bound("results/"); at != members.end() && starts_with(at->first, "results/");
       ++at) {
    const auto parts = split(at->first, '/');
    if (const auto job = parse_int<std::int64_t>(parts[1])) jobs.insert(JobId(*job));
  }
  return jobs;
}

// What the results name is taken from below blobs/ and packs/; what else lies there is found by comparing.
Status shared_in(const Members& members, BundleParts& parts) {
  std::map<Digest, PackFiles> packs;
  for (const auto& [name, bytes] : members) {
    const auto words = split(name, '/');
    const bool pack = words.size() > 2 && words[0] == "packs";
    if (!pack && (words.size() != 2 || words[0] != "blobs")) continue;
    const auto digest = digest_from_hex(words[1].substr(0, 64));
    if (!digest) return corrupt(name + " has no place in a bundle");
    if (pack) {
      packs[*digest].emplace(name.substr(layout::pack_folder(*digest).size()), bytes);
    } else {
      parts.blobs[*digest] = bytes;
    }
  }
  for (const auto& [digest, files] : packs) {
    TRY_ASSIGN(parts.packs[digest], pack_members(files));
  }
  return ok_status();
}

Result<BundleParts> parts_of(const Members& members) {
  BundleParts parts;
  const std::set<JobId> jobs = jobs_in(members);
  if (jobs.size() > kMaxBundleResults) return exhausted("a bundle may have 500 results at most");
  for (const JobId job : jobs) {
    TRY_ASSIGN(BundleResult r, result_in(members, job));
    parts.results.push_back(std::move(r));
  }
  TRY(shared_in(members, parts));
  return parts;
}

Status same_member(const Members& there, const std::string& name, const std::string& made) {
  const auto at = there.find(name);
  if (at == there.end()) return not_found(name + " is missing");
  if (at->second == made) return ok_status();
  const auto differs = std::mismatch(at->second.begin(), at->second.end(), made.begin(), made.end()).first;
  return corrupt(name + ": from byte " + std::to_string(differs - at->second.begin()) +
                 " on it is not what the signed parts give");
}

// The manifest last: it follows from the others, and so does what is wrong with it.
Status compare(const Members& there, const Members& made) {
  for (const auto& [name, bytes] : made) {
    if (name != layout::kManifest) TRY(same_member(there, name, bytes));
  }
  for (const auto& [name, bytes] : there) {
    if (made.find(name) == made.end()) return corrupt(name + " has no place in this bundle");
  }
  return same_member(there, layout::kManifest, made.find(layout::kManifest)->second);
}

// First what is simplest to say: which member is not as the manifest has it.
Status manifest_holds(const Members& members) {
  TRY_ASSIGN(const Json manifest, json_member(members, layout::kManifest));
  const auto list = manifest.is_object() ? manifest.find("members") : manifest.end();
  if (!manifest.is_object() || list == manifest.end() || !list->is_array())
    return corrupt(std::string(layout::kManifest) + " lists no members");
  for (const Json& one : *list) {
    const bool named =
        one.is_object() && one.value("name", Json()).is_string() && one.value("sha256", Json()).is_string();
    if (!named) return corrupt(std::string(layout::kManifest) + ": an entry lacks its name or SHA-256");
    const auto name = one["name"].get<std::string>();
    const auto at = members.find(name);
    if (at == members.end()) return not_found(name + " is missing");
    if (to_hex(sha256(at->second)) != one["sha256"].get<std::string>())
      return corrupt(name + ": its SHA-256 is not the manifest's");
  }
  return ok_status();
}
}  // namespace

Result<std::string> make_bundle(const BundleParts& parts) {
  TRY_ASSIGN(const Made made, make(parts, nullptr));
  TRY_ASSIGN(std::string file, pack_members(made.members));
  // What was left over, or stood in another order, would be refused by whoever gets it.
  TRY_ASSIGN(const BundleParts back, parts_of(made.members));
  TRY_ASSIGN(const Made again, make(back, nullptr));
  TRY(compare(made.members, again.members));
  return file;
}

Result<VerifiedBundle> verify_bundle_untrusted(ByteView file, const TrustedKeys& trusted) {
  TRY_ASSIGN(const Members members, unpack_members_untrusted(file));
  TRY(manifest_holds(members));
  TRY_ASSIGN(const BundleParts parts, parts_of(members));
  TRY_ASSIGN(Made made, make(parts, &trusted));
  TRY(compare(members, made.members));
  return VerifiedBundle{std::move(made.results), members.size()};
}

Result<std::vector<std::string>> bundle_keys_untrusted(ByteView file) {
  TRY_ASSIGN(const Members members, unpack_members_untrusted(file));
  TRY_ASSIGN(const BundleParts parts, parts_of(members));
  std::set<std::string> keys;
  for (const BundleResult& r : parts.results) {
    keys.insert(trust_line("coordinator", r.statement.key, ""));
    for (const Closing& c : r.closings) keys.insert(trust_line("coordinator", c.key, ""));
    for (const std::string& bytes : r.journals) {
      TRY_ASSIGN(const Journal j, read_journal_untrusted(as_bytes(bytes)));
      keys.insert(trust_line("worker", j.header.worker_key, j.header.worker));
    }
  }
  return std::vector<std::string>(keys.begin(), keys.end());
}

}  // namespace storesweep
