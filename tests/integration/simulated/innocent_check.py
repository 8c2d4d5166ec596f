#!/usr/bin/env python3
"""Many runs of innocent probe apps, each batch on other devices: API levels, seeds, order, the rate of the devices'
clocks and what goes wrong on them (slow answers, adbd gone for a while, a screen that never rests, a full disk, starved
programs, a reboot, a block printed in an unknown grammar) are drawn anew. None may be flagged, whatever happens: a run
may end not tested, never accused.

usage: innocent_check.py PROGRAMS SOURCE RUNS [--api 28,33] [--seed N] [--pairs N] [--keep FOLDER]
"""
import argparse
import collections
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "cluster"), str(HERE.parents[2] / "probes")]
from expected import FOUND, load  # noqa: E402  the path is known only now
from probes_check import run_all, tested  # noqa: E402

TROUBLE = ("slow {0}", "starve {0}", "offline {0}0", "never_idle", "full_disk", "reboot", "garbage", "die_mid_install",
           "unknown_grammar {1}", "none")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("source", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("runs", type=int)
    parser.add_argument("--api", default="28,33")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 20))
    parser.add_argument("--pairs", type=int, default=4, help="pairs of devices for each API level")
    parser.add_argument("--keep", help="a folder for the journals of runs that flagged somebody")
    return parser.parse_args()


def blocks(source, api):
    return [line[3:].split(" <-")[0].strip() for path in sorted((source / f"simdroid/shapes/{api}").glob("*.tmpl"))
            for line in path.read_text().splitlines() if line.startswith("== ")]


def troubles(chance, devices, names):
    """Half of the devices have no trouble; the others one or two, at some time of the batch, which heal or last."""
    script = []
    for device in range(devices):
        for _ in range(chance.choice((0, 0, 1, 2))):
            text = chance.choice(TROUBLE).format(chance.randint(5, 150), chance.choice(names))
            at_ms = chance.randint(0, 60_000)
            script.append({"device": device, "after_ms": at_ms, "fault": text})
            if chance.random() < 0.7:
                script.append({"device": device, "after_ms": at_ms + chance.randint(200, 8_000), "fault": "none"})
    return script


def main():
    a = arguments()
    subprocess.run([sys.executable, a.source / "probes/build.py"], check=True, stdout=subprocess.DEVNULL)
    apks = a.source / "build/probes"
    innocent = [p for p in load(apks).values() if p["kind"] == "innocent"]
    names = blocks(a.source, 28)
    folder = pathlib.Path(a.keep or tempfile.mkdtemp(prefix="storesweep_innocent_"))
    folder.mkdir(parents=True, exist_ok=True)
    started, runs, not_run, batch, flagged = time.time(), 0, 0, 0, []
    items = collections.Counter()
    print(f"seed {a.seed}: --seed {a.seed} makes the same batches again", flush=True)
    while runs < a.runs:
        batch += 1
        seed = a.seed + batch
        chance = random.Random(seed)
        a.rate, a.stutter = chance.choice((20, 40, 60)), chance.choice((0, 0, 20, 100))
        devices = 2 * a.pairs * len(a.api.split(","))
        here = folder.resolve() / f"batch-{batch}"
        bad = len(flagged)
        probes = chance.sample(innocent, len(innocent))[:a.runs - runs]
        for probe, api, done, _ in run_all(a, here, probes, apks, seed, troubles(chance, devices, names)):
            runs += 1
            if not tested(done):
                not_run += 1
                continue
            verdict = json.loads(done.stdout)["verdict"]
            for item in verdict["items"]:
                items[item["level"]] += 1
                if item["level"] in FOUND:
                    what = [f["what"] for f in verdict["findings"] if f["rule"] == item["rule"]]
                    flagged.append(f"batch {batch}: {pathlib.Path(probe['apk']).stem} on {api}: {item['rule']} "
                                   f"{item['level']}: {' '.join(what)}")
        print(f"batch {batch} (rate {a.rate}, stutter {a.stutter} ms): {runs} runs, {not_run} not run, "
              f"{len(flagged)} flagged, {time.time() - started:.0f} s", flush=True)
        if len(flagged) == bad or not a.keep:
            shutil.rmtree(here)
    print(*flagged, sep="\n")
    print(f"{runs} innocent runs in {time.time() - started:.0f} s: {not_run} could not be run; of "
          f"{sum(items.values())} items {sum(items[level] for level in FOUND)} flagged, {items['not_tested']} not "
          f"tested, {items['not_found']} not found, {items['not_applicable']} not applicable")
    print(f"{'0 passed, 1' if flagged else '1 passed, 0'} failed")
    sys.exit(1 if flagged else 0)


if __name__ == "__main__":
    main()
