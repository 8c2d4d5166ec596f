#!/usr/bin/env python3
"""Runs of probe apps on simulated devices with hooks, by `storesweep check`: what an SDK read before consent is a
violation once a second device shows it, with stack and SDK; after consent it is nothing, refused it is suspected. Without
a program, without root, and with an app that ends its hooks, the row is typed and nothing else of the run is lost.

The frida-inject of these devices is simulated: it runs no script, and prints what the script would (docs/accuracy.md).

usage: runs_test.py PROGRAMS SOURCE [--keep FOLDER]
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "simulated"), str(HERE.parent / "cluster")]
from cluster import Simulated, find, wait_ports  # noqa: E402  the path is known only now
from probes_check import Adb, as_root  # noqa: E402


class Checks:
    def __init__(self, a, folder, devices):
        self.a, self.folder, self.devices = a, folder, devices
        self.script = folder / "hooks.js"
        self.script.write_text("// simulated\n")

    def serial(self, device):
        return f"127.0.0.1:{self.devices.first + device}"

    def root(self, devices):
        for device in devices:
            as_root(self.devices.adb, self.serial(device))

    def run(self, name, probe, devices, inject=None, script=None):
        out = self.folder / name
        command = [find(self.a.programs, "storesweep"), "--lang", "en", "check", self.a.source / f"build/probes/{probe}.apk",
                   "--adb", f"127.0.0.1:{self.devices.adb}", "--rules", self.a.source / "rules", "--frida-inject", inject or self.script,
                   "--hook-script", script or self.script, "--out", out, "--json"]
        for device in devices:
            command += ["--device", self.serial(device)]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=900,
                              env=os.environ | {"XDG_RUNTIME_DIR": str(self.folder)})
        assert done.returncode in (0, 1, 2) and done.stdout.strip(), (name, done)
        verdict = json.loads(done.stdout)["verdict"]
        return verdict, {i["rule"]: i for i in verdict["items"]}, out

    def shell(self, device, *words):
        return subprocess.run(["adb", "-P", str(self.devices.adb), "-s", self.serial(device), "shell", *words], check=True,
                              capture_output=True, text=True).stdout


def findings(verdict):
    return [f for f in verdict["findings"] if f["rule"] == "R1.3"]


def guilty(c, devices):
    c.root(devices)
    verdict, items, out = c.run("guilty", "hooks_before_consent", devices)
    assert verdict["simulated"] is True
    assert items["R1.3"]["level"] == "violation", (items["R1.3"], findings(verdict))
    by_sdk = next(f for f in findings(verdict) if f["what"] == "hook.before_consent_sdk")
    assert dict(by_sdk["values"])["owner"] == "友盟统计", by_sdk
    assert len(by_sdk["evidence"]) == 2, "and a second device showed the same"
    stack = by_sdk["evidence"][0]["excerpt"]
    assert "at com.umeng.commonsdk.Reader.run" in stack and "thread main" in stack, stack
    own = next(f for f in findings(verdict) if f["what"] == "hook.before_consent")
    assert dict(own["values"])["kind"] == "app_list", own
    assert "hooks" not in verdict["coverage"]["observers"], "root ends with the reboot of P9, and that is said"
    assert "com.umeng.commonsdk.Reader.run" in (out / "report.html").read_text()
    for device in devices:
        assert "storesweep-hooks" not in c.shell(device, "ls", "/data/local/tmp"), "the run leaves nothing on the device"


def innocent(c, devices):
    c.root(devices)
    verdict, items, out = c.run("innocent", "hooks_after_consent", devices)
    assert items["R1.3"]["level"] == "not_tested" and set(items["R1.3"]["reasons"]) == {"NATIVE_PATH", "HOOK_ABSENT"}, items["R1.3"]
    assert b"com.umeng.commonsdk.Reader" in (out / "first/journal").read_bytes(), "it was seen, after consent"


def attempt(c, devices):
    c.root(devices)
    verdict, items, _ = c.run("attempt", "hooks_attempt", devices)
    assert items["R1.3"]["level"] == "suspected", items["R1.3"]
    assert {f["what"] for f in findings(verdict)} == {"hook.attempt_before_consent_sdk"}, findings(verdict)


def killed(c, devices):
    """The app ends its hooks: what they had seen by then stands, and that they died is said."""
    c.root(devices)
    c.shell(devices[0], "setprop", "storesweep.fault", "kills_hooks")
    verdict, items, _ = c.run("killed", "hooks_after_consent", devices)
    assert "HOOK_DEAD" in items["R1.3"]["reasons"] and items["R1.3"]["level"] == "not_tested", items["R1.3"]
    assert "hooks" not in verdict["coverage"]["observers"], verdict["coverage"]
    assert items["R1.7"]["level"] == "not_found", items["R1.7"]


def absent(c, devices):
    """No root, then no program: the row says so, the rest of the run is judged as ever."""
    _, items, out = c.run("no_root", "hooks_before_consent", devices)
    assert items["R1.3"]["reasons"] == ["HOOK_ABSENT"] and items["R1.7"]["level"] == "not_found", items["R1.3"]
    assert b"need root" in (out / "first/journal").read_bytes()
    c.root(devices)
    _, items, out = c.run("no_script", "hooks_before_consent", devices, script="/nonexistent/hooks.js")
    assert items["R1.3"]["reasons"] == ["HOOK_ABSENT"], items["R1.3"]
    assert b"./dev hooks" in (out / "first/journal").read_bytes(), "it says how the script is built"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("--keep")
    a = parser.parse_args()
    a.source = a.source.resolve()
    subprocess.run([sys.executable, a.source / "probes/build.py"], check=True, stdout=subprocess.DEVNULL)
    folder = pathlib.Path(a.keep or tempfile.mkdtemp(prefix="storesweep_hooks_")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    devices = Simulated(devices=6, apis="33", rate=20)
    log = open(folder / "simdroid.log", "w")
    simdroid = subprocess.Popen(list(map(str, devices.command(find(a.programs, "simdroid")))), stdout=log, stderr=log)
    adb = None
    try:
        wait_ports(range(devices.first, devices.first + devices.devices))
        adb = Adb(devices.adb, folder)
        checks = Checks(a, folder, devices)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            jobs = [pool.submit(check, checks, on) for check, on in
                    ((guilty, (0, 1)), (innocent, (2,)), (attempt, (3,)), (killed, (4,)), (absent, (5,)))]
            for job in jobs:
                job.result()
        print(f"5 scenes held; {folder}")
    finally:
        simdroid.kill()
        if adb:
            adb.stop()


if __name__ == "__main__":
    main()
