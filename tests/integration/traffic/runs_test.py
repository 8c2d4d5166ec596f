#!/usr/bin/env python3
"""Runs of probe apps on simulated devices through the real mitmdump, by `storesweep check`: what left a device before
consent is a violation once other canaries leave another, and is shown marked; pinned, refused, untrusted, a proxy that
dies in the middle of a run and one that is not there end in typed rows, and nothing else of the run is lost.

usage: runs_test.py PROGRAMS SOURCE [--keep FOLDER]
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "simulated"), str(HERE.parent / "cluster")]
from cluster import Simulated, find, wait_ports  # noqa: E402  the path is known only now
from probes_check import Adb  # noqa: E402

# A proxy that is killed once a request has passed it.
DYING = """#!/usr/bin/env python3
import subprocess, sys
proxy = subprocess.Popen(["mitmdump", *sys.argv[1:]], stdout=subprocess.PIPE)
for line in proxy.stdout:
    sys.stdout.buffer.write(line)
    sys.stdout.flush()
    if b'"kind": "request"' in line:
        proxy.kill()
        break
"""
MARKED = re.compile("⟦([0-9a-f]{16})⟧")


class Checks:
    def __init__(self, a, folder, devices):
        self.a, self.folder, self.devices = a, folder, devices

    def serial(self, device):
        return f"127.0.0.1:{self.devices.first + device}"

    def run(self, name, probe, devices, mitmdump="mitmdump"):
        out = self.folder / name
        command = [find(self.a.programs, "storesweep"), "--lang", "en", "check", self.a.source / f"build/probes/{probe}.apk",
                   "--adb", f"127.0.0.1:{self.devices.adb}", "--rules", self.a.source / "rules", "--mitmdump", mitmdump,
                   "--out", out, "--json"]
        for device in devices:
            command += ["--device", self.serial(device)]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600,
                              env=os.environ | {"XDG_RUNTIME_DIR": str(self.folder)})
        assert done.returncode in (0, 1, 2) and done.stdout.strip(), (name, done)
        verdict = json.loads(done.stdout)["verdict"]
        return verdict, {i["rule"]: i for i in verdict["items"]}, out

    def shell(self, device, *words):
        return subprocess.run(["adb", "-P", str(self.devices.adb), "-s", self.serial(device), "shell", *words], check=True,
                              capture_output=True, text=True).stdout

    def clean(self, device):
        """The run leaves nothing of ours on the device."""
        assert self.shell(device, "settings", "get", "global", "http_proxy").strip() in ("null", ":0")
        assert self.shell(device, "ls", "/system/etc/security/cacerts").strip() == ""
        assert self.shell(device, "settings", "get", "secure", "android_id").strip() == "null"


def guilty(c, devices):
    verdict, items, out = c.run("guilty", "sends_before_consent", devices)
    for rule in ("R1.3", "R3.2"):
        assert items[rule]["level"] == "violation", items[rule]
    finding = next(f for f in verdict["findings"] if f["rule"] == "R3.2")
    assert dict(finding["values"])["host"] == "log.thirdparty.example" if isinstance(finding["values"], list) else \
        finding["values"]["host"] == "log.thirdparty.example", finding
    marked = [MARKED.search(e["excerpt"])[1] for e in finding["evidence"]]
    assert len(set(marked)) == 2, "each run had a canary of its own, and each left"
    assert finding["phase"] == "P1" and finding["last_action"].startswith("launch"), finding
    report = (out / "report.html").read_text()
    assert all(f"<mark>{value}</mark>" in report for value in marked)
    journal = (out / "first/journal").read_bytes()
    assert b"tls" in journal and b"sockets" in journal
    for device in devices:
        c.clean(device)


def pinned(c, devices):
    _, items, _ = c.run("pinned", "sends_pinned", devices)
    assert "PINNED" in items["R3.2"]["reasons"] and items["R3.2"]["level"] == "not_tested", items["R3.2"]


def own_trust(c, devices):
    _, items, _ = c.run("own_trust", "sends_own_trust", devices)
    assert "PINNED" in items["R3.2"]["reasons"], items["R3.2"]


def untrusted(c, devices):
    """The system's store cannot be written: what is sent by TLS stays closed, and that is said."""
    subprocess.run(["adb", "-P", str(c.devices.adb), "connect", c.serial(devices[0])], check=True, capture_output=True)
    c.shell(devices[0], "setprop", "storesweep.fault", "locked_cas")
    verdict, items, _ = c.run("untrusted", "sends_before_consent", devices)
    assert "CA_USER_ONLY" in items["R3.2"]["reasons"] and "PINNED" not in items["R3.2"]["reasons"], items["R3.2"]
    assert items["R1.3"]["level"] == "not_tested", items["R1.3"]
    assert items["R1.7"]["level"] == "not_found", "the rest of the run was judged as ever"


def absent(c, devices):
    _, items, _ = c.run("absent", "sends_before_consent", devices, mitmdump="/nonexistent/mitmdump")
    assert items["R3.2"]["reasons"] == ["NO_PROXY"] and items["R1.7"]["level"] == "not_found", items["R3.2"]


def dying(c, devices):
    """It dies in the middle of the run: what it had seen by then stands, and that it died is said."""
    program = c.folder / "dying-mitmdump"
    program.write_text(DYING)
    program.chmod(0o755)
    verdict, items, out = c.run("dying", "sends_after_consent", devices, mitmdump=program)
    assert "HOOK_DEAD" in items["R3.2"]["reasons"], items["R3.2"]
    assert "traffic" not in verdict["coverage"]["observers"], verdict["coverage"]
    assert items["R1.7"]["level"] == "not_found", items["R1.7"]
    assert b"log.thirdparty.example" in (out / "first/journal").read_bytes(), "what had passed is kept"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("--keep")
    a = parser.parse_args()
    a.source = a.source.resolve()
    subprocess.run([sys.executable, a.source / "probes/build.py"], check=True, stdout=subprocess.DEVNULL)
    folder = pathlib.Path(a.keep or tempfile.mkdtemp(prefix="storesweep_traffic_")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    devices = Simulated(devices=7, apis="33", rate=60)
    log = open(folder / "simdroid.log", "w")
    simdroid = subprocess.Popen(list(map(str, devices.command(find(a.programs, "simdroid")))), stdout=log, stderr=log)
    adb = None
    try:
        wait_ports(range(devices.first, devices.first + devices.devices))
        adb = Adb(devices.adb, folder)
        checks = Checks(a, folder, devices)
        cases = {guilty: [0, 1], pinned: [2], own_trust: [3], untrusted: [4], absent: [5], dying: [6]}
        with concurrent.futures.ThreadPoolExecutor(3) as pool:
            results = {case.__name__: pool.submit(case, checks, of) for case, of in cases.items()}
        failed = [(name, r.exception()) for name, r in results.items() if r.exception()]
        for name, error in failed:
            print(f"{name}: {error!r}")
        print(f"{len(cases) - len(failed)} passed, {len(failed)} failed; {folder}")
        sys.exit(1 if failed else 0)
    finally:
        if adb:
            adb.stop()
        simdroid.kill()
        simdroid.wait()


if __name__ == "__main__":
    main()
