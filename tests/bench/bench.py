#!/usr/bin/env python3
"""./dev bench: storesweep beside its peers, each pair in one run and in turn, as ratios with their spread.

usage: bench.py PROGRAMS SOURCE FOLDER [--quick] [--write] [--pairs N] [NAME...]
Names: rate, rate2000, postgres, pickup, judged, memory, device, apk, rejudge, explore, canaries (default: all). --quick: a smoke run, without the peers that are
not installed; exit 77 when our own programs are not built. --write: this run's figures go to
docs/benchmarks.md; what it did not measure stays there with its own date.
"""
import argparse
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import apk_bench
import canary_bench
import report
from servers import Load, Ours, Postgres, Redis, free_port, proportional_mib, wait_until

SKIPPED = 77
NAMES = ["rate", "rate2000", "postgres", "pickup", "judged", "memory", "device", "apk", "rejudge", "explore", "canaries"]  # after a restart retests wait for a lease


class Bench:
    def __init__(self, options):
        self.o = options
        self.folder = pathlib.Path(options.folder).resolve()
        self.quick = options.quick
        self.jobs = 30_000 if self.quick else 400_000
        self.pairs = 1 if self.quick else options.pairs
        self.ms = 250 if self.quick else 2_000
        self.many = 40 if self.quick else 2_000
        self.results = {}
        self.running = []
        self.feeders = {}
        self.next_worker = 1
        self.ours = None

    # ---- servers, filled once and kept for the benchmarks that follow

    def start(self, server):
        server.start()
        server.wait_ready()
        self.running.append(server)
        return server

    def servers(self):
        if self.ours:
            return
        shutil.rmtree(self.folder / "run", ignore_errors=True)
        run = self.folder / "run"
        self.ours = Ours(self.o.programs, self.o.source, run / "ours", self.many + 200, 4 if self.quick else 60)
        self.peers = [] if peers_missing(self.o.programs) else [Redis(self.o.programs, run / "redis"),
                                                                Postgres(self.o.programs, run / "postgres")]
        self.all = [self.start(s) for s in (self.ours, *self.peers)]
        self.empty_mib = {s.name: proportional_mib(s.pids()) for s in self.all}
        began = time.monotonic()
        self.ours.import_jobs(self.jobs)
        self.import_s = time.monotonic() - began
        self.feeders.update({s.name: s.load(1, 1) for s in self.peers})
        for s in self.all:
            self.fill(s)
        # One job's worth of work through each, as any queue that runs has had.
        self.first_worker = self.ours.load(0, 1, 1)
        self.queued_mib = {s.name: proportional_mib(s.pids()) for s in self.all}

    def fill(self, server):
        """At least so many jobs queued."""
        if isinstance(server, Ours):
            server.fill(self.jobs)
        else:
            self.feeders[server.name].ask(f"fill {self.jobs - server.left if hasattr(server, 'left') else self.jobs}")
            server.left = self.jobs

    def took(self, server, n):
        if not isinstance(server, Ours):
            server.left = max(0, server.left - n)

    def our_load(self, workers, leases, *more, ours=None):
        load = (ours or self.ours).load(self.next_worker, workers, leases, *more)
        self.next_worker += workers
        return load

    def stop(self):
        for s in reversed(self.running):
            s.stop()
        shutil.rmtree(self.folder / "run", ignore_errors=True)

    # ---- benchmarks

    def rounds(self, runs):
        """runs: name -> function that measures once. In turn, in another order each time."""
        out = {name: [] for name in runs}
        names = list(runs)
        for i in range(self.pairs):
            for name in names[i % len(names):] + names[:i % len(names)]:
                out[name].append(runs[name]())
                print(f"  {name}: {out[name][-1]}", file=sys.stderr, flush=True)
        return out

    def one_rate(self, server, load):
        self.fill(server)
        before = server.ended() if isinstance(server, Ours) else 0
        answer = load.ask(f"run {self.ms}")
        self.took(server, answer["done"] + 40_000)
        if answer["stalled"]:
            raise RuntimeError(f"{answer['stalled']} workers stalled")
        if isinstance(server, Ours):
            wait_until(lambda: server.ended() - before >= answer["done"])  # the store says the same
        return answer["rate"]

    def rates(self, title, workers, leases, extra=None, ours=None, peers=None):
        ours, peers = ours or self.ours, self.peers if peers is None else peers
        loads = {ours: self.our_load(workers, leases, ours=ours), **{s: s.load(workers, leases) for s in peers}}
        runs = {s.name: (lambda s=s: self.one_rate(s, loads[s])) for s in loads}
        if extra:
            runs[extra[0]] = lambda: self.one_rate(self.ours, extra[1])
        found = self.rounds(runs)
        for load in loads.values():
            load.close()
        self.results[title] = {"unit": "jobs/s", "more_is_better": True, "ours": ours.name, "values": found}

    def rate(self):
        self.servers()
        self.rates("16 workers, one lease each", 16, 1)
        self.rates("16 workers, 32 leases each", 16, 32)

    def rate2000(self):
        self.servers()
        few = self.our_load(16, 1)
        self.rates(f"{self.many} workers, one lease each", self.many, 1, ("storesweep, 16 workers", few))
        few.close()

    def postgres(self):
        """Our coordinator with its store on the very server that the plain queue is on."""
        run = self.folder / "run-postgres"
        shutil.rmtree(run, ignore_errors=True)
        peer = self.start(Postgres(self.o.programs, run / "server"))
        peer.name = "SKIP LOCKED on the same server"
        peer.create("storesweep")
        ours = Ours(self.o.programs, self.o.source, run / "ours", self.next_worker + 200, 4 if self.quick else 60,
                    f'postgres: {{connection: "{peer.connection("storesweep")}"}}')
        ours.name = "storesweep on PostgreSQL"
        self.start(ours)
        ours.import_jobs(self.jobs)
        self.feeders[peer.name] = peer.load(1, 1)
        self.rates("store on PostgreSQL: 16 workers, one lease each", 16, 1, ours=ours, peers=[peer])
        self.rates("store on PostgreSQL: 16 workers, 32 leases each", 16, 32, ours=ours, peers=[peer])
        self.feeders.pop(peer.name).close()
        for server in (ours, peer):
            server.stop()
            self.running.remove(server)
        shutil.rmtree(run)

    def memory(self):
        self.servers()
        per_job = {name: [(mib - self.empty_mib[name]) * 1024 * 1024 / self.jobs] for name, mib in self.queued_mib.items()}
        self.results["memory with all jobs queued"] = {"unit": "MiB", "more_is_better": False, "ours": self.ours.name,
                                                        "values": {n: [m] for n, m in self.queued_mib.items()}}
        self.results["memory per job"] = {"unit": "bytes", "more_is_better": False, "ours": self.ours.name, "values": per_job}
        for s in self.all:
            self.fill(s)
        loads = {self.ours.name: self.first_worker, **self.feeders}

        def restart(server):
            began = time.monotonic_ns()
            server.kill()
            server.start()
            at = loads[server.name].ask("first")["at_ns"]
            server.wait_ready()
            return (at - began) / 1e9
        # The feeders' connections die with their servers.
        found = self.rounds({s.name: (lambda s=s: restart(s)) for s in self.all})
        for s in self.peers:
            self.feeders[s.name].close()
            self.feeders[s.name] = s.load(1, 1)
        self.results["from kill -9 to the first lease"] = {"unit": "s", "more_is_better": False, "ours": self.ours.name,
                                                            "values": found}
        self.results["memory after a restart"] = {
            "unit": "MiB", "more_is_better": False, "ours": self.ours.name,
            "values": {s.name: [proportional_mib(s.pids())] for s in self.all}}

    def pickup(self):
        self.servers()
        n = 20 if self.quick else 200
        job = self.an_ended_job()
        self.ours.wait_released()
        self.quiet(True)
        waiter = self.our_load(1, 1)
        p99 = {}

        def one(name, load, line):
            answer = load.ask(line)
            p99.setdefault(name, []).append(answer["p99_us"] / 1000)
            return answer["p50_us"] / 1000
        runs = {self.ours.name: lambda: one(self.ours.name, waiter, f"pickup {n} {self.ours.http} {job}")}
        if self.peers:
            redis = self.peers[0].name
            runs[redis] = lambda: one(redis, self.feeders[redis], f"pickup {n}")
        p50 = self.rounds(runs)
        self.results["pick-up, p50"] = {"unit": "ms", "more_is_better": False, "ours": self.ours.name, "values": p50}
        self.results["pick-up, p99"] = {"unit": "ms", "more_is_better": False, "ours": self.ours.name, "values": p99}
        waiter.close()
        self.quiet(False)

    def an_ended_job(self):
        load = self.our_load(4, 1)
        load.ask("run 200")
        load.close()
        time.sleep(0.5)
        for sweep in self.ours.api("GET", "/api/v1/sweeps?rows=1000")["rows"]:
            rows = self.ours.api("GET", f"/api/v1/sweeps/{sweep['id']}/results?rows=1")["rows"]
            if rows:
                return rows[0]["job"]
        raise RuntimeError("no job has ended")

    def quiet(self, on):
        for sweep in self.ours.api("GET", "/api/v1/sweeps?rows=1000")["rows"]:
            if sweep["state"] == ("running" if on else "paused"):
                self.ours.api("POST", f"/api/v1/sweeps/{sweep['id']}/{'pause' if on else 'resume'}")

    def judged(self):
        self.servers()
        with_memory = "/dev/shm" if os.path.isdir("/dev/shm") else str(self.folder)
        scratch = pathlib.Path(with_memory) / f"storesweep-bench-{os.getpid()}"
        scratch.mkdir()
        try:
            load = self.our_load(16, 8, "--journal-bytes", 4096, "--folder", scratch)

            def once():
                self.fill(self.ours)
                answer = load.ask(f"run {max(self.ms, 2_000)}")
                if answer["stalled"]:
                    raise RuntimeError(f"{answer['stalled']} workers stalled")
                return answer["rate"]
            found = self.rounds({self.ours.name: once})
            load.close()
        finally:
            shutil.rmtree(scratch)
        self.results["4 KiB journal stored and judged for each report"] = {
            "unit": "reports/s", "more_is_better": True, "ours": self.ours.name, "values": found}

    def device(self):
        modules = self.adbkit()
        port, device_port = free_port(), free_port()
        environment = {**os.environ, "HOME": str(self.folder)}
        sim = subprocess.Popen([self.o.programs / "simdroid", "--devices", "1", "--port", str(device_port)],
                               stdout=subprocess.PIPE, text=True)
        server = None
        try:
            while sim.stdout.readline().strip() != "ready":
                if sim.poll() is not None:
                    raise RuntimeError("simdroid ended")
            server = subprocess.Popen(["adb", "-L", f"tcp:localhost:{port}", "server", "nodaemon"], env=environment,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            serial = f"127.0.0.1:{device_port}"

            def connected():
                adb = ["adb", "-P", str(port)]
                if server.poll() is not None:
                    raise RuntimeError("the adb server ended")
                time.sleep(0.2)
                subprocess.run([*adb, "connect", serial], capture_output=True, env=environment)
                state = subprocess.run([*adb, "-s", serial, "get-state"], capture_output=True, text=True, env=environment)
                return state.stdout.strip() == "device"
            wait_until(connected)
            self.device_calls(modules, port, serial)
        finally:
            for process in (server, sim):
                if process:
                    process.terminate()
                    process.wait()

    def device_calls(self, modules, port, serial):
        native = Load(self.o.programs / "storesweep-bench-device", port, serial)
        kit = Load("node", pathlib.Path(__file__).parent / "adbkit_load.js", modules, port, serial)
        n = 10 if self.quick else 200
        for what, title in (("echo", "echo"), ("dump", "a dump of 20 KB"), ("push", "a push of 30 KB")):
            def one(load, who, what=what, n=n):
                return load.ask(f"{who} {what} {n}")["p50_us"] / 1000
            for load, who in ((native, "ours"), (kit, "adbkit")):
                one(load, who, n=5)  # warm
            found = self.rounds({"storesweep": lambda: one(native, "ours"), "adb command line": lambda: one(native, "adb"),
                                 "adbkit": lambda: one(kit, "adbkit")})
            self.results[f"a device command: {title}"] = {"unit": "ms", "more_is_better": False, "ours": "storesweep", "values": found}
        native.close()
        kit.close()

    def rejudge(self):
        """Journals of a megabyte with 40 screens, real ones where the corpus is there; nobody else has their like."""
        corpus = pathlib.Path(os.environ.get("STORESWEEP_CORPUS", self.o.source / "../shared/corpus")) / "ui"
        screens = corpus if corpus.is_dir() else self.o.source / "tests/data/screens"
        scratch = self.folder / "rejudge"
        cores = os.cpu_count() or 1

        def once():
            shutil.rmtree(scratch, ignore_errors=True)
            command = [self.o.programs / "storesweep-bench-rejudge", self.o.source / "rules", self.o.programs / "storesweep-judge",
                       scratch, screens, str(cores), "1" if self.quick else "5"]
            return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        found = [once() for _ in range(self.pairs)]
        shutil.rmtree(scratch, ignore_errors=True)
        for title, key, unit in (
                (f"rejudged from observation records, another pack, {cores} cores", "runs_per_s_same_phrases", "runs/s"),
                (f"... with a phrase more, {cores} cores", "runs_per_s_one_phrase_more", "runs/s"),
                (f"... with every screen read anew, {cores} cores", "runs_per_s_read_anew", "runs/s"),
                ("rejudged from raw text, one core", "raw_mb_per_s_a_core", "MB/s")):
            self.results[title] = {"unit": unit, "more_is_better": True, "ours": "storesweep",
                                   "values": {"storesweep": [f[key] for f in found]}}

    def explore(self):
        """Generated apps, the same ones each time: a pair is an app."""
        command = [self.o.programs / "storesweep-bench-explore", self.o.source / "rules", "1", "20" if self.quick else "200"]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        apps = [json.loads(line) for line in lines]

        def both(title, unit, more_is_better, ours, theirs):
            self.results[title] = {"unit": unit, "more_is_better": more_is_better, "ours": "explorer",
                                   "values": {"explorer": ours, "random tapping": theirs}}
        half = [a["random_half"] for a in apps]
        both("half of an app's screens, by both", "actions", False, [a["half"] for a in apps], half)
        both("90 % of them, beside half by random tapping", "actions", False, [a["most"] for a in apps], half)
        both("screens when random tapping has half", "%", True, [100 * a["share"] for a in apps], [50] * len(apps))
        print(f"  90 % by then in {sum(a['share'] >= 0.9 for a in apps)} of {len(apps)} apps, ever in "
              f"{sum(a['end'] >= 0.9 for a in apps)}; outside of the app for {max(a['outside'] for a in apps)} actions at most",
              file=sys.stderr)

    def apk(self):
        apk_bench.run(self)

    def canaries(self):
        canary_bench.run(self)

    def adbkit(self):
        """Installed by npm, once, under FOLDER."""
        modules = self.folder / "node_modules"
        if not (modules / "@devicefarmer/adbkit").is_dir():
            subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", self.folder, "@devicefarmer/adbkit@3.3.8"], check=True)
        return modules


def ours_missing(programs):
    names = ("storesweep-coordinator", "storesweep-worker", "storesweep-judge", "storesweep-bench-load")
    return [name for name in names if not (programs / name).exists()]


def peers_missing(programs):
    names = ("storesweep-bench-redis", "storesweep-bench-postgres")
    tools = [tool for tool in ("redis-server", "redis-cli") if not shutil.which(tool)]
    return [name for name in names if not (programs / name).exists()] + tools


def device_missing(programs, folder):
    names = [name for name in ("storesweep-bench-device", "simdroid") if not (programs / name).exists()]
    modules = [] if (folder / "node_modules/@devicefarmer/adbkit").is_dir() else ["@devicefarmer/adbkit"]
    return names + modules + [tool for tool in ("adb", "node") if not shutil.which(tool)]


def rejudge_missing(programs):
    return [name for name in ("storesweep-bench-rejudge", "storesweep-judge") if not (programs / name).exists()]


def explore_missing(programs):
    return [name for name in ("storesweep-bench-explore",) if not (programs / name).exists()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="*", help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    options.programs = options.programs.resolve()
    options.source = options.source.resolve()
    for name in options.names:
        if name not in NAMES:
            parser.error(f"no benchmark `{name}`: {', '.join(NAMES)}")
    lacking = (apk_bench.missing(options.programs) if options.names == ["apk"] else
               rejudge_missing(options.programs) if options.names == ["rejudge"] else
               explore_missing(options.programs) if options.names == ["explore"] else
               canary_bench.missing(options.programs) if options.names == ["canaries"] else
               ours_missing(options.programs) + ([] if options.quick else peers_missing(options.programs)))
    if lacking:
        print("skipped: not here: " + ", ".join(lacking))
        return SKIPPED
    options.folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(options)
    began = time.monotonic()
    names = options.names or NAMES
    if options.quick and not options.names:
        names = (["rate"] + ([] if peers_missing(options.programs) else ["postgres"]) + ["pickup", "judged"] + ([] if device_missing(options.programs, bench.folder) else ["device"]) +
                 ([] if apk_bench.missing(options.programs) else ["apk"]) +
                 ([] if rejudge_missing(options.programs) else ["rejudge"]) +
                 ([] if explore_missing(options.programs) else ["explore"]) +
                 ([] if canary_bench.missing(options.programs) else ["canaries"]))
        for what in peers_missing(options.programs) + device_missing(options.programs, bench.folder):
            print(f"without what is not here: {what}")
    try:
        for name in names:
            print(f"== {name}", file=sys.stderr, flush=True)
            getattr(bench, name)()
    finally:
        bench.stop()
    about = report.about(options.source, bench.jobs, bench.pairs, bench.ms, datetime.date.today().isoformat(),
                         round(time.monotonic() - began))
    print(report.table(about, bench.results))
    if not options.quick:
        report.keep(options.folder / "results.json", about, bench.results)
        if options.write:
            report.write(options.source / "docs/benchmarks.md", about, bench.results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
