#!/usr/bin/env python3
"""Some probe apps on simulated Android 4.4 devices, end to end: no shell v2, no streamed install, other dumps and logs, and
no permission that an app could ask for. What is guilty there is found, what is innocent is not, and the rows that such a
device cannot show say that they were not tested.

usage: android_44_test.py PROGRAMS SOURCE [--keep FOLDER]
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "cluster"), str(HERE.parents[2] / "probes")]
from expected import compare, load  # noqa: E402  the path is known only now
from probes_check import run_all  # noqa: E402

NAMES = ("plain", "consent_both", "consent_only_ok", "consent_preticked", "consent_unticked", "boot_start",
         "network_receiver", "denied_exit")
NO_REQUESTS = ("R5.3", "R5.4", "R5.6", "R5.7")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("source")
    parser.add_argument("--rate", type=float, default=60)
    parser.add_argument("--keep", help="a folder for journals and screenshots")
    a = parser.parse_args()
    a.api, a.pairs, a.stutter, a.starve = "19", 4, 0, 0
    source = pathlib.Path(a.source).resolve()
    subprocess.run([sys.executable, source / "probes/build.py"], check=True, stdout=subprocess.DEVNULL)
    apks = source / "build/probes"
    probes = [p for p in load(apks).values() if pathlib.Path(p["apk"]).stem in NAMES]
    assert len(probes) == len(NAMES), probes
    with tempfile.TemporaryDirectory(prefix="storesweep_44_") as temporary:
        folder = pathlib.Path(a.keep or temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        wrong, found = [], 0
        for probe, api, done, _ in run_all(a, folder, probes, apks):
            name = pathlib.Path(probe["apk"]).stem
            if done.returncode not in (0, 1, 2):  # 1: it found something, 2: nothing in it was tested
                wrong.append(f"{name}: {done.stderr.strip()[-400:]}")
                continue
            verdict = json.loads(done.stdout)["verdict"]
            assert verdict["simulated"] and verdict["device_kind"]["api"] == 19, verdict["device_kind"]
            items = {i["rule"]: i for i in verdict["items"]}
            for rule, expected, level, how in compare(probe, api, {r: i["level"] for r, i in items.items()},
                                                       verdict["coverage"]["observers"]):
                found += how == "ok" and expected in ("violation", "suspected")
                if how != "ok":
                    wrong.append(f"{name}: {rule} is {level} {items[rule].get('reasons', '')}, expected {expected or 'nothing'}: {how}")
            for rule in NO_REQUESTS:
                if items[rule]["level"] != "not_tested" or items[rule]["reasons"] != ["NO_DEVICE_KIND"]:
                    wrong.append(f"{name}: {rule} is {items[rule]}: no app can ask on 4.4")
        print("\n".join(wrong))
        print(f"{len(NAMES)} probes on 4.4, {found} findings as expected")
        assert not wrong and found >= 4, f"{found} findings"
    print("1 passed, 0 failed")


main()
