#include "cli/apk_batch.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "common/base/file.h"

namespace storesweep::cli {
namespace {
constexpr std::size_t kMaxAhead = 256;  // results that wait for an earlier one

struct Opened {
  std::vector<MappedFile> files;
  std::vector<ByteView> views;
};

Result<Opened> open_files(const std::vector<std::string>& files) {
  Opened out;
  for (const std::string& file : files) {
    auto mapped = MappedFile::open(file);
    if (!mapped.ok()) return mapped.status();
    out.files.push_back(std::move(mapped).value());
  }
  for (const MappedFile& file : out.files) out.views.push_back(file.bytes());
  return out;
}

std::string name_of(const std::vector<std::string>& files) {
  return files.size() == 1 ? files[0] : files[0] + " and " + std::to_string(files.size() - 1) + " more";
}

FactsOptions options_of(const FactsKnowledge* knowledge, const Cancel& cancel) {
  FactsOptions options;
  options.knowledge = knowledge;
  options.deadline = Deadline::in_ms(apk::kMaxFileMs, &cancel);
  return options;
}

void side_by_side(std::size_t n, const std::function<void(std::size_t)>& work) {
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < n; ++i) others.emplace_back(work, i);
  work(0);
  for (std::thread& t : others) t.join();
}

class Run {
 public:
  Run(const ApkBatch& batch, const std::function<void(ApkResult&)>& in_order,
      const std::function<void(std::size_t, const std::string&)>& done, const Cancel& cancel)
      : batch_(batch), in_order_(in_order), done_(done), cancel_(cancel), results_(batch.packages.size()) {}

  Status all() {
    unsigned threads =
        batch_.threads != 0 ? batch_.threads : std::max(1u, std::thread::hardware_concurrency());
    alone_ = batch_.packages.size() == 1 && threads > 1;
    threads = static_cast<unsigned>(std::min<std::size_t>(threads, batch_.packages.size()));
    std::vector<std::thread> pool;
    for (unsigned i = 1; i < threads; ++i) pool.emplace_back([this] { work(); });
    work();
    for (std::thread& t : pool) t.join();
    return cancel_.cancelled() ? cancelled("interrupted") : ok_status();
  }

 private:
  void work() {
    for (std::size_t i; !cancel_.cancelled() && (i = next_.fetch_add(1)) < batch_.packages.size();) {
      {
        std::unique_lock lock(mutex_);
        turn_.wait(lock, [&] { return i < told_ + kMaxAhead; });
      }
      ApkResult result = one(batch_.packages[i]);
      std::lock_guard lock(mutex_);
      results_[i] = std::move(result);
      done_(++finished_, name_of(batch_.packages[i]));
      for (; told_ < results_.size() && results_[told_]; ++told_) {
        in_order_(*results_[told_]);
        results_[told_]->json = {};
      }
      turn_.notify_all();
    }
  }

  ApkResult one(const std::vector<std::string>& files) const {
    ApkResult out;
    out.files = files;
    auto opened = open_files(files);
    if (!opened.ok()) {
      out.error = opened.status();
      return out;
    }
    const Digest digest = file_set_digest(opened->views);
    if (batch_.cache) {
      auto known = batch_.cache->find(digest);
      if (known && known->starts_with("{\"facts_version\"") && nlohmann::json::accept(*known)) {
        out.json = std::move(*known);
        out.cached = true;
        return out;
      }
    }
    FactsOptions options = options_of(batch_.knowledge, cancel_);
    options.file_set = digest;
    if (alone_) options.together = side_by_side;
    auto facts = read_package_facts(opened->views, options);
    if (!facts.ok()) {
      out.error = facts.status().within(name_of(files));
      return out;
    }
    out.json = facts_to_json(*facts);
    if (batch_.cache) batch_.cache->keep(digest, out.json);
    return out;
  }

  const ApkBatch& batch_;
  const std::function<void(ApkResult&)>& in_order_;
  const std::function<void(std::size_t, const std::string&)>& done_;
  const Cancel& cancel_;
  bool alone_ = false;  // one package, and more than one thread for it
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::condition_variable turn_;
  std::vector<std::optional<ApkResult>> results_;
  std::size_t finished_ = 0, told_ = 0;
};
}  // namespace

Status read_apks(const ApkBatch& batch, const std::function<void(ApkResult&)>& in_order,
                 const std::function<void(std::size_t, const std::string&)>& done, const Cancel& cancel) {
  return Run(batch, in_order, done, cancel).all();
}

Result<ApkFacts> read_apk_files(const std::vector<std::string>& files, const FactsKnowledge& knowledge,
                                const Cancel& cancel) {
  TRY_ASSIGN(Opened opened, open_files(files));
  auto facts = read_package_facts(opened.views, options_of(&knowledge, cancel));
  return facts.ok() ? std::move(facts) : facts.status().within(name_of(files));
}

}  // namespace storesweep::cli
