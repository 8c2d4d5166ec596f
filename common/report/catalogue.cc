#include "common/report/catalogue.h"

#include <set>

#include "common/base/text.h"
#include "common/config/config.h"

namespace storesweep {

extern const std::string_view kTextYaml;  // rules/text.yaml

namespace {
// The names between braces.
std::set<std::string> placeholders(std::string_view text) {
  std::set<std::string> all;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find('}', at);
    if (end != std::string_view::npos) all.emplace(text.substr(at + 1, end - at - 1));
  }
  return all;
}

std::string filled(const std::string& text, const Catalogue::Values& values) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text[at] == '{' ? text.find('}', at) : std::string::npos;
    if (end == std::string::npos) {
      out += text[at++];
      continue;
    }
    const std::string_view name = std::string_view(text).substr(at + 1, end - at - 1);
    for (const auto& [key, value] : values) {
      if (key == name) out += value;
    }
    at = end + 1;
  }
  return out;
}
}  // namespace

Language language_of(std::string_view locale) {
  return starts_with(locale, "zh") ? Language::kChinese : Language::kEnglish;
}

Result<Catalogue> Catalogue::from_text(const std::string& name, const std::string& yaml) {
  TRY_ASSIGN(auto document, ConfigDocument::from_text(name, yaml));
  ConfigMap root = document.root();
  Catalogue catalogue;
  for (const std::string& section : root.keys()) {
    auto& entries = catalogue.sections_[section];
    for (auto& [key, entry] : root.named_maps(section)) {
      Entry e{entry.required_string("zh"), entry.required_string("en")};
      if (placeholders(e.zh) != placeholders(e.en)) {
        entry.error("", "the two languages name different {values}");
      }
      entries.emplace(key, std::move(e));
    }
  }
  TRY(document.finish());
  return catalogue;
}

Result<Catalogue> Catalogue::embedded() { return from_text("rules/text.yaml", std::string(kTextYaml)); }

bool Catalogue::has(std::string_view section, std::string_view key) const {
  const auto s = sections_.find(section);
  return s != sections_.end() && s->second.contains(key);
}

std::string Catalogue::text(Language language, std::string_view section, std::string_view key,
                            const Values& values) const {
  if (const auto s = sections_.find(section); s != sections_.end()) {
    if (const auto e = s->second.find(key); e != s->second.end()) {
      return filled(language == Language::kChinese ? e->second.zh : e->second.en, values);
    }
  }
  std::string plain(key);
  for (const auto& [name, value] : values) plain += " " + name + "=" + value;
  return plain;
}

std::string Catalogue::task(Language l, int task) const { return text(l, "tasks", std::to_string(task)); }
std::string Catalogue::level(Language l, Level level) const { return text(l, "levels", name(level)); }
std::string Catalogue::reason(Language l, Reason reason) const { return text(l, "reasons", name(reason)); }
std::string Catalogue::missing(Language l, Missing m) const { return text(l, "missing", name(m)); }
std::string Catalogue::phase(Language l, Phase phase) const { return text(l, "phases", name(phase)); }
std::string Catalogue::sentence(Language l, const Finding& finding) const {
  Values values = finding.values;
  for (auto& [key, value] : values) {
    const std::string_view section = key == "kind" ? "kinds" : key == "permission" ? "permissions" : "";
    if (has(section, value)) value = text(l, section, value);
  }
  return text(l, "findings", finding.what, values);
}

}  // namespace storesweep
