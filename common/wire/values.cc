#include "common/wire/values.h"

namespace storesweep::wire {
namespace {
[[noreturn]] void too_long(const char* field, std::size_t bytes, std::size_t most) {
  throw Refused{std::string(field) + ": " + std::to_string(bytes) + " bytes, at most " +
                std::to_string(most)};
}
}  // namespace

std::string text(capnp::Text::Reader in, const char* field, std::size_t max_bytes) {
  if (in.size() > max_bytes) too_long(field, in.size(), max_bytes);
  return {in.begin(), in.size()};
}

std::string data(capnp::Data::Reader in, const char* field, std::size_t max_bytes) {
  if (in.size() > max_bytes) too_long(field, in.size(), max_bytes);
  return {reinterpret_cast<const char*>(in.begin()), in.size()};
}

Digest digest(capnp::Data::Reader in, const char* field) {
  Digest out{};
  if (in.size() == 0) return out;
  if (in.size() != out.size()) throw Refused{std::string(field) + ": a digest has 32 bytes"};
  std::copy(in.begin(), in.end(), out.begin());
  return out;
}

void put_texts(capnp::List<capnp::Text>::Builder list, const std::vector<std::string>& values) {
  for (unsigned i = 0; i < list.size(); ++i) list.set(i, text(values[i]));
}

std::vector<std::string> texts(capnp::List<capnp::Text>::Reader list, const char* field) {
  if (list.size() > kMaxListEntries) throw Refused{std::string(field) + ": too many entries"};
  std::vector<std::string> out;
  out.reserve(list.size());
  for (auto entry : list) out.push_back(text(entry, field));
  return out;
}

void put(format::Token::Builder out, const Token& v) {
  out.setEpoch(v.epoch);
  out.setN(v.n);
  out.setIncarnation(v.incarnation);
  out.setJob(v.job.value);
  out.setWorker(text(v.worker));
  out.setMac({v.mac.data(), v.mac.size()});
}
Token get(format::Token::Reader in) {
  Token v;
  v.epoch = in.getEpoch();
  v.n = in.getN();
  v.incarnation = in.getIncarnation();
  v.job = JobId(in.getJob());
  v.worker = text(in.getWorker(), "token.worker");
  const auto mac = in.getMac();
  if (mac.size() != v.mac.size()) throw Refused{"token.mac: it has 16 bytes"};
  std::copy(mac.begin(), mac.end(), v.mac.begin());
  return v;
}

void put(format::Needs::Builder out, const Needs& v) {
  put_texts(out.initAbis(size_of(v.abis)), v.abis);
  out.setMinApi(v.min_api);
  put_texts(out.initFeatures(size_of(v.features)), v.features);
  out.setQuickAppRuntime(v.quick_app_runtime);
  out.setOtherThanClass(text(v.other_than_class));
}
Needs get(format::Needs::Reader in) {
  Needs v;
  v.abis = texts(in.getAbis(), "needs.abis");
  v.min_api = in.getMinApi();
  v.features = texts(in.getFeatures(), "needs.features");
  v.quick_app_runtime = in.getQuickAppRuntime();
  v.other_than_class = text(in.getOtherThanClass(), "needs.otherThanClass");
  return v;
}

void put(format::DeviceKind::Builder out, const DeviceKind& v) {
  out.setDeviceClass(text(v.device_class));
  out.setApi(v.api);
}
DeviceKind get(format::DeviceKind::Reader in) {
  return {text(in.getDeviceClass(), "kind.deviceClass"), in.getApi()};
}

void put(format::Device::Builder out, const Device& v) {
  out.setIdentity(text(v.identity));
  put(out.initKind(), v.kind);
  put_texts(out.initAbis(size_of(v.abis)), v.abis);
  put_texts(out.initFeatures(size_of(v.features)), v.features);
  out.setQuickAppRuntime(v.quick_app_runtime);
}
Device get(format::Device::Reader in) {
  Device v;
  v.identity = text(in.getIdentity(), "device.identity");
  v.kind = get(in.getKind());
  v.abis = texts(in.getAbis(), "device.abis");
  v.features = texts(in.getFeatures(), "device.features");
  v.quick_app_runtime = in.getQuickAppRuntime();
  return v;
}

void put(format::Listing::Permission::Builder out, const DeclaredPermission& v) {
  out.setName(text(v.name));
  out.setPurpose(text(v.purpose));
}
DeclaredPermission get(format::Listing::Permission::Reader in) {
  return {text(in.getName(), "permission.name"), text(in.getPurpose(), "permission.purpose")};
}

void put(format::Listing::Builder out, const Listing& v) {
  out.setId(v.id.value);
  out.setTenant(v.tenant.value);
  out.setSubject(to_enum<format::Listing::Subject>(v.subject));
  out.setPlace(to_enum<format::Listing::Place>(v.place));
  out.setStore(text(v.store));
  out.setPackage(text(v.package));
  out.setVersionName(text(v.version_name));
  out.setVersionCode(v.version_code);
  out.setLabel(text(v.label));
  out.setDeveloper(text(v.developer));
  out.setCreditCode(text(v.credit_code));
  out.setFilingNumber(text(v.filing_number));
  out.setRegion(text(v.region));
  out.setCategory(text(v.category));
  out.setCategorySource(text(v.category_source));
  out.setRank(v.rank);
  out.setDownloads(v.downloads);
  out.setReleaseDate(text(v.release_date));
  put_each(out.initPermissions(size_of(v.permissions)), v.permissions);
  out.setPolicyUrl(text(v.policy_url));
  out.setApkUrl(text(v.apk_url));
  out.setApkSha256(text(v.apk_sha256));
  out.setApkBytes(v.apk_bytes);
  out.setPage(text(v.page));
}
Listing get(format::Listing::Reader in) {
  Listing v;
  v.id = ListingId(in.getId());
  v.tenant = TenantId(in.getTenant());
  v.subject = from_enum(in.getSubject(), SubjectKind::kStore, "listing.subject");
  v.place = from_enum(in.getPlace(), PlaceKind::kPreset, "listing.place");
  v.store = text(in.getStore(), "listing.store");
  v.package = text(in.getPackage(), "listing.package");
  v.version_name = text(in.getVersionName(), "listing.versionName");
  v.version_code = in.getVersionCode();
  v.label = text(in.getLabel(), "listing.label");
  v.developer = text(in.getDeveloper(), "listing.developer");
  v.credit_code = text(in.getCreditCode(), "listing.creditCode");
  v.filing_number = text(in.getFilingNumber(), "listing.filingNumber");
  v.region = text(in.getRegion(), "listing.region");
  v.category = text(in.getCategory(), "listing.category");
  v.category_source = text(in.getCategorySource(), "listing.categorySource");
  v.rank = in.getRank();
  v.downloads = in.getDownloads();
  v.release_date = text(in.getReleaseDate(), "listing.releaseDate");
  v.permissions = get_each<DeclaredPermission>(in.getPermissions(), "listing.permissions");
  v.policy_url = text(in.getPolicyUrl(), "listing.policyUrl");
  v.apk_url = text(in.getApkUrl(), "listing.apkUrl");
  v.apk_sha256 = text(in.getApkSha256(), "listing.apkSha256");
  v.apk_bytes = in.getApkBytes();
  v.page = text(in.getPage(), "listing.page");
  return v;
}

void put(format::Running::Builder out, const Running& v) {
  put(out.initToken(), v.token);
  out.setStage(to_enum<format::Stage>(v.stage));
  out.setBegan(v.began);
  out.setFileSet(digest(v.file_set));
}
Running get(format::Running::Reader in) {
  Running v;
  v.token = get(in.getToken());
  v.stage = from_enum(in.getStage(), Stage::kReporting, "running.stage");
  v.began = in.getBegan();
  v.file_set = digest(in.getFileSet(), "running.fileSet");
  return v;
}

void put(format::Spooled::Builder out, const Spooled& v) {
  put(out.initToken(), v.token);
  out.setFileSet(digest(v.file_set));
  out.setSequence(v.sequence);
}
Spooled get(format::Spooled::Reader in) {
  return {get(in.getToken()), digest(in.getFileSet(), "spooled.fileSet"), in.getSequence()};
}
void put(format::Blob::Builder out, const BlobRef& v) {
  out.setName(text(v.name));
  out.setSha256({v.sha256.data(), v.sha256.size()});
  out.setBytes(v.bytes);
}
BlobRef get(format::Blob::Reader in) {
  BlobRef v{text(in.getName(), "blob.name", kMaxBlobNameBytes), digest(in.getSha256(), "blob.sha256"),
            in.getBytes()};
  if (!good_blob_name(v.name)) throw Refused{"blob.name: letters, digits, '.', '_' and '-' only"};
  return v;
}

void put(format::Figures::Builder out, const RunFigures& v) {
  auto phases = out.initPhaseMs(size_of(v.phase_ms));
  for (unsigned i = 0; i < phases.size(); ++i) phases.set(i, v.phase_ms[i]);
  out.setCommands(v.commands);
  out.setBytesFromDevice(v.bytes_from_device);
  out.setBytesToDevice(v.bytes_to_device);
  out.setEvents(v.events);
  out.setEventsLost(v.events_lost);
  out.setCrashes(v.crashes);
  out.setAnrs(v.anrs);
  out.setScreens(v.screens);
  out.setFetchMs(v.fetch_ms);
  out.setDeviceMs(v.device_ms);
}
// A worker's figures are summed up for a whole sweep: none may be negative, or so large that sums overflow.
static std::int64_t figure(std::int64_t v, const char* field) {
  constexpr std::int64_t kMost = std::int64_t{1} << 48;
  if (v < 0 || v > kMost) throw Refused{std::string(field) + ": out of range"};
  return v;
}
RunFigures get(format::Figures::Reader in) {
  RunFigures v;
  const auto phases = in.getPhaseMs();
  if (phases.size() > v.phase_ms.size()) throw Refused{"figures.phaseMs: more phases than there are"};
  for (unsigned i = 0; i < phases.size(); ++i) v.phase_ms[i] = figure(phases[i], "figures.phaseMs");
  v.commands = figure(in.getCommands(), "figures.commands");
  v.bytes_from_device = figure(in.getBytesFromDevice(), "figures.bytesFromDevice");
  v.bytes_to_device = figure(in.getBytesToDevice(), "figures.bytesToDevice");
  v.events = figure(in.getEvents(), "figures.events");
  v.events_lost = figure(in.getEventsLost(), "figures.eventsLost");
  v.crashes = figure(in.getCrashes(), "figures.crashes");
  v.anrs = figure(in.getAnrs(), "figures.anrs");
  v.screens = figure(in.getScreens(), "figures.screens");
  v.fetch_ms = figure(in.getFetchMs(), "figures.fetchMs");
  v.device_ms = figure(in.getDeviceMs(), "figures.deviceMs");
  return v;
}

void put(format::SdkList::Sdk::Builder out, const SdkInRun& v) {
  out.setId(text(v.id));
  out.setVersion(text(v.version));
}
SdkInRun get(format::SdkList::Sdk::Reader in) {
  return {text(in.getId(), "sdks.id", kMaxSdkIdBytes),
          text(in.getVersion(), "sdks.version", kMaxSdkVersionBytes)};
}
void put(format::SdkList::Builder out, const SdkList& v) {
  out.setCatalogue(text(v.catalogue));
  put_each(out.initIn(size_of(v.in)), v.in);
  out.setLeftOut(v.left_out);
}
SdkList get(format::SdkList::Reader in) {
  return {text(in.getCatalogue(), "sdks.catalogue", kMaxSdkVersionBytes),
          get_each<SdkInRun>(in.getIn(), "sdks.in", kMaxSdksOfRun), in.getLeftOut()};
}

void put(format::Offer::Builder out, const LeaseOffer& v) {
  put(out.initToken(), v.token);
  out.setKind(to_enum<format::JobKind>(v.kind));
  out.setSweep(v.sweep.value);
  out.setShard(v.shard);
  put(out.initListing(), v.listing);
  out.setDepth(to_enum<format::Depth>(v.depth));
  put_texts(out.initOnlyRules(size_of(v.only_rules)), v.only_rules);
  put(out.initNeeds(), v.needs);
  out.setNotOnDevice(text(v.not_on_device));
  put_texts(out.initAvoidDevices(size_of(v.avoid_devices)), v.avoid_devices);
  if (v.on_kind) put(out.initOnKind(), *v.on_kind);
  if (v.file_set) out.setFileSet({v.file_set->data(), v.file_set->size()});
  out.setEvidenceAddress(text(v.evidence_address));
  out.setLeaseMs(v.lease_ms);
}
LeaseOffer get(format::Offer::Reader in) {
  LeaseOffer v;
  v.token = get(in.getToken());
  v.kind = from_enum(in.getKind(), JobKind::kRetest, "offer.kind");
  v.sweep = SweepId(in.getSweep());
  v.shard = in.getShard();
  v.listing = get(in.getListing());
  v.depth = from_enum(in.getDepth(), Depth::kLab, "offer.depth");
  v.only_rules = texts(in.getOnlyRules(), "offer.onlyRules");
  v.needs = get(in.getNeeds());
  v.not_on_device = text(in.getNotOnDevice(), "offer.notOnDevice");
  v.avoid_devices = texts(in.getAvoidDevices(), "offer.avoidDevices");
  if (in.hasOnKind()) v.on_kind = get(in.getOnKind());
  if (in.getFileSet().size() != 0) v.file_set = digest(in.getFileSet(), "offer.fileSet");
  v.evidence_address = text(in.getEvidenceAddress(), "offer.evidenceAddress");
  v.lease_ms = in.getLeaseMs();
  return v;
}

}  // namespace storesweep::wire
