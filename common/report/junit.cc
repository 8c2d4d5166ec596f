// JUnit's XML as Jenkins reads it: a suite a task, a case a rule.
#include <algorithm>

#include "common/base/text.h"
#include "common/report/html.h"
#include "common/report/pipeline.h"

namespace storesweep {
namespace {
constexpr std::size_t kMaxText = 4'000;

// U+FFFE and U+FFFF are characters to Unicode and none to XML.
std::string xml(std::string_view text) {
  std::string out = html::safe(text, kMaxText);
  for (const std::string_view bad : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (std::size_t at = 0; (at = out.find(bad, at)) != std::string::npos;)
      out.replace(at, 3, "\xEF\xBF\xBD");
  }
  return out;
}
std::string attribute(std::string_view name, std::string_view value) {
  std::string one_line(value);
  std::replace(one_line.begin(), one_line.end(), '\n', ' ');
  return " " + std::string(name) + "=\"" + xml(one_line) + "\"";
}

struct Counts {
  int tests = 0, failures = 0, errors = 0, skipped = 0;
  void add(const Counts& other) {
    tests += other.tests;
    failures += other.failures;
    errors += other.errors;
    skipped += other.skipped;
  }
};

class JUnit {
 public:
  JUnit(const CheckReport& report, const RulePack& pack, const Catalogue& catalogue, Language language)
      : report_(report),
        pack_(pack),
        catalogue_(catalogue),
        language_(language),
        lacking_(untested_required(report)) {}

  std::string text() const {
    Counts all;
    std::string suites;
    for (int task = 1; task <= kTaskCount; ++task) {
      Counts counts;
      suites += suite(task, counts);
      all.add(counts);
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + attribute("name", title()) +
           attribute("tests", std::to_string(all.tests)) +
           attribute("failures", std::to_string(all.failures)) +
           attribute("errors", std::to_string(all.errors)) + ">\n" + suites + "</testsuites>\n";
  }

 private:
  std::string title() const {
    const Listing& l = report_.listing;
    const std::string mark =
        report_.verdict.simulated ? "[" + catalogue_.text(language_, "cli", "simulated") + "] " : "";
    return mark + "storesweep " + l.package + " " + l.version_name;
  }

  std::string suite(int task, Counts& counts) const {
    std::string cases;
    for (const ItemVerdict& item : report_.verdict.items) {
      const RuleItem* known = pack_.item(item.rule);
      if (known && known->task == task) cases += test_case(item, *known, counts);
    }
    return " <testsuite" + attribute("name", std::to_string(task) + " " + catalogue_.task(language_, task)) +
           attribute("tests", std::to_string(counts.tests)) +
           attribute("failures", std::to_string(counts.failures)) +
           attribute("errors", std::to_string(counts.errors)) +
           attribute("skipped", std::to_string(counts.skipped)) +
           attribute("package", report_.listing.package) + ">\n" + cases + " </testsuite>\n";
  }

  std::string test_case(const ItemVerdict& item, const RuleItem& known, Counts& counts) const {
    ++counts.tests;
    std::string failures, mentioned;
    for (std::size_t i = 0; i < report_.verdict.findings.size(); ++i) {
      const Finding& f = report_.verdict.findings[i];
      if (f.rule != item.rule) continue;
      if (f.level <= report_.fail_on && is_news(report_, i)) {
        failures += failure(f);
      } else {
        mentioned += (mentioned.empty() ? "" : "\n") +
                     (is_news(report_, i) ? "" : catalogue_.text(language_, "cli", "check_known_one") + " ") +
                     words_of(f);
      }
    }
    return "  <testcase" +
           attribute("name", item.rule + " " + (language_ == Language::kChinese ? known.zh : known.en)) +
           attribute("classname", report_.listing.package + "." + std::to_string(known.task)) +
           attribute("status", name(item.level)) + ">" + outcome(item, failures, mentioned, counts) +
           "</testcase>\n";
  }

  // Skipped before error before failure, as the schema orders them.
  std::string outcome(const ItemVerdict& item, const std::string& failures, const std::string& mentioned,
                      Counts& counts) const {
    if (!failures.empty()) {
      ++counts.failures;
      return failures + (mentioned.empty() ? "" : "\n   <system-out>" + xml(mentioned) + "</system-out>\n  ");
    }
    if (std::find(lacking_.begin(), lacking_.end(), item.rule) != lacking_.end()) {
      ++counts.errors;
      return "\n   <error" + attribute("type", name(item.level)) + attribute("message", reasons(item)) +
             "/>\n  ";
    }
    std::string why = mentioned;
    if (why.empty() && item.level == Level::kNotTested) why = reasons(item);
    if (why.empty() && item.level == Level::kNotApplicable) why = catalogue_.level(language_, item.level);
    if (why.empty()) return "";
    ++counts.skipped;
    return "\n   <skipped>" + xml(why) + "</skipped>\n  ";
  }

  std::string failure(const Finding& f) const {
    std::string body = words_of(f) + "\n" + f.edition + " " + f.clause + "\n" + std::string(name(f.phase)) +
                       " " + catalogue_.phase(language_, f.phase) + " " + html::seconds(f.device_ms);
    if (!f.last_action.empty())
      body += "\n" + catalogue_.text(language_, "cli", "last_action", {{"action", f.last_action}});
    for (const EvidenceRef& e : f.evidence) body += "\n" + e.excerpt;
    return "\n   <failure" + attribute("type", name(f.level)) +
           attribute("message", catalogue_.sentence(language_, f)) + ">" + xml(body) + "</failure>\n  ";
  }

  std::string words_of(const Finding& f) const {
    std::string out = catalogue_.level(language_, f.level) + ": " + catalogue_.sentence(language_, f);
    for (const Missing m : f.missing)
      out +=
          "; " + catalogue_.text(language_, "cli", "missing", {{"what", catalogue_.missing(language_, m)}});
    return out;
  }

  std::string reasons(const ItemVerdict& item) const {
    std::string out = catalogue_.level(language_, item.level);
    for (const Reason r : item.reasons)
      out += "; " + std::string(name(r)) + ": " + catalogue_.reason(language_, r);
    return out;
  }

  const CheckReport& report_;
  const RulePack& pack_;
  const Catalogue& catalogue_;
  const Language language_;
  const std::vector<std::string> lacking_;
};
}  // namespace

std::string junit_text(const CheckReport& report, const RulePack& pack, const Catalogue& catalogue,
                       Language language) {
  return JUnit(report, pack, catalogue, language).text();
}

}  // namespace storesweep
