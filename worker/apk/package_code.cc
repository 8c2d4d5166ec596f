#include "worker/apk/package_code.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "common/base/text.h"
#include "common/rules/sdks.h"
#include "common/rules/sources.h"
#include "worker/apk/call_sites.h"
#include "worker/apk/native.h"
#include "worker/apk/owners.h"
#include "worker/apk/sdks.h"

namespace storesweep::apk {
namespace {
// "classes.dex", "classes2.dex": those that the platform loads.
bool loaded_dex(std::string_view name) {
  if (!starts_with(name, "classes") || !ends_with(name, ".dex")) return false;
  std::string_view number = name.substr(7, name.size() - 11);
  return number.empty() || parse_int<unsigned>(number).has_value();
}
bool code_by_name(std::string_view name) {
  return ends_with(name, ".dex") || ends_with(name, ".jar") || ends_with(name, ".apk");
}
std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

class CodeReader {
 public:
  CodeReader(const FactsOptions& options, Budget& budget, const std::string& package)
      : sources_(*options.knowledge->sources),
        sdks_(*options.knowledge->sdks),
        together_(options.together),
        budget_(budget),
        scanner_(sources_),
        owners_(sdks_, package) {
    out_.looked_at = true;
  }

  // -- what there is

  Status member(const PackageMember& m) {
    std::string dex_folder = m.folder + (m.layout == Layout::kModule ? "dex/" : "");
    std::string native_folder = m.folder + (m.layout == Layout::kLibrary ? "jni/" : "lib/");
    zips_.push_back(m.zip.get());
    std::vector<const ZipEntry*> dexes;
    for (const ZipEntry& e : m.zip->entries()) {
      marks_.files.emplace_back(e.name);
      std::string_view rest = starts_with(e.name, dex_folder) ? e.name.substr(dex_folder.size()) : "";
      bool jar = m.layout == Layout::kLibrary && ends_with(e.name, ".jar");
      if (loaded_dex(rest)) {
        dexes.push_back(&e);
      } else if (jar) {
        TRY(jar_member(*m.zip, e));
      } else if (starts_with(e.name, native_folder) && ends_with(e.name, ".so")) {
        TRY(native_member(*m.zip, e));
      } else if (code_by_name(e.name)) {
        gap(m.where(e.name) + ": code beside that which is installed, not looked at");
      }
    }
    return dex_members(m, dexes);
  }

  Status dex(ByteView bytes, const std::string& where) { return take(read_dex(bytes, where)); }

  Status jar(const ZipArchive& zip, const std::string& where) {
    for (const ZipEntry& e : zip.entries()) {
      marks_.files.emplace_back(e.name);
      if (!ends_with(e.name, ".class") || starts_with(e.name, "META-INF/versions/")) continue;
      if (!room_for_one_more(where)) return ok_status();
      TRY(budget_.spend(e.bytes));
      auto bytes = zip.view(e, kMaxClassBytes, rooms_[1]);
      auto file = bytes.ok() ? ClassFile::parse(*bytes) : bytes.status();
      if (!file.ok()) {
        gap(where + ": " + std::string(e.name) + ": " + file.status().message());
        continue;
      }
      add_constants([&](std::string_view field) { return constant_of(std::span(&*file, 1), field); },
                    constants_);
      take(scanner_.scan(*file), where);
    }
    return ok_status();
  }

  // -- what it comes to

  CodeSummary finish(const ApkFacts& facts, const Resources& resources) {
    rooms_ = {};
    if (code_.empty()) code_.emplace_back();
    while (code_.size() > 1) join_last();
    CodeFacts& code = code_.front();
    calls(code.call_sites);
    for (const Component& c : facts.components) marks_.components.push_back(c.name);
    if (!facts.application_class.empty()) marks_.components.push_back(facts.application_class);
    for (const UsesPermission& p : facts.permissions) marks_.permissions.push_back(p.name);
    for (const MetaData& m : facts.meta_data) marks_.meta_data.emplace(m.name, m.value);
    out_.classes = code.classes.size();
    out_.renamed_classes = static_cast<std::size_t>(
        std::ranges::count_if(code.classes, [](const auto& c) { return looks_renamed(c); }));
    marks_.classes = std::move(code.classes);
    auto version = [&](const SdkVersionMark& mark) { return version_of(mark, resources); };
    for (const SdkFact& found : find_sdks(sdks_, marks_, version)) {
      const Sdk& sdk = sdks_.sdks[found.sdk];
      out_.sdks.push_back({sdk.id, sdk.name, sdk.company, sdk.kind, found.version, found.version_from,
                           found.classes, found.evidence});
    }
    out_.methods = code.methods;
    out_.calls = code.calls;
    for (const std::string& why : code.gaps) gap(why);
    return std::move(out_);
  }

 private:
  void gap(const std::string& why) {
    if (out_.gaps.size() < kMaxGaps) out_.gaps.push_back(clean_utf8(why));
  }
  bool room_for_one_more(const std::string& where) {
    if (out_.files < kMaxCodeFiles) {
      ++out_.files;
      return true;
    }
    if (out_.files++ == kMaxCodeFiles) gap(where + ": more than 20000 files of code");
    return false;
  }

  // -- dex: read by any thread, taken in their order by the caller's own

  using Constants = std::map<std::string, std::set<std::string>>;
  struct DexRead {
    Status status;  // of the budget
    std::string where, gap;
    std::vector<CodeFacts> files;
    Constants constants;
  };

  DexRead read_dex(ByteView bytes, std::string where) const {
    DexRead out{ok_status(), std::move(where), "", {}, {}};
    auto files = DexFile::parse(bytes);
    if (!files.ok()) out.gap = files.status().message();
    if (!files.ok()) return out;
    for (const DexFile& file : *files) {
      out.status = budget_.spend(file.bytes().size());
      if (!out.status.ok()) break;
      add_constants([&](std::string_view field) { return constant_of(std::span(&file, 1), field); },
                    out.constants);
      out.files.push_back(scanner_.scan(file));
    }
    return out;
  }

  DexRead read_dex(const PackageMember& m, const ZipEntry& e, Bytes& room) const {
    const Status paid = budget_.spend(e.stored_bytes());
    if (!paid.ok()) return {paid, "", "", {}, {}};
    auto bytes = m.zip->view(e, kMaxDexBytes, room);
    if (bytes.ok()) return read_dex(*bytes, m.where(e.name));
    return {ok_status(), m.where(e.name), bytes.status().message(), {}, {}};
  }

  Status dex_members(const PackageMember& m, const std::vector<const ZipEntry*>& dexes) {
    for (std::size_t from = 0; from < dexes.size();) {
      const bool pair = together_ && from + 1 < dexes.size() &&
                        dexes[from]->bytes + dexes[from + 1]->bytes <= kMaxTogetherBytes;
      if (!pair) rooms_[1] = {};
      std::vector<DexRead> reads(pair ? 2 : 1);
      auto read = [&](std::size_t i) { reads[i] = read_dex(m, *dexes[from + i], rooms_[i]); };
      pair ? together_(reads.size(), read) : read(0);
      for (DexRead& one : reads) TRY(take(std::move(one)));
      from += reads.size();
    }
    return ok_status();
  }

  Status take(DexRead read) {
    if (!read.gap.empty()) gap(read.where + ": " + read.gap);
    for (CodeFacts& file : read.files) {
      if (!room_for_one_more(read.where)) return ok_status();
      take(std::move(file), read.where);
    }
    for (auto& [field, values] : read.constants) constants_[field].merge(values);
    return read.status;
  }

  Status jar_member(const ZipArchive& zip, const ZipEntry& e) {
    TRY(budget_.spend(e.stored_bytes()));
    std::string where(e.name);
    auto bytes = zip.view(e, kMaxJarBytes, rooms_[0]);
    auto inner = bytes.ok() ? ZipArchive::open(*bytes) : bytes.status();
    if (inner.ok()) return jar(*inner, where);
    gap(where + ": " + inner.status().message());
    return ok_status();
  }

  Status native_member(const ZipArchive& zip, const ZipEntry& e) {
    marks_.libraries.emplace_back(base_name(e.name));
    if (out_.libraries.size() >= kMaxNativeLibraries) return ok_status();
    TRY(budget_.spend(e.bytes));
    NativeFact fact;
    fact.path = clean_utf8(e.name);
    if (auto sdk = sdks_.of_library(base_name(e.name))) fact.owner = sdks_.sdks[*sdk].id;
    auto bytes = zip.view(e, kMaxNativeBytes, rooms_[0]);
    auto library = bytes.ok() ? read_native_library(*bytes) : bytes.status();
    if (library.ok()) {
      fact.abi = library->abi;
      fact.soname = library->soname;
      fact.jni_exports = std::move(library->jni_exports);
      fact.jni_on_load = library->jni_on_load;
    } else {
      gap(fact.path + ": " + library.status().message());
    }
    out_.libraries.push_back(std::move(fact));
    return ok_status();
  }

  // Neighbours are joined when the later has grown as large as the earlier, so that each is joined a few
  // times only, however many there are.
  void take(CodeFacts found, const std::string& where) {
    for (const std::string& why : found.gaps) gap(where + ": " + why);
    found.gaps.clear();
    code_.push_back(std::move(found));
    while (code_.size() > 1 && weight(code_[code_.size() - 2]) <= 2 * weight(code_.back())) join_last();
  }
  static std::size_t weight(const CodeFacts& facts) { return facts.call_sites.size() + facts.classes.size(); }
  void join_last() {
    CodeFacts last = std::move(code_.back());
    code_.pop_back();
    code_.back().add(std::move(last));
  }

  // Constants that tell a version, while the file is there. Where two files differ, none is believed.
  template <class Ask>
  void add_constants(Ask ask, Constants& to) const {
    for (const Sdk& sdk : sdks_.sdks) {
      for (const SdkVersionMark& mark : sdk.versions) {
        if (mark.kind != SdkVersionMark::Kind::kConstant) continue;
        if (auto value = ask(mark.where)) to[mark.where].insert(*value);
      }
    }
  }

  std::optional<std::string> version_of(const SdkVersionMark& mark, const Resources& resources) const {
    if (mark.kind == SdkVersionMark::Kind::kConstant) {
      auto at = constants_.find(mark.where);
      return at != constants_.end() && at->second.size() == 1 ? std::optional(*at->second.begin())
                                                              : std::nullopt;
    }
    if (mark.kind == SdkVersionMark::Kind::kResource) return resources.string_named(mark.where);
    if (mark.kind != SdkVersionMark::Kind::kFile) return std::nullopt;
    for (const ZipArchive* zip : zips_) {
      const ZipEntry* entry = zip->find(mark.where);
      if (!entry) continue;
      auto bytes = zip->read(*entry, kMaxVersionFileBytes);
      if (bytes.ok()) return version_in_file(mark.where, as_text(*bytes));
    }
    return std::nullopt;
  }

  std::string owner_name(std::string_view class_name) const {
    Owner owner = owners_.of(class_name);
    if (owner.kind == OwnerKind::kSdk) return sdks_.sdks[owner.sdk].id;
    return owner.kind == OwnerKind::kApp ? "app" : "unknown";
  }

  void calls(const CallSites& sites) {
    std::set<std::string> known, used;
    for (const Source& source : sources_.sources) {
      out_.sources_known.push_back(source.id);
      known.insert(source.permissions.begin(), source.permissions.end());
    }
    for (const CallTarget& target : sites.targets()) {
      const Source& source = sources_.sources[target.source];
      used.insert(source.permissions.begin(), source.permissions.end());
    }
    std::vector<std::string> owners(sites.names().size());  // of callers' classes, where asked for
    for (const CallSites::Row& row : sites.rows()) {
      const CallTarget& target = sites.targets()[row.target];
      const std::string& caller = sites.names()[row.caller_class];
      std::string& owner = owners[row.caller_class];
      if (owner.empty()) owner = owner_name(caller);
      out_.calls_of_sources.push_back(
          {sources_.sources[target.source].id, std::string(call_how_name(target.how)), target.target, caller,
           sites.names()[row.method], sites.names()[row.descriptor], owner, row.count, target.weak});
    }
    out_.permissions_known.assign(known.begin(), known.end());
    out_.permissions_used.assign(used.begin(), used.end());
  }

  const SourceCatalogue& sources_;
  const SdkCatalogue& sdks_;
  const Together together_;
  Budget& budget_;
  CallSiteScanner scanner_;
  Owners owners_;
  std::vector<CodeFacts> code_;  // of the files so far, in their order
  SdkMarks marks_;
  CodeSummary out_;
  Constants constants_;
  std::vector<const ZipArchive*> zips_;
  // For what is looked at: a dex file, two of them side by side, a library, or a jar and a class of it.
  std::array<Bytes, 2> rooms_;
};
}  // namespace

Result<CodeSummary> read_code(const OpenPackage& package, const ApkFacts& facts, const FactsOptions& options,
                              Budget& budget) {
  CodeReader reader(options, budget, facts.package);
  for (const PackageMember& m : package.members) TRY(reader.member(m));
  return reader.finish(facts, package.resources);
}

Result<CodeSummary> read_bare_code(ByteView file, const FactsOptions& options, Budget& budget) {
  CodeReader reader(options, budget, "");
  if (starts_with(as_text(file), "dex\n")) {
    TRY(reader.dex(file, "the file"));
  } else {
    TRY_ASSIGN(ZipArchive zip, ZipArchive::open(file));
    TRY(reader.jar(zip, "the file"));
  }
  return reader.finish({}, {});
}

}  // namespace storesweep::apk
