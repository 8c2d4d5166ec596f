#!/usr/bin/env python3
"""A sweep of real APKs (the probes, in several stores and under many channels) on simulated devices behind a stock
adb server, while everything is killed at random with SIGKILL: coordinator, workers, judges, adb server, devices; and
devices go offline, reboot and die in the middle of an install. Every (sweep, listing) must end exactly once, and the
counts per rule must equal what the probes' sources say. With as many kills as there are kinds, each kind is struck; a
run that could not strike one of them fails.

usage: sweep_kill_test.py PROGRAMS SOURCE [APPS [KILLS [SEED]]] [--api 28] [--devices 8] [--rate 60] [--keep FOLDER]
"""
import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import yaml

from cluster import Cluster, Simulated, children, logged, wait_ports
from variants import with_channel

FOUND = ("violation", "suspected")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("source")
    parser.add_argument("apps", nargs="?", type=int, default=500)
    parser.add_argument("kills", nargs="?", type=int, default=40)
    parser.add_argument("seed", nargs="?", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--api", type=int, default=28)
    parser.add_argument("--devices", type=int, default=8)
    parser.add_argument("--rate", type=float, default=60)
    parser.add_argument("--seconds", type=int, default=7200)
    parser.add_argument("--keep", help="a folder for logs and store")
    return parser.parse_args()


def probes(a):
    """The probes that this API level can run, with what is to be found in each: {rule: level}; None: any, or what a sweep
    has no means for."""
    out = pathlib.Path(a.source) / "build/probes"
    subprocess.run([sys.executable, f"{a.source}/probes/build.py"], check=True, stdout=subprocess.DEVNULL)
    found = []
    for p in yaml.safe_load((out / "expected.yaml").read_text())["probes"]:
        if p["min_sdk"] > a.api:
            continue
        named = {e["rule"]: None if e["level"] == "any" or "needs" in e else e["level"] for e in p["expected"]
                 if e.get("min_api", 0) <= a.api <= e.get("max_api", 1000)}
        found.append((p, out / p["apk"], named))
    return found


def write_catalogues(a, folder, chance):
    """One catalogue a store, each with every probe (the last with some). A store has its own channel's file of an app, or,
    three times in ten, hangs out the one of another store: one run serves both. Gives (store, package) -> probe."""
    all_probes, wanted, files = probes(a), {}, {}
    (folder / "apks").mkdir()
    for number in range(a.apps):
        p, apk, named = all_probes[number % len(all_probes)]
        store = f"商店{number // len(all_probes)}"
        earlier = files.setdefault(apk.stem, [])
        if earlier and chance.random() < 0.3:
            file = chance.choice(earlier)
        else:
            file = folder / "apks" / f"{apk.stem}-{number}.apk"
            file.write_bytes(with_channel(apk.read_bytes(), f"channel-{number}".encode()))
            earlier.append(file)
        label = p["label"]["zh"] if isinstance(p["label"], dict) else p["label"]
        with open(folder / f"{store}.jsonl", "a") as out:
            out.write(json.dumps({"store": store, "package": p["package"], "label": label, "version_name": p["version_name"],
                                  "category": p["category"], "developer": f"开发者{number % 7}", "apk_url": file.as_uri()},
                                 ensure_ascii=False) + "\n")
        wanted[(store, p["package"])] = (p, named)
    return wanted


def listener(port):
    """The process that listens on this port of loopback, among our own."""
    inodes = set()
    for line in open("/proc/net/tcp").readlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and int(fields[1].split(":")[1], 16) == port:
            inodes.add(f"socket:[{fields[9]}]")
    for proc in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(fd) in inodes for fd in (proc / "fd").iterdir()):
                return int(proc.name)
        except OSError:
            continue
    return None


KINDS = ("coordinator", "worker", "judge", "adb", "simdroid", "offline", "reboot", "die_mid_install")


class Killer:
    """Strikes so many times, spread over the sweep by its progress. The kinds are dealt like cards, so that each comes
    as often as the others; one that finds nobody to strike is tried again until it does."""

    def __init__(self, cluster, chance, kills, apps):
        self.cluster, self.chance, self.count = cluster, chance, collections.Counter()
        self.deck = [KINDS[i % len(KINDS)] for i in range(kills)]
        chance.shuffle(self.deck)
        # How many listings have ended when each comes; none waits for the last ones.
        self.due = sorted(chance.uniform(0, 0.9 * apps) for _ in self.deck)

    def strike_if_due(self, ended):
        if not self.deck or ended < self.due[0]:
            return
        what = self.deck[0]
        try:
            if not getattr(self, f"_{what}", lambda: self._device(what))():
                return
        except (OSError, subprocess.TimeoutExpired):
            return  # what was to be struck was gone already
        self.count[what] += 1
        self.deck.pop(0)
        self.due.pop(0)

    def _restart(self, name, within_s):
        self.cluster.kill(name)
        time.sleep(self.chance.uniform(0, within_s))
        self.cluster.start(name)
        return True

    def _coordinator(self):
        return self._restart("coordinator", 0.5)

    def _worker(self):
        return self._restart(self.chance.choice(self.cluster.worker_names()), 0.5)

    def _judge(self):
        judges = children(self.cluster.processes["coordinator"].pid)
        if judges:
            os.kill(self.chance.choice(judges), signal.SIGKILL)
        return bool(judges)

    def _adb(self):  # the first is ours; later ones the workers have started
        c = self.cluster
        if "adb" in c.processes:
            c.kill("adb")
            return True
        pid = listener(c.real.adb)
        if pid:
            os.kill(pid, signal.SIGKILL)
        return pid is not None

    def _simdroid(self):
        real = self.cluster.real
        self._restart("simdroid", 2)
        wait_ports(range(real.first, real.first + real.devices))
        return True

    def _device(self, what):
        """A fault of one device that answers now; the answer to the order itself may die with it."""
        c = self.cluster
        device = f"127.0.0.1:{c.real.first + self.chance.randrange(c.real.devices)}"
        adb = ["adb", "-L", f"tcp:localhost:{c.real.adb}", "-s", device]
        options = {"capture_output": True, "text": True, "timeout": 20, "env": os.environ | {"HOME": str(c.folder / "adb-home")}}
        if subprocess.run([*adb, "get-state"], **options).stdout.strip() != "device":
            return False
        fault = f"offline {self.chance.randrange(300, 4000)}" if what == "offline" else what
        said = subprocess.run([*adb, "shell", f"echo here; setprop storesweep.fault '{fault}'"], **options)
        return "here" in said.stdout


def all_results(cluster, sweep):
    rows, cursor = [], ""
    while True:
        page = cluster.api("GET", f"/api/v1/sweeps/{sweep}/results?rows=500" + (f"&cursor={cursor}" if cursor else ""))
        rows += page["rows"]
        cursor = page.get("next")
        if not cursor:
            return rows


def run(a, cluster, folder, chance):
    wanted = write_catalogues(a, folder, chance)
    file_sets = len(list((folder / "apks").iterdir()))
    cluster.start_all()
    for i, store in enumerate(sorted({store for store, _ in wanted})):
        report = cluster.api("POST", "/api/v1/catalogues", {"source": str(folder / f"{store}.jsonl"), "store": store}, key=f"catalogue-{i}")
        assert report["rejected"] == 0, report
    sweep = cluster.api("POST", "/api/v1/sweeps", {"name": "kill", "shards": 4}, key="sweep")["id"]
    killer, begin, said, status = Killer(cluster, chance, a.kills, a.apps), time.time(), 0, ""
    while True:
        assert time.time() < begin + a.seconds, f"not done in {a.seconds} s: {status}"
        time.sleep(0.2)
        try:
            status = cluster.api("GET", f"/api/v1/sweeps/{sweep}")
        except Exception:
            status = "the coordinator does not answer"
            continue
        killer.strike_if_due(status["ended_total"])
        if time.time() > said + 20:
            said = time.time()
            print(f"{said - begin:5.0f} s: {status['ended_total']} of {a.apps} ended, {status['confirmations_open']} confirmations open, struck {dict(killer.count)}", flush=True)
        if status["state"] == "done" and status["confirmations_open"] == 0:
            break
    print(f"{a.apps} listings of {file_sets} file sets in {time.time() - begin:.0f} s, struck: {dict(killer.count)}", flush=True)
    missed = sorted(set(KINDS[:a.kills]) - set(killer.count))
    assert not missed, f"never struck: {missed}"
    check(cluster, sweep, wanted)


def check(cluster, sweep, wanted):
    rows = all_results(cluster, sweep)
    keys = collections.Counter((r["store"], r["package"]) for r in rows)
    assert set(keys) == set(wanted), f"{len(keys)} of {len(wanted)} ended; missing {list(set(wanted) - set(keys))[:3]}"
    assert max(keys.values()) == 1, f"ended twice: {keys.most_common(3)}"
    ends = collections.Counter(r["end"] for r in rows)
    reasons = collections.Counter(r["end_reason"] for r in rows).most_common(5)
    assert set(ends) == {"verdict"}, f"ends {dict(ends)}; reasons {reasons}"
    got, known, wrong = collections.Counter(), collections.Counter(), []
    for r in rows:
        probe, named = wanted[(r["store"], r["package"])]
        verdict = cluster.api("GET", f"/api/v1/results/{r['job']}")["verdict"]
        assert len(verdict["rows"]) == 10 and verdict["simulated"] is True, verdict
        for item in verdict["items"]:
            level = named.get(item["rule"], "")
            if level is None:
                continue
            known[(item["rule"], level)] += level in FOUND
            got[(item["rule"], item["level"])] += item["level"] in FOUND
            if (level in FOUND or item["level"] in FOUND) and level != item["level"]:
                wrong.append((probe["apk"], item["rule"], level or "not found", item["level"], item.get("reasons")))
    counts = [sorted((k, n) for k, n in c.items() if n) for c in (got, known)]
    for one, n in collections.Counter(map(str, wrong)).most_common(20):
        print(f"{n} times: {one}")
    assert counts[0] == counts[1], f"got {counts[0]}\nknown {counts[1]}"
    print(f"counts per rule as known: {dict(counts[0])}")
    print("1 passed, 0 failed")


def main():
    a = arguments()
    print(f"seed {a.seed}: replay with {sys.argv[0]} {a.programs} {a.source} {a.apps} {a.kills} {a.seed} --api {a.api}", flush=True)
    chance = random.Random(a.seed)
    with tempfile.TemporaryDirectory(prefix="storesweep_sweep_") as temporary:
        folder = pathlib.Path(temporary)
        cluster = Cluster(a.programs, a.source, folder, lease_ms=10_000, apks=[folder / "apks"],
                          real=Simulated(devices=a.devices, apis=str(a.api), rate=a.rate, seed=a.seed % 1000))
        config = folder / "coordinator.yaml"  # devices fail here as seldom as never elsewhere
        config.write_text(config.read_text().replace("retry_ms: 20}", "retry_ms: 100, attempts: {device: 50, infrastructure: 200}}"))
        with logged(cluster):
            run(a, cluster, folder, chance)
            if a.keep:
                shutil.copytree(folder, a.keep, dirs_exist_ok=True, ignore=shutil.ignore_patterns("apks"))


main()
