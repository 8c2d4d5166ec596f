// What `storesweep apk` shows of a package.
#include <algorithm>
#include <map>

#include "cli/json_fields.h"
#include "cli/render.h"
#include "cli/screen_text.h"
#include "common/rules/permission_groups.h"

namespace storesweep::cli {
namespace {
constexpr std::size_t kMaxLines = 12;  // of one kind; the rest is counted, --json has all

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> out;
  for (const Json& one : list) {
    if (one.is_string()) out.push_back(one.get<std::string>());
  }
  return out;
}
std::string short_name(const std::string& permission) {
  const std::string prefix = "android.permission.";
  return permission.rfind(prefix, 0) == 0 ? permission.substr(prefix.size()) : permission;
}

// Rows of a name and one or more lines, the names filled up to one width.
class Page {
 public:
  explicit Page(const Style& style) : style_(style) {}

  void row(const char* key, const std::string& line) {
    if (!line.empty()) rows_.push_back({style_.text(key), {safe_text(line)}});
  }
  void rows(const char* key, std::vector<std::string> lines) {
    if (lines.empty()) return;
    const std::size_t more = lines.size() > kMaxLines ? lines.size() - kMaxLines : 0;
    lines.resize(lines.size() - more);
    for (std::string& line : lines) line = safe_text(line);
    if (more > 0) lines.push_back(style_.text("apk_more", {{"n", std::to_string(more)}}));
    rows_.push_back({style_.text(key), std::move(lines)});
  }
  std::string text() const {
    std::size_t columns = 0;
    for (const auto& [name, lines] : rows_) columns = std::max(columns, width(name));
    std::string out;
    for (const auto& [name, lines] : rows_) {
      for (std::size_t i = 0; i < lines.size(); ++i)
        out += "  " + padded(i == 0 ? name : "", columns) + "  " + lines[i] + "\n";
    }
    return out;
  }

 private:
  const Style& style_;
  std::vector<std::pair<std::string, std::vector<std::string>>> rows_;
};

std::string head(const Json& f) {
  std::string version = text_of(f, "version_name"), zh = text_of(f, "label_zh"), label = text_of(f, "label");
  std::string labels = zh.empty() || zh == label ? label : zh + " / " + label;
  return safe_text(joined({text_of(f, "package"),
                           version + " (" + std::to_string(int_of(f, "version_code")) + ")", labels},
                          "  ")) +
         "\n";
}

std::vector<std::string> signer_lines(const Style& style, const Json& f) {
  const Json& s = below(f, "signature");
  if (s.empty()) {
    std::vector<std::string> seen;
    for (const auto& [name, there] : below(f, "signing").items()) {
      if (there.is_boolean() && there.get<bool>()) seen.push_back(name == "v3_1" ? "v3.1" : name);
    }
    return {joined({joined(seen, " "), style.text("apk_unchecked")})};
  }
  std::vector<std::string> verified, lines, marks;
  for (const auto& [name, state] : below(s, "schemes").items()) {
    if (state == "verified") verified.push_back(name);
  }
  if (!bool_of(s, "verified")) marks.push_back(style.text("apk_not_verified"));
  for (const char* mark : {"debug_key", "stripped", "mixed"}) {
    if (bool_of(s, mark)) marks.push_back(style.text(std::string("apk_") + mark));
  }
  lines.push_back(joined({joined(verified, " "), joined(marks)}, "; "));
  for (const Json& c : below(s, "identity")) {
    lines.push_back(text_of(c, "subject"));
    lines.push_back("SHA-256 " + text_of(c, "sha256"));
  }
  for (const Json& p : below(s, "problems")) {
    if (bool_of(p, "error"))
      lines.push_back(joined({text_of(p, "scheme"), text_of(p, "problem"), text_of(p, "detail")}, " "));
  }
  return lines;
}

std::vector<std::string> permission_lines(const Style& style, const Json& f) {
  std::vector<std::string> dangerous, others;
  for (const Json& p : below(f, "permissions")) {
    std::string name = text_of(p, "name"), shown = short_name(name);
    if (const auto max = int_of(p, "max_sdk")) shown += " (<=" + std::to_string(max) + ")";
    (dangerous_permission(name) ? dangerous : others).push_back(shown);
  }
  std::vector<std::string> lines = {
      style.text("apk_dangerous", {{"all", std::to_string(dangerous.size() + others.size())},
                                   {"dangerous", std::to_string(dangerous.size())}})};
  if (!dangerous.empty()) lines.push_back(joined(dangerous));
  if (!others.empty()) lines.push_back(joined(others));
  std::vector<std::string> implied;
  for (const std::string& name : texts(below(f, "implied_permissions"))) implied.push_back(short_name(name));
  if (!implied.empty()) lines.push_back(style.text("apk_implied") + ": " + joined(implied));
  return lines;
}

std::vector<std::string> sdk_lines(const Style& style, const Json& code) {
  std::vector<std::string> lines;
  for (const Json& s : below(code, "sdks")) {
    std::string version = text_of(s, "version");
    lines.push_back(text_of(s, "name") + " " +
                    (version.empty() ? "(" + style.text("apk_unknown_version") + ")" : version) + "  " +
                    joined({text_of(s, "kind"), text_of(s, "company")}));
  }
  return lines;
}

// A line for each source: how often, and by whom.
std::vector<std::string> source_lines(const Json& code) {
  std::map<std::string, std::map<std::string, std::int64_t>> by_source;
  for (const Json& call : below(code, "calls"))
    by_source[text_of(call, "source")][text_of(call, "owner")] += int_of(call, "count");
  std::vector<std::string> lines;
  for (const auto& [source, owners] : by_source) {
    std::int64_t all = 0;
    std::vector<std::string> parts;
    for (const auto& [owner, n] : owners) {
      all += n;
      parts.push_back(owner + " " + std::to_string(n));
    }
    lines.push_back(source + " " + std::to_string(all) + ": " + joined(parts));
  }
  return lines;
}

std::string component_line(const Style& style, const Json& f) {
  std::map<std::string, std::pair<int, int>> kinds;
  for (const Json& c : below(f, "components")) {
    auto& [all, reachable] = kinds[text_of(c, "kind")];
    ++all;
    reachable += bool_of(c, "reachable") ? 1 : 0;
  }
  std::vector<std::string> parts;
  for (const auto& [kind, n] : kinds) {
    parts.push_back(std::to_string(n.first) + " " + kind +
                    (n.second > 0 ? style.text("apk_reachable", {{"n", std::to_string(n.second)}}) : ""));
  }
  return joined(parts);
}

std::string network_line(const Style& style, const Json& f) {
  const Json& n = below(f, "network");
  std::vector<std::string> parts = {
      style.text(bool_of(n, "cleartext") ? "apk_cleartext_yes" : "apk_cleartext_no"),
      style.text(bool_of(n, "user_certificates") ? "apk_user_ca_yes" : "apk_user_ca_no"), text_of(n, "file")};
  if (const std::size_t rules = below(n, "rules").size())
    parts.push_back(style.text("apk_rules", {{"n", std::to_string(rules)}}));
  return joined(parts);
}

std::vector<std::string> lead_lines(const Style& style, const Json& f) {
  std::vector<std::string> lines;
  for (const Json& lead : below(f, "leads")) {
    if (lines.empty()) lines.push_back("(" + style.text("apk_leads_note") + ")");
    lines.push_back(joined({text_of(lead, "rule"), text_of(lead, "kind"), text_of(lead, "subject")}, "  ") +
                    (text_of(lead, "detail").empty() ? "" : "  [" + text_of(lead, "detail") + "]"));
  }
  return lines;
}

std::string flags_line(const Json& f) {
  std::vector<std::string> marks;
  for (const char* flag : {"debuggable", "test_only", "prefixed", "behaviour_file"}) {
    if (bool_of(f, flag)) marks.emplace_back(flag);
  }
  for (const char* text : {"shared_user_id", "overlay_of"}) {
    if (!text_of(f, text).empty()) marks.push_back(std::string(text) + " " + text_of(f, text));
  }
  return joined(marks);
}
}  // namespace

static std::vector<std::string> problem_lines(const Json& problems) {
  std::vector<std::string> out;
  for (const Json& p : problems) out.push_back(joined({text_of(p, "where"), text_of(p, "what")}, ": "));
  return out;
}

std::string render_apk(const Style& style, const Json& f, const std::string& file) {
  Page page(style);
  page.row("apk_file", joined({file, text_of(f, "format"), "SHA-256 " + text_of(f, "file_set")}));
  page.rows("apk_signer", signer_lines(style, f));
  const std::string abis = joined(texts(below(f, "abis")));
  page.row("apk_for",
           joined({style.text("apk_platform", {{"min", std::to_string(int_of(f, "min_sdk"))},
                                               {"target", std::to_string(int_of(f, "target_sdk"))}}),
                   abis},
                  "; "));
  page.row("apk_flags", flags_line(f));
  page.rows("apk_permissions", permission_lines(style, f));
  const Json& code = below(f, "code");
  if (code.empty()) page.row("apk_sdks", style.text("apk_no_code"));
  page.rows("apk_sdks", sdk_lines(style, code));
  page.rows("apk_sources", source_lines(code));
  page.rows("apk_gaps", texts(below(code, "gaps")));
  page.row("apk_components", component_line(style, f));
  page.row("apk_network", network_line(style, f));
  page.row("apk_backup",
           style.text(bool_of(below(f, "backup"), "allowed") ? "apk_backup_yes" : "apk_backup_no"));
  page.rows("apk_leads", lead_lines(style, f));
  page.rows("apk_refusals", problem_lines(below(f, "refusals")));
  page.rows("apk_problems", problem_lines(below(f, "problems")));
  return head(f) + page.text();
}

std::string render_apk_diff(const Style& style, const Json& diff) {
  std::string out;
  auto shown = [](const Json& v) { return v.is_string() ? v.get<std::string>() : v.dump(); };
  for (const Json& c : below(diff, "changed")) {
    out += safe_text("~ " + style.text("apk_changed") + " " + text_of(c, "what") + ": " + shown(c["old"]) +
                     " -> " + shown(c["new"])) +
           "\n";
  }
  static constexpr std::pair<const char*, const char*> kLists[] = {
      {"signers", "apk_signers"},  {"permissions", "apk_permissions"}, {"implied_permissions", "apk_implied"},
      {"sdks", "apk_sdks"},        {"calls", "apk_sources"},           {"components", "apk_components"},
      {"reachable", "apk_opened"}, {"features", "apk_features"},       {"abis", "apk_abis"}};
  for (const auto& [key, name] : kLists) {
    const Json& list = below(diff, key);
    for (const std::string& one : texts(below(list, "added")))
      out += safe_text("+ " + style.text(name) + " " + one) + "\n";
    for (const std::string& one : texts(below(list, "gone")))
      out += safe_text("- " + style.text(name) + " " + one) + "\n";
  }
  return out.empty() ? style.text("apk_same") + "\n" : out;
}

std::string render_listing_check(const Style& style, const Json& differences) {
  if (differences.empty())
    return "  " + style.text("apk_listing") + "  " + style.text("apk_listing_same") + "\n";
  Table table({style.text("apk_listing"), "", "", style.text("apk_listed"), style.text("apk_found")});
  for (const Json& d : differences) {
    table.add({text_of(d, "rule"), style.text(bool_of(d, "firm") ? "apk_firm" : "apk_lead"),
               text_of(d, "kind"), text_of(d, "listed"), text_of(d, "found")});
  }
  return table.text();
}

std::string render_apk_progress(const Style& style, std::size_t done, std::size_t total,
                                const std::string& file, std::size_t columns, bool terminal) {
  const std::string line = style.text(
      "apk_progress",
      {{"done", std::to_string(done)}, {"total", std::to_string(total)}, {"file", safe_text(file)}});
  if (!terminal) return line + "\n";
  const std::size_t bar_columns = std::min<std::size_t>(24, columns / 4);
  return "\r" + bar(static_cast<std::int64_t>(done), static_cast<std::int64_t>(total), bar_columns) + " " +
         padded(cut(line, columns - bar_columns - 2), columns - bar_columns - 2) +
         (done == total ? "\r\x1b[K" : "");
}

}  // namespace storesweep::cli
