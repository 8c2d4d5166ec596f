#!/usr/bin/env python3
"""`storesweep calibrate` on simulated devices: where the probes show what they were made to show the rule is believed;
on devices whose event log is written in words that nobody knows the rules that rest on it go dark, in the coordinator's
next verdicts too, and come back when the probes pass; on devices that forget over an update what users had refused, the
rule that would accuse apps of it.

usage: calibrate_test.py PROGRAMS SOURCE
"""
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "cluster")]
from cluster import Simulated, find, wait_ports  # noqa: E402  the path is known only now
from probes_check import Adb  # noqa: E402

PROBES = ("boot_start.apk", "boot_without_permission.apk")
UPDATES = ("update_refusal_dropped.apk", "update_keeps.apk")


def some_probes(source, folder, names):
    """A guilty one and its innocent twin."""
    subprocess.run([sys.executable, source / "probes/build.py"], check=True, stdout=subprocess.DEVNULL)
    built = source / "build/probes"
    folder.mkdir()
    chosen = [p for p in yaml.safe_load((built / "expected.yaml").read_text())["probes"] if p["apk"] in names]
    assert len(chosen) == len(names)
    for probe in chosen:
        for apk in {probe["apk"], probe.get("old_apk", probe["apk"])}:
            shutil.copy(built / apk, folder)
    (folder / "expected.yaml").write_text(yaml.safe_dump({"probes": chosen}, allow_unicode=True))
    return folder


def broken_shapes(source, folder):
    """Android 9 whose event log calls process starts something else."""
    shutil.copytree(source / "simdroid/shapes", folder)
    log = folder / "28/logs.tmpl"
    text = log.read_text()
    assert "am_proc_start" in text
    log.write_text(text.replace("am_proc_start", "am_process_up"))
    return folder


def calibrate(programs, source, folder, probes, name, shapes=None, fault="none", options=()):
    mine = folder / name
    mine.mkdir()
    (mine / "faults.yaml").write_text(f"[{{device: all, after_ms: 0, fault: {fault}}}]")
    simulated = Simulated(devices=1, apis="28", shapes=shapes, options=["--faults", mine / "faults.yaml"])
    log = open(mine / "simdroid.log", "w")
    simdroid = subprocess.Popen(list(map(str, simulated.command(find(programs, "simdroid")))), stdout=log, stderr=log)
    adb = None
    try:
        wait_ports([simulated.first])
        adb = Adb(simulated.adb, mine)
        return subprocess.run(
            list(map(str, [find(programs, "storesweep"), "--lang", "en", "--json", "calibrate", f"127.0.0.1:{simulated.first}",
                           "--probes", probes, "--adb", f"127.0.0.1:{simulated.adb}", "--rules", source / "rules",
                           "--out", mine / "out", *options])),
            capture_output=True, text=True, timeout=400, env=os.environ | {"XDG_RUNTIME_DIR": str(mine)})
    finally:
        if adb:
            adb.stop()
        simdroid.kill()
        simdroid.wait()


def rules_of(done):
    calibrations = json.loads(done.stdout)["calibrations"]
    assert len(calibrations) == 1, done
    assert calibrations[0]["simulated"] and calibrations[0]["not_run"] == [], done
    return calibrations[0]["rules"]


def main():
    programs, source = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory(prefix="storesweep_calibrate_") as temporary:
        folder = pathlib.Path(temporary)
        probes, shapes = some_probes(source, folder / "probes", PROBES), broken_shapes(source, folder / "shapes")
        updates = some_probes(source, folder / "updates", UPDATES)
        alone = ("--rule", "R5.2")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            good = pool.submit(calibrate, programs, source, folder, probes, "good")
            bad = pool.submit(calibrate, programs, source, folder, probes, "bad", shapes)
            keeps = pool.submit(calibrate, programs, source, folder, updates, "keeps", options=alone)
            forgets = pool.submit(calibrate, programs, source, folder, updates, "forgets", fault="forgets_refusals", options=alone)
            good, bad, keeps, forgets = good.result(), bad.result(), keeps.result(), forgets.result()
        assert good.returncode == 0, good
        assert rules_of(good)["R6.1"] == "passed", good.stdout
        assert all(state != "failed" for state in rules_of(good).values()), good.stdout
        assert bad.returncode == 5, bad
        dark = [rule for rule, state in rules_of(bad).items() if state == "failed"]
        assert dark == ["R6.1"], f"dark: {dark}; only what rests on process starts should be"
        assert "R6.1 missed" in bad.stderr, bad.stderr
        assert rules_of(keeps) == {"R5.2": "passed"}, keeps
        assert rules_of(forgets) == {"R5.2": "failed"}, forgets
        assert "R5.2 flagged" in forgets.stderr, forgets.stderr
    print("1 passed, 0 failed")


main()
