#!/usr/bin/env python3
"""Whatever goes wrong beside the app ends in rows that say what was not tested and why, or in a failure that names who is
to blame: a screen that never settles, words that no parser knows, an app that floods the log, a device that reboots by
itself, a disk that is full. Real programs on simulated devices, one each.

usage: faults_test.py PROGRAMS SOURCE [--keep FOLDER] [--only NAME,...]
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "cluster")]
from cluster import Simulated, find, wait_ports  # noqa: E402  the path is known only now
from probes_check import Adb  # noqa: E402

JOURNAL_BYTES = 64 << 20  # the bound of a journal's raw text
UNTESTED = 2              # exit code


class Run:
    """`storesweep check` of one app on one device, which may meanwhile be given faults."""

    def __init__(self, a, folder, port, device, name, apk):
        self.a, self.port, self.device, self.out = a, port, device, folder / name
        self.json = folder / f"{name}.json"
        self.apk = apk
        self.environment = os.environ | {"XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}

    def fault(self, words):
        subprocess.run(["adb", "-L", f"tcp:localhost:{self.port}", "-s", self.device, "shell", f"setprop storesweep.fault '{words}'"],
                       check=True, capture_output=True, timeout=30, env=self.environment)

    def connect(self):
        """Simulated devices are of the network: `check` connects them by itself, a fault before it needs them too."""
        end = time.time() + 60
        adb = ["adb", "-L", f"tcp:localhost:{self.port}"]
        while True:
            subprocess.run([*adb, "connect", self.device], capture_output=True, timeout=30, env=self.environment)
            said = subprocess.run([*adb, "-s", self.device, "get-state"], capture_output=True, text=True, timeout=30, env=self.environment)
            if said.stdout.strip() == "device":
                return
            assert time.time() < end, f"{self.device} never came"
            time.sleep(0.3)

    def start(self, most_bytes=None):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
        command = [find(self.a.programs, "storesweep"), "--lang", "en", "check", self.apk, "--adb", f"127.0.0.1:{self.port}", "--rules",
                   f"{self.a.source}/rules", "--device", self.device, "--out", self.out, "--format", "json", "-o", self.json]
        self.process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env=self.environment, preexec_fn=limit if most_bytes else None)
        return self

    def end(self):
        """Exit code and what was said."""
        _, said = self.process.communicate(timeout=600)
        return self.process.returncode, said

    def log(self):
        adb = ["adb", "-L", f"tcp:localhost:{self.port}", "-s", self.device, "logcat", "-d"]
        return subprocess.run(adb, capture_output=True, timeout=60, env=self.environment).stdout.decode(errors="replace")

    def rows(self):
        """The ten rows are there; level and reasons of each item."""
        code, said = self.end()
        assert self.json.exists(), (code, said)
        verdict = json.loads(self.json.read_text())["verdict"]
        assert len(verdict["rows"]) == 10, verdict["rows"]
        return {i["rule"]: (i["level"], set(i.get("reasons", []))) for i in verdict["items"]}

    def journal(self):
        return self.out / "first/journal"


def untested(rows, rule, reason):
    level, reasons = rows[rule]
    assert level == "not_tested" and reason in reasons, f"{rule} is {level} {reasons}, expected not tested: {reason}"


def never_settles(run):
    run.connect()
    run.fault("never_idle")
    rows = run.start().rows()
    for rule in ("R1.7", "R1.8"):  # both stand on the dialog's hierarchy
        untested(rows, rule, "NOT_IDLE")
    assert not any(level in ("violation", "suspected") for level, _ in rows.values()), rows


def unknown_event_log(run):
    """A start after a boot that nobody could read is no "did not start"."""
    run.connect()
    run.fault("unknown_grammar event.proc_start")
    untested(run.start().rows(), "R6.1", "GRAMMAR")


def unknown_operations(run):
    """Nor is a use that is told in other words a "never used"."""
    run.connect()
    run.fault("unknown_grammar appops.get.time")
    untested(run.start().rows(), "R1.3", "GRAMMAR")


def flood(run):
    """What the app writes into the log neither fills the disk nor hides, or makes up, anything."""
    run.start()
    end, lines = time.time() + 120, 0
    while lines < 1_000:  # it does write
        assert run.process.poll() is None and time.time() < end, f"{lines} lines only"
        lines = run.log().count("0123456789")
    rows = run.rows()
    assert rows["R1.7"][0] in ("suspected", "violation"), rows["R1.7"]
    assert rows["R6.1"][0] not in ("suspected", "violation"), "the app's own words are no event"
    assert run.journal().stat().st_size < JOURNAL_BYTES / 8, run.journal().stat().st_size


def reboots(run):
    run.start()
    end = time.time() + 120
    while not run.journal().exists() or run.journal().stat().st_size < 30_000:
        assert run.process.poll() is None and time.time() < end, run.process.communicate()
        time.sleep(0.1)
    run.fault("reboot")
    code, said = run.end()
    assert code == UNTESTED and "the device: " in said and not run.json.exists(), (code, said)
    assert any(f" P{n}: " in said for n in range(1, 11)), f"says in which phase: {said}"


def full_disk(run):
    """Stands in for a full disk: no file may grow beyond a bound that the journal reaches in the middle."""
    code, said = run.start(most_bytes=45_000).end()
    assert code == UNTESTED and "File too large" in said and not run.json.exists(), (code, said)
    assert "the device: " not in said and "the app: " not in said, f"nobody else's fault: {said}"
    assert run.journal().stat().st_size <= 45_000


CASES = {"never_settles": (never_settles, "consent_only_ok"), "unknown_event_log": (unknown_event_log, "boot_start"),
         "unknown_operations": (unknown_operations, "clipboard_before_consent"), "flood": (flood, "flood"),
         "reboots": (reboots, "plain"), "full_disk": (full_disk, "plain")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("source")
    parser.add_argument("--rate", type=float, default=60)
    parser.add_argument("--only", default="", help="names, with commas: " + ", ".join(CASES))
    parser.add_argument("--keep", help="a folder for journals and screenshots")
    a = parser.parse_args()
    a.source = pathlib.Path(a.source).resolve()
    names = list(filter(None, a.only.split(","))) or list(CASES)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="storesweep_faults_") as temporary:
        folder = pathlib.Path(a.keep or temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        build = [sys.executable, a.source / "probes/build.py"]
        subprocess.run([*build, HERE / "fault_probes", folder / "probes"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
        simulated = Simulated(devices=len(names), apis="28", rate=a.rate)
        log = open(folder / "simdroid.log", "w")
        simdroid = subprocess.Popen(list(map(str, simulated.command(find(a.programs, "simdroid")))), stdout=log, stderr=log)
        adb = None
        try:
            wait_ports(range(simulated.first, simulated.first + len(names)))
            adb = Adb(simulated.adb, folder)

            def one(i):
                case, probe = CASES[names[i]]
                own = folder / f"probes/{probe}.apk"
                apk = own if own.exists() else a.source / f"build/probes/{probe}.apk"
                case(Run(a, folder, simulated.adb, f"127.0.0.1:{simulated.first + i}", names[i], apk))
            with concurrent.futures.ThreadPoolExecutor(3) as pool:
                for name, done in [(names[i], pool.submit(one, i)) for i in range(len(names))]:
                    error = done.exception()
                    failed += error is not None
                    print(f"{name}: {'ok' if error is None else repr(error)[:1500]}", flush=True)
        finally:
            if adb:
                adb.stop()
            simdroid.kill()
            simdroid.wait()
    print(f"{len(names) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
