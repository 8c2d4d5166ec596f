// The catalogue of sources as a scanner asks for it: platform classes and their members by name, constants by
// their first bytes, and the calls of reflection that hand constants on. Private to the scanners; read-only
// once made.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/text.h"
#include "common/rules/sources.h"
#include "worker/apk/call_sites.h"

namespace storesweep::apk {

// What a call does with constants, besides being a source.
enum class CallRole : std::uint8_t {
  kNone,
  kClassByName,   // forName, loadClass: text -> class
  kClassOf,       // getClass: object -> class
  kMemberMethod,  // getMethod: class, text -> a method
  kMemberField,   // getField: class, text -> a field
  kSettingsGetter,
};

struct TargetMember {
  std::uint32_t owner = 0;       // of ScannerTables::classes
  std::string name, descriptor;  // descriptor empty: every overload
  std::uint32_t source = kNoIndex;
  CallRole role = CallRole::kNone;
  bool weak = false, field = false;
};

struct TargetClass {
  std::string name;                    // android.os.Build
  std::vector<std::uint32_t> members;  // of ScannerTables::members
};

struct TextPattern {
  std::string pattern;
  std::uint32_t source = 0;
  CallHow how = CallHow::kPath;
};

struct ScannerTables {
  explicit ScannerTables(const SourceCatalogue& catalogue);

  std::vector<TargetClass> classes;  // [0] is none
  std::vector<TargetMember> members;

  // 0: none of ours. android/os/Build; Landroid/os/Build;; android.os.Build
  std::uint32_t class_of_path(std::string_view path) const;
  std::uint32_t class_of_descriptor(std::string_view descriptor) const;
  std::uint32_t class_of_name(std::string_view name) const;
  // Calls f(member index) for each member of that class and name; descriptor "" is any.
  template <class F>
  void each_member(std::uint32_t owner, std::string_view name, std::string_view descriptor, bool field,
                   F&& f) const {
    for (std::uint32_t m : classes[owner].members) {
      const TargetMember& t = members[m];
      if (t.field == field && t.name == name &&
          (t.descriptor.empty() || descriptor.empty() || t.descriptor == descriptor))
        f(m);
    }
  }
  // Whether a text that begins so can match a pattern: all but never.
  bool may_match(std::string_view begin) const { return begin.size() >= 2 && first_bytes[first_two(begin)]; }
  // The patterns that text matches.
  template <class F>
  void each_pattern(std::string_view text, F&& f) const {
    if (text.size() < kLeastPatternPrefix || !may_match(text)) return;
    const auto at = patterns.find(text.substr(0, kLeastPatternPrefix));
    if (at == patterns.end()) return;
    for (const TextPattern& p : at->second) {
      if (pattern_matches(p.pattern, text)) f(p);
    }
  }
  // The source of a settings key; kNoIndex: none.
  std::uint32_t source_of_setting(std::string_view key) const;

 private:
  void add(const std::vector<SourceMember>& list, std::uint32_t source, CallRole role, bool weak, bool field);
  void add(const std::vector<std::string>& list, std::uint32_t source, CallHow how);
  static std::size_t first_two(std::string_view s) {
    return std::size_t{static_cast<std::uint8_t>(s[0])} << 8 | static_cast<std::uint8_t>(s[1]);
  }

  std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> by_path_, settings_;
  std::unordered_map<std::string, std::vector<TextPattern>, TextHash, std::equal_to<>> patterns;
  std::bitset<65536> first_bytes;
};

// One value of code that is followed: a constant text, a class, or an object of a known class.
struct FlowValue {
  enum class Kind : std::uint8_t { kUnknown, kText, kClass, kObject };
  Kind kind = Kind::kUnknown;
  std::uint32_t id = 0;  // text: the file's own index; else of ScannerTables::classes
  bool operator==(const FlowValue&) const = default;
};

// What is hit, before it has a name.
struct RawHit {
  std::uint32_t source = 0;
  CallHow how = CallHow::kCall;
  bool weak = false;
  std::uint32_t member = kNoIndex;  // of ScannerTables::members; kNoIndex: a constant
  std::uint32_t detail = kNoIndex;  // the file's own index: of the descriptor, or of the constant
  auto operator<=>(const RawHit&) const = default;
};

// What a call of that role makes of its values: notes what it reaches, returns its result. text(id) is the
// text of a constant.
template <class Text, class Note>
FlowValue follow_call(const ScannerTables& t, CallRole role, std::span<const FlowValue> values, Text&& text,
                      Note&& note) {
  using Kind = FlowValue::Kind;
  auto first = [&](Kind kind) {
    for (const FlowValue& v : values) {
      if (v.kind == kind) return v;
    }
    return FlowValue{};
  };
  const FlowValue constant = first(Kind::kText), owner = first(Kind::kClass);
  const bool named = constant.kind == Kind::kText;
  switch (role) {
    case CallRole::kClassByName: {
      const std::uint32_t c = named ? t.class_of_name(text(constant.id)) : 0;
      return c ? FlowValue{Kind::kClass, c} : FlowValue{};
    }
    case CallRole::kClassOf: {
      const FlowValue object = first(Kind::kObject);
      return object.id ? FlowValue{Kind::kClass, object.id} : FlowValue{};
    }
    case CallRole::kMemberMethod:
    case CallRole::kMemberField: {
      if (!named || owner.kind != Kind::kClass) return {};
      t.each_member(owner.id, text(constant.id), "", role == CallRole::kMemberField, [&](std::uint32_t m) {
        if (t.members[m].source != kNoIndex)
          note(RawHit{t.members[m].source, CallHow::kReflection, t.members[m].weak, m, kNoIndex});
      });
      return {};
    }
    case CallRole::kSettingsGetter: {
      const std::uint32_t source = named ? t.source_of_setting(text(constant.id)) : kNoIndex;
      if (source != kNoIndex) note(RawHit{source, CallHow::kSettingsKey, false, kNoIndex, constant.id});
      return {};
    }
    case CallRole::kNone:
      break;
  }
  return {};
}

std::string cut_text(std::string_view text);  // valid UTF-8, at most kMaxCallSiteTextBytes
// Lcom/foo/Bar; or com/foo/Bar -> com.foo.Bar, cut too.
std::string dotted_class(std::string_view name);
void note_gap(CodeFacts& facts, std::string gap);  // each only once

}  // namespace storesweep::apk
