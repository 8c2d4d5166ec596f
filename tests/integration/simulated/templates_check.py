#!/usr/bin/env python3
"""Breaks what a simulated device prints, one block of its templates at a time, and calibrates it: each broken block
must darken just the rules that `templates_API.yaml` says rest on it, and none may make a device accuse an innocent app.
Only blocks that are printed while these probes run are broken (`getprop storesweep.filled`); a block that is not in the
table darkens nothing.

usage: templates_check.py PROGRAMS SOURCE [--api 28] [--only BLOCK,...] [--devices N] [--rate N] [--write]
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import yaml

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "cluster"), str(HERE.parents[2] / "probes")]
from cluster import Simulated, find, wait_for, wait_ports  # noqa: E402  the path is known only now
from expected import FOUND, applies  # noqa: E402
from probes_check import Adb  # noqa: E402

INNOCENT = ("plain", "ask_on_tap", "denied_continue", "push_delivery")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("source", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--api", type=int, default=28)
    parser.add_argument("--only", default="", help="blocks, with commas")
    parser.add_argument("--devices", type=int, default=8)
    parser.add_argument("--rate", type=float, default=60)
    parser.add_argument("--write", action="store_true", help="renews the table (of the blocks that were broken)")
    return parser.parse_args()


def few_probes(a, folder):
    """A guilty probe for each rule, as few as that takes, and some innocent ones."""
    subprocess.run([sys.executable, a.source / "probes/build.py"], check=True, stdout=subprocess.DEVNULL)
    built = a.source / "build/probes"
    probes = [p for p in yaml.safe_load((built / "expected.yaml").read_text())["probes"] if p["min_sdk"] <= a.api]
    shows = {p["apk"]: {e["rule"] for e in p["expected"] if e["level"] in FOUND and applies(e, a.api)} for p in probes}
    left, chosen = set().union(*shows.values()), {f"{name}.apk" for name in INNOCENT}
    while left:
        best = max(sorted(shows), key=lambda apk: len(shows[apk] & left))
        chosen.add(best)
        left -= shows[best]
    folder.mkdir()
    for apk in chosen:
        for file in (apk, apk.replace(".apk", ".old.apk")):  # an update has an earlier version too
            if (built / file).exists():
                shutil.copy(built / file, folder)
    (folder / "expected.yaml").write_text(
        yaml.safe_dump({"probes": [p for p in probes if p["apk"] in chosen]}, allow_unicode=True))
    return folder


class Bench:
    """Devices of one shape behind an adb server of their own."""

    def __init__(self, a, folder):
        self.a, self.folder, self.number = a, folder, 0
        self.probes = few_probes(a, folder / "probes")
        self.simulated = Simulated(devices=a.devices, apis=str(a.api), rate=a.rate)
        self.serials = [f"127.0.0.1:{self.simulated.first + d}" for d in range(a.devices)]
        log = open(folder / "simdroid.log", "w")
        self.simdroid = subprocess.Popen(
            list(map(str, self.simulated.command(find(a.programs, "simdroid")))), stdout=log, stderr=log)
        wait_ports(range(self.simulated.first, self.simulated.first + a.devices))
        self.adb = Adb(self.simulated.adb, folder)
        for serial in self.serials:
            self.run_adb("connect", serial)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.adb.stop()
        self.simdroid.kill()
        self.simdroid.wait()

    def run_adb(self, *words):
        return subprocess.run(["adb", "-P", str(self.simulated.adb), *words], capture_output=True, text=True, timeout=60,
                              check=True).stdout

    def fault(self, text):
        for serial in self.serials:  # one may be on its way back from a reboot, and dialled by nobody any more
            wait_for(f"{serial} takes its fault", lambda: self.takes(serial, text))

    def takes(self, serial, text):
        try:
            self.run_adb("connect", serial)
            self.run_adb("-s", serial, "shell", "setprop", "storesweep.fault", f"'{text}'")
            return True
        except subprocess.CalledProcessError:
            return False

    def filled(self):
        return sorted(set().union(*(self.run_adb("-s", serial, "shell", "getprop", "storesweep.filled").split()
                                    for serial in self.serials)))

    def calibrate(self):
        """(rules that failed, probes that flagged an innocent rule, probes that could not be run)."""
        self.number += 1
        out = self.folder / f"out{self.number}"
        done = subprocess.run(
            list(map(str, [find(self.a.programs, "storesweep"), "--lang", "en", "--json", "calibrate", *self.serials,
                           "--probes", self.probes, "--adb", f"127.0.0.1:{self.simulated.adb}", "--rules",
                           self.a.source / "rules", "--out", out])),
            capture_output=True, text=True, timeout=900, env=os.environ | {"XDG_RUNTIME_DIR": str(self.folder)})
        shutil.rmtree(out, ignore_errors=True)
        try:
            calibrations = json.loads(done.stdout)["calibrations"]
        except (ValueError, KeyError):
            return [], [], [f"no calibration: {done.stderr.strip()[-200:]}"]
        failed, flagged, not_run = set(), [], []
        for c in calibrations:
            failed |= {rule for rule, state in c["rules"].items() if state == "failed"}
            flagged += [f'{r["probe"]} {r["rule"]}' for r in c["results"] if r["outcome"] == "flagged"]
            not_run += c["not_run"]
        return sorted(failed, key=lambda r: [int(x) for x in r[1:].split(".")]), flagged, not_run


def table_of(a):
    path = HERE / f"templates_{a.api}.yaml"
    return path, (yaml.safe_load(path.read_text()) or {}) if path.exists() else {}


def main():
    a = arguments()
    path, table = table_of(a)
    wrong, started = [], time.time()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="storesweep_templates_"))
    with Bench(a, folder) as bench:
        failed, flagged, not_run = bench.calibrate()
        assert not failed and not flagged and not not_run, ("nothing is broken yet", failed, flagged, not_run)
        blocks = [b for b in bench.filled() if not a.only or b in a.only.split(",")]
        print(f"{len(blocks)} blocks to break", flush=True)
        for block in blocks:
            bench.fault(f"unknown_grammar {block}")
            dark, flagged, not_run = bench.calibrate()
            if not_run:  # a busy host may have kept one from it: what a block does it does twice
                print(f"{block}: once more, {'; '.join(not_run)[:200]}", flush=True)
                dark, flagged, not_run = bench.calibrate()
            bench.fault("none")
            known = table.get(block, [])
            said = ["none can run"] if not_run else dark
            if flagged:
                wrong.append(f"{block}: innocent flagged: {', '.join(flagged)}")
            elif said != known and not a.write:
                wrong.append(f"{block}: {' '.join(said) or 'nothing'} went dark, expected {' '.join(known) or 'nothing'}")
            print(f"{block}: {' '.join(said) or '-'}{'  FLAGGED ' + ', '.join(flagged) if flagged else ''}", flush=True)
            table.pop(block, None)
            if said:
                table[block] = said
    if a.write:
        head = "# Which rules go dark where a block of simdroid's templates is printed in an unknown grammar; blocks that are\n" \
               "# not here darken none. Written by templates_check.py --write; a person looks at what changed.\n"
        path.write_text(head + "".join(f"{b}: [{', '.join(rules)}]\n" for b, rules in sorted(table.items())))
    print(*wrong, sep="\n")
    print(f"{len(blocks)} blocks broken in {time.time() - started:.0f} s, {sum(bool(v) for v in table.values())} darken something")
    print(f"{'0 passed, 1' if wrong else '1 passed, 0'} failed")
    shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
