#!/usr/bin/env python3
"""The probe apps on simulated devices behind a stock adb server, by `storesweep check`, held against what their sources
say must be found in them. Prints the table of guilty and innocent; fails when an innocent one is flagged, a guilty one
is missed, or a rule stands at another level than expected.

usage: probes_check.py PROGRAMS SOURCE [--api 28,33] [--only NAME,...] [--seeds N] [--rate N] [--pairs N] [--stutter MS]
                       [--starve MS] [--keep FOLDER]
"""
import argparse
import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "cluster"), str(HERE.parents[2] / "probes")]
from cluster import Simulated, Stutter, find, wait_ports  # noqa: E402  the path is known only now
from expected import FOUND, Confusion, compare, listing, load, means  # noqa: E402

def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("source")
    parser.add_argument("--api", default="28,33")
    parser.add_argument("--only", default="", help="names of sources, with commas")
    parser.add_argument("--seeds", type=int, default=1, help="so many runs of each, in another order and of other devices each time")
    parser.add_argument("--rate", type=float, default=60)
    parser.add_argument("--pairs", type=int, default=4, help="pairs of devices for each API level")
    parser.add_argument("--stutter", type=int, default=0, help="stop simdroid and the adb server now and then, for so many ms at most")
    parser.add_argument("--starve", type=int, default=0, help="devices that start each program of a line so many ms after the last")
    parser.add_argument("--keep", help="a folder for journals and screenshots")
    return parser.parse_args()


class Adb:
    """A stock adb server on a port of its own."""

    def __init__(self, port, folder):
        self.port = port
        self.process = subprocess.Popen(
            ["adb", "-L", f"tcp:localhost:{port}", "server", "nodaemon"], stdout=open(folder / "adb.log", "w"),
            stderr=subprocess.STDOUT,
            env=os.environ | {"HOME": str(folder), "ADB_LOCAL_TRANSPORT_MAX_PORT": "5553"})
        wait_ports([port])

    def stop(self):
        self.process.kill()
        self.process.wait()


def tested(done):
    """1: it found something, 2: nothing in it was tested, or (then without a word of JSON) it could not be run."""
    return done.returncode in (0, 1, 2) and bool(done.stdout.strip())


LONGEST_S = 900  # of one check


def check(programs, source, apks, probe, pair, adb, out):
    """Once more where it could not be run, as a coordinator would: starved devices may fail a run, never accuse."""
    for attempt in range(2):
        shutil.rmtree(out, ignore_errors=True)
        done, took = check_once(programs, source, apks, probe, pair, adb, out)
        if tested(done):
            break
        print(f"{out.name} could not be run{' again' if attempt else ''}: {done.stderr.strip()[-300:]}", flush=True)
    return done, took


def as_root(adb, device):
    """Hooks need it; adbd goes and comes back. It ends with the next reboot."""
    command = ["adb", "-P", str(adb), "-s", device]
    subprocess.run([*command[:3], "connect", device], check=True, capture_output=True, timeout=60)
    subprocess.run([*command, "root"], capture_output=True, timeout=60)  # refused by an image for users
    subprocess.run([*command[:3], "connect", device], check=True, capture_output=True, timeout=60)
    subprocess.run([*command, "wait-for-device"], check=True, capture_output=True, timeout=60)


def check_once(programs, source, apks, probe, pair, adb, out):
    page = out.with_suffix(".listing.json")
    page.write_text(json.dumps(listing(probe, apks / probe["apk"]), ensure_ascii=False))
    given = ["--old-version", apks / probe["old_apk"]] if "old_apk" in probe else []
    if "policy" in probe:
        policy = out.with_suffix(".policy.txt")
        policy.write_text(probe["policy"])
        given += ["--policy", policy]
    # A proxy takes seconds to start: where nothing is expected of it, there is none.
    if any(e.get("needs") == "traffic" for e in probe["expected"]):
        given += ["--mitmdump", "mitmdump"]
    # On a simulated device what is pushed under that name is simulated too: it runs no script.
    if any(e.get("needs") == "hooks" for e in probe["expected"]):
        hooks = out.with_suffix(".hooks")
        hooks.write_text("// simulated\n")
        given += ["--frida-inject", hooks, "--hook-script", hooks]
        for device in pair:
            as_root(adb, device)
    started = time.time()
    command = [programs, "check", apks / probe["apk"], *given, "--device", pair[0], "--device", pair[1], "--adb",
               f"127.0.0.1:{adb}", "--rules", f"{source}/rules", "--listing", page, "--out", out, "--decoys",
               f"{source}/build/decoys", "--json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S,
                              # Simulated serial numbers repeat: claims of another simulator's devices are not ours.
                              env=os.environ | {"XDG_RUNTIME_DIR": str(out.parent)})
    except subprocess.TimeoutExpired:
        done = subprocess.CompletedProcess(command, 2, "", f"no answer in {LONGEST_S} s")
    return done, time.time() - started


def run_all(a, folder, probes, apks, seed=1, faults=()):
    """Each probe once on each API level: (probe, API level, what `check` did, seconds). `faults`: a script of simdroid's."""
    apis = [int(x) for x in a.api.split(",")]
    folder.mkdir(exist_ok=True)
    script = folder / "faults.yaml"
    script.write_text(json.dumps(list(faults)))
    devices = Simulated(devices=2 * a.pairs * len(apis), apis=",".join(map(str, apis)), rate=a.rate, seed=seed,
                        options=["--faults", script] if faults else [])
    log = open(folder / "simdroid.log", "w")
    simdroid = subprocess.Popen(list(map(str, devices.command(find(a.programs, "simdroid")))), stdout=log, stderr=log)
    free = {api: queue.Queue() for api in apis}
    for pair in range(a.pairs):
        for i, api in enumerate(apis):  # API levels are dealt out in turn
            first, second = 2 * pair * len(apis) + i, (2 * pair + 1) * len(apis) + i
            free[api].put([f"127.0.0.1:{devices.first + d}" for d in (first, second)])
    adb = None
    try:
        wait_ports(range(devices.first, devices.first + devices.devices))
        adb = Adb(devices.adb, folder)

        def one(job):
            probe, api = job
            pair = free[api].get()
            try:
                out = folder / f"{pathlib.Path(probe['apk']).stem}-{api}"
                return probe, api, *check(find(a.programs, "storesweep"), a.source, apks, probe, pair, devices.adb, out)
            finally:
                free[api].put(pair)

        jobs = [(p, api) for p in probes for api in apis if p["min_sdk"] <= api]  # in turn: all pairs are busy
        if seed > 1:
            random.Random(seed).shuffle(jobs)
        stutter = Stutter([simdroid.pid, adb.process.pid], a.stutter) if a.stutter else contextlib.nullcontext()
        with stutter, concurrent.futures.ThreadPoolExecutor(a.pairs * len(apis)) as pool:
            yield from pool.map(one, jobs)
    finally:
        if adb:
            adb.stop()
        simdroid.kill()
        simdroid.wait()


def main():
    a = arguments()
    started = time.time()
    source = pathlib.Path(a.source).resolve()
    subprocess.run([sys.executable, source / "probes/build.py"], check=True, stdout=subprocess.DEVNULL)
    apks = source / "build/probes"
    probes = list(load(apks).values())
    only = set(filter(None, a.only.split(",")))
    probes = [p for p in probes if not only or pathlib.Path(p["apk"]).stem in only]
    folder = pathlib.Path(a.keep or tempfile.mkdtemp(prefix="storesweep_probes_"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    table, wrong, seconds, confusion = collections.Counter(), [], [], Confusion()
    faults = [{"device": "all", "after_ms": 0, "fault": f"starve {a.starve}"}] if a.starve else []
    runs = ((seed, *run) for seed in range(1, a.seeds + 1)
            for run in run_all(a, folder.resolve() / f"seed-{seed}", probes, apks, seed, faults))
    for seed, probe, api, done, took in runs:
        name = f"{pathlib.Path(probe['apk']).stem} on {api}, seed {seed}"
        seconds.append(took)
        if sys.stdout.isatty() or a.keep:
            print(f"{name}: {took:.0f} s", flush=True)
        if not tested(done):
            wrong.append(f"{name}: {done.stderr.strip()[-300:]}")
            table[probe["kind"], "failed"] += 1
            confusion.failed += 1
            continue
        result = json.loads(done.stdout)
        if not result["simulated"] or not result["verdict"]["simulated"]:
            wrong.append(f"{name}: not marked as simulated")
        items = {i["rule"]: i["level"] for i in result["verdict"]["items"]}
        rows = compare(probe, api, items, means(probe, result["verdict"]["coverage"]["observers"]))
        confusion.add(probe["kind"], rows)
        for rule, expected, level, how in rows:
            guilty = expected in FOUND
            table["guilty" if guilty else "innocent", how] += 1
            if how != "ok":
                findings = [f["what"] for f in result["verdict"]["findings"] if f["rule"] == rule]
                reasons = next(i for i in result["verdict"]["items"] if i["rule"] == rule).get("reasons", [])
                wrong.append(f"{name}: {rule} is {level} {' '.join(findings + reasons)}, expected {expected or 'nothing'}: {how}")
    # What no longer is seen must neither accuse nor acquit: over every run that was just made.
    ablation = pathlib.Path(a.programs) / "storesweep-ablation"
    if ablation.exists():
        done = subprocess.run([ablation.resolve()], capture_output=True, text=True, timeout=600,
                              env=os.environ | {"STORESWEEP_SOURCE": str(source), "STORESWEEP_RUNS": str(folder.resolve())})
        print(*[line for line in done.stdout.splitlines() if line.startswith("ablation: ")], sep="\n")
        if done.returncode != 0:
            wrong.append(f"ablation: {done.stdout[-2000:]}")
    else:
        wrong.append(f"ablation: {ablation} was not built")
    for line in wrong:
        print(line)
    print(f"\n{'':24}guilty  innocent")
    for how, title in (("ok", "as expected"), ("weaker", "suspected, not violation"), ("missed", "missed"),
                       ("flagged", "falsely flagged"), ("other", "other level"), ("failed", "app not tested")):
        print(f"{title:24}{table['guilty', how]:6}{table['innocent', how]:10}")
    print("\n" + confusion.markdown() + "\n")
    print(f"{len(seconds)} checks ({a.seeds} of each) in {time.time() - started:.0f} s, {sum(seconds) / max(1, len(seconds)):.0f} s each")
    print(f"{'0 passed, 1' if wrong else '1 passed, 0'} failed")
    if not a.keep and not wrong:
        shutil.rmtree(folder, ignore_errors=True)
    elif wrong:
        print(f"journals and screenshots: {folder}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
