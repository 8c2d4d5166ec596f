#include "common/evidence/verdict_codec.h"

#include <capnp/message.h>
#include <capnp/serialize-packed.h>
#include <kj/exception.h>
#include <kj/io.h>

#include "schemas/verdict.capnp.h"

namespace storesweep {
namespace {

capnp::Text::Reader text(const std::string& s) { return {s.data(), s.size()}; }
std::string text(capnp::Text::Reader t) { return {t.begin(), t.size()}; }

template <class Builder, class E>
void put_enums(Builder list, const std::vector<E>& values) {
  for (unsigned i = 0; i < list.size(); ++i) list.set(i, static_cast<std::uint8_t>(values[i]));
}
unsigned size_of(const auto& container) { return static_cast<unsigned>(container.size()); }

// A number that an enumeration's last value bounds, else corrupt (thrown: the edge below turns it into a
// Status).
template <class E>
E checked(unsigned value, E last) {
  if (value > static_cast<unsigned>(last)) throw std::out_of_range("an unknown number of an enumeration");
  return static_cast<E>(value);
}
Reason reason_of(unsigned v) { return checked(v, Reason::kDocumentReview); }
Level level_of(unsigned v) { return checked(v, Level::kNotApplicable); }

void put_evidence(format::Evidence::Builder out, const EvidenceRef& e) {
  out.setJournal({e.journal.data(), e.journal.size()});
  out.setRecord(e.record);
  out.setExcerpt(text(e.excerpt));
}

EvidenceRef get_evidence(format::Evidence::Reader in) {
  EvidenceRef ref;
  auto journal = in.getJournal();
  if (journal.size() != ref.journal.size()) throw std::out_of_range("a digest of wrong length");
  std::copy(journal.begin(), journal.end(), ref.journal.begin());
  ref.record = in.getRecord();
  ref.excerpt = text(in.getExcerpt());
  return ref;
}

void put_finding(format::Finding::Builder out, const Finding& f) {
  out.setRule(text(f.rule));
  out.setClause(text(f.clause));
  out.setEdition(text(f.edition));
  out.setLevel(static_cast<std::uint8_t>(f.level));
  out.setPhase(static_cast<std::uint8_t>(f.phase));
  out.setDeviceMs(f.device_ms);
  out.setWhat(text(f.what));
  auto values = out.initValues(size_of(f.values));
  for (unsigned i = 0; i < values.size(); ++i) {
    values[i].setKey(text(f.values[i].first));
    values[i].setValue(text(f.values[i].second));
  }
  put_enums(out.initMissing(size_of(f.missing)), f.missing);
  auto evidence = out.initEvidence(size_of(f.evidence));
  for (unsigned i = 0; i < evidence.size(); ++i) put_evidence(evidence[i], f.evidence[i]);
  out.setLastAction(text(f.last_action));
}

Finding get_finding(format::Finding::Reader in) {
  Finding f;
  f.rule = text(in.getRule());
  f.clause = text(in.getClause());
  f.edition = text(in.getEdition());
  f.level = level_of(in.getLevel());
  f.phase = checked(in.getPhase(), Phase::kP12);
  f.device_ms = in.getDeviceMs();
  f.what = text(in.getWhat());
  for (auto v : in.getValues()) f.values.emplace_back(text(v.getKey()), text(v.getValue()));
  for (auto m : in.getMissing()) f.missing.push_back(checked(m, kLastMissing));
  for (auto e : in.getEvidence()) f.evidence.push_back(get_evidence(e));
  f.last_action = text(in.getLastAction());
  return f;
}

void put_coverage(format::Coverage::Builder out, const Coverage& c) {
  auto ms = out.initPhaseDeviceMs(size_of(c.phase_device_ms));
  auto run = out.initPhaseRun(size_of(c.phase_run));
  for (unsigned i = 0; i < ms.size(); ++i) {
    ms.set(i, c.phase_device_ms[i]);
    run.set(i, c.phase_run[i]);
  }
  out.setScreens(c.screens);
  out.setLinesUnknown(c.lines_unknown);
  out.setRecordsLost(c.records_lost);
  auto observers = out.initObservers(size_of(c.observers));
  for (unsigned i = 0; i < observers.size(); ++i) observers.set(i, text(c.observers[i]));
}

Coverage get_coverage(format::Coverage::Reader in) {
  Coverage c;
  for (unsigned i = 0; i < in.getPhaseDeviceMs().size() && i < c.phase_device_ms.size(); ++i) {
    c.phase_device_ms[i] = in.getPhaseDeviceMs()[i];
  }
  for (unsigned i = 0; i < in.getPhaseRun().size() && i < c.phase_run.size(); ++i)
    c.phase_run[i] = in.getPhaseRun()[i];
  c.screens = in.getScreens();
  c.lines_unknown = in.getLinesUnknown();
  c.records_lost = in.getRecordsLost();
  for (auto o : in.getObservers()) c.observers.push_back(text(o));
  return c;
}

void put_look_ups(format::LookUps::Builder out, const LookUps& l) {
  out.setWalked(l.walked);
  out.setPages(l.pages);
  out.setLoginWall(l.login_wall);
  auto places = out.initPlaces(size_of(l.places));
  for (unsigned i = 0; i < places.size(); ++i) {
    places[i].setSought(static_cast<std::uint8_t>(l.places[i].sought));
    places[i].setLabel(text(l.places[i].label));
    places[i].setTaps(l.places[i].taps);
    put_evidence(places[i].initEvidence(), l.places[i].evidence);
  }
  auto conditions = out.initConditions(size_of(l.conditions));
  for (unsigned i = 0; i < conditions.size(); ++i) conditions.set(i, text(l.conditions[i]));
}

LookUps get_look_ups(format::LookUps::Reader in) {
  LookUps l;
  l.walked = in.getWalked();
  l.pages = in.getPages();
  l.login_wall = in.getLoginWall();
  for (auto p : in.getPlaces()) {
    l.places.push_back({checked(p.getSought(), static_cast<Sought>(kSoughtCount - 1)), text(p.getLabel()),
                        p.getTaps(), get_evidence(p.getEvidence())});
  }
  for (auto c : in.getConditions()) l.conditions.push_back(text(c));
  return l;
}

void put_rows(format::Verdict::Builder out, const Verdict& v) {
  auto rows = out.initRows(size_of(v.rows));
  for (unsigned i = 0; i < rows.size(); ++i) {
    rows[i].setLevel(static_cast<std::uint8_t>(v.rows[i].level));
    rows[i].setItems(static_cast<std::uint16_t>(v.rows[i].items));
    rows[i].setItemsJudged(static_cast<std::uint16_t>(v.rows[i].items_judged));
    put_enums(rows[i].initReasons(size_of(v.rows[i].reasons)), v.rows[i].reasons);
  }
  auto items = out.initItems(size_of(v.items));
  for (unsigned i = 0; i < items.size(); ++i) {
    items[i].setRule(text(v.items[i].rule));
    items[i].setLevel(static_cast<std::uint8_t>(v.items[i].level));
    put_enums(items[i].initReasons(size_of(v.items[i].reasons)), v.items[i].reasons);
  }
}

void get_rows(format::Verdict::Reader in, Verdict& v) {
  if (in.getRows().size() != kTaskCount) throw std::out_of_range("a verdict has ten rows");
  for (unsigned i = 0; i < kTaskCount; ++i) {
    auto row = in.getRows()[i];
    v.rows[i] = {static_cast<int>(i) + 1, level_of(row.getLevel()), row.getItems(), row.getItemsJudged(), {}};
    for (auto r : row.getReasons()) v.rows[i].reasons.push_back(reason_of(r));
  }
  for (auto item : in.getItems()) {
    ItemVerdict& to = v.items.emplace_back(ItemVerdict{text(item.getRule()), level_of(item.getLevel()), {}});
    for (auto r : item.getReasons()) to.reasons.push_back(reason_of(r));
  }
}

Verdict get_verdict(format::Verdict::Reader in) {
  if (in.getVersion() != 1) throw std::out_of_range("verdict version " + std::to_string(in.getVersion()));
  Verdict v;
  v.pack_version = text(in.getPackVersion());
  v.judge_version = text(in.getJudgeVersion());
  v.simulated = in.getSimulated();
  v.clock_rate_permille = in.getClockRatePermille();
  v.subject = checked(in.getSubject(), SubjectKind::kStore);
  v.device_kind = {text(in.getDeviceClass()), in.getApi()};
  v.depth = checked(in.getDepth(), Depth::kLab);
  v.runs = static_cast<int>(in.getRuns());
  get_rows(in, v);
  for (auto f : in.getFindings()) v.findings.push_back(get_finding(f));
  for (auto r : in.getConfirmRules()) v.confirm_rules.push_back(text(r));
  v.coverage = get_coverage(in.getCoverage());
  v.validity.exercised = in.getExercised();
  for (auto h : in.getHindrances()) v.validity.hindrances.push_back(checked(h, Hindrance::kPinned));
  v.validity.other_class_wanted = in.getOtherClassWanted();
  v.look_ups = get_look_ups(in.getLookUps());
  return v;
}

}  // namespace

std::string encode_verdict(const Verdict& v) {
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<format::Verdict>();
  out.setVersion(1);
  out.setPackVersion(text(v.pack_version));
  out.setJudgeVersion(text(v.judge_version));
  out.setSimulated(v.simulated);
  out.setClockRatePermille(v.clock_rate_permille);
  out.setSubject(static_cast<std::uint8_t>(v.subject));
  out.setDeviceClass(text(v.device_kind.device_class));
  out.setApi(v.device_kind.api);
  out.setDepth(static_cast<std::uint8_t>(v.depth));
  out.setRuns(static_cast<std::uint32_t>(v.runs));
  put_rows(out, v);
  auto findings = out.initFindings(size_of(v.findings));
  for (unsigned i = 0; i < findings.size(); ++i) put_finding(findings[i], v.findings[i]);
  auto confirm = out.initConfirmRules(size_of(v.confirm_rules));
  for (unsigned i = 0; i < confirm.size(); ++i) confirm.set(i, text(v.confirm_rules[i]));
  put_coverage(out.initCoverage(), v.coverage);
  out.setExercised(v.validity.exercised);
  put_enums(out.initHindrances(size_of(v.validity.hindrances)), v.validity.hindrances);
  out.setOtherClassWanted(v.validity.other_class_wanted);
  put_look_ups(out.initLookUps(), v.look_ups);
  kj::VectorOutputStream bytes;
  capnp::writePackedMessage(bytes, message);
  return {reinterpret_cast<const char*>(bytes.getArray().begin()), bytes.getArray().size()};
}

Result<Verdict> decode_verdict_untrusted(std::string_view bytes) {
  if (bytes.size() > kMaxVerdictBytes) return exhausted("a verdict may have 4 MiB at most");
  try {
    kj::ArrayInputStream in(kj::arrayPtr(reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()));
    capnp::ReaderOptions options;
    options.traversalLimitInWords = kMaxVerdictBytes;
    capnp::PackedMessageReader reader(in, options);
    return get_verdict(reader.getRoot<format::Verdict>());
  } catch (const kj::Exception& e) {
    return corrupt(std::string("not a verdict: ") + e.getDescription().cStr());
  } catch (const std::out_of_range& e) {
    return corrupt(std::string("not a verdict: ") + e.what());
  }
}

}  // namespace storesweep
