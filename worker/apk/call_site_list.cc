#include "worker/apk/call_site_list.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <tuple>

namespace storesweep::apk {
namespace {
using Row = CallSites::Row;

auto place(const Row& r) { return std::tie(r.target, r.caller_class, r.method, r.descriptor); }

// Sorts the values, of which the first `sorted` are so already, each only once; returns where each is now.
template <class T>
std::vector<std::uint32_t> sort_once(std::vector<T>& values, std::size_t sorted) {
  std::vector<std::uint32_t> order(values.size()), now(values.size());
  std::iota(order.begin(), order.end(), 0u);
  const auto less = [&](std::uint32_t a, std::uint32_t b) { return values[a] < values[b]; };
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(sorted);
  if (!std::is_sorted(middle, order.end(), less)) std::sort(middle, order.end(), less);
  std::inplace_merge(order.begin(), middle, order.end(), less);
  std::vector<T> kept;
  for (const std::uint32_t i : order) {
    if (kept.empty() || kept.back() != values[i]) kept.push_back(std::move(values[i]));
    now[i] = static_cast<std::uint32_t>(kept.size() - 1);
  }
  values = std::move(kept);
  return now;
}

// One pass of a counting sort; rows with the same number stay in their order.
void sort_by(std::uint32_t Row::*column, std::size_t numbers, std::vector<Row>& rows,
             std::vector<Row>& room) {
  std::vector<std::uint32_t> begin(numbers + 1);
  for (const Row& r : rows) ++begin[r.*column + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  for (const Row& r : rows) room[begin[r.*column]++] = r;
  rows.swap(room);
}

// Of the values, only those that are marked; returns where they are now.
template <class T>
std::vector<std::uint32_t> keep_marked(std::vector<T>& values, const std::vector<bool>& marked) {
  std::vector<std::uint32_t> now(values.size());
  std::uint32_t kept = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    now[i] = kept;
    if (!marked[i]) continue;
    if (kept != i) values[kept] = std::move(values[i]);
    ++kept;
  }
  values.resize(kept);
  return now;
}

void move_rows(std::vector<Row>& rows, const std::vector<std::uint32_t>& targets,
               const std::vector<std::uint32_t>& names) {
  for (Row& r : rows)
    r = {targets[r.target], names[r.caller_class], names[r.method], names[r.descriptor], r.count};
}
}  // namespace

CallSites::CallSites(std::vector<CallTarget> targets, std::vector<std::string> names, std::vector<Row> rows)
    : targets_(std::move(targets)), names_(std::move(names)), rows_(std::move(rows)) {
  renumber(0, 0);
  sort_rows();
  join_same_rows();
}

CallSite CallSites::operator[](std::size_t i) const {
  const Row& r = rows_[i];
  return {targets_[r.target], names_[r.caller_class], names_[r.method], names_[r.descriptor], r.count};
}

bool CallSites::add(CallSites other) {
  const std::size_t targets = targets_.size(), names = names_.size(), rows = rows_.size();
  std::ranges::move(other.targets_, std::back_inserter(targets_));
  std::ranges::move(other.names_, std::back_inserter(names_));
  for (Row r : other.rows_) {
    r.target += static_cast<std::uint32_t>(targets);
    for (std::uint32_t* name : {&r.caller_class, &r.method, &r.descriptor})
      *name += static_cast<std::uint32_t>(names);
    rows_.push_back(r);
  }
  renumber(targets, names);
  std::inplace_merge(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(rows), rows_.end(),
                     [](const Row& a, const Row& b) { return place(a) < place(b); });
  join_same_rows();
  if (rows_.size() <= kMaxCallSites) return true;
  rows_.resize(kMaxCallSites);
  drop_unused();
  return false;
}

void CallSites::renumber(std::size_t sorted_targets, std::size_t sorted_names) {
  const std::vector<std::uint32_t> targets = sort_once(targets_, sorted_targets);
  move_rows(rows_, targets, sort_once(names_, sorted_names));
}

// From the last column to the first, so that the first counts most.
void CallSites::sort_rows() {
  std::vector<Row> room(rows_.size());
  for (std::uint32_t Row::*column : {&Row::descriptor, &Row::method, &Row::caller_class})
    sort_by(column, names_.size(), rows_, room);
  sort_by(&Row::target, targets_.size(), rows_, room);
}

void CallSites::join_same_rows() {
  std::size_t kept = 0;
  for (const Row& r : rows_) {
    if (kept > 0 && place(rows_[kept - 1]) == place(r)) {
      rows_[kept - 1].count += r.count;
    } else {
      rows_[kept++] = r;
    }
  }
  rows_.resize(kept);
}

void CallSites::drop_unused() {
  std::vector<bool> targets(targets_.size()), names(names_.size());
  for (const Row& r : rows_)
    targets[r.target] = names[r.caller_class] = names[r.method] = names[r.descriptor] = true;
  const std::vector<std::uint32_t> kept = keep_marked(targets_, targets);
  move_rows(rows_, kept, keep_marked(names_, names));
}

}  // namespace storesweep::apk
