#include "worker/observe/log_merge.h"

#include <functional>

#include "common/base/text.h"

namespace storesweep::observe {
namespace {
constexpr std::size_t kLinesMet = 16;
std::uint64_t hash_of(std::string_view line) { return std::hash<std::string_view>()(line); }
bool is_divider(std::string_view line) { return starts_with(line, "--------- "); }
}  // namespace

std::string_view log_time(std::string_view line) {
  constexpr std::string_view kShape = "00-00 00:00:00.000";
  if (line.size() < kShape.size()) return {};
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool digit = line[i] >= '0' && line[i] <= '9';
    if (kShape[i] == '0' ? !digit : line[i] != kShape[i]) return {};
  }
  return line.substr(0, kShape.size());
}

void LogMerge::reconnected() {
  overlap_ = true;
  met_ = recent_.empty();  // nothing taken so far: nothing to meet again
  awaited_.clear();
  for (const auto& [time, hash] : recent_) ++awaited_[hash];
}

void LogMerge::rebooted() {
  recent_.clear();
  awaited_.clear();
  start_.clear();  // a clock without a battery starts in 1970
  last_time_.clear();
  overlap_ = false;
  met_ = true;
}

void LogMerge::clock_set(std::string start, std::string ceiling) {
  rebooted();
  start_ = std::move(start);
  ceiling_ = std::move(ceiling);
}

bool LogMerge::repeated(std::string_view time, std::string_view line) {
  // Older than all that is remembered: taken long ago (a device that cannot start at a time prints
  // everything).
  if (!recent_.empty() && time < recent_.front().first) return true;
  auto at = awaited_.find(hash_of(line));
  if (at != awaited_.end() && at->second > 0) {
    --at->second;
    met_ = true;
    return true;
  }
  if (time > last_time_) {
    overlap_ = false;
    awaited_.clear();
    if (!met_) ++gaps_;
    met_ = true;
  }
  return false;
}

bool LogMerge::take(std::string_view line) {
  if (line.empty() || is_divider(line)) return false;
  const std::string_view time = log_time(line);
  if (time.empty()) return !overlap_;  // a continuation goes the way of its time
  if (time < start_ && recent_.empty()) return false;
  if (!ceiling_.empty() && time >= ceiling_) return false;
  if (overlap_ && repeated(time, line)) return false;
  remember(time, line);
  return true;
}

void LogMerge::remember(std::string_view time, std::string_view line) {
  if (last_time_ < time) last_time_ = time;
  recent_.emplace_back(time, hash_of(line));
  if (recent_.size() > kLinesRemembered) recent_.pop_front();
}

std::string LogMerge::take_up_time() const {
  if (recent_.empty()) return start_;
  return recent_.size() > kLinesMet ? recent_[recent_.size() - kLinesMet].first : recent_.front().first;
}

int LogMerge::take_gaps() {
  const int gaps = gaps_;
  gaps_ = 0;
  return gaps;
}

}  // namespace storesweep::observe
