// Every metric of storesweep: its name with its unit (Prometheus style: _total, _seconds, _bytes), its help
// and its labels. Metrics that begin with storesweep_worker_ are a worker's, all others the coordinator's.
// Label values come from closed lists (kinds, states, routes, tasks), never from outside; see kMaxSeries.
#pragma once

#include <array>

namespace storesweep {

inline constexpr std::size_t kMaxLabels = 3;
inline constexpr std::size_t kMaxBuckets = 12;

struct MetricSpec {
  const char* name;
  const char* help;
  std::array<const char*, kMaxLabels> labels{};  // null ends the list
};
struct CounterSpec : MetricSpec {};
struct GaugeSpec : MetricSpec {};
struct HistogramSpec : MetricSpec {
  std::array<double, kMaxBuckets> upper_bounds{};  // rising; 0 ends the list
};

namespace metric {

// What a request, a commit or a device command takes, in seconds.
inline constexpr std::array<double, kMaxBuckets> kShort = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                           0.05,   0.1,   0.25,   0.5,   1,    5};
// What a run, a phase or a fetch takes, in seconds.
inline constexpr std::array<double, kMaxBuckets> kLong = {1,   2.5, 5,   10,   30,   60,
                                                          120, 300, 600, 1200, 3600, 7200};
// How many came together.
inline constexpr std::array<double, kMaxBuckets> kCounts = {1,  2,   4,   8,   16,   32,
                                                            64, 128, 256, 512, 1024, 4096};

// ---- queue and service
inline constexpr CounterSpec kLeasesGranted{
    {"storesweep_leases_granted_total", "Leases granted, by the kind of the job.", {"kind"}}};
inline constexpr CounterSpec kLeasesExpired{{"storesweep_leases_expired_total",
                                             "Leases that ended in silence, by whether their run had begun.",
                                             {"begun"}}};
inline constexpr GaugeSpec kLeasesLive{{"storesweep_leases", "Leases that live now."}};
inline constexpr GaugeSpec kJobs{
    {"storesweep_jobs", "Jobs that are not leased, by what they wait for or are.", {"state"}}};
inline constexpr CounterSpec kJobsEnded{{"storesweep_jobs_ended_total", "Jobs that ended, by how.", {"end"}}};
inline constexpr CounterSpec kReports{
    {"storesweep_reports_total", "Reports, failures and needs of workers, by the answer.", {"answer"}}};
inline constexpr CounterSpec kFailures{
    {"storesweep_failures_total", "Runs that failed, by the kind of failure.", {"kind"}}};
inline constexpr CounterSpec kReuses{
    {"storesweep_reuses_total", "Listings answered by an earlier run of the same file set."}};
inline constexpr GaugeSpec kVerdictRows{{"storesweep_verdict_rows",
                                         "Rows of verdicts as they stand, by sweep, task and level.",
                                         {"sweep", "task", "level"}}};
inline constexpr GaugeSpec kVerdictItems{{"storesweep_verdict_items",
                                          "Judged rules as they stand, by sweep, rule and level.",
                                          {"sweep", "rule", "level"}}};
inline constexpr GaugeSpec kSweepListings{{"storesweep_sweep_listings", "Listings of a sweep.", {"sweep"}}};
inline constexpr GaugeSpec kSweepEnded{
    {"storesweep_sweep_listings_ended", "Listings of a sweep that ended.", {"sweep"}}};
inline constexpr GaugeSpec kLeading{{"storesweep_leading", "1 while this coordinator leads."}};
inline constexpr GaugeSpec kEpoch{{"storesweep_epoch", "The epoch that this coordinator leads or follows."}};
inline constexpr GaugeSpec kLeasingStopped{
    {"storesweep_leasing_stopped", "1 while nothing is leased, by the reason.", {"reason"}}};
inline constexpr GaugeSpec kDiskFree{
    {"storesweep_disk_free_bytes", "Bytes free where the store and the evidence lie."}};
inline constexpr GaugeSpec kWorkersConnected{
    {"storesweep_workers_connected", "Workers that were heard of within a lease."}};
inline constexpr GaugeSpec kDevices{
    {"storesweep_devices", "Devices of the connected workers, by kind.", {"kind"}}};
inline constexpr CounterSpec kRuns{
    {"storesweep_runs_total", "Runs reported, by sweep and kind of device.", {"sweep", "kind"}}};
inline constexpr CounterSpec kRunSeconds{
    {"storesweep_run_device_seconds_total", "Device time of runs.", {"sweep", "kind"}}};
inline constexpr CounterSpec kRunPhaseSeconds{
    {"storesweep_run_phase_seconds_total", "Host time of the phases of runs.", {"sweep", "kind", "phase"}}};
inline constexpr CounterSpec kRunCommands{
    {"storesweep_run_commands_total", "Device commands of runs.", {"sweep", "kind"}}};
inline constexpr CounterSpec kRunBytes{
    {"storesweep_run_bytes_total", "Bytes exchanged with devices in runs.", {"sweep", "kind"}}};
inline constexpr CounterSpec kRunEventsLost{
    {"storesweep_run_events_lost_total", "Events that runs reported as lost.", {"sweep", "kind"}}};
inline constexpr CounterSpec kRunCrashes{
    {"storesweep_run_crashes_total", "Crashes of tested apps.", {"sweep", "kind"}}};
inline constexpr CounterSpec kRunAnrs{
    {"storesweep_run_anrs_total", "Times that a tested app did not respond.", {"sweep", "kind"}}};
// ---- judging
inline constexpr HistogramSpec kJudgeSeconds{
    {"storesweep_judge_seconds", "Time to judge one journal in a child process."}, kShort};
inline constexpr CounterSpec kJudgeDeaths{
    {"storesweep_judge_deaths_total", "Judges that died or ran out of their budget over a journal."}};
inline constexpr CounterSpec kHintsOverruled{
    {"storesweep_hints_overruled_total", "Verdicts that differ from the worker's own hint."}};
inline constexpr CounterSpec kJournalsClosed{
    {"storesweep_journals_closed_total", "Journals that were closed: entries of the signed chain."}};
inline constexpr CounterSpec kRejudged{
    {"storesweep_results_rejudged_total",
     "Results whose runs were judged again and came to another verdict that now stands."}};
inline constexpr CounterSpec kSecondRuns{
    {"storesweep_second_runs_ordered_total", "Second runs that violations need and that were ordered."}};
// ---- controls
inline constexpr CounterSpec kControls{
    {"storesweep_controls_total", "Controls among the jobs of sweeps, by how they ended.", {"end"}}};
inline constexpr CounterSpec kVoidedResults{
    {"storesweep_voided_results_total",
     "Results that lost what they said of rules, their device having failed a control."}};
inline constexpr CounterSpec kQuarantinedReports{
    {"storesweep_quarantined_reports_total",
     "Reports that were refused because their device is quarantined."}};
inline constexpr GaugeSpec kQuarantined{
    {"storesweep_devices_quarantined", "Devices that get no leases because they failed a control."}};
// ---- store
inline constexpr HistogramSpec kCommitSeconds{{"storesweep_commit_seconds", "Time of one durable commit."},
                                              kShort};
inline constexpr HistogramSpec kCommitReports{
    {"storesweep_commit_reports", "Reports that shared one commit."}, kCounts};
// ---- link
inline constexpr CounterSpec kLinkMessages{{"storesweep_link_messages_total",
                                            "Messages on the wire, by direction and kind.",
                                            {"direction", "kind"}}};
inline constexpr CounterSpec kLinkRefused{
    {"storesweep_link_refused_total", "Messages refused on the wire, by the reason.", {"reason"}}};
// ---- http
inline constexpr CounterSpec kHttpRequests{
    {"storesweep_http_requests_total", "Requests answered, by route and status.", {"route", "status"}}};
inline constexpr HistogramSpec kHttpSeconds{
    {"storesweep_http_request_seconds", "Time from a request's end to its answer, by route.", {"route"}},
    kShort};
inline constexpr GaugeSpec kHttpConnections{{"storesweep_http_connections", "Connections that are open."}};
inline constexpr GaugeSpec kHttpStreams{{"storesweep_http_event_streams", "Event streams that are open."}};
inline constexpr CounterSpec kHttpRefused{
    {"storesweep_http_refused_total", "Connections and requests cut off, by the reason.", {"reason"}}};
inline constexpr CounterSpec kBlobBytes{
    {"storesweep_blob_received_bytes_total", "Bytes of evidence taken in."}};

// ---- worker: adb and devices
inline constexpr CounterSpec kAdbCommands{
    {"storesweep_worker_adb_commands_total", "Device commands of the runs that were reported."}};
inline constexpr CounterSpec kAdbBytes{{"storesweep_worker_adb_bytes_total",
                                        "Bytes exchanged with devices in the runs that were reported.",
                                        {"direction"}}};
inline constexpr CounterSpec kAdbLosses{
    {"storesweep_worker_adb_server_losses_total", "Times that the adb server was gone, or not to be had."}};
inline constexpr GaugeSpec kWorkerDevices{
    {"storesweep_worker_devices", "Devices of the pool, by state.", {"state"}}};
inline constexpr CounterSpec kQuarantines{
    {"storesweep_worker_quarantines_total", "Times that a device was put into quarantine."}};
// ---- worker: runs
inline constexpr CounterSpec kWorkerRuns{
    {"storesweep_worker_runs_total", "Leases that are over, by how they ended.", {"outcome"}}};
inline constexpr HistogramSpec kPhaseSeconds{
    {"storesweep_worker_phase_seconds", "Host time of one phase.", {"phase"}}, kLong};
inline constexpr HistogramSpec kFetchSeconds{
    {"storesweep_worker_fetch_seconds", "Time to fetch the APK of a run that was reported."}, kLong};
inline constexpr GaugeSpec kSpoolReports{
    {"storesweep_worker_spool_reports", "Reports that wait for their acknowledgement."}};
inline constexpr GaugeSpec kSpoolBytes{
    {"storesweep_worker_spool_bytes", "Bytes of these reports and their evidence."}};
inline constexpr GaugeSpec kWorkerLeases{{"storesweep_worker_leases", "Leases held now."}};
inline constexpr GaugeSpec kCoordinatorSilence{
    {"storesweep_worker_coordinator_silence_seconds",
     "Time since a coordinator was last heard of, of the worker to which it was silent longest."}};

}  // namespace metric
}  // namespace storesweep
