"""./dev bench apk: what a package says, beside `aapt dump badging` and `dexdump`, androguard, `apksigner verify`, and a
program that only inflates and hashes the same bytes. One core each (taskset). Who takes several files at once gets all of
them at once, as workers read their rules once: storesweep and androguard; the others are started for each file, and so is
storesweep in a line of its own."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ONE_CORE = ["taskset", "-c", "0"]
SMALL_BYTES = 1 << 20
ANDROGUARD = """
import sys, time, logging
logging.disable(logging.CRITICAL)
from androguard.misc import AnalyzeAPK
began = time.monotonic()
for name in sys.argv[1:]:
    try:
        AnalyzeAPK(name)
    except Exception:
        pass
print(time.monotonic() - began)
"""


def missing(programs):
    names = [name for name in ("storesweep", "storesweep-bench-apk") if not (programs / name).exists()]
    return names + [tool for tool in ("aapt", "dexdump", "apksigner", "zipalign", "keytool", "taskset") if not shutil.which(tool)]


class ApkBench:
    def __init__(self, bench):
        self.b = bench
        self.programs = bench.o.programs
        self.folder = bench.folder / "apk"
        self.folder.mkdir(parents=True, exist_ok=True)
        here = pathlib.Path(__file__).parent
        big = [sys.executable, here / "big_apk.py", self.folder, *(["--small"] if bench.quick else [])]
        self.big = subprocess.run(big, check=True, capture_output=True, text=True).stdout.strip()
        corpus = pathlib.Path(os.environ.get("STORESWEEP_CORPUS", bench.o.source / "../shared/corpus")) / "apk"
        found = sorted(str(p) for p in corpus.rglob("*.apk")) if corpus.is_dir() else []
        self.corpus = [f for f in found if self.readable(f)][:5 if bench.quick else None]
        self.npm = []
        if not bench.quick:
            listed = subprocess.run(["bash", here.parent / "tools/npm_apks.sh"], capture_output=True, text=True)
            self.npm = listed.stdout.split()
        self.with_androguard = not bench.quick and subprocess.run(
            ["/usr/bin/python3", "-c", "import androguard.misc"], capture_output=True).returncode == 0

    @staticmethod
    def readable(file):
        """What aapt reads: a peer that refuses a file at once would win by that."""
        return subprocess.run(["aapt", "dump", "badging", file], capture_output=True).returncode == 0

    @staticmethod
    def timed(commands, core=ONE_CORE):
        """Seconds for all of them. A program of ours that fails has not been fast; a peer may refuse a file."""
        began = time.monotonic()
        for command in commands:
            code = subprocess.run([*core, *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
            if code and "storesweep" in pathlib.Path(command[0]).name:
                raise RuntimeError(f"{' '.join(map(str, command))}: exit {code}")
        return time.monotonic() - began

    def ours(self, *files):
        return [self.programs / "storesweep", "apk", "--json", "--no-cache", "--jobs", "1", *files]

    def step(self, what, *arguments):
        return [self.programs / "storesweep-bench-apk", what, *arguments]

    @staticmethod
    def min_sdk(file):
        text = subprocess.run(["aapt", "dump", "badging", file], capture_output=True, text=True, errors="replace").stdout
        found = re.search(r"^sdkVersion:'(\d+)'", text, re.M)
        return found.group(1) if found else "1"

    def keep(self, title, found, unit="s"):
        self.b.results[title] = {"unit": unit, "more_is_better": False, "ours": "storesweep", "values": found}

    def facts(self, what, files):
        if not files:
            return
        runs = {
            "storesweep": lambda: self.timed([self.ours(*files)]),
            "storesweep, started for each file": lambda: self.timed([self.ours(f) for f in files]),
            "aapt dump badging, dexdump": lambda: self.timed(
                [c for f in files for c in (["aapt", "dump", "badging", f], ["dexdump", f])]),
            "aapt dump badging, dexdump -d": lambda: self.timed(
                [c for f in files for c in (["aapt", "dump", "badging", f], ["dexdump", "-d", f])]),
            "only inflating and hashing": lambda: self.timed([self.step("inflate", f) for f in files]),
            "only inflating, hashing and walking the code": lambda: self.timed([self.step("walk", f) for f in files]),
        }
        self.keep(f"facts of {what}", self.b.rounds(runs))

    def androguard(self, what, files):
        if not files or not self.with_androguard:
            return

        def theirs():
            done = subprocess.run([*ONE_CORE, "/usr/bin/python3", "-c", ANDROGUARD, *files], capture_output=True, text=True)
            return float(done.stdout.split()[-1])
        pairs, self.b.pairs = self.b.pairs, 1  # it takes minutes
        self.keep(f"facts of {what}, once", self.b.rounds({
            "storesweep": lambda: self.timed([self.ours(*files)]), "androguard": theirs}))
        self.b.pairs = pairs

    def signatures(self, what, files, beside_hashing=False):
        if not files:
            return
        sdk = {f: self.min_sdk(f) for f in files}
        runs = {
            "storesweep": lambda: self.timed([self.step("signatures", sdk[f], f) for f in files]),
            "apksigner verify": lambda: self.timed([["apksigner", "verify", f] for f in files]),
        }
        if beside_hashing:
            runs["only hashing"] = lambda: self.timed([self.step("hash", f) for f in files])
        self.keep(f"signatures of {what}", self.b.rounds(runs))

    def cores(self, files):
        if not files:
            return

        def both(jobs, core):
            return self.timed([[self.programs / "storesweep", "apk", "--json", "--no-cache", "--jobs", jobs, *files]], core)
        self.keep("facts of the npm and corpus packages in one process", self.b.rounds({
            "storesweep": lambda: both(os.cpu_count() or 1, []), "storesweep on one core": lambda: both(1, ONE_CORE)}))

    def memory(self):
        """The most memory that is not the file itself, looked at every few milliseconds."""
        def peak(command):
            process = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            most = 0
            while process.poll() is None:
                try:
                    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                except OSError:
                    break
                found = re.search(r"RssAnon:\s+(\d+)", status)
                most = max(most, int(found.group(1)) if found else 0)
                time.sleep(0.003)
            return most / 1024
        self.keep("memory above the file, package of 200 MB", {"storesweep": [peak(self.ours(self.big))]}, "MiB")

    def run(self):
        small = [f for f in self.corpus + self.npm if os.path.getsize(f) < SMALL_BYTES]
        self.facts("the corpus packages", self.corpus)
        self.facts("the npm packages", self.npm)
        self.facts("a package of 200 MB", [self.big])
        self.androguard("the corpus packages", self.corpus)
        self.signatures("packages under 1 MB", small)
        self.signatures("a package of 200 MB", [self.big], beside_hashing=True)
        self.cores(self.corpus + self.npm)
        self.memory()


def run(bench):
    ApkBench(bench).run()
