// The statutes behind the ten tasks (rules/statutes.yaml): which articles were in force on the day on which
// something was observed. Our mapping: no notice of the ministry names articles. Loaded once, then a plain
// value that any thread may read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep {

enum class StatuteSource { kRead, kPage, kUnread };

struct Statute {
  std::string id;                // PIPL
  std::string zh;                // its name
  std::string number;            // empty: not looked up
  std::string from, until;       // YYYY-MM-DD; until is empty: no end seen
  bool of_the_ministry = false;  // MIIT enforces it; else it is context
  StatuteSource source = StatuteSource::kUnread;
};

struct StatuteRow {
  int task = 0;
  std::vector<std::string> rules;  // empty: all of the task
  std::size_t statute = 0;         // index in Statutes::statutes
  std::string articles;            // "41(1), 22(3)"; empty: the whole
  std::string zh, en;              // what they say, our words
};

struct Statutes {
  std::string version;
  std::vector<Statute> statutes;
  std::vector<StatuteRow> rows;

  // For an item, on a day (YYYY-MM-DD), in the order of the file.
  std::vector<const StatuteRow*> in_force(int task, std::string_view rule, std::string_view day) const;
};

// Reads folder/statutes.yaml. kInvalid with every error, each with file:line:column.
Result<Statutes> load_statutes(const std::string& folder);

// YYYY-MM-DD by its shape; no calendar is asked.
bool date_shaped(std::string_view text);

}  // namespace storesweep
