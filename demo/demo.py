#!/usr/bin/env python3
"""The main job from end to end: a coordinator on SQLite, workers, devices behind the stock adb server, a sweep over
real APKs and the project's probe apps, a table of verdicts and a report. `./dev demo` builds what it needs first.
Everything it starts lives in build/demo, listens on loopback and is gone when it ends."""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path += [str(ROOT / "tests/integration/cluster"), str(ROOT / "probes")]
import cluster as clusters  # noqa: E402
import expected  # noqa: E402

FOLDER = ROOT / "build/demo"
PROBES = ROOT / "build/probes"
PROGRAMS = ("storesweep", "storesweep-coordinator", "storesweep-worker", "storesweep-judge", "simdroid")
MINUTES_ON_A_REAL_DEVICE = 30  # about, for one app at triage length (rules/profiles.yaml)
LOG_END_BYTES = 3000


class Failed(Exception):
    """What went wrong, to be shown as it is."""


def say(text):
    bold = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    print(f"\033[1m== {text}\033[0m" if bold else f"== {text}", flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__.split("`./dev")[0].strip())
    parser.add_argument("--device", metavar="SERIAL", action="append", default=[],
                        help="use this device of `adb devices` instead of simulated ones; may be given again. Apps are "
                             "installed on it and removed, and it is rebooted: no device that anybody uses")
    parser.add_argument("--shapes", metavar="DIR", help="templates of what simulated devices print, instead of ours")
    parser.add_argument("--apk", metavar="FILE", nargs="+", default=[], help="test these apps instead of ours")
    parser.add_argument("--rate", type=int, default=60, help="how fast the simulated devices' clock runs (60)")
    parser.add_argument("--only", metavar="REGEX", help="only the apps whose file name matches")
    return parser.parse_args()


# ---- the apps

def badging(apk):
    """Package, version, label of an APK by aapt; what aapt cannot read is named after its file."""
    done = subprocess.run(["aapt", "dump", "badging", apk], capture_output=True, text=True, errors="replace")

    def first(pattern):
        found = re.search(pattern, done.stdout, re.M)
        return found.group(1) if found else ""
    package = first(r"^package: name='([^']*)'") or re.sub(r"[^\w.]", "_", apk.stem)
    return {"package": package, "version_name": first(r"versionName='([^']*)'"),
            "version_code": int(first(r"versionCode='(\d+)'") or 0),
            "label": first(r"^application-label-zh[^:]*:'([^']*)'") or first(r"^application-label:'([^']*)'") or package}


def npm_apks():
    done = subprocess.run(["bash", ROOT / "tests/tools/npm_apks.sh"], capture_output=True, text=True)
    if done.returncode != 0:
        print(f"{done.stderr.strip()}\n(going on with the apps that are here)", file=sys.stderr)
    return [pathlib.Path(line) for line in done.stdout.splitlines()]


def catalogue(options):
    """Rows of the catalogue, each with its APK; one store cannot hold one package twice."""
    rows = []
    if options.apk:
        files = [pathlib.Path(a).resolve() for a in options.apk]
        missing = [str(f) for f in files if not f.is_file()]
        if missing:
            raise Failed(f"no such file: {', '.join(missing)}")
        rows = [badging(f) | {"store": "local files", "file": f} for f in files]
    else:
        rows = [badging(f) | {"store": "npm", "developer": f.name.split("__")[0], "file": f} for f in npm_apks()]
        for probe in expected.load(PROBES).values():
            keys = ("package", "label", "version_name", "version_code", "category")
            rows.append({k: probe[k] for k in keys if probe.get(k)} |
                        {"store": "probes", "developer": "storesweep", "file": PROBES / probe["apk"]})
    if options.only:
        rows = [r for r in rows if re.search(options.only, r["file"].name)]
    if not rows:
        raise Failed("no app to test")
    seen = collections.Counter()
    for row in rows:
        seen[row["store"], row["package"]] += 1
        again = seen[row["store"], row["package"]]
        row["store"] += f" ({again})" if again > 1 else ""
    return rows


def write_catalogue(rows, path):
    with open(path, "w", encoding="utf-8") as out:
        for row in rows:
            file = row["file"]
            out.write(json.dumps({k: v for k, v in row.items() if k != "file"} |
                                 {"apk_url": file.as_uri(), "apk_bytes": file.stat().st_size}, ensure_ascii=False) + "\n")


# ---- the devices

def adb_address():
    host = os.environ.get("ANDROID_ADB_SERVER_ADDRESS", "127.0.0.1")
    return f"{host}:{os.environ.get('ANDROID_ADB_SERVER_PORT', '5037')}"


def devices(options, apps):
    if not options.device:
        say(f"8 simulated devices (API 28 and 33 in turn) whose clock runs {options.rate} times as fast as real time")
        return clusters.Simulated(devices=8, apis="28,33", rate=options.rate,
                                  shapes=options.shapes and str(pathlib.Path(options.shapes).resolve()))
    shown = subprocess.run(["adb", "devices"], capture_output=True, text=True).stdout
    ready = re.findall(r"^(\S+)\s+device\b", shown, re.M)
    for serial in options.device:
        if serial not in ready:
            raise Failed(f"`adb devices` shows no device {serial} that is ready:\n{shown}")
    minutes = MINUTES_ON_A_REAL_DEVICE * apps // len(options.device)
    say(f"{', '.join(options.device)} of your adb server: apps are installed and removed, the device is rebooted; "
        f"about {minutes // 60} h {minutes % 60} min for {apps} apps")
    return clusters.Attached(options.device, adb_address())


# ---- the sweep

def log_end(cluster, name):
    return (cluster.folder / f"{name}.log").read_text(errors="replace")[-LOG_END_BYTES:]


def died(cluster):
    """The end of the log of a part that has ended by itself; empty: all run."""
    for name, process in cluster.processes.items():
        if process.poll() is not None:
            return f"{name} ended by itself (exit code {process.returncode}); the end of its log:\n{log_end(cluster, name)}"
    return ""


def cli(cluster, *words):
    """A verb of storesweep as the user would run it, its output going straight to the user."""
    done = subprocess.run([cluster.programs["storesweep"], "--server", f"http://127.0.0.1:{cluster.http}", *map(str, words)])
    if done.returncode != 0:
        raise Failed(died(cluster) or f"storesweep {' '.join(map(str, words))} ended with {done.returncode}")


def watch(cluster, sweep):
    command = [cluster.programs["storesweep"], "--server", f"http://127.0.0.1:{cluster.http}", "sweep", "watch", str(sweep)]
    watching = subprocess.Popen(command)
    try:
        while watching.poll() is None:
            if why := died(cluster):
                raise Failed(why)
            time.sleep(0.5)
    finally:
        if watching.poll() is None:
            watching.terminate()
        watching.wait()
    if watching.returncode != 0:
        raise Failed(died(cluster) or f"the sweep was not watched to its end ({watching.returncode})")


def insist_on_a_verdict(cluster, sweep):
    """A sweep in which nothing could be tested shows nothing."""
    rows = cluster.api("GET", f"/api/v1/sweeps/{sweep}/results?rows=1000")["rows"]
    if not any(r["end"] == "verdict" for r in rows):
        name = cluster.worker_names()[0]
        raise Failed(f"no app could be tested ({rows[0]['end']}: {rows[0]['end_reason']}); the end of {name}'s log:\n"
                     + log_end(cluster, name))


def compare_probes(cluster, sweep, single_device):
    """Guilty probes must be found, innocent twins must not be."""
    probes = expected.load(PROBES)
    right, wrong = 0, []
    for row in cluster.api("GET", f"/api/v1/sweeps/{sweep}/results?rows=1000")["rows"]:
        probe = probes.get(row["package"])
        if not probe:
            continue
        result = cluster.api("GET", f"/api/v1/results/{row['job']}")
        what = [f"it ended {row['end']} {row['end_reason']}"] if row["end"] != "verdict" else \
            expected.differences(probe, result["verdict"], single_device)
        right += not what
        if what:
            wrong.append(f"  {probe['apk'][:-4]} ({probe['kind']}, job {row['job']}, API {result['verdict']['device_kind']['api']}): "
                         + "; ".join(what))
    if right or wrong:
        say(f"probe apps: {right} of {right + len(wrong)} show exactly what they were made to show")
        print("\n".join(wrong + [""] if wrong else []), end="", flush=True)


def sweep_all(cluster, rows, options):
    write_catalogue(rows, FOLDER / "catalogue.jsonl")
    cluster.start_all()
    say(f"coordinator at http://127.0.0.1:{cluster.http}, {cluster.workers} worker{'s' * (cluster.workers > 1)}")
    cli(cluster, "import", FOLDER / "catalogue.jsonl", "--store", "demo")
    sweep = cluster.api("POST", "/api/v1/sweeps", {"name": "demo", "shards": 4}, key="demo")["id"]
    say(f"sweep {sweep} over {len(rows)} apps; Ctrl-C ends everything")
    watch(cluster, sweep)
    say("verdicts: ten rows an app, in the order of the tasks")
    cli(cluster, "results", sweep, "--rows", 1000, "--findings")
    insist_on_a_verdict(cluster, sweep)
    if not options.apk:
        compare_probes(cluster, sweep, bool(options.device) and len(options.device) < 2)
    cli(cluster, "report", "--sweep", sweep, "--out", FOLDER / "report.html", "--rules", ROOT / "rules")


def run(options):
    begin = time.monotonic()
    rows = catalogue(options)
    shutil.rmtree(FOLDER / "cluster", ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    missing = [p for p in PROGRAMS if not os.access(ROOT / "build/bin" / p, os.X_OK)]
    if missing:
        raise Failed(f"not built: {', '.join(missing)}; start by way of ./dev demo")
    cluster = clusters.Cluster(ROOT / "build/bin", ROOT, FOLDER / "cluster", workers=1 if options.device else 2,
                               lease_ms=60_000, real=devices(options, len(rows)),
                               apks=sorted({str(r["file"].parent) for r in rows}))
    try:
        sweep_all(cluster, rows, options)
    except (RuntimeError, OSError) as error:
        raise Failed(died(cluster) or str(error)) from error
    finally:
        cluster.stop()
    took = int(time.monotonic() - begin)
    say(f"{FOLDER / 'report.html'}: open it in a browser, no server is needed ({took // 60} min {took % 60} s)")


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    options = arguments()
    try:
        run(options)
    except Failed as error:
        print(f"./dev demo: {error}\nLogs: {FOLDER / 'cluster'}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted: everything was stopped", file=sys.stderr)
        return 130
    return 0


sys.exit(main())
