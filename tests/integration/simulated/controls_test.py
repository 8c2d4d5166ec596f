#!/usr/bin/env python3
"""Controls among the jobs of a sweep, with real processes: a device that fails one is quarantined, what it said of the
rule is void and run again on another device, the trail is kept, and a person frees it. The device is made to fail by a
probe whose list of what must be found in it lies.

usage: controls_test.py PROGRAMS SOURCE
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import yaml

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "cluster"))
from cluster import Cluster, Simulated, logged  # noqa: E402  the path is known only now

APPS = ("consent_unticked", "consent_both", "consent_preticked", "plain")
RULE = "R1.8"


def lying_probe(apks, folder):
    """An innocent app of which it is said that its box is ticked beforehand: no device can show that."""
    folder.mkdir()
    probe = next(p for p in yaml.safe_load((apks / "expected.yaml").read_text())["probes"] if p["apk"] == "consent_unticked.apk")
    shutil.copy(apks / probe["apk"], folder)
    probe |= {"kind": "guilty", "expected": [{"rule": RULE, "level": "violation"}]}
    (folder / "expected.yaml").write_text(yaml.safe_dump({"probes": [probe]}, allow_unicode=True))
    return folder


def catalogue(path, apks, names):
    known = {pathlib.Path(p["apk"]).stem: p for p in yaml.safe_load((apks / "expected.yaml").read_text())["probes"]}
    with open(path, "w") as out:
        for name in names:
            p = known[name]
            out.write(json.dumps({"store": path.stem, "package": p["package"], "label": p["label"], "category": p["category"],
                                  "version_name": p["version_name"], "developer": "probe",
                                  "apk_url": f"file://{apks / p['apk']}"}, ensure_ascii=False) + "\n")
    return path


def wait(what, so, seconds=300):
    end = time.time() + seconds
    while True:
        value = so()
        if value:
            return value
        assert time.time() < end, what
        time.sleep(0.5)


def sweep_of(cluster, path):
    cluster.api("POST", "/api/v1/catalogues", {"source": str(path), "store": path.stem}, key=f"i-{path.stem}")
    sweep = cluster.api("POST", "/api/v1/sweeps", {"name": path.stem, "selection": {"kind": "store", "store": path.stem}},
                        key=f"s-{path.stem}")["id"]

    def done():
        status = cluster.api("GET", f"/api/v1/sweeps/{sweep}")
        return status["state"] == "done" and status["confirmations_open"] == 0
    wait(f"{path.stem} is done", done)
    rows = cluster.api("GET", f"/api/v1/sweeps/{sweep}/results?rows=100")["rows"]
    assert all(r["end"] == "verdict" for r in rows), rows
    return sweep, {r["package"]: r["job"] for r in rows}


def level(result, rule=RULE):
    return next(i["level"] for i in result["verdict"]["items"] if i["rule"] == rule)


def run(cluster, folder, apks):
    cluster.start_all()
    sweep, jobs = sweep_of(cluster, catalogue(folder / "before.jsonl", apks, APPS))
    before = {p: cluster.api("GET", f"/api/v1/results/{job}") for p, job in jobs.items()}
    summary = cluster.api("GET", f"/api/v1/sweeps/{sweep}/summary")

    cluster.kill("coordinator")
    with open(folder / "coordinator.yaml", "a") as config:
        config.write(f"controls: {{folder: {lying_probe(apks, folder / 'lying')}, one_in: 1}}\n")
    cluster.start("coordinator")
    cluster.wait_ready()
    _, after = sweep_of(cluster, catalogue(folder / "after.jsonl", apks, ["channel_only"]))
    assert len(after) == 1, f"a control was counted: {after}"

    control = wait("the control is settled", lambda: [c for c in cluster.api("GET", "/api/v1/controls")["rows"] if c["voided"]])[0]
    assert control["end"] == "bad" and [r["rule"] for r in control["rules"] if r["outcome"] == "missed"] == [RULE], control
    devices = cluster.api("GET", "/api/v1/devices")["rows"]
    assert [d["identity"] for d in devices if d["quarantined"]] == [control["device"]], devices

    touched = [p for p, r in before.items() if any(e["device"] == control["device"] for e in r["evidence"])
               and level(r) not in ("not_tested", "not_applicable")]
    assert touched, f"{control['device']} said nothing of {RULE} before: {before}"

    def settled():
        now = {p: cluster.api("GET", f"/api/v1/results/{jobs[p]}") for p in touched}
        return now if all(level(r) == level(before[p]) for p, r in now.items()) else None
    now = wait(f"{RULE} is run again elsewhere", settled)
    for package, result in now.items():
        trail = result["voided"]
        assert len(trail) == 1 and trail[0]["device"] == control["device"], (package, trail)
        assert trail[0]["rules"] == [{"rule": RULE, "said": level(before[package])}], (package, trail)
    for package in set(before) - set(touched):
        assert cluster.api("GET", f"/api/v1/results/{jobs[package]}")["voided"] == [], package
    assert cluster.api("GET", f"/api/v1/sweeps/{sweep}/summary") == summary, "what was run again says the same"

    assert "void" in cluster.cli("--lang", "en", "verdict", jobs[touched[0]])[1], "a reader of the verdict sees the trail"
    code, _, errors = cluster.cli("free", control["device"], "--why", "flashed anew")
    assert code == 0, errors
    assert not any(d["quarantined"] for d in cluster.api("GET", "/api/v1/devices")["rows"])
    print(f"control {control['control']} on {control['device']}: {len(touched)} results void and run again")


def main():
    programs, source = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    subprocess.run([sys.executable, source / "probes/build.py"], check=True, stdout=subprocess.DEVNULL)
    apks = source / "build/probes"
    with tempfile.TemporaryDirectory(prefix="storesweep_controls_") as temporary:
        folder = pathlib.Path(temporary)
        cluster = Cluster(programs, source, folder, workers=1, real=Simulated(devices=3, apis="28", rate=60),
                          apks=[apks, folder / "lying"], lease_ms=30000)
        with logged(cluster):
            run(cluster, folder, apks)
    print("1 passed, 0 failed")


main()
