// The simulated world: time, chance, the network between workers and coordinators, blobs, apps, and the
// record that the invariants are held against. One thread.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <queue>
#include <set>

#include "common/base/random.h"
#include "common/evidence/journal.h"
#include "coordinator/store/memory_store.h"
#include "tests/sim/options.h"

namespace storesweep::sim {

class SimCoordinator;
class SimWorker;

inline constexpr std::int64_t kFaultsMs = 14'000;
// After the last fault everything must have ended by then.
inline constexpr std::int64_t kPatienceMs = 150'000;

// The store with its faults: the fence may be gone, an epoch may be given twice.
class SimStore : public MemoryStore {
 public:
  SimStore(std::uint64_t seed, const OtherBugs& bugs) : MemoryStore(seed), bugs_(bugs) {
    unfenced_ = bugs.unfenced_store;
  }
  Result<Lead> take_lead(std::uint64_t incarnation) override;

 private:
  OtherBugs bugs_;
  bool doubled_ = false;
  Lead last_;
};

struct App {
  std::string package;
  Digest file_set{};
  Needs needs;
  double fails = 0;  // chance that a run fails, a fact about the app
  bool violates = false;
  bool evades = false;         // emulators
  bool needs_in_vain = false;  // asks for more on every device, and never says for what
  bool kills_worker = false;
  bool kills_judge = false;
  bool kills_coordinator = false;
};

// What the simulated judge judges.
inline const std::array<std::string, 2> kRules = {"R2.7", "R5.7"};

inline constexpr const char* kProbe = "probe";  // violates all of them

struct JournalFacts {
  JournalHeader header;
  bool kills_judge = false, kills_coordinator = false;
  bool blind = false;  // its device saw nothing
};

// How bad the world is, drawn from the seed.
struct Faults {
  double drop = 0, repeat = 0, late = 0;
  double unknown_commit = 0;
  double blob_lost = 0;
  double run_fails = 0;  // of the surroundings
  double mixed_up = 0;   // a worker hands in the journal of another run
  double split = 0;      // a turn is sent in two parts
  std::int64_t until_ms = 0;
};

struct TokenFacts {
  Token token;
  bool run_answered = false;  // a coordinator said run
  bool sent_off = false;  // a coordinator said anything else: it can never begin, even if the answer is lost
};

class World {
 public:
  explicit World(const Options& options);
  ~World();

  RunResult run();

  // ---- time and chance
  std::int64_t now() const { return now_ms_; }
  Random& random() { return random_; }
  void after(std::int64_t ms, std::function<void()> what);
  bool faulty() const { return now_ms_ < faults.until_ms; }
  bool chance(double p) { return faulty() && random_.chance(p); }
  std::int64_t delay_ms();

  // ---- the network
  // A turn is lost, late or repeated as a whole; now and then it is sent in two parts, each with a fate of
  // its own.
  void to_coordinator(const std::string& worker, std::vector<FromWorker> turn);
  void to_worker(const std::string& worker, std::vector<ToWorker> turn);

  bool put(const Token& token, const Digest& blob);

  // ---- the record
  void violated(const std::string& what);
  bool broken() const { return !violation_.empty(); }
  void trace(const std::string& line);
  const JournalFacts* any_journal();
  const App& app(const std::string& package) const { return apps_.at(package); }
  // Whether some living worker has a device that serves it.
  bool served(const Wish& wish) const;
  std::string wish_of(JobId job) const;
  void coordinator_down(SimCoordinator* which);
  SimWorker* worker(const std::string& name);
  bool blind(const std::string& device) const;
  // It is not quarantined, and was not when whoever decides now last looked.
  bool long_free(const std::string& device) const;

  const Options options;
  Faults faults;
  SimStore store;
  std::set<Digest> blobs;
  std::map<Digest, JournalFacts> journals;
  std::map<TokenKey, TokenFacts> tokens;
  std::map<JobId, std::int64_t> ended_ms;
  // Listing -> rule -> the last run that had a word on it, by the order of commits alone.
  std::map<JobId, std::map<std::string, RunId>> last_word;
  std::map<std::string, std::vector<std::int64_t>> delivered_ms;  // worker -> when a message of it was read
  bool controls = false;                                          // this seed has controls among its jobs
  std::map<std::string, std::int64_t> blind_from_ms;  // devices that see nothing from then on, until reset
  std::set<std::string> quarantined;                  // by the order of commits alone
  std::map<std::string, std::int64_t> freed_ms;
  std::set<std::string> held_devices;  // device identities that run something
  RunResult result;

 private:
  void make_apps();
  void make_workers();
  void start_coordinator();
  void plan_faults();
  void operate();
  void plan_controls();
  void free_devices();
  void check_controls();
  void forge();
  void watch();
  template <class Message>
  void carry(std::vector<Message> turn, const std::function<void(std::vector<Message>)>& arrive);
  void check_end();
  bool finished() const;
  void replay_everything();

  SeededRandom random_;
  std::int64_t now_ms_ = 0;
  std::uint64_t order_ = 0;
  struct Due {
    std::int64_t at_ms;
    std::uint64_t order;
    std::function<void()> what;
    bool operator<(const Due& o) const { return std::tie(o.at_ms, o.order) < std::tie(at_ms, order); }
  };
  std::priority_queue<Due> due_;
  std::string violation_;
  bool replaying_ = false;  // people order nothing more
  std::map<std::string, App> apps_;
  std::vector<std::unique_ptr<SimWorker>> workers_;
  std::vector<std::unique_ptr<SimCoordinator>> coordinators_;  // the last one is the newest
  std::vector<std::pair<std::string, FromWorker>> said_;       // for the replay at the end
};

}  // namespace storesweep::sim
