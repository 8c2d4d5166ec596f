// The text that people read, Chinese and English, from one catalogue: rules/text.yaml, embedded at build
// time. Entries are found by section and key ("levels", "violation"); `{name}` in an entry is filled by a
// value. A Catalogue never changes after it is made: safe for concurrent use.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/model/verdict.h"

namespace storesweep {

enum class Language { kChinese, kEnglish };
// "zh_CN.UTF-8", "zh" and "zh-Hans" are Chinese, all else English.
Language language_of(std::string_view locale);

class Catalogue {
 public:
  using Values = std::vector<std::pair<std::string, std::string>>;

  // kInvalid with every entry that lacks a language or whose two languages name different values.
  static Result<Catalogue> from_text(const std::string& name, const std::string& yaml);
  static Result<Catalogue> embedded();

  bool has(std::string_view section, std::string_view key) const;
  // The entry; a key that nobody wrote text for is shown as it is, with its values behind it.
  std::string text(Language language, std::string_view section, std::string_view key,
                   const Values& values = {}) const;

  std::string task(Language language, int task) const;  // 违规收集个人信息
  std::string level(Language language, Level level) const;
  std::string reason(Language language, Reason reason) const;
  std::string missing(Language language, Missing missing) const;
  std::string phase(Language language, Phase phase) const;
  std::string sentence(Language language, const Finding& finding) const;  // what was seen

 private:
  struct Entry {
    std::string zh, en;
  };
  std::map<std::string, std::map<std::string, Entry, std::less<>>, std::less<>> sections_;
};

}  // namespace storesweep
