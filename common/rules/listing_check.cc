#include "common/rules/listing_check.h"

#include <algorithm>
#include <set>

#include "common/base/text.h"
#include "common/rules/permission_groups.h"

namespace storesweep {
namespace {
using Kind = ListingDifferenceKind;

// Full-width forms as ASCII, without white space, small letters: how a page's spelling may differ from a
// label's.
std::string folded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0u; };
    unsigned c = byte(i);
    if (c == 0xef && (byte(i + 1) == 0xbc || byte(i + 1) == 0xbd)) {  // U+FF01 to U+FF5E
      unsigned code = (byte(i + 1) - 0xbc) * 0x40 + (byte(i + 2) - 0x80);
      if (code >= 1 && code <= 0x5e) {
        c = code + 0x20;
        i += 2;
      }
    } else if (c == 0xe3 && byte(i + 1) == 0x80 && byte(i + 2) == 0x80) {  // ideographic space
      i += 2;
      continue;
    }
    if (c == ' ' || c == '\t' || c == '\n') continue;
    out += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return out;
}

// The part before a bracket, a dash or a colon: "抖音（极速版）", "Name - slogan".
std::string_view head(std::string_view folded_text) {
  std::size_t at = folded_text.size();
  for (std::string_view mark : {"(", "[", "-", ":", "\xe3\x80\x90", "\xc2\xb7", "\xe2\x80\x94", "_", "|"}) {
    std::size_t found = folded_text.find(mark);
    if (found != 0) at = std::min(at, found);
  }
  return folded_text.substr(0, at);
}

class Comparison {
 public:
  Comparison(const Listing& listing, const AppFacts& facts) : l_(listing), f_(facts) {}

  std::vector<ListingDifference> run() {
    label();
    developer();
    version();
    permissions();
    policy();
    return std::move(out_);
  }

 private:
  void add(Kind kind, const char* rule, bool firm, std::string listed, std::string found) {
    out_.push_back({kind, rule, firm, std::move(listed), std::move(found)});
  }

  void label() {
    if (!l_.package.empty() && l_.package != f_.package)
      add(Kind::kPackageDiffers, "R9.2", true, l_.package, f_.package);
    const std::string shown = f_.labels.empty() ? "" : f_.labels.front();
    if (trim(l_.label).empty()) return add(Kind::kLabelMissing, "R9.2", true, "", shown);
    const std::string listed = folded(l_.label);
    bool variant = false;
    for (const std::string& one : f_.labels) {
      const std::string own = folded(one);
      if (own == listed) return;
      variant |= head(own) == head(listed);
    }
    if (f_.labels.empty() || !f_.labels_read) return;  // a label that cannot be resolved proves nothing
    if (variant) return add(Kind::kLabelVariant, "R9.2", false, l_.label, shown);
    add(Kind::kLabelDiffers, "R9.2", true, l_.label, shown);
  }

  void developer() {
    if (trim(l_.developer).empty()) return add(Kind::kDeveloperMissing, "R9.3", true, "", "");
    // Most certificates carry a nickname; only one that names a company says anything.
    const std::string& owner = f_.signer_organisation;
    bool company = owner.find("公司") != std::string::npos || owner.find("Co.") != std::string::npos;
    if (company && folded(owner) != folded(l_.developer)) {
      add(Kind::kDeveloperDiffers, "R9.3", false, l_.developer, owner);
    }
  }

  void version() {
    if (trim(l_.version_name).empty() && l_.version_code == 0) {
      return add(Kind::kVersionMissing, "R9.5", true, "", f_.version_name);
    }
    std::string listed = folded(l_.version_name), own = folded(f_.version_name);
    auto bare = [](std::string_view v) { return !v.empty() && v[0] == 'v' ? v.substr(1) : v; };
    bool name_differs = !listed.empty() && !own.empty() && own[0] != '@' && bare(listed) != bare(own);
    bool code_differs = l_.version_code != 0 && l_.version_code != f_.version_code;
    if (name_differs) add(Kind::kVersionDiffers, "R9.5", true, l_.version_name, f_.version_name);
    if (code_differs) {
      add(Kind::kVersionDiffers, "R9.5", true, std::to_string(l_.version_code),
          std::to_string(f_.version_code));
    }
  }

  // Stores list groups as well as permissions, so a group that is named covers all of it.
  void permissions() {
    std::set<std::string_view> groups;
    std::set<std::string> names;
    for (const DeclaredPermission& d : l_.permissions) {
      names.insert(d.name);
      for (std::string_view group : groups_named(d.name)) groups.insert(group);
      if (trim(d.purpose).empty()) add(Kind::kPurposeMissing, "R9.6", true, d.name, "");
    }
    std::set<std::string_view> asked;
    for (const std::string& p : f_.permissions) {
      std::string_view group = permission_group(p);
      if (!group.empty()) asked.insert(group);
    }
    if (l_.permissions.empty()) {
      if (!asked.empty())
        add(Kind::kPermissionsMissing, "R9.6", true, "", std::to_string(asked.size()) + " groups");
      return;
    }
    for (const std::string& p : f_.permissions) {
      std::string_view group = permission_group(p);
      if (!group.empty() && groups.count(group) == 0 && names.count(p) == 0) {
        add(Kind::kPermissionUndeclared, "R9.6", false, "", p);
      }
    }
    for (const DeclaredPermission& d : l_.permissions) {
      auto named = groups_named(d.name);
      bool unasked =
          std::ranges::none_of(named, [&](std::string_view group) { return asked.count(group) != 0; });
      if (!named.empty() && unasked) add(Kind::kPermissionNotRequested, "R9.6", false, d.name, "");
    }
  }

  void policy() {
    if (trim(l_.policy_url).empty()) {
      add(Kind::kPolicyMissing, "R9.7", true, "", "");
    } else if (!starts_with(l_.policy_url, "http://") && !starts_with(l_.policy_url, "https://")) {
      add(Kind::kPolicyMalformed, "R9.7", false, l_.policy_url, "");
    }
    if (trim(l_.filing_number).empty()) add(Kind::kFilingMissing, "R9.3", false, "", "");
  }

  const Listing& l_;
  const AppFacts& f_;
  std::vector<ListingDifference> out_;
};
}  // namespace

std::string_view listing_difference_name(Kind kind) {
  static constexpr std::string_view kNames[] = {"label-missing",
                                                "label-differs",
                                                "label-variant",
                                                "developer-missing",
                                                "developer-differs",
                                                "version-missing",
                                                "version-differs",
                                                "package-differs",
                                                "permissions-missing",
                                                "permission-undeclared",
                                                "permission-not-requested",
                                                "purpose-missing",
                                                "policy-missing",
                                                "policy-malformed",
                                                "filing-missing"};
  return kNames[static_cast<std::size_t>(kind)];
}

bool same_spelling(std::string_view a, std::string_view b) { return folded(a) == folded(b); }

std::vector<ListingDifference> compare_listing(const Listing& listing, const AppFacts& facts) {
  return Comparison(listing, facts).run();
}

}  // namespace storesweep
