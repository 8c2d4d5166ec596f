#!/usr/bin/env python3
"""One sweep, end to end, over real ADB: coordinator on SQLite, two workers, eight simulated devices behind a stock adb
server, and the probe apps. Every listing ends once with a verdict, what is found in it is what its source says must be
found on a device of that API level, violations are confirmed on a second device, and all of it is marked as simulated.

usage: sweep_test.py PROGRAMS SOURCE [NAME,...]
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "probes"))
from cluster import Cluster, Simulated, logged  # noqa: E402  the path is known only now
from expected import FOUND, compare  # noqa: E402

programs, source = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
# Some guilty ones of each kind with their twins; all of them are held by probes_check.py.
names = (sys.argv[3] if len(sys.argv) > 3 else
         "plain,consent_only_ok,consent_both,consent_preticked,consent_unticked,ask_at_launch,ask_on_tap,"
         "denied_exit,denied_continue,clipboard_before_consent,clipboard_after_consent,boot_start,channel_only").split(",")


def main():
    subprocess.run([sys.executable, source / "probes/build.py"], check=True, stdout=subprocess.DEVNULL)
    apks = source / "build/probes"
    probes = {p["package"]: p for p in yaml.safe_load((apks / "expected.yaml").read_text())["probes"]
              if pathlib.Path(p["apk"]).stem in names or names == ["all"]}
    with tempfile.TemporaryDirectory(prefix="storesweep_sweep_") as folder:
        cluster = Cluster(programs, source, folder, real=Simulated(devices=8, apis="28,33", rate=60), apks=[apks],
                          lease_ms=30000)
        with logged(cluster):
            run(cluster, pathlib.Path(folder), probes, apks)
    print("1 passed, 0 failed")


def run(cluster, folder, probes, apks):
    with open(folder / "catalogue.jsonl", "w") as out:
        for p in probes.values():
            out.write(json.dumps({"store": "自检", "package": p["package"], "label": p["label"], "category": p["category"],
                                  "version_name": p["version_name"], "developer": "probe",
                                  "apk_url": f"file://{apks / p['apk']}"}, ensure_ascii=False) + "\n")
    cluster.start_all()
    imported = cluster.api("POST", "/api/v1/catalogues", {"source": str(folder / "catalogue.jsonl"), "store": "自检"}, key="i")
    assert imported["rows"] == len(probes) and imported["rejected"] == 0, imported
    sweep = cluster.api("POST", "/api/v1/sweeps", {"name": "probes", "shards": 2}, key="s")["id"]
    started = time.time()
    while True:
        status = cluster.api("GET", f"/api/v1/sweeps/{sweep}")
        if status["state"] == "done" and status["confirmations_open"] == 0:
            break
        assert time.time() < started + 800, f"not done in time: {status}"
        time.sleep(0.5)
    rows = cluster.api("GET", f"/api/v1/sweeps/{sweep}/results?rows=500")["rows"]
    packages = collections.Counter(r["package"] for r in rows)
    assert set(packages) == set(probes) and set(packages.values()) == {1}, packages
    wrong, confirmed = [], 0
    for row in rows:
        if row["end"] != "verdict":
            wrong.append(f"{row['package']}: {row['end']} {row['end_reason']}")
            continue
        r = cluster.api("GET", f"/api/v1/results/{row['job']}")
        assert r["simulated"] and r["verdict"]["simulated"], r
        assert r["blobs"] and r["blobs"][0]["name"] == "journal", r["blobs"]
        api = r["verdict"]["device_kind"]["api"]
        items = {i["rule"]: i["level"] for i in r["verdict"]["items"]}
        for rule, expected, level, how in compare(probes[row["package"]], api, items, r["verdict"]["coverage"]["observers"]):
            confirmed += level == expected == "violation"
            if how != "ok":
                wrong.append(f"{row['package']} on {api}: {rule} is {level}, expected {expected or 'nothing'}: {how}")
    print(f"{len(rows)} apps in {time.time() - started:.0f} s, {confirmed} violations confirmed on a second device")
    assert not wrong, "\n".join(wrong)
    assert any(level in FOUND for r in rows for level in r["rows"])


main()
